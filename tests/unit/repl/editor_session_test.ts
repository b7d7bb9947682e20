import assert from "node:assert/strict";
import { Editing, pasted } from "./editing.ts";

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";

Deno.test("typed text is on the screen behind the prompt, and Enter hands it over", async () => {
  using editing = new Editing();
  const entry = editing.read();
  assert.deepEqual(await editing.keys("1 +", " 2"), ["> 1 + 2"]);
  assert.deepEqual(editing.screen.cursor, [0, 7]);
  assert.deepEqual(await editing.end(entry, "\r"), {
    kind: "submit",
    text: "1 + 2",
  });
  assert.deepEqual(editing.screen.cursor, [1, 0]);
  assert.deepEqual(editing.terminal.modes, [true, "cbreak"]);
  assert.equal(editing.terminal.listeners, 0);
  assert.deepEqual(editing.entries, ["1 + 2"]);
});

Deno.test("Ctrl-J is Enter, too: so comes what was typed before the terminal was raw", async () => {
  using editing = new Editing();
  assert.equal((await editing.end(editing.read(), "1 + 2\n")).text, "1 + 2");
});

Deno.test("a letter at the end of the text costs one octet", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("router");
  await editing.keys("s");
  assert.equal(editing.terminal.writes.at(-1), "s");
});

Deno.test("a letter in the middle of an entry rewrites the rest of its row only", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys(pasted("one\ntwo\nthree\nfour"), UP, UP, "x");
  const written = editing.terminal.writes.at(-1)!;
  assert.ok(!/one|three|four/.test(written), JSON.stringify(written));
  assert.deepEqual(await editing.rows(), [
    "> one",
    "... twox",
    "... three",
    "... four",
  ]);
});

Deno.test("a line that fills its row exactly puts the cursor on the next row", async () => {
  using editing = new Editing({ columns: 10 });
  const entry = editing.read();
  await editing.keys("12345678");
  assert.deepEqual(editing.screen.cursor, [1, 0]);
  assert.deepEqual(await editing.keys("9"), ["> 12345678", "9"]);
  assert.deepEqual(await editing.keys("\x7f", "\x7f"), ["> 1234567"]);
  assert.deepEqual(editing.screen.cursor, [0, 9]);
  await editing.end(entry, "\r");
  assert.deepEqual(editing.screen.cursor, [1, 0]);
});

Deno.test("a wide glyph that does not fit goes to the next row whole", async () => {
  using editing = new Editing({ columns: 10 });
  void editing.read();
  await editing.keys("'abcdef路由器'");
  assert.deepEqual(await editing.rows(), ["> 'abcdef", "路由器'"]);
  assert.deepEqual(editing.screen.cursor, [1, 7]);
  await editing.keys(LEFT, LEFT);
  assert.deepEqual(editing.screen.cursor, [1, 4]);
  await editing.keys("\x7f", "-");
  assert.deepEqual(await editing.rows(), ["> 'abcdef", "路-器'"]);
});

Deno.test("combining marks and emoji are one step for the cursor and for Backspace", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("'e\u0301x👍🏽y'");
  await editing.keys(LEFT, LEFT, LEFT, LEFT);
  assert.deepEqual(editing.screen.cursor, [0, 4]);
  await editing.keys("\x7f");
  assert.deepEqual(await editing.rows(), ["> 'x👍🏽y'"]);
});

Deno.test("an UTF-8 character may come in two reads", async () => {
  using editing = new Editing();
  void editing.read();
  const octets = new TextEncoder().encode("é路");
  await editing.keys(octets.slice(0, 1), octets.slice(1, 3), octets.slice(3));
  assert.deepEqual(await editing.rows(), ["> é路"]);
});

Deno.test("Enter in an incomplete entry begins an indented line, a closing bracket takes that back", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("if (x) {", "\r", "f(", "\r", "1,", "\r", ")", "\r", "}");
  assert.deepEqual(await editing.rows(), [
    "> if (x) {",
    "...   f(",
    "...     1,",
    "...   )",
    "... }",
  ]);
  const { text } = await editing.end(entry, "\r");
  assert.equal(text, "if (x) {\n  f(\n    1,\n  )\n}");
});

Deno.test("white space in a template belongs to the user", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("f(`a", "\r", "  b", "\r", "   )");
  assert.deepEqual(await editing.rows(), [
    "> f(`a",
    "...   b",
    "...    )",
  ]);
});

