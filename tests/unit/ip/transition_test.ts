import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import * as transition from "../../../lib/ip/transition/all.ts";
import { recognise } from "../../../lib/ip/transition/recognise.ts";

const {
  dns64,
  dsLite,
  ipv4Compatible,
  ipv4Mapped,
  isatap,
  nat64,
  sixToFour,
  teredo,
} = transition;

Deno.test("ipv4Mapped goes both ways and knows no other address", () => {
  assert.equal(
    `${ipv4Mapped.encode("255.255.255.255")}`,
    "::ffff:255.255.255.255",
  );
  assert.deepEqual(ipv4Mapped.decode("::ffff:0.0.0.0"), {
    ipv4: parse("0.0.0.0"),
  });
  for (
    const other of [
      "::ffff:0:c000:201",
      "::192.0.2.1",
      "1::ffff:192.0.2.1",
      "192.0.2.1",
    ]
  ) {
    assert.equal(ipv4Mapped.decode(other), undefined, other);
  }
  assert.throws(() => ipv4Mapped.encode("::1"), {
    name: "TypeError",
    message:
      "Cannot make an IPv4-mapped address as 'ipv4' must be IPv4: current value is ::1",
  });
});

Deno.test("ipv4Compatible leaves :: and ::1 to what they are", () => {
  assert.deepEqual(ipv4Compatible.decode("::13.1.68.3"), {
    ipv4: parse("13.1.68.3"),
  });
  for (
    const other of ["::", "::1", "::ff:ffff", "::ffff:13.1.68.3", "13.1.68.3"]
  ) {
    assert.equal(ipv4Compatible.decode(other), undefined, other);
  }
  assert.throws(
    () => ipv4Compatible.encode("0.0.0.1"),
    /outside 0\.0\.0\.0\/8: current value is 0\.0\.0\.1/,
  );
});

Deno.test("sixToFour makes the /48 of an IPv4 address, and its links and interfaces", () => {
  assert.equal(`${sixToFour.site("192.0.2.4")}`, "2002:c000:204::/48");
  const host = sixToFour.encode("192.0.2.4", {
    subnetId: 0xffff,
    interfaceId: "::a:b",
  });
  assert.equal(`${host}`, "2002:c000:204:ffff::a:b");
  assert.deepEqual(sixToFour.decode(host), {
    ipv4: parse("192.0.2.4"),
    subnetId: 0xffff,
    interfaceId: parse("::a:b"),
  });
  assert.equal(sixToFour.decode("2003::1"), undefined);
});

Deno.test("sixToFour refuses what its RFC does", () => {
  assert.throws(
    () => sixToFour.encode("10.0.0.1"),
    /'ipv4' must be a global address \(RFC 3056 §2\): .* \(\{ nonGlobal: "allow" \} takes it\)$/,
  );
  assert.throws(() => sixToFour.site("10.0.0.1"), RangeError);
  assert.equal(
    `${sixToFour.site("10.0.0.1", { nonGlobal: "allow" })}`,
    "2002:a00:1::/48",
  );
  assert.throws(
    () => sixToFour.encode("192.0.2.4", { subnetId: 65_536 }),
    /'subnetId' must be an integer from 0 to 65535/,
  );
  assert.throws(
    () => sixToFour.encode("192.0.2.4", { interfaceId: "fe80::1%eth0" }),
    /'interfaceId' must be an interface identifier, .* current value is fe80::1%eth0 \(did you mean ::1\?\)/,
  );
  assert.throws(
    () => sixToFour.encode("192.0.2.4", { nonGlobal: "yes" as "allow" }),
    /'nonGlobal' must be "refuse" or "allow": current value is yes/,
  );
});

Deno.test("sixToFour says that the anycast relay is deprecated, and what routers drop", () => {
  assert.match(sixToFour.explain("192.88.99.1")!, /deprecated/);
  assert.match(
    sixToFour.explain("2002:c058:6301::")!,
    /relay, 192\.88\.99\.1; .*deprecated/,
  );
  assert.match(
    sixToFour.explain("2002:a00:1::1")!,
    /private use, so packets with it are dropped$/,
  );
  assert.equal(sixToFour.explain("192.88.99.2"), undefined);
});

