// Routes that come and go by chance, beside tables too simple to be wrong.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address, parse } from "../../lib/ip/address.ts";
import { DirectIndex } from "../../lib/ip/table/direct_index.ts";
import { RangeIndex } from "../../lib/ip/table/range_index.ts";
import type { Route } from "../../lib/ip/table/route.ts";
import { cut, Prefixes } from "../../lib/ip/table/pieces.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";
import { type RouteTable, table } from "../../lib/ip/table/table.ts";
import { Trie } from "../../lib/ip/table/trie.ts";
import * as arbitrary from "./ip_arbitraries.ts";

/** How many bits of a small universe are free. */
const FREE = 5;

/**
 * Small universes, each of all prefixes with up to five more bits: at both ends
 * of a family, and across the words' edges. Two have the same numbers.
 */
const UNIVERSES = [
  "0.0.0.0/0",
  "10.0.0.0/27",
  "::a00:0/123",
  "255.255.255.224/27",
  "::/0",
  "2000::/30",
  "2001:db8::/62",
  "2001:db8::4000:0:0/94",
  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffe0/123",
].map((text) => subnet(text));

/** All prefixes of all universes. */
const SMALL: Subnet[] = UNIVERSES.flatMap((top) =>
  Array.from(
    { length: FREE + 1 },
    (_, more) => top.split(top.prefixLength + more).toArray(),
  ).flat()
);

/** The addresses at both ends of each part of each universe, and those beyond. */
const EDGES: Address[] = edgesOf(
  SMALL.filter((_, n) => n % 63 >= 31), // the smallest parts
);

function edgesOf(subnets: readonly Subnet[]): Address[] {
  return subnets.flatMap(({ network, broadcast, family }) => {
    const lowest = new Address(family, 0, 0, 0, 0);
    const highest = new Address(family, -1, -1, -1, -1);
    return [
      network,
      broadcast,
      ...network.equals(lowest) ? [] : [network.previous()],
      ...broadcast.equals(highest) ? [] : [broadcast.next()],
    ];
  });
}

/** A table as a list, searched from end to end. */
class List {
  routes: Route<number>[] = [];

  insert(one: Subnet, value: number): void {
    this.delete(one);
    this.routes.push({ subnet: one, value });
  }

  delete(one: Subnet): boolean {
    const before = this.routes.length;
    this.routes = this.routes.filter((route) => !route.subnet.equals(one));
    return this.routes.length < before;
  }

  covering(inner: Address | Subnet): Route<number>[] {
    return this.routes.filter((route) => route.subnet.contains(inner)).sort(
      (a, b) => a.subnet.prefixLength - b.subnet.prefixLength,
    );
  }

  covered(outer?: Subnet): Route<number>[] {
    return this.routes.filter((route) => outer?.contains(route.subnet) ?? true)
      .sort((a, b) => a.subnet.compare(b.subnet));
  }
}

interface Step {
  readonly does: "insert" | "delete" | "clear";
  readonly one: Subnet;
  readonly value: number;
}

const small = fc.nat(SMALL.length - 1).map((n) => SMALL[n]!);

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.nat(199).map((n): Step["does"] =>
    n < 120 ? "insert" : n < 199 ? "delete" : "clear"
  ),
  one: small,
  value: fc.nat(99),
});

const steps = fc.array(step, { maxLength: 200, size: "max" });

function take(routes: RouteTable<number>, list: List, one: Step): void {
  if (one.does === "insert") {
    routes.insert(one.one, one.value);
    list.insert(one.one, one.value);
  } else if (one.does === "delete") {
    assert.equal(routes.delete(one.one), list.delete(one.one));
  } else {
    routes.clear();
    list.routes = [];
  }
}

/** Texts, as comparing them is quicker than comparing objects. */
const told = (routes: Iterable<Route<number>>) =>
  Array.from(routes, (route) => `${route.subnet} ${route.value}`);

function wordsOf(addresses: readonly Address[]): Uint32Array {
  return Uint32Array.from(
    addresses.flatMap(({ family, w0, w1, w2, w3 }) =>
      family === 4 ? [w3] : [w0, w1, w2, w3]
    ),
  );
}

