import assert from "node:assert/strict";
import fc from "fast-check";
import { indentAt, isCommand, isComplete, lex } from "../../../repl/lex.ts";
import { least } from "../../clock.ts";

/** Tokens as `kind:text`, without punctuators. */
function tokens(text: string): string {
  return lex(text).tokens
    .filter(({ kind }) => kind !== "punctuator")
    .map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`)
    .join(" ");
}

const TOKENS: readonly [text: string, tokens: string][] = [
  ["let a = 1", "keyword:let name:a number:1"],
  ["a.class.let?.new", "name:a name:class name:let name:new"],
  ["({ default: 1, if: 2 })", "name:default number:1 name:if number:2"],
  [
    "1_000n 0xff_ffn .5e-3 1.5E+10 0b1 1..x",
    "number:1_000n number:0xff_ffn number:.5e-3 number:1.5E+10 number:0b1 number:1. name:x",
  ],
  ["'a\\'b' \"c\\\\\"", "string:'a\\'b' string:\"c\\\\\""],
  ["'a\\\nb'", "string:'a\\\nb'"],
  ["`a${b}c`", "template:`a${ name:b template:}c`"],
  ["`${`${1}`}`", "template:`${ template:`${ number:1 template:}` template:}`"],
  ["`${{a: 1}}`", "template:`${ name:a number:1 template:}`"],
  ["`a\\`b\\${c`", "template:`a\\`b\\${c`"],
  [
    "a // b\nc /* d\n*/ e",
    "name:a comment:// b name:c comment:/* d\n*/ name:e",
  ],
  ["#!/usr/bin/env deno\n1", "comment:#!/usr/bin/env deno number:1"],
  ["this.#x", "keyword:this name:#x"],
  ["@logged class A {}", "decorator:@logged keyword:class name:A"],
  ["true ? null : undefined", "literal:true literal:null literal:undefined"],
  // A slash: a regex, or a division?
  ["a / b / c", "name:a name:b name:c"],
  ["x = /a[/]b\\//gi.test(y)", "name:x regex:/a[/]b\\//gi name:test name:y"],
  ["f(/a/, 1 / 2 / 3)", "name:f regex:/a/ number:1 number:2 number:3"],
  ["return /a/", "keyword:return regex:/a/"],
  ["(a) / b / c", "name:a name:b name:c"],
  ["if (a) /b/.test(c)", "keyword:if name:a regex:/b/ name:test name:c"],
  ["a[0] / b / c", "name:a number:0 name:b name:c"],
  ["{} /a/", "regex:/a/"],
  ["x = {} / a / b", "name:x name:a name:b"],
  ["i++ / a / b", "name:i name:a name:b"],
  ["x! / a / b", "name:x name:a name:b"],
  ["!/a/", "regex:/a/"],
  ["`a` / b / c", "template:`a` name:b name:c"],
  ["this / a / b", "keyword:this name:a name:b"],
  // Words that are keywords only in their place.
  ["type A = B", "keyword:type name:A name:B"],
  ["type = 1", "name:type number:1"],
  ["x as string", "name:x keyword:as name:string"],
  ["as = 1", "name:as number:1"],
  ["for (const a of b)", "keyword:for keyword:const name:a keyword:of name:b"],
  ["of(1)", "name:of number:1"],
  ["import { a } from 'b'", "keyword:import name:a keyword:from string:'b'"],
  ["from(1)", "name:from number:1"],
  ["async () => 1", "keyword:async number:1"],
  ["using a = b", "keyword:using name:a name:b"],
  ["get in x", "name:get keyword:in name:x"],
  // Dot commands.
  [".help ip", "command:.help argument:ip"],
  ["  .load-all  a b ", "command:.load-all argument:a b "],
  [".5 + 1", "number:.5 number:1"],
  ["路由器 = '🇨🇭'", "name:路由器 string:'🇨🇭'"],
  ["a\u00a0b", "name:a name:b"],
  ["🚀", "unknown:🚀"],
];

for (const [text, expected] of TOKENS) {
  Deno.test(`${JSON.stringify(text)} has the tokens it should`, () => {
    assert.equal(tokens(text), expected);
  });
}

const COMPLETE = [
  "",
  "  \n",
  "1",
  "a",
  "a;",
  "f()",
  "// comment",
  "a /* comment */",
  "'a'",
  "`a`",
  "`a${b}c`",
  "/a/",
  "i++",
  "x!",
  "{}",
  "if (a) {}",
  "if (a) b",
  "for (;;) {}",
  "while (a) b",
  "do {} while (a)",
  "try {} catch {}",
  "try {} finally {}",
  "function f() {}",
  "class A {}",
  "class A extends B {}",
  "a ? b : c",
  "const f = (a?: number) => a ? 1 : 2",
  "let x: Array<Map<string, number>>",
  "let x: string[]",
  "x as const",
  "type A = void",
  "type",
  "async",
  "of",
  "from",
  "this",
  "await x",
  "a.class",
  "a.if",
  "({ if: 1 })",
  "{ label: 1 }",
  "import a from 'b'",
  "import 'b'",
  "export const a = 1",
  "break",
  "debugger",
  "yield",
  // What no more typing can mend: the evaluator says what is wrong.
  ")",
  "f(]",
  "a }",
  "'unterminated",
  "f('unterminated",
  "[ 'unterminated\n",
  "x = /unterminated",
  "🚀",
  // Dot commands take whatever follows.
  ".help",
  ".load (",
  " .save 'a",
];

const INCOMPLETE = [
  "f(",
  "[1,",
  "{",
  "if (a) {",
  "`a",
  "`a${",
  "`a${b}",
  "'a\\",
  "'a\\\n",
  "/* a",
  "a +",
  "a -",
  "a *",
  "a /",
  "a %",
  "a **",
  "a =",
  "a +=",
  "a &&",
  "a ||",
  "a ??",
  "a ==",
  "a ===",
  "a <",
  "a >",
  "a >=",
  "a.",
  "a?.",
  "a,",
  "a =>",
  "a ?",
  "a ? b",
  "a ? b :",
  "a |",
  "a &",
  "!",
  "~",
  "++",
  "...",
  "if (a)",
  "if (a) b; else",
  "else",
  "for (const a of b)",
  "for await (const a of b)",
  "while (a)",
  "do",
  "do {}",
  "try",
  "try {}",
  "try {} catch",
  "try {} catch (e)",
  "try {} finally",
  "switch (a)",
  "function",
  "function f",
  "function f()",
  "function f(): number",
  "class",
  "class A",
  "class A extends",
  "class A extends B",
  "interface A",
  "enum A",
  "await",
  "return",
  "throw",
  "new",
  "typeof",
  "delete",
  "a instanceof",
  "a in",
  "x as",
  "x satisfies",
  "const",
  "let",
  "import",
  "import a from",
  "export",
  "export default",
  "@logged",
  "a + // comment",
];

for (const text of COMPLETE) {
  Deno.test(`${JSON.stringify(text)} is complete`, () => {
    assert.equal(isComplete(text), true);
  });
}

for (const text of INCOMPLETE) {
  Deno.test(`${JSON.stringify(text)} is incomplete`, () => {
    assert.equal(isComplete(text), false);
  });
}

Deno.test("a line with a dot and a letter is a command, anything else a program", () => {
  assert.equal(isCommand(".help"), true);
  assert.equal(isCommand("  .x"), true);
  assert.equal(isCommand(".5"), false);
  assert.equal(isCommand("...a"), false);
  assert.equal(isCommand("a\n.map()"), false);
});

Deno.test("the lexer says which brackets are open, and what is wrong where", () => {
  const open = (text: string) =>
    lex(text).open.map(({ bracket, at }) => bracket + at).join(" ");
  assert.equal(open("f([`${{"), "(1 [2 ${4 {6");
  assert.equal(open("f(a)[b]"), "");
  assert.deepEqual(lex("f(1]").error, { at: 3, reason: "unmatched ]" });
  assert.deepEqual(lex("a 'b\n").error, {
    at: 2,
    reason: "unterminated string",
  });
});

/** `|` is the cursor, where a new line would begin. */
const INDENTS: readonly [picture: string, indent: number][] = [
  ["|", 0],
  ["a;|", 0],
  ["f(|", 2],
  ["f(g([{|", 2],
  ["if (a) {\n  f(|", 4],
  ["if (a) {\n  f(1);|", 2],
  ["if (a) {\n  f(1);\n|}", 0],
  ["if (a) {\n  f({\n|   })", 2],
  ["a = [\n    1,|", 2],
  ["a =|", 2],
  ["a\n  .b &&|", 2],
  ["f(\n  a +|", 4],
  ["f(a,|", 2],
  ["if (a)|", 2],
  ["f(`a|", 0],
  ["f(`\n    a|", 0],
  ["f(`\n|   )`", 3],
  ["`${f(|", 2],
  ["{\n  /* a|", 2],
];

for (const [picture, indent] of INDENTS) {
  Deno.test(`a line at | of ${JSON.stringify(picture)} is indented by ${indent}`, () => {
    const text = picture.replace("|", "");
    assert.equal(indentAt(text, picture.indexOf("|")), " ".repeat(indent));
  });
}

const PIECES = [
  ..."(){}[]`'\"/*+-.,;:?!=<>&|#@\\ \n\t$_0e1n",
  ..."${ // /* */ => `${ ... ?. ++ if ( else do while try catch class function as await const type async of from 路 🚀 .x"
    .split(" "),
];

Deno.test("any text gives tokens in order, without gaps other than white space", () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom(...PIECES)).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(text, (text) => {
      let end = 0;
      for (const token of lex(text).tokens) {
        assert.ok(token.start >= end && token.end > token.start);
        assert.match(text.slice(end, token.start), /^\s*$/);
        end = token.end;
      }
      assert.ok(end <= text.length);
      assert.match(text.slice(end), /^\s*$/);
      isComplete(text);
      assert.match(indentAt(text, text.length >> 1), /^[ \t]*$/);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("time grows with the length of the text, and not faster", () => {
  const time = (text: string) => {
    const start = performance.now();
    lex(text);
    return performance.now() - start;
  };
  for (
    const piece of [
      "(",
      "`${",
      "'a",
      "/*",
      "/[",
      "async ",
      "{a",
      "\\",
      "a<",
      "#!",
    ]
  ) {
    const short = piece.repeat(10_000);
    time(short);
    const once = Math.max(1, time(short));
    const long = piece.repeat(200_000);
    const ratio = least(150 * once, () => lex(long)) / once;
    // Twenty times the text; a quadratic lexer would need 400 times as long.
    assert.ok(ratio < 150, `${piece}: ${ratio.toFixed(0)} times as long`);
  }
});
