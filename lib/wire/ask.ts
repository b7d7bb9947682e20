/**
 * Asking by packets: what goes out, what comes back, and how long it took.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../linux/option_kinds.ts";
import { ON_ELSEWHERE, REACH } from "./option_names.ts";
import { Deadline } from "../deadline.ts";
import type { Address } from "../ip/address.ts";
import { Run } from "../inspect/run.ts";
import { Packet } from "../packet/packet.ts";
import { turn } from "../pcap/source.ts";
import { targetOf } from "./asking/complete.ts";
import {
  Conversation,
  type ConversationOptions,
} from "./asking/conversation.ts";
import { knownHop, learnHops, rememberHop } from "./asking/hops.ts";
import { hopQuestion } from "./link/next_hop.ts";
import { type Aim, aim, outgoing } from "./asking/outgoing.ts";
import { Place } from "./asking/place.ts";
import { authorise } from "./authority.ts";
import { Answers, type Exchange } from "./exchange.ts";
import type { ReachOptions } from "./options.ts";

/** Options of `ask`. */
const ASK: OptionKinds<AskOptions> = {
  ...REACH,
  timeout: "numeric",
  retry: "any",
  rate: "numeric",
  on: "text",
  multi: "boolean",
  filter: "text",
};

/** Options for {@linkcode ask}. */
export interface AskOptions extends ReachOptions {
  /** How long to wait for answers after the last question, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** How many times to ask again what nobody answered. @default {0} */
  retry?: number | undefined;
  /** Questions a second; the first 16 go at once. @default {10,000} */
  rate?: number | undefined;
  /** The interface to ask on. @default {that of the route to each packet's destination} */
  on?: string | undefined;
  /** Whether to gather all answers that come in time, not only the first to each question. @default {false} */
  multi?: boolean | undefined;
  /** What to hear at all, as tcpdump takes it. @default {everything} */
  filter?: string | undefined;
}

/** What {@linkcode ask} sends. */
export type Questions = Packet | Iterable<Packet> | AsyncIterable<Packet>;

/**
 * Sends packets, and gives with each the packet that answers it: by numbers that
 * come back, ports that change places, errors that quote it (see
 * {@linkcode isAnswer}).
 *
 * What starts with an Ethernet header goes out as it is, by the interface that is
 * named or that the route says. What starts with an IP header goes by the routes,
 * to the next hop. What was left unset is filled in: source addresses, the port of
 * TCP and UDP, the identifier of an echo. A next hop that has no answer to ARP
 * makes a question without an answer. Packets of a plain list are all checked
 * before the first is sent; those of an asynchronous one as they come.
 *
 * Times are the kernel's, both of them, where the question is seen to leave.
 *
 * This machine's own stack knows nothing of these packets. To a SYN ACK it
 * answers with a reset, as for a connection that it never opened, which does no
 * harm and closes the other's half.
 *
 * @param packets One packet or many.
 * @param options How long to wait, how fast to ask, by which interface.
 * @returns The work: awaited, all pairs and what nobody answered; in a loop, pairs
 * as they come.
 * @throws {TypeError} If a packet is none, or nothing says where it should go.
 * @throws {RangeError} If `timeout`, `retry` or `rate` is no possible number.
 * @throws {NetError} With code `"unreachable"` if there is no route, or the
 * interface's if it is down or gone.
 * @throws {PermissionError} Without CAP_NET_RAW, or `"not-authorised"` for others
 * than own private networks.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const { build, icmp, ipv4 } = net.packet;
 * const { answer, rtt } = await net.wire.ask(build(ipv4({ dst: "10.0.0.2" }), icmp()));
 * console.log(`${answer?.ipv4?.src} after ${rtt} ms`);
 * ```
 */
