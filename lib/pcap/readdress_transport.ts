/**
 * Addresses above IP: in quoted packets, of neighbours and groups, in tunnels.
 *
 * @module
 */

import { onesSum } from "../bytes/checksum.ts";
import {
  address4,
  address6,
  changeChecksum,
  hardware,
  opaque,
  type Readdressing,
  type Sums,
} from "./readdress_places.ts";

/** Where checksums stand that cover addresses. */
const CHECKSUM: ReadonlyMap<number, number> = new Map([
  [6, 16],
  [17, 6],
  [33, 6],
  [58, 2],
  [136, 6],
]);
const UDP = 17;
const AUTHENTICATION = 51;
const NOTHING = 59;
const NONE: Sums = { before: 0, after: 0 };

/**
 * Goes on behind an IP header.
 *
 * @param packet The packet.
 * @param protocol What comes, by its IP protocol number.
 * @param at Where it starts.
 * @param end Where what is there of it ends.
 * @param pseudo The sums of the addresses below.
 *
 * @example
 * ```ts
 * import { transport } from "./readdress_transport.ts";
 * import assert from "node:assert/strict";
 *
 * // A TCP checksum over an address whose sum has grown by one is one less.
 * const octets = new Uint8Array(20);
 * octets[17] = 9;
 * const view = new DataView(octets.buffer);
 * const packet = { octets, view, zero: false } as never;
 * transport(packet, 6, 0, 20, { before: 1, after: 2 });
 * assert.equal(octets[17], 8);
 * ```
 */
export function transport(
  packet: Readdressing,
  protocol: number,
  at: number,
  end: number,
  pseudo: Sums,
): void {
  const { octets, view } = packet;
  if (protocol === AUTHENTICATION) {
    // Its check is wrong now, but there is more behind it.
    const next = behindAuthentication(octets, at, end);
    return transport(packet, next.protocol, next.at, end, pseudo);
  }
  if (at >= end) return;
  const place = CHECKSUM.get(protocol);
  const isIcmp = protocol === 1 || protocol === 2;
  const field = place ?? (isIcmp ? 2 : undefined);
  // UDP without a checksum stays without one.
  const isSummed = field !== undefined && at + field + 2 <= end &&
    !(protocol === UDP && view.getUint16(at + field) === 0);
  const before = isSummed ? onesSum(octets, 0, at, end) : 0;
  payload(packet, protocol, at, end);
  if (!isSummed) return;
  const after = onesSum(octets, 0, at, end);
  const sums = place === undefined ? NONE : pseudo;
  const checksumAt = at + field;
  changeChecksum(
    packet,
    checksumAt,
    end,
    fold(before + sums.before),
    fold(after + sums.after),
  );
  if (protocol === UDP && view.getUint16(checksumAt) === 0) {
    view.setUint16(checksumAt, 0xffff);
  }
}

function behindAuthentication(octets: Uint8Array, start: number, end: number) {
  let protocol = AUTHENTICATION;
  let at = start;
  while (protocol === AUTHENTICATION && at + 8 <= end) {
    protocol = octets[at]!;
    at += (octets[at + 1]! + 2) * 4;
  }
  return { protocol: protocol === AUTHENTICATION ? NOTHING : protocol, at };
}

