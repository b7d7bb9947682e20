import assert from "node:assert/strict";
import { TemplateError, textfsm } from "../../../lib/device/textfsm/textfsm.ts";

const VALUE = "Value A (a)\n";
const START = "\nStart\n  ^$A -> Record\n";

/** Templates, the line in which each is wrong, and what is said of it. */
const WRONG: readonly [template: string, line: number, says: RegExp][] = [
  ["", 0, /no state Start/],
  ["Start\n", 1, /begin with Value lines/],
  [`${VALUE}x\n`, 2, /blank line after the last Value/],
  ["Value A\n", 1, /name and a regular expression/],
  ["Value Bogus A (a)\n", 1, /no option "Bogus": take Required, Filldown/],
  ["Value List,List A (a)\n", 1, /List stands there twice/],
  [`${VALUE}Value A (b)\n`, 2, /a Value A already/],
  [`Value ${"x".repeat(49)} (a)\n`, 1, /at most 48/],
  ["Value A a\n", 1, /no option "A"/],
  ["Value List A a\n", 1, /a must stand in brackets/],
  ["Value A (a\n", 1, /as many \( as \)/],
  ["Value A (\\()\n", 1, /as many \( as \)/],
  ["Value List A (a**)\n", 1, /multiple repeat at its character 4/],
  [`${VALUE}\nStart\n  ^a**\n`, 4, /multiple repeat at its character 4/],
  [`${VALUE}\nStart\n  ^$B\n`, 4, /no Value B/],
  [`${VALUE}\nStart\n  ^a$\n`, 4, /write \$\$ for the end/],
  [`${VALUE}\nStart\n  ^$A$A\n`, 4, /redefinition of group name 'A'/],
  [`${VALUE}\nStart\n  ^(?i)a\n`, 4, /write \(\?i:…\)/],
  [`${VALUE}\nStart\n^a\n`, 4, /one or two spaces, or a tab, and a \^/],
  [`${VALUE}\nStart\n   ^a\n`, 4, /one or two spaces/],
  [`${VALUE}\nStart\n  ^a -> Bogus.Record\n`, 4, /make no sense/],
  [`${VALUE}\nStart\n  ^a -> Continue Start\n`, 4, /may not go to Start/],
  [`${VALUE}\nStart\n  ^a -> "no"\n`, 4, /only Error takes a text/],
  [`${VALUE}\nStart\n  ^a -> Nowhere\n`, 4, /no state Nowhere/],
  [`${VALUE}\nStart\n\nStart\n`, 5, /a state Start already/],
  [`${VALUE}\nRecord\n`, 3, /"Record" is no name for a state/],
  [`${VALUE}\ntwo words\n`, 3, /"two words" is no name/],
  [`\n${VALUE}`, 2, /a blank line ends the Values/],
  [`${VALUE}${START}\nEOF\n  ^a\n`, 0, /EOF may have no rules/],
  [`${VALUE}${START}\nEnd\n  ^a\n`, 0, /End may have no rules/],
  [`${VALUE}\nOther\n  ^a\n`, 0, /no state Start/],
];

Deno.test("a template that is none is refused with its line and the reason", () => {
  for (const [template, line, says] of WRONG) {
    assert.throws(() => textfsm(template), (error) => {
      assert.ok(error instanceof TemplateError, `${error}`);
      assert.match(error.message, says);
      assert.equal(error.line, line, template);
      const before = template.slice(0, error.offset).split("\n").length;
      assert.equal(before, Math.max(line, 1), template);
      return true;
    });
  }
});

Deno.test("comments, tabs and carriage returns are as in Python's textfsm", () => {
  const template = "# one\r\nValue A (a)\r\n  # two\r\n\r\n# three\r\n\r\n" +
    "Start\r\n# four\r\n\t^$A -> Record # no comment\r\n";
  assert.throws(() => textfsm(template), /make no sense .*line 9/);
  const { values, states } = textfsm(template.replace(" # no comment", ""));
  assert.deepEqual(values, [{ name: "A", options: [], pattern: "(a)" }]);
  assert.deepEqual(states, ["Start"]);
});

Deno.test("only the last arrow after a blank is an arrow", () => {
  const template =
    "Value A (\\S+)\n\nStart\n  ^x -> $A->y -> Record\n  ^a->b\n";
  assert.deepEqual(textfsm(template).parse("x -> 7->y\na->b\n"), [{ A: "7" }]);
});

Deno.test("without values no variable is looked for, as in Python", () => {
  assert.deepEqual(textfsm("\nStart\n  ^${A}\n").parse("x\n"), []);
});

Deno.test("textfsm() says which argument is wrong", () => {
  assert.throws(
    () => textfsm(5 as never),
    /'template' must be a string: .*number/,
  );
  const template = `${VALUE}${START}`;
  assert.throws(
    () => textfsm(template, { keys: "upper" as never }),
    /'keys' must be .*: current value is upper/,
  );
  assert.throws(
    () => textfsm(template, { longestLine: 0 }),
    /'longestLine' must be above 0/,
  );
  assert.throws(() => textfsm(template).parse(null as never), /'text' must be/);
});

Deno.test("a template shows its values, and turns to JSON", () => {
  const template = textfsm("Value Required,Key A (\\d+)\n\nStart\n  ^$A\n");
  const shown = template[Symbol.for("Deno.customInspect") as never] as (
    inspect: unknown,
  ) => string;
  assert.match(shown.call(template, undefined), /Required, Key {2}\(\\d\+\)/);
  assert.deepEqual(JSON.parse(JSON.stringify(template)).values[0].name, "A");
});
