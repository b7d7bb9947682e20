import assert from "node:assert/strict";
import { Sink } from "../../../lib/packet/format.ts";
import { handshakeMessages } from "../../../lib/packet/layers/tls/handshake.ts";
import { freshSeed, seeded } from "../../../lib/random.ts";
import { handshakeRecords } from "../../../lib/tls/probe/client_hello.ts";
import { extension, ReplyReader } from "../../../lib/tls/scan/reply.ts";
import { ssl2Hello, Ssl2Reader } from "../../../lib/tls/scan/ssl2.ts";

/** Changed answers that are read; 100,000 by hand. */
const CHANGES = 3000;

type Message = Parameters<typeof handshakeMessages.write>[1];

/** A server's answer of TLS 1.2, up to its end. */
function answer(more: NonNullable<Message>): Uint8Array {
  const sink = new Sink("tls");
  sink.header = { version: 0x0303 };
  handshakeMessages.write(sink, [
    {
      kind: "serverHello",
      version: 0x0303,
      random: new Uint8Array(32).fill(0xaa),
      cipherSuite: 0xc02f,
      extensions: [
        { kind: "renegotiationInfo" },
        { kind: "applicationProtocols", protocols: ["h2"] },
      ],
    },
    ...more,
    { kind: "serverHelloDone" },
  ]);
  return handshakeRecords(sink.from(0), 0x0303);
}

const signature = { signatureAlgorithm: 0x0804, signature: new Uint8Array(9) };
const publicKey = new Uint8Array(32);
const WHOLE = answer([
  {
    kind: "certificate",
    certificates: [new Uint8Array(70), new Uint8Array(9)],
  },
  { kind: "certificateStatus", type: 1, response: new Uint8Array(5) },
  {
    kind: "serverKeyExchange",
    exchange: { curveType: 3, group: 29, publicKey, ...signature },
  },
  { kind: "certificateRequest", types: [1], signatureAlgorithms: [0x0804] },
]);

Deno.test("an answer is read whole, however it is cut", () => {
  for (const size of [1, 2, 7, 64, 4096]) {
    const reader = new ReplyReader();
    let isDone = false;
    for (let at = 0; at < WHOLE.length; at += size) {
      assert.equal(isDone, false);
      isDone = reader.push(WHOLE.subarray(at, at + size));
    }
    assert.equal(isDone, true);
    const reply = reader.finish("closed");
    assert.equal(reply.outcome, "hello");
    assert.equal(reply.version, 0x0303);
    assert.equal(reply.group, 29);
    assert.equal(reply.scheme, 0x0804);
    assert.deepEqual(reply.certificates.map(({ length }) => length), [70, 9]);
    assert.equal(reply.ocspResponse?.length, 5);
    assert.equal(reply.clientCertificateWanted, true);
    assert.equal(reply.isResumed, false);
    assert.equal(
      extension(reply.hello, "renegotiationInfo")?.verifyData.length,
      0,
    );
  }
});

Deno.test("the size of a prime is read with a signature and without", () => {
  // 1,023 bits: the first octet is not full.
  const prime = new Uint8Array(128).fill(0xff);
  prime[0] = 0x7f;
  const parts = [prime, Uint8Array.of(2), prime];
  const unsigned = parts.flatMap((
    part,
  ) => [part.length >> 8, part.length & 255, ...part]);
  const exchanges = [
    { prime, generator: Uint8Array.of(2), publicKey: prime, ...signature },
    Uint8Array.from(unsigned),
  ];
  for (const exchange of exchanges) {
    const reader = new ReplyReader();
    reader.push(answer([{ kind: "serverKeyExchange", exchange }]));
    assert.equal(reader.finish("closed").primeBits, 1023);
  }
});

Deno.test("a session that goes on ends an answer at its change of cipher", () => {
  const reader = new ReplyReader();
  const hello = WHOLE.subarray(0, 5 + 4 + 38 + 2 + 5 + 9);
  const records = Uint8Array.from(hello);
  records.set([hello.length - 5 >> 8, hello.length - 5 & 255], 3);
  assert.equal(reader.push(records), false);
  assert.equal(reader.push(Uint8Array.of(20, 3, 3, 0, 1, 1)), true);
  assert.equal(reader.finish("closed").isResumed, true);
});

/** First octets, and what the answer is then. */
const starts: Readonly<Record<string, readonly [number[], string]>> = {
  "nothing": [[], "silent"],
  "a warning alone": [[21, 3, 1, 0, 2, 1, 112], "silent"],
  "an alert": [[21, 3, 1, 0, 2, 2, 40], "alert"],
  "text": [[..."220 mail\r\n"].map((c) => c.charCodeAt(0)), "foreign"],
  "a record longer than any": [[22, 3, 1, 0xff, 0xff], "malformed"],
  "encrypted data at once": [[23, 3, 3, 0, 1, 0], "malformed"],
  "a message of a client": [[22, 3, 3, 0, 4, 14, 0, 0, 0], "malformed"],
};

for (const [name, [octets, outcome]] of Object.entries(starts)) {
  Deno.test(`${name} counts as ${outcome}`, () => {
    const reader = new ReplyReader();
    reader.push(Uint8Array.from(octets));
    assert.equal(reader.finish("silent").outcome, outcome);
  });
}

Deno.test("an answer without end is cut off", () => {
  const reader = new ReplyReader();
  const warning = Uint8Array.from(
    { length: 7 * 1000 },
    (_, i) => [21, 3, 1, 0, 2, 1, 112][i % 7]!,
  );
  let pushes = 1;
  while (!reader.push(warning)) assert.ok(++pushes < 100);
  assert.equal(reader.finish("closed").outcome, "malformed");
});

Deno.test("changed answers never throw, and are read in no time", () => {
  const seed = freshSeed();
  const chance = seeded(seed);
  const below = (count: number) => Math.floor(chance() * count);
  for (let n = 0; n < CHANGES; n++) {
    const octets = Uint8Array.from(WHOLE);
    for (let k = 1 + below(4); k > 0; k--) {
      octets[below(octets.length)] = below(256);
    }
    const end = chance() < 0.3 ? below(octets.length) : octets.length;
    const started = performance.now();
    try {
      const reader = new ReplyReader();
      for (let at = 0; at < end;) {
        const size = 1 + below(300);
        if (reader.push(octets.subarray(at, Math.min(end, at + size)))) break;
        at += size;
      }
      reader.finish("closed");
      const ssl2 = new Ssl2Reader();
      ssl2.push(octets.subarray(below(20), end));
      ssl2.finish("closed");
    } catch (error) {
      throw new Error(`seed ${seed}, change ${n}: ${octets.toHex()}`, {
        cause: error,
      });
    }
    const took = performance.now() - started;
    assert.ok(took < 10_000, `seed ${seed}, change ${n}: ${took} ms`);
  }
});

Deno.test("a CLIENT-HELLO of SSL 2.0 says how long its parts are", () => {
  const octets = ssl2Hello();
  const view = new DataView(octets.buffer);
  assert.equal(view.getUint16(0), 0x8000 | octets.length - 2);
  const [kinds, session, challenge] = [5, 7, 9].map((at) => view.getUint16(at));
  assert.equal(session, 0);
  assert.equal(2 + 9 + kinds! + challenge!, octets.length);
});
