/**
 * Zone files: what they say, and where they do not make sense.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { RDATA } from "../../../lib/packet/layers/dns/rdata.ts";
import { recordData } from "../../../lib/dns/record.ts";
import {
  parseZone,
  type Zone,
  zone,
  ZoneError,
} from "../../../lib/dns/zone_parse.ts";
import { encode } from "../../../lib/dns/message.ts";
import { least } from "../../clock.ts";

const HEAD = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
ns A 192.0.2.53
`;

/** What a zone says of a name and type. */
function said(from: Zone, name: string, type: string): string[] {
  return (from.node(name)?.sets.get(type) ?? []).map(recordData);
}

function only(line: string): string {
  const { records } = parseZone(HEAD + line);
  assert.equal(records.length, 4, line);
  const record = records.at(-1)!;
  return `${record.name} ${record.ttl} ${record.type} ${recordData(record)}`;
}

/** A record as it may be written, and what it says. */
const RECORDS: readonly (readonly [string, string])[] = [
  ["a A 192.0.2.1", "a.example 300 A 192.0.2.1"],
  ["a 60 IN A 192.0.2.1", "a.example 60 A 192.0.2.1"],
  ["a IN 1h30m A 192.0.2.1", "a.example 5400 A 192.0.2.1"],
  ["a.other.example. AAAA 2001:DB8::1", "a.other.example 300 AAAA 2001:db8::1"],
  ["@ MX 10 mail", "example 300 MX 10 mail.example."],
  ["a mx 10 @", "a.example 300 MX 10 example."],
  [
    'a TXT hello "two words" \\065\\;',
    'a.example 300 TXT "hello" "two words" "A;"',
  ],
  ['a TXT ( "one" ; a remark\n "two" )', 'a.example 300 TXT "one" "two"'],
  ["a\\.b A 192.0.2.1", "a\\.b.example 300 A 192.0.2.1"],
  ["\\097 A 192.0.2.1", "a.example 300 A 192.0.2.1"],
  ["a SRV 0 5 80 www", "a.example 300 SRV 0 5 80 www.example."],
  ["a TYPE1 \\# 4 C0000201", "a.example 300 A 192.0.2.1"],
  ["a TYPE999 \\# 3 010203", "a.example 300 TYPE999 \\# 3 010203"],
  ["a TYPE999 \\# 0", "a.example 300 TYPE999 \\# 0"],
  ['a CAA 0 issue "ca.example"', 'a.example 300 CAA 0 issue "ca.example"'],
  [
    "a LOC 52 22 23 N 4 53 32 E -2m",
    "a.example 300 LOC 52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m",
  ],
  ["a TYPE16 \\# 0", "a.example 300 TXT \\# 0"],
  ["a WKS 192.0.2.1 tcp 25 80 0", "a.example 300 WKS 192.0.2.1 6 0 25 80"],
  ["a WKS 192.0.2.1 17", "a.example 300 WKS 192.0.2.1 17"],
  [
    "a DS 1 ECDSAP256SHA256 SHA-256 " + "AB".repeat(32),
    `a.example 300 DS 1 13 2 ${"AB".repeat(28)} ${"AB".repeat(4)}`,
  ],
  [
    "a HTTPS 1 . port=8443 alpn=h2,h3",
    'a.example 300 HTTPS 1 . alpn="h2,h3" port=8443',
  ],
  ["a APL !1:192.0.2.0/24", "a.example 300 APL !1:192.0.2.0/24"],
  ["a NSEC b ( A MX )", "a.example 300 NSEC b.example. A MX"],
  ["*.a A 192.0.2.1", "*.a.example 300 A 192.0.2.1"],
];

Deno.test("a zone file's records say what RFC 1035 has them say", () => {
  for (const [line, told] of RECORDS) assert.equal(only(line), told, line);
});

Deno.test("a zone file read, written and read again is the same", () => {
  const text = HEAD +
    RECORDS.map(([line], i) =>
      line.replace(/^[^ ]+/, (owner) => owner.endsWith(".") ? owner : `n${i}`)
    ).join("\n");
  const first = parseZone(text);
  const second = parseZone(`${first}`);
  assert.deepEqual(second.toJSON(), first.toJSON());
  assert.equal(`${second}`, `${first}`);
  assert.deepEqual(zone(first.records).toJSON(), first.toJSON());
});

