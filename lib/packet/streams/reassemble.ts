/**
 * Putting IP fragments together again.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { onlyKnown } from "../../known_options.ts";
import { REASSEMBLER } from "../option_names.ts";
import type { Packet } from "../packet.ts";
import { type Fragment, fragmentIn } from "./datagram.ts";
import { isList, type Packets } from "./feed.ts";
import {
  type Became,
  type DroppedReason,
  Incomplete,
  type IncompleteDatagram,
} from "./incomplete.ts";
import { keepsOriginal, type OverlapPolicy } from "./overlap.ts";
import { headOf, wholePacket } from "./whole.ts";

export type { DroppedReason, IncompleteDatagram };

/** Options for {@linkcode reassembler}. */
export interface ReassemblerOptions {
  /**
   * What to do with fragments that overlap.
   *
   * @default {"first" in IPv4, "drop" in IPv6}
   */
  overlap?: OverlapPolicy | undefined;
  /**
   * How long to wait for the rest of a datagram, in milliseconds by the packets'
   * own time. @default {30000}
   */
  timeout?: number | undefined;
  /** The most datagrams that may be incomplete at a time. @default {4096} */
  maxDatagrams?: number | undefined;
  /**
   * The most octets that all of them may take, with 256 for each fragment's
   * bookkeeping. @default {16777216}
   */
  maxOctets?: number | undefined;
  /** Is told of each datagram that is given up, and why. */
  onDrop?: ((datagram: IncompleteDatagram) => void) | undefined;
}

/** What a {@linkcode Reassembler} has seen so far. */
export interface ReassemblyCounts {
  /** Fragments that were taken. */
  readonly fragments: number;
  /** Datagrams that were put together. */
  readonly datagrams: number;
  /** Fragments of octets that were there already, all the same. */
  readonly duplicates: number;
  /** Fragments that overlapped others. */
  readonly overlaps: number;
  /** Those of them whose octets were not the same. */
  readonly conflicts: number;
  /** Fragments that cannot be: too long, without octets, behind the end. */
  readonly malformed: number;
  /** Datagrams that were given up. */
  readonly dropped: number;
}

/** IP headers in IP headers, and fragment headers behind another, that are undone. */
const MAX_DEPTH = 8;
/** What a datagram takes beside its pieces, roughly. */
const OVERHEAD = 512;

/**
 * Puts fragments together; {@linkcode reassembler} makes one.
 *
 * @see RFC 791 §3.2, RFC 815; RFC 8200 §4.5, RFC 5722, RFC 6946
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const reassembler: net.packet.Reassembler = net.packet.reassembler();
 * const head = net.packet.build(net.packet.ipv4({ flags: ["MF"], id: 9 }), "12345678");
 * assert.equal(reassembler.add(head), undefined);
 * assert.deepEqual(reassembler.pending[0]?.missing, [{ start: 8, end: undefined }]);
 * ```
 */
