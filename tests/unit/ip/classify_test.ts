import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parse } from "../../../lib/ip/address.ts";
import { classify } from "../../../lib/ip/registry/classify.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

/** Address, kind, the block that says so, and whether it is globally reachable. */
const KINDS = `
0.0.0.0           unspecified     0.0.0.0/32           false
0.0.0.1           this-network    0.0.0.0/8            false
8.8.8.8           global          0.0.0.0/1            true
10.255.255.255    private         10.0.0.0/8           false
11.0.0.0          global          0.0.0.0/1            true
100.63.255.255    global          0.0.0.0/1            true
100.64.0.0        shared          100.64.0.0/10        false
100.128.0.0       global          0.0.0.0/1            true
127.255.255.254   loopback        127.0.0.0/8          false
128.0.0.0         global          128.0.0.0/2          true
169.254.1.1       link-local      169.254.0.0/16       false
172.15.255.255    global          128.0.0.0/2          true
172.31.255.255    private         172.16.0.0/12        false
172.32.0.0        global          128.0.0.0/2          true
192.0.0.0         protocol        192.0.0.0/29         false
192.0.0.7         protocol        192.0.0.0/29         false
192.0.0.8         dummy           192.0.0.8/32         false
192.0.0.9         anycast         192.0.0.9/32         true
192.0.0.10        anycast         192.0.0.10/32        true
192.0.0.11        protocol        192.0.0.0/24         false
192.0.0.170       translation     192.0.0.170/32       false
192.0.0.171       translation     192.0.0.171/32       false
192.0.0.172       protocol        192.0.0.0/24         false
192.0.2.1         documentation   192.0.2.0/24         false
192.31.196.1      anycast         192.31.196.0/24      true
192.52.193.1      anycast         192.52.193.0/24      true
192.88.99.1       deprecated      192.88.99.0/24       undefined
192.88.99.2       tunnel          192.88.99.2/32       false
192.168.0.1       private         192.168.0.0/16       false
192.175.48.1      anycast         192.175.48.0/24      true
198.19.255.255    benchmarking    198.18.0.0/15        false
198.51.100.1      documentation   198.51.100.0/24      false
203.0.113.255     documentation   203.0.113.0/24       false
223.255.255.255   global          192.0.0.0/3          true
240.0.0.1         reserved        240.0.0.0/4          false
255.255.255.254   reserved        240.0.0.0/4          false
255.255.255.255   broadcast       255.255.255.255/32   false
::                unspecified     ::/128               false
::1               loopback        ::1/128              false
::2               deprecated      ::/96                undefined
::192.0.2.1       deprecated      ::/96                undefined
::ffff:8.8.8.8    ipv4-mapped     ::ffff:0:0/96        false
64:ff9b::808:808  translation     64:ff9b::/96         true
64:ff9b:1::1      translation     64:ff9b:1::/48       false
64:ff9b:2::1      reserved        ::/8                 undefined
100::1            discard         100::/64             false
100:0:0:1::1      dummy           100:0:0:1::/64       false
100:0:0:2::1      reserved        100::/8              undefined
200::1            reserved        200::/7              undefined
2000::1           global          2000::/3             true
2001::1           tunnel          2001::/32            undefined
2001:1::1         anycast         2001:1::1/128        true
2001:1::2         anycast         2001:1::2/128        true
2001:1::3         anycast         2001:1::3/128        true
2001:1::4         protocol        2001::/23            false
2001:2::1         benchmarking    2001:2::/48          false
2001:2:1::1       protocol        2001::/23            false
2001:3::1         anycast         2001:3::/32          true
2001:4:112::1     anycast         2001:4:112::/48      true
2001:10::1        deprecated      2001:10::/28         undefined
2001:20::1        identifier      2001:20::/28         true
2001:3f::1        identifier      2001:30::/28         true
2001:40::1        protocol        2001::/23            false
2001:200::1       global          2000::/3             true
2001:db8::1       documentation   2001:db8::/32        false
2001:db9::1       global          2000::/3             true
2002:808:808::1   tunnel          2002::/16            undefined
2620:4f:8000::1   anycast         2620:4f:8000::/48    true
3ffe::1           deprecated      3ffe::/16            undefined
3fff:fff::1       documentation   3fff::/20            false
3fff:1000::1      global          2000::/3             true
4000::1           reserved        4000::/3             undefined
5f00::1           segment-routing 5f00::/16            false
fc00::1           unique-local    fc00::/8             false
fdff::1           unique-local    fd00::/8             false
fe00::1           reserved        fe00::/9             undefined
fe80::1           link-local      fe80::/10            false
febf::1           link-local      fe80::/10            false
fec0::1           deprecated      fec0::/10            undefined
`.trim().split("\n").map((line) => line.split(/\s+/));

