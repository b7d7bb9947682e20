/** QUIC packets, on those that the RFCs give. */

import assert from "node:assert/strict";
import {
  build,
  ipv4,
  type Packet,
  quic,
  udp,
} from "../../../../lib/packet/mod.ts";
import { golden, inUdp } from "./golden.ts";

/** RFC 9001, appendix A.3: a server's Initial. */
const INITIAL = `
  cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a
  5816b6394100f37a1c69797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3
  dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84
  022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc4
  2158407dd074ee`;
/** RFC 9001, appendix A.4. */
const RETRY =
  "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba";
/** RFC 9001, appendix A.5. */
const SHORT = "4cfe4189655e5cd55c41f69080575d7999c25a5bfb";
/** RFC 9369, appendix A.4. */
const RETRY_V2 =
  "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6";

const packets = (packet: Packet) =>
  packet.layers.filter((layer) => layer.name === "quic");

const onWire = (packet: Packet) => packet.bytes.slice(28).toHex();

Deno.test("quic: an Initial says its connection IDs, token and length (RFC 9001 A.3)", () => {
  const packet = inUdp(443, INITIAL);
  assert.equal(packet.error, undefined);
  golden(packet, "quic", {
    headerForm: 1,
    fixedBit: 1,
    typeBits: 0,
    protectedBits: 15,
    version: 1,
    type: "initial",
    dcid: "",
    scid: "f067a5502a4262b5",
    token: "",
    length: 117,
    content: INITIAL.replace(/\s/g, "").slice(36),
    coalesced: false,
  });
  assert.equal(
    String(packet.quic),
    "quic initial v1 dcid none scid f067a5502a4262b5",
  );
});

Deno.test("quic: a Retry has a token and its proof, in either version (RFC 9001 A.4, RFC 9369 A.4)", () => {
  for (
    const [hex, version, typeBits, integrityTag] of [
      [RETRY, 1, 3, "04a265ba2eff4d829058fb3f0f2496ba"],
      [RETRY_V2, 0x6b3343cf, 0, "c8646ce8bfe33952d955543665dcc7b6"],
    ] as const
  ) {
    golden(inUdp(443, hex), "quic", {
      headerForm: 1,
      fixedBit: 1,
      typeBits,
      protectedBits: 15,
      version,
      type: "retry",
      dcid: "",
      scid: "f067a5502a4262b5",
      token: "746f6b656e",
      integrityTag,
      coalesced: false,
    });
  }
});

Deno.test("quic: of a short header the spin bit is known, not where its connection ID ends (RFC 9001 A.5)", () => {
  golden(inUdp(443, SHORT), "quic", {
    headerForm: 0,
    fixedBit: 1,
    typeBits: 0,
    protectedBits: 12,
    type: "oneRtt",
    spinBit: 0,
    content: SHORT.slice(2),
    coalesced: false,
  });
  assert.equal(inUdp(443, `60${SHORT.slice(2)}`).quic?.spinBit, 1);
});

Deno.test("quic: a server names the versions that it speaks (RFC 9000 §17.2.1)", () => {
  golden(inUdp(443, "8a00000000 02aabb 01cc 00000001 6b3343cf"), "quic", {
    headerForm: 1,
    fixedBit: 0,
    typeBits: 0,
    protectedBits: 10,
    version: 0,
    type: "versionNegotiation",
    dcid: "aabb",
    scid: "cc",
    supportedVersions: [1, 0x6b3343cf],
    coalesced: false,
  });
});

Deno.test("quic: each packet of a datagram is a layer, and padding is none (RFC 9000 §12.2)", () => {
  const handshake = "e000000001 01aa 00 4003 010203";
  const packet = inUdp(443, `${INITIAL}${handshake}${SHORT}`);
  assert.equal(packet.error, undefined);
  assert.deepEqual(
    packets(packet).map(({ type, coalesced, dcid }) => [
      type,
      coalesced,
      dcid?.toHex(),
    ]),
    [
      ["initial", true, ""],
      ["handshake", true, "aa"],
      ["oneRtt", false, undefined],
    ],
  );
  const padded = inUdp(443, `${handshake} 000000000000`);
  assert.equal(padded.error, undefined);
  assert.equal(packets(padded).length, 1);
  assert.equal(padded.payload.length, 6);
});

