import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Frame,
  layout,
  type Size,
  type View,
} from "../../../repl/editor/layout.ts";
import {
  leave,
  paletteOf,
  repaint,
  wipe,
} from "../../../repl/editor/painter.ts";
import { highlight } from "../../../repl/highlight.ts";
import { Screen } from "./screen.ts";

const PALETTE = paletteOf(true);
const SIZE = { columns: 20, rows: 6 };

function view(text: string, cursor = text.length): View {
  return {
    prompt: "\x1b[36m> \x1b[39m",
    continuation: ". ",
    text,
    cursor,
    spans: highlight(text, cursor),
    tail: "",
    tailLook: "ghost",
    below: [],
  };
}

function rows(frame: Frame): string[] {
  return frame.rows.map((row) => row.glyphs.slice(1).join(""));
}

Deno.test("what did not change is not written", () => {
  const frame = layout(view("let a = 1"), SIZE);
  assert.equal(repaint(frame, frame, PALETTE), "");
  const moved = layout(view("let a = 1", 3), SIZE);
  assert.equal(repaint(frame, moved, PALETTE), "\x1b[6G");
});

Deno.test("a small change is written as it is, a large one as a synchronised update", () => {
  const before = layout(view("let a = 1"), SIZE);
  const small = repaint(before, layout(view("let a = 12"), SIZE), PALETTE);
  assert.ok(!small.includes("2026"), JSON.stringify(small));
  const large = repaint(
    undefined,
    layout(view("const alpha = 'bravo'\nconst charlie = 'delta'"), SIZE),
    PALETTE,
  );
  assert.ok(large.startsWith("\x1b[?2026h\x1b[?25l"));
  assert.ok(large.endsWith("\x1b[?25h\x1b[?2026l"));
});

Deno.test("a scrolled entry stays where it is as long as the cursor is in sight", () => {
  const text = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9";
  const end = layout(view(text), { columns: 20, rows: 4 });
  assert.deepEqual([rows(end), end.row], [["6", "7", "8", "9"], 3]);
  const up = layout(view(text, 15), { columns: 20, rows: 4 }, end.top);
  assert.deepEqual([rows(up), up.row], [["6", "7", "8", "9"], 1]);
  const top = layout(view(text, 3), { columns: 20, rows: 4 }, up.top);
  assert.deepEqual([rows(top), top.row], [["1", "2", "3", "4"], 0]);
  const shorter = layout(view("0\n1"), { columns: 20, rows: 4 }, end.top);
  assert.deepEqual([rows(shorter), shorter.row], [["0", "1"], 1]);
});

Deno.test("a tail is cut to the row, a prompt too wide for the screen is left out", () => {
  const frame = layout({ ...view("abc"), tail: "x".repeat(40) }, SIZE);
  assert.equal(frame.rows.length, 1);
  assert.equal(frame.rows[0]!.width, 20);
  assert.deepEqual([frame.row, frame.column], [0, 5]);
  const narrow = layout(view("abc"), { columns: 2, rows: 5 });
  assert.deepEqual(narrow.rows.map((row) => row.glyphs.join("")), ["ab", "c"]);
});

Deno.test("every way from one frame to the next leads to the same screen as drawing it anew", async () => {
  const glyph = fc.constantFrom(
    ..."ab1 \n({'`漢é\t",
    "e\u0301",
    "👍🏽",
    "const ",
    "\x1b",
    "xxxxxxxxxxxxxxxx",
  );
  const picture = fc.record({
    text: fc.array(glyph, { maxLength: 25 }).map((glyphs) => glyphs.join("")),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    tail: fc.constantFrom("", "", "hint", "路由器 and more to come"),
    menu: fc.nat(2),
  });
  const size: fc.Arbitrary<Size> = fc.record({
    columns: fc.integer({ min: 4, max: 20 }),
    rows: fc.integer({ min: 3, max: 8 }),
  });
  const draw = async (screen: Screen, text: string) => {
    await screen.write(text);
    return { rows: screen.rows, cursor: screen.cursor };
  };
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(picture, { maxLength: 6 }),
      async (size, pictures) => {
        using screen = new Screen(size.columns, size.rows);
        let frame: Frame | undefined;
        for (const { text, at, tail, menu } of pictures) {
          const cursor = Math.floor(at * text.length);
          const below = Array.from(
            { length: menu },
            () => ({ glyphs: ["m"], looks: ["plain" as const], width: 1 }),
          );
          const next = layout(
            { ...view(text, cursor), tail, below },
            size,
            frame?.top,
          );
          const shown = await draw(screen, repaint(frame, next, PALETTE));
          using fresh = new Screen(size.columns, size.rows);
          const wanted = await draw(fresh, repaint(undefined, next, PALETTE));
          // A frame may have scrolled the screen: compare from its first row on.
          const above = shown.cursor[0] - next.row;
          assert.deepEqual(
            shown.rows.slice(above),
            wanted.rows.slice(wanted.cursor[0] - next.row),
          );
          assert.equal(shown.cursor[1], wanted.cursor[1]);
          frame = next;
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("wiping leaves nothing of the frame and nothing else is touched; leaving goes below it", async () => {
  using screen = new Screen(20, 6);
  const frame = layout(view("a\nb\nc", 2), SIZE);
  await screen.write("before\r\n" + repaint(undefined, frame, PALETTE));
  assert.deepEqual(screen.rows, ["before", "> a", ". b", ". c"]);
  await screen.write(wipe(frame));
  assert.deepEqual([screen.rows, screen.cursor], [["before"], [1, 0]]);
  await screen.write(repaint(undefined, frame, PALETTE) + leave(frame));
  assert.deepEqual(screen.cursor, [4, 0]);
});
