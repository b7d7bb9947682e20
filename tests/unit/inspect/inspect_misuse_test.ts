/**
 * What a caller of net.inspect gets wrong is told at once, not drawn as nothing.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as inspect from "../../../lib/inspect/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

const canvas = inspect.canvas({ width: 60 });
const ROWS = [{ a: 1 }];

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: () => unknown,
])[] = [
  [
    "canvas() a width alone",
    /Cannot make a canvas as its options must be an object: current value is 80/,
    () => inspect.canvas(wrong(80)),
  ],
  [
    "canvas() one colour",
    /"color" is no option\. Try: colors/,
    () => inspect.canvas(wrong({ color: true })),
  ],
  [
    "table() mistyped columns, which would be all",
    /Cannot draw a table as "colums" is no option: did you mean "columns"\?/,
    () => inspect.table(ROWS, wrong({ canvas, colums: ["a"] })),
  ],
  [
    "table() one column",
    /'columns' must be a list such as \["name"\]: current value is "a"/,
    () => inspect.table(ROWS, wrong({ canvas, columns: "a" })),
  ],
  [
    "table() a column without its key",
    /every column must be a name or have a 'key'/,
    () => inspect.table(ROWS, wrong({ canvas, columns: [{ name: "a" }] })),
  ],
  [
    "table() no canvas",
    /'canvas' must be what net\.inspect\.canvas\(\) gives: current value is undefined/,
    () => inspect.table(ROWS, wrong({})),
  ],
  [
    "table() a width for a canvas",
    /'canvas' must be what net\.inspect\.canvas\(\) gives: current value is 80/,
    () => inspect.table(ROWS, wrong({ canvas: 80 })),
  ],
  [
    "table() one row",
    /'rows' must be a list of rows: current value is \{ a: 1 \}/,
    () => inspect.table(wrong({ a: 1 }), { canvas }),
  ],
  [
    "table() numbers, which would be empty rows",
    /'rows' must be objects such as/,
    () => inspect.table(wrong([1, 2]), { canvas }),
  ],
  [
    "tree() a text, which would be an empty line",
    /every node must have a 'label': current value is "x"/,
    () => inspect.tree(wrong("x"), canvas),
  ],
  [
    "tree() texts below",
    /every node must have a 'label': current value is "b"/,
    () => inspect.tree(wrong({ label: "a", children: ["b"] }), canvas),
  ],
  [
    "tree() no canvas",
    /Cannot draw a tree as 'canvas' must be/,
    () => inspect.tree({ label: "a" }, wrong(undefined)),
  ],
  [
    "card() no title",
    /Cannot draw a card as 'canvas' must be/,
    () => inspect.card(wrong([["a", "1"]]), wrong(canvas), wrong(undefined)),
  ],
  [
    "paint() another colour",
    /'role' must be one of name, .*: current value is red/,
    () => inspect.paint(wrong("red"), "x", { width: 9, colors: true }),
  ],
  [
    "sparkline() numbers as text, which would be blank",
    /'numbers' must be a list of numbers: current value is "1"/,
    () => inspect.sparkline(wrong(["1", "2"])),
  ],
  [
    "count() text, which would be infinite",
    /Cannot say a number as it must be one: current value is "5"/,
    () => inspect.count(wrong("5")),
  ],
  [
    "duration() nothing",
    /Cannot say a number as it must be one: current value is undefined/,
    () => inspect.duration(wrong(undefined)),
  ],
  [
    "Run a result for work",
    /Cannot make a run as 'work' must be a function: current value is 5/,
    () => new inspect.Run("x", wrong(5)),
  ],
  [
    "Run a mistyped signal",
    /did you mean "signal"\?/,
    () =>
      new inspect.Run("x", () => Promise.resolve(), wrong<never>({ sgnal: 1 })),
  ],
  [
    "stage() the console alone",
    /"log" is no option\. Try: \{ console \}/,
    () => inspect.stage(Deno, wrong(console)),
  ],
  [
    "askAt() an option that is none",
    /did you mean "stage"\?/,
    () => inspect.askAt(Deno, wrong({ stge: 1 })),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.inspect refuses ${name}`, () => {
    assert.throws(run, { name: "TypeError", message });
  });
}

Deno.test("a canvas takes the options of the prompt, of which there are more", () => {
  const options = wrong<inspect.CanvasOptions>({
    colors: true,
    depth: 4,
    width: 9,
  });
  assert.deepEqual(inspect.canvas(options), { colors: true, width: 9 });
});
