import assert from "node:assert/strict";
import {
  choose,
  chosen,
  commonPrefix,
  menuOf,
  menuRows,
  narrow,
} from "../../../repl/editor/menu.ts";
import type { Completion } from "../../../repl/editor/language.ts";
import { Editing } from "./editing.ts";

const TAB = "\t";
const BACK = "\x1b[Z";

/** Completes words from a list, at once. */
function words(list: string) {
  const labels = list.split(" ");
  return (text: string, cursor: number): Promise<Completion> => {
    const from = /[\w.]*$/.exec(text.slice(0, cursor))!.index;
    const word = text.slice(from, cursor);
    const items = labels.filter((label) => label.startsWith(word))
      .map((label) => ({ label }));
    return Promise.resolve({ from, items });
  };
}

const NET = "net.dns net.tcp.connect net.tcp.listen net.tcp.serve net.udp";

Deno.test("Tab puts in what all completions begin with, again shows them, again takes the first", async () => {
  using editing = new Editing({ complete: words(NET) });
  const entry = editing.read();
  assert.deepEqual(await editing.keys("net.t", TAB), ["> net.tcp."]);
  const menu = [" net.tcp.connect  net.tcp.serve", " net.tcp.listen"];
  assert.deepEqual(await editing.keys(TAB), ["> net.tcp.", ...menu]);
  assert.deepEqual(await editing.keys(TAB), ["> net.tcp.connect", ...menu]);
  assert.equal(editing.screen.cell(1, 1).isInverse, true);
  assert.deepEqual(await editing.keys(TAB, TAB), ["> net.tcp.serve", ...menu]);
  assert.deepEqual(await editing.keys(TAB), ["> net.tcp.", ...menu]);
  assert.deepEqual(await editing.keys(BACK), ["> net.tcp.serve", ...menu]);
  assert.deepEqual(await editing.keys("("), ["> net.tcp.serve("]);
  assert.equal((await editing.end(entry, ")\r")).text, "net.tcp.serve()");
});

Deno.test("a single completion is put in, none rings the bell", async () => {
  using editing = new Editing({ complete: words(NET) });
  void editing.read();
  assert.deepEqual(await editing.keys("net.u", TAB), ["> net.udp"]);
  await editing.keys("x", TAB);
  assert.equal(editing.terminal.writes.at(-1), "\x07");
  assert.deepEqual(await editing.rows(), ["> net.udpx"]);
});

Deno.test("typing narrows the menu, erasing widens it, leaving the word closes it", async () => {
  using editing = new Editing({ complete: words(NET), columns: 80 });
  void editing.read();
  const all = " net.dns          net.tcp.listen   net.udp";
  await editing.keys("n", TAB, TAB);
  assert.equal((await editing.rows())[1], all);
  await editing.keys("u");
  assert.deepEqual(await editing.rows(), ["> net.u", " net.udp"]);
  assert.equal((await editing.keys("\x7f"))[1], all);
  assert.deepEqual(await editing.keys("\x7f"), ["> net"]);
});

Deno.test("Enter takes the chosen item and does not submit; without one it submits", async () => {
  using editing = new Editing({ complete: words(NET) });
  const entry = editing.read();
  await editing.keys("net.tcp.", TAB, TAB, "\r");
  assert.deepEqual(await editing.rows(), ["> net.tcp.connect"]);
  assert.equal((await editing.end(entry, "\r")).text, "net.tcp.connect");
  const next = editing.read();
  await editing.keys("net.tcp.", TAB);
  // A text that ends in a dot is not complete: the line goes on.
  await editing.keys("\r");
  assert.deepEqual((await editing.rows()).slice(-2), ["> net.tcp.", "..."]);
  await editing.end(next, "\x03");
});

Deno.test("Ctrl-G closes the menu and brings back what was typed; so does undo", async () => {
  using editing = new Editing({ complete: words(NET) });
  void editing.read();
  await editing.keys("net.tcp.", TAB, TAB, TAB, "\x07");
  assert.deepEqual(await editing.rows(), ["> net.tcp."]);
  await editing.keys(TAB, TAB, TAB, "\r", "\x1f");
  assert.deepEqual(await editing.rows(), ["> net.tcp."]);
});