function fold(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

function payload(
  packet: Readdressing,
  protocol: number,
  at: number,
  end: number,
): void {
  const { octets } = packet;
  switch (protocol) {
    case 1:
      return icmp(packet, at, end);
    case 2:
      return igmp(packet, at, end);
    case 4:
    case 41:
      return packet.inner(packet, "ip", at, end);
    case 6:
      if (at + 13 > end) return;
      return opaque(
        packet,
        at + Math.max(20, (octets[at + 12]! >> 4) * 4),
        end,
      );
    case UDP:
      return udp(packet, at, end);
    case 33:
      return opaque(packet, at + 16, end);
    case 47:
      return gre(packet, at, end);
    case 58:
      return icmp6(packet, at, end);
    case NOTHING:
      return opaque(packet, at, end);
    case 103:
      // A multicast packet on its way to the rendezvous point.
      if ((octets[at]! & 0xf) !== 1) return opaque(packet, at, end);
      return packet.inner(packet, "ip", at + 8, end);
    case 132:
      return opaque(packet, at + 12, end);
    case 136:
      return opaque(packet, at + 8, end);
    default:
      return opaque(packet, at, end);
  }
}

const VXLAN = 4789;
const GENEVE = 6081;
const MPLS = 6635;
const ERSPAN = 0x88be;
const ERSPAN_3 = 0x22eb;

function udp(packet: Readdressing, at: number, end: number): void {
  const { octets, view } = packet;
  const from = at + 8;
  if (from + 8 > end) return opaque(packet, from, end);
  const port = view.getUint16(at + 2);
  if (port === VXLAN) return packet.inner(packet, "ethernet", from + 8, end);
  if (port === MPLS) return packet.inner(packet, "mpls", from, end);
  if (port !== GENEVE) return opaque(packet, from, end);
  const options = (octets[from]! & 0x3f) * 4;
  if (view.getUint16(from + 2) === 0x6558) {
    packet.inner(packet, "ethernet", from + 8 + options, end);
  } else packet.inner(packet, "ip", from + 8 + options, end);
}

function gre(packet: Readdressing, at: number, end: number): void {
  const { octets, view } = packet;
  if (at + 4 > end) return;
  const flags = octets[at]!;
  // Checksum, key, sequence number; and, with version 1, acknowledgement.
  const isAcknowledged = (octets[at + 1]! & 0x87) === 0x81;
  const parts = [flags & 0x80, flags & 0x20, flags & 0x10, isAcknowledged];
  const from = at + 4 + 4 * parts.filter(Boolean).length;
  const isSummed = (flags & 0x80) !== 0 && at + 6 <= end;
  const before = isSummed ? onesSum(octets, 0, at, end) : 0;
  const type = view.getUint16(at + 2);
  if (type === 0x0800 || type === 0x86dd) packet.inner(packet, "ip", from, end);
  else if (type === 0x6558) packet.inner(packet, "ethernet", from, end);
  else if (type === ERSPAN) {
    // Its first type has no header, nor GRE a sequence number.
    const header = (flags & 0x10) !== 0 ? 8 : 0;
    packet.inner(packet, "ethernet", from + header, end);
  } else if (type === ERSPAN_3 && from + 12 <= end) {
    const header = (octets[from + 11]! & 1) !== 0 ? 20 : 12;
    packet.inner(packet, "ethernet", from + header, end);
  } else opaque(packet, from, end);
  if (!isSummed) return;
  changeChecksum(packet, at + 4, end, before, onesSum(octets, 0, at, end));
}

/** ICMP's messages that quote a packet. */
const QUOTING = new Set([3, 4, 5, 11, 12]);

function icmp(packet: Readdressing, at: number, end: number): void {
  const { octets } = packet;
  const type = octets[at]!;
  if (QUOTING.has(type)) {
    if (type === 5) address4(packet, at + 4, end);
    packet.inner(packet, "ip", at + 8, end);
  } else if (type === 9 && at + 8 <= end) {
    const size = Math.max(1, octets[at + 5]!) * 4;
    for (let i = at + 8; i < end; i += size) address4(packet, i, end);
  } else {
    opaque(packet, at + 8, end);
  }
}

function igmp(packet: Readdressing, at: number, end: number): void {
  const { octets, view } = packet;
  if (octets[at] !== 0x22) {
    address4(packet, at + 4, end);
    // The sources of a query of version 3.
    for (let i = at + 12; i < end; i += 4) address4(packet, i, end);
    return;
  }
  for (let i = at + 8; i + 8 <= end;) {
    const sources = view.getUint16(i + 2);
    const auxiliary = octets[i + 1]! * 4;
    address4(packet, i + 4, end);
    i += 8;
    for (let n = 0; n < sources && i < end; n++, i += 4) {
      address4(packet, i, end);
    }
    opaque(packet, i, Math.min(i + auxiliary, end));
    i += auxiliary;
  }
}

function icmp6(packet: Readdressing, at: number, end: number): void {
  const { octets, view } = packet;
  const type = octets[at]!;
  if (type >= 1 && type <= 4) return packet.inner(packet, "ip", at + 8, end);
  switch (type) {
    case 130:
    case 131:
    case 103:
      // A multicast packet on its way to the rendezvous point.
      if ((octets[at]! & 0xf) !== 1) return opaque(packet, at, end);
      return packet.inner(packet, "ip", at + 8, end);
    case 132:
      address6(packet, at + 8, end);
      // The sources of a query of version 2.
      for (let i = at + 28; i < end; i += 16) address6(packet, i, end);
      return;
    case 133:
      return neighbourOptions(packet, at + 8, end);
    case 134:
      return neighbourOptions(packet, at + 16, end);
    case 135:
    case 136:
      address6(packet, at + 8, end);
      return neighbourOptions(packet, at + 24, end);
    case 137:
      address6(packet, at + 8, end);
      address6(packet, at + 24, end);
      return neighbourOptions(packet, at + 40, end);
    case 143:
      for (let i = at + 8; i + 20 <= end;) {
        const sources = view.getUint16(i + 2);
        const auxiliary = octets[i + 1]! * 4;
        address6(packet, i + 4, end);
        i += 20;
        for (let n = 0; n < sources && i < end; n++, i += 16) {
          address6(packet, i, end);
        }
        i += auxiliary;
      }
      return;
    default:
      return opaque(packet, at + 8, end);
  }
}

function neighbourOptions(
  packet: Readdressing,
  start: number,
  end: number,
): void {
  const { octets } = packet;
  for (let at = start; at + 2 <= end;) {
    const length = octets[at + 1]! * 8;
    if (length === 0) return opaque(packet, at, end);
    const stop = Math.min(at + length, end);
    switch (octets[at]) {
      case 1:
      case 2:
        hardware(packet, at + 2, stop, length === 8 ? 6 : length - 2);
        break;
      case 3:
        address6(packet, at + 16, stop);
        break;
      case 4:
        packet.inner(packet, "ip", at + 8, stop);
        break;
      case 24:
        // A prefix of which the end may be left out.
        if (length > 8) address6(packet, at + 8, stop);
        break;
      case 25:
        for (let i = at + 8; i < stop; i += 16) address6(packet, i, stop);
        break;
      case 5:
        break;
      default:
        opaque(packet, at + 2, stop);
    }
    at += length;
  }
}
