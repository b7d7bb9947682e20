import assert from "node:assert/strict";
import fc from "fast-check";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { type Column, table } from "../../../lib/inspect/table.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import { bytes } from "../../../lib/inspect/units.ts";

const page = canvas({ width: 60 });
const draw = (
  rows: Iterable<Record<string, unknown>>,
  width = 60,
  columns?: (string | Column)[],
) => table(rows, { canvas: canvas({ width }), columns });

Deno.test("table() puts a rule under its headings, and numbers to the right", () => {
  const rows = [
    { name: "eth0", mtu: 1500, state: "up" },
    { name: "loopback0", mtu: 65536, state: "down" },
  ];
  assert.equal(
    table(rows, { title: "links", canvas: page }),
    `links
name         mtu  state
─────────  ─────  ─────
eth0        1500  up
loopback0  65536  down`,
  );
});

Deno.test("table() shows the columns asked for, with title, format and side", () => {
  const rows = [{ host: "r1", rx: 1_572_864, up: true }, {
    host: "r22",
    rx: 0,
  }];
  assert.equal(
    draw(rows, 60, [
      { key: "rx", title: "received", format: (n) => bytes(Number(n)) },
      { key: "host", align: "center" },
      "missing",
    ]),
    `received  host  missing
────────  ────  ───────
 1.5 MiB   r1
     0 B  r22`,
  );
});

Deno.test("table() takes the keys of every row", () => {
  assert.equal(draw([{ a: 1 }, { b: "x", a: 2 }]), "a  b\n─  ─\n1\n2  x");
});

Deno.test("table() says so when it is empty", () => {
  assert.equal(draw([]), "(no rows)");
  assert.equal(
    table([], { title: "links", columns: ["name"], canvas: page }),
    "links\nname\n────\n(no rows)",
  );
});

Deno.test("table() counts the rows that it leaves out", () => {
  const rows = Array.from({ length: 1012 }, (_, n) => ({ n }));
  const options = { maxRows: 2, canvas: page };
  assert.equal(table(rows, options), "n\n─\n0\n1\n… 1,010 more");
  assert.equal(table(new Set(rows), options), table(rows, options));
  assert.equal(draw(rows).split("\n").length, 100 + 3);
  assert.equal(draw(rows).split("\n").at(-1), "… 912 more");
  assert.equal(
    table(rows, { maxRows: Infinity, canvas: page }).split("\n").length,
    1012 + 2,
  );
  for (const maxRows of [-1, 0.5, NaN]) {
    assert.throws(() => table(rows, { maxRows, canvas: page }), RangeError);
  }
});

Deno.test("table() shrinks the widest columns first", () => {
  const rows = [{
    id: "r1",
    text: "a".repeat(30),
    more: "b".repeat(20),
    port: "22",
  }];
  // 60 cells less three gaps and the two short columns leave 48 for 50.
  assert.equal(
    draw(rows, 60).split("\n").at(-1),
    `r1  ${"a".repeat(27)}…  ${"b".repeat(20)}  22`,
  );
  // From 18 cells each on, both give way.
  assert.equal(
    draw(rows, 40).split("\n").at(-1),
    `r1  ${"a".repeat(13)}…  ${"b".repeat(13)}…  22`,
  );
  assert.equal(
    draw(rows, 39).split("\n").at(-1),
    `r1  ${"a".repeat(13)}…  ${"b".repeat(12)}…  22`,
  );
});

Deno.test("table() keeps a column's minimum width", () => {
  const rows = [{ a: "a".repeat(20), b: "b".repeat(20) }];
  const text = draw(rows, 24, [{ key: "a", minWidth: 18 }, "b"]);
  assert.equal(text.split("\n").at(-1), `${"a".repeat(17)}…  bbb…`);
});

