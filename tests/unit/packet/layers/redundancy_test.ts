/** VRRP, HSRP, BFD and RIP, on packets of real routers and by their RFCs. */

import assert from "node:assert/strict";
import {
  bfd,
  build,
  decode,
  hsrp,
  ipv4,
  ipv6,
  rip,
  ripng,
  udp,
  vrrp,
} from "../../../../lib/packet/mod.ts";
import { routingFrames } from "../../../packet/routing_frames.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const frame = (name: keyof typeof routingFrames) =>
  decode(octets(routingFrames[name]));

const sumsOf = (name: keyof typeof routingFrames) =>
  frame(name).checksums.map(({ layer, ok }) => `${layer} ${ok}`);

Deno.test("vrrp: version 2 has a password and a sum of its own octets (RFC 3768 §5)", () => {
  const { vrrp } = frame("vrrp2");
  assert.deepEqual(
    [vrrp?.version, vrrp?.virtualRouterId, vrrp?.priority, vrrp?.interval],
    [2, 42, 191, 10],
  );
  assert.deepEqual(vrrp?.addresses.map(String), [
    "10.4.42.1",
    "10.4.42.2",
    "10.4.42.3",
  ]);
  assert.deepEqual([vrrp.authType, vrrp.password], [1, "abcdefgh"]);
  assert.deepEqual(sumsOf("vrrp2"), ["ipv4 true", "vrrp true"]);
});

Deno.test("vrrp: version 3 has a pseudo-header, over IPv4 and IPv6 (RFC 9568 §5.2.8)", () => {
  const { vrrp } = frame("vrrp3");
  assert.deepEqual(vrrp?.maxInterval, { reserved: 0, centiseconds: 1000 });
  assert.deepEqual(vrrp.addresses.map(String), ["10.4.44.100", "10.4.44.200"]);
  assert.deepEqual(sumsOf("vrrp3"), ["ipv4 true", "vrrp true"]);
  const over6 = frame("vrrp3OverIpv6").vrrp;
  assert.deepEqual(over6?.addresses.map(String), [
    "fe80::200:5eff:fe00:22d",
    "2001::abcd:a",
  ]);
  assert.deepEqual(sumsOf("vrrp3OverIpv6"), ["vrrp true"]);
});

Deno.test("vrrp: packets of both versions are built again from their fields", () => {
  const { vrrp: two } = frame("vrrp2");
  const old = build(
    ipv4(),
    vrrp({
      version: 2,
      virtualRouterId: 42,
      priority: 191,
      interval: 10,
      authType: 1,
      password: "abcdefgh",
      addresses: ["10.4.42.1", "10.4.42.2", "10.4.42.3"],
    }),
  );
  assert.equal(old.vrrp.bytes.toHex(), two!.bytes.toHex());
  const { vrrp: three, ipv6: below } = frame("vrrp3OverIpv6");
  const { src, dst } = below!;
  const built = build(
    ipv6({ src, dst }),
    vrrp({
      virtualRouterId: 45,
      priority: 191,
      maxInterval: { centiseconds: 1000 },
      addresses: ["fe80::200:5eff:fe00:22d", "2001::abcd:a"],
    }),
  );
  assert.equal(built.vrrp.bytes.toHex(), three!.bytes.toHex());
});

Deno.test("vrrp: other versions are no VRRP, and fewer addresses than stated are a cut", () => {
  const other = build(ipv4(), vrrp({ version: 4 }));
  assert.match(other.error?.message ?? "", /version is 4, not 2 or 3/);
  const cut = build(
    ipv4(),
    vrrp({ addressCount: 3, addresses: ["192.0.2.1"] }),
  );
  assert.equal(cut.vrrp.addresses.length, 1);
  assert.equal(cut.error?.code, "truncated");
});

Deno.test("hsrp: version 1 says who is active (RFC 2281 §5)", () => {
  const { hsrp } = frame("hsrpHello");
  assert.equal(
    String(hsrp),
    "hsrp v1 hello active group 1 priority 100 192.168.0.1",
  );
  assert.deepEqual(
    [hsrp?.version, hsrp?.helloTime, hsrp?.holdTime, hsrp?.authentication],
    [0, 3, 10, "cisco"],
  );
  const advertised = frame("hsrpAdvertise").hsrp;
  assert.deepEqual(
    [advertised?.opcode, advertised?.interfaceState, advertised?.passiveGroups],
    [3, 2, 3],
  );
  assert.equal(advertised?.virtualAddress, undefined);
});

