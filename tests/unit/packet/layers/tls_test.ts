/** TLS records, messages and fingerprints, on frames of OpenSSL's. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  ipv4,
  ja3,
  ja3s,
  ja4,
  tcp,
  tls,
} from "../../../../lib/packet/mod.ts";
import type {
  Packet,
  TlsClientHello,
  TlsMessage,
} from "../../../../lib/packet/mod.ts";
import { tlsFrames } from "../../../packet/tls_frames.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

const frame = (name: keyof typeof tlsFrames) => decode(octets(tlsFrames[name]));

const recordsOf = (packet: Packet) =>
  packet.layers.filter((layer) => layer.name === "tls");

const messagesOf = (packet: Packet) =>
  recordsOf(packet).flatMap(({ messages = [] }) => messages);

function message<K extends TlsMessage["kind"]>(packet: Packet, kind: K) {
  const found = messagesOf(packet).find((one) => one.kind === kind);
  assert.ok(found, `no ${kind}`);
  return found as Extract<TlsMessage, { readonly kind: K }>;
}

Deno.test("tls: a ClientHello says what the client can do (RFC 8446 §4.1.2)", () => {
  const packet = frame("clientHello");
  assert.equal(packet.error, undefined);
  assert.equal(packet.tls?.type, 22);
  assert.equal(packet.tls.version, 0x0301);
  assert.equal(packet.tls.length, 260);
  assert.equal(packet.payload.length, 0);
  const hello = message(packet, "clientHello");
  assert.equal(hello.version, 0x0303);
  assert.equal(hello.random.length, 32);
  assert.equal(hello.sessionId.length, 32);
  assert.deepEqual(hello.cipherSuites, [0x1301, 0x1303, 0xc02b, 0x00ff]);
  assert.deepEqual(hello.compressionMethods, [0]);
  assert.deepEqual(hello.extensions?.map(({ kind }) => kind), [
    ...["serverName", "ecPointFormats", "supportedGroups", "sessionTicket"],
    ...["applicationProtocols", "encryptThenMac", "extendedMasterSecret"],
    ...["signatureAlgorithms", "supportedVersions", "pskKeyExchangeModes"],
    "keyShare",
  ]);
  const [sni, points, groups, ticket, alpn, , , , versions, modes, shares] =
    hello.extensions;
  assert.deepEqual(sni, {
    kind: "serverName",
    names: [{ type: 0, name: "tls.example" }],
  });
  assert.deepEqual(points, { kind: "ecPointFormats", formats: [0, 1, 2] });
  assert.deepEqual(groups, { kind: "supportedGroups", groups: [29, 23] });
  assert.deepEqual(ticket, { kind: "sessionTicket", ticket: new Uint8Array() });
  assert.deepEqual(alpn, {
    kind: "applicationProtocols",
    protocols: ["h2", "http/1.1"],
  });
  assert.deepEqual(versions, {
    kind: "supportedVersions",
    versions: [0x0304, 0x0303, 0x0302, 0x0301],
  });
  assert.deepEqual(modes, { kind: "pskKeyExchangeModes", modes: [1] });
  assert.ok(shares?.kind === "keyShare");
  assert.deepEqual(shares.shares.map(({ group }) => group), [29]);
  assert.equal(shares.shares[0]?.key.length, 32);
  assert.equal(
    packet.tls.toString(),
    "tls handshake clientHello for tls.example",
  );
});

Deno.test("tls: a HelloRetryRequest names a group and no key (RFC 8446 §4.1.4)", () => {
  const packet = frame("helloRetryRequest");
  const hello = message(packet, "serverHello");
  assert.ok(
    hello.random.toHex().startsWith("cf21ad74e59a6111be1d8c021e65b891"),
  );
  const share = hello.extensions?.find((one) => one.kind === "keyShare");
  assert.deepEqual(share, { kind: "keyShare", group: 23, key: undefined });
  assert.deepEqual(recordsOf(packet).map(({ type }) => type), [22, 20]);
  assert.equal(recordsOf(packet)[1]?.fragment?.toHex(), "01");
});

Deno.test("tls: of TLS 1.3 all behind the server's hello is encrypted", () => {
  const [hello, ...rest] = recordsOf(frame("serverFlight13"));
  assert.deepEqual(hello?.messages?.map(({ kind }) => kind), ["serverHello"]);
  assert.ok(rest.length > 2);
  for (const { type, fragment, length } of rest) {
    assert.equal(type, 23);
    assert.equal(fragment?.length, length);
  }
});

Deno.test("tls: a ticket is offered as a pre-shared key, and taken (RFC 8446 §4.2.11)", () => {
  const hello = message(frame("resumption"), "clientHello");
  const offer = hello.extensions?.at(-1);
  assert.ok(offer?.kind === "preSharedKey");
  assert.equal(offer.identities.length, 1);
  assert.equal(offer.identities[0]?.identity.length, 208);
  assert.deepEqual(offer.binders.map(({ length }) => length), [48]);
  const answer = message(frame("resumed"), "serverHello");
  const taken = answer.extensions?.find(({ kind }) => kind === "preSharedKey");
  assert.deepEqual(taken, { kind: "preSharedKey", selected: 0 });
});

Deno.test("tls: a server's flight of TLS 1.2 (RFC 5246 §7.4, RFC 8422 §5.4)", () => {
  const packet = frame("serverFlight12");
  assert.deepEqual(messagesOf(packet).map(({ kind }) => kind), [
    "serverHello",
    "certificate",
    "serverKeyExchange",
    "certificateRequest",
    "serverHelloDone",
  ]);
  assert.equal(message(packet, "serverHello").cipherSuite, 0xc02b);
  const { certificates } = message(packet, "certificate");
  assert.equal(certificates.length, 1);
  // DER: a sequence with a length of two octets.
  assert.equal(certificates[0]?.subarray(0, 2).toHex(), "3082");
  const { exchange } = message(packet, "serverKeyExchange");
  assert.ok("group" in exchange);
  assert.equal(exchange.group, 29);
  assert.equal(exchange.publicKey.length, 32);
  assert.equal(exchange.signatureAlgorithm, 0x0403);
  const request = message(packet, "certificateRequest");
  assert.deepEqual(request.types, [1, 2, 64]);
  assert.ok(request.signatureAlgorithms?.includes(0x0804));
  assert.equal(request.authorities.length, 1);
});

Deno.test("tls: a key modulo a prime is told from one on a curve (RFC 5246 §7.4.3)", () => {
  const { exchange } = message(frame("primeFlight12"), "serverKeyExchange");
  assert.ok("prime" in exchange);
  assert.equal(exchange.prime.length, 128);
  assert.equal(exchange.publicKey.length, 128);
  assert.equal(exchange.signatureAlgorithm, 0x0804);
  assert.equal(exchange.signature.length, 128);
});

Deno.test("tls: before TLS 1.2 a signature does not say how it was made (RFC 4492 §5.4)", () => {
  const { exchange } = message(frame("serverFlight10"), "serverKeyExchange");
  assert.ok("group" in exchange);
  assert.equal(exchange.signatureAlgorithm, undefined);
  assert.equal(exchange.signature.length, 128);
});

Deno.test("tls: a client's flight of TLS 1.2 ends with what is encrypted", () => {
  const packet = frame("clientFlight12");
  assert.deepEqual(messagesOf(packet).map(({ kind }) => kind), [
    "certificate",
    "clientKeyExchange",
    "certificateVerify",
  ]);
  const last = recordsOf(packet).at(-1)!;
  assert.equal(last.type, 22);
  assert.equal(last.messages, undefined);
  assert.equal(last.fragment?.length, last.length);
  const ticket = message(frame("ticket12"), "newSessionTicket");
  assert.equal(ticket.lifetimeSeconds, 7200);
});

Deno.test("tls: an alert is read, an encrypted one is not (RFC 8446 §6)", () => {
  const { tls } = frame("alert");
  assert.deepEqual(tls?.alert, { level: 2, description: 70 });
  assert.equal(String(tls), "tls alert fatal protocol_version");
  const encrypted = frame("encryptedAlert").tls;
  assert.equal(encrypted?.alert, undefined);
  assert.equal(encrypted?.fragment?.length, 26);
});

Deno.test("tls: each frame is built again from its fields", () => {
  for (const name of Object.keys(tlsFrames) as (keyof typeof tlsFrames)[]) {
    const packet = frame(name);
    const { srcPort, dstPort } = packet.tcp!;
    const specs = recordsOf(packet).map((record) => {
      const { type, version, messages, alert, fragment } = record;
      return tls({ type, version, messages, alert, fragment });
    });
    const built = build(ipv4(), tcp({ srcPort, dstPort }), ...specs);
    assert.equal(
      built.bytes.subarray(40).toHex(),
      packet.bytes.subarray(packet.tls!.offset).toHex(),
      name,
    );
  }
});

Deno.test("tls: type and length follow from the messages", () => {
  const packet = build(
    ipv4(),
    tcp({ dstPort: 443 }),
    tls({ messages: ["serverHelloDone"] }),
    tls({ alert: { level: "fatal", description: "handshake_failure" } }),
    tls({ type: "applicationData", fragment: octets("0102 03") }),
  );
  assert.equal(
    packet.bytes.subarray(40).toHex(),
    "1603030004 0e000000 1503030002 0228 1703030003 010203".replaceAll(" ", ""),
  );
});

Deno.test("tls: of a record that goes on in the next segment there is what is here", () => {
  const bytes = octets(tlsFrames.serverFlight12);
  const cut = decode(bytes.subarray(0, 300), { length: bytes.length });
  assert.deepEqual(messagesOf(cut).map(({ kind }) => kind), ["serverHello"]);
  const data = build(
    ipv4(),
    tcp({ dstPort: 443 }),
    tls({ type: 23, length: 1000, fragment: octets("0102") }),
  );
  assert.equal(data.tls.fragment?.length, 2);
  assert.equal(String(data.tls), "tls applicationData 2 of 1000 octets");
});

Deno.test("tls: what starts with no record's header is not TLS", () => {
  const other = (payload: string) =>
    build(ipv4(), tcp({ dstPort: 443 }), octets(payload));
  for (
    const payload of [
      "",
      "1603",
      "474554202f20485454502f312e310d0a",
      "1603050001 00",
      "1603034801 00",
      "1903030001 00",
    ]
  ) {
    const packet = other(payload);
    assert.equal(packet.tls, undefined, payload);
    assert.equal(packet.error, undefined);
    assert.equal(packet.payload.toHex(), payload.replace(" ", ""));
  }
});

Deno.test("tls: an extension that is not what its number says keeps its octets, and the packet says so", () => {
  const hello = {
    kind: "clientHello",
    extensions: [{ kind: 10, octets: octets("0005 001d") }],
  } as const;
  const packet = build(
    ipv4(),
    tcp({ dstPort: 443 }),
    tls({ messages: [hello] }),
  );
  const [extension] = message(packet, "clientHello").extensions ?? [];
  assert.deepEqual(extension, { kind: 10, octets: octets("0005001d") });
});

Deno.test("ja3() and ja3s() are those of tshark", () => {
  const hash = (name: keyof typeof tlsFrames) =>
    ja3(message(frame(name), "clientHello")).hash;
  assert.equal(hash("clientHello"), "d4cbb73dcbc7ce3716477dfb82243104");
  assert.equal(hash("secondClientHello"), "d4cbb73dcbc7ce3716477dfb82243104");
  assert.equal(hash("resumption"), "754f41ce0cd9ab727db88054f61cc990");
  const server = (name: keyof typeof tlsFrames) =>
    ja3s(message(frame(name), "serverHello")).hash;
  assert.equal(server("helloRetryRequest"), "f4febc55ea12b31ae17cfb7e614afda8");
  assert.equal(server("serverFlight12"), "10b29985cd0ecd878ac083f059c42d51");
});

/** A hello as it is built, from the lists of a published example. */
function helloOf(
  values: Partial<Omit<TlsClientHello, "kind">>,
): TlsClientHello {
  const packet = build(
    ipv4(),
    tcp({ dstPort: 443 }),
    tls({ messages: [{ kind: "clientHello", version: 0x0303, ...values }] }),
  );
  return message(packet, "clientHello");
}

