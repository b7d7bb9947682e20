import assert from "node:assert/strict";
import type { JournalEntry } from "../../../repl/journal.ts";
import type { Permission } from "../../../repl/permissions.ts";
import { rewrite } from "../../../repl/rewrite.ts";
import { toScript } from "../../../repl/save.ts";

type Typed = string | {
  readonly text: string;
  readonly value?: unknown;
  readonly awaited?: boolean;
  readonly failed?: boolean;
  readonly permissions?: readonly Permission[];
};

/** A journal as a session would leave it. */
function journal(...typed: readonly Typed[]): JournalEntry[] {
  return typed.map((entry, index) => {
    const { text, value, awaited = false, failed = false, permissions = [] } =
      typeof entry === "string" ? { text: entry } : entry;
    return {
      id: index + 1,
      source: text,
      permissions,
      text: rewrite(text).text,
      ok: !failed,
      awaited,
      hasValue: value !== undefined,
    };
  });
}

/** The cells of the script that a session becomes. */
function cells(...typed: readonly Typed[]): string[] {
  const { text } = toScript(journal(...typed), {
    title: "t",
    folder: "/home/me",
    audited: true,
  });
  return text.split(/\n\/\/ %%\n/).slice(1).map((cell) => cell.trim());
}

function head(...typed: readonly Typed[]): string {
  return toScript(journal(...typed), {
    title: "t",
    folder: "/home/me",
    audited: true,
  }).text.split("\n\n")[0]!;
}

Deno.test("mistakes and bare looks are left out", () => {
  assert.deepEqual(
    cells(
      "const a = f()",
      { text: "a", value: 1 },
      { text: "a.b[0]", value: 1 },
      { text: "`${a}` + 1", value: "x" },
      { text: "a.sedn()", failed: true },
      "help(a)",
      "a.send()",
    ),
    ["const a = f()", "a.send()"],
  );
});

Deno.test("what the prompt showed, the script prints", () => {
  assert.deepEqual(cells({ text: "f(1)", value: 2 }, "g()"), [
    "console.log(f(1))",
    "g()",
  ]);
});

Deno.test("what the prompt waited for, the script awaits", () => {
  assert.deepEqual(
    cells(
      { text: "f()", value: 1, awaited: true },
      { text: "g()", awaited: true },
      { text: "a ? f() : g()", value: 1, awaited: true },
    ),
    [
      "console.log(await f())",
      "await g()",
      "console.log(await (a ? f() : g()))",
    ],
  );
});

Deno.test("_ becomes a name for the value that it was", () => {
  assert.deepEqual(
    cells(
      { text: "f()", value: 1 },
      "const a = 1",
      { text: "_ + 1", value: 2 },
      { text: "g(_)", value: 3 },
    ),
    [
      "const out1 = f();\nconsole.log(out1)",
      "const a = 1",
      "const out3 = out1 + 1;\nconsole.log(out3)",
      "console.log(g(out3))",
    ],
  );
});

Deno.test("a _ of the reader's own stays", () => {
  assert.deepEqual(cells("const _ = 5", { text: "f(_)", value: 1 }), [
    "const _ = 5",
    "console.log(f(_))",
  ]);
});

Deno.test("a declaration that was typed again before use goes", () => {
  assert.deepEqual(
    cells("const a = f(1)", "const a = f(2)", { text: "g(a)", value: 1 }),
    ["const a = f(2)", "console.log(g(a))"],
  );
  assert.deepEqual(
    cells("function f() { return 1 }", "function f() { return 2 }", "f()"),
    ["function f() { return 2 }", "f()"],
  );
});

Deno.test("a name declared again after use gets a new name", () => {
  assert.deepEqual(
    cells("const a = 1", "f(a)", "const a = 'x'", "f({ a, b: a.length })"),
    [
      "const a = 1",
      "f(a)",
      "const a2 = 'x'",
      "f({ a: a2, b: a2.length })",
    ],
  );
  assert.deepEqual(cells("let n = 1", "let n = n + 1", "f(n)"), [
    "let n = 1",
    "let n2 = n + 1",
    "f(n2)",
  ]);
});