Deno.test("table() leaves trailing columns out only when nothing else helps, and says which", () => {
  const rows = [{ first: "1".repeat(9), second: "2", third: "33333" }];
  assert.equal(
    draw(rows, 16),
    `fir…  sec…  thi…
────  ────  ────
111…  2     333…`,
  );
  assert.equal(
    draw(rows, 15),
    `first    second
───────  ──────
111111…  2
no room for:
third`,
  );
  const [heading, rule, cells] = draw(rows, 3).split("\n");
  assert.deepEqual([heading, rule, cells], ["fi…", "───", "11…"]);
});

Deno.test("table() escapes what would drive the terminal, everywhere", () => {
  const text = table([{ "k\x1b[2J": "v\n\t\u202e" }], {
    title: "t\x07",
    canvas: page,
  });
  assert.equal(
    text,
    "t\\x07\nk\\x1b[2J\n───────────\nv\\n\\t\\u202e",
  );
  const formatted = draw([{ a: 1 }], 60, [{
    key: "a",
    format: () => "\x1b[31m",
  }]);
  assert.match(formatted, /\\x1b\[31m$/);
});

Deno.test("table() colours by role, or by what the role says of each value", () => {
  const columns: Column[] = [
    { key: "name", role: "name" },
    { key: "up", role: (up) => up ? undefined : "bad" },
  ];
  const rows = [{ name: "r1", up: true }, { name: "r2", up: false }];
  const text = table(rows, {
    columns,
    canvas: canvas({ width: 30, colors: true }),
  });
  assert.equal(
    text,
    `\x1b[1mname\x1b[22m  \x1b[1mup\x1b[22m
\x1b[2m────  ─────\x1b[22m
\x1b[36mr1  \x1b[39m  true
\x1b[36mr2  \x1b[39m  \x1b[31mfalse\x1b[39m`,
  );
});

Deno.test("table() finds words for any value", () => {
  const endless: unknown[] = [];
  endless.push(endless);
  const cases: [value: unknown, shown: string][] = [
    [undefined, ""],
    [null, ""],
    [true, "true"],
    [-0, "0"],
    [10n, "10"],
    [Symbol("s"), "Symbol(s)"],
    [function f() {}, "[function f]"],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [new Date(NaN), "invalid date"],
    [Uint8Array.of(1, 255), "01ff"],
    [new URL("http://a/"), "http://a/"],
    [[1, "b", null, [2]], "1, b, , [2]"],
    [new Set(["a", "b"]), "a, b"],
    [new Map([["a", 1]]), "a: 1"],
    [{ a: 1n }, '{"a":"1"}'],
    [Object.create(null), "{}"],
    [{ toJSON: () => undefined }, ""],
    [[endless], "[object Array]"],
  ];
  for (const [value, shown] of cases) {
    const last = draw([{ value }]).split("\n").at(-1);
    assert.equal(last!.trim(), shown);
  }
});

Deno.test("table() never overflows, whatever the rows, columns and width", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.double(),
    fc.bigInt(),
    fc.constant(undefined),
  );
  const row = fc.dictionary(fc.string({ maxLength: 12 }), cell, { maxKeys: 8 });
  fc.assert(fc.property(
    fc.array(row, { maxLength: 8 }),
    fc.integer({ min: 1, max: 100 }),
    fc.boolean(),
    (rows, width, colors) => {
      const text = table(rows, {
        title: "t",
        canvas: canvas({ width, colors }),
      });
      for (const line of text.split("\n")) {
        assert.ok(displayWidth(line) <= width, line);
        // deno-lint-ignore no-control-regex -- SGR begins with ESC
        assert.doesNotMatch(line.replace(/\x1b\[\d+m/g, ""), /\p{Cc}/u);
      }
    },
  ));
});

Deno.test("table() fills the canvas when it has to cut", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 40, max: 80 }),
    (sizes, width) => {
      const row = Object.fromEntries(
        sizes.map((size, i) => [`c${i}`, "x".repeat(size)]),
      );
      const natural = sizes.reduce((n, size) => n + Math.max(2, size) + 2, -2);
      const [, rule, cells] = draw([row], width).split("\n");
      assert.equal(displayWidth(rule!), Math.min(natural, width));
      assert.equal(cells!.includes("…"), natural > width);
    },
  ));
});
