/** SSH, QUIC and WebSocket, from real captures and their RFCs' examples. */

import assert from "node:assert/strict";
import {
  build,
  ipv4,
  quic,
  ssh,
  tcp,
  udp,
  websocket,
} from "../../../../lib/packet/mod.ts";

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

const toQuic = (payload: Uint8Array) =>
  build(ipv4(), udp({ dstPort: 443 }), payload);

Deno.test("quic: an Initial has connection IDs, a token and a length (RFC 9000 §17.2.2)", () => {
  const packet = toQuic(octets(
    `c3 00000001 08 8394c8f03e515708 00 02 aabb 4005 0102030405
     e1 00000001 08 8394c8f03e515708 00 02 0607 00 00 00`,
  ));
  const [initial, handshake] = packet.layers.filter((layer) =>
    layer.name === "quic"
  );
  assert.equal(initial?.packetType, "initial");
  assert.equal(initial.version, 1);
  assert.equal(initial.destinationConnectionId?.toHex(), "8394c8f03e515708");
  assert.equal(initial.sourceConnectionId?.length, 0);
  assert.equal(initial.token?.toHex(), "aabb");
  assert.deepEqual([initial.length, initial.encrypted?.toHex()], [
    5,
    "0102030405",
  ]);
  assert.equal(handshake?.packetType, "handshake");
  assert.equal(handshake.token, undefined);
  assert.equal(handshake.encrypted?.toHex(), "0607");
  // What follows is padding, and no packet.
  assert.equal(packet.payload.toHex(), "000000");
  assert.equal(packet.error, undefined);
});

Deno.test("quic: version 2 numbers its types anew (RFC 9369 §3.2)", () => {
  const type = (first: string, version: string) =>
    toQuic(octets(`${first} ${version} 00 00 00 01 02 ${"00".repeat(16)}`))
      .quic?.packetType;
  assert.deepEqual(
    ["c0", "d0", "e0", "f0"].map((first) => type(first, "00000001")),
    ["initial", "zeroRtt", "handshake", "retry"],
  );
  assert.deepEqual(
    ["c0", "d0", "e0", "f0"].map((first) => type(first, "6b3343cf")),
    ["retry", "initial", "zeroRtt", "handshake"],
  );
  assert.equal(type("c0", "1a2a3a4a"), "long");
});

Deno.test("quic: a Retry in version 1 (RFC 9001 §A.4)", () => {
  const packet = toQuic(octets(
    `ff 00000001 00 08 f067a5502a4262b5 746f6b656e
     04a265ba2eff4d829058fb3f0f2496ba`,
  ));
  const { quic: view } = packet;
  assert.equal(view?.packetType, "retry");
  assert.equal(new TextDecoder().decode(view.retryToken), "token");
  assert.equal(
    view.integrityTag?.toHex(),
    "04a265ba2eff4d829058fb3f0f2496ba",
  );
  assert.equal(view.encrypted, undefined);
});

Deno.test("quic: version negotiation lists versions (RFC 9000 §17.2.1)", () => {
  const { quic: view } = toQuic(
    octets("80 00000000 02 0102 01 03 00000001 6b3343cf"),
  );
  assert.equal(view?.packetType, "versionNegotiation");
  assert.deepEqual(view.versions, [1, 0x6b3343cf]);
});

Deno.test("quic: of a short header there is all behind the first octet; other octets are no QUIC", () => {
  const { quic: view } = toQuic(octets("4f 0102030405"));
  assert.deepEqual([view?.longHeader, view?.packetType], [0, "short"]);
  assert.equal(view?.encrypted?.toHex(), "0102030405");
  assert.equal(view.version, undefined);
  const other = toQuic(octets("16fefd"));
  assert.equal(other.quic, undefined);
  assert.equal(other.error, undefined);
});

Deno.test("quic: packets are built from their fields", () => {
  const { quic: view } = build(
    ipv4(),
    udp({ dstPort: 443 }),
    quic({
      destinationConnectionId: octets("8394c8f03e515708"),
      encrypted: octets("010203"),
    }),
  );
  assert.equal(
    view.bytes.toHex(),
    octets("c0 00000001 08 8394c8f03e515708 00 00 03 010203").toHex(),
  );
});

/** A frame read by itself: nothing on the wire tells where there is one. */
function frameOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return new websocket.View(bytes, view, 0, 0, bytes.length);
}

Deno.test("websocket: the frames of RFC 6455 §5.7", () => {
  const hello = frameOf(octets("81 05 48656c6c6f"));
  assert.deepEqual(
    [hello.flags, hello.opcode, hello.masked, hello.length],
    [["FIN"], 1, 0, 5],
  );
  assert.deepEqual(hello.data, ascii("Hello"));
  const masked = frameOf(octets("81 85 37fa213d 7f9f4d5158"));
  assert.equal(masked.maskingKey?.toHex(), "37fa213d");
  assert.deepEqual(masked.data, ascii("Hello"));
  const ping = frameOf(octets("89 05 48656c6c6f"));
  assert.equal(String(ping), "websocket ping 5 octets");
  const long = frameOf(octets(`82 7e 0100 ${"00".repeat(256)}`));
  assert.deepEqual([long.extendedLength, long.data.length], [256, 256]);
  const longer = frameOf(
    octets(`82 7f 0000000000010000 ${"00".repeat(65536)}`),
  );
  assert.deepEqual([longer.extendedLength, longer.data.length], [
    65536n,
    65536,
  ]);
});

Deno.test("websocket: frames are built, lengths worked out and data masked", () => {
  const built = (data: Uint8Array, maskingKey?: Uint8Array) => {
    const spec = websocket({ data, maskingKey });
    return build(ipv4(), tcp({ dstPort: 8765 }), spec).bytes.subarray(40);
  };
  assert.equal(
    built(ascii("Hello"), octets("37fa213d")).toHex(),
    "818537fa213d7f9f4d5158",
  );
  assert.equal(built(new Uint8Array(125)).subarray(0, 2).toHex(), "817d");
  assert.equal(built(new Uint8Array(126)).subarray(0, 4).toHex(), "817e007e");
});