export class Reassembler {
  readonly #overlap: OverlapPolicy | undefined;
  readonly #timeout: number;
  readonly #maxDatagrams: number;
  readonly #maxOctets: number;
  readonly #onDrop: ((datagram: IncompleteDatagram) => void) | undefined;
  /** The oldest first. */
  readonly #pending = new Map<string, Incomplete>();
  readonly #counts = {
    fragments: 0,
    datagrams: 0,
    duplicates: 0,
    overlaps: 0,
    conflicts: 0,
    malformed: 0,
    dropped: 0,
  };
  #octets = 0;
  #number = 0;

  /**
   * Makes one that has seen nothing.
   *
   * @param options Overlap policy and limits.
   * @throws {TypeError} If there is no such policy.
   * @throws {RangeError} If a limit is no number, 0 or more.
   */
  constructor(options: ReassemblerOptions = {}) {
    onlyKnown("reassemble", options, REASSEMBLER);
    const { overlap, timeout = 30_000, onDrop } = options;
    const { maxDatagrams = 4096, maxOctets = 2 ** 24 } = options;
    if (overlap !== undefined) {
      keepsOriginal(overlap, { start: 0, end: 0 }, { start: 0, end: 0 });
    }
    const limits = { timeout, maxDatagrams, maxOctets };
    for (const [name, value] of Object.entries(limits)) {
      if (typeof value === "number" && value >= 0) continue;
      throw new RangeError(
        `Cannot reassemble as '${name}' must be a number, 0 or more: current value is ${value}`,
      );
    }
    this.#overlap = overlap;
    this.#timeout = timeout;
    this.#maxDatagrams = maxDatagrams;
    this.#maxOctets = maxOctets;
    this.#onDrop = onDrop;
  }

  /** How many of what there were. */
  get counts(): ReassemblyCounts {
    return { ...this.#counts };
  }

  /** The datagrams of which something is missing, the oldest first. */
  get pending(): readonly IncompleteDatagram[] {
    return Array.from(this.#pending.values(), (one) => one.report("pending"));
  }

  /**
   * Takes a packet.
   *
   * A fragment that the capture has cut cannot be put together with others, and
   * is given back like a packet that is no fragment.
   *
   * @param packet The packet, in the order of the capture.
   * @param number Its number there. @default {one more than the last}
   * @returns The packet itself if it is no fragment; the whole datagram as a
   * packet, with the link's header of its first fragment and the time of the one
   * that came last; or `undefined` while something is missing.
   */
  add(packet: Packet, number: number = this.#number + 1): Packet | undefined {
    this.#number = number;
    let whole: Packet | undefined = packet;
    // What was put together may be a fragment again, of what it travels in.
    for (let depth = 0; whole !== undefined && depth < MAX_DEPTH; depth++) {
      const datagram = fragmentIn(whole);
      if (datagram === undefined) return whole;
      if (datagram.end > datagram.bytes.length) return whole;
      whole = this.#take(whole, datagram, number);
    }
    return whole;
  }

  /**
   * Gives up what is incomplete: at the end of a capture.
   *
   * @returns What it was.
   */
  end(): readonly IncompleteDatagram[] {
    return [...this.#pending].map(([key, one]) => this.#drop(key, one, "end"));
  }

  /**
   * Gives the counts and what is incomplete as plain data.
   *
   * @returns Both.
   */
  toJSON(): { counts: ReassemblyCounts; pending: readonly unknown[] } {
    return { counts: this.counts, pending: this.pending };
  }

  /**
   * Shows what is incomplete as a table, under the counts.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { fragments, datagrams, dropped } = this.#counts;
    const rows = this.pending.map(({ missing, packets, ...row }) => ({
      ...row,
      fragments: packets.length,
      missing: missing.map(({ start, end }) => `${start}-${end ?? ""}`),
    }));
    return table(rows, {
      title:
        `reassembler: ${datagrams} datagrams of ${fragments} fragments, ${dropped} dropped`,
      columns: ["src", "dst", "protocol", "id", "fragments", "missing"],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }

  #take(
    packet: Packet,
    datagram: Fragment,
    number: number,
  ): Packet | undefined {
    const { ip, at, start, end, headerEnd, bytes } = datagram;
    const { id, offset, more, protocol } = datagram.fragment;
    const counts = this.#counts;
    counts.fragments++;
    if (packet.time !== undefined) this.#expire(packet.time);
    const octets = bytes.subarray(start, end);
    const isIpv6 = ip.name === "ipv6";
    // RFC 6946: whole in itself, whatever else has the same identification.
    if (isIpv6 && offset === 0 && !more) {
      counts.datagrams++;
      return wholePacket(headOf(packet, datagram), [octets], packet.timestamp);
    }
    const { length } = octets;
    // The length of the whole must fit its field; in IPv6 the first header is not in it.
    const total = headerEnd - at - (isIpv6 ? 40 : 0) + offset + length;
    if (length === 0 || more && length % 8 !== 0 || total > 0xffff) {
      counts.malformed++;
      return undefined;
    }
    const { src, dst } = ip;
    const key = `${src} ${dst} ${id} ${isIpv6 ? "" : protocol}`;
    let one = this.#pending.get(key);
    if (one === undefined) {
      one = new Incomplete(`${src}`, `${dst}`, protocol, id, packet.time);
      this.#pending.set(key, one);
      this.#octets += OVERHEAD;
    }
    const policy = this.#overlap ?? (isIpv6 ? "drop" : "first");
    const cost = one.cost;
    const became = one.add(offset, octets, more, number, policy);
    this.#count(became);
    const isOverlap = became === "overlap" || became === "conflict";
    if (isOverlap && policy === "drop") {
      this.#report(one, "overlap");
      // It stays known, so that its later fragments go the same way.
      one.kill();
    }
    if (offset === 0 && !one.isDead) one.head ??= headOf(packet, datagram);
    this.#octets += one.cost - cost;
    if (one.isWhole && one.head !== undefined) {
      this.#forget(key, one);
      counts.datagrams++;
      const parts = one.pieces.list.map((piece) => piece.octets);
      return wholePacket(one.head, parts, packet.timestamp);
    }
    this.#limit();
    return undefined;
  }

  #count(became: Became): void {
    const counts = this.#counts;
    if (became === "malformed") counts.malformed++;
    if (became === "duplicate") counts.duplicates++;
    if (became === "overlap" || became === "conflict") counts.overlaps++;
    if (became === "conflict") counts.conflicts++;
  }

  /** Gives up the datagrams whose time is over; they are in the order of time. */
  #expire(now: number): void {
    for (const [key, one] of this.#pending) {
      if (one.since !== undefined && now - one.since <= this.#timeout) break;
      this.#drop(key, one, "timeout");
    }
  }

  #limit(): void {
    for (const [key, one] of this.#pending) {
      const { size } = this.#pending;
      if (size <= this.#maxDatagrams && this.#octets <= this.#maxOctets) break;
      this.#drop(key, one, "limit");
    }
  }

  #drop(key: string, one: Incomplete, reason: DroppedReason) {
    this.#forget(key, one);
    return one.isDead ? one.report("overlap") : this.#report(one, reason);
  }

  #report(one: Incomplete, reason: DroppedReason): IncompleteDatagram {
    this.#counts.dropped++;
    const report = one.report(reason);
    this.#onDrop?.(report);
    return report;
  }

  #forget(key: string, one: Incomplete): void {
    this.#pending.delete(key);
    this.#octets -= OVERHEAD + one.cost;
  }
}