/** Published worked examples; the RFC has none with numbers. */
const TEREDO = [
  [
    "65.54.227.120",
    "192.0.2.45",
    40_000,
    true,
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
  ],
  [
    "206.73.118.1",
    "157.60.0.1",
    4096,
    true,
    "2001:0:ce49:7601:8000:efff:62c3:fffe",
  ],
  [
    "206.73.118.1",
    "131.107.0.1",
    8192,
    false,
    "2001:0:ce49:7601:0:dfff:7c94:fffe",
  ],
] as const;

for (const [server, client, port, cone, text] of TEREDO) {
  Deno.test(`teredo shows ${client}:${port} as ${text}`, () => {
    assert.equal(`${teredo.encode({ server, client, port, cone })}`, text);
    const parts = teredo.decode(text);
    assert.deepEqual(parts, {
      server: parse(server),
      client: parse(client),
      port,
      cone,
      universal: false,
      group: false,
      random: 0,
      flags: cone ? 0x8000 : 0,
    });
  });
}

Deno.test("teredo has the random bits of RFC 5991 around U and G", () => {
  const endpoint = { server: "192.0.2.1", client: "198.51.100.7", port: 1 };
  const flagsOf = (more: object) =>
    teredo.decode(teredo.encode({ ...endpoint, ...more }))!.flags;
  assert.equal(flagsOf({ random: 0xfff }), 0b0011_1100_1111_1111);
  assert.equal(flagsOf({ random: 0xa5c }), 0b0010_1000_0101_1100);
  assert.equal(flagsOf({ universal: true }), 0b0000_0010_0000_0000);
  assert.equal(flagsOf({ group: true }), 0b0000_0001_0000_0000);
  // What is sent as zero is not looked at.
  assert.equal(teredo.decode("2001:0:c000:201:4000::")?.random, 0);
});

Deno.test("teredo refuses ports, random bits and clients that cannot be", () => {
  const endpoint = { server: "192.0.2.1", client: "198.51.100.7", port: 1 };
  for (const port of [-1, 65_536, 1.5, NaN]) {
    assert.throws(
      () => teredo.encode({ ...endpoint, port }),
      /'port' must be an integer from 0 to 65535/,
    );
  }
  assert.throws(
    () => teredo.encode({ ...endpoint, random: 4096 }),
    /'random' must be an integer from 0 to 4095/,
  );
  assert.throws(
    () => teredo.encode({ ...endpoint, client: "10.0.0.1" }),
    /'client' must be a global address \(RFC 4380 §4\)/,
  );
  assert.throws(
    () => teredo.encode({ ...endpoint, server: "::1" }),
    /'server' must be IPv4/,
  );
  assert.throws(
    () =>
      teredo.encode(
        { client: "192.0.2.1", port: 1 } as Parameters<typeof teredo.encode>[0],
      ),
    /'server' must be an IPv4 address or its text: current value is undefined/,
  );
  assert.match(
    teredo.explain("2001:0:c000:201:0:fffe:f5ff:fffe")!,
    /10\.0\.0\.1 is for private use, so relays drop it/,
  );
});

Deno.test("isatap sets the universal bit for global IPv4 addresses, unless told", () => {
  assert.equal(`${isatap.encode("10.0.0.1")}`, "fe80::5efe:a00:1");
  assert.equal(`${isatap.encode("9.9.9.9")}`, "fe80::200:5efe:909:909");
  assert.equal(
    `${isatap.encode("9.9.9.9", { universal: false })}`,
    "fe80::5efe:909:909",
  );
  assert.deepEqual(isatap.decode("2001:db8:0:1:200:5efe:192.0.2.1%eth0"), {
    ipv4: parse("192.0.2.1"),
    prefix: subnet("2001:db8:0:1::/64"),
    universal: true,
  });
  for (
    const other of [
      "fe80::100:5efe:a00:1",
      "ff02::5efe:a00:1",
      "fe80::5eff:a00:1",
    ]
  ) {
    assert.equal(isatap.decode(other), undefined, other);
  }
  for (const prefix of ["2001:db8::/48", "ff02::/64"]) {
    assert.throws(
      () => isatap.encode("10.0.0.1", { prefix }),
      /'prefix' must be a unicast \/64/,
    );
  }
});

