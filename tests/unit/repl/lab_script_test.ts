import assert from "node:assert/strict";
import { foldHosts } from "../../../repl/lab_script.ts";
import { toScript } from "../../../repl/save.ts";

type Typed = readonly [place: string, source: string, hasValue?: "shown"];

/** The cells of what was typed, each place with its own count; "" is here. */
function cells(typed: readonly Typed[]): { cells: string[]; kept: number } {
  const counts = new Map<string, number>();
  const entries = typed.map(([place, source, shown]) => {
    const id = (counts.get(place) ?? 0) + 1;
    counts.set(place, id);
    const text = source === ".lab up pair"
      ? 'await using lab = await net.lab.up("pair")'
      : source;
    return {
      ...{ id, source, text, ok: true, awaited: false, permissions: [] },
      hasValue: shown !== undefined,
      ...(place === "" ? {} : { place }),
    };
  });
  const folded = foldHosts(entries);
  const script = toScript(folded.entries, {
    title: "t",
    folder: "/",
    audited: false,
  });
  return {
    cells: script.text.trim().split(/\n\n\/\/ %%\n/),
    kept: script.kept + folded.kept,
  };
}

Deno.test("entries of one host that follow one another become one function", () => {
  const { cells: [, ...all], kept } = cells([
    ["", ".lab up pair"],
    ["a", "const two = 2"],
    ["a", "two + f()", "shown"],
    ["b", "net.ip.parse(g())", "shown"],
    ["", "h()", "shown"],
  ]);
  assert.deepEqual(all, [
    'await using lab = await net.lab.up("pair", { log: ({ host, text }) => console.log(`${host}: ${text}`) })',
    'await lab.host("a").run(async () => {\nconst two = 2\nconsole.log(two + f())\n})',
    'await lab.host("b").run(async (net) => {\nconsole.log(net.ip.parse(g()))\n})',
    "console.log(h())",
  ]);
  assert.equal(kept, 5);
});

Deno.test("a name that a later function of the host reads is handed on, and using holds it", () => {
  const { cells: [, ...all], kept } = cells([
    ["a", "await using server = await f()"],
    ["b", "g()"],
    ["a", "h(server)"],
  ]);
  assert.deepEqual(all, [
    'await lab.host("a").run(async () => {\nconst server = await f()\nObject.assign(globalThis, { server });\n})',
    'await lab.host("b").run(async () => {\ng()\n})',
    'await lab.host("a").run(async () => {\n// deno-lint-ignore no-explicit-any\nconst { server } = globalThis as any;\nh(server)\n})',
  ]);
  assert.equal(kept, 3);
});

Deno.test("imports go into the functions that use them, types to the top", () => {
  const { cells: [head, ...all] } = cells([
    ["a", 'import { join as j, sep } from "node:path"'],
    ["a", 'import type { T } from "./t.ts"'],
    ["a", 'import * as net from "netrepl"'],
    ["a", 'import fs from "node:fs"'],
    ["a", "const x: T = f(fs)"],
    ["b", "net.ip.parse(g())"],
    ["a", "h(j(sep))"],
  ]);
  assert.match(head!, /\nimport type \{ T \} from "\.\/t\.ts";$/);
  assert.deepEqual(all, [
    'await lab.host("a").run(async () => {\nconst { default: fs } = await import("node:fs");\nconst x: T = f(fs)\n})',
    'await lab.host("b").run(async (net) => {\nnet.ip.parse(g())\n})',
    'await lab.host("a").run(async () => {\nconst { join: j, sep } = await import("node:path");\nh(j(sep))\n})',
  ]);
});

Deno.test("a host whose names change between functions is left out, with the reason", () => {
  const { cells: [, ...all], kept } = cells([
    ["a", "let n = f()"],
    ["b", "let n = g()"],
    ["a", "n++"],
  ]);
  assert.deepEqual(all, [
    "// Typed in a, and left out: no function can do it, since n changes after it was declared.\n// let n = f()\n;",
    'await lab.host("b").run(async () => {\nlet n = g()\n})',
    "// Typed in a, and left out: no function can do it, since n changes after it was declared.\n// n++\n;",
  ]);
  assert.equal(kept, 1);
  const types = cells([
    ["a", "interface T { x: number }"],
    ["", "g()"],
    ["a", "const t: T = f()"],
  ]);
  assert.match(types.cells[1]!, /since the type T is used again later\./);
});
