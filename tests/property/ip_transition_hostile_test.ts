import assert from "node:assert/strict";
import fc from "fast-check";
import type { Address } from "../../lib/ip/address.ts";
import { eui64, slaac } from "../../lib/ip/interface_id.ts";
import { multicast, scope, solicitedNode } from "../../lib/ip/multicast.ts";
import { subnet } from "../../lib/ip/subnet.ts";
import {
  dns64,
  dsLite,
  ipv4Compatible,
  ipv4Mapped,
  isatap,
  map,
  nat64,
  sixRd,
  sixToFour,
  teredo,
} from "../../lib/ip/transition/all.ts";
import { recognise } from "../../lib/ip/transition/recognise.ts";
import { address, mangled } from "./ip_arbitraries.ts";
import { besidePython, python } from "../python.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns: number) =>
  fc.assert(property, { numRuns });

/** Whether something threw what a user can act on. */
function refusesClearly(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    assert.ok(
      error instanceof TypeError || error instanceof RangeError ||
        error instanceof SyntaxError,
    );
    assert.match(error.message, /^Cannot .*(must|as an? |as hexa)/s);
    return true;
  }
}

Deno.test("texts with slips are taken as the address that they are, or refused clearly", () => {
  const domain = { prefix: "2001:db8::/32" };
  const rule = {
    ipv6Prefix: "2001:db8::/40",
    ipv4Prefix: "192.0.2.0/24",
    eaLength: 16,
  };
  check(
    fc.property(mangled(address.map(String)), (text) => {
      const outcomes = [
        () => ipv4Mapped.decode(text),
        () => ipv4Compatible.decode(text),
        () => sixToFour.decode(text),
        () => teredo.decode(text),
        () => isatap.decode(text),
        () => nat64.decode(text),
        () => dns64.decode(text),
        () => dsLite.decode(text),
        () => recognise(text),
        () => scope(text),
      ].map(refusesClearly);
      assert.equal(new Set(outcomes).size, 1, text);
      refusesClearly(() => sixRd.decode(text, domain));
      refusesClearly(() => map.decode(text, rule));
      refusesClearly(() => eui64(text));
      refusesClearly(() => slaac("2001:db8::/64", text));
      refusesClearly(() => solicitedNode(text));
    }),
    500,
  );
});

Deno.test("numbers that cannot be are refused clearly", () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(NaN, Infinity, -1, 2 ** 53, 0.5),
    fc.constantFrom(undefined, null, "1", {}, []),
  ).filter((value) =>
    !(Number.isInteger(value) && Number(value) >= 0)
  ) as fc.Arbitrary<number>;
  const endpoint = { server: "192.0.2.1", client: "192.0.2.1" };
  const rule = { ipv6Prefix: "2001:db8::/40", ipv4Prefix: "192.0.2.0/24" };
  check(
    fc.property(number, (value) => {
      const never = [
        () => teredo.encode({ ...endpoint, port: value }),
        () => map.decode("2001:db8::1", { ...rule, eaLength: value }),
        () => map.portSet(value, { psidLength: 8 }),
        () => map.portSet(0, { psidLength: value }),
        () => map.psidOf(value, { psidLength: 8 }),
      ];
      for (const act of never) {
        assert.ok(refusesClearly(act), `${act}: ${value}`);
      }
    }),
    200,
  );
});

Deno.test("a million records are taken in linear time", () => {
  const many = Array<Address>(1_000_000).fill(
    nat64.encode("192.0.0.170", { prefix: "2001:db8::/96" }),
  );
  assert.deepEqual(dns64.discover(many).map(String), [
    "2001:db8::/96",
  ]);
  assert.equal(dns64.encode({ a: [], aaaa: many }).length, 1_000_000);
});

/** Reads numbers of IPv6 addresses, writes what the module ipaddress makes of them. */
const PYTHON = `
import ipaddress, json, sys
def look(number):
    a = ipaddress.IPv6Address(int(number))
    text = lambda x: None if x is None else str(x)
    return {
        "mapped": text(a.ipv4_mapped),
        "sixToFour": text(a.sixtofour),
        "teredo": None if a.teredo is None else [str(x) for x in a.teredo],
        "multicast": a.is_multicast,
        "linkLocal": a.is_link_local,
        "siteLocal": a.is_site_local,
    }
json.dump([look(n) for n in json.load(sys.stdin)], sys.stdout)
`;

interface Opinion {
  readonly mapped: string | null;
  readonly sixToFour: string | null;
  readonly teredo: [server: string, client: string] | null;
  readonly multicast: boolean;
  readonly linkLocal: boolean;
  readonly siteLocal: boolean;
}

/** Addresses that Python knows something about, and others. */
const known = fc.tuple(
  address.filter(({ family }) => family === 6),
  fc.constantFrom(
    "2002::/16",
    "2001::/32",
    "::ffff:0:0/96",
    "ff00::/8",
    "fe80::/10",
    "fec0::/10",
    "::/0",
  ),
).map(([any, block]) => {
  const { network, prefixLength } = subnet(block);
  const rest = BigInt.asUintN(128 - prefixLength, any.toBigint());
  return network.offset(rest);
});

await besidePython(
  "Python sees the same mapped, 6to4, Teredo, multicast and link-local addresses",
  async (seed) => {
    const addresses = fc.sample(known, { seed, numRuns: 10_000 });
    const answers = await python<Opinion[]>(
      PYTHON,
      addresses.map((one) => `${one.toBigint()}`),
    );
    const seen = { mapped: 0, sixToFour: 0, teredo: 0, multicast: 0 };
    addresses.forEach((one, i) => {
      const theirs = answers[i]!;
      const shown = `${one}, seed ${seed}`;
      const text = (it: Address | undefined) =>
        it === undefined ? null : `${it}`;
      assert.equal(text(ipv4Mapped.decode(one)?.ipv4), theirs.mapped, shown);
      assert.equal(text(sixToFour.decode(one)?.ipv4), theirs.sixToFour, shown);
      const ends = teredo.decode(one);
      assert.deepEqual(
        ends === undefined ? null : [`${ends.server}`, `${ends.client}`],
        theirs.teredo,
        shown,
      );
      assert.equal(multicast(one) !== undefined, theirs.multicast, shown);
      const ours = scope(one);
      if (theirs.linkLocal) assert.equal(ours, "link-local", shown);
      if (theirs.siteLocal) assert.equal(ours, "site-local", shown);
      if (theirs.mapped !== null) seen.mapped++;
      if (theirs.sixToFour !== null) seen.sixToFour++;
      if (theirs.teredo !== null) seen.teredo++;
      if (theirs.multicast) seen.multicast++;
    });
    for (const [name, times] of Object.entries(seen)) {
      assert.ok(times > 500, `${name}: ${times} of 10000`);
    }
  },
);
