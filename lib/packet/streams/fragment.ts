/**
 * IP fragmentation: one datagram as several packets.
 *
 * @module
 */

import { internetChecksum } from "../../bytes/checksum.ts";
import { onlyKnown } from "../../known_options.ts";
import { FRAGMENT as OPTIONS } from "../option_names.ts";
import { decode, Packet } from "../packet.ts";
import {
  type Datagram,
  datagramIn,
  FRAGMENT,
  layerWithLength,
} from "./datagram.ts";

/** Options for {@linkcode fragment}. */
export interface FragmentOptions {
  /** The most octets of an IP packet, its header included, that the link takes. */
  mtu: number;
  /**
   * What marks the fragments of the datagram: 16 bits in IPv4, 32 in IPv6. A
   * fragment that is divided again keeps its own.
   *
   * @default {the packet's own in IPv4, a random one in IPv6}
   */
  id?: number | undefined;
}

/** Octets of an IPv6 fragment header. */
const FRAGMENT_HEADER = 8;

/**
 * Divides a packet's IP datagram among as many packets as a link needs.
 *
 * Each fragment gets the link's header, the IP header with length, offset and
 * checksum as they must be, and a multiple of 8 octets but for the last. In
 * IPv4 the options that are not to be copied are in the first alone. In IPv6 the
 * Fragment header goes behind the Hop-by-Hop Options and the Routing header;
 * that only the sender may divide a packet there is not checked. A fragment can
 * be divided again. With IP inside IP, the outer is divided.
 *
 * @param packet The packet, whole.
 * @param options The MTU in octets, and the identification.
 * @returns The fragments in order; the packet alone if it fits.
 * @throws {RangeError} If the packet must not be divided (DF), is too long, or
 * `mtu` has no room for the header and 8 octets, or `id` does not fit.
 * @throws {TypeError} If it is no packet with IP, or was cut, or a header before
 * IP's states a length.
 * @see RFC 791 §3.2; RFC 8200 §4.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const packet = build(ipv4({ dst: "192.0.2.1", id: 7 }), udp({ dstPort: 9 }), "x".repeat(2000));
 * const fragments = net.packet.fragment(packet, { mtu: 1500 });
 * assert.deepEqual(fragments.map((part) => part.ipv4?.totalLength), [1500, 548]);
 * assert.deepEqual(fragments.map((part) => part.ipv4?.fragmentOffset), [0, 185]);
 * ```
 */
export function fragment(
  packet: Packet,
  options: FragmentOptions,
): readonly Packet[] {
  const datagram = packet instanceof Packet ? datagramIn(packet) : undefined;
  if (datagram === undefined) {
    throw refuse("'packet' must be a Packet with IP", packet, TypeError);
  }
  onlyKnown("fragment a packet", options, OPTIONS);
  const { mtu, id } = options;
  const { ip, at, end, bytes } = datagram;
  if (!(Number.isInteger(mtu) && mtu > 0)) {
    throw refuse("'mtu' must be a whole number of octets", mtu);
  }
  const most = ip.name === "ipv4" ? 0xffff : 0xffffffff;
  if (!(id === undefined || Number.isInteger(id) && id >= 0 && id <= most)) {
    throw refuse(`'id' must be a whole number from 0 to ${most}`, id);
  }
  if (end > bytes.length) {
    throw refuse(
      `'packet' must be whole, ${end - at} octets of ${ip.name}`,
      bytes.length - at,
      TypeError,
    );
  }
  if (end - at <= mtu) return [packet];
  if (end - datagram.start + (datagram.fragment?.offset ?? 0) > 0xffff) {
    throw refuse("'packet' must carry at most 65535 octets", end - at);
  }
  const fixed = layerWithLength(packet, ip);
  if (fixed !== undefined) {
    throw refuse(
      "no header before IP's may state a length",
      fixed,
      TypeError,
    );
  }
  const pieces = ip.name === "ipv4"
    ? divideIpv4(datagram, ip.flags.includes("DF"), mtu, id ?? ip.id)
    : divideIpv6(datagram, mtu, id ?? randomId());
  const { linkType, timestamp } = packet;
  return pieces.map((piece) => decode(piece, { linkType, timestamp }));
}

