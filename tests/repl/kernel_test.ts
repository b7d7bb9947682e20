import assert from "node:assert/strict";
import { Interrupted, Kernel } from "../../repl/kernel.ts";

// V8 has one global scope to evaluate in: one kernel serves all tests.
const kernel = new Kernel({
  globals: { net: { answer: 42 } },
  modules: (name) => name === "netrepl" ? { answer: 42 } : undefined,
});

/** Runs entries; gives the last one's outcome. */
async function enter(...entries: readonly string[]) {
  let last = await kernel.evaluate("undefined");
  for (const entry of entries) last = await kernel.evaluate(entry);
  return last;
}

async function value(...entries: readonly string[]): Promise<unknown> {
  const { ok, value, error } = await enter(...entries);
  assert.ok(ok, String(error));
  return value;
}

async function failure(...entries: readonly string[]): Promise<Error> {
  const { ok, error } = await enter(...entries);
  assert.ok(!ok);
  return error as Error;
}

function test(fact: string, run: () => Promise<void>): void {
  // The kernel lives as long as the process: its worker and session stay.
  Deno.test({
    name: fact,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: run,
  });
}

test("types, generics, enums and parameter properties run", async () => {
  assert.equal(await value("const a: number = 41; a + 1"), 42);
  assert.equal(
    await value("const id = <T,>(x: T): T => x", "id<number>(7)"),
    7,
  );
  assert.equal(await value("enum Level { Low, High }", "Level.High"), 1);
  assert.equal(
    await value(
      "abstract class P { constructor(readonly x: number) {} }; class Q extends P {}",
      "new Q(3).x",
    ),
    3,
  );
  assert.equal(
    await value("type T = { a: number }; interface I extends T {}"),
    undefined,
  );
});

test("top-level await works, and a bare promise is waited for", async () => {
  assert.equal(await value("await Promise.resolve(1)"), 1);
  const outcome = await enter("Promise.resolve(2)");
  assert.equal(outcome.value, 2);
  assert.equal(outcome.awaited, true);
  assert.equal((await enter("1")).awaited, false);
  assert.ok(await value("const pending = Promise.resolve(3)", "({ pending })"));
});

test("a name can be declared again, as anything", async () => {
  for (
    const again of [
      "const n = 1",
      "let n = 2",
      "var n = 3",
      "function n() {}",
      "class n {}",
      "const { n } = { n: 4 }",
      "import { sep as n } from 'node:path'",
      "const n = 5",
    ]
  ) assert.ok((await enter(again)).ok, again);
  assert.equal(await value("n"), 5);
});

test("a name whose declaration failed can be declared again", async () => {
  await failure("const lost = await Promise.reject(new Error('no'))");
  assert.equal(await value("const lost = 1", "lost"), 1);
});

test("static imports bind, and a missing export is refused", async () => {
  assert.equal(
    await value("import { join } from 'node:path'", "join('a', 'b')"),
    "a/b",
  );
  assert.equal(await value("import * as n from 'netrepl'", "n.answer"), 42);
  assert.match(
    (await failure("import { anwser } from 'netrepl'")).message,
    /exports no value named "anwser"/,
  );
});

