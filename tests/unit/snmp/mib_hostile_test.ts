import assert from "node:assert/strict";
import fc from "fast-check";
import { ParseError } from "../../../lib/errors.ts";
import { canvas } from "../../../lib/inspect/canvas.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import { MibError } from "../../../lib/snmp/mib/mib_error.ts";
import { parseMibText } from "../../../lib/snmp/mib/parser.ts";
import { renderNode } from "../../../lib/snmp/mib/show.ts";
import { MibStore } from "../../../lib/snmp/mib/store.ts";
import { ACME_MIB, OLD_MIB, SLOPPY_MIB } from "./mib_texts.ts";

/** Whatever the text is: modules, or a mistake with its place. */
function readsOrRefuses(text: string): void {
  const { modules, problems } = parseMibText(text, "f");
  for (const problem of problems) {
    assert.ok(problem instanceof MibError && problem instanceof ParseError);
    assert.ok(problem.line >= 1 && problem.column >= 1);
  }
  assert.ok(modules.length > 0 || problems.length > 0);
}

Deno.test("a file cut anywhere is refused with its place", () => {
  for (const [text, step] of [[ACME_MIB, 5], [OLD_MIB, 1]] as const) {
    const end = text.lastIndexOf("END") + 3;
    for (let at = 0; at < end; at += step) {
      const cut = text.slice(0, at);
      readsOrRefuses(cut);
      assert.ok(parseMibText(cut, "f").problems.length > 0, `${at}`);
    }
  }
});

Deno.test("changed files are read or refused, and never anything else", () => {
  const texts = [ACME_MIB, OLD_MIB, SLOPPY_MIB];
  const piece = fc.constantFrom(
    '"',
    "--",
    "{",
    "}",
    "(",
    ")",
    "::=",
    "BEGIN",
    "END",
    "MACRO",
    "'",
    "..",
    ",",
    "|",
    "[",
    "]",
    ";",
    "SYNTAX",
    "SEQUENCE OF",
    "OBJECT IDENTIFIER",
    "\0",
    "\u2028",
    "é",
    "99999999999999999999",
    "IMPLIED",
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(60),
      piece,
      (text, at, length, piece) => {
        const from = at % text.length;
        const changed = text.slice(0, from) + piece + text.slice(from + length);
        readsOrRefuses(changed);
        try {
          builtin.clone().add(changed);
        } catch (error) {
          assert.ok(error instanceof MibError, `${error}`);
        }
      },
    ),
    { numRuns: 150 },
  );
  fc.assert(fc.property(fc.string({ maxLength: 200 }), readsOrRefuses), {
    numRuns: 500,
  });
});

const wrap = (body: string) => `X-MIB DEFINITIONS ::= BEGIN ${body} END`;

Deno.test("what is deep or long neither hangs nor overflows", () => {
  const n = 100_000;
  const chain = Array.from(
    { length: 20_000 },
    (_, i) => `n${i} OBJECT IDENTIFIER ::= { n${i + 1} 1 }`,
  ).join("\n");
  for (
    const [text, reason] of [
      [wrap(`T ::= CHOICE ${"{".repeat(n)}`), /this "\{" has no "\}"/],
      [wrap(`T ::= INTEGER ${"(".repeat(n)}`), /expected a number/],
      [wrap(`T ::= CHOICE ${"{".repeat(n)}${"}".repeat(n)}`), undefined],
      [
        wrap(`x OBJECT IDENTIFIER ::= { iso ${"1 ".repeat(n)}}`),
        /has more than 128 numbers/,
      ],
      [
        wrap(`x OBJECT IDENTIFIER ::= { iso ${"9".repeat(n)} }`),
        /more than 64 bits/,
      ],
      [wrap(`T ::= INTEGER { ${"a(1) ".repeat(n)}}`), undefined],
      [
        wrap(`${"x".repeat(n)} OBJECT IDENTIFIER ::= { iso 1 }`),
        /longer than 256 characters/,
      ],
      [wrap(`${"-- c -- ".repeat(n)}`), undefined],
      [
        wrap(
          `x OBJECT-TYPE DESCRIPTION "${
            '""'.repeat(n)
          }" SYNTAX INTEGER ::= { iso 1 }`,
        ),
        undefined,
      ],
      [wrap("garbage ".repeat(n)), /expected/],
      [
        wrap(`${chain} n20000 OBJECT IDENTIFIER ::= { iso 1 }`),
        /has more than 128 numbers/,
      ],
      [
        wrap(`${chain} n20000 OBJECT IDENTIFIER ::= { n0 1 }`),
        /these hang from each other.* … -> /,
      ],
    ] as const
  ) {
    const load = () => new MibStore().add(text);
    if (reason === undefined) load();
    else assert.throws(load, { name: "ParseError", message: reason });
  }
});