const numbers = (list: string) =>
  list.split(",").map((number) => parseInt(number, 16));

/** The example of JA4.md: a browser, with GREASE in all lists. */
const BROWSER = helloOf({
  cipherSuites: numbers(
    "3a3a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
  ),
  extensions: [
    { kind: 0x1a1a, octets: new Uint8Array() },
    { kind: "compressCertificate", algorithms: [2] },
    { kind: "serverName", names: [{ type: 0, name: "example.org" }] },
    { kind: "keyShare", shares: [] },
    { kind: "applicationProtocols", protocols: ["h2", "http/1.1"] },
    { kind: "applicationSettingsOld", protocols: ["h2"] },
    { kind: "extendedMasterSecret" },
    { kind: "pskKeyExchangeModes", modes: [1] },
    {
      kind: "signatureAlgorithms",
      schemes: numbers("0403,0804,0401,0503,0805,0501,0806,0601"),
    },
    { kind: "statusRequest", type: 1, request: new Uint8Array(4) },
    { kind: "sessionTicket", ticket: new Uint8Array() },
    { kind: "signedCertificateTimestamp", octets: new Uint8Array() },
    { kind: "supportedVersions", versions: [0x8a8a, 0x0304, 0x0303] },
    { kind: "renegotiationInfo", verifyData: new Uint8Array() },
    { kind: "ecPointFormats", formats: [0] },
    { kind: "supportedGroups", groups: [0x4a4a, 29, 23, 24] },
    { kind: "padding", octets: new Uint8Array(2) },
  ],
});