function refuse(
  must: string,
  value: unknown,
  Kind: typeof RangeError | typeof TypeError = RangeError,
): Error {
  return new Kind(
    `Cannot fragment a packet as ${must}: current value is ${value}`,
  );
}

function randomId(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** Divides what is from `start` to `end` into pieces of a multiple of 8 octets. */
function* shares(
  { start, end, fragment }: Datagram,
  room: (isFirst: boolean) => number,
  mtu: number,
) {
  const base = fragment?.offset ?? 0;
  for (let at = start; at < end;) {
    const available = room(at === start);
    const isLast = end - at <= available;
    const length = isLast ? end - at : available - available % 8;
    if (length <= 0) {
      throw refuse(
        `'mtu' must have room for the headers and 8 octets, ${
          mtu - available + 8
        } or more`,
        mtu,
      );
    }
    const more = !isLast || fragment?.more === true;
    yield { at, length, offset: base + at - start, more };
    at += length;
  }
}

function divideIpv4(
  datagram: Datagram,
  isUndivided: boolean,
  mtu: number,
  id: number,
): Uint8Array[] {
  if (isUndivided) {
    throw refuse(
      "'packet' must not have DF (don't fragment) set, which asks for an ICMP error instead",
      "DF",
    );
  }
  const { bytes, at, headerEnd, fragment } = datagram;
  const first = bytes.subarray(at, headerEnd);
  const later = copiedHeader(first);
  const room = (isFirst: boolean) => mtu - (isFirst ? first : later).length;
  return Array.from(shares(datagram, room, mtu), (share) => {
    const header = share.at === datagram.start ? first : later;
    const octets = joined(datagram, header, 0, share);
    const view = new DataView(octets.buffer);
    view.setUint16(at + 2, octets.length - at);
    view.setUint16(at + 4, fragment?.id ?? id);
    const kept = view.getUint16(at + 6) & 0xc000;
    view.setUint16(at + 6, kept | (share.more ? 0x2000 : 0) | share.offset / 8);
    view.setUint16(at + 10, 0);
    view.setUint16(
      at + 10,
      internetChecksum(octets, 0, at, at + header.length),
    );
    return octets;
  });
}

/**
 * The header of all fragments but the first: with the options whose highest bit
 * says that they are copied (RFC 791 §3.1).
 */
function copiedHeader(header: Uint8Array): Uint8Array {
  const kept: number[] = [...header.subarray(0, 20)];
  for (let at = 20; at < header.length;) {
    const kind = header[at]!;
    if (kind === 0) break;
    const length = kind === 1 ? 1 : header[at + 1] ?? 0;
    // A length that cannot be ends the options: what it means is not known.
    if (length < 1 || kind !== 1 && length < 2) break;
    if (at + length > header.length) break;
    if (kind & 0x80) kept.push(...header.subarray(at, at + length));
    at += length;
  }
  while (kept.length % 4 !== 0) kept.push(0);
  kept[0] = 0x40 | kept.length / 4;
  return Uint8Array.from(kept);
}

function divideIpv6(datagram: Datagram, mtu: number, id: number): Uint8Array[] {
  const { bytes, at, headerEnd, nextAt, fragment } = datagram;
  const header = bytes.subarray(at, headerEnd);
  const room = () => mtu - header.length - FRAGMENT_HEADER;
  return Array.from(shares(datagram, room, mtu), (share) => {
    const octets = joined(datagram, header, FRAGMENT_HEADER, share);
    const view = new DataView(octets.buffer);
    view.setUint16(at + 4, octets.length - at - 40);
    octets[headerEnd] = fragment?.protocol ?? octets[nextAt]!;
    octets[nextAt] = FRAGMENT;
    view.setUint16(headerEnd + 2, share.offset | (share.more ? 1 : 0));
    view.setUint32(headerEnd + 4, fragment?.id ?? id);
    return octets;
  });
}

/** The link's header, the IP header, room, and a share of the datagram. */
function joined(
  { bytes, at }: Datagram,
  header: Uint8Array,
  extra: number,
  share: { readonly at: number; readonly length: number },
): Uint8Array<ArrayBuffer> {
  const front = at + header.length + extra;
  const octets = new Uint8Array(front + share.length);
  octets.set(bytes.subarray(0, at));
  octets.set(header, at);
  octets.set(bytes.subarray(share.at, share.at + share.length), front);
  return octets;
}
