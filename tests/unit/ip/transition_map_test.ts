import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { map, nat64 } from "../../../lib/ip/transition/all.ts";

/** RFC 7597 appendix A, examples 1 to 3, and RFC 7599 appendix A, the same. */
const SHARED = {
  ipv6Prefix: "2001:db8::/40",
  ipv4Prefix: "192.0.2.0/24",
  eaLength: 16,
};

const ROUTER = "2001:db8:12:3400:0:c000:212:34";

Deno.test("map finds address, PSID and ports of a router as RFC 7597 example 1 does", () => {
  const router = map.decode("2001:db8:0012:3400::/56", SHARED)!;
  assert.equal(`${router.ipv4}`, "192.0.2.18");
  assert.equal(`${router.ipv4Prefix}`, "192.0.2.18/32");
  assert.equal(router.psid, 0x34);
  assert.equal(router.psidLength, 8);
  assert.equal(router.ports.length, 63);
  const shown = router.ports.map(({ first, last }) => `${first}-${last}`);
  assert.deepEqual(shown.slice(0, 2), ["1232-1235", "2256-2259"]);
  assert.deepEqual(shown.slice(-2), ["63696-63699", "64720-64723"]);
  assert.deepEqual(router.ipv6Prefix, subnet("2001:db8:12:3400::/56"));
  assert.equal(`${router.address}`, ROUTER);
  assert.deepEqual(map.decode(ROUTER, SHARED), router);
  assert.deepEqual(map.decode("2001:db8:12:34ab::1", SHARED), router);
});

Deno.test("map finds the router of an address and port as RFC 7597 example 2 does", () => {
  assert.equal(
    `${map.encode({ ipv4: "192.0.2.18", port: 1232 }, SHARED)}`,
    ROUTER,
  );
  assert.equal(
    `${map.encode({ ipv4: "192.0.2.18", psid: 0x34 }, SHARED)}`,
    ROUTER,
  );
});

Deno.test("MAP-T writes other destinations as nat64 does, RFC 7599 examples 2 and 3", () => {
  const relay = nat64.encode("10.2.3.4", { prefix: "2001:db8:ffff::/64" });
  assert.deepEqual(relay, parse("2001:db8:ffff:0:000a:0203:0400::"));
});

Deno.test("map knows a router with an address of its own, RFC 7597 example 4", () => {
  // The RFC's text says 192.0.2.18 once, against its rule and its result.
  const rule = {
    ipv6Prefix: "2001:db8:12:3400::/56",
    ipv4Prefix: "192.0.2.1/32",
    eaLength: 0,
  };
  const router = map.decode("2001:db8:12:3400::/56", rule)!;
  assert.equal(`${router.address}`, "2001:db8:12:3400:0:c000:201:0");
  assert.equal(router.psidLength, 0);
  assert.deepEqual(router.ports, [{ first: 0, last: 65_535 }]);
  assert.deepEqual(
    map.encode({ ipv4: "192.0.2.1", port: 80 }, rule),
    router.address,
  );
  assert.match(map.explain(ROUTER, rule)!, /has 192\.0\.2\.1 with all ports/);
});

Deno.test("map knows a provisioned PSID, RFC 7597 example 5 with erratum 5324", () => {
  const rule = {
    ipv6Prefix: "2001:db8:12:3400::/56",
    ipv4Prefix: "192.0.2.18/32",
    eaLength: 0,
    psid: 0x34,
    psidLength: 8,
  };
  const router = map.decode("2001:db8:12:3400::/56", rule)!;
  assert.equal(`${router.address}`, ROUTER);
  assert.deepEqual(router.ports.at(0), { first: 1232, last: 1235 });
  assert.deepEqual(router.ports.at(-1), { first: 64_720, last: 64_723 });
  assert.equal(
    `${map.encode({ ipv4: "192.0.2.18", port: 1232 }, rule)}`,
    ROUTER,
  );
  assert.equal(`${map.encode({ ipv4: "192.0.2.18" }, rule)}`, ROUTER);
  assert.throws(
    () => map.encode({ ipv4: "192.0.2.18", port: 1236 }, rule),
    /'port' must be of the rule's PSID 52: current value is 1236/,
  );
  assert.throws(
    () => map.encode({ ipv4: "192.0.2.18", psid: 1 }, rule),
    /'psid' must be of the rule's PSID 52: current value is 1/,
  );
});

Deno.test("map gives an IPv4 prefix where there are too few bits for an address", () => {
  // /40 and 4 bits: 16 customers with a /28 each.
  const rule = { ...SHARED, eaLength: 4 };
  const router = map.encode({ ipv4: "192.0.2.18" }, rule);
  assert.equal(`${router}`, "2001:db8:10::c000:210:0");
  const found = map.decode(router, rule)!;
  assert.equal(`${found.ipv4Prefix}`, "192.0.2.16/28");
  assert.equal(`${found.ipv6Prefix}`, "2001:db8:10::/44");
  assert.match(
    map.explain(router, rule)!,
    /has 192\.0\.2\.16\/28 with all ports/,
  );
});

