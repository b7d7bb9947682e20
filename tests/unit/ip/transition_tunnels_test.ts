import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import { dsLite, sixRd } from "../../../lib/ip/transition/all.ts";

Deno.test("dsLite knows both ends of a softwire and the rest of 192.0.0.0/29", () => {
  assert.equal(
    `${dsLite.encode("aftr")} ${dsLite.encode("b4")}`,
    "192.0.0.1 192.0.0.2",
  );
  assert.throws(
    () => dsLite.encode("toString" as "b4"),
    /'role' must be "b4" or "aftr"/,
  );
  assert.equal(dsLite.decode("192.0.0.1")?.role, "aftr");
  assert.deepEqual(dsLite.decode("192.0.0.7"), {
    role: undefined,
    ipv4: parse("192.0.0.7"),
  });
  assert.equal(dsLite.decode("192.0.0.8"), undefined);
  assert.equal(dsLite.decode("::192.0.0.1"), undefined);
  assert.match(dsLite.explain("192.0.0.4")!, /464XLAT/);
});

Deno.test("dsLite lays out a softwire between two unicast addresses", () => {
  const b4 = "2001:db8:0:1::1";
  const aftr = "2001:db8:0:2::1";
  assert.deepEqual(dsLite.softwire({ b4, aftr, mtu: 1280 }), {
    b4: parse(b4),
    aftr: parse(aftr),
    b4Ipv4: parse("192.0.0.2"),
    aftrIpv4: parse("192.0.0.1"),
    ipv4Mtu: 1240,
  });
  assert.throws(
    () => dsLite.softwire({ b4, aftr: b4 }),
    /'aftr' must be another address than 'b4'/,
  );
  assert.throws(
    () => dsLite.softwire({ b4: "ff02::1", aftr }),
    /'b4' must be a unicast address/,
  );
  assert.throws(
    () => dsLite.softwire({ b4, aftr: "::" }),
    /'aftr' must be a unicast address/,
  );
  assert.throws(
    () => dsLite.softwire({ b4, aftr, mtu: 1279 }),
    /'mtu' must be an integer from 1280/,
  );
});

// Worked out for 10.0.0.0/8 in the Broadband Forum's TR-181, 6rd theory of operation.
Deno.test("sixRd delegates and tunnels as TR-181's example does", () => {
  const domain = {
    prefix: "2001:db8::/32",
    ipv4Prefix: "10.0.0.0/8",
    relay: "10.0.0.1",
  };
  const delegated = sixRd.encode("10.100.100.1", domain);
  assert.equal(`${delegated}`, "2001:db8:6464:100::/56");
  assert.deepEqual(sixRd.decode(delegated, domain), {
    ipv4: parse("10.100.100.1"),
    delegated,
  });
  assert.equal(
    `${sixRd.tunnelTo("2001:db8:64c8:200::9", domain)}`,
    "10.100.200.2",
  );
  assert.equal(`${sixRd.tunnelTo("2001:db9::1", domain)}`, "10.0.0.1");
  assert.match(
    sixRd.explain("2001:db8:6464:100::1", domain)!,
    /customer 10\.100\.100\.1: 24 bits .*; the way out is by 10\.0\.0\.1$/,
  );
});

Deno.test("sixRd cuts prefixes at any bit, and needs no common IPv4 prefix", () => {
  // 2001:db8::/32 and all of 192.0.2.10.
  const whole = { prefix: "2001:db8::/32" };
  assert.equal(
    `${sixRd.encode("192.0.2.10", whole)}`,
    "2001:db8:c000:20a::/64",
  );
  // The last 13 bits of 172.16.44.5, 0b0110_0000_0010_1, after 28 of the prefix.
  const odd = { prefix: "2001:db0::/28", ipv4Prefix: "172.16.32.0/19" };
  assert.equal(`${sixRd.encode("172.16.44.5", odd)}`, "2001:db6:280::/41");
  assert.equal(`${sixRd.decode("2001:db6:28f::1", odd)?.ipv4}`, "172.16.44.5");
  // A customer's block of nothing: one customer.
  const one = { prefix: "2001:db8::/48", ipv4Prefix: "192.0.2.1/32" };
  assert.equal(`${sixRd.decode("2001:db8::1", one)?.ipv4}`, "192.0.2.1");
});

Deno.test("sixRd decodes nothing outside its domain, nor prefixes wider than a customer's", () => {
  const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8" };
  for (const other of ["2001:db9::1", "10.0.0.1", "2001:db8:6464::/48"]) {
    assert.equal(sixRd.decode(other, domain), undefined, other);
    assert.equal(sixRd.explain(other, domain), undefined, other);
  }
  assert.throws(
    () => sixRd.encode("11.0.0.1", domain),
    /'ipv4' must be in the domain's 10\.0\.0\.0\/8: current value is 11\.0\.0\.1/,
  );
  assert.throws(
    () => sixRd.tunnelTo("2001:db9::1", domain),
    /'relay' must be given for destinations outside 2001:db8::\/32/,
  );
  assert.throws(
    () => sixRd.encode("10.0.0.1", { prefix: "2001:db8::/97" }),
    /'prefix' must leave room for 32 bits/,
  );
  assert.throws(
    () => sixRd.encode("10.0.0.1", { prefix: "10.0.0.0/8" }),
    /'prefix' must be IPv6/,
  );
});
