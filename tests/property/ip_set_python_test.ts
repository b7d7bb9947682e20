// A second opinion on summaries and on the subnets of ranges: Python's ipaddress.
// Needs --allow-run=python3; without it, or without Python, it says so and skips.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address } from "../../lib/ip/address.ts";
import { subnet } from "../../lib/ip/subnet.ts";
import { summarize } from "../../lib/ip/set/summarize.ts";
import { subnets } from "./ip_arbitraries.ts";
import { ranges } from "./ip_set_arbitraries.ts";
import { besidePython, python } from "../python.ts";

/** Reads lists of subnets and pairs of ends; collapses the ones, cuts the others. */
const PYTHON = `
import ipaddress, json, sys
given = json.load(sys.stdin)
def fold(texts):
    nets = [ipaddress.ip_network(t) for t in texts]
    return [str(n) for v in (4, 6)
        for n in ipaddress.collapse_addresses(n for n in nets if n.version == v)]
def cut(ends):
    first, last = map(ipaddress.ip_address, ends)
    return [str(n) for n in ipaddress.summarize_address_range(first, last)]
json.dump({
    "folded": [fold(texts) for texts in given["lists"]],
    "cut": [cut(ends) for ends in given["ranges"]],
}, sys.stdout)
`;

await besidePython(
  "Python summarises the same lists and cuts the same ranges alike",
  async (seed) => {
    const dense = fc.tuple(fc.nat(0xfff), fc.nat(12)).map(([n, host]) =>
      `${
        subnet(Address.fromBigint(0x0a000000n + BigInt(n), 4), 32 - host, {
          hostBits: "clear",
        })
      }`
    );
    const lists = fc.sample(
      fc.oneof(
        fc.array(subnets.map(String), { maxLength: 60 }),
        fc.array(dense, { maxLength: 200 }),
      ),
      { seed, numRuns: 300 },
    );
    const rows = fc.sample(ranges, { seed, numRuns: 1000 });
    const { folded, cut } = await python<Record<string, string[][]>>(PYTHON, {
      lists,
      ranges: rows.map(({ start, end }) => [`${start}`, `${end}`]),
    });
    // Both sides through one reader, so that spelling does not matter.
    const same = (texts: string[]) => texts.map((text) => `${subnet(text)}`);
    lists.forEach((list, i) => {
      assert.deepEqual(
        summarize(list).map(String),
        same(folded![i]!),
        `seed ${seed}`,
      );
    });
    rows.forEach((row, i) => {
      assert.deepEqual(
        [...row.subnets()].map(String),
        same(cut![i]!),
        `${row}`,
      );
    });
  },
);
