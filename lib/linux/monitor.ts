/**
 * The kernel's network, watched: every change as it happens.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "./option_kinds.ts";
import { READ } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { Readiness } from "../ffi/readiness.ts";
import { inside } from "./entering.ts";
import {
  LostEvent,
  type MonitorEvent,
  type MonitorKind,
} from "./monitor/event.ts";
import { Known } from "./monitor/known.ts";
import { NETLINK_ROUTE, NetlinkSocket } from "./netlink.ts";

/** Options of `monitor`. */
const MONITOR: OptionKinds<MonitorOptions> = {
  ...READ,
  kinds: "words",
  receiveBuffer: "whole",
};

/** Options for {@linkcode monitor}. */
export interface MonitorOptions {
  /** What to tell of. @default {links, addresses, routes, neighbours and rules} */
  kinds?: MonitorKind | Iterable<MonitorKind> | undefined;
  /** Ends the monitor; a loop over it ends as if there were no more. */
  signal?: AbortSignal | undefined;
  /** Another network namespace: a descriptor of it, or its file. @default {this program's} */
  namespace?: number | string | undefined;
  /** Octets of news that the kernel keeps until they are read. @default {4 MiB} */
  receiveBuffer?: number | undefined;
}

/** The multicast groups that tell of each kind (linux/rtnetlink.h, RTNLGRP_…). */
const GROUPS: Readonly<Record<MonitorKind, readonly number[]>> = {
  link: [1],
  address: [5, 9],
  route: [7, 11],
  neighbour: [3],
  rule: [8, 19],
  qdisc: [4],
};

const USUAL: readonly MonitorKind[] = [
  "link",
  "address",
  "route",
  "neighbour",
  "rule",
];

/**
 * A running monitor: an iterator of events that ends with its loop, its signal
 * or {@linkcode Monitor.close}.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * using monitor = net.linux.monitor({ kinds: "link" });
 * const { value: event } = await monitor.next();
 * console.log(event);
 * ```
 */
export class Monitor implements AsyncIterableIterator<MonitorEvent, undefined> {
  readonly #news: NetlinkSocket;
  readonly #questions: NetlinkSocket;
  readonly #readiness: Readiness;
  readonly #known: Known;
  readonly #waiting: MonitorEvent[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #stop = (): void => this.close();
  readonly #events: AsyncGenerator<MonitorEvent, undefined, void>;
  #closed = false;

  /**
   * Starts to listen, and reads what there is now.
   *
   * @param options What to tell of, and where.
   * @throws {PermissionError} Without `--allow-ffi`, or for another's namespace.
   * @throws {NetError} If the kernel refuses.
   * @throws {TypeError} If `kinds` names none.
   * @throws The signal's reason, if it has aborted already.
   */
  constructor(options: MonitorOptions = {}) {
    checkOptions("monitor", options, MONITOR);
    const { signal, namespace, receiveBuffer = 4 << 20 } = options;
    const kinds = readKinds(options.kinds);
    signal?.throwIfAborted();
    const groups = new Set(
      [...kinds, "link" as const].flatMap((kind) => GROUPS[kind]),
    );
    using stack = new DisposableStack();
    [this.#news, this.#questions] = inside(namespace, () => [
      stack.use(
        NetlinkSocket.open(NETLINK_ROUTE, {
          groups: [...groups],
          receiveBuffer,
        }),
      ),
      stack.use(NetlinkSocket.open()),
    ]);
    this.#known = new Known(kinds);
    this.#known.refresh(this.#questions);
    this.#readiness = new Readiness(this.#news.fd);
    stack.move();
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop, { once: true });
    this.#events = this.#run();
  }

  /** Whether it has ended. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Waits for the next event.
   *
   * @returns The event, or that there are no more.
   * @throws {NetError} If the kernel refuses.
   */
  next(): Promise<IteratorResult<MonitorEvent, undefined>> {
    return this.#events.next();
  }

  /**
   * Ends the monitor, as a loop does that is left.
   *
   * @returns That there are no more.
   */
  async return(): Promise<IteratorResult<MonitorEvent, undefined>> {
    this.close();
    return await this.#events.return(undefined);
  }

  /** Ends the monitor at once; who waits for an event gets none. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#readiness[Symbol.dispose]();
    this.#news.close();
    this.#questions.close();
  }

  /** The events to come. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the monitor. */
  [Symbol.dispose](): void {
    this.close();
  }

  async *#run(): AsyncGenerator<MonitorEvent, undefined, void> {
    try {
      while (!this.#closed) {
        this.#collect();
        while (this.#waiting.length > 0) {
          yield this.#waiting.shift()!;
          if (this.#closed) return;
        }
        await this.#readiness.readable();
      }
    } finally {
      this.close();
    }
  }

  /** Takes in all that the kernel has told. */
  #collect(): void {
    if (this.#hear()) this.#waiting.push(new LostEvent(), ...this.#refresh());
    if (this.#known.doubtful) this.#waiting.push(...this.#refresh());
  }

  /** @returns Whether something was lost. */
  #hear(): boolean {
    let lost = false;
    for (;;) {
      try {
        const heard = this.#news.receive((message) => {
          const event = lost ? undefined : this.#known.take(message);
          if (event !== undefined) this.#waiting.push(event);
        });
        if (!heard) return lost;
      } catch (error) {
        if (!(error instanceof NetError && error.code === "overrun")) {
          throw error;
        }
        // What follows is read and left: it would not fit what is known.
        lost = true;
      }
    }
  }

  #refresh(): MonitorEvent[] {
    return this.#known.refresh(this.#questions);
  }
}

function readKinds(
  kinds: MonitorKind | Iterable<MonitorKind> | undefined,
): MonitorKind[] {
  const list = kinds === undefined
    ? USUAL
    : typeof kinds === "string"
    ? [kinds]
    : [...kinds];
  for (const kind of list) {
    if (!Object.hasOwn(GROUPS, kind)) {
      throw new TypeError(
        `Cannot monitor as 'kinds' must be of ${
          Object.keys(GROUPS).join(", ")
        }: current value is ${Deno.inspect(kind)}`,
      );
    }
  }
  return [...new Set(list)];
}

/**
 * Watches the kernel's network, from the call on: what `ip monitor` shows, as
 * events with the very objects that {@linkcode links}, {@linkcode routes} and
 * their like give.
 *
 * It tells "added" from "changed" since it knows what there was, and tells
 * what goes without a word, such as the routes of a link that goes down. If
 * changes come faster than they are read it says so and goes on with what is
 * different. One thread waits while `next()` does.
 *
 * @param options What to tell of, where, and a signal.
 * @returns The monitor; leave its loop, close it or abort to end it.
 * @throws {PermissionError} Without `--allow-ffi`: there is no other way.
 * @throws {NetError} If the kernel refuses.
 * @throws {TypeError} If `kinds` names none.
 * @throws The signal's reason, if it has aborted already.
 * @see rtnetlink(7), ip-monitor(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for await (const event of net.linux.monitor({ kinds: ["link", "route"] })) {
 *   if (event.kind === "link" && event.change === "removed") break;
 *   console.log(event);
 * }
 * ```
 */
export function monitor(options: MonitorOptions = {}): Monitor {
  return new Monitor(options);
}
