/** Captures without their addresses: what changes, what does not, what is right. */

import assert from "node:assert/strict";
import { type Address, type Subnet, subnet } from "../../lib/ip/mod.ts";
import {
  build,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  tcp,
  udp,
} from "../../lib/packet/mod.ts";
import { anonymise, create, open } from "../../lib/pcap/mod.ts";
import { captures, installed, run } from "./corpus.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
/** Link types whose packets are understood. */
const KNOWN = [0, 1, 9, 12, 14, 101, 108, 113, 228, 229, 276];

/** All octets of a capture that is written. */
async function written(capture: Awaited<ReturnType<typeof open>>) {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  await capture.writeTo(writable);
  return await octets;
}

/** A capture of packets that are built. */
async function captureOf(...packets: readonly Packet[]) {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const file = await create(writable);
  for (const packet of packets) await file.write(packet);
  await file.close();
  return await open(await octets);
}

function around(address: Address, length: number): Subnet {
  return subnet(address, length, { hostBits: "clear" });
}

Deno.test("prefixes are kept, addresses are not, and checksums are right", async () => {
  const capture = await captureOf(
    build(
      ethernet({ src: "00:1b:21:00:00:01", dst: "00:1b:21:00:00:02" }),
      ipv4({ src: "198.51.100.1", dst: "198.51.100.2" }),
      tcp(),
      "hello",
    ),
    build(
      ethernet({ src: "00:1b:21:00:00:01", dst: "ff:ff:ff:ff:ff:ff" }),
      ipv4({ src: "198.51.100.1", dst: "255.255.255.255" }),
      udp(),
      "x",
    ),
    build(
      ethernet(),
      ipv6({ src: "2001:db8::1", dst: "2001:db8::ff:2" }),
      udp(),
      "hello",
    ),
  );
  const before = await Array.fromAsync(capture);
  const after = await Array.fromAsync(await anonymise(capture, { key: KEY }));
  const [first, second, third] = after;
  const old = before[0]!.ipv4!;
  const { src, dst } = first!.ipv4!;
  assert.notEqual(`${src}`, `${old.src}`);
  assert.notEqual(`${dst}`, `${old.dst}`);
  assert.ok(around(src, 30).contains(dst), "31 bits of these are the same");
  assert.ok(!around(src, 31).contains(dst), "but not one more");
  const macs = first!.ethernet!;
  assert.notEqual(macs.src, before[0]!.ethernet!.src);
  assert.equal(macs.src.slice(0, 14), macs.dst.slice(0, 14));
  assert.notEqual(macs.src, macs.dst);
  assert.equal(second!.ethernet!.dst, "ff:ff:ff:ff:ff:ff");
  assert.equal(`${second!.ipv4!.dst}`, "255.255.255.255");
  assert.equal(`${second!.ipv4!.src}`, `${src}`, "the same stays the same");
  assert.ok(around(third!.ipv6!.src, 96).contains(third!.ipv6!.dst));
  assert.notEqual(`${third!.ipv6!.src}`, "2001:db8::1");
  for (const packet of after) {
    assert.ok(packet.checksums.length > 0);
    for (const sum of packet.checksums) assert.ok(sum.ok, JSON.stringify(sum));
  }
});

Deno.test("the same key gives the same addresses, another one others", async () => {
  const capture = await captureOf(build(
    ipv4({ src: "198.51.100.1", dst: "203.0.113.9" }),
  ));
  const source = async (key?: Uint8Array) => {
    const [packet] = await Array.fromAsync(await anonymise(capture, { key }));
    return `${packet!.ipv4!.src} ${packet!.ipv4!.dst}`;
  };
  assert.equal(await source(KEY), await source(KEY));
  assert.notEqual(await source(KEY), await source(KEY.with(0, 1)));
  assert.notEqual(await source(), await source());
});

Deno.test("payloads are kept, or made zeros with checksums that are right", async () => {
  const capture = await captureOf(
    build(ipv4({ src: "198.51.100.1" }), udp(), "secret"),
    build(ipv4({ src: "198.51.100.1" }), tcp(), "secret"),
    build(ipv4({ src: "198.51.100.1", protocol: 89 }), "secret"),
  );
  for await (const { payload } of await anonymise(capture, { key: KEY })) {
    assert.equal(text(payload), "secret");
  }
  const zeros = await anonymise(capture, { key: KEY, payload: "zero" });
  for await (const packet of zeros) {
    assert.equal(packet.payload.toHex(), "000000000000");
    for (const sum of packet.checksums) assert.ok(sum.ok, JSON.stringify(sum));
  }
});

