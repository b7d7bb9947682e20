/** SSH's lines and packets, on what OpenSSH sends. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  ipv4,
  type Packet,
  ssh,
  tcp,
} from "../../../../lib/packet/mod.ts";
import { streamOctets } from "../../../packet/stream_octets.ts";
import { golden, inIpv4, octets } from "./golden.ts";

/** A TCP segment to port 22. */
const segment = (hex: string): Packet =>
  inIpv4(6, `9c400016 00000001 00000000 5010ffff 00000000 ${hex}`);

const layers = (packet: Packet) =>
  packet.layers.filter((layer) => layer.name === "ssh");

const built = (...specs: readonly ReturnType<typeof ssh>[]) =>
  build(
    ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
    tcp({ srcPort: 40000 }),
    ...specs,
  );

Deno.test("ssh: a client's line and its kexInit, both in one segment (RFC 4253 §4.2, §7.1)", () => {
  const packet = segment(streamOctets.sshClient);
  assert.equal(packet.error, undefined);
  assert.equal(packet.payload.length, 0);
  const [line, init, ...more] = layers(packet);
  assert.deepEqual(more, []);
  golden(packet, "ssh", {
    length: 0x5353482d,
    identification: "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6",
  });
  assert.equal(line?.headerLength, 40);
  assert.equal(init?.identification, undefined);
  assert.equal(init?.length, 1556);
  assert.equal(init.paddingLength, 8);
  assert.equal(init.code, 20);
  assert.equal(init.cookie?.length, 16);
  assert.deepEqual(init.kexAlgorithms?.slice(0, 3), [
    "sntrup761x25519-sha512",
    "sntrup761x25519-sha512@openssh.com",
    "curve25519-sha256",
  ]);
  assert.equal(init.kexAlgorithms.length, 13);
  assert.equal(init.serverHostKeyAlgorithms?.length, 16);
  assert.deepEqual(init.compressionAlgorithmsServerToClient, [
    ...["none", "zlib@openssh.com", "zlib"],
  ]);
  assert.deepEqual(init.languagesClientToServer, []);
  assert.equal(init.firstKexPacketFollows, 0);
  assert.equal(init.data?.length, 0);
  assert.equal(init.padding?.length, 8);
  assert.equal(String(init), "ssh kexInit 1556 octets");
});

Deno.test("ssh: a line or a packet that goes on in the next segment is no error", () => {
  const all = octets(streamOctets.sshClient).toHex();
  const cut = segment(all.slice(0, 400));
  assert.equal(cut.error, undefined);
  const init = layers(cut)[1];
  assert.equal(init?.length, 1556);
  assert.equal(init.cookie?.length, 16);
  assert.equal(init.kexAlgorithms, undefined);
  assert.equal(segment(all.slice(0, 40)).error, undefined);
  assert.equal(segment("535348").ssh, undefined);
});

Deno.test("ssh: what is encrypted, and what is no SSH, is left alone", () => {
  for (
    const hex of ["8f3a11c20933", "00000005aabbccdd", "00010000", "485454502f"]
  ) {
    const packet = segment(hex);
    assert.equal(packet.ssh, undefined, hex);
    assert.equal(packet.error, undefined);
    assert.equal(packet.payload.toHex(), hex);
  }
  const newKeys = "0000000c 0a 15 00000000000000000000";
  const packet = segment(`${newKeys} 9f8e7d6c5b4a39281706f5e4d3c2b1a0`);
  assert.deepEqual(layers(packet).map(({ code }) => code), [21]);
  assert.equal(packet.payload.length, 16);
  assert.equal(packet.error, undefined);
});

Deno.test("ssh: other messages keep their octets", () => {
  golden(segment("0000000c 06 1e 0102030405 000000000000"), "ssh", {
    length: 12,
    paddingLength: 6,
    code: 30,
    data: "01020304",
    padding: "050000000000",
  });
});

Deno.test("ssh: a message that goes beyond its packet is an error", () => {
  const hex = "0000000c 05 01 00000002 00000006 616263646566 00000000";
  assert.match(
    String(segment(hex).error?.message),
    /Cannot decode ssh: message longer than its packet/,
  );
});

Deno.test("ssh: padding and lengths are worked out in building (RFC 4253 §6)", () => {
  const cases = [
    [ssh({ code: "newKeys" }), "0000000c0a15" + "00".repeat(10)],
    [
      ssh({ reasonCode: "byApplication", description: "bye" }),
      "0000001c0b01" + "0000000b" + "00000003627965" + "00000000" +
      "00".repeat(11),
    ],
    [
      ssh({ identification: "SSH-2.0-x y" }),
      "5353482d322e302d7820790d0a",
    ],
    [
      ssh({ code: 30, data: Uint8Array.of(1, 2), padding: new Uint8Array(8) }),
      "0000000c081e0102" + "00".repeat(8),
    ],
  ] as const;
  for (const [spec, hex] of cases) {
    const packet = built(spec);
    assert.equal(packet.bytes.slice(40).toHex(), hex);
    assert.equal(packet.tcp?.dstPort, 22);
    assert.equal(decode(packet.bytes, { linkType: 228 }).error, undefined);
  }
  for (let n = 0; n < 20; n++) {
    const spec = ssh({ code: "ignore", data: new Uint8Array(n) });
    const { paddingLength, headerLength } = built(spec).ssh!;
    assert.equal(headerLength % 8, 0);
    assert.ok(paddingLength! >= 4 && paddingLength! < 12);
  }
});

Deno.test("ssh: names with commas, lines that are no identification, stray fields are refused", () => {
  const cases = [
    [() => ssh({ kexAlgorithms: ["a,b"] }), /'kexAlgorithms' must be a list/],
    [() => ssh({ kexAlgorithms: [""] }), /'kexAlgorithms' must be a list/],
    [() => ssh({ identification: "HTTP/1.1" }), /starts with SSH-/],
    [() => ssh({ identification: "SSH-\r\nx" }), /starts with SSH-/],
    [
      () => ssh({ identification: `SSH-${"x".repeat(250)}` }),
      /up to 253 characters/,
    ],
    [
      () => ssh({ code: "newKeys", cookie: new Uint8Array(16) }),
      /'cookie' must be left out/,
    ],
    [
      () => ssh({ code: "kexInit", cookie: new Uint8Array(15) }),
      /'cookie' must be 16 octets/,
    ],
  ] as const;
  for (const [make, message] of cases) assert.throws(make, message);
});
