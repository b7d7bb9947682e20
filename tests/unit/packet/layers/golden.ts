/** Real headers for the tests of layers: read, and written again from their fields. */

import assert from "node:assert/strict";
import { type Header, LAYER } from "../../../../lib/packet/header.ts";
import {
  type AnyLayer,
  decode,
  type Layers,
  type Packet,
} from "../../../../lib/packet/mod.ts";
import { headerOctets } from "../../../../lib/packet/row.ts";

/** Octets from hexadecimal digits with blanks. */
export const octets = (text: string): Uint8Array =>
  Uint8Array.fromHex(text.replace(/\s/g, ""));

const length = (octets: number) => octets.toString(16).padStart(4, "0");

/** An IPv4 datagram of some protocol, with what it carries. */
export function inIpv4(protocol: number, hex: string): Packet {
  const payload = octets(hex);
  const number = protocol.toString(16).padStart(2, "0");
  return decode(
    octets(
      `4500 ${length(20 + payload.length)} 0000 0000 40 ${number} 0000
       c0000201 c6336402 ${hex}`,
    ),
    { linkType: 228 },
  );
}

/** An IPv6 packet of some protocol, with what it carries. */
export function inIpv6(nextHeader: number, hex: string): Packet {
  const payload = octets(hex);
  const number = nextHeader.toString(16).padStart(2, "0");
  return decode(
    octets(
      `60000000 ${length(payload.length)} ${number} 40
       20010db8000000000000000000000001 20010db8000000000000000000000002 ${hex}`,
    ),
    { linkType: 229 },
  );
}

/** A UDP datagram to some port, with what it carries. */
export function inUdp(port: number, hex: string): Packet {
  const size = 8 + octets(hex).length;
  return inIpv4(17, `0000 ${length(port)} ${length(size)} 0000 ${hex}`);
}

/**
 * Checks a header's fields, and that they give the same octets again.
 *
 * @returns The header.
 */
export function golden<N extends keyof Layers>(
  packet: Packet,
  name: N,
  fields: Readonly<Record<string, unknown>>,
): Layers[N] {
  const view = packet.layers.find((layer) => layer.name === name) as
    | Layers[N]
    | undefined;
  assert.ok(view, `no ${name} in ${packet}`);
  const json: Record<string, unknown> = JSON.parse(JSON.stringify(view));
  delete json.name;
  delete json.offset;
  delete json.headerLength;
  assert.deepEqual(json, fields);
  assert.equal(again(view).toHex(), view.bytes.toHex());
  return view;
}

/** Writes a header again, every field set as it was read. */
function again(view: AnyLayer): Uint8Array {
  const layer = (view as unknown as Header)[LAYER];
  const values = view as unknown as Readonly<Record<string, unknown>>;
  const fields = [...layer.slots, ...layer.tail]
    .map(({ name }) => [name, values[name]])
    .filter(([, value]) => value !== undefined);
  return headerOctets(layer(Object.fromEntries(fields)));
}
