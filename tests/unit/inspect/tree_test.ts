import assert from "node:assert/strict";
import fc from "fast-check";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { card } from "../../../lib/inspect/card.ts";
import { displayWidth } from "../../../lib/inspect/text.ts";
import { tree, type TreeNode } from "../../../lib/inspect/tree.ts";

const page = canvas({ width: 40 });
const terminal = canvas({ width: 40, colors: true });

Deno.test("tree() draws what hangs below what", () => {
  const node: TreeNode = {
    label: "10.0.0.0/8",
    note: "site",
    children: [
      { label: "10.1.0.0/16", children: [{ label: "10.1.1.0/24" }] },
      {
        label: "10.2.0.0/16",
        children: [{ label: "a", children: [{ label: "b" }] }, { label: "c" }],
      },
    ],
  };
  assert.equal(
    tree(node, page),
    `10.0.0.0/8  site
├─ 10.1.0.0/16
│  └─ 10.1.1.0/24
└─ 10.2.0.0/16
   ├─ a
   │  └─ b
   └─ c`,
  );
});

Deno.test("tree() colours labels by role, branches and notes as muted", () => {
  const node: TreeNode = {
    label: "r1",
    role: "name",
    children: [{ label: "r2", note: "down" }],
  };
  assert.equal(
    tree(node, terminal),
    "\x1b[36mr1\x1b[39m\n\x1b[2m└─ \x1b[22mr2\x1b[2m  down\x1b[22m",
  );
});

Deno.test("tree() keeps to the canvas, one node a line, whatever the data", () => {
  const { node } = fc.letrec<{ node: TreeNode }>((tie) => ({
    node: fc.record({
      label: fc.string({ unit: "binary" }),
      note: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
      children: fc.oneof(
        { maxDepth: 4 },
        fc.constant([]),
        fc.array(tie("node"), { maxLength: 3 }),
      ),
    }),
  }));
  const size = (node: TreeNode): number =>
    (node.children ?? []).reduce((n, child) => n + size(child), 1);
  fc.assert(
    fc.property(node, fc.integer({ min: 1, max: 60 }), (node, width) => {
      const lines = tree(node, canvas({ width })).split("\n");
      assert.equal(lines.length, size(node));
      for (const line of lines) {
        assert.ok(displayWidth(line) <= width);
        assert.doesNotMatch(line, /\p{Cc}/u);
      }
    }),
  );
});

Deno.test("card() lines up its values, and wraps the long ones", () => {
  const rows: [string, string][] = [
    ["state", "established"],
    ["alternative names", "a.example b.example c.example d.example"],
    ["note", ""],
  ];
  assert.equal(
    card("10.0.0.1:22", rows, page),
    `10.0.0.1:22
  state              established
  alternative names  a.example b.example
                     c.example d.example
  note`,
  );
});

Deno.test("card() gives labels at most half of the canvas", () => {
  const label = "x".repeat(50);
  assert.equal(
    card("t", [[label, "y".repeat(20)]], page),
    `t\n  ${"x".repeat(17)}…  ${"y".repeat(18)}\n${" ".repeat(22)}yy`,
  );
});

Deno.test("card() colours title, labels, and values that have a role", () => {
  assert.equal(
    card("r1", [["state", "down", "bad"]], terminal),
    "\x1b[1mr1\x1b[22m\n  \x1b[34mstate\x1b[39m  \x1b[31mdown\x1b[39m",
  );
});

Deno.test("card() without a title does not indent", () => {
  assert.equal(card("", [["mtu", "1500"]], page), "mtu  1500");
  assert.equal(card("only", [], page), "only");
});

Deno.test("card() shows control characters in title, label and value", () => {
  const text = card("a\nb", [["c\x1b[2J", "d\r\ne\u202e"]], page);
  assert.equal(text, "a\\nb\n  c\\x1b[2J  d\\r\\ne\\u202e");
});

Deno.test("card() keeps to the canvas, whatever the data", () => {
  const any = fc.string({ unit: "binary" });
  fc.assert(fc.property(
    any,
    fc.array(fc.tuple(any, any)),
    fc.integer({ min: 1, max: 60 }),
    (title, rows, width) => {
      for (const line of card(title, rows, canvas({ width })).split("\n")) {
        assert.ok(displayWidth(line) <= width);
        assert.doesNotMatch(line, /\p{Cc}/u);
      }
    },
  ));
});
