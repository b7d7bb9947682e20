import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import { MibError } from "../../../lib/snmp/mib/mib_error.ts";
import { MibStore } from "../../../lib/snmp/mib/store.ts";
import { ACME_MIB, OLD_MIB, SLOPPY_MIB } from "./mib_texts.ts";

const ACME = "1.3.6.1.4.1.99999";

function withText(...texts: string[]): MibStore {
  const mibs = builtin.clone();
  for (const text of texts) mibs.add(text);
  return mibs;
}

Deno.test("every construct of SMIv2 becomes a node of its kind", () => {
  const mibs = withText(ACME_MIB);
  const facts = mibs.nodes("ACME-MIB").map(({ name, oid, kind, access }) =>
    `${name} ${oid.replace(ACME, "@")} ${kind} ${access ?? ""}`.trim()
  );
  assert.deepEqual(facts, [
    "acme @ module",
    "acmeObjects @.1 node",
    "acmeProduct @.2 identity",
    "acmeDeep @.3.7 node",
    "acmeNotifications @.0 node",
    "acmeConformance @.9 node",
    "acmeHeat @.1.1 scalar read-write",
    "acmeColours @.1.2 scalar read-write",
    "acmeState @.1.3 scalar read-only",
    "acmeTable @.1.4 table not-accessible",
    "acmeEntry @.1.4.1 row not-accessible",
    "acmeMac @.1.4.1.1 column not-accessible",
    "acmeState2 @.1.4.1.2 column not-accessible",
    "acmeType @.1.4.1.3 column not-accessible",
    "acmeAddr @.1.4.1.4 column not-accessible",
    "acmeName @.1.4.1.5 column not-accessible",
    "acmeTotal @.1.4.1.6 column read-only",
    "acmeRow @.1.4.1.7 column read-create",
    "acmeMoreTable @.1.5 table not-accessible",
    "acmeMoreEntry @.1.5.1 row not-accessible",
    "acmeRange @.1.5.1.1 column read-only",
    "acmeHot @.0.1 notification",
    "acmeGroup @.9.1 group",
    "acmeNotes @.9.2 group",
    "acmeCompliance @.9.3 compliance",
    "acmeAgent @.9.4 capabilities",
  ]);
});

Deno.test("a node says what its clauses say", () => {
  const mibs = withText(ACME_MIB);
  assert.deepEqual(mibs.find("acmeHeat").toJSON(), {
    name: "acmeHeat",
    oid: `${ACME}.1.1`,
    module: "ACME-MIB",
    kind: "scalar",
    syntax: {
      name: "AcmeTemperature",
      base: "INTEGER",
      convention: "AcmeTemperature",
      enums: undefined,
      hint: "d-1",
      ranges: [[-400, 1250]],
    },
    access: "read-write",
    status: "current",
    units: "degrees",
    defaultText: "215",
    description: "Now.",
  });
  assert.equal(
    mibs.find("acme").description,
    'All of Acme, "quoted".\n                  -- not a comment',
  );
  assert.deepEqual(mibs.find("acmeState").enums, { off: 0, on: 1 });
  assert.deepEqual(mibs.find("acmeState2").enums, {
    off: 0,
    on: 1,
    "on-fire": -1,
  });
  assert.deepEqual(mibs.find("acmeRange").syntax?.ranges, [
    [10, 65535],
    [70000, 70000],
  ]);
  assert.equal(mibs.find("acmeColours").defaultText, "{ red, blue }");
  const row = mibs.find("acmeMoreEntry");
  assert.equal(row.augments?.name, "acmeEntry");
  assert.deepEqual(
    row.indexes.map(({ name, implied }) => `${implied ? "*" : ""}${name}`),
    ["acmeMac", "acmeState2", "acmeType", "acmeAddr", "*acmeName"],
  );
  assert.deepEqual(mibs.find("acmeRange").indexes, row.indexes);
  assert.deepEqual(
    mibs.find("acmeHot").objects.map(({ module, name }) =>
      `${module}::${name}`
    ),
    ["ACME-MIB::acmeHeat", "IF-MIB::ifIndex"],
  );
  // The names on the way of { iso org(3) … shelf(3) 7 }.
  assert.equal(mibs.at(`${ACME}.3.7`).node.parent?.name, "shelf");
});

Deno.test("SMIv1 is read, and its traps get the OIDs of RFC 3584", () => {
  const mibs = withText(OLD_MIB);
  assert.equal(mibs.parseOid("oldBroken"), "1.3.6.1.4.1.99998.0.7");
  assert.equal(mibs.parseOid("oldCold"), "1.3.6.1.6.3.1.1.5.1");
  assert.equal(mibs.find("oldBroken").kind, "notification");
  assert.deepEqual(
    mibs.nodes("OLD-MIB").flatMap(({ name, syntax, status }) =>
      syntax ? `${name} ${syntax.name} ${syntax.base} ${status}` : []
    ),
    [
      "oldNet NetworkAddress IpAddress mandatory",
      "oldAddr IpAddress IpAddress mandatory",
      "oldName OldString OCTET STRING optional",
      "oldIn Counter Counter32 mandatory",
      "oldSpeed Gauge Gauge32 mandatory",
    ],
  );
  assert.deepEqual(mibs.decodeIndex("oldName", "1.10.0.0.1.10.0.0.2.5"), {
    oldNet: "10.0.0.1",
    oldAddr: "10.0.0.2",
    INTEGER: 5,
  });
});