for (const [text = "", kind, block, reachable] of KINDS) {
  Deno.test(`classify() knows that ${text} is ${kind}`, () => {
    const said = classify(text);
    assert.equal(said.kind, kind);
    assert.ok(said.prefix?.equals(block!), `${said.prefix}`);
    assert.equal(`${said.globallyReachable}`, reachable);
    assert.equal(said.entries[0]?.prefix, said.prefix);
    assert.equal(said.name, said.entries[0]?.name);
    assert.equal(said.straddles, false);
    assert.equal(said.multicastScope, undefined);
  });
}

/** Group, name, scope; forwardable and globally reachable follow from that. */
const GROUPS: [group: string, name: string, scope: string | undefined][] = [
  ["224.0.0.1", "All systems", "link-local"],
  ["224.0.0.2", "All routers", "link-local"],
  ["224.0.0.3", "Local network control", "link-local"],
  ["224.0.0.5", "OSPF routers", "link-local"],
  ["224.0.0.6", "OSPF designated routers", "link-local"],
  ["224.0.0.9", "RIPv2 routers", "link-local"],
  ["224.0.0.13", "PIM routers", "link-local"],
  ["224.0.0.18", "VRRP", "link-local"],
  ["224.0.0.22", "IGMPv3 reports", "link-local"],
  ["224.0.0.251", "mDNS", "link-local"],
  ["224.0.0.252", "LLMNR", "link-local"],
  ["224.0.1.1", "NTP", "global"],
  ["224.0.1.2", "Internetwork control", "global"],
  ["224.0.2.1", "Ad-hoc block I", "global"],
  ["224.0.255.255", "Ad-hoc block I", "global"],
  ["224.1.0.1", "Multicast, reserved", "reserved"],
  ["224.2.0.1", "SDP and SAP", "global"],
  ["224.4.255.255", "Ad-hoc block II", "global"],
  ["224.5.0.0", "Multicast, reserved", "reserved"],
  ["224.251.255.255", "Multicast, reserved", "reserved"],
  ["224.252.0.0", "DIS transient groups", "global"],
  ["225.0.0.0", "Multicast, reserved", "reserved"],
  ["231.255.255.255", "Multicast, reserved", "reserved"],
  ["232.1.2.3", "Source-specific multicast", "global"],
  ["233.251.255.255", "GLOP", "global"],
  ["233.252.0.1", "Documentation (MCAST-TEST-NET)", "global"],
  ["233.255.255.255", "Ad-hoc block III", "global"],
  ["234.1.2.3", "Unicast-prefix-based multicast", "global"],
  ["238.255.255.255", "Multicast, reserved", "reserved"],
  ["239.0.0.1", "Administratively scoped", "organization-local"],
  ["239.195.255.255", "Organization-local scope", "organization-local"],
  ["239.255.0.1", "Local scope", "local"],
  ["239.255.255.250", "SSDP (UPnP)", "local"],
  ["ff01::1", "All nodes", "interface-local"],
  ["ff02::1", "All nodes", "link-local"],
  ["ff02::2", "All routers", "link-local"],
  ["ff02::5", "OSPFv3 routers", "link-local"],
  ["ff02::6", "OSPFv3 designated routers", "link-local"],
  ["ff02::9", "RIPng routers", "link-local"],
  ["ff02::a", "EIGRP routers", "link-local"],
  ["ff02::d", "PIM routers", "link-local"],
  ["ff02::12", "VRRP", "link-local"],
  ["ff02::16", "MLDv2 reports", "link-local"],
  ["ff02::fb", "mDNS", "link-local"],
  ["ff02::1:2", "DHCPv6 servers and relays", "link-local"],
  ["ff02::1:ff00:1", "Solicited-node", "link-local"],
  ["ff02::1:ffff:ffff", "Solicited-node", "link-local"],
  ["ff02::2:0:0:1", "Multicast, well-known", "link-local"],
  ["ff03::fd", "CoAP nodes", "realm-local"],
  ["ff04::1234", "Multicast, well-known", "admin-local"],
  ["ff05::2", "All routers", "site-local"],
  ["ff05::1:3", "DHCPv6 servers", "site-local"],
  ["ff06::1234", "Multicast, well-known", "unassigned"],
  ["ff08::101", "NTP", "organization-local"],
  ["ff0e::101", "NTP", "global"],
  ["ff0e::db8:0:1", "Documentation", "global"],
  ["ff0f::1234", "Multicast, well-known", "reserved"],
  ["ff15::1", "Multicast, transient", "site-local"],
  ["ff35:40:2001:db8::1", "Unicast-prefix-based multicast", "site-local"],
  ["ff3e::8000:1", "Source-specific multicast", "global"],
  ["ff7e:140:2001:db8::1", "Embedded-RP multicast", "global"],
  ["ffff::1", "Multicast", "reserved"],
];