Deno.test("Enter on a third empty line hands over what seems incomplete", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("f(", "\r", "\r", "\r");
  assert.equal((await editing.end(entry, "\r")).kind, "submit");
});

Deno.test("a paste cut anywhere between two reads is put in whole, and not run", async () => {
  const text = Array.from({ length: 50 }, (_, i) => `const a${i} = ${i};`)
    .join("\n");
  const octets = new TextEncoder().encode(pasted(`${text}\r\n`));
  for (const cut of [1, 4, 6, 300, octets.length - 5, octets.length - 1]) {
    using editing = new Editing({ rows: 10 });
    const entry = editing.read();
    const rows = await editing.keys(octets.slice(0, cut), octets.slice(cut));
    assert.equal(rows.length, 10, `cut at ${cut}`);
    assert.equal(rows[8], "... const a49 = 49;");
    assert.deepEqual(editing.screen.cursor, [9, 4]);
    const result = await editing.end(entry, "\r");
    assert.equal(result.text, `${text}\n`);
    // On the way to the evaluator all of it has been on the screen.
    const { transcript } = editing.screen;
    assert.equal(transcript[0], "> const a0 = 0;");
    assert.equal(transcript[49], "... const a49 = 49;");
    assert.equal(transcript.length, 51);
  }
});

Deno.test("a paste keeps tabs and line breaks, and no other control characters", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys(pasted("a\tb\r\nc\x1b7\x07d\re"));
  assert.deepEqual(await editing.rows(), ["> a    b", "... c7d", "... e"]);
  assert.equal((await editing.end(entry, "\r")).text, "a\tb\nc7d\ne");
});

Deno.test("a paste too long is refused whole, with a word on it", async () => {
  using editing = new Editing({ columns: 60 });
  const entry = editing.read();
  await editing.keys("1");
  const rows = await editing.keys(pasted("x".repeat((1 << 20) + 1)));
  assert.deepEqual(rows, [
    "A paste of 1048577 characters is too long.",
    "> 1",
  ]);
  assert.equal((await editing.end(entry, "\r")).text, "1");
});

Deno.test("an entry higher than the screen scrolls inside it", async () => {
  using editing = new Editing({ rows: 5 });
  const entry = editing.read();
  const lines = Array.from({ length: 8 }, (_, i) => `l${i}`);
  await editing.keys(pasted(lines.join("\n")));
  assert.deepEqual((await editing.rows())[0], "... l3");
  await editing.keys(UP, UP, UP, UP, UP);
  assert.deepEqual(await editing.rows(), [
    "... l2",
    "... l3",
    "... l4",
    "... l5",
    "... l6",
  ]);
  await editing.keys("\x1b[5~", "x");
  assert.equal((await editing.rows())[0], "> l0x");
  await editing.end(entry, "\r");
  assert.deepEqual(editing.screen.transcript, [
    "> l0x",
    ...lines.slice(1).map((line) => `... ${line}`),
  ]);
});

Deno.test("Up and Down move within an entry, and then through the history", async () => {
  using editing = new Editing({ entries: ["older", "a = [\n1,\n2]"] });
  const entry = editing.read();
  await editing.keys(UP);
  assert.deepEqual(await editing.rows(), ["> a = [", "... 1,", "... 2]"]);
  assert.deepEqual(editing.screen.cursor, [0, 7]);
  await editing.keys(DOWN);
  assert.deepEqual(editing.screen.cursor, [1, 6]);
  assert.deepEqual(await editing.keys(UP, UP), ["> older"]);
  assert.deepEqual(await editing.keys(DOWN, DOWN, DOWN, DOWN), [">"]);
  assert.deepEqual(await editing.end(entry, "\x04"), { kind: "eof", text: "" });
});

Deno.test("the history keeps the unfinished line, and shows what begins like it", async () => {
  using editing = new Editing({ entries: ["net.tcp", "let x", "net.udp"] });
  void editing.read();
  assert.deepEqual(await editing.keys("ne", UP), ["> net.udp"]);
  assert.deepEqual(await editing.keys(UP), ["> net.tcp"]);
  assert.deepEqual(await editing.keys(UP), ["> net.tcp"]);
  assert.equal(editing.terminal.writes.at(-1), "\x07");
  assert.deepEqual(await editing.keys(DOWN, DOWN, "w"), ["> new"]);
});

