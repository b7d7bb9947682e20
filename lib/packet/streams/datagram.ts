/**
 * The IP datagram in a packet: what of it every fragment has, what is divided
 * among them, and where a fragment belongs.
 *
 * IPv6's extension headers are read here from the octets, as far as that needs.
 *
 * @module
 */

import type { Header } from "../header.ts";
import { LAYER } from "../header.ts";
import type { Packet } from "../packet.ts";
import type { IpHeader } from "./transport.ts";

/** Where one IP datagram, or a fragment of one, lies in a packet. */
export interface Datagram {
  /** The packet's octets. */
  readonly bytes: Uint8Array;
  /** Its IP header. */
  readonly ip: IpHeader;
  /** Octets from the packet's start to the IP header. */
  readonly at: number;
  /**
   * Octets from the packet's start to the end of what every fragment has: the
   * IPv4 header, or IPv6's unfragmentable part (RFC 8200 §4.5).
   */
  readonly headerEnd: number;
  /** IPv6: octets to the field that says what follows the unfragmentable part. */
  readonly nextAt: number;
  /** Octets from the packet's start to what is divided. */
  readonly start: number;
  /** Octets from the packet's start to the datagram's end, as its length says. */
  readonly end: number;
  /** Which fragment it is; `undefined` for a whole datagram. */
  readonly fragment: FragmentFields | undefined;
}

/** A datagram that is a fragment. */
export interface Fragment extends Datagram {
  readonly fragment: FragmentFields;
}

/** What a fragment says of its place. */
export interface FragmentFields {
  /** Identification: 16 bits in IPv4, 32 in IPv6. */
  readonly id: number;
  /** Octets of the datagram before it. */
  readonly offset: number;
  /** Whether more come after it. */
  readonly more: boolean;
  /** What the datagram carries, an IANA protocol number. */
  readonly protocol: number;
}

/** IPv6 Hop-by-Hop Options, Routing, Fragment, Destination Options, AH … */
const HOP_BY_HOP = 0;
const ROUTING = 43;
/** The next header that is a fragment header (RFC 8200 §4.5). */
export const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
/** Mobility (RFC 6275), HIP (RFC 7401), Shim6 (RFC 5533): of the same form. */
const OTHERS: ReadonlySet<number> = new Set([
  HOP_BY_HOP,
  ROUTING,
  AUTHENTICATION,
  DESTINATION,
  135,
  139,
  140,
]);

const IPV6_HEADER = 40;
const FRAGMENT_HEADER = 8;

/**
 * Finds the outermost IP datagram of a packet that is a fragment.
 *
 * @param packet The packet.
 * @returns Where it lies; `undefined` if there is none, as in most packets.
 *
 * @example
 * ```ts
 * import { fragmentIn } from "./datagram.ts";
 * import { build } from "../build.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ipv4({ dst: "192.0.2.1", fragmentOffset: 2 }), "tail");
 * assert.equal(fragmentIn(packet)?.fragment.offset, 16);
 * ```
 */
export function fragmentIn(
  packet: Packet,
): Fragment | undefined {
  for (const layer of packet.layers) {
    if (layer.name === "ipv4") {
      if (layer.fragmentOffset === 0 && !layer.flags.includes("MF")) continue;
    } else if (layer.name === "ipv6") {
      const { nextHeader } = layer;
      if (nextHeader !== FRAGMENT && !OTHERS.has(nextHeader)) continue;
    } else continue;
    const found = datagramAt(packet, layer);
    if (found?.fragment !== undefined) return found as Fragment;
  }
  return undefined;
}

/**
 * Finds the outermost IP datagram of a packet.
 *
 * @param packet The packet.
 * @returns Where it lies; `undefined` if there is none, or its header is cut.
 *
 * @example
 * ```ts
 * import { datagramIn } from "./datagram.ts";
 * import { build } from "../build.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const found = datagramIn(build(ipv4({ dst: "192.0.2.1" }), "hello"))!;
 * assert.deepEqual([found.start, found.end, found.fragment], [20, 25, undefined]);
 * ```
 */
