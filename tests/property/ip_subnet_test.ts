import assert from "node:assert/strict";
import fc from "fast-check";
import type { Address } from "../../lib/ip/address.ts";
import { type Subnet, subnet, trySubnet } from "../../lib/ip/subnet.ts";
import { address, mangled, subnets } from "./ip_arbitraries.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns = 2000) =>
  fc.assert(property, { numRuns });

/** The subnet as numbers, by arithmetic that shares nothing with lib/ip. */
function range(net: Subnet): [low: bigint, high: bigint] {
  const host = BigInt(net.network.bits - net.prefixLength);
  const low = (net.network.toBigint() >> host) << host;
  return [low, low + (1n << host) - 1n];
}

/** An address in the subnet, next to it, or anywhere. */
function near(net: Subnet): fc.Arbitrary<Address> {
  const [low, high] = range(net);
  const top = (1n << BigInt(net.network.bits)) - 1n;
  return fc.oneof(
    address,
    fc.bigInt(low, high).map((n) => net.network.offset(n - low)),
    fc.constantFrom(low - 1n, low, high, high + 1n)
      .filter((n) => n >= 0n && n <= top)
      .map((n) => net.network.offset(n - low)),
  );
}

Deno.test("formatting a subnet and parsing the text is the identity", () => {
  check(fc.property(subnets, (net) => {
    assert.deepEqual(subnet(net.toString()), net);
    if (net.family === 4) {
      assert.deepEqual(subnet(`${net.network}/${net.netmask}`), net);
    }
  }));
});

Deno.test("network and broadcast are the ends of the numeric range", () => {
  check(fc.property(subnets, (net) => {
    const [low, high] = range(net);
    assert.equal(net.network.toBigint(), low);
    assert.equal(net.broadcast.toBigint(), high);
    assert.equal(net.size, high - low + 1n);
    assert.equal(
      net.hostCount,
      net.last.toBigint() - net.first.toBigint() + 1n,
    );
    assert.equal(net.wildcard.toBigint(), high - low);
    const all = (1n << BigInt(net.network.bits)) - 1n;
    assert.equal(net.netmask.toBigint(), all - (high - low));
  }));
});

Deno.test("contains() agrees with the numeric range, for addresses and texts", () => {
  const pair = subnets.chain((net) => fc.tuple(fc.constant(net), near(net)));
  check(
    fc.property(pair, ([net, a]) => {
      const [low, high] = range(net);
      const n = a.toBigint();
      const inside = a.family === net.family && n >= low && n <= high;
      assert.equal(net.contains(a), inside);
      assert.equal(net.contains(`${a}`), inside);
    }),
    5000,
  );
});

Deno.test("contains() and overlaps() of subnets agree with their ranges", () => {
  const pair = subnets.chain((a) =>
    fc.tuple(
      fc.constant(a),
      fc.oneof(
        subnets,
        fc.tuple(near(a), fc.nat(128)).map(([base, n]) =>
          subnet(base, n % (base.bits + 1), { hostBits: "clear" })
        ),
      ),
    )
  );
  check(
    fc.property(pair, ([a, b]) => {
      const [[lowA, highA], [lowB, highB]] = [range(a), range(b)];
      const same = a.family === b.family;
      assert.equal(a.contains(b), same && lowA <= lowB && highB <= highA);
      assert.equal(a.overlaps(b), same && lowA <= highB && lowB <= highA);
      assert.equal(b.overlaps(a), a.overlaps(b));
    }),
    5000,
  );
});

Deno.test("split() covers the subnet exactly: no gap, no overlap, nothing beyond", () => {
  const cut = subnets.chain((net) =>
    fc.tuple(
      fc.constant(net),
      fc.nat(Math.min(8, net.network.bits - net.prefixLength)),
    )
  );
  check(
    fc.property(cut, ([net, more]) => {
      const parts = net.split(net.prefixLength + more);
      const [low, high] = range(net);
      let from = low;
      let index = 0;
      for (const part of parts) {
        const [partLow, partHigh] = range(part);
        assert.equal(partLow, from);
        assert.equal(part.prefixLength, net.prefixLength + more);
        assert.deepEqual(parts.at(index++), part);
        from = partHigh + 1n;
      }
      assert.equal(from, high + 1n);
      assert.equal(BigInt(index), parts.length);
    }),
    500,
  );
});