/**
 * Makes something that takes packets and puts the fragments among them together.
 *
 * @param options Overlap policy, timeout, limits, and who is told of drops.
 * @returns The reassembler; it keeps what is incomplete, within the limits.
 * @throws {TypeError} If there is no such policy.
 * @throws {RangeError} If a limit is no number, 0 or more.
 * @see RFC 791 §3.2, RFC 815; RFC 8200 §4.5, RFC 5722, RFC 6946
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv6, udp } = net.packet;
 * const packet = build(ipv6({ dst: "2001:db8::1" }), udp({ dstPort: 9 }), "x".repeat(3000));
 * const [first, second, third] = net.packet.fragment(packet, { mtu: 1280 });
 * const reassembler = net.packet.reassembler();
 * assert.equal(reassembler.add(third!), undefined);
 * assert.equal(reassembler.add(first!), undefined);
 * assert.deepEqual(reassembler.add(second!)?.bytes, packet.bytes);
 * ```
 */
export function reassembler(options: ReassemblerOptions = {}): Reassembler {
  return new Reassembler(options);
}

/** What {@linkcode reassemble} gives: a generator, or one to await for a capture. */
export type Reassembled<P extends Packets> = P extends Iterable<Packet>
  ? Generator<Packet, void, void>
  : AsyncGenerator<Packet, void, void>;

/**
 * Puts the fragments of a capture together, and lets all other packets through.
 *
 * What is incomplete at the end is told to `onDrop`.
 *
 * @param packets The packets, in the order of the capture.
 * @param options Overlap policy, timeout, limits, and who is told of drops.
 * @returns The packets; a whole datagram comes where its last fragment was.
 * @throws {TypeError} If `packets` cannot be gone through, or there is no such
 * policy.
 * @throws {RangeError} If a limit is no number, 0 or more.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const packet = build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 9 }), "x".repeat(3000));
 * const fragments = net.packet.fragment(packet, { mtu: 576 });
 * const [whole] = net.packet.reassemble(fragments);
 * assert.equal(fragments.length, 6);
 * assert.deepEqual(whole?.bytes, packet.bytes);
 * ```
 */
export function reassemble<P extends Packets>(
  packets: P,
  options: ReassemblerOptions = {},
): Reassembled<P> {
  const reassembler = new Reassembler(options);
  const generator = isList(packets, "reassemble")
    ? listed(packets, reassembler)
    : captured(packets, reassembler);
  return generator as Reassembled<P>;
}

function* listed(packets: Iterable<Packet>, reassembler: Reassembler) {
  for (const packet of packets) {
    const whole = reassembler.add(packet);
    if (whole !== undefined) yield whole;
  }
  reassembler.end();
}

async function* captured(
  packets: AsyncIterable<Packet>,
  reassembler: Reassembler,
) {
  for await (const packet of packets) {
    const whole = reassembler.add(packet);
    if (whole !== undefined) yield whole;
  }
  reassembler.end();
}
