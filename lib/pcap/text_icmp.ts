/**
 * The most frequent messages of ICMP, ICMPv6 and ARP, as tcpdump has them.
 *
 * @module
 */

import {
  asciiOf,
  putAscii,
  putDecimal,
  putIpv4,
  putIpv6,
  putMac,
} from "./text_bytes.ts";
import { NOT_COVERED } from "./text_tcp.ts";

const ICMP = asciiOf("ICMP ");
const LENGTH = asciiOf(", length ");
const ECHO_REQUEST = asciiOf("echo request, id ");
const ECHO_REPLY = asciiOf("echo reply, id ");
const SEQ = asciiOf(", seq ");
const NET = asciiOf("net ");
const HOST = asciiOf("host ");
const UDP_PORT = asciiOf(" udp port ");
const TCP_PORT = asciiOf(" tcp port ");
const UNREACHABLE = asciiOf(" unreachable");
const IN_TRANSIT = asciiOf("time exceeded in-transit");

/**
 * Writes an ICMP message: echo, what is unreachable, time exceeded.
 *
 * @param to Where to write; up to 100 octets.
 * @param at The place.
 * @param b The buffer that it lies in.
 * @param d The same, for numbers.
 * @param icmp The message's first octet.
 * @param end The octet after the last that is there.
 * @param size Octets of the message by the packet's own length.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 * @see RFC 792
 *
 * @example
 * ```ts
 * import { putIcmp } from "./text_icmp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(8, 0, 0, 0, 0, 1, 0, 2);
 * const to = new Uint8Array(100);
 * const end = putIcmp(to, 0, octets, new DataView(octets.buffer), 0, 8, 8);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "ICMP echo request, id 1, seq 2, length 8",
 * );
 * ```
 */
export function putIcmp(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  icmp: number,
  end: number,
  size: number,
): number {
  if (end - icmp < 8) return NOT_COVERED;
  at = putAscii(to, at, ICMP);
  const type = b[icmp]!;
  const code = b[icmp + 1]!;
  if (type === 8 || type === 0) {
    at = putEcho(to, at, d, icmp, type === 8);
  } else if (type === 11 && code === 0) {
    at = putAscii(to, at, IN_TRANSIT);
  } else if (type === 3) {
    at = putUnreachable(to, at, b, d, icmp + 8, end, code);
    if (at === NOT_COVERED) return at;
  } else {
    return NOT_COVERED;
  }
  return putDecimal(to, putAscii(to, at, LENGTH), size);
}

function putEcho(
  to: Uint8Array,
  at: number,
  d: DataView,
  message: number,
  isRequest: boolean,
): number {
  at = putAscii(to, at, isRequest ? ECHO_REQUEST : ECHO_REPLY);
  at = putDecimal(to, at, d.getUint16(message + 4));
  return putDecimal(to, putAscii(to, at, SEQ), d.getUint16(message + 6));
}

/** Says what is unreachable, from the packet that did not get there. */
function putUnreachable(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  ip: number,
  end: number,
  code: number,
): number {
  if (end - ip < 20) return NOT_COVERED;
  const header = (b[ip]! & 15) << 2;
  if (code < 2) {
    at = putIpv4(to, putAscii(to, at, code ? HOST : NET), d.getUint32(ip + 16));
    return putAscii(to, at, UNREACHABLE);
  }
  const protocol = b[ip + 9]!;
  const isPort = code === 3 && (protocol === 17 || protocol === 6);
  if (!isPort || end - ip < header + 4) return NOT_COVERED;
  at = putIpv4(to, at, d.getUint32(ip + 16));
  at = putAscii(to, at, protocol === 17 ? UDP_PORT : TCP_PORT);
  at = putDecimal(to, at, d.getUint16(ip + header + 2));
  return putAscii(to, at, UNREACHABLE);
}

const ICMPV6 = asciiOf("ICMP6, ");
const ROUTER_SOLICITATION = asciiOf("router solicitation");
const ROUTER_ADVERTISEMENT = asciiOf("router advertisement");
const WHO_HAS = asciiOf("neighbor solicitation, who has ");
const TARGET = asciiOf("neighbor advertisement, tgt is ");

