/**
 * What sending and replaying have in common: each packet by its exit, at the
 * pace, to nobody who may not be reached.
 *
 * @module
 */

import { PermissionError } from "../../errors.ts";
import type { Report } from "../../inspect/run.ts";
import { Address } from "../../ip/address.ts";
import { inside } from "../../linux/entering.ts";
import { inLab } from "../../linux/lab_mark.ts";
import { authorise } from "../authority.ts";
import { destinationOf, Exits, ipHeaderAt } from "./exits.ts";
import type { ReachOptions } from "../options.ts";
import { Outbox } from "./outbox.ts";
import { Pace, type Rate } from "./pace.ts";

/** How a sender sends. */
export interface SenderOptions extends ReachOptions {
  /** The pace, `Infinity` for as fast as it goes. */
  readonly rate: Rate;
  /** Where to say how far it is. */
  readonly report: Pick<Report<never>, "progress">;
  /** How many packets there are to be. */
  readonly of: number;
}

/** What is done, for who is asked whether it may be. */
const ACTION = "send packets of your own making to";
/**
 * Packets a second that go unless another rate is asked for: a thousand are sent
 * in a second, and the slowest device bears them. What fills a link takes it
 * from all who are on it, and switches and small routers fall over; so that has
 * to be asked for.
 */
const RATE = 1000;
/** Destinations that are asked for together. */
const TOGETHER = 1 << 16;
/** All on the link: whom a frame reaches that is no IP packet. */
const LINK = new Address(4, 0, 0, 0, 0xffff_ffff);

/** Whether packets on an interface reach nobody but this machine or a lab. */
function isHarmless(
  isLoopback: boolean,
  namespace: number | string | undefined,
): boolean {
  return isLoopback || inside(namespace, inLab);
}

/**
 * Opens an interface to send, at the rate that is asked for or is usual.
 *
 * @param iface The interface.
 * @param options Why one may, and in which namespace.
 * @param rate The rate that was asked for; `"timed"` if each packet is sent at a
 * time of its own.
 * @param facts Where to report, how many packets, and the signal.
 * @returns The sender.
 * @throws {PermissionError} With code `"not-authorised"` if the rate takes a
 * reason, and none is given.
 *
 * @example
 * ```ts ignore
 * import { openSender } from "./sender.ts";
 *
 * const report = { progress() {} };
 * using sender = await openSender("eth0", {}, undefined, { report, of: 1, signal: undefined });
 * console.log(sender.isFree);
 * ```
 */
export async function openSender(
  iface: string,
  options: ReachOptions,
  rate: Rate | "timed" | undefined,
  facts: Pick<SenderOptions, "report" | "of" | "signal">,
): Promise<Sender> {
  const { authorised, namespace } = options;
  // A reason that says nothing is refused by now.
  await authorise({ action: ACTION, targets: [] }, options);
  const harmless = isHarmless(iface === "lo", namespace);
  const asked = rate === "timed"
    ? Infinity
    : rate ?? (harmless ? Infinity : RATE);
  const isFlood = typeof asked === "object"
    ? asked?.bitsPerSecond === Infinity
    : asked === Infinity;
  if (isFlood && rate !== "timed" && !harmless && authorised === undefined) {
    throw new PermissionError("that fills the link, for all who are on it", {
      code: "not-authorised",
      op: "send without a limit on",
      target: iface,
      hint: '{ rate: 10_000 }, or { authorised: "why you may" }',
    });
  }
  return new Sender(iface, { ...facts, authorised, namespace, rate: asked });
}

/**
 * Sends packets by one interface, one after the other.
 *
 * @example
 * ```ts ignore
 * import { Sender } from "./sender.ts";
 *
 * const report = { progress() {} };
 * using sender = new Sender("eth0", { rate: 10, report, of: 1 });
 * const frame = new Uint8Array(60).fill(0xff);
 * await sender.send(1, frame, 0, frame.length);
 * await sender.flush();
 * ```
 */
export class Sender implements Disposable {
  /** How packets get out. */
  readonly exits: Exits;
  /** What they get out by. */
  readonly outbox: Outbox;
  /** Packets that were not sent, for want of an exit. */
  refused = 0;
  /** Packets that were sent or refused, or are gathered. */
  handled = 0;
  readonly #pace: Pace;
  readonly #options: SenderOptions;
  /** Whether everybody may be reached. */
  readonly #isFree: boolean;
  /** Who may be reached. */
  readonly #allowed = new Set<number | string>();
  /** Who has to be asked for. */
  readonly #asked = new Map<number | string, Address>();
  /** Whether the packet that is being sent has been counted to the pace. */
  #isPaid = false;
  readonly #stop = (): void => this.#pace[Symbol.dispose]();