test("relative imports start at the base", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/x.ts`, "export const x: number = 9;");
    const base = `file://${folder}/`;
    const { value, error } = await kernel.evaluate(
      "(await import('./x.ts')).x + import.meta.dirname.length",
      base,
    );
    assert.equal(error, undefined);
    assert.equal(value, 9 + folder.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("_ is the last value, and a declaration leaves it", async () => {
  assert.equal(await value("40", "const other = 1", "_ + 2"), 42);
});

test("functions of an entry are hoisted", async () => {
  assert.equal(await value("early()\nfunction early() { return 1 }"), 1);
});

test("an error names the entry, line and column as typed", async () => {
  const { stack } = await failure("const a: number = 1;\n  null.x");
  assert.match(stack!, /repl:\d+:2:8/);
  const thrown = await enter("function deep() {\n  throw new Error('x')\n}");
  const inside = (await failure("1\ndeep()")).stack!;
  assert.match(inside, new RegExp(`deep \\(repl:${thrown.id}:2:9\\)`));
  assert.match(inside, new RegExp(`at repl:${thrown.id + 2}:2:1`));
  assert.doesNotMatch(inside, /kernel\.ts|ext:/);
});

test("anything can be thrown", async () => {
  assert.equal((await enter("throw 5")).error, 5);
  assert.equal((await enter("throw undefined")).ok, false);
});

test("special values come out whole", async () => {
  assert.equal(await value("1n << 70n"), 1n << 70n);
  assert.ok(Object.is(await value("-0"), -0));
  assert.equal(typeof await value("Symbol('s')"), "symbol");
  assert.ok((await value("new Map([[1, 2]])")) instanceof Map);
});

test("Ctrl-C ends a wait, and the loop behind it", async () => {
  const waiting = kernel.evaluate(
    "globalThis.turns = 0; for (;;) { turns++; await new Promise((r) => setTimeout(r, 1)) }",
  );
  const shared = globalThis as { turns?: number };
  while (!shared.turns) await new Promise((resolve) => setTimeout(resolve, 5));
  kernel.interrupt();
  assert.ok((await waiting).error instanceof Interrupted);
  const turns = await value("turns") as number;
  assert.ok(turns > 0);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok((await value("turns") as number) <= turns + 1, "the loop ended");
});

Deno.test("a wait that was given up may be collected", async () => {
  // V8 tells its inspector of such a wait amid the collection, and the process
  // ends: so no wait is left to it.
  const program = `
    import { Kernel } from "${new URL(
    "../../repl/kernel.ts",
    import.meta.url,
  )}";
    const kernel = new Kernel({ globals: {}, modules: () => undefined });
    for (const wait of ["await new Promise(() => {})", "for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }) ;"]) {
      const given = kernel.evaluate("globalThis.waits = true; " + wait);
      while (!globalThis.waits) await new Promise((resolve) => setTimeout(resolve, 5));
      globalThis.waits = false;
      await new Promise((resolve) => setTimeout(resolve, 20));
      kernel.interrupt();
      await given;
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let n = 0; n < 3; n++) gc();
    }
    console.log((await kernel.evaluate("const two = 2; two")).value);
    Deno.exit();
  `;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--config", config, "--v8-flags=--expose-gc", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(new TextDecoder().decode(stdout), "2\n");
  assert.equal(code, 0);
});

test("an entry that is interrupted before it runs does not run", async () => {
  for (
    const entry of ["ran = 1", "await (ran = 1)", "let ran2: number = ran = 1"]
  ) {
    await enter("globalThis.ran = 0");
    const outcome = kernel.evaluate(entry);
    kernel.interrupt();
    assert.ok((await outcome).error instanceof Interrupted, entry);
    assert.equal(await value("ran"), 0, entry);
  }
});

test("members lists what completion offers, and runs nothing", async () => {
  await enter(
    "globalThis.touched = 0; const trap = { get danger() { touched++; return 1 }, safe: 1 }",
  );
  const names = async (expression: string) =>
    (await kernel.inspector.members(expression)).map(({ name }) => name);
  assert.deepEqual(await names("trap"), ["danger", "safe"]);
  await enter(
    "const spy = new Proxy({}, { ownKeys() { touched++; return [] } })",
  );
  await names("spy");
  assert.deepEqual(await names("touched++"), []);
  assert.deepEqual(await names("nobody.here"), []);
  assert.equal(await value("touched"), 0);
  assert.ok((await names("'text'")).includes("padStart"));
});

test("what entries hold with using is let go at the end, last first", async () => {
  await enter(
    "globalThis.gone = []",
    "await using one = { async [Symbol.asyncDispose]() { gone.push(1) } }",
    "using two = { [Symbol.dispose]() { gone.push(2); throw new Error('late') } }",
  );
  assert.deepEqual(await value("gone"), []);
  assert.match((await failure("using three = {}")).message, /Symbol\.dispose/);
  const errors = await kernel.close();
  assert.deepEqual(await value("gone"), [2, 1]);
  assert.match(String(errors[0]), /late/);
});
