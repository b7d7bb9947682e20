import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import {
  multicast,
  multicastMac,
  scope,
  solicitedNode,
} from "../../../lib/ip/multicast.ts";

/** RFC 7346 §2, by the value of the field. */
const SCOPES = [
  "reserved",
  "interface-local",
  "link-local",
  "realm-local",
  "admin-local",
  "site-local",
  "unassigned",
  "unassigned",
  "organization-local",
  ...Array(5).fill("unassigned"),
  "global",
  "reserved",
];

Deno.test("scope() reads the field of every IPv6 multicast address", () => {
  SCOPES.forEach((name, value) => {
    const text = `ff0${value.toString(16)}::1`;
    assert.equal(scope(text), name, text);
    assert.equal(multicast(text)?.scope, name, text);
  });
});

const UNICAST = [
  ["::", "none"],
  ["::1", "link-local"],
  ["::2", "global"],
  ["fe7f:ffff::1", "global"],
  ["fe80::1%eth0", "link-local"],
  ["febf:ffff::1", "link-local"],
  ["fec0::1", "site-local"],
  ["feff:ffff::1", "site-local"],
  ["fd00::1", "global"],
  ["2001:db8::1", "global"],
  ["::ffff:127.0.0.1", "link-local"],
  ["::ffff:10.0.0.1", "global"],
  ["0.0.0.0", "none"],
  ["0.0.0.1", "global"],
  ["127.255.0.1", "link-local"],
  ["169.254.1.1", "link-local"],
  ["169.255.1.1", "global"],
  ["10.0.0.1", "global"],
  ["255.255.255.255", "link-local"],
  ["224.0.0.251", "link-local"],
  ["224.0.1.1", "global"],
  ["239.255.255.250", "realm-local"],
  ["239.192.0.1", "organization-local"],
  ["239.195.255.255", "organization-local"],
  ["239.196.0.0", "global"],
] as const;

for (const [text, name] of UNICAST) {
  Deno.test(`scope() calls ${text} ${name}`, () =>
    assert.equal(scope(text), name));
}

Deno.test("multicast() reads a group that IANA gave out, and one that it did not", () => {
  assert.deepEqual(multicast("ff02::1:2"), {
    address: parse("ff02::1:2"),
    scope: "link-local",
    transient: false,
    sourceSpecific: false,
    prefix: undefined,
    rendezvousPoint: undefined,
    groupId: parse("::1:2"),
  });
  assert.equal(multicast("ff15::1")?.transient, true);
  assert.equal(multicast("2001:db8::1"), undefined);
});

Deno.test("multicast() finds the network of RFC 3306 and the router of RFC 3956's examples", () => {
  // FF7x:y40:2001:DB8:BEEF:FEED::/96 has 2001:DB8:BEEF:FEED::y.
  const group = multicast("ff7e:f40:2001:db8:beef:feed:0:1234")!;
  assert.equal(`${group.prefix}`, "2001:db8:beef:feed::/64");
  assert.equal(`${group.rendezvousPoint}`, "2001:db8:beef:feed::f");
  assert.equal(`${group.groupId}`, "::1234");
  // FF7x:y20:2001:DB8::/64 has 2001:DB8::y.
  assert.equal(
    `${multicast("ff75:220:2001:db8::1")?.rendezvousPoint}`,
    "2001:db8::2",
  );
  const plain = multicast("ff3e:30:2001:db8:1234::8000:1")!;
  assert.equal(`${plain.prefix}`, "2001:db8:1234::/48");
  assert.equal(plain.rendezvousPoint, undefined);
  assert.equal(plain.sourceSpecific, false);
  assert.equal(`${plain.groupId}`, "::8000:1");
});

Deno.test("multicast() makes nothing up where fields cannot be", () => {
  // A prefix of 65 bits, a router 0, R without P.
  assert.equal(multicast("ff3e:41:2001:db8::1")?.prefix, undefined);
  assert.equal(multicast("ff7e:40:2001:db8::1")?.rendezvousPoint, undefined);
  const alone = multicast("ff5e:140:2001:db8::1")!;
  assert.equal(alone.rendezvousPoint, undefined);
  assert.equal(alone.prefix, undefined);
});

Deno.test("multicast() tells source-specific groups of both families", () => {
  assert.equal(multicast("ff3e::8000:1")?.sourceSpecific, true);
  assert.equal(multicast("232.1.2.3")?.sourceSpecific, true);
  assert.equal(multicast("239.1.2.3")?.sourceSpecific, false);
  assert.equal(multicast("224.0.0.1")?.transient, false);
  assert.equal(multicast("239.1.2.3")?.transient, true);
  assert.equal(`${multicast("239.1.2.3")?.groupId}`, "15.1.2.3");
  assert.equal(multicast("223.255.255.255"), undefined);
  assert.equal(multicast("240.0.0.0"), undefined);
});

Deno.test("solicitedNode() is that of RFC 4291 §2.7.1, in the zone of the host", () => {
  assert.equal(
    `${solicitedNode("4037::01:800:200E:8C6C")}`,
    "ff02::1:ff0e:8c6c",
  );
  assert.equal(
    `${solicitedNode("fe80::ff:ffff%eth0")}`,
    "ff02::1:ffff:ffff%eth0",
  );
  assert.throws(
    () => solicitedNode("ff02::1"),
    /'from' must be unicast or anycast: current value is ff02::1/,
  );
  assert.throws(() => solicitedNode("192.0.2.1"), /'from' must be IPv6/);
});

Deno.test("multicastMac() takes 32 bits of IPv6 and 23 of IPv4", () => {
  assert.equal(`${multicastMac("ff02::1%eth0")}`, "33:33:00:00:00:01");
  assert.equal(`${multicastMac("ff02::1:ffff:ffff")}`, "33:33:ff:ff:ff:ff");
  assert.equal(`${multicastMac("224.0.0.1")}`, "01:00:5e:00:00:01");
  assert.equal(`${multicastMac("239.255.255.250")}`, "01:00:5e:7f:ff:fa");
  assert.equal(
    `${multicastMac("225.128.1.2")}`,
    `${multicastMac("239.0.1.2")}`,
  );
  assert.throws(
    () => multicastMac("2001:db8::1"),
    /'from' must be a multicast address: current value is 2001:db8::1/,
  );
});
