/** Fields of no fixed length: compiled source reads what the formats read. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import { type Header, LAYER, PARSE } from "../../lib/packet/header.ts";
import { Packet } from "../../lib/packet/packet.ts";
import { open } from "../../lib/pcap/mod.ts";
import { captures } from "./corpus.ts";

const ignore = captures.length === 0;

/** Compares both ways of reading each header; gives how many there were. */
function compare({ bytes, layers }: Packet, where: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (const one of layers as readonly unknown[] as Header[]) {
    const { offset, headerLength, [LAYER]: { name, header, tail, View } } = one;
    if (tail.length === 0) continue;
    const length = header === "parsed" ? bytes.length - offset : headerLength;
    const read = (marks?: []) =>
      (new View(bytes, view, offset, offset, length) as Header)[PARSE]!(marks);
    // Whoever wants to know where fields lie is read to by the formats.
    assert.deepEqual(read(), read([]), `${where} ${name}`);
    count++;
  }
  return count;
}

/** A small generator of chance, the same every time. */
function chance(seed: number): () => number {
  return () => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed ^ seed >>> 13) >>> 0;
  };
}

Deno.test({
  name:
    "source reads what formats read, of every capture and of changed octets",
  ignore,
  async fn() {
    const random = chance(7);
    let headers = 0;
    for (const { name, path } of captures) {
      try {
        for await (const packet of await open(path)) {
          headers += compare(packet, `${name}`);
          for (let round = 0; round < 4; round++) {
            const octets = packet.bytes.slice();
            const changes = 1 + random() % 3;
            for (let i = 0; i < changes && octets.length > 0; i++) {
              const at = random() % octets.length;
              octets[at] = random() % 4 === 0
                ? random()
                : octets[at]! ^ 1 << random() % 8;
            }
            const cut = random() % 3 === 0
              ? octets.subarray(0, random() % (octets.length + 1))
              : octets;
            const changed = new Packet({
              octets: cut,
              view: new DataView(cut.buffer, cut.byteOffset, cut.byteLength),
              start: 0,
              end: cut.length,
              linkType: packet.linkType,
              length: cut.length,
              seconds: undefined,
              nanoseconds: 0,
            });
            headers += compare(changed, `${name} changed ${cut.toHex()}`);
          }
        }
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
    assert.ok(headers > 10_000, `${headers} headers`);
  },
});
