// Ranges, summaries and the algebra of sets, beside a naive model and by the laws
// of sets.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address, type Family, tryParse } from "../../lib/ip/address.ts";
import { range, tryRange } from "../../lib/ip/set/range.ts";
import {
  type AddressItem,
  type AddressSet,
  set,
} from "../../lib/ip/set/set.ts";
import { type Subnet, subnet, trySubnet } from "../../lib/ip/subnet.ts";
import { summarize, supernet } from "../../lib/ip/set/summarize.ts";
import { address, mangled, spelled } from "./ip_arbitraries.ts";
import { items, ranges, sets } from "./ip_set_arbitraries.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns = 300) =>
  fc.assert(property, { numRuns });

// A small universe: 32 addresses where a word, a family or its end is near.
const SIZE = 32;
const UNIVERSES: [family: Family, base: bigint][] = [
  [4, 0n],
  [4, 0x0a00fff0n],
  [4, (1n << 31n) - 16n],
  [4, (1n << 32n) - 32n],
  [6, 0n],
  [6, (1n << 32n) - 16n],
  [6, (1n << 64n) - 16n],
  [6, (1n << 96n) - 16n],
  [6, (1n << 127n) - 16n],
  [6, (1n << 128n) - 32n],
];

/** A part of a small universe, given piecemeal and as what is in it. */
interface Part {
  readonly given: AddressItem[];
  readonly members: boolean[];
}

function parts(family: Family, base: bigint): fc.Arbitrary<Part> {
  const at = (i: number) => Address.fromBigint(base + BigInt(i), family);
  const piece = fc.record({
    from: fc.nat(SIZE - 1),
    to: fc.nat(SIZE - 1),
    how: fc.constantFrom("range", "range text", "address", "subnet", "text"),
    host: fc.nat(4),
  });
  return fc.array(piece, { maxLength: 6 }).map((pieces) => {
    const members = Array<boolean>(SIZE).fill(false);
    const given = pieces.map(({ from, to, how, host }): AddressItem => {
      if (how === "range" || how === "range text") {
        const [low, high] = [Math.min(from, to), Math.max(from, to)];
        members.fill(true, low, high + 1);
        const one = range(at(low), at(high));
        return how === "range" ? one : `${one}`;
      }
      if (how === "address") {
        members[from] = true;
        return at(from);
      }
      // The block around an address, if none of it sticks out.
      const low = Number(
        ((base + BigInt(from)) >> BigInt(host) << BigInt(host)) - base,
      );
      const fits = low >= 0 && low + 2 ** host <= SIZE;
      const bits = fits ? host : 0;
      const start = fits ? low : from;
      members.fill(true, start, start + 2 ** bits);
      const one = subnet(at(start), at(start).bits - bits);
      return how === "subnet" ? one : `${one}`;
    });
    return { given, members };
  });
}

/** Which addresses of the universe are in, found in all the ways there are. */
function membersOf(of: AddressSet, family: Family, base: bigint): boolean[] {
  const members = Array.from(
    { length: SIZE },
    (_, i) => of.contains(Address.fromBigint(base + BigInt(i), family)),
  );
  const place = (one: Address) => Number(one.toBigint() - base);
  const listed = Array<boolean>(SIZE).fill(false);
  for (const one of of.addresses()) listed[place(one)] = true;
  assert.deepEqual(listed, members, "addresses()");
  const ranged = Array<boolean>(SIZE).fill(false);
  for (const { start, end } of of.ranges()) {
    ranged.fill(true, place(start), place(end) + 1);
  }
  assert.deepEqual(ranged, members, "ranges()");
  assert.equal(of.size, BigInt(members.filter(Boolean).length));
  return members;
}

