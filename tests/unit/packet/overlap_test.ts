/** Fragments that overlap: each policy against the tables of the literature. */

import assert from "node:assert/strict";
import { build, ipv4 } from "../../../lib/packet/mod.ts";
import {
  keepsOriginal,
  type OverlapPolicy,
} from "../../../lib/packet/streams/overlap.ts";
import { Pieces } from "../../../lib/packet/streams/pieces.ts";
import { reassemble } from "../../../lib/packet/streams/reassemble.ts";

/** One IPv4 fragment: its offset in octets, and one letter as often as asked. */
const piece = (offset: number, letter: string, length: number, more: boolean) =>
  build(
    ipv4({
      ...{ src: "192.0.2.1", dst: "192.0.2.2", id: 9, protocol: 200 },
      ...{ flags: more ? ["MF"] : [], fragmentOffset: offset / 8 },
    }),
    letter.repeat(length),
  );

/** Fragments as Shankar and Paxson's figure has them: offset and length in octets. */
const PAXSON: [number, string, number][] = [
  [0, "1", 24],
  [32, "2", 16],
  [48, "3", 24],
  [8, "4", 32],
  [48, "5", 24],
  [72, "6", 24],
];

/** What each policy makes of it, one letter for 8 octets. */
const PAXSON_RESULTS: [OverlapPolicy, string][] = [
  ["bsd", "111442333666"],
  ["bsd-right", "144422555666"],
  ["linux", "111442555666"],
  ["first", "111422333666"],
  ["last", "144442555666"],
  ["windows", "111422333666"],
  ["solaris", "111422333666"],
];

/** Fragments as Novak's test has them, which tells Windows from Solaris. */
const NOVAK: [number, string, number][] = [
  [0, "A", 24],
  [32, "B", 16],
  [48, "C", 24],
  [80, "D", 8],
  [104, "E", 16],
  [120, "F", 24],
  [144, "G", 16],
  [160, "H", 16],
  [176, "I", 8],
  [8, "J", 32],
  [48, "K", 24],
  [72, "L", 24],
  [96, "M", 24],
  [128, "N", 8],
  [152, "O", 8],
  [160, "P", 8],
  [176, "Q", 16],
];

const NOVAK_RESULTS: [OverlapPolicy, string][] = [
  ["bsd", "AAAJJBCCCLLLMMMFFFGGHHIQ"],
  // Not in his table, but by his rule.
  ["bsd-right", "AJJJBBKKKLDLMEEFNFGOPHQQ"],
  ["linux", "AAAJJBKKKLLLMMMFFFGGPHQQ"],
  ["windows", "AAAJBBCCCLLLMEEFFFGGHHIQ"],
  ["solaris", "AAAJBBCCCLLLMMMFFFGGHHIQ"],
  ["first", "AAAJBBCCCLDLMEEFFFGGHHIQ"],
  ["last", "AJJJJBKKKLLLMMMFNFGOPHQQ"],
];

for (
  const [source, fragments, results] of [
    ["Shankar and Paxson", PAXSON, PAXSON_RESULTS],
    ["Novak", NOVAK, NOVAK_RESULTS],
  ] as const
) {
  Deno.test(`overlaps are decided as in the table of ${source}`, () => {
    for (const [overlap, expected] of results) {
      const packets = fragments.map(([offset, letter, length], i) =>
        piece(offset, letter, length, i < fragments.length - 1)
      );
      const [whole] = reassemble(packets, { overlap });
      const text = new TextDecoder().decode(whole?.payload);
      assert.equal(text.replace(/(.)\1{7}/g, "$1"), expected, overlap);
    }
  });
}

Deno.test("keepsOriginal() refuses a policy that there is not", () => {
  const extent = { start: 0, end: 8 };
  assert.throws(() => keepsOriginal("lst" as "last", extent, extent), {
    name: "TypeError",
    message: /'overlap' must be one of first, last, bsd, bsd-right, linux/,
  });
});

Deno.test("what is left of a piece is where it was, and holds few octets more", () => {
  const pieces = new Pieces();
  pieces.add(0, new Uint8Array(1000).fill(1), 1, "last");
  pieces.add(4, new Uint8Array(900).fill(2), 2, "last");
  assert.deepEqual(
    pieces.list.map(({ start, end, octets }) => [start, end, octets[0]]),
    [[0, 4, 1], [4, 904, 2], [904, 1000, 1]],
  );
  assert.equal(pieces.octets, 1000);
  assert.equal(pieces.list[0]?.octets.buffer.byteLength, 4);
  const many = new Pieces();
  for (let at = 0; at < 4000; at += 2) {
    many.add(at, Uint8Array.of(7), 1, "first");
  }
  many.add(0, new Uint8Array(4000), 2, "first");
  assert.equal(many.list.length, 4000);
  assert.equal(many.octets, 4000);
});
