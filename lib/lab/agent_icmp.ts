/**
 * ICMP and sockets in the octets that the system has them in, for both versions
 * of IP (RFC 792, RFC 4443).
 *
 * @module
 */

import { check, libc } from "../ffi/libc.ts";
import type { Address } from "../ip/address.ts";

const AF_INET = 2;
const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
const NONBLOCK_CLOEXEC = 0o2004000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
export const POLLIN = 1;
export const POLLOUT = 4;

/** The two families' numbers for the same. */
export const ECHO = {
  4: {
    protocol: IPPROTO_ICMP,
    request: 8,
    reply: 0,
    unreachable: 3,
    exceeded: 11,
    header: 20,
  },
  6: {
    protocol: IPPROTO_ICMPV6,
    request: 128,
    reply: 129,
    unreachable: 1,
    exceeded: 3,
    header: 40,
  },
} as const;

/** A struct sockaddr_in or sockaddr_in6. */
export function socketAddress(
  address: Address,
  port: number,
): Uint8Array<ArrayBuffer> {
  const isIpv4 = address.family === 4;
  const bytes = new Uint8Array(isIpv4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isIpv4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(address.toBytes(), isIpv4 ? 4 : 8);
  return bytes;
}

/** Opens one that never blocks, in the namespace that the thread is in. */
export function openSocket(
  family: 4 | 6,
  kind: number,
  protocol: number,
): number {
  const number = family === 4 ? AF_INET : AF_INET6;
  const fd = libc().socket(number, kind | NONBLOCK_CLOEXEC, protocol);
  return check(fd, "open", "a socket in a node");
}

/** An echo request of 16 octets. */
export function echoRequest(
  family: 4 | 6,
  id: number,
  sequence: number,
): Uint8Array<ArrayBuffer> {
  const packet = new Uint8Array(16);
  const view = new DataView(packet.buffer);
  packet[0] = ECHO[family].request;
  view.setUint16(4, id);
  view.setUint16(6, sequence);
  // For IPv6 the kernel knows the addresses that its checksum needs.
  if (family === 4) {
    let sum = 0;
    for (let i = 0; i < 16; i += 2) sum += view.getUint16(i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(2, ~sum & 0xffff);
  }
  return packet;
}

/** An ICMP message. */
export interface Icmp {
  readonly type: number;
  readonly code: number;
  readonly id: number;
  readonly sequence: number;
  /** What follows its 8 octets: for an error, the packet that it is about. */
  readonly inner: Uint8Array;
}

/** Reads a message from a raw socket. An IPv4 one gives the IP header too. */
export function readIcmp(family: 4 | 6, octets: Uint8Array): Icmp | undefined {
  const skip = family === 4 ? (octets[0]! & 15) * 4 : 0;
  if (octets.length < skip + 8) return undefined;
  const view = viewOf(octets, skip);
  return {
    type: view.getUint8(0),
    code: view.getUint8(1),
    id: view.getUint16(4),
    sequence: view.getUint16(6),
    inner: octets.subarray(skip + 8),
  };
}

/** A view on octets, without the first few. */
export function viewOf(
  { buffer, byteOffset, byteLength }: Uint8Array,
  skip: number,
): DataView {
  return new DataView(buffer, byteOffset + skip, byteLength - skip);
}

/** The transport header of the packet that an error is about. */
export function transportInside(
  family: 4 | 6,
  inner: Uint8Array,
): { readonly protocol: number; readonly header: DataView } | undefined {
  const length = family === 4 ? (inner[0]! & 15) * 4 : ECHO[6].header;
  if (inner.length < length + 8) return undefined;
  const protocol = inner[family === 4 ? 9 : 6]!;
  return { protocol, header: viewOf(inner, length) };
}

/** The echo request that an error is about. */
export function echoInside(
  family: 4 | 6,
  inner: Uint8Array,
): { id: number; sequence: number } | undefined {
  const found = transportInside(family, inner);
  if (found?.protocol !== ECHO[family].protocol) return undefined;
  return { id: found.header.getUint16(4), sequence: found.header.getUint16(6) };
}
