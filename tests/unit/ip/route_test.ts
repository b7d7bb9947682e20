import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Explanation } from "../../../lib/ip/table/route.ts";
import { table } from "../../../lib/ip/table/table.ts";

const inspect = (value: unknown) =>
  stripVTControlCharacters(Deno.inspect(value, { colors: true }));

const ROUTES = [
  ["0.0.0.0/0", "uplink"],
  ["10.0.0.0/8", "lan"],
  ["10.1.0.0/16", "branch"],
  ["10.1.2.0/24", "office"],
  ["::/0", "uplink6"],
  ["2001:db8::/32", "site"],
  ["2001:db8::/33", "west"],
  ["2001:db8:8000::/33", "east"],
] as const;

Deno.test("explain() tells of each candidate why it is taken or not", () => {
  const explanation = table(ROUTES).explain("10.1.3.0");
  assert.ok(explanation instanceof Explanation);
  assert.ok(explanation.address.equals("10.1.3.0"));
  assert.deepEqual(explanation.chosen, table(ROUTES).lookup("10.1.3.0"));
  assert.deepEqual(
    explanation.candidates.map((c) => [
      `${c.subnet}`,
      c.value,
      c.prefixLength,
      c.sharedBits,
      c.chosen,
      c.why,
    ]),
    [
      ["0.0.0.0/0", "uplink", 0, 4, false, "fits all, but /16 is longer"],
      ["10.0.0.0/8", "lan", 8, 15, false, "fits, but /16 is longer"],
      ["10.1.0.0/16", "branch", 16, 22, true, "the longest of 3 that fit"],
    ],
  );
  const [only] = table([["::/0", 1]]).explain("::1").candidates;
  assert.equal(only?.why, "the only one that fits");
});

Deno.test("explain() without a route has no candidates, and null in JSON", () => {
  const explanation = table([["10.0.0.0/8", 1]]).explain("11.0.0.0");
  assert.equal(explanation.chosen, undefined);
  assert.deepEqual(explanation.candidates, []);
  assert.equal(inspect(explanation), "11.0.0.0 → no route contains it");
  assert.equal(
    JSON.stringify(explanation),
    '{"address":"11.0.0.0","chosen":null,"candidates":[]}',
  );
});

Deno.test("an explanation draws the address's bits beside each prefix", () => {
  const explanation = table(ROUTES).explain("10.1.3.0");
  assert.equal(
    inspect(explanation),
    [
      "10.1.3.0 → 10.1.0.0/16",
      "",
      "  10.1.3.0     00001010 00000001 00000011 00000000",
      "  0.0.0.0/0    ········ ········ ········ ········",
      "  10.0.0.0/8   00001010 ········ ········ ········",
      "→ 10.1.0.0/16  00001010 00000001 ········ ········",
      "",
      "route        value   bits shared  why",
      "───────────  ──────  ───────────  ───────────────────────────",
      "0.0.0.0/0    uplink            4  fits all, but /16 is longer",
      "10.0.0.0/8   lan              15  fits, but /16 is longer",
      "10.1.0.0/16  branch           22  the longest of 3 that fit",
    ].join("\n"),
  );
  assert.equal(inspect([explanation]), "[ 10.1.3.0 → 10.1.0.0/16 ]");
});

Deno.test("an explanation draws IPv6 by 32 bits, as far as prefixes reach", () => {
  const lines = inspect(table(ROUTES).explain("2001:db8:8000::1")).split("\n");
  const drawn = lines.filter((line) => /bits|0010000|→ 2/.test(line));
  assert.deepEqual(drawn, [
    "2001:db8:8000::1 → 2001:db8:8000::/33",
    "                      bits 0 to 31",
    "  2001:db8:8000::1    00100000 00000001 00001101 10111000",
    "  2001:db8::/32       00100000 00000001 00001101 10111000",
    "→ 2001:db8:8000::/33  00100000 00000001 00001101 10111000",
    "                      bits 32 to 63",
    "→ 2001:db8:8000::/33  1······· ········ ········ ········",
    "route               value    bits shared  why",
  ]);
});
