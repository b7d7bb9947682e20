/** Packets built from headers: what is worked out, what is kept, what is refused. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { layer } from "../../../lib/packet/codec.ts";
import { randomHeader } from "../../../lib/packet/fuzz.ts";
import { headerOctets } from "../../../lib/packet/row.ts";
import type { LayerSpec } from "../../../lib/packet/layer.ts";
import { seeded } from "../../../lib/random.ts";
import {
  build,
  decode,
  ethernet,
  ipv4,
  ipv6,
  loopback,
  sll,
  tcp,
  udp,
  vlan,
} from "../../../lib/packet/mod.ts";

const SRC = "192.0.2.1";
const DST = "198.51.100.2";

Deno.test("build() works out lengths, next protocols and checksums", () => {
  const packet = build(
    ethernet({ dst: "02-00-00-00-00-02", src: "0200.0000.0001" }),
    ipv4({ src: SRC, dst: DST }),
    tcp({ dstPort: 443, flags: ["SYN", "ACK"] }),
    "hello",
  );
  assert.equal(packet.linkType, 1);
  assert.equal(packet.ethernet.type, 0x0800);
  assert.equal(packet.ethernet.src, "02:00:00:00:00:01");
  const { ipv4: ip } = packet;
  assert.deepEqual([ip.version, ip.ihl, ip.totalLength], [4, 5, 45]);
  assert.deepEqual([ip.ttl, ip.protocol], [64, 6]);
  assert.equal(packet.tcp.dataOffset, 5);
  assert.deepEqual(packet.tcp.flags, ["SYN", "ACK"]);
  assert.equal(new TextDecoder().decode(packet.payload), "hello");
  assert.equal(packet.error, undefined);
  assert.deepEqual(packet.checksums.map(({ layer, ok }) => [layer, ok]), [
    ["ipv4", true],
    ["tcp", true],
  ]);
});

Deno.test("options are padded to whole words, and counted", () => {
  const options = Uint8Array.of(2, 4, 5, 0xb4, 1);
  const packet = build(
    ipv4({ options: options.slice(0, 1) }),
    tcp({ options }),
  );
  assert.equal(packet.ipv4.ihl, 6);
  assert.equal(packet.tcp.dataOffset, 7);
  assert.equal(packet.tcp.bytes.subarray(20).toHex(), "020405b401000000");
  assert.equal(packet.ipv4.totalLength, 24 + 28);
});

Deno.test("what is set is kept, even if it is wrong, and shown as wrong", () => {
  const packet = build(
    ipv4({ src: SRC, dst: DST, checksum: 0xbad, protocol: 99, ihl: 5 }),
    udp({ length: 12, checksum: 0xbad }),
    "hello",
  );
  assert.equal(packet.ipv4.checksum, 0xbad);
  assert.equal(packet.ipv4.protocol, 99);
  const [sum] = packet.checksums;
  assert.ok(sum && !sum.ok && sum.value === 0xbad);
  const right = packet.with({ ipv4: { checksum: undefined } });
  assert.equal(right.ipv4.checksum, sum.expected);
  assert.match(
    packet.show(),
    /checksum {2}0x0bad \(wrong, 0x[0-9a-f]{4} is right\)/,
  );
  assert.doesNotMatch(
    right.with({
      ipv4: { protocol: undefined },
      udp: { length: undefined, checksum: undefined },
    }).show(),
    /wrong/,
  );
});

Deno.test("a checksum of no data is sent as all ones in UDP, where 0 means none", () => {
  // The port that makes the sum come out as 0.
  const base = build(ipv4({ src: SRC, dst: DST }), udp({ srcPort: 0 }));
  const srcPort = base.udp.checksum;
  const packet = build(ipv4({ src: SRC, dst: DST }), udp({ srcPort }));
  assert.equal(packet.udp.checksum, 0xffff);
  const none = packet.with({ udp: { checksum: 0 } });
  assert.ok(none.checksums[1]?.ok, "0 says that there is none");
});

Deno.test("UDP over IPv6 has its pseudo-header, and an IPv6 packet without a payload no next header", () => {
  const packet = build(
    ipv6({ src: "::1", dst: "::1" }),
    udp({ dstPort: 53 }),
    "x",
  );
  assert.deepEqual([packet.ipv6.payloadLength, packet.ipv6.nextHeader], [
    9,
    17,
  ]);
  assert.ok(packet.checksums[0]?.ok);
  const empty = build(ipv6({ src: "::1", dst: "::2" }));
  assert.equal(empty.ipv6.nextHeader, 59);
  assert.equal(empty.linkType, 229);
});

Deno.test("tunnels, loopback and cooked headers find their numbers", () => {
  const tunnel = build(ipv4({}), ipv6({}), udp({}));
  assert.equal(tunnel.ipv4.protocol, 41);
  assert.equal(tunnel.layers.length, 3);
  assert.equal(build(loopback({}), ipv4({})).loopback.family, 2);
  const tagged = build(
    ethernet({}),
    vlan({ id: 7 }),
    vlan({ id: 8, priority: 5 }),
    ipv4({}),
  );
  assert.equal(tagged.ethernet.type, 0x8100);
  assert.deepEqual([tagged.vlan.id, tagged.vlan.type], [7, 0x8100]);
  assert.equal(`${tagged.layers[2]}`, "vlan 8 priority 5");
  assert.equal(tagged.layers.length, 4);
  assert.equal(build(sll({}), ipv6({})).sll.protocol, 0x86dd);
});

Deno.test("with() works out anew, and leaves the packet as it was", () => {
  const packet = build(
    ipv4({ src: SRC, dst: DST, ttl: 9 }),
    udp({ dstPort: 7 }),
    "abc",
  );
  const before = packet.bytes.slice();
  const other = packet.with({
    ipv4: { ttl: 4, dst: "10.0.0.9" },
    payload: "longer text",
  });
  assert.deepEqual(packet.bytes, before);
  assert.equal(other.ipv4.ttl, 4);
  assert.equal(`${other.ipv4.src}`, SRC);
  assert.equal(other.udp.length, 19);
  assert.ok(other.checksums.every(({ ok }) => ok));
  assert.equal(packet.with({ payload: undefined }).ipv4.totalLength, 28);
  assert.equal(packet.with({ ipv4: { ttl: undefined } }).ipv4.ttl, 64);
  const wrong = { ipv6: { hopLimit: 1 } } as unknown as Record<never, never>;
  assert.throws(
    () => packet.with(wrong),
    /'ipv6' must be one of its layers \(ipv4, udp\), payload or trailer/,
  );
});

Deno.test("a wrong field, flag or value is refused by name, at run time and by the compiler", () => {
  const cases: [() => unknown, RegExp][] = [
    [
      // @ts-expect-error a field that there is not
      () => tcp({ dstport: 1 }),
      /'dstport' must be one of its fields \(srcPort, /,
    ],
    [
      // @ts-expect-error a flag that there is not
      () => tcp({ flags: ["SNY"] }),
      /'flags' must be a list of .*current value is SNY/,
    ],
    [
      () => tcp({ dstPort: 65536 }),
      /'dstPort' must be a whole number from 0 to 65535/,
    ],
    [
      () => tcp({ seq: -1 }),
      /'seq' must be a whole number from 0 to 4294967295/,
    ],
    [
      () => ipv4({ dst: "::1" }),
      /'dst' must be an IPv4 address: current value is ::1/,
    ],
    [() => ipv4({ dst: "1.2.3" }), /only 3 of 4 octets/],
    [() => ethernet({ src: "02:00" }), /MAC/],
    [() => sll({ address: new Uint8Array(6) }), /'address' must be 8 octets/],
    // @ts-expect-error text where a number is due
    [() => udp({ dstPort: "53" }), /'dstPort' must be a number/],
    [() => build(), /'parts' must begin with a header/],
    [() => build("text"), /'parts' must begin with a header/],
    [() => build(tcp({})), /first header must be one that a link has/],
    [() => build(ipv4({}), "x", udp({})), /part 1 must be a header/],
    [
      () => build(ipv4({}), ethernet({})),
      /ethernet must have a number under ipv4, and has none; set 'protocol'/,
    ],
    [
      () => build(ipv4({ options: new Uint8Array(44) })),
      /'ihl' must be a whole number from 0 to 15/,
    ],
    [
      () => build(ipv4({}), new Uint8Array(65536)),
      /'totalLength' must be a whole number/,
    ],
  ];
  for (const [run, message] of cases) assert.throws(run, { message });
  const packet = build(ipv4({}), udp({}));
  // @ts-expect-error a layer that is absent
  assert.throws(() => packet.tcp.dstPort, TypeError);
  // @ts-expect-error a field that there is not
  assert.throws(() => packet.with({ ipv4: { tll: 4 } }), /'tll' must be one/);
});

/** A layer with every kind of fixed field, askew and across words. */
const every = layer("every", {
  first: 3,
  marks: ["HIGH", "MIDDLE", "LOW"],
  askew: 26,
  three: 24,
  long: 48,
  huge: { bits: 64 },
  backward: { bits: 24, order: "little" },
  odd: 31,
  tail: 9,
  station: "mac",
  four: "ipv4",
  six: "ipv6",
  fixed: { octets: 2 },
  words: { text: 5 },
  rest: "octets",
}, { source: "", under: [], summary: () => "" });

