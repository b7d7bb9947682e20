/**
 * Live packets and the rules that decide them, as the kernel traces them.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import { Readiness } from "../../ffi/readiness.ts";
import { inside } from "../../linux/entering.ts";
import { inLab } from "../../linux/lab_mark.ts";
import type { NetlinkSocket } from "../../linux/netlink.ts";
import type { Statement } from "../model/statement.ts";
import { formatRule } from "../text/format.ts";
import { parse } from "../text/parse.ts";
import { list } from "./list.ts";
import type { NftOptions } from "./nft.ts";
import { Marker } from "./marker.ts";
import { openTrace, readTrace, type TraceMessage } from "./trace.ts";
import { Gathering, type TracedPacket } from "./traced_packet.ts";

export {
  type TracedFacts,
  TracedPacket,
  type TraceStep,
} from "./traced_packet.ts";
export type { TraceKind, TraceVerdict } from "./trace.ts";

/** Options for {@linkcode watch}. */
export interface WatchOptions extends NftOptions {
  /** Which packets, as the matches of a rule; `""`: all. */
  where?: string | readonly Statement[] | undefined;
  /** Only packets that rules have marked themselves, by `meta nftrace set 1`. @default {false} */
  marked?: boolean | undefined;
  /** Packets a second, at most, that `where` has traced. @default {100} */
  rate?: number | undefined;
  /** Says that this machine's own rules may be changed, for `where`; in a lab nobody asks. @default {false} */
  apply?: boolean | undefined;
  /** Octets of news that the kernel keeps until they are read. @default {4 MiB} */
  receiveBuffer?: number | undefined;
}

/** A packet of which nothing was heard for so many milliseconds is through. */
const QUIET = 20;
/** Packets that wait to be taken; more is left in the kernel's hands. */
const WAITING = 1000;
/** Rules are looked up again after so many milliseconds, if one is not known. */
const STALE = 1000;

/**
 * A running watch: an iterator of packets that ends with its loop, its signal
 * or {@linkcode Watch.close}.
 */
export class Watch
  implements AsyncIterableIterator<TracedPacket, undefined>, AsyncDisposable {
  readonly #socket: NetlinkSocket;
  readonly #readiness: Readiness;
  readonly #marker: Marker | undefined;
  readonly #options: WatchOptions;
  readonly #stop = (): void => void this.close();
  readonly #packets: AsyncGenerator<TracedPacket, undefined, void>;
  /** By number, those of which more may be heard. */
  readonly #open = new Map<number, Gathering>();
  /** All that were not told of yet, as they came. */
  readonly #queue: Gathering[] = [];
  readonly #rules = new Map<string, string>();
  readonly #names = new Map<number, string>();
  #listed = -Infinity;
  #lost = 0;
  #closing: Promise<void> | undefined;

  /** @ignore */
  constructor(options: WatchOptions, marker: Marker | undefined) {
    const { namespace, signal, receiveBuffer = 4 << 20 } = options;
    this.#options = options;
    this.#marker = marker;
    using stack = new DisposableStack();
    this.#socket = inside(
      namespace,
      () => stack.use(openTrace(receiveBuffer)),
    );
    this.#readiness = new Readiness(this.#socket.fd);
    stack.move();
    signal?.addEventListener("abort", this.#stop, { once: true });
    this.#packets = this.#run();
  }

  /** How often messages came faster than they were read, and some were lost. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Waits for the next packet.
   *
   * @returns The packet, or that there are no more.
   * @throws {NetError} If the kernel refuses.
   */
  next(): Promise<IteratorResult<TracedPacket, undefined>> {
    return this.#packets.next();
  }

  /**
   * Ends the watch, as a loop does that is left.
   *
   * @returns That there are no more.
   */
  async return(): Promise<IteratorResult<TracedPacket, undefined>> {
    await this.close();
    return await this.#packets.return(undefined);
  }

  /** Ends the watch and takes its own rule away; who waits for a packet gets none. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#readiness[Symbol.dispose]();
    this.#socket.close();
    await this.#marker?.close();
  }

  /** The packets to come. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the watch. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#run(): AsyncGenerator<TracedPacket, undefined, void> {
    try {
      let readable: Promise<boolean> | undefined;
      while (!this.closed) {
        this.#collect();
        for (let next = this.#next(); next; next = this.#next()) {
          const packet = await this.#finish(next);
          if (this.closed) return;
          yield packet;
          if (this.closed) return;
        }
        readable ??= this.#readiness.readable();
        const heard = this.#queue.length === 0
          ? await readable
          : await within(QUIET, readable);
        if (heard !== undefined) readable = undefined;
      }
    } finally {
      await this.close();
    }
  }

  /** Takes in what the kernel has told. */
  #collect(): void {
    while (this.#queue.length < WAITING) {
      try {
        const heard = this.#socket.receive((received) => {
          const message = readTrace(received);
          if (message) this.#take(message);
        });
        if (!heard) break;
      } catch (error) {
        if (!(error instanceof NetError && error.code === "overrun")) {
          throw error;
        }
        this.#lost++;
        for (const packet of this.#open.values()) packet.isPartial = true;
      }
    }
  }

  /** The first packet, if it is through. */
  #next(): Gathering | undefined {
    const [packet] = this.#queue;
    if (packet === undefined) return undefined;
    if (!packet.isOver && performance.now() - packet.heard < QUIET) {
      return undefined;
    }
    const { id } = packet.messages[0]!;
    if (this.#open.get(id) === packet) this.#open.delete(id);
    return this.#queue.shift();
  }

  #take(message: TraceMessage): void {
    const { id } = message;
    let packet = this.#open.get(id);
    // A number comes again: what meets the same base chain is another packet.
    if (packet && message.headers && packet.met(message)) packet.isOver = true;
    if (packet === undefined || packet.isOver) {
      packet = new Gathering();
      this.#open.set(id, packet);
      this.#queue.push(packet);
    }
    packet.heard = performance.now();
    packet.take(message);
  }

  async #finish(packet: Gathering): Promise<TracedPacket> {
    const isUnknown = packet.messages.some((message) =>
      message.kind === "rule" && !this.#rules.has(keyOf(message)) &&
      message.table !== this.#marker?.table
    );
    if (isUnknown && performance.now() - this.#listed > STALE) {
      await this.#list();
    }
    return packet.close(
      this.#marker?.table,
      (message) => this.#rules.get(keyOf(message)),
      (index) => this.#nameOf(index),
    );
  }

  async #list(): Promise<void> {
    const { namespace } = this.#options;
    const { tables } = await list({ namespace });
    this.#listed = performance.now();
    this.#rules.clear();
    for (const { family, name: table, chains } of tables) {
      for (const { name: chain, rules } of chains) {
        for (const rule of rules) {
          const key = keyOf({ family, table, chain, handle: rule.handle! });
          this.#rules.set(key, formatRule(rule, family, { counters: false }));
        }
      }
    }
  }

  #nameOf(index: number): string {
    let name = this.#names.get(index);
    if (name === undefined) {
      name = inside(this.#options.namespace, () => interfaceName(index));
      this.#names.set(index, name);
    }
    return name;
  }
}

