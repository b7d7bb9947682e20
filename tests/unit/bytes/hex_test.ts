import assert from "node:assert/strict";
import fc from "fast-check";
import { hex, parseHex } from "../../../lib/bytes/hex.ts";

Deno.test("hex() writes pairs of digits with what goes between", () => {
  const bytes = Uint8Array.of(0, 0x0f, 0xff);
  assert.equal(hex(bytes), "000fff");
  assert.equal(hex(bytes, ":"), "00:0f:ff");
  assert.equal(hex(bytes.subarray(1), ", "), "0f, ff");
  assert.equal(hex(new Uint8Array(), ":"), "");
});

Deno.test("parseHex() reads the usual notations", () => {
  const deadbeef = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
  const cases = [
    "deadbeef",
    "DEADBEEF",
    "de:ad:be:ef",
    "de-ad-be-ef",
    "dead.beef",
    "de ad be ef",
    "de ad\n\tbe ef\r\n",
    "0xdeadbeef",
    "0Xde 0xad 0xbe 0xef",
    "0xde, 0xad,\n0xbe, 0xef,",
    " : de-:- adbeef",
  ];
  for (const text of cases) assert.deepEqual(parseHex(text), deadbeef, text);
  assert.deepEqual(parseHex(""), new Uint8Array());
  assert.deepEqual(parseHex("00"), Uint8Array.of(0));
});

Deno.test("parseHex() says where it stops making sense", () => {
  const cases: [text: string, offset: number, reason: string][] = [
    ["abc", 3, "odd number of digits"],
    ["a", 1, "odd number of digits"],
    ["ab:c", 4, "odd number of digits"],
    ["0:1", 1, "odd number of digits"],
    ["1:2", 1, "odd number of digits"],
    ["ab c de", 4, "odd number of digits"],
    ["zz", 0, "not a hexadecimal digit"],
    ["ab cg", 4, "not a hexadecimal digit"],
    ["0x", 1, "not a hexadecimal digit"],
    ["0x:ab", 1, "not a hexadecimal digit"],
    ["0x0xab", 3, "not a hexadecimal digit"],
    ["ab0xcd", 3, "not a hexadecimal digit"],
    ["xab", 0, "not a hexadecimal digit"],
    ["ab\u00a0", 2, "not a hexadecimal digit"],
    ["ａｂ", 0, "not a hexadecimal digit"],
  ];
  for (const [text, offset, reason] of cases) {
    assert.throws(() => parseHex(text), {
      name: "ParseError",
      input: text,
      offset,
      message: `Cannot parse ${
        JSON.stringify(text)
      } as hexadecimal octets: ${reason} at offset ${offset}`,
    });
  }
});

Deno.test("parseHex() reads back what hex() wrote", () => {
  fc.assert(fc.property(
    fc.uint8Array(),
    fc.constantFrom("", ":", "-", ".", " ", ", ", "\n"),
    (bytes, separator) => {
      assert.deepEqual(parseHex(hex(bytes, separator)), bytes);
    },
  ));
});

Deno.test("parseHex() gives octets or a ParseError, whatever the text", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0aFx:-. \nz") });
  fc.assert(fc.property(text, (given) => {
    try {
      const digits = given.replace(/0x/gi, "").replace(/[^\da-f]/gi, "");
      assert.equal(hex(parseHex(given)), digits.toLowerCase());
    } catch (error) {
      assert.equal((error as Error).name, "ParseError");
    }
  }));
});
