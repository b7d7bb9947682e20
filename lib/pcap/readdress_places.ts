/**
 * The places in a packet that are replaced: addresses and checksums.
 *
 * @module
 */

import { onesSum } from "../bytes/checksum.ts";
import type { CryptoPan } from "./crypto_pan.ts";

/** What puts other addresses in place of those that it is shown. */
export type AddressChange = Pick<CryptoPan, "ipv4" | "ipv6" | "mac">;

/** A packet whose addresses are being replaced. */
export interface Readdressing {
  /** What replaces them. */
  readonly pan: AddressChange;
  /** Whether octets that are not understood become zeros. */
  readonly zero: boolean;
  /** The buffer that the packet lies in. */
  readonly octets: Uint8Array;
  /** The same buffer, for numbers. */
  readonly view: DataView;
  /** How many packets this one lies within. */
  depth: number;
  /** Goes on with a packet within this one. */
  readonly inner: Inner;
}

/**
 * Replaces the addresses of a packet within a packet.
 */
export type Inner = (
  packet: Readdressing,
  kind: "ip" | "ethernet" | "mpls",
  at: number,
  end: number,
) => void;

/** The sum of some octets before their change and after it. */
export interface Sums {
  /** Before. */
  readonly before: number;
  /** After. */
  readonly after: number;
}

/**
 * Replaces an IPv4 address; what is there of a cut one becomes zeros.
 *
 * @param packet The packet.
 * @param at Where it starts.
 * @param end Where what is there ends.
 *
 * @example
 * ```ts
 * import { address4 } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(192, 0, 2);
 * address4({ octets } as never, 0, 3);
 * assert.deepEqual(octets, new Uint8Array(3));
 * ```
 */
export function address4(packet: Readdressing, at: number, end: number): void {
  if (at + 4 <= end) packet.pan.ipv4(packet.octets, at);
  else packet.octets.fill(0, Math.min(at, end), end);
}

/**
 * Replaces an IPv6 address; what is there of a cut one becomes zeros.
 *
 * @param packet The packet.
 * @param at Where it starts.
 * @param end Where what is there ends.
 *
 * @example
 * ```ts
 * import { address6 } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0x20, 1);
 * address6({ octets } as never, 0, 2);
 * assert.deepEqual(octets, new Uint8Array(2));
 * ```
 */
export function address6(packet: Readdressing, at: number, end: number): void {
  if (at + 16 <= end) packet.pan.ipv6(packet.octets, at);
  else packet.octets.fill(0, Math.min(at, end), end);
}

/**
 * Replaces a hardware address; one of another length becomes zeros.
 *
 * @param packet The packet.
 * @param at Where it starts.
 * @param end Where what is there ends.
 * @param length Octets of the address. @default {6}
 *
 * @example
 * ```ts
 * import { hardware } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(1, 2, 3);
 * hardware({ octets } as never, 0, 3, 2);
 * assert.deepEqual([...octets], [0, 0, 3]);
 * ```
 */
export function hardware(
  packet: Readdressing,
  at: number,
  end: number,
  length = 6,
): void {
  if (length === 6 && at + 6 <= end) packet.pan.mac(packet.octets, at);
  else packet.octets.fill(0, Math.min(at, end), Math.min(at + length, end));
}

/**
 * Leaves what is not understood as it is, or makes zeros of it.
 *
 * @param packet The packet.
 * @param at Where it starts.
 * @param end Where what is there ends.
 *
 * @example
 * ```ts
 * import { opaque } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(1, 2, 3);
 * opaque({ octets, zero: true } as never, 1, 3);
 * assert.deepEqual([...octets], [1, 0, 0]);
 * ```
 */
export function opaque(packet: Readdressing, at: number, end: number): void {
  if (packet.zero) packet.octets.fill(0, Math.min(at, end), end);
}

/**
 * Changes a checksum by what has changed under it.
 *
 * @param packet The packet.
 * @param at Where it starts.
 * @param end Where what is there ends.
 * @param before The sum of what has changed, before.
 * @param after And after.
 * @see RFC 1624 §3, whose example this is
 *
 * @example
 * ```ts
 * import { changeChecksum } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const view = new DataView(Uint8Array.of(0xdd, 0x2f).buffer);
 * changeChecksum({ view } as never, 0, 2, 0x5555, 0x3285);
 * assert.equal(view.getUint16(0), 0);
 * ```
 */
export function changeChecksum(
  { view }: Readdressing,
  at: number,
  end: number,
  before: number,
  after: number,
): void {
  if (at + 2 > end || before === after) return;
  let sum = (~view.getUint16(at) & 0xffff) + (~before & 0xffff) + after;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at, ~sum & 0xffff);
}

/**
 * Does something to some octets, and says how their sum has changed.
 *
 * @param packet The packet.
 * @param from The first octet.
 * @param to The octet after the last.
 * @param change What to do.
 * @returns Their sums before and after.
 *
 * @example
 * ```ts
 * import { changed } from "./readdress_places.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0, 1);
 * const sums = changed({ octets } as never, 0, 2, () => octets[1] = 3);
 * assert.deepEqual(sums, { before: 1, after: 3 });
 * ```
 */
export function changed(
  { octets }: Readdressing,
  from: number,
  to: number,
  change: () => void,
): Sums {
  const before = onesSum(octets, 0, from, to);
  change();
  return { before, after: onesSum(octets, 0, from, to) };
}
