/**
 * IPv4, IPv6 and what is in them in one line, as tcpdump has them.
 *
 * @module
 */

import { putIcmp, putIcmpv6 } from "./text_icmp.ts";
import {
  asciiOf,
  putAscii,
  putDecimal,
  putIpv4,
  putIpv6,
} from "./text_bytes.ts";
import { NOT_COVERED, putTcp } from "./text_tcp.ts";

const IP = asciiOf("IP ");
const IP6 = asciiOf("IP6 ");
const TO = asciiOf(" > ");
const UDP_LENGTH = asciiOf("UDP, length ");
const PROTOCOL = asciiOf(" ip-proto-");
const COLON = 0x3a;
const SPACE = 0x20;
const DOT = 0x2e;

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

/**
 * Writes an IPv4 packet.
 *
 * @param to Where to write; up to 900 octets.
 * @param at The place.
 * @param b The buffer that it lies in.
 * @param d The same, for numbers.
 * @param ip The packet's first octet.
 * @param end The octet after the last that is there.
 * @param length Octets that there were on the wire from `ip` on.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 * @see RFC 791 §3.1
 *
 * @example
 * ```ts
 * import { putIpv4Packet } from "./text_ip.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "4500001d00000000" + "40110000" + "0a0000010a000002" + "13880035" + "00090000" + "21",
 * );
 * const to = new Uint8Array(900);
 * const end = putIpv4Packet(to, 0, octets, new DataView(octets.buffer), 0, 29, 29);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 1",
 * );
 * ```
 */
export function putIpv4Packet(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  ip: number,
  end: number,
  length: number,
): number {
  if (end - ip < 20 || b[ip]! >>> 4 !== 4) return NOT_COVERED;
  const header = (b[ip]! & 15) << 2;
  const total = d.getUint16(ip + 2);
  if (header < 20 || total < header || total > length || end - ip < header) {
    return NOT_COVERED;
  }
  if (end > ip + total) end = ip + total;
  const inner = ip + header;
  const size = total - header;
  const protocol = b[ip + 9]!;
  const fragment = d.getUint16(ip + 6);
  const isTail = (fragment & 0x1fff) !== 0;
  const hasPorts = !isTail && (protocol === TCP || protocol === UDP);
  if (hasPorts && end - inner < 8) return NOT_COVERED;
  at = putIpv4(to, putAscii(to, at, IP), d.getUint32(ip + 12));
  if (hasPorts) at = putPort(to, at, d.getUint16(inner));
  at = putIpv4(to, putAscii(to, at, TO), d.getUint32(ip + 16));
  if (hasPorts) at = putPort(to, at, d.getUint16(inner + 2));
  to[at++] = COLON;
  if (isTail) return putDecimal(to, putAscii(to, at, PROTOCOL), protocol);
  to[at++] = SPACE;
  switch (protocol) {
    case TCP:
      return putTcp(to, at, b, d, inner, end, size);
    case UDP:
      return putUdp(to, at, d, inner, size, (fragment & 0x2000) !== 0);
    case ICMP:
      return putIcmp(to, at, b, d, inner, end, size);
    default:
      return NOT_COVERED;
  }
}

/**
 * Writes an IPv6 packet.
 *
 * @param to Where to write; up to 900 octets.
 * @param at The place.
 * @param b The buffer that it lies in.
 * @param d The same, for numbers.
 * @param ip The packet's first octet.
 * @param end The octet after the last that is there.
 * @param length Octets that there were on the wire from `ip` on.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 * @see RFC 8200 §3
 *
 * @example
 * ```ts
 * import { putIpv6Packet } from "./text_ip.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = new Uint8Array(48);
 * octets.set(Uint8Array.fromHex("6000000000081140"));
 * octets.set(Uint8Array.fromHex("1388003500080000"), 40);
 * const to = new Uint8Array(900);
 * const end = putIpv6Packet(to, 0, octets, new DataView(octets.buffer), 0, 48, 48);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "IP6 ::.5000 > ::.53: UDP, length 0",
 * );
 * ```
 */
export function putIpv6Packet(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  ip: number,
  end: number,
  length: number,
): number {
  if (end - ip < 40 || b[ip]! >>> 4 !== 6) return NOT_COVERED;
  const size = d.getUint16(ip + 4);
  if (size === 0 || size > length - 40) return NOT_COVERED;
  const inner = ip + 40;
  if (end > inner + size) end = inner + size;
  const next = b[ip + 6]!;
  const hasPorts = next === TCP || next === UDP;
  if (hasPorts && end - inner < 8) return NOT_COVERED;
  at = putAddress(to, putAscii(to, at, IP6), d, ip + 8);
  if (hasPorts) at = putPort(to, at, d.getUint16(inner));
  at = putAddress(to, putAscii(to, at, TO), d, ip + 24);
  if (hasPorts) at = putPort(to, at, d.getUint16(inner + 2));
  to[at++] = COLON;
  to[at++] = SPACE;
  switch (next) {
    case TCP:
      return putTcp(to, at, b, d, inner, end, size);
    case UDP:
      return putUdp(to, at, d, inner, size, false);
    case ICMPV6:
      return putIcmpv6(to, at, b, d, inner, end, size);
    default:
      return NOT_COVERED;
  }
}

function putPort(to: Uint8Array, at: number, port: number): number {
  to[at] = DOT;
  return putDecimal(to, at + 1, port);
}

function putAddress(
  to: Uint8Array,
  at: number,
  d: DataView,
  place: number,
): number {
  return putIpv6(
    to,
    at,
    d.getUint32(place),
    d.getUint32(place + 4),
    d.getUint32(place + 8),
    d.getUint32(place + 12),
  );
}

/** Writes a datagram's length, if its header is sound. */
function putUdp(
  to: Uint8Array,
  at: number,
  d: DataView,
  udp: number,
  size: number,
  isHead: boolean,
): number {
  const stated = d.getUint16(udp + 4);
  if (stated < 8 || stated > size && !isHead) return NOT_COVERED;
  return putDecimal(to, putAscii(to, at, UDP_LENGTH), stated - 8);
}