export function ask(
  packets: Questions,
  options: AskOptions = {},
): Run<Exchange, Answers> {
  checkOptions("ask", options, ASK, ON_ELSEWHERE);
  const checked = check(options);
  const list = listOf(packets);
  return new Run<Exchange, Answers>(
    titleOf(list),
    async ({ row, progress, signal }) => {
      const place = Place.at(options.namespace);
      try {
        const talk: ConversationOptions = {
          ...checked,
          multi: options.multi,
          filter: options.filter,
          signal,
          heard: row,
        };
        using conversation = new Conversation(place, talk);
        const asker = new Asker(place, conversation, { ...options, signal });
        if (Array.isArray(list)) {
          const todo = asker.askAll(list as Packet[], 0);
          if (todo !== undefined) await todo;
        } else await asker.askEach(list as AsyncIterable<Packet>);
        for (let left = checked.retry;; left--) {
          const wait = conversation.settle();
          if (wait !== undefined) await wait;
          progress(...conversation.progress);
          if (left === 0 || conversation.isDone) break;
          if (!await conversation.askAgain()) break;
        }
        return new Answers(conversation.exchanges, conversation.unanswered);
      } finally {
        place.leave();
      }
    },
    { signal: options.signal, line: String },
  );
}

/** What was asked for, checked. */
function check(options: AskOptions) {
  const { timeout = 1000, retry = 0, rate = 10_000 } = options;
  const refuse = (name: string, must: string, value: unknown) => {
    throw new RangeError(
      `Cannot ask as '${name}' must be ${must}: current value is ${value}`,
    );
  };
  if (!(timeout >= 0)) refuse("timeout", "0 or more milliseconds", timeout);
  if (!(Number.isInteger(retry) && retry >= 0)) {
    refuse("retry", "a whole number, 0 or more", retry);
  }
  if (!(rate > 0)) refuse("rate", "above 0", rate);
  return { timeout, retry, rate };
}

/** The packets, as a list where they are no stream. */
function listOf(packets: Questions): Packet[] | AsyncIterable<Packet> {
  if (packets instanceof Packet) return [packets];
  if (typeof packets === "object" && packets !== null) {
    if (Symbol.asyncIterator in packets) return packets;
    if (Symbol.iterator in packets) return [...packets].map(packetIn);
  }
  throw notPackets(packets);
}

function packetIn(packet: unknown): Packet {
  if (packet instanceof Packet) return packet;
  throw notPackets(packet);
}

function notPackets(value: unknown): TypeError {
  return new TypeError(
    `Cannot ask as 'packets' must be packets, such as net.packet.build(…) gives: current value is ${
      Deno.inspect(value, { depth: 0 })
    }`,
  );
}

function titleOf(list: Packet[] | AsyncIterable<Packet>): string {
  if (!Array.isArray(list)) return "Ask";
  const [packet] = list;
  return packet !== undefined && list.length === 1
    ? `Ask ${targetOf(packet) ?? "a packet"}`
    : `Ask ${list.length} packets`;
}

/** Milliseconds of work without a turn for others. */
const SLICE = 5;
/** How hard a next hop is asked for, before a question counts as unanswered. */
const HOP_TRIES = 3;
const HOP_TIMEOUT = 300;

/** Makes packets ready, and hands them to a conversation. */
class Asker {
  readonly #place: Place;
  readonly #conversation: Conversation;
  readonly #options: AskOptions & { readonly signal: AbortSignal };

  constructor(
    place: Place,
    conversation: Conversation,
    options: AskOptions & { readonly signal: AbortSignal },
  ) {
    this.#place = place;
    this.#conversation = conversation;
    this.#options = options;
  }