const keyOf = (
  { family, table, chain, handle }: Pick<
    TraceMessage,
    "family" | "table" | "chain" | "handle"
  >,
): string => `${family} ${table} ${chain} ${handle}`;

function interfaceName(index: number): string {
  const name = new Uint8Array(16);
  if (libc().if_indextoname(index, name) === null) return `if${index}`;
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

/** What a promise gives, if it does so in time. */
async function within<T>(
  ms: number,
  promise: Promise<T>,
): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Watches packets on their way through the kernel's rules, from the call on:
 * for each, all rules that held, which one decided, its headers.
 *
 * `where` says which packets, and needs a small table of our own while the watch
 * lasts, which is gone with it, however this program ends. With `marked`, rules
 * that are there choose the packets.
 *
 * @param options Which packets, how many, where, and a signal.
 * @returns The watch; leave its loop, close it or abort to end it.
 * @throws {NetError} With code `"needs-apply"` if a table is needed and it is not
 * meant; with code `"refused"` and what nft said.
 * @throws {PermissionError} Unless root, or in a namespace of one's own.
 * @throws {ParseError} If `where` is no rule.
 * @throws {TypeError} If neither `where` nor `marked` says which.
 * @see nft(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const packet of await net.firewall.watch({ where: "tcp dport 22", apply: true })) {
 *   console.log(packet);
 * }
 * ```
 */
export async function watch(options: WatchOptions): Promise<Watch> {
  const { where, marked = false, rate = 100, signal } = options;
  if ((where === undefined) === !marked) {
    throw new TypeError(
      `Cannot watch packets as one of 'where' and 'marked' must be given: current values are ${where} and ${marked}`,
    );
  }
  if (!(Number.isInteger(rate) && rate >= 1 && rate <= 1_000_000)) {
    throw new RangeError(
      `Cannot watch packets as 'rate' must be from 1 to 1000000: current value is ${rate}`,
    );
  }
  signal?.throwIfAborted();
  if (where === undefined) return new Watch(options, undefined);
  const matches = matchText(where);
  if (options.apply !== true && !inLab()) {
    throw new NetError("it would add a table to this machine's own firewall", {
      code: "needs-apply",
      op: "watch packets",
      hint: "{ apply: true } if that is meant, or do it in a lab: .lab up pair",
    });
  }
  const marker = await Marker.start(matches, rate, options);
  try {
    return new Watch(options, marker);
  } catch (error) {
    await marker.close();
    throw error;
  }
}

function matchText(where: string | readonly Statement[]): string {
  if (typeof where === "string") {
    if (where.trim() === "") return "";
    const rules = parse(`table inet t {\nchain c {\n${where}\n}\n}`)
      .flatMap(({ chains }) => chains.flatMap(({ rules }) => rules));
    if (rules.length !== 1) {
      throw new TypeError(
        `Cannot watch packets as 'where' must be one rule: current value is ${rules.length} of them`,
      );
    }
    where = rules[0]!.statements;
  }
  return formatRule({ statements: where }, "inet");
}