for (const [family, base] of UNIVERSES) {
  const name = `${Address.fromBigint(base, family)}`;
  Deno.test(`the algebra on 32 addresses from ${name} agrees with a row of booleans`, () => {
    const part = parts(family, base);
    const at = (i: number) => Address.fromBigint(base + BigInt(i), family);
    const universe = range(at(0), at(SIZE - 1));
    check(
      fc.property(part, part, (x, y) => {
        const [a, b] = [set(x.given), set(y.given)];
        const law = (keep: (a: boolean, b: boolean) => boolean) =>
          x.members.map((a, i) => keep(a, y.members[i]!));
        const agree = (result: AddressSet, want: boolean[]) =>
          assert.deepEqual(membersOf(result, family, base), want);
        agree(a, x.members);
        agree(a.union(y.given), law((a, b) => a || b));
        agree(a.intersection(y.given), law((a, b) => a && b));
        agree(a.difference(b), law((a, b) => a && !b));
        agree(a.symmetricDifference(b), law((a, b) => a !== b));
        agree(a.complement(universe), law((a) => !a));
        assert.equal(a.overlaps(b), law((a, b) => a && b).includes(true));
        assert.equal(a.isSubsetOf(b), !law((a, b) => a && !b).includes(true));
        assert.equal(a.isSupersetOf(b), !law((a, b) => b && !a).includes(true));
        assert.equal(a.equals(b), !law((a, b) => a !== b).includes(true));
        for (const item of y.given) {
          const one = set(item);
          assert.equal(a.contains(item), one.isSubsetOf(a), `${item}`);
          assert.equal(a.overlaps(item), one.overlaps(a), `${item}`);
        }
        minimal([...a]);
      }),
      100,
    );
  });
}

/** Sorted, apart, and no two that would merge: then no fewer would do. */
function minimal(list: readonly Subnet[]): void {
  for (let i = 1; i < list.length; i++) {
    const [before, after] = [list[i - 1]!, list[i]!];
    assert.equal(before.compare(after), -1, `${before} ${after}`);
    assert.ok(!before.overlaps(after), `${before} ${after}`);
    const merge = before.prefixLength > 0 &&
      before.prefixLength === after.prefixLength &&
      before.parent().contains(after);
    assert.ok(!merge, `${before} and ${after} are ${before}'s parent`);
  }
}

Deno.test("the laws of sets hold for large ones of both families", () => {
  check(fc.property(sets, sets, sets, (a, b, c) => {
    const all = set().complement();
    assert.deepEqual(a.union(b), b.union(a));
    assert.deepEqual(a.intersection(b), b.intersection(a));
    assert.deepEqual(a.union(b.union(c)), a.union(b).union(c));
    assert.deepEqual(a.union(b, c), a.union(b).union(c));
    assert.deepEqual(
      a.intersection(b.intersection(c)),
      a.intersection(b).intersection(c),
    );
    assert.deepEqual(
      a.intersection(b.union(c)),
      a.intersection(b).union(a.intersection(c)),
    );
    assert.deepEqual(
      a.union(b.intersection(c)),
      a.union(b).intersection(a.union(c)),
    );
    assert.deepEqual(
      a.union(b).complement(),
      a.complement().intersection(b.complement()),
    );
    assert.deepEqual(
      a.intersection(b).complement(),
      a.complement().union(b.complement()),
    );
    assert.deepEqual(a.complement().complement(), a);
    assert.deepEqual(a.union(a), a);
    assert.deepEqual(a.intersection(a), a);
    assert.ok(a.difference(a).isEmpty && a.symmetricDifference(a).isEmpty);
    assert.deepEqual(a.difference(b), a.intersection(b.complement()));
    assert.deepEqual(
      a.symmetricDifference(b),
      a.difference(b).union(b.difference(a)),
    );
    assert.equal(
      a.union(b).size,
      a.size + b.size - a.intersection(b).size,
    );
    assert.equal(a.size + a.complement().size, all.size);
    assert.ok(a.intersection(b).isSubsetOf(a) && a.isSubsetOf(a.union(b)));
    assert.equal(a.overlaps(b), !a.intersection(b).isEmpty);
  }));
});

Deno.test("the quick reading of text takes and refuses what the values do", () => {
  const hosts = fc.tuple(address, fc.nat(128)).map(([base, n]) =>
    `${base}/${n % (base.bits + 1)}`
  );
  const texts = fc.oneof(
    items.map(String),
    hosts,
    spelled.map(({ text }) => text),
  );
  const both = fc.oneof(texts, mangled(texts));
  const value = (text: string): AddressItem | undefined =>
    tryParse(text) ?? trySubnet(text) ?? tryRange(text);
  check(
    fc.property(both, (text) => {
      const one = value(text);
      if (
        one === undefined || one instanceof Address && one.zone !== undefined
      ) {
        assert.throws(() => set([text]), {
          name: "ParseError",
          message: /items\[0\]/,
        });
      } else {
        assert.deepEqual(set([text]), set([one]));
      }
      const clear = trySubnet(text, { hostBits: "clear" });
      if (clear !== undefined) {
        assert.deepEqual(set([text], { hostBits: "clear" }), set(clear));
      }
    }),
    3000,
  );
});