  /**
   * Opens the interface.
   *
   * @param name The interface.
   * @param options Pace, namespace, signal.
   * @throws {NetError} With code `"not-found"` if there is no such interface.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   */
  constructor(name: string, options: SenderOptions) {
    const { signal, authorised, namespace } = options;
    this.#options = options;
    this.#pace = new Pace(options.rate);
    this.outbox = new Outbox(name, options);
    this.exits = new Exits(this.outbox.link, options);
    this.#isFree = authorised !== undefined ||
      isHarmless(this.exits.isLoopback, namespace);
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  /**
   * Notes whom a packet is for, to be asked for with others.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @returns Whether it may be sent; if not, {@linkcode Sender.ask}.
   */
  note(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (this.#isFree) return true;
    const at = ipHeaderAt(linkType, octets, start, end);
    const to = at < 0 ? LINK : destinationOf(octets, at);
    if (this.#allowed.has(to.key)) return true;
    this.#asked.set(to.key, to);
    return false;
  }

  /** Whether nobody has to be asked for. */
  get isFree(): boolean {
    return this.#isFree;
  }

  /** Whether there are so many to be asked for that it is time. */
  get isAskFull(): boolean {
    return this.#asked.size >= TOGETHER;
  }

  /**
   * Asks for all who were noted.
   *
   * @throws {PermissionError} With code `"not-authorised"` if one may not be
   * reached.
   */
  async ask(): Promise<void> {
    if (this.#asked.size === 0) return;
    const targets = [...this.#asked.values()];
    await authorise({ action: ACTION, targets }, this.#options);
    if (this.#allowed.size >= TOGETHER) this.#allowed.clear();
    for (const key of this.#asked.keys()) this.#allowed.add(key);
    this.#asked.clear();
  }

  /**
   * Sends a packet if that can be without a wait.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in; it may be changed afterwards.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @returns Whether it is done; if not, {@linkcode Sender.send} it.
   */
  offer(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (!this.note(linkType, octets, start, end)) return false;
    const exit = this.exits.known(linkType, octets, start, end);
    if (exit === undefined) return false;
    if (!this.#isPaid && !this.#pace.take(end - start)) return false;
    this.#isPaid = true;
    if (!this.outbox.put(octets, start, end, exit)) return false;
    this.#isPaid = false;
    this.handled++;
    return true;
  }

  /**
   * Sends a packet, or counts it as refused.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in; it may be changed afterwards.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @throws {NetError} If the system refuses it.
   * @throws The signal's reason, if it aborts.
   */
  async send(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
  ): Promise<void> {
    const { signal } = this.#options;
    while (!this.offer(linkType, octets, start, end)) {
      await this.flush();
      await this.ask();
      const exit = await this.exits.find(linkType, octets, start, end);
      signal?.throwIfAborted();
      if (exit === undefined) {
        this.refused++;
        this.handled++;
        return;
      }
      if (!this.#isPaid) await this.#wait();
    }
  }

  /**
   * Sends one packet many times, without a look at each.
   *
   * @param linkType What it starts with.
   * @param octets The buffer that it lies in.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @param times How many times.
   */
  async sendMany(
    linkType: number,
    octets: Uint8Array,
    start: number,
    end: number,
    times: number,
  ): Promise<void> {
    // The first asks all questions.
    await this.send(linkType, octets, start, end);
    await this.flush();
    if (this.refused > 0) return;
    const exit = this.exits.known(linkType, octets, start, end)!;
    if (exit.network !== undefined) {
      for (let left = times - 1; left > 0; left--) {
        if (!this.offer(linkType, octets, start, end)) {
          await this.send(linkType, octets, start, end);
        }
      }
      return;
    }
    const length = end - start;
    let left = times - 1;
    const copies = this.outbox.fill(octets, start, end, exit, left);
    while (this.#pace.isUnlimited && copies > 0 && left >= 2 * copies) {
      left -= await this.outbox.sendCopiesTwice();
      this.#tell();
    }
    while (left > 0) {
      const some = Math.min(left, copies, this.#pace.room(length));
      if (some === 0) {
        await this.#wait();
        continue;
      }
      this.#pace.spend(some, length);
      await this.outbox.sendCopies(some);
      this.#tell();
      left -= some;
    }
  }

  async #wait(): Promise<void> {
    await this.#pace.wait();
    this.#options.signal?.throwIfAborted();
  }

  /** Hands what is gathered to the kernel. */
  async flush(): Promise<void> {
    await this.outbox.flush();
    this.#tell();
  }

  #tell(): void {
    this.#options.report.progress(this.outbox.sent, this.#options.of);
  }

  /**
   * Sends what is left, and checks that something went.
   *
   * @throws {NetError} If all packets were refused.
   */
  async finish(): Promise<void> {
    await this.flush();
    const { refusal } = this.exits;
    if (this.outbox.sent === 0 && refusal !== undefined) throw refusal;
  }

  /** Closes all, and tells how many have gone. */
  [Symbol.dispose](): void {
    this.#tell();
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.#pace[Symbol.dispose]();
    this.outbox[Symbol.dispose]();
  }
}
