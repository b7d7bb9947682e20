/**
 * The IP header of what came by a socket that keeps it to itself, made again from
 * what the kernel tells beside.
 *
 * @see RFC 791 §3.1, RFC 8200 §3
 * @module
 */

import { internetChecksum } from "../bytes/checksum.ts";
import type { Address } from "../ip/address.ts";

/** What the kernel tells. */
export interface HeaderFacts {
  /** Who sent it. */
  readonly from: Address;
  /** To which address. */
  readonly to: Address;
  /** Time to live, or hop limit. */
  readonly ttl: number;
  /** Type of service, or traffic class. */
  readonly tos: number;
  /** The protocol within. */
  readonly protocol: number;
}

/**
 * Puts an IP header before a payload.
 *
 * @param facts What is to be in it; identification, flow label and options are not
 * known, and 0 or absent.
 * @param payload What follows; it is copied.
 * @returns The packet.
 */
export function withHeader(
  { from, to, ttl, tos, protocol }: HeaderFacts,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const isIpv4 = from.family === 4;
  const size = isIpv4 ? 20 : 40;
  const octets = new Uint8Array(size + payload.length);
  const view = new DataView(octets.buffer);
  octets.set(payload, size);
  if (isIpv4) {
    octets[0] = 0x45;
    octets[1] = tos;
    view.setUint16(2, octets.length);
    octets[8] = ttl;
    octets[9] = protocol;
    octets.set(from.toBytes(), 12);
    octets.set(to.toBytes(), 16);
    view.setUint16(10, internetChecksum(octets.subarray(0, size)));
  } else {
    view.setUint32(0, 6 << 28 | tos << 20);
    view.setUint16(4, payload.length);
    octets[6] = protocol;
    octets[7] = ttl;
    octets.set(from.toBytes(), 8);
    octets.set(to.toBytes(), 24);
  }
  return octets;
}