Deno.test("Ctrl-R finds the newest entry with a text in it, again an older one", async () => {
  using editing = new Editing({
    entries: ["ping a", "trace a", "ping b", "scan"],
  });
  const entry = editing.read("draft");
  await editing.keys("\x12", "ping");
  assert.deepEqual(await editing.rows(), ["> ping b", "search: ping"]);
  assert.deepEqual(editing.screen.cursor, [0, 2]);
  assert.equal(editing.screen.cell(0, 5).isInverse, true);
  assert.equal(editing.screen.cell(0, 6).isInverse, false);
  await editing.keys("\x12");
  assert.deepEqual(await editing.rows(), ["> ping a", "search: ping"]);
  await editing.keys("\x13");
  assert.deepEqual(await editing.rows(), ["> ping b", "search: ping"]);
  await editing.keys("x");
  assert.deepEqual(await editing.rows(), ["> ping b", "nothing has: pingx"]);
  await editing.keys("\x7f");
  assert.deepEqual(await editing.rows(), ["> ping b", "search: ping"]);
  assert.deepEqual(await editing.keys("\x07"), ["> draft"]);
  assert.deepEqual(await editing.keys("\x12", "trace", RIGHT), ["> trace a"]);
  assert.equal((await editing.end(entry, "!\r")).text, "t!race a");
});

Deno.test("what is searched for stays in sight below an entry of any height", async () => {
  const lines = Array.from({ length: 20 }, (_, i) => `l${i}`).join("\n");
  using editing = new Editing({ rows: 4, entries: [lines] });
  void editing.read();
  await editing.keys("\x12", "l9");
  assert.deepEqual((await editing.rows()).at(-1), "search: l9");
  assert.equal((await editing.rows())[editing.screen.cursor[0]], "... l9");
});

Deno.test("Enter runs what Ctrl-R found, Esc takes it over", async () => {
  using editing = new Editing({ entries: ["first", "second"] });
  const entry = editing.read();
  await editing.keys("\x12", "fi");
  assert.equal((await editing.end(entry, "\r")).text, "first");
  const next = editing.read();
  await editing.keys("\x12", "sec", "\x1b");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await editing.rows()).at(-1), "> second");
  assert.equal((await editing.end(next, "\x05;\r")).text, "second;");
});

Deno.test("the hint from the history is faint, is taken over by Right, and is no part of the text", async () => {
  using editing = new Editing({ entries: ["net.ip.parse('::1')"] });
  const entry = editing.read();
  assert.deepEqual(await editing.keys("net.i"), ["> net.ip.parse('::1')"]);
  assert.deepEqual(editing.screen.cursor, [0, 7]);
  assert.equal(editing.screen.cell(0, 7).isDim, true);
  assert.equal(editing.screen.cell(0, 6).isDim, false);
  await editing.keys("\x1bf");
  assert.deepEqual(editing.screen.cursor, [0, 8]);
  assert.equal((await editing.end(entry, "\r")).text, "net.ip");
  assert.deepEqual(await editing.rows(), ["> net.ip"]);
  const next = editing.read();
  await editing.keys("net.ip.", RIGHT);
  assert.equal((await editing.end(next, "\r")).text, "net.ip.parse('::1')");
});

Deno.test("looks: keywords, strings and numbers have colours, brackets at the cursor are underlined", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("let a = f('s', [1])");
  const { screen } = editing;
  assert.equal(screen.cell(0, 2).color, 5);
  assert.equal(screen.cell(0, 12).color, 2);
  assert.equal(screen.cell(0, 18).color, 3);
  assert.equal(screen.cell(0, 11).isUnderlined, true);
  assert.equal(screen.cell(0, 20).isUnderlined, true);
  assert.equal(screen.cell(0, 17).isUnderlined, false);
  await editing.keys(LEFT, LEFT);
  assert.equal(screen.cell(0, 11).isUnderlined, false);
  assert.equal(screen.cell(0, 17).isUnderlined, true);
  assert.equal(screen.cell(0, 19).isUnderlined, true);
});

Deno.test("without colours no look is written, and no hint is shown", async () => {
  using editing = new Editing({ colors: false, entries: ["let a = [1]"] });
  void editing.read();
  assert.deepEqual(await editing.keys("let a"), ["> let a"]);
  // deno-lint-ignore no-control-regex -- looking for SGR
  assert.doesNotMatch(editing.terminal.output, /\x1b\[[\d;]*m/);
});

Deno.test("undo takes back a word, a paste, a kill; redo brings it again", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("one ", "two", pasted("+3"), "\x17");
  assert.deepEqual(await editing.rows(), ["> one"]);
  assert.deepEqual(await editing.keys("\x1f"), ["> one two+3"]);
  assert.deepEqual(await editing.keys("\x1f"), ["> one two"]);
  assert.deepEqual(await editing.keys("\x1f"), ["> one"]);
  assert.deepEqual(await editing.keys("\x1f"), [">"]);
  assert.deepEqual(await editing.keys("\x1b/", "\x1b/"), ["> one two"]);
});