  /** Asks all of a list; without waiting, where all is known and there is room. */
  askAll(packets: readonly Packet[], first: number): Promise<void> | undefined {
    if (packets.length === 1) {
      const one = aim(packets[0]!, this.#place, this.#options.on);
      if (this.#isReady(one)) return this.#say(one, first);
      return this.#askAims([one], first);
    }
    return this.#askMany(packets, first);
  }

  async #askMany(packets: readonly Packet[], first: number): Promise<void> {
    const { signal, on } = this.#options;
    const aims: Aim[] = [];
    let since = performance.now();
    for (const packet of packets) {
      aims.push(aim(packet, this.#place, on));
      if (performance.now() - since < SLICE) continue;
      await turn();
      signal.throwIfAborted();
      since = performance.now();
    }
    await this.#askAims(aims, first);
  }

  async #askAims(aims: readonly Aim[], first: number): Promise<void> {
    await this.#authorise(aims);
    await this.#findHops(aims);
    for (const [i, one] of aims.entries()) await this.#say(one, first + i);
  }

  /** Asks each of a stream as it comes. */
  async askEach(packets: AsyncIterable<Packet>): Promise<void> {
    const { signal } = this.#options;
    const iterator = packets[Symbol.asyncIterator]();
    using deadline = new Deadline("ask", "packets", { signal });
    let isOver = false;
    this.#conversation.hear();
    try {
      for (let n = 0;; n++) {
        const next = await deadline.race(Promise.resolve(iterator.next()));
        if (next.done) {
          isOver = true;
          return;
        }
        await this.askAll([packetIn(next.value)], n);
      }
    } finally {
      if (!isOver) Promise.resolve(iterator.return?.()).catch(() => {});
    }
  }

  #say(one: Aim, index: number): Promise<void> | undefined {
    const { way } = one;
    const mac = one.isLoopback
      ? undefined
      : way?.sourceMac ?? this.#conversation.open(one.interface);
    const hop = one.needsHop && way ? knownHop(way, this.#place) : undefined;
    return this.#conversation.ask(outgoing(one, mac, hop), index);
  }

  /** Whether a packet may go, and all is known that it takes. */
  #isReady({ target, way, needsHop }: Aim): boolean {
    const { permitted } = this.#place;
    if (target !== undefined && !permitted.has(target.key)) return false;
    return !needsHop || way !== undefined &&
        knownHop(way, this.#place) !== undefined;
  }

  async #authorise(aims: readonly Aim[]): Promise<void> {
    const { permitted } = this.#place;
    const { authorised, signal, namespace } = this.#options;
    const targets = new Map<number | string, Address>();
    for (const { target } of aims) {
      if (target === undefined) continue;
      if (authorised === undefined && permitted.has(target.key)) continue;
      targets.set(target.key, target);
    }
    if (targets.size === 0) return;
    await authorise({
      action: aims.length === 1
        ? "send a packet to"
        : `send ${aims.length} packets to`,
      targets: [...targets.values()],
      kind: "ask",
    }, { authorised, signal, namespace });
    // A reason counts for this time alone.
    if (authorised !== undefined) return;
    for (const key of targets.keys()) permitted.add(key);
  }

  /** Finds the hardware addresses of all next hops, those of a link together. */
  async #findHops(aims: readonly Aim[]): Promise<void> {
    const place = this.#place;
    const open = (aims: readonly Aim[]) =>
      aims.filter(({ needsHop, way }) =>
        needsHop && way !== undefined && knownHop(way, place) === undefined
      );
    let left = open(aims);
    if (left.length === 0) return;
    learnHops(place);
    left = open(left);
    const ways = new Map(
      left.map(({ way, interface: name }) =>
        [`${name} ${way!.nextHop.key}`, way!] as const
      ),
    );
    if (ways.size === 0) return;
    const { rate, signal } = this.#options;
    using talk = new Conversation(place, {
      timeout: HOP_TIMEOUT,
      rate: rate ?? 10_000,
      signal,
    });
    const asked = [...ways.values()];
    for (const [i, way] of asked.entries()) {
      const packet = hopQuestion(way);
      await talk.ask({ packet, interface: way.interface, to: undefined }, i);
    }
    for (let left = HOP_TRIES - 1;; left--) {
      await talk.settle();
      if (left === 0 || talk.isDone) break;
      await talk.askAgain();
    }
    for (const { answer, index } of talk.exchanges) {
      rememberHop(answer, asked[index]!, place);
    }
  }
}
