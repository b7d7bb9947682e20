import assert from "node:assert/strict";
import fc from "fast-check";
import { Address } from "../../lib/ip/address.ts";
import { eui64, macOf, slaac } from "../../lib/ip/interface_id.ts";
import { multicast, scope, solicitedNode } from "../../lib/ip/multicast.ts";
import { Subnet, subnet } from "../../lib/ip/subnet.ts";
import * as transition from "../../lib/ip/transition/all.ts";
import { recognise } from "../../lib/ip/transition/recognise.ts";
import { address, zoned } from "./ip_arbitraries.ts";

const { map, nat64, sixRd, sixToFour, teredo, isatap, xlat464 } = transition;
const { ipv4Mapped, ipv4Compatible, dns64, dsLite } = transition;

const check = (property: fc.IRawProperty<unknown>, numRuns = 1000) =>
  fc.assert(property, { numRuns });

const ipv4 = fc.integer().map((w3) => new Address(4, 0, 0, 0, w3));
const ipv6 = fc.oneof(
  fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer())
    .map((words) => new Address(6, ...words)),
  address.filter(({ family }) => family === 6),
);
const interfaceId = fc.tuple(fc.integer(), fc.integer())
  .map(([w2, w3]) => new Address(6, 0, 0, w2, w3));
const subnetOf = (base: Address, length: number) =>
  subnet(base, length, { hostBits: "clear" });
const subnet6 = (least: number, most: number) =>
  fc.tuple(ipv6, fc.integer({ min: least, max: most }))
    .map(([base, length]) => subnetOf(base, length));
const allow = { nonGlobal: "allow" } as const;

/** A translator's prefix of any of the six lengths, bits 64 to 71 zero. */
const pref64 = fc.tuple(ipv6, fc.constantFrom(32, 40, 48, 56, 64, 96))
  .map(([{ w0, w1, w2 }, length]) =>
    subnetOf(new Address(6, w0, w1, w2 & 0xffffff, 0), length)
  );

Deno.test("ipv4Mapped and ipv4Compatible give every IPv4 address back", () => {
  check(fc.property(ipv4, (one) => {
    assert.deepEqual(ipv4Mapped.decode(ipv4Mapped.encode(one)), { ipv4: one });
    if (one.w3 >>> 24 === 0) return;
    const compatible = ipv4Compatible.encode(one);
    assert.deepEqual(ipv4Compatible.decode(compatible), { ipv4: one });
  }));
});

Deno.test("sixToFour gives every part back, and every address in 2002::/16", () => {
  check(fc.property(ipv4, fc.nat(0xffff), interfaceId, (one, subnetId, id) => {
    const made = sixToFour.encode(one, { subnetId, interfaceId: id, ...allow });
    assert.deepEqual(sixToFour.decode(made), {
      ipv4: one,
      subnetId,
      interfaceId: id,
    });
    assert.ok(sixToFour.site(one, allow).contains(made));
    assert.equal(
      made.toBigint(),
      0x2002n << 112n | one.toBigint() << 80n | BigInt(subnetId) << 64n |
        id.toBigint(),
    );
  }));
});

const endpoint = fc.record({
  server: ipv4,
  client: ipv4,
  port: fc.nat(0xffff),
  cone: fc.boolean(),
  universal: fc.boolean(),
  group: fc.boolean(),
  random: fc.nat(0xfff),
}, { noNullPrototype: true });

Deno.test("teredo gives every part back, and every address but its unused bit", () => {
  check(fc.property(endpoint, (parts) => {
    const { flags, ...back } = teredo.decode(teredo.encode(parts, allow))!;
    assert.deepEqual(back, parts);
    assert.equal(flags >>> 15 === 1, parts.cone);
  }));
  check(fc.property(ipv6, ({ w1, w2, w3 }) => {
    const any = new Address(6, 0x20010000, w1, w2 & ~0x40000000, w3);
    assert.deepEqual(teredo.encode(teredo.decode(any)!, allow), any);
  }));
});

Deno.test("isatap gives every part back", () => {
  const prefix = subnet6(64, 64).filter(({ network }) =>
    network.w0 >>> 24 !== 0xff
  );
  check(fc.property(ipv4, prefix, fc.boolean(), (one, prefix, universal) => {
    const made = isatap.encode(one, { prefix, universal });
    assert.deepEqual(isatap.decode(made), { ipv4: one, prefix, universal });
  }));
});

