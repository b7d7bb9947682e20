/**
 * What a caller of net.bytes gets wrong is told at once: text and lists are not
 * read as zeros.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as bytes from "../../../lib/bytes/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const OCTETS = Uint8Array.of(1, 2, 3, 4);

const NOT_OCTETS: Readonly<Record<string, (given: Uint8Array) => unknown>> = {
  crc32c: (given) => bytes.crc32c(given),
  hex: (given) => bytes.hex(given),
  hexdump: (given) => bytes.hexdump(given),
  internetChecksum: (given) => bytes.internetChecksum(given),
  md5: (given) => bytes.md5(given),
  sha256: (given) => bytes.sha256(given),
  "ByteWriter.bytes": (given) => new bytes.ByteWriter().bytes(given),
};

for (const [name, run] of Object.entries(NOT_OCTETS)) {
  Deno.test(`${name}() refuses what is no octets`, () => {
    for (const given of ["abcd", [1, 2], OCTETS.buffer, 5, undefined]) {
      assert.throws(() => run(wrong(given)), {
        name: "TypeError",
        message: /'bytes' must be a Uint8Array: current value is /,
      });
    }
    run(OCTETS);
  });
}

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: () => unknown,
])[] = [
  [
    "parseHex() a number, which would be no octets",
    /Cannot parse hexadecimal octets as 'text' must be a string: current value is 4660/,
    () => bytes.parseHex(wrong(0x1234)),
  ],
  [
    "hex() places in a list between the digits",
    /Cannot write octets as 'separator' must be a text: current value is 0/,
    () => [OCTETS].map(wrong<(x: Uint8Array) => string>(bytes.hex)),
  ],
  [
    "hexdump() an option that is none",
    /Cannot dump octets as "max" is no option/,
    () => bytes.hexdump(OCTETS, wrong({ max: 2 })),
  ],
  [
    "hexdump() a width for a canvas",
    /Cannot dump octets as 'canvas' must be/,
    () => bytes.hexdump(OCTETS, wrong({ canvas: 40 })),
  ],
  [
    "hexdump() one highlight",
    /'highlight' must be a list of \{ start, end, role \}/,
    () => bytes.hexdump(OCTETS, wrong({ highlight: { start: 0, end: 1 } })),
  ],
  [
    "internetChecksum() an object for a number",
    /'initial' must be a number: current value is \{ start: 2 \}/,
    () => bytes.internetChecksum(OCTETS, wrong({ start: 2 })),
  ],
  [
    "a writer a number as text",
    /Cannot write u8 as 'value' must be a whole number from 0 to 255/,
    () => new bytes.ByteWriter().u8(wrong("5")),
  ],
  [
    "a writer nothing for a number",
    /Cannot write u16 as 'value' must be a whole number/,
    () => new bytes.ByteWriter().u16(wrong(null)),
  ],
  [
    "a writer a number for a text",
    /Cannot write a text as 'text' must be a string: current value is 5/,
    () => new bytes.ByteWriter().text(wrong(5)),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.bytes refuses ${name}`, () => {
    assert.throws(run, { message });
  });
}
