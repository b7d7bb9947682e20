import assert from "node:assert/strict";
import { EntryError, parse } from "../../../repl/parse.ts";

/** TypeScript that parsers have stumbled over. */
const FORMS = [
  "async function f() { await 5; const g = async <T>(x: T): Promise<T> => x; }",
  "async () => { await 5; return async <T>(x: Promise<T>): Promise<T> => { return await x; }; }",
  "interface Builder { concat<const P extends readonly string[]>(...parts: P): P }",
  "function f<const T>(x: T): T { return x }",
  "const f = <const T,>(x: T): T => x",
  "type F = <const T>(x: T) => T",
  "class Box<in out T> { accessor x?: T }",
  "enum Colour { Red = 1, Blue = Red << 1 }",
  "const it = { a: 1 } satisfies Record<string, number> as const",
  "using file = open(); await using server = await serve()",
  "for await (const x of (async function* () {})()) x!.y?.[0]",
  "abstract class A { abstract f(): void; constructor(readonly x: number) {} }",
  "let x: `${number}px` | (new () => Date) | typeof import('x')",
  "function is(x: unknown): asserts x is string {}",
  "export type { A } from './a.ts'",
  "async<number>(5)",
  "a < b > (c)",
];

for (const form of FORMS) {
  Deno.test(`it is TypeScript: ${form}`, () => {
    assert.ok(parse(form).body.length > 0);
  });
}

Deno.test("what is none is refused with its place", () => {
  for (
    const [text, offset] of [
      ["const x = = 1", 10],
      [
        "async function f() { await 5; const g = async <T>(x = await 5) => x; }",
        63,
      ],
    ] as const
  ) {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof EntryError);
      assert.equal(error.offset, offset, text);
      return true;
    });
  }
});