for (const [group, name, scope] of GROUPS) {
  Deno.test(`classify() knows the group ${group}: ${name}, ${scope}`, () => {
    const said = classify(group);
    assert.equal(said.kind, "multicast");
    assert.equal(said.name, name);
    assert.equal(said.multicastScope, scope);
    assert.equal(said.source, false);
    const vain = scope === "reserved" || scope === "unassigned";
    const near = scope === "link-local" || scope === "interface-local";
    assert.equal(said.destination, vain ? undefined : true);
    assert.equal(said.forwardable, vain ? undefined : !near);
    assert.equal(said.globallyReachable, vain ? undefined : scope === "global");
  });
}

Deno.test("classify() gives the entries from the most to the least specific", () => {
  const blocks = (text: string) =>
    classify(text).entries.map((e) => `${e.prefix}`);
  assert.deepEqual(blocks("192.0.0.9"), [
    "192.0.0.9/32",
    "192.0.0.0/24",
    "192.0.0.0/3",
  ]);
  assert.deepEqual(blocks("2001:1::1"), [
    "2001:1::1/128",
    "2001::/23",
    "2000::/3",
  ]);
  assert.deepEqual(blocks("fe80::1"), ["fe80::/10"]);
});

Deno.test("classify() takes addresses, subnets and text, and looks at no zone", () => {
  assert.equal(classify(parse("10.0.0.1")).kind, "private");
  assert.equal(classify(subnet("10.0.0.0/24")).kind, "private");
  assert.equal(classify("10.0.0.0/24").kind, "private");
  const zoned = classify("fe80::1%eth0");
  assert.equal(zoned.kind, "link-local");
  assert.equal(`${zoned.target}`, "fe80::1%eth0");
  assert.throws(() => classify("10.0.0"), { name: "ParseError" });
  assert.throws(() => classify("10.0.0.1/24"), { name: "ParseError" });
  assert.throws(() => classify(10 as unknown as string), TypeError);
});

Deno.test("classify() of a subnet within one entry says what that says", () => {
  const said = classify("fd12:3456:789a::/48");
  assert.equal(said.kind, "unique-local");
  assert.equal(`${said.prefix}`, "fd00::/8");
  assert.equal(said.straddles, false);
  assert.deepEqual(said.parts, []);
  assert.equal(classify("10.0.0.0/8").straddles, false);
});

