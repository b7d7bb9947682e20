import assert from "node:assert/strict";
import { readTree, type Rule, rules } from "./architecture.ts";

const root = new URL("../", import.meta.url);

Deno.test("the house keeps its own rules", async (t) => {
  const files = await readTree(root);
  assert.ok(files.length > 20, "the tree was read");
  for (const { name, reason, check } of rules) {
    await t.step(name, () => {
      const wrong = check(files);
      assert.deepEqual(wrong, [], `${wrong.join("\n")}\nWhy: ${reason}`);
    });
  }
});

/** For each rule, small trees that break it, and what must be said. */
const planted: Readonly<
  Record<string, readonly [files: Record<string, string>, says: RegExp][]>
> = {
  "imports point downward, without cycles": [
    [
      {
        "lib/bytes/hex.ts": `import "../ip/address.ts";`,
        "lib/ip/address.ts": "export const a = 1;",
      },
      /hex\.ts: imports lib\/ip\/address\.ts, which is not below/,
    ],
    [
      {
        "lib/ip/a.ts":
          `import type { B } from "../packet/b.ts"; export type A = B;`,
        "lib/packet/b.ts": "export type B = 1;",
      },
      /a\.ts: imports lib\/packet\/b\.ts, which is not below/,
    ],
    [
      {
        "lib/dns/a.ts": `import "../tls/b.ts";`,
        "lib/tls/b.ts": "export {};",
      },
      /a\.ts: imports lib\/tls\/b\.ts, which is not below/,
    ],
    [
      {
        "lib/ip/a.ts": `import "./b.ts"; export const a = 1;`,
        "lib/ip/b.ts": `import "./a.ts"; export const b = 1;`,
      },
      /cycle: lib\/ip\/[ab]\.ts -> lib\/ip\/[ab]\.ts -> lib\/ip/,
    ],
    [
      {
        "lib/packet/a.ts": `import "../ip/mod.ts";`,
        "lib/ip/mod.ts": `export * from "./x.ts";`,
        "lib/ip/x.ts": "export const x = 1;",
      },
      /imports the barrel lib\/ip\/mod\.ts/,
    ],
    [
      { "lib/ip/mod.ts": "export const x = 1;" },
      /a barrel holds only/,
    ],
    [
      {
        "repl/a.ts": `import "../lib/ip/x.ts";`,
        "mod.ts": `export * as ip from "./lib/ip/mod.ts";`,
        "lib/ip/mod.ts": `export * from "./x.ts";`,
        "lib/ip/x.ts": "export const x = 1;",
      },
      /repl\/a\.ts: imports lib\/ip\/x\.ts; scripts use mod\.ts/,
    ],
    [
      {
        "scripts/a.ts": `import "../lib/ip/mod.ts";`,
        "mod.ts": `export * as ip from "./lib/ip/mod.ts";`,
        "lib/ip/mod.ts": `export * from "./x.ts";`,
        "lib/ip/x.ts": "export const x = 1;",
      },
      /scripts\/a\.ts: imports lib\/ip\/mod\.ts; scripts use mod\.ts/,
    ],
    [{ "lib/stray/a.ts": "export {};" }, /in no room that has a level/],
  ],
  "one door per dependency": [
    [
      {
        "repl/a.ts": `import "npm:commander@15.1.0";`,
        "repl/b.ts": `await import("npm:commander@15.1.0");`,
      },
      /commander has 2 doors: repl\/a\.ts, repl\/b\.ts/,
    ],
    [
      { "lib/tls/a.ts": `import { connect } from "node:tls"; connect;` },
      /loads node:tls at once/,
    ],
    [{ "lib/wire/a.ts": `Deno.dlopen("libc.so.6", {});` }, /Deno\.dlopen/],
    [
      { "lib/tls/a.ts": `const x = "y"; await import(x); export {};` },
      /computed specifier/,
    ],
  ],
  "lib never prints, prompts or exits": [
    [{ "lib/ip/a.ts": `console.log("x");` }, /uses console\./],
    [{ "lib/ip/a.ts": `Deno.exit(1);` }, /uses Deno\.exit/],
    [{ "lib/ip/a.ts": `prompt("name?");` }, /uses prompt\(/],
  ],
  "levels 0 to 2 are pure": [
    [
      { "lib/ip/a.ts": `Deno.readTextFileSync("x");` },
      /Deno\.readTextFileSync/,
    ],
    [
      { "lib/bytes/a.ts": `const fs = await import("node:fs"); fs;` },
      /imports node:fs/,
    ],
  ],
  "no file or folder is named for being a heap": [
    [{ "lib/ip/utils.ts": "export {};" }, /utils says nothing/],
    [{ "lib/helpers/a.ts": "export {};" }, /helpers says nothing/],
    [{ "repl/key_manager.ts": "export {};" }, /manager says nothing/],
  ],
};

Deno.test("every rule notices what breaks it", async (t) => {
  for (const rule of rules) {
    const cases = planted[rule.name] ?? [];
    assert.ok(cases.length > 0, `${rule.name} has a planted violation`);
    for (const [files, says] of cases) {
      await t.step(`${rule.name}: ${Object.keys(files)[0]}`, async () => {
        assert.match((await plant(files, rule)).join("\n"), says);
      });
    }
  }
});

Deno.test("a comment or a string breaks no rule", async () => {
  const files = {
    "lib/ip/a.ts":
      `// console.log, Deno.exit\nexport const a = "console.log(1)";`,
  };
  for (const rule of rules) assert.deepEqual(await plant(files, rule), []);
});

Deno.test("the prompt may enter a room by the door that mod.ts takes", async () => {
  const files = {
    "repl/a.ts": `await import("../lib/ip/mod.ts"); export {};`,
    "mod.ts": `export * as ip from "./lib/ip/mod.ts";`,
    "lib/ip/mod.ts": `export * from "./x.ts";`,
    "lib/ip/x.ts": "export const x = 1;",
  };
  for (const rule of rules) assert.deepEqual(await plant(files, rule), []);
});

async function plant(
  files: Record<string, string>,
  rule: Rule,
): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    for (const [path, text] of Object.entries(files)) {
      const url = new URL(path, `file://${folder}/`);
      await Deno.mkdir(new URL("./", url), { recursive: true });
      await Deno.writeTextFile(url, text);
    }
    return rule.check(await readTree(new URL(`file://${folder}/`)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
