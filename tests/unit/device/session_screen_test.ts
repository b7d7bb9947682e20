import assert from "node:assert/strict";
import fc from "fast-check";
import { Screen } from "../../../lib/device/screen.ts";

/** Draws chunks; gives the lines and the one without end. */
function draw(chunks: readonly string[], columns = 80, mark?: string) {
  const lines: string[] = [];
  const replies: string[] = [];
  const screen = new Screen({
    lines: (text) => lines.push(...text.split("\n")),
    reply: (text) => replies.push(text),
  }, columns);
  screen.mark = mark;
  for (const chunk of chunks) screen.feed(chunk);
  return { lines, rest: screen.line, replies, isMarked: screen.isMarked };
}

const SEEN: readonly (readonly [what: string, sent: string, seen: string])[] = [
  ["text", "a b\tc\r\nd", "a b\tc\nd"],
  ["LF alone, and CR CR LF", "a\nb\r\r\nc", "a\nb\nc"],
  ["trailing blanks of a line stay", "a  \r\n  \r\n", "a  \n  \n"],
  ["colour", "\x1b[1;31mred\x1b[0m\r\n", "red\n"],
  ["a title and a character set", "\x1b]0;host\x07\x1b(Bx\x1b=y\r\n", "xy\n"],
  ["backspace and overtyping", "shpw\b\b\x1b[Kow\r\n", "show\n"],
  [
    "--More-- taken back with backspaces",
    " --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\bab\r\n",
    "ab\n",
  ],
  [
    "--More-- taken back before an empty line",
    " --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b\r\nx",
    "\nx",
  ],
  [
    "--More-- swept over with CR",
    `--More--\r${" ".repeat(40)}\rab\r\n`,
    "ab\n",
  ],
  ["--More-- cleared with EL", "--More--\r\x1b[Kab\r\n", "ab\n"],
  ["letters rubbed out, then blanks typed", "R#zq\b \b\b \b   \r\n", "R#   \n"],
  ["a line that is redrawn with its blanks", "R#  \rR#    \r\n", "R#    \n"],
  ["redrawn over what was erased", "  !\rR#  \rR#    \r\n", "R#    \n"],
  ["cursor moves", "abc\x1b[2DX\x1b[CY\x1b[1GZ\r\n", "ZXcY\n"],
  ["deleted and inserted", "abcd\x1b[3D\x1b[P\x1b[@\r\n", "a cd\n"],
  ["NUL and BEL draw nothing", "a\0b\x07c\r\n", "abc\n"],
  ["a sequence that is none", "a\x1b[\x01b\r\n", "ab\n"],
];

Deno.test("A screen shows what a terminal would, whatever drew it", () => {
  for (const [what, sent, seen] of SEEN) {
    const { lines, rest } = draw([sent]);
    assert.equal([...lines, rest].join("\n"), seen, what);
  }
});

Deno.test("A line that wraps at the width is one line, also where CR leads to the row", () => {
  const long = "x".repeat(10) + "y".repeat(10) + "z";
  // As readline does it: a blank makes the terminal wrap, CR goes to the row.
  const sent = `${"x".repeat(10)} \r${"y".repeat(10)} \rz\r\n`;
  assert.deepEqual(draw([sent], 10).lines, [long]);
});

Deno.test("A question of the device about the terminal is answered", () => {
  assert.deepEqual(
    draw(["abc\x1b[6n\x1b[c\x1bZ\x1b[5n"], 80).replies,
    ["\x1b[1;4R", "\x1b[?6c", "\x1b[?6c", "\x1b[0n"],
  );
});

Deno.test("A mark ends a line that has no end, and only the right mark does", () => {
  const sent = "no end\x1b]777;other\x07 here\x1b]777;k3\x07R# ";
  const seen = draw([sent], 80, "k3");
  assert.deepEqual([seen.lines, seen.rest, seen.isMarked], [
    ["no end here"],
    "R# ",
    true,
  ]);
});

Deno.test("Chunks may end anywhere: the lines are the same", () => {
  const piece = fc.oneof(
    fc.constantFrom(...SEEN.map(([, sent]) => sent)),
    // deno-lint-ignore no-control-regex
    fc.string({ unit: "binary-ascii" }).map((s) => s.replace(/\x1b/g, "\x1b[")),
    fc.constantFrom("\r", "\n", "\r\n", "\b", "\x1b", "\x1b[3", "D", " ", "K"),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.nat(20), { minLength: 1 }),
      (pieces, cuts) => {
        const text = pieces.join("") + "\n";
        const chunks: string[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const n = 1 + cuts[i % cuts.length]!;
          chunks.push(text.slice(at, at + n));
          at += n;
        }
        const whole = draw([text], 12);
        assert.deepEqual(draw(chunks, 12), whole);
        assert.deepEqual(draw(text.split(""), 12), whole);
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("A line of many megabytes costs time in step with its length", () => {
  const screen = new Screen({ lines: () => {}, reply: () => {} }, 80);
  for (let i = 0; i < 2000; i++) screen.feed("x".repeat(4096) + "\b\b\x1b[31m");
  assert.equal(screen.isLong, true);
  assert.equal(screen.line.length, 2000 * 4096 - 2 * 1999);
});