Deno.test("hsrp: version 2 has TLVs, whose addresses may leave room", () => {
  const { hsrp: two, error } = build(
    ipv4(),
    udp({ dstPort: 1985 }),
    hsrp({
      version: 2,
      tlvs: [{
        kind: "groupState",
        version: 2,
        opcode: "hello",
        state: "active",
        ipVersion: 4,
        group: 100,
        identifier: "00:00:0c:9f:f0:64",
        priority: 110,
        helloMilliseconds: 3000,
        holdMilliseconds: 10000,
        virtualAddress: "10.0.0.1",
        padding: octets("00112233445566778899aabb"),
      }, { kind: "textAuthentication", text: "cisco" }],
    }),
  );
  assert.equal(error, undefined);
  assert.equal(
    two.bytes.toHex(),
    octets(
      `01 28 02 00 06 04 0064 00000c9ff064 0000006e 00000bb8 00002710
      0a000001 00112233445566778899aabb 03 08 636973636f000000`,
    ).toHex(),
  );
  assert.equal(two.version, 2);
  assert.equal(two.opcode, undefined);
  assert.equal(
    String(two),
    "hsrp v2 hello active group 100 priority 110 10.0.0.1",
  );
});

Deno.test("bfd: a control packet with a digest (RFC 5880 §4.1, §4.3, §4.4)", () => {
  const { bfd } = frame("bfdMd5");
  assert.equal(String(bfd), "bfd down A 1 > 0");
  assert.deepEqual(
    [bfd?.authType, bfd?.authLength, bfd?.keyId, bfd?.sequence],
    [2, 24, 2, 5],
  );
  assert.equal(bfd?.md5?.toHex(), "01020304050607080910111213141516");
  assert.equal(frame("bfdSha1").bfd?.sha1?.length, 20);
});

Deno.test("bfd: packets are built, authentication and lengths worked out", () => {
  const base = { myDiscriminator: 1, desiredMinTxInterval: 1_000_000 };
  const plain = build(ipv4(), udp({ dstPort: 3784 }), bfd(base));
  assert.equal(
    plain.bfd.bytes.toHex(),
    octets("20 40 03 18 00000001 00000000 000f4240 00000000 00000000").toHex(),
  );
  const { bfd: signed } = frame("bfdSha1");
  const again = build(
    ipv4(),
    udp({ dstPort: 3784 }),
    bfd({
      ...base,
      state: "down",
      detectMultiplier: 5,
      requiredMinRxInterval: 1_000_000,
      authType: 5,
      keyId: 2,
      sequence: 5,
      sha1: signed!.sha1,
    }),
  );
  assert.equal(again.bfd.bytes.toHex(), signed!.bytes.toHex());
  const password = build(
    ipv4(),
    udp({ dstPort: 3784 }),
    bfd({ ...base, authType: 1, keyId: 9, password: octets("736563") }),
  );
  assert.deepEqual(
    [password.bfd.authLength, password.bfd.length, password.bfd.flags],
    [6, 30, ["A"]],
  );
});

Deno.test("rip: routes, and a password in front of them (RFC 2453 §4)", () => {
  const { rip } = frame("rip");
  const [password, route] = rip?.entries ?? [];
  assert.deepEqual(
    [password?.family, password?.authType, password?.password],
    [0xffff, 2, "abcdefghijklmnop"],
  );
  assert.equal(
    `${route?.address} ${route?.mask} ${route?.metric}`,
    "10.70.178.0 255.255.255.0 1",
  );
  assert.equal(String(rip), "rip v2 response 1 route");
});

Deno.test("rip: a digest stands at the end (RFC 4822 §2)", () => {
  const digest = octets("00112233445566778899aabbccddeeff");
  const { rip: built, error } = build(
    ipv4(),
    udp({ dstPort: 520 }),
    rip({
      entries: [
        {
          family: "authentication",
          authType: 3,
          packetLength: 44,
          keyId: 1,
          authLength: 20,
          sequence: 7,
        },
        { family: "ipv4", address: "10.0.0.0", mask: "255.0.0.0", metric: 1 },
        { family: "authentication", authType: 1, digest },
      ],
    }),
  );
  assert.equal(error, undefined);
  assert.deepEqual(
    built.entries.map(({ family, authType }) => [family, authType]),
    [[0xffff, 3], [2, undefined], [0xffff, 1]],
  );
  assert.deepEqual(built.entries[2]?.digest, digest);
  assert.equal(built.entries[0]?.sequence, 7);
});

Deno.test("ripng: routes and a next hop (RFC 2080 §2.1)", () => {
  const packet = build(
    ipv6(),
    udp({ dstPort: 521 }),
    ripng({
      entries: [
        { prefix: "fe80::1", metric: 255 },
        { prefix: "2001:db8::", prefixLength: 32, metric: 2, routeTag: 5 },
      ],
    }),
  );
  assert.equal(
    packet.ripng.bytes.toHex(),
    octets(
      `02 01 0000 fe800000000000000000000000000001 0000 00 ff
      20010db8000000000000000000000000 0005 20 02`,
    ).toHex(),
  );
  assert.equal(String(packet.ripng), "ripng response 1 route");
});