Deno.test("fields of any kind are read back as they were written, whatever was there before", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), (seed, dirt) => {
      const spec = randomHeader(every, seeded(seed)) as unknown as LayerSpec;
      const octets = headerOctets(spec, dirt);
      assert.deepEqual(octets, headerOctets(spec));
      const view = new DataView(octets.buffer);
      const header = new every.View(octets, view, 0, 0, octets.length);
      const values = Object.fromEntries(
        Object.keys(spec.values).map((name) => [
          name,
          (header as unknown as Record<string, unknown>)[name],
        ]),
      );
      assert.deepEqual(every.writer.take(values), spec.raw);
    }),
    { numRuns: 500 },
  );
});

Deno.test("random packets are decoded to what was built, all checksums right", () => {
  const payload = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(
      fc.ipV4(),
      fc.ipV4(),
      // No protocol has a port of these: the data stays data (RFC 6335 §6).
      fc.integer({ min: 0xc000, max: 0xffff }),
      payload,
      fc.boolean(),
      (src, dst, port, data, isTcp) => {
        const top = isTcp ? tcp({ srcPort: port }) : udp({ srcPort: port });
        const packet = build(ipv4({ src, dst }), top, data);
        const again = decode(packet.bytes, { linkType: 228 });
        assert.equal(again.error, undefined);
        assert.deepEqual(again.toJSON(), packet.toJSON());
        assert.deepEqual(again.payload, data);
        assert.ok(
          again.checksums.length === 2 && again.checksums.every(({ ok }) => ok),
        );
        // Any one bit turned over is noticed.
        const bytes = packet.bytes.slice();
        bytes[12 + port % 8]! ^= 1 << port % 8;
        assert.ok(
          decode(bytes, { linkType: 228 }).checksums.every(({ ok }) => !ok),
        );
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a layer shows its fields, a header to build what was set", () => {
  assert.deepEqual(Deno.inspect(udp).split("\n"), [
    "udp  RFC 768",
    "├─ srcPort  16 bits",
    "├─ dstPort  16 bits",
    "├─ length  16 bits",
    "└─ checksum  16 bits",
  ]);
  assert.match(Deno.inspect(tcp), /flags {2}9 bits: AE, CWR, /);
  const spec = udp({ dstPort: 53 });
  assert.equal(Deno.inspect([spec]), "[ udp({ dstPort: 53 }) ]");
  assert.equal(JSON.stringify(spec), '{"layer":"udp","dstPort":53}');
});
