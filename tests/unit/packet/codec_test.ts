/** Field tables: where fields lie, what cannot be, and what the getters read. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { layer } from "../../../lib/packet/codec.ts";
import type { FieldTable, Layer } from "../../../lib/packet/layer.ts";
import { layout } from "../../../lib/packet/layout.ts";

const NONE = { source: "", under: [], summary: () => "" };

/** One header of a layer, over octets that start at `at`. */
function read<N extends string, F extends FieldTable>(
  { View, size }: Layer<N, F>,
  octets: Uint8Array,
  { at = 0, headerLength = size } = {},
) {
  const { buffer, byteOffset, byteLength } = octets;
  const view = new DataView(buffer, byteOffset, byteLength);
  return new View(octets, view, at, at, headerLength);
}

Deno.test("layout() refuses tables that no header can have", () => {
  const cases: [FieldTable, RegExp][] = [
    [{ Port: 16 }, /'Port' must be a free name in camelCase/],
    [{ "a-b": 8 }, /'a-b' must be a free name/],
    [{ headerLength: 8 }, /'headerLength' must be a free name/],
    [{ a: 7 }, /'fields' must fill whole octets: current value is 7/],
    [{ a: 0 }, /'a' must be 1 to 32 bits wide/],
    [{ a: 1.5, b: 6.5 }, /'a' must be 1 to 32 bits wide/],
    [{ a: 33, b: 7 }, /'a' must be 1 to 32 bits wide/],
    [{ a: 56 }, /'a' must be 1 to 32 bits wide, up to 6 whole octets, or 8/],
    [{ a: [] }, /'a' must be 1 to 32 bits wide/],
    [{ a: 4, b: "mac", c: 4 }, /'b' must start and end between octets/],
    [{ a: 4, b: { octets: 1 }, c: 4 }, /'b' must start and end between/],
    [{ a: "octets", b: 8 }, /'b' must be maybe\(…\) or when\(…\)/],
    [{ a: { bits: 16, order: "either" } }, /'a' must be 32 bits between/],
  ];
  for (const [fields, message] of cases) {
    assert.throws(() => layout("test", fields), { name: "TypeError", message });
  }
});

Deno.test("getters read every kind of field where it lies", () => {
  const test = layer("test", {
    first: 3,
    marks: ["HIGH", "MIDDLE", "LOW"],
    askew: 26,
    long: 48,
    station: "mac",
    four: "ipv4",
    six: "ipv6",
    fixed: { octets: 2 },
    family: { bits: 32, order: "either" },
    rest: "octets",
  }, NONE);
  const octets = Uint8Array.fromHex(
    "ff" + "b7ffffff" + "010203040506" + "0a0b0c0d0e0f" + "c0000201" +
      "20010db8000000000000000000000001" + "beef" + "1c000000" + "abcdef" +
      "ee",
  );
  const view = read(test, octets, { at: 1, headerLength: test.size + 3 });
  assert.equal(view.first, 5);
  assert.deepEqual(view.marks, ["LOW", "HIGH"]);
  assert.equal(view.askew, 2 ** 26 - 1);
  assert.equal(view.long, 0x010203040506);
  assert.equal(view.station, "0a:0b:0c:0d:0e:0f");
  assert.equal(view.four.toString(), "192.0.2.1");
  assert.equal(view.six.toString(), "2001:db8::1");
  assert.deepEqual(view.fixed, Uint8Array.of(0xbe, 0xef));
  assert.equal(view.family, 28);
  assert.deepEqual(view.rest, Uint8Array.of(0xab, 0xcd, 0xef));
  assert.equal(view.bytes.length, test.size + 3);
  assert.equal(view.name, "test");
});

Deno.test("octets are read in place, not copied", () => {
  const test = layer("test", { rest: "octets" }, NONE);
  const octets = Uint8Array.of(1, 2, 3);
  const view = read(test, octets, { headerLength: 3 });
  assert.equal(view.rest.buffer, octets.buffer);
  assert.equal(view.bytes.buffer, octets.buffer);
});

Deno.test("flag lists cannot be changed, so that they can be shared", () => {
  const test = layer("test", {
    flags: ["A", "B", "C", "D", "E", "F", "G", "H"],
  }, NONE);
  const view = read(test, Uint8Array.of(3));
  assert.equal(view.flags, view.flags);
  assert.throws(() => (view.flags as string[]).push("X"), TypeError);
});

Deno.test("a table of any widths reads the same bits as a string of binary digits", () => {
  const drawn = fc.array(fc.integer({ min: 1, max: 32 }), {
    minLength: 1,
    maxLength: 12,
  });
  const enough = fc.uint8Array({ minLength: 49, maxLength: 49 });
  fc.assert(fc.property(drawn, enough, (list, octets) => {
    const bits = list.reduce((sum, width) => sum + width, 0);
    const widths = bits % 8 === 0 ? list : [...list, 8 - bits % 8];
    const table = Object.fromEntries(
      widths.map((width, i) => [`f${i}`, width]),
    );
    const test = layer("test", table, NONE);
    // No octet more than the header: a getter that reads on would throw.
    const header = octets.slice(0, test.size);
    const view: unknown = read(test, header);
    const digits = Array.from(header, (o) => o.toString(2).padStart(8, "0"))
      .join("");
    let at = 0;
    widths.forEach((width, i) => {
      const value = (view as Record<string, number>)[`f${i}`];
      assert.equal(value, parseInt(digits.slice(at, at += width), 2));
    });
  }));
});