Deno.test("any part of any split is inside, and its parent at that length is the subnet", () => {
  const cut = subnets.chain((net) =>
    fc.tuple(
      fc.constant(net),
      fc.integer({ min: net.prefixLength, max: net.network.bits }),
      fc.bigInt(0n, (1n << 128n) - 1n),
    )
  );
  check(fc.property(cut, ([net, length, random]) => {
    const parts = net.split(length);
    const part = parts.at(random % parts.length)!;
    assert.ok(net.contains(part));
    assert.deepEqual(part.parent(net.prefixLength), net);
    const [low] = range(net);
    const step = 1n << BigInt(net.network.bits - length);
    assert.equal(
      part.network.toBigint(),
      low + (random % parts.length) * step,
    );
  }));
});

Deno.test("hosts() runs from first to last in steps of one", () => {
  const pair = fc.tuple(subnets, fc.bigInt(0n, (1n << 128n) - 1n));
  check(fc.property(pair, ([net, random]) => {
    const hosts = net.hosts();
    const index = random % hosts.length;
    const host = hosts.at(index)!;
    assert.equal(host.toBigint(), net.first.toBigint() + index);
    assert.ok(net.contains(host));
    assert.deepEqual(hosts.at(-1), net.last);
    assert.equal(hosts.at(hosts.length), undefined);
  }));
});

Deno.test("compare() orders as network number, then prefix length", () => {
  check(fc.property(subnets, subnets, (a, b) => {
    const key = (net: Subnet) => [
      BigInt(net.family),
      net.network.toBigint(),
      BigInt(net.prefixLength),
    ];
    const at = key(a).findIndex((part, i) => part !== key(b)[i]);
    const want = at < 0 ? 0 : key(a)[at]! < key(b)[at]! ? -1 : 1;
    assert.equal(a.compare(b), want);
    assert.equal(a.equals(b), want === 0);
  }));
});

Deno.test("any text is a subnet or is refused, with host bits cleared or not", () => {
  const text = mangled(subnets.map(String));
  check(
    fc.property(text, (text) => {
      const strict = trySubnet(text);
      const clear = trySubnet(text, { hostBits: "clear" });
      if (strict !== undefined) assert.deepEqual(clear, strict);
      if (clear === undefined) {
        assert.throws(
          () => subnet(text),
          (error: Error & { offset: number }) => {
            assert.equal(error.name, "ParseError");
            return error.offset >= 0 && error.offset <= text.length;
          },
        );
      }
    }),
    5000,
  );
});

Deno.test("exclude() leaves all other addresses, in the fewest subnets", () => {
  check(fc.property(subnets, subnets, (net, other) => {
    const rest = net.exclude(other);
    const shared = net.overlaps(other)
      ? (net.contains(other) ? other : net)
      : undefined;
    const sum = rest.reduce((n, part) => n + part.size, 0n);
    assert.equal(sum, net.size - (shared?.size ?? 0n));
    for (const [i, part] of rest.entries()) {
      assert.ok(net.contains(part) && !part.overlaps(other));
      const after = rest[i + 1];
      if (after === undefined) continue;
      assert.ok(part.compare(after) < 0);
      assert.ok(!part.overlaps(after));
      const merges = part.prefixLength === after.prefixLength &&
        part.parent().equals(after.parent());
      assert.ok(!merges);
    }
  }));
});

Deno.test("exclude() of an inner subnet leaves one part a bit, and with it the whole", () => {
  check(fc.property(subnets, fc.nat(128), (net, n) => {
    const inner = subnet(
      net.broadcast,
      Math.min(net.prefixLength + n % 20, net.network.bits),
      { hostBits: "clear" },
    );
    const rest = net.exclude(inner);
    assert.equal(rest.length, inner.prefixLength - net.prefixLength);
  }));
});

Deno.test("splitInto() covers the subnet with so many parts of at most two sizes", () => {
  check(
    fc.property(subnets, fc.integer({ min: 1, max: 300 }), (net, n) => {
      if (BigInt(n) > net.size) return;
      const parts = net.splitInto(n);
      assert.equal(parts.length, n);
      assert.ok(parts[0]!.network.equals(net.network));
      assert.ok(parts.at(-1)!.broadcast.equals(net.broadcast));
      parts.reduce((a, b) => {
        assert.ok(a.adjacent(b) && b.adjacent(a));
        assert.ok(
          b.prefixLength === a.prefixLength ||
            b.prefixLength === a.prefixLength + 1,
        );
        return b;
      });
    }),
    300,
  );
});

Deno.test("randomHost() gives a host, also from poor randomness", () => {
  check(
    fc.property(
      subnets,
      fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
        maxLength: 20,
      }),
      (net, draws) => {
        let i = 0;
        const host = net.randomHost(() => draws[i++] ?? Math.random());
        assert.ok(net.contains(host));
        assert.ok(host.compare(net.first) >= 0 && host.compare(net.last) <= 0);
      },
    ),
  );
});