Deno.test("ja4() is that of FoxIO's example, in which GREASE does not count", () => {
  assert.deepEqual(ja4(BROWSER), {
    hash: "t13d1516h2_8daaf6152771_e5627efa2ab1",
    text:
      "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601",
  });
  assert.match(ja4(BROWSER, { transport: "quic" }).hash, /^q13d1516h2_/);
  assert.equal(
    ja3(BROWSER).text,
    "771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0",
  );
});

Deno.test("ja4() without signature algorithms ends without them, as in FoxIO's example", () => {
  const extensions = BROWSER.extensions?.map((one) =>
    one.kind === "signatureAlgorithms" ? { ...one, schemes: [] } : one
  );
  assert.equal(
    ja4({ ...BROWSER, extensions }).hash,
    "t13d1516h2_8daaf6152771_6d807ffa2a79",
  );
});

Deno.test("ja4() has zeros for what is not there, and knows old versions", () => {
  assert.equal(
    ja4(helloOf({ version: 0x0301 })).hash,
    "t10i000000_000000000000_000000000000",
  );
  assert.match(ja4(helloOf({ version: 0x0300 })).hash, /^ts3i/);
  assert.match(ja4(helloOf({ version: 0x7777 })).hash, /^t00i/);
  const many = helloOf({ cipherSuites: Array(120).fill(0x1301) });
  assert.match(ja4(many).hash, /^t12i990000_/);
});

Deno.test("ja4() takes the ends of the first protocol, in hexadecimal if they are no letters", () => {
  const ends = (protocol: string) =>
    ja4(helloOf({
      extensions: [{
        kind: "applicationProtocols",
        protocols: [protocol, "other"],
      }],
    })).hash.slice(8, 10);
  assert.deepEqual(
    [
      "h2",
      "http/1.1",
      "x",
      "",
      "\xab",
      "\xab\xcd",
      "0\xab",
      "01\xab\xcd",
      "0\xab\xcd1",
    ]
      .map(ends),
    ["h2", "h1", "xx", "00", "ab", "ad", "3b", "3d", "01"],
  );
});