Deno.test("wrong arguments and unknown link types are refused", async () => {
  const capture = await captureOf(build(ipv4()));
  await assert.rejects(anonymise(capture, { key: new Uint8Array(16) }), {
    name: "RangeError",
    message: /'key' must be 32 octets: current value is 16 octets/,
  });
  const payload = "cut" as "zero";
  await assert.rejects(anonymise(capture, { payload }), TypeError);
  const wireless = new Uint8Array(24);
  const view = new DataView(wireless.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, 65535, 127].forEach((word, i) =>
    view.setUint32(4 * i, word)
  );
  await assert.rejects(anonymise(await open(wireless)), {
    code: "unsupported",
    message: /addresses in link type 127 are not found/,
  });
});

/** The fields in which tshark finds addresses that are to be gone. */
const FIELDS = [
  "eth.src",
  "eth.dst",
  "arp.src.proto_ipv4",
  "arp.dst.proto_ipv4",
  "arp.src.hw_mac",
  "ip.src",
  "ip.dst",
  "ipv6.src",
  "ipv6.dst",
  "icmpv6.nd.ns.target_address",
  "icmpv6.nd.na.target_address",
  "icmpv6.opt.linkaddr",
  "igmp.maddr",
];
/** What is wrong with headers, which must not become more or less. */
const STATUS = [
  "ip.checksum.status",
  "tcp.checksum.status",
  "udp.checksum.status",
  "icmp.checksum.status",
  "icmpv6.checksum.status",
  "igmp.checksum.status",
];

async function tshark(octets: Uint8Array, fields: readonly string[]) {
  const checks = ["ip", "tcp", "udp"].flatMap((name) => [
    "-o",
    `${name}.check_checksum:TRUE`,
  ]);
  const args = [
    "-r",
    "-",
    "-n",
    ...checks,
    "-T",
    "fields",
    "-E",
    "occurrence=a",
  ];
  for (const field of fields) args.push("-e", field);
  const { stdout } = await run("tshark", args, octets);
  return text(stdout).replace(/\n$/, "").split("\n");
}

/** Packets within packets that are not followed, as the docs say. */
const NOT_FOLLOWED = [
  "macsec-integonly.pcap",
  "macsec-short-shorter.pcap",
  "sflow_expanded.pcap",
];

Deno.test({
  name:
    "in real captures no address is left, and no checksum becomes wrong or right",
  ignore: captures.length === 0 || !installed("tshark"),
  async fn() {
    let addresses = 0;
    const odd: string[] = [];
    const some = captures.filter((_, i) => i % 30 === 0);
    for (const { name, path } of some) {
      const capture = await open(path);
      if (!KNOWN.includes(capture.linkType)) continue;
      // Both are written anew: tshark sees the same but for addresses.
      const ours = await written(await anonymise(capture, { key: KEY }));
      const theirs = await Deno.readFile(path);
      assert.equal(await (await open(ours)).count(), await capture.count());
      const [was, is] = await Promise.all([
        tshark(theirs, [...FIELDS, ...STATUS]),
        tshark(ours, [...FIELDS, ...STATUS]),
      ]);
      assert.equal(is.length, was.length, name);
      for (const [i, line] of was.entries()) {
        const old = line.split("\t");
        const now = is[i]!.split("\t");
        for (const [j, field] of FIELDS.entries()) {
          const [before, after] = [old[j]!.split(","), now[j]!.split(",")];
          for (const [k, address] of before.entries()) {
            if (address === "" || isKept(address)) continue;
            if (NOT_FOLLOWED.includes(name)) continue;
            addresses++;
            assert.notEqual(after[k], address, `${name} ${i + 1} ${field}`);
          }
        }
        const states = [old, now].map((l) => l.slice(FIELDS.length).join());
        if (states[0] !== states[1]) {
          odd.push(`${name} ${i + 1} ${states.join(" > ")}`);
        }
      }
    }
    assert.deepEqual(odd, []);
    assert.ok(addresses > 100, `${addresses} addresses`);
  },
});

/** Addresses that stay, as the docs say. */
function isKept(address: string): boolean {
  return /^(0|127|22[4-9]|23\d|255\.255\.255\.255$)\.?/.test(address) &&
      address.includes(".") ||
    /^(ff|33:33|::1?$)/.test(address) ||
    address === "00:00:00:00:00:00" ||
    // A group's hardware address: an odd first octet.
    /^.[13579bdf]:..:..:..:..:..$/.test(address);
}