Deno.test("what vendors write against the rules is read as it was meant", () => {
  const mibs = withText(SLOPPY_MIB);
  assert.equal(mibs.parseOid("sloppy_root.5"), "1.3.6.1.4.1.99997.5");
  assert.deepEqual(mibs.find("10baseT").enums, {
    "10half": 1,
    "10full": 2,
    "100full": 3,
  });
  assert.deepEqual(mibs.find("sloppySize").syntax?.ranges, [[1, 8]]);
  assert.deepEqual(mibs.find("sloppyRange").syntax?.ranges, [[1, 10]]);
  assert.deepEqual(mibs.find("sloppyAll").syntax?.ranges, [
    [-2147483648, 2147483647],
  ]);
  assert.equal(mibs.parseOid("SECOND-MIB::second"), "1.3.6.1.4.1.99996");
});

const HEAD = "X-MIB DEFINITIONS ::= BEGIN\n";

for (
  const [text, message] of [
    [
      "x",
      '1:2: expected "DEFINITIONS" behind the module\'s name x, but the file ends',
    ],
    [
      "X DEFINTIONS ::= BEGIN",
      'there is "DEFINTIONS"; did you mean DEFINITIONS?',
    ],
    ["", "1:1: expected the name of a module, but the file ends"],
    [`${HEAD}`, "2:1: the module X-MIB has no END"],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { enterprises 1`,
      '2:40: expected a name, a number or "}", but the file ends',
    ],
    [
      `${HEAD}x OBJECT-TYP SYNTAX`,
      '2:3: expected "::=" or a macro such as OBJECT-TYPE, but there is "OBJECT-TYP"; did you mean OBJECT-TYPE?',
    ],
    [
      `${HEAD}x OBJECT-TYPE\n  SYNTX INTEGER ::= { iso 1 } END`,
      '3:3: expected a clause or "::=", but there is "SYNTX"; did you mean SYNTAX?',
    ],
    [
      `${HEAD}x OBJECT-TYPE ACCESS read-only ::= { iso 1 } END`,
      "2:1: x has no SYNTAX",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { iso 4294967296 } END`,
      "2:31: a part of an OID is between 0 and 4294967295",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { iso -1 } END`,
      "a part of an OID is between",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { iso y } END`,
      "2:31: only the first part may be a name without a number: y",
    ],
    [`${HEAD}x OBJECT IDENTIFIER ::= { } END`, "an OID has at least one part"],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { nowhere 1 } END`,
      "2:27: nothing that is loaded defines nowhere",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { enterprizes 1 } END`,
      "did you mean enterprises?",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { x 1 } END`,
      "2:1: these hang from each other, and from nothing else: x -> x",
    ],
    [
      `${HEAD}a OBJECT IDENTIFIER ::= { c 1 }\nb OBJECT IDENTIFIER ::= { a 1 }\nc OBJECT IDENTIFIER ::= { b 1 } END`,
      "these hang from each other, and from nothing else: a -> c -> b -> a",
    ],
    [
      `${HEAD}x OBJECT IDENTIFIER ::= { iso 1 } x OBJECT IDENTIFIER ::= { iso 2 } END`,
      "2:35: x is defined twice in X-MIB; the first is kept",
    ],
    [
      `${HEAD}x OBJECT-TYPE DESCRIPTION "no end`,
      '2:27: this string has no closing "',
    ],
    [`${HEAD}§ END`, '2:1: the character "§" (U+00A7) means nothing here'],
    [
      `${HEAD}x OBJECT-TYPE SYNTAX INTEGER ('0G'H) END`,
      "2:31: expected digits between apostrophes",
    ],
    [
      `${HEAD}IMPORTS y FROM FOREIGN-MIB; x OBJECT IDENTIFIER ::= { y 1 } END`,
      "2:16: y comes from FOREIGN-MIB, which is not loaded: put its file into the folder",
    ],
  ] as const
) {
  Deno.test(`a mistake is told with its place: ${message}`, () => {
    const before = builtin.clone();
    assert.throws(() => before.add(text, "X-MIB.txt"), (error) => {
      assert.ok(error instanceof MibError && error instanceof ParseError);
      assert.ok(
        error.message.includes(message),
        `${error.message}\ndoes not say ${message}`,
      );
      assert.match(
        error.message,
        /^Cannot parse the MIB file X-MIB\.txt:\d+:\d+: /,
      );
      return true;
    });
    assert.ok(!before.modules.includes("X-MIB"), "and nothing is added");
  });
}

Deno.test("an error shows the line with a mark below the place", () => {
  assert.throws(
    () => new MibStore().add(`${HEAD}\tx OBJECT IDENTIFIER ::= 5\nEND`, "f"),
    {
      message:
        'Cannot parse the MIB file f:2:26: expected "{", but there is "5"\n' +
        "\tx OBJECT IDENTIFIER ::= 5\n\t                        ^",
    },
  );
});

Deno.test("a module that is added again takes the place of the first", () => {
  const mibs = new MibStore();
  const text = (arc: number) =>
    `${HEAD}x OBJECT IDENTIFIER ::= { iso ${arc} } END`;
  mibs.add(text(1));
  mibs.add(text(2));
  assert.deepEqual([mibs.modules, mibs.parseOid("x")], [["X-MIB"], "1.2"]);
});
