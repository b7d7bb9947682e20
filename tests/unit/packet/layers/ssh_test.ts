/** SSH before encryption, by RFC 4253. */

import assert from "node:assert/strict";
import { build, ipv4, ssh, tcp } from "../../../../lib/packet/mod.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const ascii = (text: string) => new TextEncoder().encode(text);

const toSsh = (payload: Uint8Array) =>
  build(ipv4(), tcp({ dstPort: 22 }), payload);

/** An offer with one name a list. */
const OFFER = {
  message: 20,
  cookie: octets("000102030405060708090a0b0c0d0e0f"),
  kexAlgorithms: ["curve25519-sha256", "ext-info-c"],
  hostKeyAlgorithms: ["ssh-ed25519"],
  ciphersToServer: ["aes128-ctr"],
  ciphersToClient: ["aes256-ctr"],
  macsToServer: ["hmac-sha2-256"],
  macsToClient: ["hmac-sha2-512"],
  compressionToServer: ["none"],
  compressionToClient: ["zlib"],
};

Deno.test("ssh: each side starts with a line (RFC 4253 §4.2)", () => {
  const packet = toSsh(ascii("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
  assert.equal(packet.ssh?.identification, "2.0-OpenSSH_9.2p1 Debian-2");
  assert.equal(packet.error, undefined);
  assert.equal(String(packet.ssh), "ssh SSH-2.0-OpenSSH_9.2p1 Debian-2");
  const built = build(
    ipv4(),
    tcp({ dstPort: 22 }),
    ssh({ identification: "2.0-x" }),
  );
  assert.deepEqual(built.bytes.subarray(40), ascii("SSH-2.0-x\r\n"));
});

Deno.test("ssh: KEXINIT has the names of all algorithms (RFC 4253 §7.1)", () => {
  const packet = build(ipv4(), tcp({ dstPort: 22 }), ssh(OFFER));
  const { ssh: view } = packet;
  assert.equal(packet.error, undefined);
  for (const [name, value] of Object.entries(OFFER)) {
    assert.deepEqual(view[name as "message"], value, name);
  }
  assert.deepEqual(view.languagesToServer, []);
  assert.deepEqual([view.firstKexFollows, view.reserved], [0, 0]);
  // RFC 4253 §6: the whole is a multiple of 8, with 4 octets of padding at least.
  assert.equal((view.start + 4) % 8, 0);
  assert.equal(view.padding?.length, view.paddingLength);
  assert.ok(view.paddingLength! >= 4);
  assert.equal(view.headerLength, view.start + 4);
});

Deno.test("ssh: line, offer and what follows may share a segment; encrypted octets are kept", () => {
  const packet = build(
    ipv4(),
    tcp({ dstPort: 22 }),
    ssh({ identification: "2.0-x" }),
    ssh(OFFER),
    ssh({ message: 21 }),
    ssh({ start: 16, fragment: new Uint8Array(32).fill(0x99) }),
  );
  const layers = packet.layers.filter((layer) => layer.name === "ssh");
  assert.deepEqual(layers.map((layer) => layer.message), [
    undefined,
    20,
    21,
    undefined,
  ]);
  assert.equal(layers[3]?.fragment?.length, 16);
});

Deno.test("ssh: encrypted lengths are no packets", () => {
  const packet = toSsh(octets("8f3a0b11 00112233"));
  assert.equal(packet.ssh, undefined);
  assert.equal(packet.error, undefined);
  assert.equal(packet.payload.length, 8);
});