Deno.test("what is killed in one entry can be yanked in the next", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("alpha beta", "\x17", "\x15");
  assert.equal((await editing.end(entry, "\x03")).kind, "cancel");
  const next = editing.read();
  await editing.keys("\x19");
  assert.equal((await editing.end(next, "\r")).text, "alpha beta");
});

Deno.test("Ctrl-C leaves the text, marked, and Ctrl-D in an empty entry ends", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("f(1,", "\r", "2", UP);
  assert.deepEqual(await editing.end(entry, "\x03"), {
    kind: "cancel",
    text: "f(1,\n  2",
  });
  assert.deepEqual(await editing.rows(), ["> f(1,", "...   2^C"]);
  const next = editing.read();
  await editing.keys("ab", LEFT, "\x04");
  assert.deepEqual((await editing.rows()).at(-1), "> a");
  await editing.keys("\x7f");
  assert.equal((await editing.end(next, "\x04")).kind, "eof");
});

Deno.test("Ctrl-C that comes with Enter is for the entry, any later key for the next", async () => {
  using editing = new Editing();
  assert.deepEqual(await editing.end(editing.read(), "wait()\r\x03a\x03b\r"), {
    kind: "submit",
    text: "wait()",
    isInterrupted: true,
  });
  assert.deepEqual(await editing.read(), { kind: "cancel", text: "a" });
  assert.deepEqual(await editing.read(), { kind: "submit", text: "b" });
});

Deno.test("a hang-up ends the entry", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("half");
  editing.terminal.feed(null);
  assert.deepEqual(await entry, { kind: "eof", text: "" });
});

Deno.test("Ctrl-L puts the entry at the top of an empty screen", async () => {
  using editing = new Editing();
  await editing.screen.write("before\r\n");
  void editing.read();
  await editing.keys("a", "\x1b\r", "b");
  assert.deepEqual(await editing.keys("\x0c"), ["> a", "... b"]);
  assert.deepEqual(editing.screen.cursor, [1, 5]);
});

Deno.test("output from the background goes above the entry", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("[1,", "\r", "2", UP);
  const { cursor: [row, column] } = editing.screen;
  editing.editor.print("packet 1\npacket 2");
  editing.editor.print("packet 3\n");
  assert.deepEqual(await editing.rows(), [
    "packet 1",
    "packet 2",
    "packet 3",
    "> [1,",
    "...   2",
  ]);
  assert.deepEqual(editing.screen.cursor, [row + 3, column]);
  assert.deepEqual((await editing.keys("x")).at(3), "> [1,x");
});

Deno.test("what writes by itself goes above the entry, too, ended or not", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("ab");
  editing.editor.aside(() => editing.terminal.write("one\r\ntwo\r\n"));
  editing.editor.aside(() => editing.terminal.write("three"));
  assert.deepEqual(await editing.keys("c"), ["one", "two", "three%", "> abc"]);
});

Deno.test("an entry that was written over can be drawn anew", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("[", "\r", "1");
  await editing.screen.write("\x1b[0G\x1b[2K\x1b[J");
  assert.deepEqual(await editing.rows(), ["> ["]);
  editing.editor.redraw();
  assert.deepEqual(await editing.keys("2"), ["> [", "...   12"]);
});

Deno.test("the answer to a question is no part of the history", async () => {
  using editing = new Editing();
  const options = { prompt: "Sure? ", continuation: "", isAnswer: true };
  const entry = editing.editor.readEntry(options);
  assert.equal((await editing.end(entry, "y\r")).text, "y");
  assert.deepEqual(editing.entries, []);
});

Deno.test("a secret is neither shown nor kept", async () => {
  using editing = new Editing();
  const options = { prompt: "Password: ", continuation: "", isHidden: true };
  const entry = editing.editor.readEntry(options);
  assert.deepEqual(await editing.keys("(hush", "\t", "x"), ["Password:"]);
  // What is cut out is not to be had in the next entry either.
  await editing.keys("\x15", "(hush");
  assert.equal((await editing.end(entry, "\r")).text, "(hush");
  assert.deepEqual(editing.entries, []);
  assert.deepEqual(await editing.rows(), ["Password:"]);
  void editing.read();
  assert.deepEqual(await editing.keys("\x19", "1"), ["Password:", "> 1"]);
});

