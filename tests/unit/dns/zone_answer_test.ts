/**
 * What zones answer to questions.
 *
 * @module
 */

import assert from "node:assert/strict";
import { decode, encode } from "../../../lib/dns/message.ts";
import { recordData } from "../../../lib/dns/record.ts";
import { zoneMessages } from "../../../lib/dns/serve_transfer.ts";
import { ZoneSet } from "../../../lib/dns/serve_zones.ts";
import { parseZone } from "../../../lib/dns/zone_parse.ts";

const HEAD = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
ns A 192.0.2.53
`;

const LOOKUPS = parseZone(`${HEAD}
www A 192.0.2.80
*.w A 192.0.2.99
*.w TXT star
x.w TXT x
deep.er.ent A 192.0.2.1
sub NS ns.sub
sub NS ns.elsewhere.test.
sub DS 1 8 2 ${"00".repeat(32)}
ns.sub A 192.0.2.54
alias CNAME other
other CNAME www
loop1 CNAME loop2
loop2 CNAME loop1
out CNAME www.elsewhere.test.
gone CNAME nowhere
d DNAME www
mail MX 10 www
_s._tcp SRV 0 0 80 www
`);

/** A question, and what is answered: code, flags, records, sections' sizes. */
const QUESTIONS: readonly (readonly [
  string,
  string,
  number,
  string,
  string[],
  number,
  number,
])[] = [
  ["www", "A", 0, "AA", ["192.0.2.80"], 0, 0],
  ["WWW", "A", 0, "AA", ["192.0.2.80"], 0, 0],
  ["www", "AAAA", 0, "AA", [], 1, 0],
  ["nowhere", "A", 3, "AA", [], 1, 0],
  ["ent", "A", 0, "AA", [], 1, 0],
  ["er.ent", "A", 0, "AA", [], 1, 0],
  ["a.w", "A", 0, "AA", ["192.0.2.99"], 0, 0],
  ["a.b.w", "TXT", 0, "AA", ['"star"'], 0, 0],
  ["a.w", "MX", 0, "AA", [], 1, 0],
  ["x.w", "A", 0, "AA", [], 1, 0],
  ["y.x.w", "A", 3, "AA", [], 1, 0],
  ["*.w", "A", 0, "AA", ["192.0.2.99"], 0, 0],
  ["sub", "A", 0, "", [], 2, 1],
  ["sub", "NS", 0, "", [], 2, 1],
  ["a.sub", "A", 0, "", [], 2, 1],
  [
    "sub",
    "DS",
    0,
    "AA",
    [`1 8 2 ${"00".repeat(28)} ${"00".repeat(4)}`],
    0,
    0,
  ],
  [
    "alias",
    "A",
    0,
    "AA",
    ["other.example.", "www.example.", "192.0.2.80"],
    0,
    0,
  ],
  ["alias", "CNAME", 0, "AA", ["other.example."], 0, 0],
  ["alias", "MX", 0, "AA", ["other.example.", "www.example."], 1, 0],
  ["loop1", "A", 2, "AA", ["loop2.example.", "loop1.example."], 0, 0],
  ["out", "A", 0, "AA", ["www.elsewhere.test."], 0, 0],
  ["gone", "A", 3, "AA", ["nowhere.example."], 1, 0],
  ["a.d", "A", 3, "AA", ["www.example.", "a.www.example."], 1, 0],
  ["d", "A", 0, "AA", [], 1, 0],
  ["mail", "MX", 0, "AA", ["10 www.example."], 0, 1],
  ["_s._tcp", "SRV", 0, "AA", ["0 0 80 www.example."], 0, 1],
];

Deno.test("a zone answers as RFC 1034, 4592 and 6672 have it", () => {
  const zones = new ZoneSet([LOOKUPS]);
  for (
    const [name, type, rcode, flags, answers, authorities, additionals]
      of QUESTIONS
  ) {
    const question = { name: `${name}.example`, type, class: "IN" };
    const reply = zones.answer(question, { dnssec: false, isWhole: false });
    assert.deepEqual(
      [
        reply.rcode,
        reply.flags.join(" "),
        reply.answers.map(recordData),
        reply.authorities.length,
        reply.additionals.length,
      ],
      [rcode, flags, answers, authorities, additionals],
      `${name} ${type}`,
    );
  }
  const refused = zones.answer({ name: "other.test", type: "A", class: "IN" }, {
    dnssec: false,
    isWhole: false,
  });
  assert.deepEqual([refused.rcode, refused.flags], [5, []]);
});

Deno.test("answers carry the name in the letters of the question", () => {
  const { answers } = new ZoneSet([LOOKUPS]).answer(
    { name: "wWw.ExAmPlE", type: "A", class: "IN" },
    { dnssec: false, isWhole: false },
  );
  assert.equal(answers[0]?.name, "wWw.ExAmPlE");
});

Deno.test("the longest zone is in charge, and the one above for DS records", () => {
  const child = parseZone(
    "$ORIGIN sub.example.\n$TTL 9\n@ SOA . . 1 2 3 4 5\n NS ns\nns A 192.0.2.9\n",
  );
  const zones = new ZoneSet([LOOKUPS, child]);
  const ask = (name: string, type: string) =>
    zones.answer({ name, type, class: "IN" }, {
      dnssec: false,
      isWhole: false,
    });
  assert.deepEqual(ask("ns.sub.example", "A").answers.map(recordData), [
    "192.0.2.9",
  ]);
  assert.equal(ask("sub.example", "DS").answers.length, 1);
  assert.throws(() => new ZoneSet([child, child]), TypeError);
});

Deno.test("a zone goes over in messages, its SOA first and last", () => {
  const many = parseZone(
    HEAD +
      Array.from(
        { length: 5000 },
        (_, i) => `h${i} TXT "${"x".repeat(i % 200)}"`,
      ).join("\n"),
  );
  const query = decode(
    encode({ id: 7, questions: [{ name: "example", type: "AXFR" }] }),
  );
  const messages = [...zoneMessages(query, many)].map((octets) => {
    assert.ok(octets.length <= 16_384);
    return decode(octets);
  });
  const records = messages.flatMap(({ answers }) => answers);
  assert.equal(records.length, many.size + 1);
  assert.deepEqual(
    records.slice(0, -1),
    many.records.map((one) => ({ ...one })),
  );
  assert.equal(records.at(-1)?.type, "SOA");
  assert.ok(
    messages.every(({ id, flags, truncated }) =>
      id === 7 && flags.includes("AA") && !truncated
    ),
  );
});

Deno.test("a zone with signatures sends them, and proofs, to those who ask for them", () => {
  const sign = (owner: string, type: string) =>
    `${owner} RRSIG ${type} 8 2 300 20380101000000 20260101000000 1 example. AQID\n`;
  const signed = parseZone(
    `${HEAD}${sign("@", "SOA")}${sign("@", "NS")}@ NSEC a NS SOA\n${
      sign("@", "NSEC")
    }` +
      `a A 192.0.2.1\n${sign("a", "A")}a NSEC *.w A\n${sign("a", "NSEC")}` +
      `*.w A 192.0.2.2\n${sign("*.w", "A")}*.w NSEC example. A\n${
        sign("*.w", "NSEC")
      }`,
  );
  const zones = new ZoneSet([signed]);
  const ask = (name: string, type: string) => {
    const reply = zones.answer({ name, type, class: "IN" }, {
      dnssec: true,
      isWhole: false,
    });
    const kinds = (all: readonly { name: string; type: string }[]) =>
      all.map((one) => `${one.name} ${one.type}`);
    return [kinds(reply.answers), kinds(reply.authorities)];
  };
  const soa = ["example SOA", "example RRSIG"];
  assert.deepEqual(ask("a.example", "A"), [
    ["a.example A", "a.example RRSIG"],
    [],
  ]);
  assert.deepEqual(ask("a.example", "MX"), [[], [
    ...soa,
    "a.example NSEC",
    "a.example RRSIG",
  ]]);
  assert.deepEqual(ask("b.example", "A"), [[], [
    ...soa,
    "a.example NSEC",
    "a.example RRSIG",
    "example NSEC",
    "example RRSIG",
  ]]);
  assert.deepEqual(ask("q.w.example", "A"), [
    ["q.w.example A", "q.w.example RRSIG"],
    ["*.w.example NSEC", "*.w.example RRSIG"],
  ]);
  // Nobody else gets any of it.
  assert.deepEqual(
    zones.answer({ name: "b.example", type: "A", class: "IN" }, {
      dnssec: false,
      isWhole: false,
    }).authorities.length,
    1,
  );
});
