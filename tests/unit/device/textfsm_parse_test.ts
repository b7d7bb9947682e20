import assert from "node:assert/strict";
import {
  type RowOf,
  textfsm,
  TextFsmError,
} from "../../../lib/device/textfsm/textfsm.ts";

/** Values and rules, a text, and the rows: one cell for each value. */
const CASES: Readonly<
  Record<string, readonly [template: string, text: string, rows: unknown[][]]>
> = {
  "a record at the end is saved without being asked": [
    "Value A (\\w+)\n\nStart\n  ^$A\n",
    "a\nb\n",
    [["b"]],
  ],
  "an empty state EOF leaves the last record out": [
    "Value A (\\w+)\n\nStart\n  ^$A\n\nEOF\n",
    "a\n",
    [],
  ],
  "End stops at once, EOF saves the record first": [
    "Value A (\\w+)\n\nStart\n  ^stop -> End\n  ^last -> EOF\n  ^$A\n",
    "a\nstop\nb\n",
    [],
  ],
  "EOF as a target": [
    "Value A (\\w+)\n\nStart\n  ^stop -> End\n  ^last -> EOF\n  ^$A\n",
    "a\nlast\nb\n",
    [["a"]],
  ],
  "Required leaves rows out, and forgets them": [
    "Value Required A (a)\nValue B (b)\n\nStart\n  ^$A\n  ^$B\n  ^- -> Record\n",
    "b\n-\na\n-\n",
    [["a", ""]],
  ],
  "Filldown is kept for the rows that follow, until Clearall": [
    "Value Filldown A (a\\d)\nValue Required B (b\\d)\n\nStart\n" +
    "  ^$A\n  ^$B -> Record\n  ^! -> Clearall\n",
    "a1\nb1\nb2\na2\nb3\n!\nb4\n",
    [["a1", "b1"], ["a1", "b2"], ["a2", "b3"], ["", "b4"]],
  ],
  "Filldown alone makes a last row, as in Python": [
    "Value Filldown A (a)\n\nStart\n  ^$A -> Record\n",
    "a\n",
    [["a"], ["a"]],
  ],
  "Fillup fills the rows before, up to one that has it": [
    "Value A (a)\nValue Fillup B (b\\d)\n\nStart\n  ^$A $B -> Record\n  ^$A -> Record\n",
    "a b1\na\na\na b2\n",
    [["a", "b1"], ["a", "b2"], ["a", "b2"], ["a", "b2"]],
  ],
  "List gathers, and starts anew with each record": [
    "Value List A (\\d)\n\nStart\n  ^$A -> Continue\n  ^\\d$A\n  ^- -> Record\n",
    "12\n3\n-\n4\n",
    [[["1", "2", "3"]], [["4"]]],
  ],
  "List with named groups gathers objects": [
    "Value List A ((?P<name>\\w+) is (?P<age>\\d+)(?P<old> old)?)\n\nStart\n  ^$A\n",
    "Ann is 7\nBob is 8 old\n",
    [[[
      { name: "Ann", age: "7", old: "None" },
      { name: "Bob", age: "8", old: " old" },
    ]]],
  ],
  "List with Filldown is not cleared": [
    "Value Filldown,List A (\\d)\nValue B (b)\n\nStart\n  ^$A\n  ^$B -> Record\n\nEOF\n",
    "1\nb\n2\nb\n",
    [[["1"], "b"], [["1", "2"], "b"]],
  ],
  "Clear forgets all but what is filled down": [
    "Value Filldown A (a)\nValue B (b)\n\nStart\n  ^$A\n  ^$B\n  ^c -> Clear\n  ^- -> Record\n\nEOF\n",
    "a\nb\nc\n-\n",
    [["a", ""]],
  ],
  "Continue goes on with the same line": [
    "Value A (\\S+)\nValue B (\\S+)\n\nStart\n  ^$A\\s -> Continue\n  ^\\S+ $B -> Record\n",
    "x y\n",
    [["x", "y"]],
  ],
  "Continue.Record saves the row before": [
    "Value A (\\d)\nValue List B ([a-z])\n\nStart\n  ^\\d -> Continue.Record\n  ^$A\n  ^$B\n",
    "1\na\nb\n2\nc\n",
    [["1", ["a", "b"]], ["2", ["c"]]],
  ],
  "states change with the next line": [
    "Value A (\\w)\n\nStart\n  ^begin -> Inside\n\nInside\n  ^end -> Start\n  ^$A -> Record\n",
    "x\nbegin\ny\nend\nz\n",
    [["y"]],
  ],
  "a value that takes no part is forgotten": [
    "Value A (a)\nValue B (b)\n\nStart\n  ^$A?$B?- -> Record\n",
    "ab-\nb-\n",
    [["a", "b"], ["", "b"]],
  ],
  "all of Python's line ends end lines": [
    "Value List A (\\w+)\n\nStart\n  ^$A$$\n",
    "a\rb\r\nc\x0bd\x0ce\x1cf\x85g\u2028h",
    [[["a", "b", "c", "d", "e", "f", "g", "h"]]],
  ],
  "letters and digits beyond ASCII count, as in Python": [
    "Value List A (\\w+\\s\\d+)\n\nStart\n  ^$A$$\n",
    "é\u00a0٣\nab 1\na\u0301 1\n",
    [[["é\u00a0٣", "ab 1"]]],
  ],
  "an empty text has no rows": ["Value A (a)\n\nStart\n  ^$A\n", "", []],
};

