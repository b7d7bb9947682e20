import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { Address, parse } from "../../../lib/ip/address.ts";
import {
  eui64,
  interfaceId,
  linkLocal,
  macOf,
  randomInterfaceId,
  reservedInterfaceId,
  slaac,
  stableInterfaceId,
} from "../../../lib/ip/interface_id.ts";
import { mac } from "../../../lib/ip/mac/mac.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { ula, ulaFrom } from "../../../lib/ip/unique_local.ts";

Deno.test("eui64() and macOf() agree with the examples of RFC 2464 §4 and RFC 4291 appendix A", () => {
  // RFC 2464: 34-56-78-9A-BC-DE gives 36-56-78-FF-FE-9A-BC-DE.
  assert.equal(`${eui64("34-56-78-9A-BC-DE")}`, "::3656:78ff:fe9a:bcde");
  assert.equal(
    `${macOf("2001:db8::3656:78ff:fe9a:bcde")}`,
    "34:56:78:9a:bc:de",
  );
  // A locally administered one loses the bit.
  assert.equal(`${eui64("02:00:00:00:00:01")}`, "::ff:fe00:1");
  assert.equal(`${macOf("fe80::ff:fe00:1%eth0")}`, "02:00:00:00:00:01");
});

Deno.test("eui64() takes a hardware address in every dress", () => {
  const expected = parse("::3656:78ff:fe9a:bcde");
  const octets = Uint8Array.of(0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde);
  for (
    const hardware of [
      "34:56:78:9a:bc:de",
      "34-56-78-9A-BC-DE",
      "3456.789a.bcde",
      "3456789abcde",
      octets,
      mac(octets),
    ]
  ) assert.deepEqual(eui64(hardware), expected);
  const long = parse("::200:5eff:ff00:5213");
  for (
    const hardware of [
      "00:00:5e:ff:ff:00:52:13",
      "00005efffF005213",
      "0000.5eff.ff00.5213",
    ]
  ) {
    assert.deepEqual(eui64(hardware), long);
  }
});

Deno.test("eui64() refuses what is no station's hardware address", () => {
  for (
    const text of [
      "",
      "34:56:78:9a:bc",
      "34:56:78:9a:bc:de:f0",
      "34:56-78:9a:bc:de",
      "34:56:78:9a:bc:dg",
      " 34:56:78:9a:bc:de",
      "34:56:78:9a:bc:de\n",
      "3456.789a",
      "0x3456789abcde",
      "9".repeat(1_000_000),
    ]
  ) assert.throws(() => eui64(text), { name: "ParseError" }, text.slice(0, 40));
  assert.throws(
    () => eui64("01:00:5e:00:00:01"),
    /'hardware' must be the address of one station: current value is 01:00:5e:00:00:01, a group's/,
  );
  assert.throws(
    () => eui64(new Uint8Array(5)),
    /must be 6 or 8 octets: current value is 5 octets/,
  );
  for (const no of [undefined, null, 7, {}]) {
    assert.throws(() => eui64(no as unknown as string), { name: "TypeError" });
  }
});

Deno.test("macOf() finds none where there is none", () => {
  for (
    const text of [
      "::1",
      "192.0.2.1",
      "ff02::ff:fe00:1",
      "fe80::100:ff:fe00:1",
      "fe80::ff:fd00:1",
    ]
  ) {
    assert.equal(macOf(text), undefined, text);
  }
});

Deno.test("slaac() joins a /64 with a MAC or an identifier, and takes nothing else", () => {
  assert.equal(
    `${slaac("2001:db8::/64", "34:56:78:9a:bc:de")}`,
    "2001:db8::3656:78ff:fe9a:bcde",
  );
  assert.equal(`${slaac("2001:db8::/64", "::42")}`, "2001:db8::42");
  assert.equal(
    `${slaac(subnet("2001:db8::/64"), parse("::42"))}`,
    "2001:db8::42",
  );
  assert.throws(
    () => slaac("2001:db8::/48", "::42"),
    /'prefix' must be 64 bits long: current value is 2001:db8::\/48 \(take one of its \/64s, as 2001:db8::\/64\)/,
  );
  assert.throws(
    () => slaac("2001:db8::/65", "::42"),
    /64 bits are left to the interface/,
  );
  assert.throws(() => slaac("ff02::/64", "::42"), /'prefix' must be unicast/);
  assert.throws(() => slaac("10.0.0.0/8", "::42"), /'prefix' must be IPv6/);
  for (const id of ["fe80::42", "::42%eth0"]) {
    assert.throws(
      () => slaac("2001:db8::/64", id),
      /'from' must be an interface identifier, .*did you mean ::42/,
    );
  }
});