/**
 * Writes an ICMPv6 message: echo, and the discovery of neighbours and routers.
 *
 * @param to Where to write; up to 120 octets.
 * @param at The place.
 * @param b The buffer that it lies in.
 * @param d The same, for numbers.
 * @param icmp The message's first octet.
 * @param end The octet after the last that is there.
 * @param size Octets of the message by the packet's own length.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 * @see RFC 4443 §4, RFC 4861 §4
 *
 * @example
 * ```ts
 * import { putIcmpv6 } from "./text_icmp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(129, 0, 0, 0, 0, 1, 0, 2);
 * const to = new Uint8Array(120);
 * const end = putIcmpv6(to, 0, octets, new DataView(octets.buffer), 0, 8, 8);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "ICMP6, echo reply, id 1, seq 2, length 8",
 * );
 * ```
 */
export function putIcmpv6(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  icmp: number,
  end: number,
  size: number,
): number {
  if (end - icmp < 8) return NOT_COVERED;
  at = putAscii(to, at, ICMPV6);
  const type = b[icmp]!;
  switch (type) {
    case 128:
    case 129:
      at = putEcho(to, at, d, icmp, type === 128);
      break;
    case 133:
      at = putAscii(to, at, ROUTER_SOLICITATION);
      break;
    case 134:
      if (end - icmp < 16) return NOT_COVERED;
      at = putAscii(to, at, ROUTER_ADVERTISEMENT);
      break;
    case 135:
    case 136:
      if (end - icmp < 24) return NOT_COVERED;
      at = putIpv6(
        to,
        putAscii(to, at, type === 135 ? WHO_HAS : TARGET),
        d.getUint32(icmp + 8),
        d.getUint32(icmp + 12),
        d.getUint32(icmp + 16),
        d.getUint32(icmp + 20),
      );
      break;
    default:
      return NOT_COVERED;
  }
  return putDecimal(to, putAscii(to, at, LENGTH), size);
}

const REQUEST = asciiOf("ARP, Request who-has ");
const TELL = asciiOf(" tell ");
const REPLY = asciiOf("ARP, Reply ");
const IS_AT = asciiOf(" is-at ");

/**
 * Writes an ARP request or reply for an IPv4 address and a MAC address.
 *
 * @param to Where to write; up to 100 octets.
 * @param at The place.
 * @param d The buffer that it lies in.
 * @param arp The first octet.
 * @param end The octet after the last that is there.
 * @param length Octets that there were on the wire from `arp` on.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 * @see RFC 826
 *
 * @example
 * ```ts
 * import { putArp } from "./text_icmp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "0001080006040001" + "020000000001" + "0a000001" + "000000000000" + "0a000002",
 * );
 * const to = new Uint8Array(100);
 * const end = putArp(to, 0, new DataView(octets.buffer), 0, 28, 28);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
 * );
 * ```
 */
export function putArp(
  to: Uint8Array,
  at: number,
  d: DataView,
  arp: number,
  end: number,
  length: number,
): number {
  if (end - arp < 28) return NOT_COVERED;
  if (d.getUint16(arp) !== 1 || d.getUint16(arp + 2) !== 0x0800) {
    return NOT_COVERED;
  }
  if (d.getUint16(arp + 4) !== 0x0604) return NOT_COVERED;
  const operation = d.getUint16(arp + 6);
  const sender = d.getUint32(arp + 14);
  if (operation === 1) {
    at = putIpv4(to, putAscii(to, at, REQUEST), d.getUint32(arp + 24));
    const asked = macAt(d, arp + 18);
    if (asked !== 0) {
      to[at++] = 0x20;
      to[at++] = 0x28;
      at = putMac(to, at, asked);
      to[at++] = 0x29;
    }
    at = putIpv4(to, putAscii(to, at, TELL), sender);
  } else if (operation === 2) {
    at = putIpv4(to, putAscii(to, at, REPLY), sender);
    at = putMac(to, putAscii(to, at, IS_AT), macAt(d, arp + 8));
  } else {
    return NOT_COVERED;
  }
  return putDecimal(to, putAscii(to, at, LENGTH), length);
}

function macAt(d: DataView, place: number): number {
  return d.getUint16(place) * 4294967296 + d.getUint32(place + 2);
}
