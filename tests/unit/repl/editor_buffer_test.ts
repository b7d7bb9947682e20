import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Buffer,
  bufferOf,
  type EditName,
  EDITS,
  insert,
  moveLines,
  moveTo,
  setText,
  type,
} from "../../../repl/editor/buffer.ts";

/** A buffer from a picture: `|` is the cursor. */
function at(picture: string): Buffer {
  const cursor = picture.indexOf("|");
  return moveTo(bufferOf(picture.replace("|", "")), cursor);
}

function picture({ text, cursor }: Buffer): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

const EDITED: readonly [name: EditName, before: string, after: string][] = [
  ["left", "ab|c", "a|bc"],
  ["left", "|abc", "|abc"],
  ["left", "a\n|b", "a|\nb"],
  ["left", "e\u0301|", "|e\u0301"],
  ["left", "ae\u0301x|", "ae\u0301|x"],
  ["left", "👩‍👩‍👧|", "|👩‍👩‍👧"],
  ["left", "🇨🇭🇩🇪|", "🇨🇭|🇩🇪"],
  ["left", "漢字|", "漢|字"],
  ["right", "|abc", "a|bc"],
  ["right", "abc|", "abc|"],
  ["right", "|e\u0301x", "e\u0301|x"],
  ["right", "|👍🏽a", "👍🏽|a"],
  ["right", "|1\ufe0f\u20e3a", "1\ufe0f\u20e3|a"],
  ["word-left", "net.tcp|", "net.|tcp"],
  ["word-left", "net.|tcp", "|net.tcp"],
  ["word-left", "$a_1 = |", "|$a_1 = "],
  ["word-left", "|", "|"],
  ["word-right", "|net.tcp", "net|.tcp"],
  ["word-right", "net|.tcp", "net.tcp|"],
  ["word-right", "a| = 路由 b", "a = 路由| b"],
  ["line-start", "a\nbc|d", "a\n|bcd"],
  ["line-start", "\n|", "\n|"],
  ["line-end", "a|b\nc", "ab|\nc"],
  ["text-start", "a\nb|", "|a\nb"],
  ["text-end", "|a\nb", "a\nb|"],
  ["erase-left", "ab|c", "a|c"],
  ["erase-left", "|c", "|c"],
  ["erase-left", "a\n|b", "a|b"],
  ["erase-left", "a\n    |b", "a\n  |b"],
  ["erase-left", "a\n   |b", "a\n  |b"],
  ["erase-left", "a  |", "a |"],
  ["erase-left", "👩‍👩‍👧|x", "|x"],
  ["erase-right", "a|bc", "a|c"],
  ["erase-right", "a|", "a|"],
  ["kill-blank-left", "f(net.tcp |", "|"],
  ["kill-blank-left", "a net.tcp|)", "a |)"],
  ["kill-word-left", "net.tcp.|", "net.|"],
  ["kill-word-right", "|net.tcp", "|.tcp"],
  ["kill-line-start", "a\nb|c", "a\n|c"],
  ["kill-line-start", "a\n|c", "a|c"],
  ["kill-line-start", "|c", "|c"],
  ["kill-line-end", "a|b\nc", "a|\nc"],
  ["kill-line-end", "a|\nc", "a|c"],
  ["kill-line-end", "a|", "a|"],
  ["transpose", "ab|c", "acb|"],
  ["transpose", "ab|", "ba|"],
  ["transpose", "|ab", "|ab"],
  ["transpose", "a\n|b", "a\n|b"],
  ["transpose", "漢字|", "字漢|"],
  ["yank", "a|b", "a|b"],
  ["yank-older", "a|b", "a|b"],
  ["undo", "a|b", "a|b"],
  ["redo", "a|b", "a|b"],
];

for (const [name, before, after] of EDITED) {
  Deno.test(`${name} makes ${JSON.stringify(after)} of ${JSON.stringify(before)}`, () => {
    assert.equal(picture(EDITS[name](at(before))), after);
  });
}

Deno.test("kills in a row make one text, to be yanked as it was", () => {
  let buffer = at("one two| three");
  buffer = EDITS["kill-word-left"](buffer);
  buffer = EDITS["kill-word-right"](buffer);
  buffer = EDITS["kill-line-start"](buffer);
  assert.equal(picture(buffer), "|");
  assert.equal(picture(EDITS.yank(buffer)), "one two three|");
});