Deno.test("linkLocal() makes the address of an interface, in its zone if named", () => {
  assert.equal(
    `${linkLocal("34:56:78:9a:bc:de")}`,
    "fe80::3656:78ff:fe9a:bcde",
  );
  assert.equal(`${linkLocal("::1", "eth0")}`, "fe80::1%eth0");
  assert.throws(
    () => linkLocal("::1", "a%b"),
    /'zone' must be printable ASCII/,
  );
  assert.throws(() => linkLocal("192.0.2.1"), { name: "ParseError" });
  assert.throws(() => linkLocal(parse("192.0.2.1")), /'from' must be IPv6/);
});

Deno.test("interfaceId() gives the last 64 bits", () => {
  assert.equal(`${interfaceId("fe80::1:2:3:4%eth0")}`, "::1:2:3:4");
  assert.throws(() => interfaceId("192.0.2.1"), /'from' must be IPv6/);
});

Deno.test("reservedInterfaceId() knows the ranges of RFC 5453 to the last", () => {
  const taken = [
    "::",
    "::200:5eff:fe00:0",
    "::200:5eff:fe00:5213",
    "::200:5eff:feff:ffff",
    "::fdff:ffff:ffff:ff80",
    "2001:db8::fdff:ffff:ffff:ffff",
  ];
  const free = [
    "::1",
    "::200:5eff:fdff:ffff",
    "::200:5eff:ff00:0",
    "::fdff:ffff:ffff:ff7f",
    "::fe00:0:0:0",
  ];
  for (const id of taken) assert.match(reservedInterfaceId(id)!, /RFC/, id);
  for (const id of free) assert.equal(reservedInterfaceId(id), undefined, id);
});

/** The documented input, put together without lib/ip. */
function hmac(
  key: Uint8Array,
  prefix: string,
  counter: number,
  names: string[],
): bigint {
  const number = (value: number) =>
    Buffer.from(value.toString(16).padStart(8, "0"), "hex");
  const input = Buffer.concat([
    Buffer.from(prefix, "hex"),
    number(counter),
    ...names.flatMap((
      name,
    ) => [number(Buffer.byteLength(name)), Buffer.from(name)]),
  ]);
  return BigInt(
    `0x${createHmac("sha256", key).update(input).digest("hex").slice(-16)}`,
  );
}

Deno.test("stableInterfaceId() is the HMAC-SHA-256 that it says", async () => {
  const secretKey = new Uint8Array(16).fill(7);
  const id = await stableInterfaceId("2001:db8:0:1::/64", {
    interface: "eth0",
    networkId: "café",
    dadCounter: 2,
    secretKey,
  });
  const expected = hmac(secretKey, "20010db800000001", 2, ["eth0", "café"]);
  assert.deepEqual(id, Address.fromBigint(expected, 6));
});

Deno.test("stableInterfaceId() stays, and changes with each of its inputs", async () => {
  const secretKey = new Uint8Array(16).fill(7);
  const make = async (prefix: string, more: object = {}) =>
    `${await stableInterfaceId(prefix, {
      interface: "eth0",
      secretKey,
      ...more,
    })}`;
  const first = await make("2001:db8::/64");
  assert.equal(await make("2001:db8::/64"), first);
  const all = [
    first,
    await make("2001:db8:0:1::/64"),
    await make("2001:db8::/64", { interface: "eth1" }),
    await make("2001:db8::/64", { networkId: "home" }),
    // Names are kept apart by their lengths.
    await make("2001:db8::/64", { interface: "eth0h", networkId: "ome" }),
    await make("2001:db8::/64", { dadCounter: 1 }),
    await make("2001:db8::/64", { secretKey: new Uint8Array(16).fill(8) }),
  ];
  assert.equal(new Set(all).size, all.length);
});