export function datagramIn(packet: Packet): Datagram | undefined {
  for (const layer of packet.layers) {
    if (layer.name === "ipv4" || layer.name === "ipv6") {
      return datagramAt(packet, layer);
    }
  }
  return undefined;
}

/**
 * Tells whether an octet before an IP header depends on the datagram's length.
 *
 * @param packet The packet.
 * @param ip The IP header.
 * @returns The layer before it that states a length, if there is one.
 *
 * @example
 * ```ts
 * import { layerWithLength } from "./datagram.ts";
 * import { build } from "../build.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ipv4({ dst: "192.0.2.1" }), ipv4({ dst: "192.0.2.2" }));
 * assert.equal(layerWithLength(packet, packet.layers[0] as never), undefined);
 * assert.equal(layerWithLength(packet, packet.layers[1] as never), "ipv4");
 * ```
 */
export function layerWithLength(
  packet: Packet,
  ip: IpHeader,
): string | undefined {
  for (const layer of packet.layers) {
    if (layer === ip) break;
    const { payload } = (layer as unknown as Header)[LAYER];
    if (payload?.octets(layer as never) !== undefined) return layer.name;
  }
  return undefined;
}

function datagramAt(packet: Packet, ip: IpHeader): Datagram | undefined {
  const { bytes } = packet;
  return ip.name === "ipv4"
    ? ipv4Datagram(packet, bytes, ip)
    : ipv6Datagram(packet, bytes, ip);
}

function ipv4Datagram(
  packet: Packet,
  bytes: Uint8Array,
  ip: IpHeader & { readonly name: "ipv4" },
): Datagram {
  const { offset: at, headerLength, totalLength, fragmentOffset } = ip;
  const start = at + headerLength;
  const more = ip.flags.includes("MF");
  return {
    bytes,
    ip,
    at,
    headerEnd: start,
    nextAt: at + 9,
    start,
    end: totalLength === 0 ? packet.length : Math.max(start, at + totalLength),
    fragment: fragmentOffset === 0 && !more ? undefined : {
      id: ip.id,
      offset: fragmentOffset * 8,
      more,
      protocol: ip.protocol,
    },
  };
}

function ipv6Datagram(
  packet: Packet,
  bytes: Uint8Array,
  ip: IpHeader & { readonly name: "ipv6" },
): Datagram | undefined {
  const { offset: at, payloadLength } = ip;
  const end = payloadLength === 0
    ? packet.length
    : at + IPV6_HEADER + payloadLength;
  const here = Math.min(end, bytes.length);
  let next = ip.nextHeader;
  let nextAt = at + 6;
  let place = at + IPV6_HEADER;
  // Up to and with the Routing header, or else the Hop-by-Hop Options.
  let headerEnd = place;
  let headerNextAt = nextAt;
  while (OTHERS.has(next) && place + 8 <= here) {
    const units = bytes[place + 1]!;
    const length = next === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
    if (place + length > here) return undefined;
    const kind = next;
    nextAt = place;
    next = bytes[place]!;
    place += length;
    const isFirst = kind === HOP_BY_HOP && headerEnd === at + IPV6_HEADER;
    if (kind === ROUTING || isFirst) {
      headerEnd = place;
      headerNextAt = nextAt;
    }
  }
  if (next !== FRAGMENT || place + FRAGMENT_HEADER > here) {
    return {
      ...{ bytes, ip, at, headerEnd, nextAt: headerNextAt },
      ...{ start: headerEnd, end, fragment: undefined },
    };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const offsetAndMore = view.getUint16(place + 2);
  return {
    ...{ bytes, ip, at, headerEnd: place, nextAt, end },
    start: place + FRAGMENT_HEADER,
    fragment: {
      id: view.getUint32(place + 4),
      offset: offsetAndMore & 0xfff8,
      more: (offsetAndMore & 1) === 1,
      protocol: bytes[place]!,
    },
  };
}