Deno.test("after a yank, older kills can take its place, round and round", () => {
  let buffer = at("|");
  for (const word of ["one", "two", "three"]) {
    buffer = EDITS["kill-line-start"](insert(buffer, word));
    buffer = moveTo(buffer, 0);
  }
  buffer = EDITS.yank(insert(buffer, "<"));
  assert.equal(picture(buffer), "<three|");
  buffer = EDITS["yank-older"](buffer);
  assert.equal(picture(buffer), "<two|");
  buffer = EDITS["yank-older"](EDITS["yank-older"](buffer));
  assert.equal(picture(buffer), "<three|");
  assert.equal(picture(EDITS.undo(buffer)), "<|");
  buffer = EDITS["yank-older"](EDITS.left(buffer));
  assert.equal(picture(buffer), "<thre|e");
});

Deno.test("undo takes typed text back word by word, redo brings it again", () => {
  let buffer = at("|");
  for (const char of "let x = 1") buffer = type(buffer, char);
  const steps = [];
  for (let i = 0; i < 6; i++) {
    steps.push(picture(buffer));
    buffer = EDITS.undo(buffer);
  }
  assert.deepEqual(steps, [
    "let x = 1|",
    "let x = |",
    "let x |",
    "let |",
    "|",
    "|",
  ]);
  assert.equal(picture(EDITS.redo(EDITS.redo(buffer))), "let x |");
});

Deno.test("a run of erasing is one step, and apart from typing", () => {
  let buffer = at("|");
  for (const char of "abcd") buffer = type(buffer, char);
  buffer = EDITS["erase-left"](EDITS["erase-left"](buffer));
  buffer = type(buffer, "x");
  assert.equal(picture(buffer), "abx|");
  buffer = EDITS.undo(buffer);
  assert.equal(picture(buffer), "ab|");
  buffer = EDITS.undo(buffer);
  assert.equal(picture(buffer), "abcd|");
});

Deno.test("a new change forgets what was undone", () => {
  let buffer = EDITS.undo(insert(at("|"), "a"));
  buffer = insert(buffer, "b");
  assert.equal(picture(EDITS.redo(buffer)), "b|");
});

Deno.test("moves up and down keep to the column, by what is seen", () => {
  let buffer = at("abcdef|\nx\n漢字漢字");
  buffer = moveLines(buffer, 1);
  assert.equal(picture(buffer), "abcdef\nx|\n漢字漢字");
  buffer = moveLines(buffer, 1);
  assert.equal(picture(buffer), "abcdef\nx\n漢字漢|字");
  assert.equal(picture(moveLines(buffer, -2)), "abcdef|\nx\n漢字漢字");
  assert.equal(picture(moveLines(buffer, 9)), "abcdef\nx\n漢字漢|字");
  assert.equal(picture(moveLines(at("|a\nb"), -1)), "|a\nb");
});

Deno.test("another text is one step to undo", () => {
  const buffer = setText(at("old|"), "a\nb", 1);
  assert.equal(picture(buffer), "a|\nb");
  assert.equal(picture(EDITS.undo(buffer)), "old|");
});

Deno.test("whatever is done, the cursor stays inside the text, and undo leads back to the start", () => {
  const names = Object.keys(EDITS) as EditName[];
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const action = fc.oneof(
    fc.constantFrom(...names).map((name) => EDITS[name]),
    text.map((text) => (buffer: Buffer) => insert(buffer, text)),
    text.map((text) => (buffer: Buffer) => type(buffer, text)),
    fc.integer({ min: -3, max: 3 }).map((lines) => (buffer: Buffer) =>
      moveLines(buffer, lines)
    ),
    fc.constant((buffer: Buffer) => insert(buffer, "\n")),
  );
  fc.assert(fc.property(text, fc.array(action), (start, actions) => {
    let buffer = bufferOf(start);
    for (const act of actions) {
      buffer = act(buffer);
      assert.ok(buffer.cursor >= 0 && buffer.cursor <= buffer.text.length);
    }
    for (let left = 10_000; buffer.past !== undefined && left > 0; left--) {
      buffer = EDITS.undo(buffer);
    }
    assert.equal(buffer.text, start);
  }));
});