/** RFC 6052 §2.3 by the letter: cut out bits 64 to 71, then 32 bits follow the prefix. */
function rfc6052(made: Address, prefixLength: number): [bigint, bigint] {
  const number = made.toBigint();
  if (prefixLength === 96) return [BigInt.asUintN(32, number), 0n];
  const cut = (number >> 64n) << 56n | BigInt.asUintN(56, number);
  const after = 120 - prefixLength;
  return [
    BigInt.asUintN(32, cut >> BigInt(after - 32)),
    BigInt.asUintN(after - 32, cut),
  ];
}

Deno.test("nat64 gives address and suffix back under every prefix, as RFC 6052 §2.3 computes them", () => {
  check(
    fc.property(ipv4, pref64, fc.bigInt(0n, 2n ** 56n), (one, prefix, n) => {
      const room = prefix.prefixLength === 96 ? 0 : 88 - prefix.prefixLength;
      const suffix = Address.fromBigint(BigInt.asUintN(room, n), 6);
      const made = nat64.encode(one, { prefix, suffix, ...allow });
      assert.deepEqual(nat64.decode(made, { prefix }), {
        ipv4: one,
        prefix,
        suffix,
      });
      assert.deepEqual(rfc6052(made, prefix.prefixLength), [
        one.toBigint(),
        suffix.toBigint(),
      ]);
      assert.ok(prefix.contains(made));
      assert.equal(made.toBytes()[8], 0);
    }),
    2000,
  );
});

Deno.test("dns64 gives every A record back, and discovers every prefix from both addresses", () => {
  check(fc.property(ipv4, pref64, (one, prefix) => {
    const options = { prefixes: [prefix] };
    const [made] = dns64.encode({ a: [one] }, { ...options, ...allow });
    assert.ok(dns64.decode(made!, options)?.ipv4.equals(one));
    const both = dns64.encode(
      { a: ["192.0.0.170", "192.0.0.171"] },
      options,
    );
    assert.ok(
      dns64.discover(both).some((found) => found.equals(prefix)),
      `${prefix}`,
    );
  }));
});

Deno.test("xlat464 gives every flow back", () => {
  const apart = fc.tuple(pref64, pref64).filter(([a, b]) => !a.overlaps(b));
  check(fc.property(ipv4, ipv4, apart, (source, destination, [clat, plat]) => {
    const translators = { clat, plat, ...allow };
    const carried = xlat464.encode({ source, destination }, translators);
    assert.deepEqual(xlat464.decode(carried, translators), {
      source,
      destination,
    });
  }));
});

Deno.test("dsLite gives every role back", () => {
  for (const role of ["b4", "aftr"] as const) {
    assert.equal(dsLite.decode(dsLite.encode(role))?.role, role);
  }
});

Deno.test("sixRd gives every customer back, from any address in its prefix", () => {
  const domain = fc.tuple(ipv4, fc.nat(32)).chain(([base, common]) =>
    fc.record({
      prefix: subnet6(0, 96 + common),
      ipv4Prefix: fc.constant(subnetOf(base, common)),
    })
  );
  check(fc.property(domain, ipv4, ipv6, (domain, any, noise) => {
    const { prefix, ipv4Prefix } = domain;
    const mask = ipv4Prefix.netmask.w3;
    const one = new Address(
      4,
      0,
      0,
      0,
      ipv4Prefix.network.w3 | any.w3 & ~mask,
    );
    const delegated = sixRd.encode(one, domain);
    assert.deepEqual(sixRd.decode(delegated, domain), {
      ipv4: one,
      delegated,
    });
    // The RFC's arithmetic: prefix, then what the customers do not share.
    const carried = BigInt(32 - ipv4Prefix.prefixLength);
    assert.equal(
      delegated.network.toBigint() >> BigInt(128 - delegated.prefixLength),
      prefix.network.toBigint() >> BigInt(128 - prefix.prefixLength) <<
          carried | BigInt.asUintN(Number(carried), one.toBigint()),
    );
    const host = BigInt(128 - delegated.prefixLength);
    const inside = delegated.network.offset(
      BigInt.asUintN(Number(host), noise.toBigint()),
    );
    assert.ok(sixRd.decode(inside, domain)?.ipv4.equals(one));
  }));
});

/** A rule that adds up, and a customer in it. */
const mapCase = fc.tuple(ipv4, fc.nat(32), fc.nat(15)).chain(
  ([base, length, psidOffset]) =>
    fc.tuple(
      fc.nat(Math.min(48, 32 - length + 16 - psidOffset)),
      fc.nat(64),
      ipv6,
      fc.nat(0xffff),
      ipv4,
    ).map(([eaLength, n, base6, number, any]) => {
      const ipv4Prefix = subnetOf(base, length);
      const psidLength = Math.max(0, eaLength - 32 + length);
      return {
        rule: {
          ipv6Prefix: subnetOf(base6, Math.min(n, 128 - eaLength)),
          ipv4Prefix,
          eaLength,
          psidOffset,
        },
        psid: number % 2 ** psidLength,
        psidLength,
        one: new Address(
          4,
          0,
          0,
          0,
          ipv4Prefix.network.w3 | any.w3 & ~ipv4Prefix.netmask.w3,
        ),
      };
    }),
);