Deno.test("classify() of a subnet that straddles lists its parts and vouches only for what all share", () => {
  const seven = classify("10.0.0.0/7");
  assert.equal(seven.straddles, true);
  assert.equal(seven.kind, "mixed");
  assert.equal(seven.name, "Several kinds");
  assert.deepEqual(seven.parts.map(({ prefix }) => `${prefix}`), [
    "10.0.0.0/8",
  ]);
  assert.equal(seven.globallyReachable, undefined);
  assert.equal(seven.forwardable, true);
  assert.equal(`${seven.prefix}`, "0.0.0.0/1");

  const protocols = classify("192.0.0.0/24");
  assert.equal(protocols.name, "IETF protocol assignments");
  assert.equal(protocols.kind, "mixed");
  assert.equal(protocols.parts.length, 6);
  assert.equal(protocols.globallyReachable, undefined);

  const high = classify("240.0.0.0/4");
  assert.equal(high.kind, "mixed");
  assert.equal(high.destination, undefined);
  assert.equal(high.source, false);
  assert.equal(high.globallyReachable, false);
});

Deno.test("classify() of a subnet that its parts fill asks only the parts", () => {
  // 192.0.0.170 and .171 leave nothing of the block around them.
  const pair = classify("192.0.0.170/31");
  assert.equal(pair.straddles, true);
  assert.equal(pair.kind, "translation");
  assert.equal(pair.reservedByProtocol, true);
  assert.equal(classify("2001:20::/27").kind, "identifier");
  assert.equal(classify("fc00::/7").kind, "unique-local");
});

Deno.test("classify() of everything is in no entry and mixed", () => {
  for (const text of ["0.0.0.0/0", "::/0", "128.0.0.0/1"]) {
    const said = classify(text);
    assert.equal(said.kind, "mixed");
    assert.equal(said.prefix, undefined);
    assert.deepEqual(said.entries, []);
    assert.deepEqual(said.rfcs, []);
    assert.equal(said.globallyReachable, undefined);
    assert.ok(said.parts.length > 20);
  }
});

Deno.test("classify() of a multicast subnet has a scope if all of it has one", () => {
  assert.equal(classify("ff02::/16").multicastScope, "link-local");
  assert.equal(classify("ff02::/16").forwardable, false);
  assert.equal(classify("ff00::/12").multicastScope, undefined);
  assert.equal(classify("ff00::/12").kind, "multicast");
  assert.equal(classify("224.0.0.0/24").multicastScope, "link-local");
  assert.equal(classify("224.0.0.0/16").multicastScope, undefined);
  assert.equal(classify("239.192.0.0/16").multicastScope, "organization-local");
});

Deno.test("a classification goes into JSON, null where no registry says", () => {
  const json = JSON.parse(JSON.stringify(classify("2002::1")));
  assert.equal(json.target, "2002::1");
  assert.equal(json.prefix, "2002::/16");
  assert.equal(json.globallyReachable, null);
  assert.equal(json.multicastScope, null);
  assert.equal(json.forwardable, true);
  assert.equal(json.straddles, false);
  assert.deepEqual(json.entries, [
    { prefix: "2002::/16", name: "6to4", kind: "tunnel" },
    { prefix: "2000::/3", name: "Global unicast", kind: "global" },
  ]);
  assert.equal(JSON.parse(JSON.stringify(classify("::/0"))).prefix, null);
});

Deno.test("a classification shows as a card, and inside another value as a line", () => {
  // Where a long value wraps is the terminal's business.
  const lines = Deno.inspect(classify("192.0.2.1")).replace(/\n {14}/g, " ");
  assert.deepEqual(lines.split("\n"), [
    "192.0.2.1  Documentation (TEST-NET-1)",
    "  kind        documentation",
    "  block       192.0.2.0/24 since 2010-01",
    "  inside      192.0.0.0/3 Global unicast (once class C)",
    "  defined in  RFC 5737",
    "  no          source, destination, forwardable, globally reachable, reserved by protocol",
    "  meaning     For examples alone: in a real packet or configuration it was copied from a manual.",
  ]);
  assert.match(Deno.inspect(classify("0.0.0.0/0")), /and \d+ more, in \.parts/);
  assert.equal(
    Deno.inspect([classify("::1")]),
    "[ ::1 (Loopback) ]",
  );
});

Deno.test("a classification is painted where colour is wanted, and says the same", () => {
  for (const value of [classify("::1"), [classify("10.0.0.0/7")]]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.ok(painted.includes("\x1b["));
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
});
