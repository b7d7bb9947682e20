import assert from "node:assert/strict";
import fc from "fast-check";
import { ParseError } from "../../../lib/errors.ts";
import { format } from "../../../lib/firewall/text/format.ts";
import { parse, RulesetError } from "../../../lib/firewall/text/parse.ts";
import { declarations } from "../../firewall/declarations.ts";
import { refusedForms } from "../../firewall/forms/listing.ts";
import { WRONG, WRONG_BEFORE } from "../../firewall/forms/wrong.ts";
import { ruleForms } from "../../firewall/rule_forms.ts";

const scripts: readonly string[] = [
  declarations,
  ...ruleForms.flatMap(({ family, base, beside = "", rules }) => {
    const pieces: string[] = [];
    for (let at = 0; at < rules.length; at += 40) {
      pieces.push(
        `table ${family} t {\n${beside}\nchain c {\n${base}\n${
          rules.slice(at, at + 40).join("\n")
        }\n}\n}`,
      );
    }
    return pieces;
  }),
];

/** Either a ruleset that can be written, or an error that has a place. */
function tries(text: string): void {
  let tables;
  try {
    tables = parse(text);
  } catch (error) {
    assert.ok(error instanceof ParseError, `${error} for ${text}`);
    assert.match(error.message, /\(line \d+, column \d+\)\n/);
    return;
  }
  const written = format(tables);
  const again = parse(written);
  assert.deepEqual(again, tables, text);
  assert.equal(format(again), written);
}

Deno.test("what is written is read as what it was, for every form", () => {
  for (const script of scripts) {
    const tables = parse(script);
    const text = format(tables);
    const again = parse(text);
    assert.deepEqual(again, tables);
    assert.equal(format(again), text);
  }
});

Deno.test("forms that this kernel lacks are read and written all the same", () => {
  for (const [family, rule] of refusedForms) {
    const script = (text: string) =>
      `table ${family} t {\n\tchain c {\n\t\t${text}\n\t}\n}\n`;
    assert.equal(format(parse(script(rule))), script(rule), rule);
  }
  const flowtable = `table inet t {
\tflowtable fast {
\t\thook ingress priority filter
\t\tdevices = { eth0, eth1 }
\t\tflags offload
\t\tcounter
\t}

\tchain c {
\t\tflow add @fast
\t}
}
`;
  assert.equal(format(parse(flowtable)), flowtable);
});

Deno.test("what nft refuses is refused, at its place", () => {
  for (const [command, says] of WRONG) {
    assert.throws(() => parse(WRONG_BEFORE + command), (error: unknown) => {
      assert.ok(error instanceof RulesetError, `${error} for ${command}`);
      assert.match(error.message, says, command);
      assert.equal(error.line, 7, command);
      return true;
    });
  }
});

Deno.test("only the machine knows the number of a user in a range", () => {
  assert.throws(
    () => parse("table t { chain c { skuid { 0, 1000-someone } } }"),
    /number for a user by the name "someone": only the machine knows it \(line 1, column 37\)/,
  );
});

Deno.test("defaults that are said are left out", () => {
  const rule = (text: string) =>
    parse(`table t { chain c { ${text} } }`)[0]!.chains[0]!.rules[0];
  assert.deepEqual(rule("queue to 0"), rule("queue"));
  assert.deepEqual(
    rule("limit rate 4/minute burst 0 packets"),
    rule("limit rate 4/minute"),
  );
  assert.deepEqual(
    rule("dnat to 10.0.0.0/8:80"), // as nft lists it
    rule("dnat to 10.0.0.0/8 :80"),
  );
});

Deno.test("a type of a set comes before its elements, not once more behind", () => {
  assert.throws(
    () =>
      parse("table t { set s { type mark; elements = { 80 }; type day; }; }"),
    /the type of a set must be said before its elements/,
  );
});

Deno.test("changed rulesets end in a ruleset or in an error with its place", () => {
  const words = [
    ...["{", "}", "(", ")", ",", ".", ":", ";", "-", "/", "@", "$x", '"', "#"],
    ...["*", "==", "!=", "&", "|", "<<", "\\\n", "\n", "\0", "0x", "::", "1-"],
    ...["map", "vmap", "set", "meta", "ct", "tcp", "dport", "10.0.0.0/8"],
    ...["define x = {", "include", "999999999999999999999", "[", "]", "!"],
    ...[
      "type",
      "elements = {",
      "timeout",
      "counter",
      "é",
      "\ud800",
      "th",
      "rt",
    ],
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...scripts),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.nat(30),
          fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      (script, changes) => {
        let text = script;
        for (const [at, gone, put] of changes) {
          const from = at % (text.length + 1);
          const space = put.length > 1 ? " " : "";
          text = text.slice(0, from) + space + put + space +
            text.slice(from + gone);
        }
        tries(text);
      },
    ),
    { numRuns: 600 },
  );
});

Deno.test("rules with words of others end in a ruleset or in an error too", () => {
  const rules = ruleForms.flatMap(({ rules, ...group }) =>
    rules.map((rule) => ({
      ...group,
      words: rule.match(/[\w.:]+|"[^"]*"|\S/g)!,
    }))
  );
  const change = fc.record({
    at: fc.nat(20),
    gone: fc.nat(3),
    from: fc.constantFrom(...rules),
    start: fc.nat(20),
    length: fc.nat(4),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...rules),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      ({ family, base, beside = "", words }, changes) => {
        const changed = [...words];
        for (const { at, gone, from, start, length } of changes) {
          const first = start % from.words.length;
          changed.splice(
            at % (changed.length + 1),
            gone,
            ...from.words.slice(first, first + length),
          );
        }
        tries(
          `table ${family} t {\n${beside}\nchain c {\n${base}\n${
            changed.join(" ")
          }\n}\n}`,
        );
      },
    ),
    { numRuns: 4000 },
  );
});

Deno.test("deep, long and growing text ends soon", () => {
  const head = "add table t\nadd chain t c\nadd rule t c ";
  const deep = "(".repeat(100_000);
  for (
    const text of [
      `${head}${deep}`,
      `${head}tcp dport ${deep}`,
      `${head}tcp dport ${"{".repeat(100_000)}`,
      `${head}meta mark set ${"jhash ".repeat(100_000)}`,
      `${head}meta mark set ${"(meta mark | ".repeat(50_000)}`,
      `${head}tcp dport ${"1 | ".repeat(100_000)}`,
      `${head}tcp flags ${"syn | ".repeat(100_000)}`,
      `${head}meta mark set mark ${"| 1 ".repeat(50_000)}`,
      `${head}ip saddr ${". ip saddr ".repeat(50_000)} @s`,
      "table t { ".repeat(100_000),
      "\n".repeat(1_000_000),
      `${head}tcp dport { ${"1,".repeat(200_000)} }`,
      `${head}${"ip saddr . ".repeat(100_000)}`,
      "a".repeat(2_000_000),
      `"${"a".repeat(2_000_000)}`,
      `${"9".repeat(2_000_000)}`,
      `${head}ip saddr ${":".repeat(100_000)}`,
      "define x = { ".repeat(100_000),
      // Each stands for two of the one before.
      `define a0 = 1,1\n${
        Array.from(
          { length: 64 },
          (_, n) => `define a${n + 1} = $a${n}, $a${n}\n`,
        ).join("")
      }`,
    ]
  ) tries(text);
});
