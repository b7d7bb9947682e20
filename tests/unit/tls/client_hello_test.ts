import assert from "node:assert/strict";
import { build, decode, ipv4, tcp } from "../../../lib/packet/mod.ts";
import { ja3 } from "../../../lib/packet/layers/tls/fingerprint.ts";
import type { TlsClientHello } from "../../../lib/packet/layers/tls/handshake.ts";
import {
  clientHello,
  type ClientHelloSpec,
  handshakeRecords,
} from "../../../lib/tls/probe/client_hello.ts";
import { handshakeMessages } from "../../../lib/packet/layers/tls/handshake.ts";
import { Cursor } from "../../../lib/packet/format.ts";

const RANDOM = new Uint8Array(32).fill(0xab);
const NO_SESSION = new Uint8Array();

function read(bytes: Uint8Array): TlsClientHello {
  const cursor = new Cursor(bytes, 0, bytes.length);
  cursor.fields = { length: bytes.length };
  const [message, ...more] = handshakeMessages.read(cursor);
  assert.equal(cursor.trouble, undefined);
  assert.equal(cursor.left, 0);
  assert.deepEqual(more, []);
  assert.equal(message?.kind, "clientHello");
  return message as TlsClientHello;
}

Deno.test("a TLS 1.0 hello without extensions is, octet for octet, what RFC 2246 draws", () => {
  const bytes = clientHello({
    versions: [0x0301],
    cipherSuites: [0x002f, 0x000a],
    random: RANDOM,
  });
  assert.equal(
    bytes.toHex(),
    "0100002b" + "0301" + "ab".repeat(32) + "00" + "0004002f000a" + "0100",
  );
});

Deno.test("a TLS 1.3 hello is, octet for octet, what RFC 8446 draws", () => {
  const bytes = clientHello({
    versions: [0x0304, 0x0303],
    cipherSuites: [0x1301, 0xc02f],
    groups: [29, 23],
    signatureAlgorithms: [0x0403, 0x0804],
    serverName: "a.example",
    alpn: ["h2", "http/1.1"],
    keyShares: [{ group: 29, key: new Uint8Array(32).fill(7) }],
    statusRequest: true,
    signedCertificateTimestamps: true,
    extendedMasterSecret: true,
    random: RANDOM,
    sessionId: NO_SESSION,
    extra: [{ type: 0xff01, body: Uint8Array.of(0) }],
  });
  const extensions = [
    "0000000e000c000009612e6578616d706c65",
    "00170000",
    "000a00060004001d0017",
    "000b00020100",
    "000d0006000404030804",
    "0010000e000c02683208687474702f312e31",
    "000500050100000000",
    "00120000",
    "002b00050403040303",
    "002d00020101",
    "003300260024001d0020" + "07".repeat(32),
    "ff01000100",
  ].join("");
  const body = "0303" + "ab".repeat(32) + "00" + "00041301c02f" + "0100" +
    (extensions.length / 2).toString(16).padStart(4, "0") + extensions;
  const length = (body.length / 2).toString(16).padStart(6, "0");
  assert.equal(bytes.toHex(), `01${length}${body}`);
});

const specs: Readonly<Record<string, ClientHelloSpec>> = {
  "SSL 3.0": { versions: [0x0300], cipherSuites: [5, 10] },
  "TLS 1.2": {
    versions: [0x0303, 0x0302],
    cipherSuites: [0xc02f, 0x00ff],
    groups: [23, 24],
    signatureAlgorithms: [0x0401],
    compressions: [1, 0],
  },
  "TLS 1.3 alone, without a key": {
    versions: [0x0304],
    cipherSuites: [0x1301],
    groups: [4588, 29],
    signatureAlgorithms: [0x0804],
  },
};

for (const [name, spec] of Object.entries(specs)) {
  Deno.test(`the packet layer reads a hello of ${name} back`, () => {
    const hello = read(clientHello(spec));
    const highest = Math.max(...spec.versions);
    assert.equal(hello.version, Math.min(highest, 0x0303));
    assert.deepEqual(hello.cipherSuites, spec.cipherSuites);
    assert.deepEqual(hello.compressionMethods, spec.compressions ?? [0]);
    const kinds = (hello.extensions ?? []).map(({ kind }) => kind);
    assert.equal(kinds.includes("supportedVersions"), highest === 0x0304);
    assert.equal(kinds.includes("keyShare"), highest === 0x0304);
    assert.equal(hello.extensions === undefined, highest === 0x0300);
    assert.equal(hello.sessionId.length, highest === 0x0304 ? 32 : 0);
  });
}

Deno.test("a whole record in a packet is a hello with the fingerprint of its parts", () => {
  const records = handshakeRecords(clientHello(specs["TLS 1.2"]!));
  const { bytes } = build(
    ipv4({ src: "127.0.0.1", dst: "127.0.0.1" }),
    tcp({ dstPort: 443 }),
    records,
  );
  const packet = decode(bytes, { linkType: 101 });
  const [hello] = packet.tls?.messages as readonly TlsClientHello[];
  assert.equal(ja3(hello!).text, "771,49199-255,10-11-13,23-24,0");
});

Deno.test("randoms and session ids differ from hello to hello", () => {
  const spec = specs["TLS 1.3 alone, without a key"]!;
  const [one, two] = [read(clientHello(spec)), read(clientHello(spec))];
  assert.notDeepEqual(one.random, two.random);
  assert.notDeepEqual(one.sessionId, two.sessionId);
});

Deno.test("a message above 16,384 octets goes into several records", () => {
  const records = handshakeRecords(new Uint8Array(40_000).fill(1), 0x0303);
  assert.equal(records.length, 40_000 + 15);
  assert.deepEqual([...records.subarray(0, 5)], [22, 3, 3, 0x40, 0]);
  assert.deepEqual([...records.subarray(2 * 16_389, 2 * 16_389 + 5)], [
    22,
    3,
    3,
    7232 >> 8,
    7232 & 255,
  ]);
});

Deno.test("a hello without versions, or with numbers that do not fit, is refused", () => {
  const spec = { versions: [0x0303], cipherSuites: [1] };
  assert.throws(() => clientHello({ ...spec, versions: [] }), RangeError);
  assert.throws(
    () => clientHello({ ...spec, cipherSuites: [0x10000] }),
    RangeError,
  );
  assert.throws(
    () => clientHello({ ...spec, serverName: "ü".repeat(70_000) }),
    RangeError,
  );
});
