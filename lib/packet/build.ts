/**
 * Packets from headers and a payload: what is not set is worked out.
 *
 * @module
 */

import { assemble, type Parts, type Trailer } from "./assemble.ts";
import type { RawValues } from "./layer.ts";
import { type Layers, Packet } from "./packet.ts";

/** A header of any layer; its layer calls it a {@linkcode LayerSpec}. */
export interface AnyLayerSpec {
  /** What kind of header. */
  readonly layer: { readonly name: string };
  /** The fields that were set, as they were given. */
  readonly values: object;
  /** The same as numbers, addresses and octets, checked. */
  readonly raw: RawValues;
}

/**
 * What a packet is built of: headers, outermost first, then perhaps a payload,
 * then perhaps octets that no header's length covers.
 */
export type Part = AnyLayerSpec | Uint8Array | string | Trailer;

/** The names of the headers among some parts. */
export type NamesOf<P extends readonly unknown[]> = P[number] extends infer One
  ? One extends { readonly layer: { readonly name: infer N } }
    ? N & keyof Layers
  : never
  : never;

/** A packet that was built: its own headers are there for sure. */
export type BuiltPacket<N extends keyof Layers = never> =
  & Packet<N>
  & { readonly [K in N]: Layers[K] };

/**
 * Builds a packet.
 *
 * Lengths, checksums and the numbers that say what comes next are worked out
 * where they are not set. What is set is kept, even if it is wrong.
 *
 * @param parts Headers, outermost first, and a payload as octets or UTF-8 text.
 * @returns The packet, whose link type is that of its first header.
 * @throws {TypeError} If there is no header, a part is none, or nothing says how
 * one header follows the other.
 * @throws {RangeError} If a length does not fit its field.
 * @see RFC 1071 (checksums), RFC 9293 §3.1 and RFC 8200 §8.1 (pseudo-headers)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const packet = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ dstPort: 53 }), "hi");
 * assert.equal(packet.ipv4.totalLength, 30);
 * assert.equal(packet.ipv4.protocol, 17);
 * assert.equal(packet.with({ ipv4: { ttl: 4 } }).ipv4.ttl, 4);
 * ```
 */
export function build<const P extends readonly Part[]>(
  ...parts: P
): BuiltPacket<NamesOf<P>> {
  const given = parts as readonly unknown[] as Parts;
  return new Packet(
    assemble(given),
    given,
  ) as unknown as BuiltPacket<NamesOf<P>>;
}
