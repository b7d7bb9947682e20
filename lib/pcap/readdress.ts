/**
 * Addresses of a packet replaced in place, and checksums with them.
 *
 * Checksums are changed by what has changed under them (RFC 1624): right ones
 * stay right, also where the packet was cut, and wrong ones stay wrong.
 *
 * @module
 */

import { onesSum } from "../bytes/checksum.ts";
import {
  address4,
  address6,
  type AddressChange,
  changeChecksum,
  changed,
  hardware,
  type Inner,
  opaque,
  type Readdressing,
  type Sums,
} from "./readdress_places.ts";
import { dataView } from "./records.ts";
import { transport } from "./readdress_transport.ts";

/** Packets within packets: more there are on no real network. */
const MAX_DEPTH = 16;

/** What link types start with. */
const Link = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  raw: [12, 14, 101, 228, 229],
  loop: 108,
  sll: 113,
  sll2: 276,
} as const;

/**
 * Says whether packets of a link type can be understood.
 *
 * @param linkType The link type.
 * @returns Whether addresses in them are found.
 *
 * @example
 * ```ts
 * import { knowsLink } from "./readdress.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(knowsLink(1) && !knowsLink(127));
 * ```
 */
export function knowsLink(linkType: number): boolean {
  return Object.values(Link).flat().includes(linkType as never);
}

/** What is to become of packets. */
export interface ReaddressOptions {
  /** What replaces addresses. */
  readonly pan: AddressChange;
  /** Whether octets that are not understood become zeros. */
  readonly zero: boolean;
}

/**
 * Replaces the addresses of a packet.
 *
 * @param octets The packet: what is there of it.
 * @param linkType What it starts with: one that {@linkcode knowsLink} knows.
 * @param options What replaces addresses.
 *
 * @example
 * ```ts
 * import { CryptoPan } from "./crypto_pan.ts";
 * import { readdress } from "./readdress.ts";
 * import assert from "node:assert/strict";
 *
 * const pan = await CryptoPan.create(new Uint8Array(32));
 * const octets = Uint8Array.fromHex("4500001400000000401166d70a0000010a000002");
 * readdress(octets, 101, { pan, zero: false });
 * assert.notEqual(octets.subarray(12).toHex(), "0a0000010a000002");
 * ```
 */
export function readdress(
  octets: Uint8Array,
  linkType: number,
  options: ReaddressOptions,
): void {
  const view = dataView(octets);
  const packet: Readdressing = { ...options, octets, view, depth: 0, inner };
  link(packet, linkType, 0, octets.length);
}

/** Goes on with a packet within a packet. */
const inner: Inner = (packet, kind, at, end) => {
  if (kind === "ip") ip(packet, at, end);
  else if (kind === "mpls") mpls(packet, at, end);
  else ethernet(packet, at, end);
};

function link(
  packet: Readdressing,
  linkType: number,
  at: number,
  end: number,
): void {
  const { view } = packet;
  switch (linkType) {
    case Link.ethernet:
      return ethernet(packet, at, end);
    case Link.null:
    case Link.loop:
      return ip(packet, at + 4, end);
    case Link.ppp: {
      // The address and control octets may be left out.
      const from = at + 2 <= end && view.getUint16(at) === 0xff03 ? at + 2 : at;
      return ppp(packet, from, end);
    }
    case Link.sll:
      cooked(packet, at + 6, end, at + 6 <= end ? view.getUint16(at + 4) : 0);
      return typed(packet, at + 14, at + 16, end);
    case Link.sll2:
      cooked(packet, at + 12, end, at + 12 <= end ? view.getUint8(at + 11) : 0);
      return typed(packet, at, at + 20, end);
    default:
      return ip(packet, at, end);
  }
}

function ip(packet: Readdressing, at: number, end: number): void {
  if (at >= end) return;
  // A packet that goes on for ever is not followed, and nothing of it is kept.
  if (packet.depth >= MAX_DEPTH) return void packet.octets.fill(0, at, end);
  packet.depth++;
  const version = packet.octets[at]! >> 4;
  if (version === 4) ipv4(packet, at, end);
  else if (version === 6) ipv6(packet, at, end);
  else opaque(packet, at, end);
  packet.depth--;
}