Deno.test("types and rows that lead back to themselves have no syntax and no index", () => {
  const mibs = new MibStore();
  mibs.add(wrap(`
    A ::= B  B ::= C  C ::= A
    x OBJECT-TYPE SYNTAX A ::= { iso 1 }
    t OBJECT-TYPE SYNTAX SEQUENCE OF R ::= { iso 2 }
    r OBJECT-TYPE SYNTAX R AUGMENTS { s } ::= { t 1 }
    c OBJECT-TYPE SYNTAX INTEGER ::= { r 1 }
    u OBJECT-TYPE SYNTAX SEQUENCE OF S ::= { iso 3 }
    s OBJECT-TYPE SYNTAX S AUGMENTS { r } ::= { u 1 }
    v OBJECT-TYPE SYNTAX SEQUENCE OF V ::= { iso 4 }
    w OBJECT-TYPE SYNTAX V INDEX { c, nowhere } ::= { v 1 }
  `));
  assert.equal(mibs.find("x").syntax, undefined);
  assert.equal(mibs.formatValue("x", 5), "5");
  assert.deepEqual(mibs.find("c").indexes, []);
  assert.deepEqual(mibs.find("w").indexes.map(({ name }) => name), ["c"]);
});

Deno.test("names that every object has are names like others", () => {
  const mibs = new MibStore();
  mibs.add(wrap(`
    constructor OBJECT IDENTIFIER ::= { iso 1 }
    toString OBJECT-TYPE SYNTAX INTEGER { constructor(1), hasOwnProperty(2) } ACCESS read-only ::= { constructor 2 }
  `));
  assert.equal(mibs.parseOid("toString.0"), "1.1.2.0");
  assert.equal(mibs.formatValue("toString", 2), "hasOwnProperty(2)");
  assert.equal(mibs.parseValue("toString", "constructor"), 1);
  assert.throws(() => mibs.parseValue("toString", "valueOf"), ParseError);
  assert.equal(mibs.tryFind("hasOwnProperty"), undefined);
});

Deno.test("a node with a hundred thousand others below it is drawn in part", () => {
  const mibs = new MibStore();
  const many = Array.from(
    { length: 20_000 },
    (_, i) => `n${i} OBJECT IDENTIFIER ::= { iso ${i} }`,
  ).join("\n");
  mibs.add(wrap(many));
  const lines = renderNode(mibs.find("iso"), canvas({ width: 80 })).split("\n");
  assert.equal(lines.length, 122);
  assert.equal(lines.at(-1), "└─ … 19880 more");
});

Deno.test("text from a MIB or an agent cannot move the terminal's cursor", () => {
  const mibs = new MibStore();
  mibs.add(
    wrap(
      `x OBJECT-TYPE SYNTAX INTEGER UNITS "\x1b[2J" DESCRIPTION "\x1b]0;t\x07" ::= { iso 1 }`,
    ),
  );
  const drawn = renderNode(mibs.find("x"), canvas({ width: 80 }));
  assert.ok(!drawn.includes("\x1b") && !drawn.includes("\x07"), drawn);
});

Deno.test("OIDs of any kind are read or refused", () => {
  const part = fc.constantFrom(
    ".",
    "1",
    "0",
    "ifDescr",
    "::",
    "IF-MIB",
    '"',
    "'",
    "[",
    "]",
    "a",
    "\\",
    "4294967296",
    "vacmGroupName",
    "-",
    " ",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join("");
      try {
        assert.match(builtin.parseOid(text), /^\d+(\.\d+)*$/);
      } catch (error) {
        assert.ok(error instanceof ParseError, `${text}: ${error}`);
      }
    }),
    { numRuns: 2000 },
  );
});
