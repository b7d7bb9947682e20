import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { hexdump } from "../../../lib/bytes/hexdump.ts";

const page = canvas({ width: 80 });
const terminal = canvas({ width: 80, colors: true });
const octets = Uint8Array.from({ length: 20 }, (_, i) => i * 7);

Deno.test("hexdump() shows offset, digits in two groups, and ASCII", () => {
  assert.equal(
    hexdump(octets, { canvas: page }),
    `0000  00 07 0e 15 1c 23 2a 31  38 3f 46 4d 54 5b 62 69  |.....#*18?FMT[bi|
0010  70 77 7e 85                                       |pw~.|`,
  );
});

Deno.test("hexdump() lines up a last row of any length", () => {
  for (let length = 17; length <= 32; length++) {
    const rows = hexdump(new Uint8Array(length), { canvas: page }).split("\n");
    assert.equal(rows[1]!.indexOf("|"), rows[0]!.indexOf("|"), String(length));
  }
});

Deno.test("hexdump() makes rows shorter on a narrow canvas", () => {
  const rowOf = (width: number) =>
    hexdump(octets, { canvas: canvas({ width }) }).split("\n")[0]!;
  assert.equal(rowOf(75).length, 74);
  assert.equal(rowOf(74).length, 74);
  assert.equal(rowOf(73), "0000  00 07 0e 15  1c 23 2a 31  |.....#*1|");
  assert.equal(rowOf(42), "0000  00 07 0e 15  1c 23 2a 31  |.....#*1|");
  assert.equal(rowOf(30), "0000  00 07  0e 15  |....|");
});

Deno.test("hexdump() widens its offsets beyond 64 Ki octets", () => {
  const last = (length: number) =>
    hexdump(new Uint8Array(length), { canvas: page }).split("\n").at(-1)!;
  assert.match(last(0x10000), /^fff0 {2}00/);
  assert.match(last(0x10001), /^00010000 {2}00 /);
});

Deno.test("hexdump() says what it leaves out, and that there is nothing", () => {
  const text = hexdump(new Uint8Array(5000), { canvas: page, maxOctets: 16 });
  assert.deepEqual(text.split("\n").slice(1), ["… 4,984 more octets"]);
  assert.equal(hexdump(new Uint8Array(), { canvas: page }), "(no octets)");
  assert.throws(() => hexdump(octets, { maxOctets: NaN }), RangeError);
});

Deno.test("hexdump() never lets an octet through to the terminal", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.match(hexdump(all, { canvas: page }), /^[ -~\n]*$/);
});

Deno.test("hexdump() colours runs in digits and text, the later run on top", () => {
  const text = hexdump(new TextEncoder().encode("abcdef"), {
    canvas: terminal,
    highlight: [
      { start: 0, end: 4, role: "name" },
      { start: 2, end: 3, role: "bad" },
      { start: 5, end: 99, role: "muted" },
      { start: -9, end: -2, role: "warn" },
    ],
  });
  const name = (text: string) => `\x1b[36m${text}\x1b[39m`;
  const bad = (text: string) => `\x1b[31m${text}\x1b[39m`;
  const muted = (text: string) => `\x1b[2m${text}\x1b[22m`;
  assert.equal(
    text,
    [
      muted("0000"),
      `${name("61 62")} ${bad("63")} ${name("64")} 65 ${muted("66")}` +
      " ".repeat(31),
      `|${name("ab")}${bad("c")}${name("d")}e${muted("f")}|`,
    ].join("  "),
  );
});

Deno.test("hexdump() does not colour a plain canvas", () => {
  const highlight = [{ start: 0, end: 4, role: "bad" as const }];
  assert.equal(
    hexdump(octets, { canvas: page, highlight }),
    hexdump(octets, { canvas: page }),
  );
});