/** A hardware address with the room for one of eight octets. */
function cooked(
  packet: Readdressing,
  at: number,
  end: number,
  length: number,
): void {
  hardware(packet, at, end, length === 6 ? 6 : 8);
}

function ethernet(packet: Readdressing, at: number, end: number): void {
  if (packet.depth >= MAX_DEPTH) return void packet.octets.fill(0, at, end);
  hardware(packet, at, end);
  hardware(packet, at + 6, end);
  packet.depth++;
  typed(packet, at + 12, at + 14, end);
  packet.depth--;
}

/** Goes on behind an EtherType. */
function typed(
  packet: Readdressing,
  typeAt: number,
  from: number,
  end: number,
): void {
  const { view } = packet;
  let at = from;
  if (at > end || typeAt + 2 > end) return;
  let type = view.getUint16(typeAt);
  for (;;) {
    switch (type) {
      case 0x0800:
      case 0x86dd:
        return ip(packet, at, end);
      case 0x0806:
      case 0x8035:
        return arp(packet, at, end);
      case 0x8864:
        return ppp(packet, at + 6, end);
      case 0x8847:
      case 0x8848:
        return mpls(packet, at, end);
      case 0x894f:
        return serviceHeader(packet, at, end);
      case 0x6558:
        return ethernet(packet, at, end);
      case 0x8100:
      case 0x88a8:
      case 0x9100:
        if (at + 4 > end) return;
        type = view.getUint16(at + 2);
        at += 4;
        continue;
    }
    // A length, and SNAP behind it, which has a type of its own.
    const isSnap = type <= 1500 && at + 8 <= end &&
      view.getUint32(at) === 0xaaaa0300 && view.getUint16(at + 4) === 0;
    if (!isSnap) return opaque(packet, at, end);
    type = view.getUint16(at + 6);
    at += 8;
  }
}

/** Labels, up to the one that says that it is the last. */
function mpls(packet: Readdressing, start: number, end: number): void {
  let at = start;
  while (at + 4 <= end && (packet.octets[at + 2]! & 1) === 0) at += 4;
  ip(packet, at + 4, end);
}

/** A network service header (RFC 8300). */
function serviceHeader(packet: Readdressing, at: number, end: number): void {
  if (at + 8 > end) return;
  const next = packet.octets[at + 3]!;
  const from = at + Math.max(8, (packet.octets[at + 1]! & 0x3f) * 4);
  if (next === 1 || next === 2) ip(packet, from, end);
  else if (next === 3) ethernet(packet, from, end);
  else if (next === 5) mpls(packet, from, end);
  else opaque(packet, from, end);
}

function ppp(packet: Readdressing, at: number, end: number): void {
  if (at + 2 > end) return;
  const protocol = packet.view.getUint16(at);
  if (protocol === 0x0021 || protocol === 0x0057) ip(packet, at + 2, end);
  else if (protocol === 0x0281 || protocol === 0x0283) {
    mpls(packet, at + 2, end);
  } else opaque(packet, at + 2, end);
}

function arp(packet: Readdressing, at: number, end: number): void {
  const { view } = packet;
  if (at + 8 > end) return;
  const isIpv4 = view.getUint16(at + 2) === 0x0800;
  const [hardwareLength, length] = [
    view.getUint8(at + 4),
    view.getUint8(at + 5),
  ];
  let from = at + 8;
  for (let i = 0; i < 2; i++) {
    hardware(packet, from, end, hardwareLength);
    from += hardwareLength;
    if (isIpv4 && length === 4) address4(packet, from, end);
    else {packet.octets.fill(
        0,
        Math.min(from, end),
        Math.min(from + length, end),
      );}
    from += length;
  }
  opaque(packet, from, end);
}

function ipv4(packet: Readdressing, at: number, captured: number): void {
  const { octets, view } = packet;
  if (at + 20 > captured) {
    address4(packet, at + 12, captured);
    address4(packet, at + 16, captured);
    return;
  }
  const header = Math.max(20, (octets[at]! & 0xf) * 4);
  const total = view.getUint16(at + 2);
  const end = total >= header ? Math.min(captured, at + total) : captured;
  const options = Math.min(at + header, end);
  const before = onesSum(octets, 0, at, options);
  const source = changed(packet, at + 12, at + 16, () => {
    address4(packet, at + 12, end);
  });
  const destination = changed(packet, at + 16, at + 20, () => {
    address4(packet, at + 16, end);
  });
  const last = routes(packet, at + 20, options) ?? destination;
  changeChecksum(packet, at + 10, end, before, onesSum(octets, 0, at, options));
  const isFirst = (view.getUint16(at + 6) & 0x1fff) === 0;
  const pseudo = added(source, last);
  if (isFirst) transport(packet, octets[at + 9]!, options, end, pseudo);
  else opaque(packet, options, end);
  opaque(packet, end, captured);
}

