// Plans held against a map of single addresses, which is filled by hand.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Address } from "../../lib/ip/address.ts";
import { type Need, type Plan, plan } from "../../lib/ip/plan/plan.ts";
import { type Subnet, subnet } from "../../lib/ip/subnet.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns = 400) =>
  fc.assert(property, { numRuns });

/** A space with so many host bits, in either family. */
const spaces = (most: number) =>
  fc.tuple(fc.nat(most), fc.constantFrom(4, 6), fc.bigInt(0n, 2n ** 128n))
    .map(([bits, family, n]) => {
      const width = family === 4 ? 32 : 128;
      const base = BigInt.asUintN(width, n);
      return subnet(
        Address.fromBigint(base, family as 4 | 6),
        width - bits,
        { hostBits: "clear" },
      );
    });

interface Case {
  readonly within: Subnet;
  readonly needs: readonly Need[];
}

/** Needs of sizes up to the space's, some of them fixed where there is room. */
const cases = (mostBits: number, mostNeeds: number): fc.Arbitrary<Case> =>
  fc.tuple(
    spaces(mostBits),
    fc.array(
      fc.tuple(fc.nat(mostBits), fc.nat(3), fc.nat(2 ** mostBits)),
      { minLength: 1, maxLength: mostNeeds },
    ),
  ).map(([within, wants]) => {
    const map = new Map<bigint, string>();
    const needs = wants.map(([want, kind, place], i): Need => {
      const name = `n${i}`;
      const bits = Math.min(want, hostBits(within));
      const prefixLength = within.network.bits - bits;
      const at = within.split(prefixLength).at(
        place % 2 ** (hostBits(within) - bits),
      )!;
      const [low, high] = ends(at);
      if (kind > 0 || !isFree(map, low, high)) return { name, prefixLength };
      take(map, low, high, name);
      return { name, at };
    });
    return { within, needs };
  });

function hostBits(net: Subnet): number {
  return net.network.bits - net.prefixLength;
}

function ends(net: Subnet): [low: bigint, high: bigint] {
  const low = net.network.toBigint();
  return [low, low + 2n ** BigInt(hostBits(net)) - 1n];
}

function isFree(map: Map<bigint, string>, low: bigint, high: bigint): boolean {
  for (let n = low; n <= high; n++) if (map.has(n)) return false;
  return true;
}

function take(
  map: Map<bigint, string>,
  low: bigint,
  high: bigint,
  name: string,
): void {
  for (let n = low; n <= high; n++) map.set(n, name);
}

function attempt({ within, needs }: Case): Plan | RangeError {
  try {
    return plan(within, needs);
  } catch (error) {
    assert.ok(error instanceof RangeError, `${error}`);
    return error;
  }
}

function fitting(most: number, needs: number): fc.Arbitrary<[Case, Plan]> {
  return cases(most, needs).map((one): [Case, Plan | RangeError] => [
    one,
    attempt(one),
  ]).filter((pair): pair is [Case, Plan] => !(pair[1] instanceof RangeError));
}

Deno.test("allocations and what is left share the space out exactly", () => {
  check(fc.property(fitting(10, 12), ([{ within, needs }, plan]) => {
    const all = [
      ...plan.allocations.map(({ subnet }) => subnet),
      ...plan.leftover,
    ]
      .map(ends).sort(([a], [b]) => a < b ? -1 : 1);
    let next = ends(within)[0];
    for (const [low, high] of all) {
      assert.equal(low, next, "neither a gap nor an overlap");
      next = high + 1n;
    }
    assert.equal(next, ends(within)[1] + 1n);
    assert.equal(plan.allocations.length, needs.length);
    const free = plan.leftover.reduce((sum, net) => sum + net.size, 0n);
    assert.equal(plan.free, free);
    const used = Number(within.size - free) / Number(within.size);
    assert.ok(Math.abs(plan.utilisation - used) < 1e-12);
  }));
});

Deno.test("what is left is in as few blocks as can be, in order", () => {
  check(fc.property(fitting(10, 12), ([, { leftover }]) => {
    leftover.slice(1).forEach((net, i) => {
      const before = leftover[i]!;
      assert.ok(before.compare(net) < 0);
      assert.ok(
        before.prefixLength !== net.prefixLength || net.prefixLength === 0 ||
          !before.parent().equals(net.parent()),
        `${before} and ${net} are halves of one`,
      );
    });
  }));
});

Deno.test("every need gets the place that a list by size and a map would give", () => {
  check(fc.property(fitting(8, 12), ([{ within, needs }, plan]) => {
    const map = new Map<bigint, string>();
    for (const { name, at } of needs) {
      if (at !== undefined) take(map, ...ends(subnet(at)), name);
    }
    const bySize = needs.filter(({ at }) => at === undefined)
      .toSorted((a, b) => a.prefixLength! - b.prefixLength!);
    for (const { name, prefixLength } of bySize) {
      const size = 2n ** BigInt(within.network.bits - prefixLength!);
      let low = ends(within)[0];
      while (!isFree(map, low, low + size - 1n)) low += size;
      take(map, low, low + size - 1n, name);
      const got = plan.find(name)!.subnet;
      assert.equal(got.prefixLength, prefixLength);
      assert.equal(got.network.toBigint(), low);
    }
    for (const { name, at } of needs) {
      if (at !== undefined) assert.ok(plan.find(name)!.subnet.equals(at));
    }
  }));
});

/** Whether the sizes fit into a map of so many addresses, by trying all ways. */
function canFit(taken: readonly boolean[], sizes: readonly number[]): boolean {
  const [size, ...rest] = sizes;
  if (size === undefined) return true;
  for (let low = 0; low + size <= taken.length; low += size) {
    if (taken.slice(low, low + size).includes(true)) continue;
    const next = taken.map((is, n) => is || (n >= low && n < low + size));
    if (canFit(next, rest)) return true;
  }
  return false;
}

