import assert from "node:assert/strict";
import fc from "fast-check";
import { MOST_DEPTH, parseYaml, YamlError } from "../../../lib/yaml.ts";

Deno.test("parseYaml() reads the core schema, and keys as they are written", async () => {
  const text = `
number: 12
hex: 0x1f
share: 1 %
yes: yes
on: true
nothing:
007: bond
1e3: "quoted"
64:ff9b::/96: prefix
list: [a, 1.5, ~]
text: |
  two
  lines
shared: &a { x: 1 }
again: *a
__proto__: { x: 2 }
`;
  const { value } = await parseYaml(text);
  assert.deepEqual(Object.entries(value as object), [
    ["number", 12],
    ["hex", 31],
    ["share", "1 %"],
    ["yes", "yes"],
    ["on", true],
    ["nothing", null],
    ["007", "bond"],
    ["1e3", "quoted"],
    ["64:ff9b::/96", "prefix"],
    ["list", ["a", 1.5, null]],
    ["text", "two\nlines\n"],
    ["shared", { x: 1 }],
    ["again", { x: 1 }],
    ["__proto__", { x: 2 }],
  ]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("a YAML document knows the line and column of each part", async () => {
  const document = await parseYaml("a: 1\nb: [x, { c: 10 ms }]\nq:\n  - z\n");
  const place = (...path: (string | number)[]) => {
    const { line, column } = document.place(path);
    return `${line}:${column}`;
  };
  assert.equal(place(), "1:1");
  assert.equal(place("b", 0), "2:5");
  assert.equal(place("b", 1, "c"), "2:13");
  assert.equal(place("q", 0), "4:5");
  assert.equal(
    place("b", 1, "missing", "deeper"),
    "2:8",
    "the last step there",
  );
  assert.deepEqual(document.place(["b", 1, "c"], "key"), {
    offset: 14,
    line: 2,
    column: 10,
  });
});

const REFUSED: [what: string, text: string, place: string, says: RegExp][] = [
  ["a tab as indentation", "a:\n\tb: 1", "2:1", /tabs are not allowed/],
  ["a key twice", "a: 1\nb: 2\na: 3", "3:1", /the key "a" is there twice/],
  ["an open bracket", "a: [1, 2", "1:9", /end with a \]/],
  ["a column too few", "a:\n  b: 1\n c: 2", "3:1", /same column/],
  ["a second document", "a: 1\n---\nb: 2", "2:1", /a second document/],
  ["a tag that makes objects", "a: !!js/function x", "1:4", /tag/],
  ["a tag for octets", "a: !!binary aGVsbG8=", "1:13", /tag .*binary is not/],
  ["a list as key", "[a, b]: c", "1:1", /a key must be/],
  ["no key", ": 3", "1:1", /a key is missing/],
  ["an alias of nothing", "a: *b", "1:4", /nothing before it is named &b/],
  ["an alias of itself", "a: &a [*a]", "1:8", /stands inside what it names/],
  ["too long a text", "x".repeat(2 ** 20 + 1), "1:1", /longer than/],
];

for (const [what, text, place, says] of REFUSED) {
  Deno.test(`parseYaml() refuses ${what}, and says where`, async () => {
    await assert.rejects(parseYaml(text), (error) => {
      assert.ok(error instanceof YamlError);
      assert.match(error.message, says);
      assert.equal(`${error.line}:${error.column}`, place);
      assert.equal(error.input, text);
      return true;
    });
  });
}

Deno.test("parseYaml() refuses what is no text", async () => {
  // deno-lint-ignore no-explicit-any
  await assert.rejects(parseYaml(null as any), TypeError);
});

const HOSTILE: Record<string, string> = {
  "open brackets": "[".repeat(100_000),
  "open maps": "{a: ".repeat(20_000),
  "hyphens": "- ".repeat(20_000) + "x",
  "question marks": "? ".repeat(20_000),
  "anchors": "&a ".repeat(20_000),
  "closing brackets": "]".repeat(50_000),
  "quotes": '"'.repeat(50_001),
  "one level too many": "[".repeat(MOST_DEPTH + 2) + "]".repeat(MOST_DEPTH + 2),
  // Each line stands for nine of the one before: 9^10 values in 400 characters.
  "aliases of aliases": "abcdefghij".split("").map((name, i, all) =>
    `${name}: &${name} [${`${i === 0 ? "x" : `*${all[i - 1]}`}, `.repeat(9)}]`
  ).join("\n"),
};

for (const [what, text] of Object.entries(HOSTILE)) {
  Deno.test(`parseYaml() ends at once with an error at ${what}`, async () => {
    const start = performance.now();
    await assert.rejects(parseYaml(text), YamlError);
    assert.ok(performance.now() - start < 60_000);
  });
}

Deno.test("parseYaml() takes 20,000 keys in less than the square of the time", async () => {
  const time = async (count: number) => {
    const text = Array.from({ length: count }, (_, i) => `k${i}: 1`).join("\n");
    const start = performance.now();
    const { value } = await parseYaml(text);
    assert.equal(Object.keys(value as object).length, count);
    return performance.now() - start;
  };
  await time(1000);
  // Twenty times the keys; the square of the time would be 400 times as long.
  const enough = 200 * await time(1000);
  let long = await time(20_000);
  for (let n = 0; long > enough && n < 5; n++) long = await time(20_000);
  assert.ok(long < enough, `${long} ms`);
});

Deno.test("parseYaml() ends in a value or a YamlError, whatever the text", async () => {
  const piece = fc.constantFrom(
    ..."a b 1 : - [ ] { } , & * ! | > % @ ' \" # \n \t ? ~ << --- ... &a *a"
      .split(" "),
    "\n",
    "\n  ",
    ": ",
    "- ",
    "é",
    "\0",
    "\ud800",
  );
  const text = fc.array(piece, { maxLength: 40 }).map((all) => all.join(""));
  await fc.assert(
    fc.asyncProperty(text, async (text) => {
      try {
        const document = await parseYaml(text);
        JSON.stringify(document.value);
        document.place(["a", 0]);
      } catch (error) {
        assert.ok(error instanceof YamlError, `${error}`);
        assert.ok(error.line >= 1 && error.column >= 1);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("parseYaml() leaves the process's environment as it was", async () => {
  const { process } = globalThis as unknown as { process: { env: unknown } };
  const before = process.env;
  await parseYaml("a: 1");
  await assert.rejects(parseYaml("a: ["));
  assert.equal(process.env, before);
});