/**
 * The options that hold addresses: routes that were or are to be taken.
 *
 * @returns The sums of the address that the packet goes to in the end, if that
 * is one of them.
 */
function routes(
  packet: Readdressing,
  start: number,
  end: number,
): Sums | undefined {
  const { octets } = packet;
  let last: Sums | undefined;
  for (let at = start; at < end;) {
    const type = octets[at]!;
    if (type === 0) break;
    if (type === 1) {
      at++;
      continue;
    }
    const length = at + 2 <= end ? octets[at + 1]! : 0;
    if (length < 2) break;
    const stop = Math.min(at + length, end);
    if (type === 7 || type === 131 || type === 137) {
      const isLeft = type !== 7 && octets[at + 2]! <= length - 3;
      for (let i = at + 3; i + 4 <= stop; i += 4) {
        const sums = changed(packet, i, i + 4, () => address4(packet, i, stop));
        if (isLeft) last = sums;
      }
    } else if (type === 68 && at + 4 <= stop && (octets[at + 3]! & 0xf) !== 0) {
      for (let i = at + 4; i + 8 <= stop; i += 8) address4(packet, i, stop);
    }
    at += length;
  }
  return last;
}

function ipv6(packet: Readdressing, at: number, captured: number): void {
  const { octets, view } = packet;
  if (at + 40 > captured) {
    address6(packet, at + 8, captured);
    address6(packet, at + 24, captured);
    return;
  }
  const length = view.getUint16(at + 4);
  // A payload of 0 octets is a jumbogram, or was left to the card to fill in.
  const end = length > 0 ? Math.min(captured, at + 40 + length) : captured;
  const source = changed(packet, at + 8, at + 24, () => {
    address6(packet, at + 8, end);
  });
  let destination = changed(packet, at + 24, at + 40, () => {
    address6(packet, at + 24, end);
  });
  let next = octets[at + 6]!;
  let from = at + 40;
  while (EXTENSIONS.has(next) && from + 8 <= end) {
    const isFixed = next === FRAGMENT;
    const size = isFixed ? 8 : (octets[from + 1]! + 1) * 8;
    if (next === ROUTING) {
      const stop = Math.min(from + size, end);
      destination = route6(packet, from, stop) ?? destination;
    }
    const isLater = isFixed && (view.getUint16(from + 2) & 0xfff8) !== 0;
    next = octets[from]!;
    from += size;
    if (!isLater) continue;
    opaque(packet, from, captured);
    return;
  }
  transport(packet, next, from, end, added(source, destination));
  opaque(packet, end, captured);
}

const ROUTING = 43;
const FRAGMENT = 44;
/** Headers behind IPv6's that say how long they are in the same way. */
const EXTENSIONS = new Set([0, ROUTING, FRAGMENT, 60, 135, 139, 140]);

/** Segments of a routing header; gives the sums of the last, if it is yet to come. */
function route6(
  packet: Readdressing,
  at: number,
  end: number,
): Sums | undefined {
  const { octets } = packet;
  const type = octets[at + 2]!;
  const isLeft = octets[at + 3]! > 0;
  // Segment routing lists its segments from the last to the first.
  const isReverse = type === 4;
  const stop = isReverse ? Math.min(end, at + 24 + octets[at + 4]! * 16) : end;
  let final: Sums | undefined;
  if (type !== 0 && type !== 2 && !isReverse) {
    opaque(packet, at + 4, end);
    return undefined;
  }
  for (let i = at + 8; i < stop; i += 16) {
    const to = Math.min(i + 16, stop);
    const sums = changed(packet, i, to, () => address6(packet, i, stop));
    if (!isReverse || i === at + 8) final = sums;
  }
  return isLeft ? final : undefined;
}

function added(a: Sums, b: Sums): Sums {
  return { before: fold(a.before + b.before), after: fold(a.after + b.after) };
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