Deno.test("map gives every customer back, by PSID and by each of its ports", () => {
  check(
    fc.property(mapCase, ({ rule, psid, psidLength, one }) => {
      const made = map.encode({ ipv4: one, psid }, rule);
      const found = map.decode(made, rule)!;
      assert.ok(found.ipv4Prefix.contains(one));
      assert.equal(found.psid, psid);
      assert.equal(found.psidLength, psidLength);
      assert.deepEqual(found.address, made);
      assert.deepEqual(map.decode(found.ipv6Prefix, rule), found);
      for (const { first, last } of [found.ports.at(0)!, found.ports.at(-1)!]) {
        for (const port of [first, last]) {
          assert.deepEqual(map.encode({ ipv4: one, port }, rule), made);
        }
      }
      // RFC 7597 §5.2 and §6: rule prefix, address suffix, PSID; 16 zeros,
      // address, PSID, as far as the prefix does not cover them.
      const { ipv6Prefix, ipv4Prefix, eaLength } = rule;
      const length = ipv6Prefix.prefixLength + eaLength;
      const suffix = Math.min(eaLength, 32 - ipv4Prefix.prefixLength);
      const embedded = BigInt.asUintN(
        suffix,
        one.toBigint() >> BigInt(32 - ipv4Prefix.prefixLength - suffix),
      );
      const prefix = ipv6Prefix.network.toBigint() | (
            embedded << BigInt(psidLength) | BigInt(psid)
          ) << BigInt(128 - length);
      const id = found.ipv4.toBigint() << 16n | BigInt(psid);
      assert.equal(made.toBigint(), prefix | BigInt.asUintN(128 - length, id));
    }),
    500,
  );
});

Deno.test("the port sets of all PSIDs share out the ports from the first usable one", () => {
  for (let a = 0; a <= 15; a++) {
    for (let k = 0; k <= 16 - a; k++) {
      const bits = { psidOffset: a, psidLength: k };
      const owner = new Int32Array(65_536).fill(-1);
      for (let psid = 0; psid < 2 ** k; psid++) {
        for (const { first, last } of map.portSet(psid, bits)) {
          for (let port = first; port <= last; port++) {
            if (owner[port] !== -1) {
              assert.fail(`port ${port} twice, a=${a} k=${k}`);
            }
            owner[port] = psid;
          }
        }
      }
      // An address that is not shared has all ports.
      const usable = a === 0 || k === 0 ? 0 : 2 ** (16 - a);
      assert.equal(owner.findIndex((psid) => psid >= 0), usable);
      assert.equal(owner.lastIndexOf(-1), usable - 1);
      for (const port of [0, usable, usable + 1, 40_000, 65_535]) {
        const expected = owner[port]! < 0 ? undefined : owner[port];
        assert.equal(map.psidOf(port, bits), expected);
      }
    }
  }
});

Deno.test("macOf() gives every station's MAC back, wherever the identifier goes", () => {
  const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((octets) => {
    octets[0]! &= 0xfe;
    return octets;
  });
  const link = subnet6(64, 64).filter(({ network }) =>
    network.w0 >>> 24 !== 0xff
  );
  check(fc.property(mac, link, (octets, prefix) => {
    const text = octets.toHex().match(/../g)!.join(":");
    assert.equal(`${macOf(eui64(octets))}`, text);
    assert.equal(`${macOf(slaac(prefix, text))}`, text);
    assert.ok(prefix.contains(slaac(prefix, octets)));
  }));
});

Deno.test("an address is multicast or can be solicited, and recognise() takes both", () => {
  check(fc.property(fc.oneof(ipv6, zoned), (one) => {
    const group = multicast(one);
    assert.equal(group !== undefined, one.toBytes()[0] === 0xff);
    if (group === undefined) {
      assert.equal(scope(solicitedNode(one)), "link-local");
    }
    for (const { text, source } of recognise(one)) {
      assert.ok(!/undefined|NaN|object/.test(text) && source.startsWith("RFC"));
    }
  }));
});

Deno.test("a Subnet given where its text may stand makes no difference", () => {
  check(
    fc.property(pref64, ipv4, (prefix, one) => {
      assert.ok(prefix instanceof Subnet);
      assert.deepEqual(
        nat64.encode(one, { prefix, ...allow }),
        nat64.encode(`${one}`, { prefix: `${prefix}`, ...allow }),
      );
    }),
    100,
  );
});
