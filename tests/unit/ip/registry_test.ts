import assert from "node:assert/strict";
import {
  registry,
  type RegistryEntry,
} from "../../../lib/ip/registry/registry.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

/**
 * Both registries as IANA publishes them (CSV of 2025-10-09, without names and
 * footnotes): block, RFCs, allocated, terminated, then source, destination,
 * forwardable, globally reachable, reserved by protocol.
 */
const IANA = `
0.0.0.0/8 791 1981-09 N/A True False False False True
0.0.0.0/32 1122 1981-09 N/A True False False False True
10.0.0.0/8 1918 1996-02 N/A True True True False False
100.64.0.0/10 6598 2012-04 N/A True True True False False
127.0.0.0/8 1122 1981-09 N/A False False False False True
169.254.0.0/16 3927 2005-05 N/A True True False False True
172.16.0.0/12 1918 1996-02 N/A True True True False False
192.0.0.0/24 6890 2010-01 N/A False False False False False
192.0.0.0/29 7335 2011-06 N/A True True True False False
192.0.0.8/32 7600 2015-03 N/A True False False False False
192.0.0.9/32 7723 2015-10 N/A True True True True False
192.0.0.10/32 8155 2017-02 N/A True True True True False
192.0.0.170/32 8880,7050 2013-02 N/A False False False False True
192.0.0.171/32 8880,7050 2013-02 N/A False False False False True
192.0.2.0/24 5737 2010-01 N/A False False False False False
192.31.196.0/24 7535 2014-12 N/A True True True True False
192.52.193.0/24 7450 2014-12 N/A True True True True False
192.88.99.0/24 7526 2001-06 2015-03 - - - - -
192.88.99.2/32 6751 2012-10 N/A True True True False False
192.168.0.0/16 1918 1996-02 N/A True True True False False
192.175.48.0/24 7534 1996-01 N/A True True True True False
198.18.0.0/15 2544 1999-03 N/A True True True False False
198.51.100.0/24 5737 2010-01 N/A False False False False False
203.0.113.0/24 5737 2010-01 N/A False False False False False
240.0.0.0/4 1112 1989-08 N/A False False False False True
255.255.255.255/32 8190,919 1984-10 N/A False True False False True
::1/128 4291 2006-02 N/A False False False False True
::/128 4291 2006-02 N/A True False False False True
::ffff:0:0/96 4291 2006-02 N/A False False False False True
64:ff9b::/96 6052 2010-10 N/A True True True True False
64:ff9b:1::/48 8215 2017-06 N/A True True True False False
100::/64 6666 2012-06 N/A True True True False False
100:0:0:1::/64 9780 2025-04 N/A True False False False False
2001::/23 2928 2000-09 N/A False False False False False
2001::/32 4380,8190 2006-01 N/A True True True N/A False
2001:1::1/128 7723 2015-10 N/A True True True True False
2001:1::2/128 8155 2017-02 N/A True True True True False
2001:1::3/128 9665 2024-04 N/A True True True True False
2001:2::/48 5180 2008-04 N/A True True True False False
2001:3::/32 7450 2014-12 N/A True True True True False
2001:4:112::/48 7535 2014-12 N/A True True True True False
2001:10::/28 4843 2007-03 2014-03 - - - - -
2001:20::/28 7343 2014-07 N/A True True True True False
2001:30::/28 9374 2022-12 N/A True True True True False
2001:db8::/32 3849 2004-07 N/A False False False False False
2002::/16 3056 2001-02 N/A True True True N/A False
2620:4f:8000::/48 7534 2011-05 N/A True True True True False
3fff::/20 9637 2024-07 N/A False False False False False
5f00::/16 9602 2024-04 N/A True True True False False
fc00::/7 4193,8190 2005-10 N/A True True True False False
fe80::/10 4291 2006-02 N/A True True False False True
`.trim().split("\n");

const special = registry().filter((entry) =>
  entry.registry === "special-purpose"
);

function found(prefix: string): RegistryEntry | undefined {
  return registry().find((entry) => entry.prefix.equals(prefix));
}

for (const row of IANA) {
  const [block = "", rfcs, allocated, terminated, ...cells] = row.split(" ");
  Deno.test(`registry() has ${block} as IANA has it`, () => {
    const entry = special.find(({ prefix }) => prefix.equals(block));
    assert.ok(entry);
    const numbers = entry.rfcs.map((rfc) => /^RFC (\d+)/.exec(rfc)?.[1]);
    assert.equal(numbers.join(","), rfcs);
    assert.equal(entry.allocated, allocated);
    assert.equal(entry.terminated ?? "N/A", terminated);
    const { source, destination, forwardable } = entry;
    const { globallyReachable, reservedByProtocol } = entry;
    assert.deepEqual(
      [source, destination, forwardable, globallyReachable, reservedByProtocol],
      cells.map((cell) => ({ True: true, False: false })[cell]),
    );
  });
}

Deno.test("registry() has the special-purpose blocks and no more", () => {
  assert.equal(special.length, IANA.length);
});

Deno.test("registry() is in order and has no block twice", () => {
  const all = registry();
  for (let i = 1; i < all.length; i++) {
    assert.equal(all[i - 1]!.prefix.compare(all[i]!.prefix), -1);
  }
});

Deno.test("registry() holds every address of both families", () => {
  for (const [whole, size] of [["0.0.0.0/0", 32n], ["::/0", 128n]] as const) {
    let covered = 0n;
    let outer = subnet(whole);
    for (const { prefix } of registry()) {
      const nested = outer.prefixLength > 0 && outer.contains(prefix);
      if (nested || !subnet(whole).contains(prefix)) continue;
      outer = prefix;
      covered += prefix.size;
    }
    assert.equal(covered, 1n << size);
  }
});

Deno.test("registry() has the twenty blocks of the IPv6 address space", () => {
  const blocks =
    "::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 2000::/3 4000::/3 6000::/3 8000::/3 a000::/3 c000::/3 e000::/4 f000::/5 f800::/6 fc00::/7 fe00::/9 fe80::/10 fec0::/10 ff00::/8";
  for (const block of blocks.split(" ")) assert.ok(found(block), block);
});

Deno.test("registry() says a name, a meaning and good references everywhere", () => {
  for (const { prefix, name, meaning, rfcs } of registry()) {
    assert.match(name, /^\S.*\S$/, `${prefix}`);
    assert.match(meaning, /^[A-Z0-9].*\.$/, `${prefix}`);
    for (const rfc of rfcs) assert.match(rfc, /^RFC \d+( §[\d.]+)?$/);
  }
});

Deno.test("registry() writes groups of every scope out", () => {
  const mdns = registry().filter(({ name, prefix }) =>
    name === "mDNS" && prefix.family === 6
  );
  assert.equal(mdns.length, 16);
  assert.equal(`${mdns[2]!.prefix}`, "ff02::fb/128");
  assert.ok(found("ff3e::/96"));
});

Deno.test("registry() gives one list, which does not change", () => {
  assert.equal(registry(), registry());
  const all = registry() as RegistryEntry[];
  assert.throws(() => all.push(all[0]!), TypeError);
  assert.throws(() => {
    (all[0] as { name: string }).name = "mine";
  }, TypeError);
});

Deno.test("registry() goes into JSON", () => {
  const [first] = JSON.parse(JSON.stringify(registry()));
  assert.equal(first.prefix, "0.0.0.0/1");
  assert.equal(first.kind, "global");
});