Deno.test("output after the entry goes to where the cursor is", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.end(entry, "1\r");
  editing.editor.print("late");
  assert.deepEqual(await editing.rows(), ["> 1", "late"]);
});

Deno.test("a prompt begins a row of its own, whatever was written before", async () => {
  using editing = new Editing();
  await editing.screen.write("no line break");
  void editing.read();
  assert.deepEqual(await editing.keys("1"), ["no line break%", "> 1"]);
  using other = new Editing();
  await other.screen.write("line\r\n");
  void other.read();
  assert.deepEqual(await other.keys("1"), ["line", "> 1"]);
});

Deno.test("a prompt that is drawn already is drawn over", async () => {
  using editing = new Editing();
  await editing.screen.write("> ");
  const options = { prompt: "> ", continuation: "... ", isDrawn: true };
  void editing.editor.readEntry(options);
  assert.deepEqual(await editing.keys("1"), ["> 1"]);
});

Deno.test("keys that come before their entry are kept for it", async () => {
  using editing = new Editing();
  const entry = editing.read();
  assert.equal((await editing.end(entry, "1\r2\r3")).text, "1");
  editing.terminal.feed("4");
  const second = await editing.read();
  assert.equal(second.text, "2");
  const third = editing.read();
  assert.equal((await editing.keys("5")).at(-1), "> 345");
  assert.equal((await editing.end(third, "\r")).text, "345");
});

Deno.test("the Esc key is told from the start of a sequence by time", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys("ab", "\x1b");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await editing.keys("[");
  assert.deepEqual(await editing.rows(), ["> ab["]);
  await editing.keys("\x1b", "[D", "x");
  assert.deepEqual(await editing.rows(), ["> abx["]);
});

Deno.test("a sequence that means nothing here types nothing", async () => {
  using editing = new Editing();
  void editing.read();
  await editing.keys(
    "a\x1b[?1;2c\x1b[I\x1b[15~\x1b]11;rgb:0/0/0\x1b\\\x1bP1+r\x1b\\\x1b[<0;3;4Mb",
  );
  assert.deepEqual(await editing.rows(), ["> ab"]);
});

Deno.test("control characters of an earlier entry are shown, not obeyed", async () => {
  using editing = new Editing({ entries: ["a\x1b[2J\x07\u202eb"] });
  void editing.read();
  assert.deepEqual(await editing.keys(UP), ["> a\\x1b[2J\\x07\\u202eb"]);
});

Deno.test("Tab where nothing can be completed indents, Shift-Tab takes it back", async () => {
  using editing = new Editing();
  const entry = editing.read();
  await editing.keys("\t", "a,", "\r", "\t", "b", "\x1b[Z");
  assert.deepEqual(await editing.rows(), [">   a,", "... b"]);
  await editing.end(entry, "\x03");
});

for (const [columns, rows] of [[12, 10], [7, 10], [60, 10], [20, 4]] as const) {
  Deno.test(`a resize to ${columns} by ${rows} leaves the entry once on the screen`, async () => {
    using editing = new Editing({ columns: 20, rows: 10 });
    await editing.screen.write("before\r\n");
    const entry = editing.read();
    await editing.keys(pasted("const alpha = [\n  'bravo', 'charlie',\n]"));
    await editing.resize(columns, rows);
    const text = "const alpha = [\n  'bravo', 'charlie',\n]x";
    await editing.keys("x");
    assert.equal((await editing.end(entry, "\x03")).text, text);
    const shown = editing.screen.transcript;
    assert.equal(shown[0], "before");
    const fresh = shown.slice(1).map((row) => row.padEnd(columns)).join("");
    const wanted = text.split("\n").flatMap((line, i) =>
      cut((i === 0 ? "> " : columns >= 8 ? "... " : "") + line, columns)
    );
    wanted.push(wanted.pop() + "^C");
    assert.deepEqual(shown.slice(1), wanted.map((row) => row.trimEnd()), fresh);
  });
}

function cut(line: string, columns: number): string[] {
  const rows = [];
  for (let i = 0; i < line.length; i += columns) {
    rows.push(line.slice(i, i + columns));
  }
  return rows;
}
