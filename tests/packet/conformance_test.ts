/**
 * What holds for every layer: its table, truncation, random headers, dirty
 * buffers, and every real packet taken apart and put together again.
 */

import assert from "node:assert/strict";
import { assemble, type Parts } from "../../lib/packet/assemble.ts";
import { randomHeader } from "../../lib/packet/fuzz.ts";
import { type Header, LAYER, PARSE } from "../../lib/packet/header.ts";
import type { Layer } from "../../lib/packet/layer.ts";
import { decode, Packet } from "../../lib/packet/mod.ts";
import { headerOctets } from "../../lib/packet/row.ts";
import { LAYERS } from "../../lib/packet/stack.ts";
import { plain } from "../../lib/packet/value.ts";
import { seeded } from "../../lib/random.ts";
import { captures, packetsByLinkType, say } from "./corpus.ts";

const SEED = 20_261_123;
const ROUNDS = 60;

/** A header of its own in octets, written onto what was there. */
function written(layer: Layer, random: () => number, dirt: number) {
  return headerOctets(randomHeader(layer, random), dirt);
}

function read(layer: Layer, octets: Uint8Array): Header {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const made = new layer.View(octets, view, 0, 0, octets.length);
  return made as unknown as Header;
}

Deno.test("every layer cites its source, has whole octets and no field without a name", () => {
  const names = new Set<string>();
  for (const layer of LAYERS) {
    assert.match(layer.source, /\S/, layer.name);
    assert.ok(!names.has(layer.name), `${layer.name} is there twice`);
    names.add(layer.name);
    assert.ok(Number.isInteger(layer.size), layer.name);
    assert.ok(layer.slots.length + layer.tail.length > 0, layer.name);
    for (const [parent] of layer.under) {
      assert.ok(
        parent === "link" || LAYERS.some(({ name }) => name === parent),
        `${layer.name} under ${parent}`,
      );
    }
  }
  say(`${names.size} layers`);
});

for (const layer of LAYERS) {
  Deno.test(`${layer.name}: random headers are read back as they were written, whatever was there before`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const state = seeded(SEED + round);
      const octets = written(layer, state, 0);
      // The same choices onto other octets.
      assert.deepEqual(written(layer, seeded(SEED + round), 0xff), octets);
      const view = read(layer, octets);
      const parsed = view[PARSE]?.();
      assert.equal(
        parsed?.trouble,
        undefined,
        `seed ${SEED + round}: ${octets.toHex()}`,
      );
      // Every field set as it was read gives the same octets again.
      const fields = view as unknown as Record<string, unknown>;
      const all = [...layer.slots, ...layer.tail].map(({ name }) =>
        [name, fields[name]] as const
      ).filter(([, value]) => value !== undefined);
      const copy = headerOctets(layer(Object.fromEntries(all)));
      assert.deepEqual(
        copy.toHex(),
        octets.toHex(),
        `seed ${SEED + round}: ${
          JSON.stringify(plain(Object.fromEntries(all)))
        }`,
      );
    }
  });

  Deno.test(`${layer.name}: of a header cut short the whole part is right, and the cut is said`, () => {
    for (let round = 0; round < 8; round++) {
      const octets = written(layer, seeded(SEED + round), 0);
      const whole = read(layer, octets);
      whole[PARSE]?.();
      const all = whole.toJSON();
      for (let length = layer.size; length < octets.length; length++) {
        const view = read(layer, octets.subarray(0, length));
        const parsed = view[PARSE]?.();
        const fields = view.toJSON();
        // What is fixed is the same; of a list there is no item more than before.
        for (const { name } of layer.slots) {
          assert.deepEqual(fields[name], all[name], name);
        }
        if (parsed === undefined || parsed.trouble !== undefined) continue;
        // Fields that end where the octets do say nothing of a cut: then all of
        // the octets were read, and nothing beyond.
        assert.ok(parsed.end <= length);
      }
    }
  });
}

Deno.test({
  name: "every real packet is put together again octet for octet of its layers",
  ignore: captures.length === 0,
  async fn() {
    let packets = 0;
    let layers = 0;
    let asPayload = 0;
    const why = new Map<string, number>();
    for (const [linkType, list] of await packetsByLinkType()) {
      for (const { packet, capture, number } of list) {
        if (packet.layers.length === 0) continue;
        let parts: Parts;
        try {
          parts = packet.parts;
        } catch (error) {
          throw new Error(`${capture} ${number}: ${error}`);
        }
        const { octets, start, end } = assemble(parts);
        const bytes = octets.subarray(start, end);
        assert.equal(
          bytes.toHex(),
          packet.bytes.toHex(),
          `${capture} ${number}`,
        );
        const specs = parts.filter((part) =>
          typeof part === "object" && "layer" in part
        ).length;
        packets++;
        layers += specs;
        const lost = packet.layers[specs];
        if (lost !== undefined) {
          asPayload++;
          const key = `${lost.name}: ${capture} ${number}`;
          why.set(lost.name, (why.get(lost.name) ?? 0) + 1);
          if (why.get(lost.name)! <= 3) say(`as payload: ${key}`);
        }
        // What was read means the same after.
        const again = new Packet({
          ...wholeFrame(bytes),
          linkType,
          length: packet.length,
        });
        assert.deepEqual(
          again.layers.map((layer) => layer.toJSON()),
          packet.layers.map((layer) => layer.toJSON()),
          `${capture} ${number}`,
        );
      }
    }
    say(`${packets} packets of ${layers} headers built again`);
    for (const [name, count] of why) {
      say(`${count} ${name} headers only as payload`);
    }
    assert.ok(packets > 5000);
    assert.ok(asPayload < packets / 50);
  },
});

function wholeFrame(bytes: Uint8Array) {
  const octets = bytes.slice();
  const view = new DataView(octets.buffer);
  const time = { seconds: undefined, nanoseconds: 0 };
  return { octets, view, start: 0, end: octets.length, ...time };
}

Deno.test("a packet's command builds the packet", () => {
  for (const layer of LAYERS) {
    const link = layer.under.find(([parent]) => parent === "link");
    if (link === undefined) continue;
    const random = seeded(SEED);
    const octets = written(layer, random, 0);
    const packet = decode(octets, { linkType: link[1] });
    if (packet.layers.length === 0) continue;
    assert.match(packet.command(), /^net\.packet\.build\(/);
    assert.equal(LAYER in packet.layers[0]!, true);
  }
});
