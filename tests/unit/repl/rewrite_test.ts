import assert from "node:assert/strict";
import { EntryError } from "../../../repl/parse.ts";
import { rewrite } from "../../../repl/rewrite.ts";

/** What was typed, and what V8 gets. */
const cases: readonly (readonly [fact: string, typed: string, code: string])[] =
  [
    ["an expression stays", "1 + 1", "1 + 1"],
    ["const may be declared again", "const a = 1", "let   a = 1"],
    ["var becomes a let", "var a = 1", "let a = 1"],
    ["a class becomes a let", "class A {}", "let A = class A {};"],
    [
      "an abstract class loses the word",
      "abstract class A {}",
      "let A =  class A {};",
    ],
    [
      "functions come first, as hoisting has it",
      "f();\nfunction f() {}",
      "let f = function f() {};f();\n",
    ],
    [
      "a named import",
      `import { a, b as c } from "x"`,
      `let { "a": a,"b": c } = await __netrepl.import("x", undefined, ["a","b"]);`,
    ],
    [
      "a default and a namespace import",
      `import d, * as n from "x"`,
      `let n = await __netrepl.import("x", undefined, ["default"]); let { "default": d } = n;`,
    ],
    [
      "an import for its effects",
      `import "x"`,
      `await __netrepl.import("x", undefined, []); void 0;`,
    ],
    [
      "an import with attributes",
      `import j from "./j.json" with { type: "json" }`,
      `let { "default": j } = await __netrepl.import("./j.json", { with: { type: "json" } }, ["default"]);`,
    ],
    ["a type import goes", `import type { T } from "x"`, ";"],
    [
      "import() goes through the kernel",
      `import("x")`,
      `__netrepl.import("x")`,
    ],
    ["import.meta too", "import.meta.url", "__netrepl.meta.url"],
    ["an export is what it exports", "export const a = 1", "let   a = 1"],
    ["a default export is its value", "export default 1", "(1)"],
    [
      "a loop gets a guard",
      "while (x) { y }",
      "while (x) {__netrepl.guard(); y }",
    ],
    [
      "a loop without a block gets one",
      "for (;;) x",
      "for (;;) {__netrepl.guard();x}",
    ],
    [
      "nested loops get two",
      "for (;;) while (x) y",
      "for (;;) {__netrepl.guard();while (x) {__netrepl.guard();y}}",
    ],
    [
      "using is held for the session",
      "await using a = f()",
      "let a = __netrepl.hold(f())",
    ],
    ["braces mean an object", "{ a: 1 }", "({ a: 1 }\n)"],
    ["braces with a semicolon mean a block", "{ a: 1 };", "{ a: 1 };"],
    [
      "a declaration inside a block stays",
      "{ const a = 1; a };",
      "{ const a = 1; a };",
    ],
  ];

for (const [fact, typed, code] of cases) {
  Deno.test(`rewrite(): ${fact}`, () => {
    assert.equal(rewrite(typed).code, code);
  });
}

const typings: readonly (readonly [typed: string, types: string])[] = [
  ["a.b(c)?.d?.[e]?.()", "none"],
  ["a < b && c > (d)", "none"],
  ["class A { static #x = 1; get y() { return A.#x } }", "none"],
  ["let a: number = 1", "strip"],
  // In plain JavaScript this is two comparisons.
  ["f<T>(x)", "strip"],
  ["a as T", "strip"],
  ["a!", "strip"],
  ["a satisfies T", "strip"],
  ["type T = 1", "strip"],
  ["interface I {}", "strip"],
  ["declare const a: 1", "strip"],
  ["let a!: number", "strip"],
  ["(a?: T) => a", "strip"],
  ["function f(a?) {}", "strip"],
  ["class A { b? }", "strip"],
  ["class A { b! }", "strip"],
  ["class A { private b }", "strip"],
  ["class A { readonly b = 1 }", "strip"],
  ["class A extends B { override b() {} }", "strip"],
  ["abstract class A { abstract b }", "strip"],
  ["abstract class A {}", "strip"],
  ["class A implements B {}", "strip"],
  ["class A<T> extends B<T> {}", "strip"],
  ["class A { b(): void; b() {} }", "strip"],
  ["class A { [key: string]: T }", "strip"],
  ["function f(this: T) {}", "strip"],
  ["function f(): asserts a is T {}", "strip"],
  ["try {} catch (e: unknown) {}", "strip"],
  ["import type { T } from 'x'", "strip"],
  ["import { type T } from 'x'", "strip"],
  ["type T = 1; export type { T }", "strip"],
  ["export type * from 'x'", "strip"],
  ["enum A { B }", "transform"],
  ["declare enum A { B }", "strip"],
  ["namespace A { export const b = 1 }", "transform"],
  ["class A { constructor(public x: number) {} }", "transform"],
  ["class A { constructor(readonly x) {} }", "transform"],
];

for (const [typed, types] of typings) {
  Deno.test(`rewrite() takes types out of ${typed}: ${types}`, () => {
    assert.equal(rewrite(typed).types, types);
  });
}

Deno.test("positions map back to what was typed, also behind a hoisted function", () => {
  const typed = "boom();\nfunction boom() {\n  null.x;\n}";
  const { code, sourceOffset } = rewrite(typed);
  for (const word of ["boom();", "null.x"]) {
    assert.equal(
      sourceOffset(code.indexOf(word)),
      typed.indexOf(word),
      word,
    );
  }
});

Deno.test("every offset of rewritten code maps into the entry", () => {
  for (const [, typed] of cases) {
    const { code, sourceOffset } = rewrite(typed);
    for (let offset = 0; offset <= code.length; offset++) {
      const at = sourceOffset(offset);
      assert.ok(at >= 0 && at <= typed.length, `${typed} ${offset} -> ${at}`);
    }
  }
});

Deno.test("an entry that does not parse says where", () => {
  const wrong:
    readonly (readonly [text: string, offset: number, says: RegExp])[] = [
      ["const x = = 1", 10, /unexpected "="/],
      ["let a: number = 1;\nfoo(", 23, /end of input/],
      ["a.b.", 4, /end of input/],
      ["let q; let q", 11, /already been declared/],
      ["@dec class A {}", 0, /decorators/],
      ["1 +* 2", 3, /unexpected "\*"/],
    ];
  for (const [text, offset, says] of wrong) {
    assert.throws(() => rewrite(text), (error) => {
      assert.ok(error instanceof EntryError, text);
      assert.equal(error.offset, offset, text);
      assert.match(error.message, says, text);
      return true;
    });
  }
});