Deno.test("prefixes and ranges make the same set again, and are the fewest", () => {
  check(fc.property(sets, (one) => {
    const list = [...one];
    minimal(list);
    assert.deepEqual(set(list), one);
    assert.deepEqual(summarize(list), list);
    assert.equal(one.prefixes().length, BigInt(list.length));
    const ranges = [...one.ranges()];
    assert.deepEqual(set(ranges), one);
    assert.equal(one.ranges().length, BigInt(ranges.length));
    ranges.slice(1).forEach((after, i) => {
      const before = ranges[i]!;
      assert.ok(before.compare(after) < 0);
      assert.ok(!before.overlaps(after) && !before.adjacent(after));
    });
    assert.equal(ranges.reduce((n, { size }) => n + size, 0n), one.size);
    assert.equal(list.reduce((n, { size }) => n + size, 0n), one.size);
    assert.deepEqual(set(JSON.parse(JSON.stringify(one))), one);
  }));
});

Deno.test("a range's text and its subnets lead back to it", () => {
  check(
    fc.property(ranges, (one) => {
      assert.deepEqual(range(`${one}`), one);
      assert.deepEqual([...set(one).ranges()], [one]);
      const list = [...one.subnets()];
      minimal(list);
      assert.deepEqual([...set(list).ranges()], [one]);
      assert.equal(one.subnets().length, BigInt(list.length));
      assert.ok(list.every((part) => one.contains(part)));
    }),
    1000,
  );
});

Deno.test("relations of ranges agree with their numbers", () => {
  const near = fc.tuple(ranges, fc.integer({ min: -3, max: 3 }), ranges).map(
    ([a, step, b]) => {
      // Often one that begins or ends where the other does.
      const from = step < 0 ? a.start : a.end;
      const n = from.toBigint() + BigInt(step);
      const fits = n >= 0n && n < 1n << BigInt(from.bits);
      return [
        a,
        fits && step !== 0 ? range(from.offset(step), from.offset(step)) : b,
      ] as const;
    },
  );
  check(
    fc.property(near, ([a, b]) => {
      const same = a.family === b.family;
      const [low, high] = [a.start.toBigint(), a.end.toBigint()];
      const [from, to] = [b.start.toBigint(), b.end.toBigint()];
      assert.equal(a.contains(b), same && low <= from && to <= high);
      assert.equal(a.overlaps(b), same && low <= to && from <= high);
      assert.equal(
        a.adjacent(b),
        same && (high + 1n === from || to + 1n === low),
      );
      assert.equal(a.equals(b), same && low === from && high === to);
      assert.equal(a.compare(b) + b.compare(a), 0);
    }),
    1000,
  );
});

Deno.test("a supernet is around all, and neither of its halves is", () => {
  const family = fc.array(items, { minLength: 1, maxLength: 5 }).map((list) => {
    const { family } = set(list).first!;
    return set(list).intersection(family === 4 ? "0.0.0.0/0" : "::/0");
  });
  check(fc.property(family, (one) => {
    const around = supernet(one);
    assert.ok(one.isSubsetOf(around));
    if (around.prefixLength === around.network.bits) return;
    for (const half of around.split(around.prefixLength + 1)) {
      assert.ok(!one.isSubsetOf(half), `${one} in ${half}`);
    }
  }));
});

Deno.test("a thousand random prefixes unite as their numbers do", () => {
  const many = fc.array(fc.tuple(fc.nat(0xffff), fc.nat(8)), {
    minLength: 500,
    maxLength: 1000,
  });
  check(
    fc.property(
      many,
      fc.constantFrom(0n, 1n << 40n, 1n << 100n),
      (list, base) => {
        const members = new Uint8Array(0x10000);
        const family = base === 0n ? 4 : 6;
        const given = list.map(([n, host]) => {
          const start = n >> host << host;
          members.fill(1, start, start + 2 ** host);
          const network = Address.fromBigint(base + BigInt(start), family);
          return `${network}/${network.bits - host}`;
        });
        const listed = new Uint8Array(0x10000);
        const result = summarize(given);
        minimal(result);
        for (const { network, size } of result) {
          const start = Number(network.toBigint() - base);
          listed.fill(1, start, start + Number(size));
        }
        assert.deepEqual(listed, members);
      },
    ),
    20,
  );
});