for (const [name, [template, text, rows]] of Object.entries(CASES)) {
  Deno.test(`textfsm: ${name}`, () => {
    const read = textfsm(template);
    assert.deepEqual(
      read.parse(text),
      rows.map((row) =>
        Object.fromEntries(row.map((cell, i) => [read.keys[i], cell]))
      ),
    );
  });
}

Deno.test("Error gives the text, the rule's line and the line of the input", () => {
  const template = textfsm(
    'Value A (a)\n\nStart\n  ^$A -> Record\n  ^% -> Error "refused"\n  ^. -> Error\n',
  );
  assert.throws(() => template.parse("a\n% no\n"), (error) => {
    assert.ok(error instanceof TextFsmError);
    assert.deepEqual([error.line, error.rule, error.offset], [2, 5, 2]);
    assert.match(error.message, /"% no" is the error "refused" .*line 5/);
    return true;
  });
  assert.throws(() => template.parse("a\n\r\nb"), {
    line: 3,
    rule: 6,
    offset: 4,
  });
});

Deno.test("each text begins anew in Start", () => {
  const template = textfsm(
    "Value Filldown A (a)\n\nStart\n  ^$A -> Next\n  ^go -> Other\n\nOther\n  ^. -> Error\n",
  );
  assert.deepEqual(template.parse("a\ngo\n"), [{ A: "a" }]);
  assert.deepEqual(template.parse("x\n"), []);
});

Deno.test("keys are the names, or those in lower case, and any name will do", () => {
  const text =
    "Value ONE (1)\nValue __proto__ (2)\n\nStart\n  ^$ONE$__proto__\n";
  assert.deepEqual(
    Object.entries(textfsm(text).parse("12")[0] ?? {}),
    [["ONE", "1"], ["__proto__", "2"]],
  );
  const [row] = textfsm(text, { keys: "lower" }).parse("12");
  assert.equal(row?.one, "1");
});

Deno.test("the compiler knows the keys of a template that it can read", () => {
  const template = textfsm(
    "Value NAME (\\S+)\nValue Required,List PORTS (\\d+)\n\nStart\n  ^$NAME\n",
  );
  type Row = ReturnType<typeof template.parse>[number];
  const row: Row = { NAME: "a", PORTS: ["1"] };
  // @ts-expect-error There is no such value.
  assert.equal(row.OTHER, undefined);
  const lower: RowOf<"Value NAME (a)", "lower"> = { name: "a" };
  assert.equal(lower.name, "a");
});

Deno.test("a line that is too long, or takes too many steps, is an error with its line", () => {
  const template = textfsm("Value A (a)\n\nStart\n  ^$A\n", {
    longestLine: 10,
  });
  assert.throws(() => template.parse(`a\n${"b".repeat(11)}`), {
    line: 2,
    message: /longer than 10 characters/,
  });
  // Only the slow engine has conditions on groups; it gives up.
  const slow = textfsm(
    "Value A (a)\n\nStart\n  ^(x)?(?(1)y|(?:\\w|\\w\\w)*)-$$\n",
  );
  assert.throws(() => slow.parse(`ok-\n${"w".repeat(60)}!`), {
    line: 2,
    rule: 4,
    message: /too much for the regular expression in line 4/,
  });
});

Deno.test("the commonest of the exponential expressions takes no time", () => {
  const template = textfsm("Value A (a)\n\nStart\n  ^(\\s*-*)*\\s*$$\n  ^$A\n");
  assert.deepEqual(template.parse(`${"- ".repeat(5_000)}!\na\n`), [{ A: "a" }]);
});
