/**
 * Which connection a segment belongs to, and in which direction it goes.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Layers } from "../packet.ts";
import { KeyTable } from "./key_table.ts";

/** From the one who sent the first packet, or to it. */
export type Way = 0 | 1;

/**
 * Numbers pairs of endpoints in the order in which they come, whatever the
 * direction: as Wireshark's `udp.stream` does.
 *
 * @example
 * ```ts
 * import { Connections } from "./connections.ts";
 * import { decode } from "../packet.ts";
 * import assert from "node:assert/strict";
 *
 * const header = "4500001c0000000040110000";
 * const [there, back] = [header + "0a0000010a000002", header + "0a0000020a000001"]
 *   .map((octets) => decode(Uint8Array.fromHex(octets), { linkType: 101 }).ipv4!);
 * const connections = new Connections();
 * connections.find(there!.src, there!.dst, 5000, 53);
 * assert.deepEqual([connections.index, connections.way, connections.isNew], [0, 0, true]);
 * connections.find(back!.src, back!.dst, 53, 5000);
 * assert.deepEqual([connections.index, connections.way, connections.isNew], [0, 1, false]);
 * ```
 */
export class Connections {
  /** The number of the connection that was found; -1 if there was no room for it. */
  index = -1;
  /** The direction: 0 if the sender is that of the connection's first packet. */
  way: Way = 0;
  /** Whether the connection was not there before. */
  isNew = false;
  /** How many connections there are. */
  size = 0;
  /** Two addresses, two ports in one word, the family. */
  readonly #pairs = new KeyTable(10);
  /** By pair of endpoints the connection that it has now. */
  readonly #current: number[] = [];
  /** By connection whether its first sender is the second of the pair. */
  readonly #isTurned: boolean[] = [];
  readonly #limit: number;
  #pair = -1;
  #turned = false;

  /**
   * Starts without a connection.
   *
   * @param limit The most to have; what goes beyond is not numbered. @default {Infinity}
   */
  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  /**
   * Finds the connection of two endpoints, or makes one.
   *
   * @param src The sender.
   * @param dst The receiver.
   * @param srcPort The sender's port.
   * @param dstPort The receiver's port.
   */
  find(src: Address, dst: Address, srcPort: number, dstPort: number): void {
    const { key } = this.#pairs;
    // Both directions have one key: the lower endpoint comes first in it.
    const order = src.w3 - dst.w3 || src.w2 - dst.w2 || src.w1 - dst.w1 ||
      src.w0 - dst.w0 || srcPort - dstPort;
    const turned = order > 0;
    const low = turned ? dst : src;
    const high = turned ? src : dst;
    key[0] = low.w0;
    key[1] = low.w1;
    key[2] = low.w2;
    key[3] = low.w3;
    key[4] = high.w0;
    key[5] = high.w1;
    key[6] = high.w2;
    key[7] = high.w3;
    key[8] = turned ? dstPort << 16 | srcPort : srcPort << 16 | dstPort;
    key[9] = low.family;
    const pair = this.#pair = this.#pairs.index(this.#limit);
    this.#turned = turned;
    if (pair < 0) {
      this.index = -1;
      this.isNew = false;
    } else if (pair === this.#current.length) this.renew();
    else {
      const index = this.index = this.#current[pair]!;
      this.way = turned === this.#isTurned[index] ? 0 : 1;
      this.isNew = false;
    }
  }

  /** Gives the endpoints that were found a new connection: their ports are used again. */
  renew(): void {
    if (this.size >= this.#limit) {
      this.index = -1;
      this.isNew = false;
      // Keeps the list as long as the pairs; what comes later goes nowhere too.
      this.#current[this.#pair] = -1;
      return;
    }
    this.index = this.#current[this.#pair] = this.size++;
    this.#isTurned.push(this.#turned);
    this.way = 0;
    this.isNew = true;
  }
}

/** What a TCP connection has shown so far, as bits of `tcp.completeness`. */
export const SEEN = {
  SYN: 1,
  SYN_ACK: 2,
  ACK: 4,
  DATA: 8,
  FIN: 16,
  RST: 32,
} as const;

/** What there is to know of a TCP connection to tell it from the next one. */
export interface TcpConnection {
  /** Bits of {@linkcode SEEN}. */
  seen: number;
  /** By direction the initial sequence number, or one less than the first seen. */
  readonly initial: [number | undefined, number | undefined];
}

/**
 * Numbers TCP connections in the order in which they come, as Wireshark's
 * `tcp.stream` does: a SYN with another initial sequence number, or after a FIN
 * or RST, starts a new one between the same endpoints.
 *
 * @example
 * ```ts
 * import { TcpConnections } from "./connections.ts";
 * import { decode } from "../packet.ts";
 * import assert from "node:assert/strict";
 *
 * const syn = (seq: string) => decode(Uint8Array.fromHex(
 *   `450000280000000040060000 0a000001 0a000002 13880050 ${seq} 00000000 50020000 00000000`
 *     .replaceAll(" ", ""),
 * ), { linkType: 101 });
 * const connections = new TcpConnections();
 * for (const seq of ["00000001", "00000001", "00000009"]) {
 *   const { ipv4, tcp } = syn(seq);
 *   connections.find(ipv4!.src, ipv4!.dst, tcp!, 0);
 * }
 * assert.equal(connections.index, 1);
 * assert.equal(connections.isReused, true);
 * ```
 */
export class TcpConnections {
  /** Whether the segment found has begun a new connection between old endpoints. */
  isReused = false;
  readonly #connections: Connections;
  readonly #states: TcpConnection[] = [];