Deno.test("every type that messages know is read from its octets, and from its text", () => {
  const meta = ["TKEY", "TSIG", "SOA", "CNAME", "DNAME"];
  const types = Object.keys(RDATA).filter((type) => !meta.includes(type));
  const random = fc.sample(fc.integer({ min: 0, max: 2 ** 31 }), {
    numRuns: 1,
    seed: 7,
  })[0]!;
  let state = random;
  const dice = () =>
    (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  for (const type of types) {
    for (let n = 0; n < 20; n++) {
      const spec = (RDATA as Record<string, unknown>)[type];
      const data = typeof spec === "object" && spec !== null && "random" in spec
        ? (spec as { random(r: () => number, f: object): unknown }).random(
          dice,
          { type },
        )
        : undefined;
      if (data === undefined) continue;
      let made: Zone;
      try {
        made = zone([
          ...parseZone(HEAD).records,
          { name: "x.example", type, ttl: 5, data } as never,
        ]);
      } catch (error) {
        // What is made up need not be what its type can have.
        assert.ok(error instanceof TypeError || error instanceof RangeError);
        continue;
      }
      let again: Zone;
      try {
        again = parseZone(`${made}`);
      } catch (error) {
        assert.fail(`${type} (${n}): ${error}\n${made}`);
      }
      const octets = (of: Zone) =>
        encode({ answers: of.records.slice(-1) }).toHex();
      assert.equal(octets(again), octets(made), `${type}: ${made}`);
    }
  }
});

/** Zone files that make no sense, where, and why. */
const WRONG:
  readonly (readonly [string, line: number, column: number, RegExp])[] = [
    [HEAD + "a A 192.0.2.256", 6, 5, /IPv4 address/],
    [HEAD + "a A", 6, 4, /IPv4 address is missing/],
    [HEAD + "a A 192.0.2.1 x", 6, 15, /more than the record says/],
    [HEAD + "a TYPO x", 6, 3, /a type such as A/],
    [HEAD + 'a TXT (\n"x"\n', 6, 7, /\( without \)/],
    [HEAD + "a TXT x )", 6, 9, /\) without \(/],
    [HEAD + 'a TXT "x\n"', 6, 7, /quotation mark/],
    [HEAD + "a TXT \\256", 6, 7, /3 digits up to 255/],
    [HEAD + `a TXT ${"x".repeat(256)}`, 6, 7, /255 octets/],
    [HEAD + `${"x".repeat(64)} A 192.0.2.1`, 6, 1, /1 to 63 octets/],
    [HEAD + "a..b A 192.0.2.1", 6, 1, /1 to 63 octets/],
    [HEAD + "a TYPE999 \\# 2 01", 6, 16, /2 octets are announced, and 1 there/],
    [HEAD + "a MX \\# 2 0001", 6, 6, /no MX record says this/],
    [HEAD + "a TSIG \\# 0", 6, 3, /no zone has records of type TSIG/],
    [HEAD + "a MX 65536 b", 6, 6, /up to 65535/],
    [HEAD + "a HTTPS 1 . port=1 port=2", 6, 20, /twice/],
    [HEAD + "a HTTPS 1 . mandatory=alpn", 6, 13, /mandatory/],
    [HEAD + "a LOC \\# 16 01" + "00".repeat(15), 6, 7, /no LOC record/],
    [HEAD + "a LOC 91 N 0 E 0", 6, 7, /angle/],
    [HEAD + "$INCLUDE other", 6, 1, /\{ include \}/],
    [HEAD + "$BOGUS x", 6, 1, /only \$ORIGIN/],
    [HEAD + "$GENERATE 9-1 a$ A 192.0.2.$", 6, 11, /upward/],
    [HEAD + "$GENERATE 1..9 a$ A 192.0.2.$", 6, 11, /1-127/],
    [HEAD + "$GENERATE 0-9999999 a$ A 192.0.2.1", 6, 11, /more than 1000000/],
    [HEAD + "$GENERATE 1-9 a${0,1,b} A 192.0.2.$", 6, 15, /bases/],
    [HEAD + "$GENERATE 1-9 a$", 1, 3, /\$GENERATE in line 6, line 1/],
    [HEAD + "$GENERATE 255-256 a$ A 192.0.2.$", 1, 8, /IPv4.*line 6/],
    [HEAD + "other.test. A 192.0.2.1", 6, 1, /not in the zone/],
    [HEAD + "ns CNAME b", 6, 1, /CNAME and other records/],
    [HEAD + "a CNAME b\na CNAME c", 7, 1, /CNAME and other records/],
    [HEAD + "a SOA ns admin 1 2 3 4 5", 6, 1, /two SOA/],
    [HEAD + "a CH A 192.0.2.1", 6, 1, /classes/],
    ["a A 192.0.2.1", 1, 1, /relative name needs an origin/],
    [" A 192.0.2.1", 1, 2, /must have an owner/],
    ["a. A 192.0.2.1", 1, 1, /TTL is needed/],
    ["a. 60 A 192.0.2.1", 1, 18, /no SOA/],
    ["a. 60 SOA . . 1 2 3 4 5", 1, 1, /no NS/],
    ["", 1, 1, /no SOA/],
  ];

Deno.test("a zone file that makes no sense is refused by line and column", () => {
  for (const [text, line, column, reason] of WRONG) {
    assert.throws(() => parseZone(text), (error) => {
      assert.ok(error instanceof ZoneError, `${text}: ${error}`);
      assert.match(error.message, reason, text);
      assert.deepEqual([error.line, error.column], [line, column], `${error}`);
      return true;
    }, text);
  }
});

Deno.test("the TTL is the record's, $TTL's, the last one's, or the SOA's minimum", () => {
  const ttls = (text: string) => parseZone(text).records.map(({ ttl }) => ttl);
  const soa = "a. SOA . . 1 2 3 4 77\n NS b.\n";
  assert.deepEqual(ttls(soa), [77, 77]);
  assert.deepEqual(ttls(`$TTL 5\n${soa}`), [5, 5]);
  assert.deepEqual(ttls(`${soa}$TTL 1d\n TXT x\n TXT y\n 9 MX 1 a.\n`), [
    77,
    77,
    86400,
    86400,
    9,
  ]);
  // Records of one set have one TTL (RFC 2181 §5.2).
  assert.deepEqual(ttls(`${soa} 50 A 192.0.2.1\n 60 A 192.0.2.2\n`), [
    77,
    77,
    50,
    50,
  ]);
});

Deno.test("an included file has an origin of its own, and its place is told", () => {
  const files: Record<string, string> = {
    hosts: "a A 192.0.2.1\n$ORIGIN deeper.example.\nb A 192.0.2.2\n",
    wrong: "\n  x A nonsense\n",
    loop: "$INCLUDE loop\n",
  };
  const include = (file: string) => files[file]!;
  const made = parseZone(`${HEAD}$INCLUDE hosts sub.example.\nc A 192.0.2.3`, {
    include,
  });
  assert.deepEqual(said(made, "a.sub.example", "A"), ["192.0.2.1"]);
  assert.deepEqual(said(made, "b.deeper.example", "A"), ["192.0.2.2"]);
  assert.deepEqual(said(made, "c.example", "A"), ["192.0.2.3"]);
  assert.throws(() => parseZone(`${HEAD}$INCLUDE wrong`, { include }), {
    file: "wrong",
    line: 2,
    column: 3,
    message: /IN class|type such as A/,
  });
  assert.throws(
    () => parseZone(`${HEAD}$INCLUDE loop`, { include }),
    /16 deep/,
  );
});

Deno.test("records that say the same are one, whatever their case", () => {
  const made = parseZone(
    `${HEAD}a MX 1 b\nA MX 1 B.EXAMPLE.\na A 192.0.2.1\na A 192.0.2.1\n`,
  );
  assert.equal(made.size, 5);
});

Deno.test("no text makes the reader do anything but refuse it", () => {
  const words = fc.constantFrom(
    ...' \n\t\\"();$@.*',
    "A",
    "IN",
    "SOA",
    "TXT",
    "$TTL",
    "$ORIGIN",
    "60",
    "1h",
    "example.",
    "\\#",
    "\\0",
    "192.0.2.1",
    "NS",
    "LOC",
    "WKS",
    "HTTPS",
    "alpn=",
    "NSEC3",
    "APL",
    "\u00e9",
    "\u0000",
  );
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 40 }),
      fc.boolean(),
      (all, tail) => {
        const text = tail ? HEAD + all.join(" ") : all.join("");
        try {
          const made = parseZone(text, { origin: "example" });
          assert.equal(`${parseZone(`${made}`)}`, `${made}`);
        } catch (error) {
          if (!(error instanceof ZoneError)) throw error;
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("a large zone is read in time that grows with its size alone", () => {
  const lines = (n: number) =>
    HEAD + Array.from({ length: n }, (_, i) => `h${i} A 192.0.2.1`).join("\n") +
    "\n" + Array.from({ length: n }, (_, i) => `big TXT "${i}"`).join("\n");
  const time = (n: number, enough: number) => {
    const text = lines(n);
    return least(enough, () => {
      assert.equal(parseZone(text).size, 2 * n + 3);
    });
  };
  time(2000, Infinity);
  const small = time(2000, Infinity);
  const enough = 40 * small + 200;
  const large = time(16_000, enough);
  assert.ok(large < enough, `${small} ms, then ${large} ms`);
  const long = "(".repeat(200_000) + "\n";
  assert.throws(() => parseZone(HEAD + "a TXT " + long), ZoneError);
  assert.throws(
    () => parseZone(HEAD + `a TXT "${"\\a".repeat(500_000)}"`),
    ZoneError,
  );
});