Deno.test("a completion that comes after more was typed is dropped", async () => {
  const answers: ((completion: Completion) => void)[] = [];
  using editing = new Editing({
    complete: () => new Promise((resolve) => answers.push(resolve)),
  });
  void editing.read();
  await editing.keys("ne", TAB, "w");
  answers[0]!({ from: 0, items: [{ label: "network" }] });
  await editing.keys(" ");
  assert.deepEqual(await editing.rows(), ["> new"]);
  await editing.keys("x", TAB);
  answers[1]!({ from: 4, items: [{ label: "xylophone" }] });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(await editing.rows(), ["> new xylophone"]);
});

Deno.test("a completion that fails rings the bell", async () => {
  using editing = new Editing({
    complete: () => Promise.reject(new Error("no language server")),
  });
  void editing.read();
  await editing.keys("ne", TAB);
  await editing.keys("t");
  assert.ok(editing.terminal.writes.includes("\x07"));
  assert.deepEqual(await editing.rows(), ["> net"]);
});

Deno.test("keys that follow Tab in the same read come after the completion", async () => {
  using editing = new Editing({ complete: words(NET) });
  const entry = editing.read();
  assert.equal(
    (await editing.end(entry, "net.u\t.open()\r")).text,
    "net.udp.open()",
  );
});

Deno.test("the chosen item's detail is shown below, a long menu scrolls", async () => {
  const items = Array.from({ length: 30 }, (_, i) => ({
    label: `item${i}`,
    detail: `the ${i}th`,
  }));
  using editing = new Editing({
    columns: 20,
    rows: 6,
    complete: () => Promise.resolve({ from: 0, items }),
  });
  void editing.read();
  await editing.keys("item", TAB);
  assert.deepEqual(await editing.rows(), [
    "> item",
    " item0   item15",
    " item1   item16",
    " item2   item17",
    " rows 1 to 3 of 15",
  ]);
  await editing.keys(TAB, TAB, TAB, TAB);
  assert.deepEqual(await editing.rows(), [
    "> item3",
    " item1   item16",
    " item2   item17",
    " item3   item18",
    " the 3th",
  ]);
});

Deno.test("without colours the chosen item has a mark", async () => {
  using editing = new Editing({ complete: words(NET), colors: false });
  void editing.read();
  await editing.keys("net.tcp.", TAB, TAB);
  assert.equal((await editing.rows())[1], ">net.tcp.connect  net.tcp.serve");
});

Deno.test("commonPrefix() of nothing is empty, and never half a glyph", () => {
  const of = (...labels: string[]) =>
    commonPrefix(labels.map((label) => ({ label })));
  assert.equal(of(), "");
  assert.equal(of("one"), "one");
  assert.equal(of("tcp.connect", "tcp.close"), "tcp.c");
  assert.equal(of("a", "b"), "");
  assert.equal(of("😀", "😁"), "");
});

Deno.test("a menu inserts what an item says, and shows its label", () => {
  const items = [{ label: "f()", insert: "f(" }, { label: "g" }];
  const menu = choose(menuOf({ from: 0, items }, ""), 1);
  assert.equal(chosen(menu), "f(");
  assert.equal(chosen(choose(menu, -1)), "");
  assert.equal(narrow(menu, "F")?.items.length, 1);
  assert.equal(narrow(menu, "x"), undefined);
  assert.equal(narrow(menu, "g"), undefined);
});

Deno.test("a menu fits any room", () => {
  const items = ["路由器", "x".repeat(50), "\x1b[2J"].map((label) => ({
    label,
  }));
  for (const columns of [1, 2, 5, 20, 200]) {
    for (const rows of [1, 2, 10]) {
      const menu = choose(menuOf({ from: 0, items }, ""), 2);
      const drawn = menuRows(menu, { columns, rows, colors: true });
      assert.ok(drawn.length <= rows, `${drawn.length} rows of ${rows}`);
      for (const row of drawn) {
        assert.ok(row.width <= columns, `${row.width} columns of ${columns}`);
        assert.ok(!row.glyphs.includes("\x1b"));
      }
    }
  }
});
