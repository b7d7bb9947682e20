import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { parse } from "../../../lib/ip/address.ts";
import { describe } from "../../../lib/ip/describe.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

Deno.test("describe() tells a host and the subnet around it, and draws the cut", async () => {
  const about = await describe("10.0.0.77/26");
  assert.equal(`${about.address}`, "10.0.0.77");
  assert.equal(`${about.subnet}`, "10.0.0.64/26");
  assert.deepEqual(Deno.inspect(about).split("\n"), [
    "10.0.0.77/26  Private use",
    "  meaning       For use inside one network, as in countless others; it means",
    "                nothing on the Internet, which does not route it.",
    "  kind          private, RFC 1918",
    "  network       10.0.0.64",
    "  broadcast     10.0.0.127",
    "  hosts         62: 10.0.0.65 to 10.0.0.126",
    "  addresses     64",
    "  netmask       255.255.255.192",
    "  wildcard      0.0.0.63",
    "  parent        10.0.0.0/25",
    "  halves        10.0.0.64/27, 10.0.0.96/27",
    "  reverse zone  64/26.0.0.10.in-addr.arpa",
    "  decimal       167772237",
    "  hex           0x0a00004d",
    "  reverse name  77.0.0.10.in-addr.arpa",
    "  in IPv6       0a00:004d",
    "",
    "  00001010.00000000.00000000.01|001101",
    "  network 26 bits, host 6 bits",
  ]);
});

Deno.test("describe() of an IPv6 address finds what is inside it", async () => {
  const about = await describe("2001:db8::211:22ff:fe33:4455%eth0");
  assert.equal(about.subnet, undefined);
  assert.equal(about.derived["MAC"], "00:11:22:33:44:55");
  assert.equal(about.derived["solicited node"], "ff02::1:ff33:4455%eth0");
  assert.equal(about.notations["url"], "[2001:db8::211:22ff:fe33:4455%25eth0]");
  assert.equal(
    about.notations["UNC"],
    "2001-db8--211-22ff-fe33-4455.ipv6-literal.net",
  );
  assert.match(
    Deno.inspect(about),
    /\n {2}0211:22ff {2}0000001000010001:0010001011111111\n/,
  );
});

Deno.test("describe() names the transition mechanism and explains it", async () => {
  const about = await describe("2001:0:4136:e378:8000:63bf:3fff:fdd2");
  assert.deepEqual(about.transition.map(({ name }) => name), ["teredo"]);
  assert.match(
    Deno.inspect(about),
    /Teredo {10}a client behind a cone NAT that shows it as 192\.0\.2\.45 port\n/,
  );
});

Deno.test("describe() of a group gives its MAC, and no solicited node", async () => {
  const { derived, scope } = await describe("ff02::fb");
  assert.deepEqual(derived, { "multicast MAC": "33:33:00:00:00:fb" });
  assert.equal(scope, "link-local");
  assert.equal(
    (await describe("224.0.0.251")).derived["multicast MAC"],
    "01:00:5e:00:00:fb",
  );
});

/** At every prefix length: the mark is where the prefix ends, no bit is lost. */
Deno.test("the bits are cut where the prefix ends, in the field and in the picture", async () => {
  for (const text of ["203.0.113.5", "2001:db8:85a3:8d3:1319:8a2e:370:7348"]) {
    const { bits } = parse(text);
    const digits = parse(text).format("binary").replace(/[.:]/g, "");
    for (let length = 0; length <= bits; length++) {
      const about = await describe(`${text}/${length}`);
      const plain = about.bits.replace(/[.:]/g, "");
      assert.equal(plain, `${digits.slice(0, length)}|${digits.slice(length)}`);
      const picture = Deno.inspect(about).split("\n\n").at(-1)!.split("\n");
      const drawn = picture.slice(0, -1).map((line) =>
        line.trim().replace(/^[0-9a-f]{4}:[0-9a-f]{4} {2}/, "")
      ).join("\n");
      assert.equal(drawn.replace(/[^01]/g, ""), digits);
      const inside = length % 32 !== 0;
      assert.equal(drawn.includes("|"), inside, `${text}/${length}`);
      if (!inside) continue;
      assert.equal(drawn.split("|")[0]!.replace(/[^01]/g, "").length, length);
    }
  }
});

Deno.test("describe() takes values too, and the ends of the families", async () => {
  assert.equal(
    (await describe(parse("::"))).classification.kind,
    "unspecified",
  );
  assert.equal(
    `${(await describe(subnet("10.0.0.0/8"))).subnet}`,
    "10.0.0.0/8",
  );
  for (const text of ["0.0.0.0/0", "::/0", "255.255.255.255/32", "ff::1/128"]) {
    assert.ok(Deno.inspect(await describe(text)).startsWith(`${text}  `), text);
  }
  assert.match(
    Deno.inspect(await describe("10.0.0.0/20")),
    /reverse zone {2}16 zones, from 0\.0\.10\.in-addr\.arpa/,
  );
});

Deno.test("describe() refuses what is neither address nor subnet", async () => {
  for (const text of ["", "10.0.0.0/33", "example.com"]) {
    await assert.rejects(() => describe(text), { name: "ParseError" }, text);
  }
});

Deno.test("a description is one line inside another value, and whole in JSON", async () => {
  const about = await describe("10.0.0.77/26");
  assert.equal(Deno.inspect({ about }), "{ about: 10.0.0.77/26  Private use }");
  const json = JSON.parse(JSON.stringify(about));
  assert.equal(json.address, "10.0.0.77");
  assert.equal(json.subnet.broadcast, "10.0.0.127");
  assert.equal(json.classification.kind, "private");
  assert.equal(json.bits, "00001010.00000000.00000000.01|001101");
});

Deno.test("a description is painted where colour is wanted, and says the same", async () => {
  const about = await describe("2001:db8::1/50");
  const painted = Deno.inspect(about, { colors: true });
  assert.ok(painted.includes("\x1b["));
  assert.equal(stripVTControlCharacters(painted), Deno.inspect(about));
});
