/**
 * Packets on their way out by one interface: gathered, handed to the kernel
 * together, counted; none is dropped in silence.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import { count } from "../../inspect/units.ts";
import type { Family } from "../../ip/address.ts";
import { turn } from "../../pcap/source.ts";
import type { Exit } from "./exits.ts";
import { LinkSocket } from "../link/link_socket.ts";
import { SendBatch } from "../link/send_batch.ts";
import { NetworkSocket } from "../link/network_socket.ts";
import type { WireOptions } from "../options.ts";

/** Frames of one call: with fewer the call itself costs more than half of it. */
const BATCH = 512;
const MSG_DONTWAIT = 0x40;
/** Octets of one call, with room for one of the longest frames that there are. */
const OCTETS = 1 << 20;
/** The longest time without a turn for the rest of the program, in milliseconds. */
const SLICE = 5;

/**
 * Sends packets by one interface.
 *
 * @example
 * ```ts ignore
 * import { Exits } from "./exits.ts";
 * import { Outbox } from "./outbox.ts";
 *
 * using outbox = new Outbox("eth0", {});
 * const frame = new Uint8Array(60).fill(0xff);
 * const exit = new Exits(outbox.link, {}).known(1, frame, 0, frame.length)!;
 * while (!outbox.put(frame, 0, frame.length, exit)) await outbox.flush();
 * await outbox.flush();
 * ```
 */
export class Outbox implements Disposable {
  /** The socket of the interface. */
  readonly link: LinkSocket;
  /** Packets that the kernel has taken. */
  sent = 0;
  /** Octets of them. */
  octets = 0;
  readonly #options: WireOptions;
  readonly #batch = new SendBatch(BATCH, OCTETS);
  readonly #lengths = new Int32Array(BATCH);
  readonly #network = new Map<Family, NetworkSocket>();
  /** The socket that takes no more for now. */
  #full: LinkSocket | NetworkSocket | undefined;
  /** A frame with its new header. */
  readonly #frame = new Uint8Array(14 + 0xffff);
  #since = performance.now();
  /** Whether another thread sends, which the socket must outlive. */
  #isAside = false;
  readonly #stop = (): void => {
    if (!this.#isAside) this[Symbol.dispose]();
  };

  /**
   * Opens the interface.
   *
   * @param name The interface.
   * @param options The namespace that it is in, and a signal, which ends waits.
   * @throws {NetError} With code `"not-found"` if there is no such interface.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   */
  constructor(name: string, options: WireOptions) {
    const { namespace, signal } = options;
    signal?.throwIfAborted();
    this.#options = options;
    this.link = LinkSocket.open(name, { receive: false, namespace });
    signal?.addEventListener("abort", this.#stop, { once: true });
  }

  /**
   * Puts a packet to those that go together; one to this machine goes at once.
   *
   * @param octets The buffer that it lies in; it may be changed afterwards.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @param exit How it gets out.
   * @returns Whether there was room: if not, {@linkcode Outbox.flush}, and again.
   * @throws {NetError} If the packet is refused.
   */
  put(octets: Uint8Array, start: number, end: number, exit: Exit): boolean {
    const { skip, header, network } = exit;
    const from = start + skip;
    if (network !== undefined) return this.#putNetwork(octets, from, end, exit);
    if (header === undefined) return this.#putFrame(octets, from, end);
    const length = header.length + end - from;
    if (length > this.#frame.length) throw this.#tooLarge(length);
    this.#frame.set(header);
    this.#frame.set(octets.subarray(from, end), header.length);
    return this.#putFrame(this.#frame, 0, length);
  }

  #putFrame(octets: Uint8Array, start: number, end: number): boolean {
    const batch = this.#batch;
    const index = batch.count;
    if (!batch.add(octets, start, end)) {
      if (index === 0) throw this.#tooLarge(end - start);
      return false;
    }
    this.#lengths[index] = end - start;
    return true;
  }

  #putNetwork(
    octets: Uint8Array,
    start: number,
    end: number,
    { network }: Exit,
  ): boolean {
    // What was there before goes before.
    if (this.#batch.count > 0) return false;
    const { family } = network!;
    const { namespace } = this.#options;
    let socket = this.#network.get(family);
    if (socket === undefined) {
      socket = NetworkSocket.open(family, { namespace });
      this.#network.set(family, socket);
    }
    try {
      if (!socket.send(octets.subarray(start, end), network!)) {
        this.#full = socket;
        return false;
      }
    } catch (error) {
      throw this.#told(error, end - start);
    }
    this.#count(end - start);
    return true;
  }

  /**
   * Says how many copies of one packet go together.
   *
   * @param octets The buffer that it lies in.
   * @param start Its first octet there.
   * @param end The octet after its last.
   * @param exit How it gets out: as a frame of the interface.
   * @param most The most copies.
   * @returns How many {@linkcode Outbox.sendCopies} can send at a time.
   */
  fill(
    octets: Uint8Array,
    start: number,
    end: number,
    exit: Exit,
    most: number,
  ): number {
    const batch = this.#batch;
    while (batch.count < most && this.put(octets, start, end, exit));
    return batch.count;
  }

  /**
   * Sends some of the copies that {@linkcode Outbox.fill} has made; they stay.
   *
   * @param copies How many.
   */
  async sendCopies(copies: number): Promise<void> {
    this.#batch.sent = 0;
    this.#batch.count = copies;
    await this.#sendBatch();
  }

  /**
   * Sends all the copies that {@linkcode Outbox.fill} has made here and, at the
   * same time, on another thread. What a processor sends of small frames is what
   * the kernel takes for each; the order of copies is nobody's concern.
   *
   * @returns How many went.
   */
  async sendCopiesTwice(): Promise<number> {
    const batch = this.#batch;
    const { fd } = this.link;
    const { count: copies, headers } = batch;
    const { sendmmsgAsync } = libc();
    batch.sent = 0;
    this.#isAside = true;
    // What goes wrong on the other thread shows here with the next call.
    const aside = sendmmsgAsync(fd, headers, copies, MSG_DONTWAIT);
    const before = this.sent;
    let error: unknown;
    try {
      this.#countCopies(this.link.sendBatch(batch));
    } catch (reason) {
      error = reason;
    } finally {
      this.#countCopies(Math.max(0, await aside));
      this.#isAside = false;
    }
    this.#since = performance.now();
    this.#options.signal?.throwIfAborted();
    if (error !== undefined) throw this.#told(error, this.#lengths[0]!);
    if (this.sent === before) {
      await this.link.waitToSend();
      this.#options.signal?.throwIfAborted();
    }
    return this.sent - before;
  }

  #countCopies(copies: number): void {
    this.sent += copies;
    this.octets += copies * this.#lengths[0]!;
  }