Deno.test("a name that a function reads later gets a new value instead", () => {
  assert.deepEqual(
    cells("const n = 1", "const f = () => n", "const n = 2", "f()"),
    ["let n = 1", "const f = () => n", "n = 2", "f()"],
  );
  assert.deepEqual(
    cells(
      "function g() { return 1 }",
      "function f() { return g() }",
      "function g() { return 2 }",
      "f()",
    ),
    [
      "let g = function g() { return 1 };",
      "function f() { return g() }",
      "g = function g() { return 2 };",
      "f()",
    ],
  );
});

Deno.test("assigning where nothing is declared declares, a const that changes is a let", () => {
  assert.deepEqual(cells("x = 1", "x = 2", "const c = 1", "c++"), [
    "let x = 1",
    "x = 2",
    "let c = 1",
    "c++",
  ]);
});

Deno.test("imports come first, merged, and only what is used", () => {
  const written = head(
    `import { join } from "node:path"`,
    `import { resolve, sep } from "node:path"; import * as fs from "node:fs"`,
    `import type { T } from "./t.ts"`,
    { text: "join(resolve('a'), net.x())", value: 1 },
    "fs.f()",
    "const t: T = g()",
  );
  assert.deepEqual(written.split("\n").slice(4), [
    `import * as net from "netrepl";`,
    `import * as fs from "node:fs";`,
    `import type { T } from "./t.ts";`,
    `import { join, resolve } from "node:path";`,
  ]);
});

Deno.test("the first line names what the kept entries asked for, and no more", () => {
  const line = (...typed: Typed[]) => head(...typed).split("\n")[0];
  const net = (value: string) => ({ permission: "net", value });
  const file = (value: string) => [
    { permission: "read", value },
    { permission: "write", value },
  ];
  assert.equal(line("f()"), "#!/usr/bin/env -S deno run");
  assert.equal(
    line(
      { text: "serve()", permissions: [net("127.0.0.1:0")] },
      { text: "connect()", permissions: [net("127.0.0.1:43039")] },
      { text: "get()", permissions: [net("http://127.0.0.1:43039/x")] },
    ),
    "#!/usr/bin/env -S deno run --allow-net=127.0.0.1",
  );
  assert.equal(
    line(
      { text: "get()", permissions: [net("https://example.com/x")] },
      { text: "oops()", failed: true, permissions: [net("evil.example:1")] },
      { text: "connect()", permissions: [net("[::1]:8080")] },
    ),
    "#!/usr/bin/env -S deno run --allow-net=[::1]:8080,example.com:443",
  );
  assert.equal(
    line({ text: "open('x')", permissions: file("/home/me/data/x.pcap") }),
    "#!/usr/bin/env -S deno run --allow-read=data/x.pcap",
  );
  assert.equal(
    line({
      text: "Deno.open('x', { write: true })",
      permissions: file("/home/me/x"),
    }),
    "#!/usr/bin/env -S deno run --allow-read=x --allow-write=x",
  );
  assert.equal(
    line({ text: "Deno.readFile('x')", permissions: file("/etc/hosts") }),
    "#!/usr/bin/env -S deno run --allow-read=/etc/hosts",
  );
  assert.equal(
    line({ text: "new Deno.Command('ls')" }),
    "#!/usr/bin/env -S deno run --allow-run",
  );
});

Deno.test("a cell's own title stays, and an object keeps its braces", () => {
  const { text } = toScript(
    journal("// %% Count\nlet n = 1", { text: "{ n: f(n) }", value: { n: 1 } }),
    { title: "t", folder: "/", audited: false },
  );
  assert.equal(
    text,
    [
      "#!/usr/bin/env -S deno run --allow-all",
      "// ---",
      `// title: "t"`,
      "// ---",
      "",
      "// %% Count",
      "let n = 1",
      "",
      "// %%",
      "console.log({ n: f(n) })",
      "",
    ].join("\n"),
  );
});
