/**
 * A packet made of the parts of a datagram.
 *
 * @module
 */

import { internetChecksum } from "../../bytes/checksum.ts";
import { decode, type Packet } from "../packet.ts";
import { type Datagram, layerWithLength } from "./datagram.ts";

/** The link type of packets that begin with an IP header. */
const RAW = 101;

/** What a datagram's first fragment has before its share of the octets. */
export interface Head {
  /** The version of IP. */
  readonly ip: "ipv4" | "ipv6";
  /** What the packet starts with. */
  readonly linkType: number;
  /** The headers, copied; those of IP still say that it is a fragment. */
  readonly octets: Uint8Array;
  /** Octets to the IP header. */
  readonly at: number;
  /** IPv6: octets to the field that says what follows them. */
  readonly nextAt: number;
  /** What follows them in the whole datagram. */
  readonly protocol: number;
}

/**
 * Takes the headers off a fragment.
 *
 * What lies before the IP header is kept, but if a header there states a length,
 * which would not be the whole's: then the headers begin with IP.
 *
 * @param packet The packet.
 * @param datagram The fragment in it.
 * @returns The headers.
 *
 * @example
 * ```ts
 * import { headOf } from "./whole.ts";
 * import { datagramIn } from "./datagram.ts";
 * import { build } from "../build.ts";
 * import { ethernet } from "../layers/ethernet.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ethernet(), ipv4({ flags: ["MF"] }), "12345678");
 * const head = headOf(packet, datagramIn(packet)!);
 * assert.deepEqual([head.linkType, head.at, head.octets.length], [1, 14, 34]);
 * ```
 */
export function headOf(packet: Packet, datagram: Datagram): Head {
  const { ip, at, nextAt, headerEnd, bytes, fragment } = datagram;
  const isKept = layerWithLength(packet, ip) === undefined;
  const from = isKept ? 0 : at;
  return {
    ip: ip.name,
    linkType: isKept ? packet.linkType : RAW,
    octets: bytes.slice(from, headerEnd),
    at: at - from,
    nextAt: nextAt - from,
    protocol: fragment?.protocol ?? bytes[nextAt]!,
  };
}

/**
 * Puts headers and the parts behind them into one packet.
 *
 * @param head The headers.
 * @param parts What the datagram carries.
 * @param timestamp The packet's time.
 * @returns The packet.
 *
 * @example
 * ```ts
 * import { headOf, wholePacket } from "./whole.ts";
 * import { datagramIn } from "./datagram.ts";
 * import { build } from "../build.ts";
 * import { ipv4 } from "../layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = build(ipv4({ flags: ["MF"] }), "12345678");
 * const head = headOf(packet, datagramIn(packet)!);
 * const { ipv4: ip } = wholePacket(head, [new Uint8Array(12)], undefined);
 * assert.deepEqual([ip?.totalLength, ip?.flags], [32, []]);
 * ```
 */
export function wholePacket(
  head: Head,
  parts: readonly Uint8Array[],
  timestamp: Temporal.Instant | undefined,
): Packet {
  const { at, linkType } = head;
  const headerEnd = head.octets.length;
  const length = parts.reduce((sum, part) => sum + part.length, headerEnd);
  const octets = new Uint8Array(length);
  octets.set(head.octets);
  let end = headerEnd;
  for (const part of parts) {
    octets.set(part, end);
    end += part.length;
  }
  const view = new DataView(octets.buffer);
  if (head.ip === "ipv4") {
    view.setUint16(at + 2, length - at);
    // Reserved and DF stay; MF and the offset go.
    view.setUint16(at + 6, view.getUint16(at + 6) & 0xc000);
    view.setUint16(at + 10, 0);
    view.setUint16(at + 10, internetChecksum(octets, 0, at, headerEnd));
  } else {
    view.setUint16(at + 4, length - at - 40);
    octets[head.nextAt] = head.protocol;
  }
  return decode(octets, { linkType, timestamp });
}