  /**
   * Hands all that is gathered to the kernel, and waits where its queue is full.
   *
   * @throws {NetError} If it refuses a packet; the message says how many went.
   * @throws The signal's reason, if it aborts.
   */
  async flush(): Promise<void> {
    const full = this.#full;
    this.#full = undefined;
    if (full !== undefined) {
      await full.waitToSend();
      this.#options.signal?.throwIfAborted();
    }
    await this.#sendBatch();
    this.#batch.clear();
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#batch;
    // What is closed by then may be another's descriptor.
    this.#options.signal?.throwIfAborted();
    while (batch.sent < batch.count) {
      const from = batch.sent;
      let taken: number;
      try {
        taken = this.link.sendBatch(batch);
      } catch (error) {
        throw this.#told(error, this.#lengths[from]!);
      }
      for (let i = from; i < from + taken; i++) this.#count(this.#lengths[i]!);
      if (taken === 0) {
        await this.link.waitToSend();
        this.#options.signal?.throwIfAborted();
      }
    }
    if (performance.now() - this.#since > SLICE) {
      await turn();
      this.#since = performance.now();
    }
    this.#options.signal?.throwIfAborted();
  }

  #count(octets: number): void {
    this.sent++;
    this.octets += octets;
  }

  #tooLarge(length: number): NetError {
    return this.failure(
      `the next packet, of ${
        count(length)
      } octets, is longer than the interface takes`,
      {
        code: "too-large",
        hint:
          `cut it, or fragment() it; ip link show ${this.link.interface} has the MTU`,
      },
    );
  }

  /** What the kernel said, with how many have gone before. */
  #told(error: unknown, length: number): unknown {
    const { signal } = this.#options;
    if (signal?.aborted) return signal.reason;
    if (!(error instanceof NetError)) return error;
    const name = this.link.interface;
    const { code } = error;
    if (code === "too-large") return this.#tooLarge(length);
    if (code === "down") {
      const hint = `ip link set ${name} up`;
      return this.failure("the interface is down", { code, hint });
    }
    if (code === "not-found") {
      return this.failure("the interface is gone", { code, hint: "ip link" });
    }
    const said = error.message.slice(error.message.indexOf(": ") + 2);
    return this.failure(said, { code, cause: error });
  }

  /**
   * Makes the error of what ends the sending.
   *
   * @param reason Why.
   * @param facts Code, hint and cause.
   * @returns The error, which says how many packets have gone.
   */
  failure(
    reason: string,
    facts: { code: string; hint?: string; cause?: unknown },
  ): NetError {
    const went = `${reason}; ${count(this.sent)} packets have gone`;
    const all = { op: "send on", target: this.link.interface, ...facts };
    return facts.code === "not-permitted"
      ? new PermissionError(went, all)
      : new NetError(went, all);
  }

  /** Closes the sockets; waits end. */
  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener("abort", this.#stop);
    this.link[Symbol.dispose]();
    for (const socket of this.#network.values()) socket[Symbol.dispose]();
  }
}