Deno.test("quic: of an unknown version only the connection IDs are read (RFC 8999 §5.1)", () => {
  const { quic } = inUdp(
    443,
    "c01a2a3a4a 15 112233445566778899aabbccddeeff112233445566 00 4001ff",
  );
  assert.equal(quic?.type, undefined);
  assert.equal(quic?.dcid?.length, 21);
  assert.equal(quic.length, undefined);
  assert.equal(quic.content?.toHex(), "4001ff");
  assert.equal(
    inUdp(443, "c0ff00001d 01aa 00 00 4001ff").quic?.type,
    "initial",
    "a draft",
  );
});

Deno.test("quic: what cannot be is said, and what is no QUIC is left alone", () => {
  const cases = [
    ["c000000001 15", /connection ID of 21 octets, 20 at most at octet 33/],
    ["c000000001 01aa 00 05 746f", /cut short/],
    ["e000000001 01aa 00 4009 0102", /cut short/],
    ["f000000001 00 00 0102", /cut short/],
    ["c000000001 00 00 ff00000000000000", /2\^53/],
  ] as const;
  for (const [hex, message] of cases) {
    assert.match(String(inUdp(443, hex).error?.message), message, hex);
  }
  // What is there of a packet that is cut.
  assert.equal(inUdp(443, cases[2][0]).quic?.content?.toHex(), "0102");
  // DTLS has neither bit.
  const dtls = inUdp(443, "16feff0000000000000000");
  assert.equal(dtls.quic, undefined);
  assert.equal(dtls.error, undefined);
});

Deno.test("quic: type, version and lengths follow from what is set", () => {
  const content = Uint8Array.of(1, 2, 3);
  const dcid = Uint8Array.of(0xaa);
  const cases = [
    [
      quic({ type: "initial", dcid, content }),
      "c000000001" + "01aa0000" + "4003010203",
    ],
    [
      quic({ type: "handshake", dcid, content }),
      "e000000001" + "01aa00" + "4003010203",
    ],
    [
      quic({ type: "handshake", version: "v2", content }),
      "f06b3343cf" + "0000" + "4003010203",
    ],
    [quic({ supportedVersions: ["v2"] }), "c000000000" + "0000" + "6b3343cf"],
    [quic({ spinBit: 1, content }), "60010203"],
    [quic({ type: "oneRtt", content }), "40010203"],
  ] as const;
  const below = [
    ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
    udp({ srcPort: 50000 }),
  ] as const;
  for (const [spec, hex] of cases) {
    const packet = build(...below, spec);
    assert.equal(onWire(packet), hex);
    assert.equal(packet.udp?.dstPort, 443);
  }
  const both = build(
    ...below,
    quic({ type: "initial", content }),
    quic({ type: "zeroRtt", content }),
  );
  assert.deepEqual(packets(both).map(({ type }) => type), [
    "initial",
    "zeroRtt",
  ]);
});

Deno.test("quic: fields that contradict each other are refused", () => {
  const cases = [
    [
      () => quic({ type: "initial", typeBits: 2 }),
      /'type' must be handshake, as other fields say/,
    ],
    [
      () => quic({ dcid: new Uint8Array(21) }),
      /'dcid' must be up to 20 octets/,
    ],
    [
      () => quic({ type: "handshake", token: Uint8Array.of(1) }),
      /'token' must/,
    ],
    [
      () => quic({ headerForm: "short", version: 1 }),
      /'version' must be left out/,
    ],
    [() => quic({ length: -1 }), /'length' must be a number from 0/],
  ] as const;
  for (const [make, message] of cases) assert.throws(make, message);
});