  /**
   * Starts without a connection.
   *
   * @param limit The most to have; what goes beyond is not numbered. @default {Infinity}
   */
  constructor(limit = Infinity) {
    this.#connections = new Connections(limit);
  }

  /** The number of the connection that was found; -1 if there was no room for it. */
  get index(): number {
    return this.#connections.index;
  }

  /** The direction: 0 if the sender is that of the connection's first packet. */
  get way(): Way {
    return this.#connections.way;
  }

  /** Whether the connection was not there before. */
  get isNew(): boolean {
    return this.#connections.isNew;
  }

  /** How many connections there are. */
  get size(): number {
    return this.#connections.size;
  }

  /** What the connection that was found has shown so far. */
  get state(): TcpConnection {
    return this.#states[this.index]!;
  }

  /**
   * Finds the connection of a segment, or makes one.
   *
   * @param src The sender.
   * @param dst The receiver.
   * @param tcp The TCP header.
   * @param length Octets that the segment carries.
   */
  find(src: Address, dst: Address, tcp: Layers["tcp"], length: number): void {
    const connections = this.#connections;
    connections.find(src, dst, tcp.srcPort, tcp.dstPort);
    const flags = tcpFlags(tcp);
    const { seq } = tcp;
    this.isReused = false;
    if (connections.index < 0) return;
    if ((flags & SYN) !== 0 && !connections.isNew) {
      const { seen, initial } = this.state;
      const before = initial[connections.way];
      const isOver = (seen & (SEEN.FIN | SEEN.RST)) !== 0;
      if (before !== undefined) {
        // The answer to a SYN belongs to the connection that the SYN has begun.
        const isAnswer = (flags & ACK) !== 0;
        this.isReused = before !== seq || isOver && !isAnswer;
        if (this.isReused && !isAnswer) connections.renew();
        if (connections.index < 0) return;
      }
    }
    if (connections.isNew) {
      this.#states.push({ seen: 0, initial: [undefined, undefined] });
    }
    this.#note(flags, tcp, length);
  }

  #note(flags: number, { seq, ack }: Layers["tcp"], length: number): void {
    const { way, state } = this;
    const { initial } = state;
    const isSyn = (flags & SYN) !== 0;
    const isAck = (flags & ACK) !== 0;
    initial[way] ??= isSyn ? seq : seq - 1 >>> 0;
    if (isAck) initial[1 - way] ??= ack - 1 >>> 0;
    let seen = 0;
    if (isSyn) seen = isAck ? SEEN.SYN_ACK : SEEN.SYN;
    else if (isAck) seen = SEEN.ACK;
    if (length > 0) seen |= SEEN.DATA;
    if (flags & FIN) seen |= SEEN.FIN;
    if (flags & RST) seen |= SEEN.RST;
    state.seen |= seen;
  }
}

/** FIN. */
export const FIN = 1;
/** SYN. */
export const SYN = 2;
/** RST. */
export const RST = 4;
/** ACK. */
export const ACK = 16;

/**
 * Gives the control bits of a segment as they are in the header.
 *
 * @param tcp The header.
 * @returns The low six bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32.
 *
 * @example
 * ```ts
 * import { ACK, SYN, tcpFlags } from "./connections.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(tcpFlags({ flags: ["SYN", "ACK"] }), SYN | ACK);
 * ```
 */
export function tcpFlags({ flags }: Pick<Layers["tcp"], "flags">): number {
  let bits = MEMO.get(flags);
  if (bits === undefined) {
    bits = flags.reduce((sum, flag) => sum | (BITS[flag] ?? 0), 0);
    // The lists of a field's values are few, and made once.
    if (Object.isFrozen(flags)) MEMO.set(flags, bits);
  }
  return bits;
}

const BITS: Readonly<Record<string, number>> = {
  FIN,
  SYN,
  RST,
  PSH: 8,
  ACK,
  URG: 32,
};
const MEMO = new WeakMap<readonly string[], number>();