Deno.test("after any changes a table answers all questions as a list does", () => {
  fc.assert(
    fc.property(steps, fc.array(small, { maxLength: 8 }), (steps, asked) => {
      const routes = table<number>();
      const list = new List();
      for (const one of steps) {
        take(routes, list, one);
        const address = one.one.network;
        assert.equal(
          routes.lookup(address)?.value,
          list.covering(address).at(-1)?.value,
        );
        assert.equal(routes.has(one.one), one.does === "insert");
      }
      assert.equal(routes.size, list.routes.length);
      assert.deepEqual(told(routes), told(list.covered()));
      for (const one of asked) {
        assert.deepEqual(told(routes.covering(one)), told(list.covering(one)));
        assert.deepEqual(told(routes.covered(one)), told(list.covered(one)));
        const own = list.routes.find((route) => route.subnet.equals(one));
        assert.equal(routes.get(one), own?.value);
      }
      for (const { network } of asked) {
        const { candidates, chosen } = routes.explain(network);
        assert.deepEqual(told(candidates), told(list.covering(network)));
        assert.deepEqual(chosen, routes.lookup(network));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a table and its compiled copy agree with a list at every edge", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const routes = table<number>();
      const list = new List();
      steps.forEach((one) => take(routes, list, one));
      const compiled = routes.compile();
      assert.deepEqual(told(compiled.routes), told(list.covered()));
      for (const address of EDGES) {
        const expected = list.covering(address).at(-1);
        const text = expected && told([expected])[0];
        for (const found of [routes, compiled].map((x) => x.lookup(address))) {
          assert.equal(found && told([found])[0], text, `${address}`);
        }
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("a walk goes to the next route that is there, whatever changes", () => {
  // Of few prefixes, so that the changes are often near the walk.
  const close = fc.nat(2 * 63 - 1).map((n) => SMALL[63 + n]!);
  const move = fc.oneof(
    { weight: 4, arbitrary: fc.constant("next" as const) },
    { weight: 1, arbitrary: fc.constant("delete" as const) },
    {
      weight: 3,
      arbitrary: step.chain((one) =>
        close.map((near) => ({ ...one, one: near }))
      ),
    },
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(close, { selector: String, maxLength: 100, size: "max" }),
      fc.array(move, { maxLength: 200, size: "max" }),
      fc.option(close, { freq: 2 }),
      (start, moves, within) => {
        const routes = table<number>();
        const list = new List();
        const act = (does: Step["does"], one: Subnet, value = 0) =>
          take(routes, list, { does, one, value });
        start.forEach((one, value) => act("insert", one, value));
        const walk = routes.walk(within ?? undefined);
        let last: Subnet | undefined;
        for (const move of moves) {
          if (typeof move === "object") take(routes, list, move);
          if (move === "delete" && last !== undefined) act("delete", last);
          if (move !== "next") continue;
          const next = list.covered(within ?? undefined).find((route) =>
            last === undefined || route.subnet.compare(last) > 0
          );
          const { value, done } = walk.next();
          assert.deepEqual(value && told([value]), next && told([next]));
          if (done) return;
          last = value.subnet;
        }
      },
    ),
    { numRuns: 400 },
  );
});

/** How many nodes there must be: the prefixes, where two part, and the roots. */
function nodesFor(subnets: readonly Subnet[]): number {
  const sorted = subnets.toSorted((a, b) => a.compare(b));
  const nodes = new Set(["0.0.0.0/0", "::/0", ...sorted.map(String)]);
  for (let i = 1; i < sorted.length; i++) {
    const a = sorted[i - 1]!;
    const b = sorted[i]!;
    if (a.family !== b.family) continue;
    const shared = a.network.commonPrefixLength(b.network);
    const length = Math.min(shared, a.prefixLength, b.prefixLength);
    nodes.add(`${subnet(a.network, length, { hostBits: "clear" })}`);
  }
  return nodes.size;
}

Deno.test("a trie has the nodes that its routes need, and no others", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const trie = new Trie();
      const list = new List();
      const numbers = new Map<string, number>();
      for (const { does, one, value } of steps) {
        if (does === "clear") continue;
        const text = `${one}`;
        if (does === "insert") {
          const number = trie.insert(one);
          assert.equal(numbers.get(text) ?? number, number);
          numbers.set(text, number);
          list.insert(one, value);
        } else {
          assert.equal(trie.delete(one), numbers.get(text) ?? -1);
          numbers.delete(text);
          list.delete(one);
        }
      }
      assert.equal(new Set(numbers.values()).size, numbers.size);
      assert.equal(
        trie.nodeCount,
        nodesFor(list.routes.map((route) => route.subnet)),
      );
    }),
    { numRuns: 400 },
  );
});

/** A table as one hash for each prefix length. */
class Hashes {
  readonly #hashes = new Map<string, Map<bigint, number>>();

  constructor(subnets: readonly Subnet[]) {
    subnets.forEach(({ network, prefixLength }, value) => {
      const key = `${network.family}/${prefixLength}`;
      const hash = this.#hashes.get(key) ?? new Map();
      this.#hashes.set(key, hash.set(network.toBigint(), value));
    });
  }

  lookup(address: Address): number | undefined {
    const number = address.toBigint();
    for (let length = address.bits; length >= 0; length--) {
      const hash = this.#hashes.get(`${address.family}/${length}`);
      const host = BigInt(address.bits - length);
      const value = hash?.get(number >> host << host);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** Subnets that crowd: they differ in the same few bits, wherever those are. */
function crowd(bases: fc.Arbitrary<Address>): fc.Arbitrary<Subnet[]> {
  return fc.record({
    base: bases,
    at: fc.nat(),
    ends: fc.array(fc.tuple(fc.nat(2 ** 16 - 1), fc.nat(20)), {
      minLength: 1,
      maxLength: 300,
      size: "max",
    }),
  }).map(({ base, at, ends }) => {
    const shift = BigInt(at % (base.bits - 15));
    return ends.map(([end, less]) => {
      const number = base.toBigint() & ~(0xffffn << shift) |
        BigInt(end) << shift;
      const length = Math.max(0, base.bits - Number(shift) - less);
      const one = Address.fromBigint(number, base.family);
      return subnet(one, length, { hostBits: "clear" });
    });
  });
}

const crowded: fc.Arbitrary<Subnet[]> = fc.tuple(
  fc.array(arbitrary.subnets, { maxLength: 60, size: "max" }),
  crowd(arbitrary.address),
  crowd(arbitrary.address),
).map((parts) => parts.flat());

Deno.test("crowded tables of all prefix lengths agree with one hash a length", () => {
  fc.assert(
    fc.property(
      crowded,
      fc.array(arbitrary.address, { maxLength: 50, size: "max" }),
      (subnets, some) => {
        const hashes = new Hashes(subnets);
        const routes = table(subnets.map((one, n) => [one, n]));
        const compiled = routes.compile();
        for (const family of [4, 6] as const) {
          const addresses = [...edgesOf(subnets), ...some].filter((address) =>
            address.family === family
          );
          const words = wordsOf(addresses);
          const numbers = family === 4
            ? compiled.lookupAllIpv4(words)
            : compiled.lookupAllIpv6(words);
          addresses.forEach((address, i) => {
            const expected = hashes.lookup(address);
            assert.equal(routes.lookup(address)?.value, expected, `${address}`);
            const found = compiled.routes[numbers[i]!];
            assert.equal(found?.value, expected, `${address} compiled`);
          });
        }
        assert.deepEqual(told(compiled.routes), told(routes));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("an array of all /24s finds what a search among the pieces finds", () => {
  const v4 = arbitrary.address.filter(({ family }) => family === 4);
  fc.assert(
    fc.property(crowd(v4), crowd(v4), (some, others) => {
      const routes = table([...some, ...others].map((one, n) => [one, n]));
      const prefixes = new Prefixes(4);
      for (const route of routes) prefixes.push(route.subnet);
      const pieces = cut(prefixes, 0);
      const addresses = edgesOf([...some, ...others]);
      const words = wordsOf(addresses);
      const [direct, search] = [
        new DirectIndex(pieces),
        new RangeIndex(pieces, 1),
      ].map((index) => {
        const out = new Int32Array(words.length);
        index.lookupAll(words, out);
        return out;
      });
      assert.deepEqual(direct, search);
      const inOrder = [...routes];
      addresses.forEach((address, i) =>
        assert.equal(inOrder[direct![i]!]?.value, routes.lookup(address)?.value)
      );
    }),
    { numRuns: 12 },
  );
});

for (const shift of [0, 60, 80, 90, 104]) {
  const length = 128 - shift;
  Deno.test(`five thousand crowded routes of length ${length} are found`, () => {
    const step = 3n << BigInt(shift);
    const subnets = Array.from(
      { length: 5000 },
      (_, n) => subnet(parse("1234::").offset(BigInt(n) * step), length),
    );
    const routes = table(subnets.map((one, n) => [one, n]));
    const compiled = routes.compile();
    const addresses = edgesOf(subnets);
    const numbers = compiled.lookupAllIpv6(wordsOf(addresses));
    addresses.forEach((address, i) =>
      assert.equal(
        numbers[i],
        routes.lookup(address)?.value ?? -1,
        `${address}`,
      )
    );
  });
}
