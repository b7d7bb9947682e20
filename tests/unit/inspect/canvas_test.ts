import assert from "node:assert/strict";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { colorsWanted, paint, type Role } from "../../../lib/inspect/paint.ts";

const plain = canvas({ width: 80 });
const colored = canvas({ width: 80, colors: true });

Deno.test("canvas() uses no colour unless asked", () => {
  assert.deepEqual(canvas({ width: 12 }), { width: 12, colors: false });
  assert.equal(canvas({ colors: true }).colors, true);
});

Deno.test("canvas() takes the terminal's width, or 80 without one", () => {
  let columns = 80;
  try {
    columns = Deno.consoleSize().columns || 80;
  } catch {
    // No terminal.
  }
  assert.equal(canvas().width, columns);
});

Deno.test("canvas() has a width of at least one column, or endless", () => {
  assert.equal(canvas({ width: 1 }).width, 1);
  assert.equal(canvas({ width: Infinity }).width, Infinity);
  for (const width of [0, -1, 1.5, NaN, -Infinity]) {
    assert.throws(() => canvas({ width }), {
      name: "RangeError",
      message:
        `Cannot make a canvas as 'width' must be a whole number of columns, 1 or more: current value is ${width}`,
    });
  }
});

Deno.test("paint() writes nothing but the text on a canvas without colour", () => {
  assert.equal(paint("bad", "down", plain), "down");
});

Deno.test("paint() ends what it begins, for every role", () => {
  const ends: Record<string, string> = { 1: "22", 2: "22" };
  const roles: Role[] = [
    "name",
    "key",
    "string",
    "number",
    "muted",
    "good",
    "warn",
    "bad",
    "heading",
    "accent",
  ];
  for (const role of roles) {
    // deno-lint-ignore no-control-regex -- SGR begins with ESC
    const match = /^\x1b\[(\d+)mx\x1b\[(\d+)m$/.exec(paint(role, "x", colored));
    assert.ok(match, role);
    const [, begin, end] = match;
    assert.equal(end, ends[begin!] ?? "39", role);
  }
});

Deno.test("paint() goes on with the outer colour after an inner piece", () => {
  const inner = paint("bad", "b", colored);
  assert.equal(
    paint("good", `a${inner}c`, colored),
    "\x1b[32ma\x1b[31mb\x1b[39m\x1b[32mc\x1b[39m",
  );
});

Deno.test("paint() leaves an empty text empty", () => {
  assert.equal(paint("bad", "", colored), "");
});

Deno.test("colour is wanted on a terminal where NO_COLOR is unset or empty", () => {
  assert.equal(colorsWanted({ isTerminal: true }), true);
  assert.equal(colorsWanted({ isTerminal: true, noColor: "" }), true);
  assert.equal(colorsWanted({ isTerminal: true, noColor: "0" }), false);
  assert.equal(colorsWanted({ isTerminal: false }), false);
});