Deno.test("recognise() names the mechanism, its source and all parts in a line", () => {
  const named = (text: string) =>
    recognise(text).map(({ name }) => name).join();
  assert.equal(named("::ffff:192.0.2.1"), "ipv4Mapped");
  assert.equal(named("::192.0.2.1"), "ipv4Compatible");
  assert.equal(named("2002:c000:204::1"), "sixToFour");
  assert.equal(named("192.88.99.1"), "sixToFour");
  assert.equal(named("2001:0:4136:e378:8000:63bf:3fff:fdd2"), "teredo");
  assert.equal(named("64:ff9b::192.0.2.33"), "nat64");
  assert.equal(named("64:ff9b:1::1"), "nat64");
  assert.equal(named("192.0.0.171"), "dns64");
  assert.equal(named("fe80::5efe:10.0.0.1%eth0"), "isatap");
  assert.equal(named("192.0.0.2"), "dsLite");
  assert.equal(named("2002:c000:204::5efe:10.0.0.1"), "isatap,sixToFour");
  for (
    const plain of [
      "::",
      "::1",
      "2001:db8::1",
      "ff02::1",
      "192.0.2.1",
      "0.0.0.0",
    ]
  ) {
    assert.equal(named(plain), "", plain);
  }
  assert.deepEqual(recognise("64:ff9b::192.0.2.33"), [{
    name: "nat64",
    title: "NAT64",
    source: "RFC 6052, RFC 6146, RFC 8215",
    text:
      "192.0.2.33, reached through a translator at 64:ff9b::/96, the well-known prefix",
  }]);
});

Deno.test("every mechanism encodes, decodes, explains and says what it is", () => {
  for (const [name, mechanism] of Object.entries(transition)) {
    for (const verb of ["encode", "decode", "explain"] as const) {
      assert.equal(typeof mechanism[verb], "function", `${name}.${verb}`);
    }
    assert.match(mechanism.about.source, /^RFC \d/, name);
    assert.ok(mechanism.about.title.length > 2, name);
  }
});

Deno.test("a mechanism throws at text that is no address, and at none at all", () => {
  for (
    const { decode } of [
      ipv4Mapped,
      ipv4Compatible,
      sixToFour,
      teredo,
      isatap,
      nat64,
      dns64,
      dsLite,
    ]
  ) {
    assert.throws(() => decode("nonsense"), { name: "ParseError" });
    assert.throws(() => decode(undefined as unknown as string), TypeError);
  }
});

Deno.test("a mechanism that lacks an argument says what it needs", () => {
  const { map, sixRd, xlat464 } = transition;
  const nothing = undefined as never;
  const lacks = (act: () => unknown, message: RegExp) =>
    assert.throws(act, { name: "TypeError", message });
  lacks(
    () => sixRd.encode("10.0.0.1", nothing),
    /'domain' must be an object with a prefix: current value is undefined/,
  );
  lacks(
    () => map.decode("::1", nothing),
    /'rule' must be an object with ipv6Prefix/,
  );
  lacks(
    () =>
      map.encode(nothing, {
        ipv6Prefix: "::/64",
        ipv4Prefix: "0.0.0.0/0",
        eaLength: 0,
      }),
    /'customer' must be/,
  );
  lacks(
    () => map.portSet(1, nothing),
    /'bits' must be an object with psidLength/,
  );
  lacks(
    () =>
      xlat464.encode({ source: "192.0.0.4", destination: "9.9.9.9" }, nothing),
    /'translators' must be/,
  );
  lacks(() => xlat464.decode(nothing, { clat: "::/96" }), /'flow' must be/);
  lacks(
    () => teredo.encode(nothing),
    /'endpoint' must be an object with server, client and port/,
  );
  lacks(() => dsLite.softwire(nothing), /'ends' must be/);
  lacks(() => dns64.explain(nothing), /'answers' must be/);
});

Deno.test("what a mechanism decodes goes into JSON", () => {
  assert.equal(
    JSON.stringify(nat64.decode("64:ff9b::192.0.2.33")),
    '{"ipv4":"192.0.2.33","prefix":"64:ff9b::/96","suffix":"::"}',
  );
  assert.match(JSON.stringify(teredo.decode("2001::1")), /"port":65535/);
});
