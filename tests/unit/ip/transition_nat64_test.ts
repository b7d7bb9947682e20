import assert from "node:assert/strict";
import { type Address, parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { dns64, nat64, xlat464 } from "../../../lib/ip/transition/all.ts";

/** RFC 6052 §2.4, tables 2 and 3: all for 192.0.2.33. */
const RFC_6052 = [
  ["2001:db8::/32", "2001:db8:c000:221::"],
  ["2001:db8:100::/40", "2001:db8:1c0:2:21::"],
  ["2001:db8:122::/48", "2001:db8:122:c000:2:2100::"],
  ["2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"],
  ["2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0"],
  ["2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"],
  ["64:ff9b::/96", "64:ff9b::192.0.2.33"],
] as const;

for (const [prefix, text] of RFC_6052) {
  Deno.test(`nat64 puts 192.0.2.33 under ${prefix} as RFC 6052 §2.4 does`, () => {
    const address = parse(text);
    assert.deepEqual(nat64.encode("192.0.2.33", { prefix }), address);
    assert.deepEqual(nat64.decode(address, { prefix }), {
      ipv4: parse("192.0.2.33"),
      prefix: subnet(prefix),
      suffix: parse("::"),
    });
    assert.match(
      nat64.explain(address, { prefix })!,
      /^192\.0\.2\.33, .*\/\d+/,
    );
  });
}

Deno.test("nat64 keeps a suffix apart from the address, as far as there is room", () => {
  const prefix = "2001:db8:122:344::/64";
  const suffix = "::ab:cdef";
  const address = nat64.encode("192.0.2.33", { prefix, suffix });
  assert.equal(`${address}`, "2001:db8:122:344:c0:2:21ab:cdef");
  assert.deepEqual(nat64.decode(address, { prefix })?.suffix, parse(suffix));
  for (const wide of ["::100:0", "::1%eth0"]) {
    assert.throws(
      () => nat64.encode("192.0.2.33", { prefix, suffix: wide }),
      /'suffix' must have its first 104 bits zero under 2001:db8:122:344::\/64, and no zone: current value is ::/,
    );
  }
  assert.throws(
    () => nat64.encode("192.0.2.33", { suffix: "::1" }),
    /first 128 bits zero/,
  );
  assert.throws(
    () => nat64.encode("192.0.2.33", { suffix: "0.0.0.1" }),
    /'suffix' must be IPv6/,
  );
});

Deno.test("nat64 refuses what is not global under the well-known prefix only", () => {
  for (
    const ipv4 of [
      "10.0.0.1",
      "192.168.1.1",
      "127.0.0.1",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
    ]
  ) {
    assert.throws(
      () => nat64.encode(ipv4),
      {
        name: "RangeError",
        message: new RegExp(
          `'ipv4' must be a global address \\(RFC 6052 §3\\.1\\): current value is ${ipv4}, for .* \\(a prefix of the network's own is free of this, and \\{ nonGlobal: "allow" \\} takes it\\)`,
        ),
      },
    );
    nat64.encode(ipv4, { nonGlobal: "allow" });
    nat64.encode(ipv4, { prefix: "64:ff9b:1::/96" });
  }
  assert.equal(`${nat64.encode("192.0.0.9")}`, "64:ff9b::c000:9");
  assert.match(
    nat64.explain("64:ff9b::10.0.0.1")!,
    /private use, so translators drop it$/,
  );
});

Deno.test("nat64 refuses prefixes of other lengths, and ones in bits 64 to 71", () => {
  assert.throws(
    () => nat64.encode("192.0.2.33", { prefix: "2001:db8::/33" }),
    /'prefix' must be 32, 40, 48, 56, 64 or 96 bits long: current value is 2001:db8::\/33/,
  );
  assert.throws(
    () => nat64.encode("192.0.2.33", { prefix: "2001:db8::100:0:0:0/96" }),
    /'prefix' must have zeros in bits 64 to 71/,
  );
  assert.throws(
    () => nat64.decode("64:ff9b::1", { prefix: "10.0.0.0/8" }),
    /'prefix' must be IPv6: current value is 10\.0\.0\.0\/8/,
  );
  assert.equal(
    nat64.decode("2001:db8:122:344:1c0:2:2100:0", {
      prefix: "2001:db8:122:344::/64",
    }),
    undefined,
  );
});

Deno.test("nat64 guesses nothing about the prefix for local use (RFC 8215 §5)", () => {
  assert.equal(nat64.decode("64:ff9b:1::c000:221"), undefined);
  assert.match(
    nat64.explain("64:ff9b:1::c000:221")!,
    /only the network knows$/,
  );
  assert.equal(nat64.explain("64:ff9b:2::c000:221"), undefined);
});

Deno.test("dns64 gives the AAAA records that there are, and else makes them", () => {
  const a = ["192.0.2.33", "203.0.113.1"];
  assert.equal(
    `${dns64.encode({ a })}`,
    "64:ff9b::c000:221,64:ff9b::cb00:7101",
  );
  assert.equal(
    `${
      dns64.encode({ a: ["192.0.2.33"] }, {
        prefixes: ["2001:db8::/96", "64:ff9b::/96"],
      })
    }`,
    "2001:db8::c000:221,64:ff9b::c000:221",
  );
  assert.equal(`${dns64.encode({ a, aaaa: ["2001:db8::1"] })}`, "2001:db8::1");
  assert.equal(`${dns64.encode({ a: [], aaaa: [] })}`, "");
});

Deno.test("dns64 takes one address or prefix as well as a list", () => {
  assert.equal(
    `${dns64.encode({ a: "192.0.2.33" }, { prefixes: "2001:db8::/96" })}`,
    "2001:db8::c000:221",
  );
  assert.equal(
    `${dns64.encode({ a: parse("192.0.2.33") })}`,
    "64:ff9b::c000:221",
  );
  assert.equal(`${dns64.discover("64:ff9b::c000:aa")}`, "64:ff9b::/96");
  for (const no of [undefined, null, 5]) {
    assert.throws(
      () => dns64.encode({ a: no as unknown as string }),
      /'a' must be one or a list of them: current value is/,
    );
  }
});

Deno.test("dns64 pays no regard to IPv4-mapped AAAA records (RFC 6147 §5.1.4)", () => {
  const answers = { a: ["192.0.2.33"], aaaa: ["::ffff:192.0.2.33"] };
  assert.equal(`${dns64.encode(answers)}`, "64:ff9b::c000:221");
  assert.match(
    dns64.explain(answers),
    /^there is no usable AAAA record, so the answer is made/,
  );
  assert.equal(
    `${dns64.encode(answers, { exclude: [] })}`,
    "::ffff:192.0.2.33",
  );
});

Deno.test("dns64 leaves out what translators would drop, but for ipv4only.arpa", () => {
  const answers = { a: ["10.0.0.1", "192.0.0.170"] };
  assert.equal(`${dns64.encode(answers)}`, "64:ff9b::c000:aa");
  assert.equal(
    `${dns64.encode(answers, { nonGlobal: "allow" })}`,
    "64:ff9b::a00:1,64:ff9b::c000:aa",
  );
  assert.equal(
    `${dns64.encode({ a: ["10.0.0.1"] }, { prefixes: ["2001:db8::/96"] })}`,
    "2001:db8::a00:1",
  );
  assert.match(
    dns64.explain({ a: ["10.0.0.1"] }),
    /A 10\.0\.0\.1 may not stand under 64:ff9b::\/96, so the answer is empty$/,
  );
  assert.match(dns64.explain({ a: [] }), /no A record to make one from/);
  assert.match(
    dns64.explain({ a: [], aaaa: ["2001:db8::1"] }),
    /^the answer is as it stands/,
  );
});

Deno.test("dns64 takes an A record back from under the longest of its prefixes", () => {
  const prefixes = ["2001:db8::/32", "2001:db8::/96"];
  const made = dns64.decode("2001:db8::192.0.2.33", { prefixes });
  assert.equal(`${made?.ipv4} ${made?.prefix}`, "192.0.2.33 2001:db8::/96");
  assert.equal(dns64.decode("2001:db9::1", { prefixes }), undefined);
  assert.throws(
    () => dns64.decode("2001:db9::1", { prefixes: [] }),
    /'prefixes' must name at least one/,
  );
});

for (const [prefix] of RFC_6052) {
  Deno.test(`dns64 discovers ${prefix} from the AAAA records of ipv4only.arpa`, () => {
    const both = ["192.0.0.170", "192.0.0.171"].map((a) =>
      nat64.encode(a, { prefix, nonGlobal: "allow" })
    );
    assert.equal(`${dns64.discover(both)}`, prefix);
    assert.equal(`${dns64.discover(both.slice(1))}`, prefix);
  });
}

Deno.test("dns64 discovers all three prefixes of RFC 7050's example, and none where there is no DNS64", () => {
  const records = [
    "2001:db8:42::192.0.0.170",
    "2001:db8:43::192.0.0.170",
    "64:ff9b::192.0.0.170",
  ];
  assert.equal(
    `${dns64.discover(records)}`,
    "2001:db8:42::/96,2001:db8:43::/96,64:ff9b::/96",
  );
  assert.deepEqual(dns64.discover([]), []);
  assert.deepEqual(dns64.discover(["2001:db8::1"]), []);
  // Ones in bits 64 to 71 are no translator's.
  assert.deepEqual(dns64.discover(["2001:db8::100:0:c000:aa"]), []);
  assert.throws(() => dns64.discover(["192.0.0.170"]), /'aaaa' must be IPv6/);
});

Deno.test("dns64 is not misled by a prefix that holds 192.0.0.170 itself", () => {
  // Bits 32 to 63 of the prefix read as 192.0.0.170 under 2001:db8::/32.
  const prefix = "2001:db8:c000:aa::/64";
  const [first, second] = ["192.0.0.170", "192.0.0.171"].map((a) =>
    nat64.encode(a, { prefix })
  ) as [Address, Address];
  assert.equal(`${dns64.discover([first, second])}`, prefix);
  assert.deepEqual(dns64.discover([first]), []);
});

Deno.test("xlat464 translates the flow of RFC 6877 appendix A and back", () => {
  const translators = {
    clat: "2001:db8:aaaa::/96",
    plat: "2001:db8:1234::/96",
  };
  const flow = { source: "192.168.1.2", destination: "198.51.100.1" };
  const carried = xlat464.encode(flow, translators);
  assert.deepEqual(carried, {
    source: parse("2001:db8:aaaa::192.168.1.2"),
    destination: parse("2001:db8:1234::198.51.100.1"),
  });
  assert.deepEqual(xlat464.decode(carried, translators), {
    source: parse(flow.source),
    destination: parse(flow.destination),
  });
});

Deno.test("xlat464 knows a CLAT of one address, in 192.0.0.0/29", () => {
  const translators = { clat: "2001:db8::464/128" };
  const carried = xlat464.encode({
    source: "192.0.0.4",
    destination: "198.51.100.1",
  }, translators);
  assert.equal(
    `${carried.source} ${carried.destination}`,
    "2001:db8::464 64:ff9b::c633:6401",
  );
  assert.equal(`${xlat464.decode(carried, translators)?.source}`, "192.0.0.4");
  assert.equal(
    xlat464.decode({ ...carried, source: "2001:db8::465" }, translators),
    undefined,
  );
  assert.equal(
    xlat464.decode({ ...carried, destination: "2001:db8::465" }, translators),
    undefined,
  );
  assert.throws(
    () =>
      xlat464.encode(
        { source: "192.168.1.2", destination: "198.51.100.1" },
        translators,
      ),
    /'source' must be 192\.0\.0\.4, .* \(a NAT44 comes before\): current value is 192\.168\.1\.2/,
  );
  assert.throws(
    () =>
      xlat464.encode(
        { source: "192.0.0.4", destination: "10.0.0.1" },
        translators,
      ),
    /'destination' must be a global address/,
  );
  assert.throws(
    () =>
      xlat464.decode(carried, { clat: "2001:db8::/32", plat: "2001:db8::/96" }),
    /'clat' must be apart from the PLAT's 2001:db8::\/96/,
  );
});
