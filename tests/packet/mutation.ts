/** Packets of the captures, changed by a seed, and everything read of them. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import { decode, type Packet } from "../../lib/packet/mod.ts";
import { type Numbered, packetsByLinkType } from "./corpus.ts";

/** A source of chance from 0 up to and without 1. */
type Random = () => number;

/** Octets that parsers stumble over. */
const ODD = [0, 1, 2, 4, 0x3f, 0x40, 0x45, 0x60, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

/** All packets that have a layer we know. */
export async function known(): Promise<Numbered[]> {
  const all = [...(await packetsByLinkType()).values()].flat();
  return all.filter(({ packet }) => packet.layers.length > 0);
}

/** Octets to decode, and what they start with. */
export interface Mutant {
  readonly octets: Uint8Array;
  readonly linkType: number;
}

/**
 * Changes a packet: octets here and there, mostly in the headers; a cut; a piece
 * twice, or of another packet.
 */
export function mutate(
  { bytes, linkType }: Pick<Packet, "bytes" | "linkType">,
  other: Pick<Packet, "bytes">,
  random: Random,
): Mutant {
  const below = (n: number) => Math.floor(random() * n);
  let octets = bytes.slice();
  const how = below(10);
  if (how === 0) octets = octets.slice(0, below(octets.length + 1));
  if (how === 1 && octets.length > 0) {
    const at = below(octets.length);
    const from = below(other.bytes.length);
    octets.set(
      other.bytes.subarray(from, from + Math.min(40, octets.length - at)),
      at,
    );
  }
  if (how === 2 && octets.length > 0) {
    const at = below(octets.length);
    const piece = octets.slice(at, at + 1 + below(60));
    const longer = new Uint8Array(octets.length + piece.length);
    longer.set(octets.subarray(0, at));
    longer.set(piece, at);
    longer.set(octets.subarray(at), at + piece.length);
    octets = longer;
  }
  const end = random() < 0.7 ? Math.min(200, octets.length) : octets.length;
  for (let changes = below(6); changes > 0 && end > 0; changes--) {
    const at = below(end);
    const pick = below(3);
    octets[at] = pick === 0
      ? ODD[below(ODD.length)]!
      : pick === 1
      ? octets[at]! ^ 1 << below(8)
      : below(256);
  }
  return { octets, linkType };
}

/**
 * Reads all fields of all layers, and checks that it adds up.
 *
 * @returns The packet.
 */
export function readAll({ octets, linkType }: Mutant): Packet {
  const packet = decode(octets, { linkType });
  const { layers, payload, trailer, error, bytes } = packet;
  let at = 0;
  for (const layer of layers) {
    assert.equal(layer.offset, at);
    layer.toJSON();
    at += layer.headerLength;
  }
  assert.equal(at + payload.length + trailer.length, bytes.length);
  assert.ok(error === undefined || error instanceof DecodeError);
  return packet;
}