Deno.test("stableInterfaceId() refuses short keys, other prefixes and odd counters", async () => {
  const good = { interface: "eth0", secretKey: new Uint8Array(16) };
  const refuse = (prefix: string, more: object, message: RegExp) =>
    assert.rejects(
      () => stableInterfaceId(prefix, { ...good, ...more }),
      message,
    );
  await refuse("2001:db8::/56", {}, /'prefix' must be 64 bits long/);
  await refuse(
    "2001:db8::/64",
    { secretKey: new Uint8Array(15) },
    /'secretKey' must be 16 octets or more: current value is 15 octets/,
  );
  await refuse(
    "2001:db8::/64",
    { secretKey: "secret" },
    /'secretKey' must be 16 octets or more: current value is string/,
  );
  await refuse(
    "2001:db8::/64",
    { dadCounter: -1 },
    /'dadCounter' must be an integer from 0 to 255/,
  );
  await refuse(
    "2001:db8::/64",
    { interface: undefined },
    /'interface' must be text/,
  );
  await refuse(
    "2001:db8::/64",
    { networkId: "x".repeat(1_000_000) },
    /'networkId' must be text of up to 1024 characters/,
  );
});

Deno.test("randomInterfaceId() draws another each time, with all 64 bits", () => {
  const ids = Array.from({ length: 200 }, () => randomInterfaceId().toBigint());
  assert.equal(new Set(ids).size, 200);
  let ones = 0n;
  let zeros = 0n;
  for (const id of ids) {
    ones |= id;
    zeros |= ~id;
  }
  assert.equal(BigInt.asUintN(64, ones & zeros), 2n ** 64n - 1n);
  assert.ok(ids.every((id) => id < 2n ** 64n));
});

Deno.test("ula() draws a /48 in fd00::/8 with 40 random bits", () => {
  const drawn = Array.from({ length: 100 }, () => ula());
  assert.equal(new Set(drawn.map(String)).size, 100);
  for (const site of drawn) {
    assert.equal(site.prefixLength, 48);
    assert.ok(subnet("fd00::/8").contains(site));
  }
});

Deno.test("ulaFrom() is SHA-1 over NTP time and EUI-64, its last 40 bits", async () => {
  // 2024-01-01T00:00:00.5Z: 1704067200 + 2208988800 seconds from 1900, and a half.
  const time = new Date("2024-01-01T00:00:00.500Z");
  const input = Buffer.from(
    "e93c7f00" + "80000000" + "365678fffe9abcde",
    "hex",
  );
  const digest = createHash("sha1").update(input).digest("hex").slice(-10);
  const site = await ulaFrom("34:56:78:9a:bc:de", time);
  assert.equal(site.network.toBigint() >> 80n, BigInt(`0xfd${digest}`));
  assert.equal(site.prefixLength, 48);
});

Deno.test("ulaFrom() goes on after 2036, and refuses what is no time", async () => {
  const mac = "34:56:78:9a:bc:de";
  // NTP's seconds begin anew at 2036-02-07T06:28:16Z.
  const input = Buffer.from(
    "00000000" + "00000000" + "365678fffe9abcde",
    "hex",
  );
  const digest = createHash("sha1").update(input).digest("hex").slice(-10);
  const site = await ulaFrom(mac, new Date("2036-02-07T06:28:16Z"));
  assert.equal(site.network.toBigint() >> 80n, BigInt(`0xfd${digest}`));
  await assert.rejects(() => ulaFrom(mac, new Date(NaN)), {
    name: "RangeError",
    message: /'time' must be a valid date/,
  });
  await assert.rejects(() => ulaFrom(mac, 5 as unknown as Date), {
    name: "TypeError",
    message: /'time' must be a Date/,
  });
});