Deno.test("a plan is refused only if no way of placing its needs is left", () => {
  let refused = 0;
  check(
    fc.property(cases(4, 7), (one) => {
      const { within, needs } = one;
      const taken = new Array<boolean>(2 ** hostBits(within)).fill(false);
      const sizes: number[] = [];
      for (const { at, prefixLength } of needs) {
        if (at === undefined) {
          sizes.push(2 ** (within.network.bits - prefixLength!));
        } else {
          const [low, high] = ends(subnet(at)).map((n) =>
            Number(n - ends(within)[0])
          );
          taken.fill(true, low, high! + 1);
        }
      }
      // Small ones first: not the order of the plan.
      sizes.sort((a, b) => a - b);
      const done = attempt(one);
      assert.equal(!(done instanceof RangeError), canFit(taken, sizes));
      if (done instanceof RangeError) refused++;
    }),
    300,
  );
  assert.ok(refused > 20, `${refused} refused`);
});

Deno.test("the space that a refusal advises holds all, and half of it does not", () => {
  let advised = 0;
  check(fc.property(cases(8, 10), (one) => {
    const { within, needs } = one;
    const error = attempt(one);
    if (!(error instanceof RangeError)) return;
    const length = /as a \/(\d+) would hold all$/.exec(error.message)?.[1];
    if (length === undefined) {
      assert.match(error.message, /Not even a \/0 would hold all$/);
      return;
    }
    advised++;
    const larger = within.parent(Number(length));
    assert.ok(error.message.includes(`Try: ${larger},`));
    plan(larger, needs);
    if (larger.prefixLength + 1 < within.prefixLength) {
      const half = within.parent(larger.prefixLength + 1);
      assert.throws(() => plan(half, needs), RangeError);
    }
    const [, name] = /: ("n\d+") needs/.exec(error.message)!;
    assert.ok(needs.some((need) => JSON.stringify(need.name) === name));
  }));
  assert.ok(advised > 20, `${advised} advised`);
});

Deno.test("an allocation grows to the largest block without another", () => {
  check(fc.property(fitting(8, 8), ([{ within }, { allocations }]) => {
    for (const { subnet: own, growsTo } of allocations) {
      let largest = own;
      for (let n = own.prefixLength; n >= within.prefixLength; n--) {
        const [low, high] = ends(own.parent(n));
        const met = allocations.some(({ subnet: other }) =>
          other !== own && ends(other)[0] <= high && ends(other)[1] >= low
        );
        if (!met) largest = own.parent(n);
      }
      assert.ok(
        growsTo.equals(largest),
        `${own} to ${growsTo}, not ${largest}`,
      );
    }
  }));
});

Deno.test("a need of hosts gets the smallest subnet that holds them and their growth", () => {
  const hosts = fc.oneof(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 70_000 }),
  );
  const percent = fc.integer({ min: 0, max: 400 });
  const longest = fc.constantFrom(undefined, 24, 29, 30, 31, 32);
  check(
    fc.property(hosts, percent, longest, (hosts, percent, longestPrefix) => {
      const need = { name: "a", hosts, growth: percent / 100 };
      const [got] = plan("10.0.0.0/8", [need], { longestPrefix }).allocations;
      const wanted = hosts + Math.ceil(hosts * percent / 100 - 1e-9);
      const capacity = (bits: number) => bits < 2 ? 2 ** bits : 2 ** bits - 2;
      let bits = 32 - (longestPrefix ?? 30);
      while (capacity(bits) < wanted) bits++;
      assert.equal(got!.subnet.prefixLength, 32 - bits);
      assert.equal(got!.planned, BigInt(wanted));
      assert.equal(got!.capacity, BigInt(capacity(bits)));
      assert.equal(got!.spare, BigInt(capacity(bits) - hosts));
      assert.equal(got!.utilisation, hosts / capacity(bits));
    }),
  );
});

Deno.test("adding needs keeps every subnet, and is a plan of all of them", () => {
  const extra = fc.array(fc.nat(4), { minLength: 1, maxLength: 4 });
  let added = 0;
  check(fc.property(fitting(9, 6), extra, ([{ within }, before], bits) => {
    const needs = bits.map((n, i): Need => ({
      name: `x${i}`,
      prefixLength: within.network.bits - Math.min(n, hostBits(within)),
    }));
    let after: Plan;
    try {
      after = before.add(needs);
    } catch (error) {
      assert.ok(error instanceof RangeError);
      return;
    }
    added++;
    for (const old of before.allocations) {
      assert.ok(after.find(old.name)!.subnet.equals(old.subnet));
    }
    assert.equal(
      after.allocations.length,
      before.allocations.length + bits.length,
    );
    assert.deepEqual(
      after.needs.map(({ name }) => name),
      [...before.needs, ...needs].map(({ name }) => name),
    );
  }));
  assert.ok(added > 50, `${added} added`);
});

Deno.test("the same needs give the same plan, whatever the order of unequal ones", () => {
  check(
    fc.property(
      fitting(9, 8),
      fc.infiniteStream(fc.nat()),
      ([{ within, needs }, plan1], stream) => {
        const shuffled = needs.map((need) =>
          [stream.next().value!, need] as const
        )
          .sort(([a], [b]) => a - b).map(([, need]) => need);
        const same = JSON.stringify(plan(within, needs));
        assert.equal(same, JSON.stringify(plan1));
        const lay = (p: Plan) =>
          p.allocations.map(({ subnet }) => `${subnet}`).join();
        assert.equal(lay(plan(within, shuffled)), lay(plan1));
      },
    ),
  );
});