Deno.test("map lets a prefix of more than 64 bits reach into the identifier (RFC 7597 §6)", () => {
  const rule = {
    ipv6Prefix: "2001:db8::/64",
    ipv4Prefix: "192.0.2.0/24",
    eaLength: 8,
  };
  const router = map.encode({ ipv4: "192.0.2.18" }, rule);
  assert.equal(`${router}`, "2001:db8::1200:c000:212:0");
  assert.equal(`${map.decode(router, rule)?.ipv4}`, "192.0.2.18");
});

Deno.test("map.portSet() deals with each offset and length", () => {
  const one = (psid: number, psidOffset: number, psidLength: number) =>
    map.portSet(psid, { psidOffset, psidLength });
  assert.deepEqual(one(0, 0, 1), [{ first: 0, last: 32_767 }]);
  assert.deepEqual(one(3, 0, 2), [{ first: 49_152, last: 65_535 }]);
  assert.deepEqual(one(65_535, 0, 16), [{ first: 65_535, last: 65_535 }]);
  assert.deepEqual(one(1, 1, 1), [{ first: 49_152, last: 65_535 }]);
  assert.equal(one(0, 15, 1).length, 2 ** 15 - 1);
  assert.deepEqual(one(0, 15, 0), [{ first: 0, last: 65_535 }]);
});

Deno.test("map refuses rules that do not add up, and says which part", () => {
  const refuse = (rule: Partial<map.Rule>, message: RegExp) =>
    assert.throws(() => map.decode("2001:db8::1", { ...SHARED, ...rule }), {
      name: "RangeError",
      message,
    });
  refuse({ eaLength: 49 }, /'eaLength' must be an integer from 0 to 48/);
  refuse({ eaLength: NaN }, /'eaLength' must be an integer from 0 to 48/);
  refuse(
    { eaLength: 19 },
    /'eaLength' must leave a PSID of 0 to 10 bits after an offset of 6: current value is 19, for a PSID of 11/,
  );
  refuse({ psidOffset: 16 }, /'psidOffset' must be an integer from 0 to 15/);
  refuse(
    { psid: 1, psidLength: 8 },
    /'psid' and 'psidLength' must be left out where 'eaLength' is not 0/,
  );
  refuse(
    { ipv6Prefix: "2001:db8::/120" },
    /'eaLength' must be an integer from 0 to 8/,
  );
  refuse(
    { eaLength: 0, ipv4Prefix: "192.0.2.1/32", psidLength: 11 },
    /'psidLength' must leave a PSID of 0 to 10 bits/,
  );
  refuse(
    { eaLength: 0, ipv4Prefix: "192.0.2.1/32", psidLength: 2, psid: 4 },
    /'psid' must be an integer from 0 to 3/,
  );
  assert.throws(
    () => map.decode("::1", { ...SHARED, ipv4Prefix: "2001:db8::/32" }),
    /'ipv4Prefix' must be IPv4/,
  );
});

Deno.test("map refuses customers that are none", () => {
  const refuse = (customer: map.Customer, message: RegExp) =>
    assert.throws(() => map.encode(customer, SHARED), message);
  refuse(
    { ipv4: "192.0.3.1", port: 1232 },
    /'ipv4' must be in the rule's 192\.0\.2\.0\/24: current value is 192\.0\.3\.1/,
  );
  refuse(
    { ipv4: "192.0.2.1" },
    /'port' must be given, or 'psid', where 256 share an address/,
  );
  refuse(
    { ipv4: "192.0.2.1", port: 80 },
    /'port' must be 1024 or above, those below being no one's: current value is 80/,
  );
  refuse(
    { ipv4: "192.0.2.1", port: 65_536 },
    /'port' must be an integer from 0 to 65535/,
  );
  refuse(
    { ipv4: "192.0.2.1", psid: 256 },
    /'psid' must be an integer from 0 to 255/,
  );
  refuse(
    { ipv4: "192.0.2.1", psid: 1, port: 1232 },
    /'psid' must be left out beside 'port'/,
  );
  assert.throws(
    () => map.portSet(0, { psidLength: 11 }),
    /'psidLength' must be an integer from 0 to 10/,
  );
  assert.throws(
    () => map.psidOf(-1, { psidLength: 8 }),
    /'port' must be an integer/,
  );
});

Deno.test("map decodes nothing outside its rule, nor prefixes wider than a customer's", () => {
  for (const other of ["2001:db9::1", "192.0.2.18", "2001:db8:12::/48"]) {
    assert.equal(map.decode(other, SHARED), undefined, other);
    assert.equal(map.explain(other, SHARED), undefined, other);
  }
});
