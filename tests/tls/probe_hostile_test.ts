import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { isHelloRetry } from "../../lib/tls/watching/message_names.ts";
import { rounds } from "../seed.ts";
import {
  type NodeCrypto,
  nodeCrypto,
} from "../../lib/tls/probe/node_crypto.ts";
import { probe, type ProbeOptions } from "../../lib/tls/probe/probe.ts";
import {
  chance,
  clear,
  flight1_2,
  flight1_3,
  message,
  readHello,
  shuffled,
  type Spoil,
  spoiled,
} from "./flights.ts";

/** Spoilt flights: some in each run of the tests, 100,000 by hand. */
const ROUNDS = rounds(1000);
const SEED = 20_261_123;

type Answer = (
  connection: net.tcp.Connection,
  hello: Uint8Array,
  crypto: NodeCrypto,
) => Promise<void> | void;

/** A server that answers each ClientHello in its own way. */
async function serving(answer: Answer) {
  const crypto = await nodeCrypto();
  return await net.tcp.serve({}, async (connection) => {
    try {
      const hello = await readHello(connection);
      if (hello !== undefined) await answer(connection, hello, crypto);
    } catch {
      // The probe has gone, which is its right.
    }
  });
}

const record = (type: number, ...octets: number[]) =>
  Uint8Array.of(type, 3, 3, octets.length >> 8, octets.length, ...octets);

/** Sends the same for ever, or until nobody takes it. */
async function forEver(
  connection: net.tcp.Connection,
  octets: Uint8Array,
) {
  const many = new Uint8Array(octets.length * 300);
  for (let n = 0; n < 300; n++) many.set(octets, n * octets.length);
  for (;;) await connection.write(many, { timeout: 1000 });
}

const wrong = (spoil: Spoil): Answer => (connection, hello, crypto) =>
  connection.write(flight1_3(crypto, hello, spoil));

const wrong1_2 = (spoil: Spoil): Answer => (connection, hello, crypto) =>
  connection.write(flight1_2(crypto, hello, spoil));

/** Changes an octet of a message. */
const change = (which: number, at: number, to: number) => (all: Uint8Array[]) =>
  all.map((one, i) => i === which ? one.map((x, j) => j === at ? to : x) : one);

/** The place of the last octets of a ServerHello of ours. */
const RETRY = Uint8Array.fromHex(
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
);

/** A ServerHello that asks for a key of another group. */
function retryFor(hello: Uint8Array, group: number): Uint8Array {
  const sessionId = hello.subarray(39, 39 + hello[38]!);
  return message(
    2,
    Uint8Array.of(3, 3),
    RETRY,
    Uint8Array.of(sessionId.length),
    sessionId,
    Uint8Array.of(0x13, 1, 0, 0, 12),
    Uint8Array.of(0, 43, 0, 2, 3, 4),
    Uint8Array.of(0, 51, 0, 2, group >> 8, group),
  );
}

const FAULTS: readonly [
  name: string,
  Answer,
  code: string,
  RegExp,
  ProbeOptions?,
][] = [
  [
    "plain HTTP",
    (c) => c.write("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "not-tls",
    /speaks HTTP there and not TLS: "HTTP\/1\.1 400 Bad Request"\. Try: .*8443/,
  ],
  [
    "SSH",
    (c) => c.write("SSH-2.0-OpenSSH_9.2\r\n"),
    "not-tls",
    /speaks SSH/,
  ],
  [
    "mail that waits for STARTTLS",
    (c) => c.write("220 mail.example ESMTP\r\n"),
    "not-tls",
    /speaks SMTP .*starttls: "smtp"/,
  ],
  ["noise", (c) => c.write(new Uint8Array(999).fill(0xee)), "not-tls", /eeee/],
  ["three octets", (c) => c.write("\x16\x03\x03"), "not-tls", /160303/],
  ["a close", () => {}, "closed", /closed the connection without an answer/],
  ["a reset", (c) => c.reset(), "reset", /reset the connection before/],
  [
    "silence",
    () => new Promise((resolve) => setTimeout(resolve, 400)),
    "timeout",
    /nothing more came within \d+ ms before it said anything/,
    { timeout: 150 },
  ],
  [
    "an octet now and then",
    (c, hello, crypto) => {
      const octets = flight1_3(crypto, hello);
      return (async () => {
        for (const octet of octets) {
          await c.write(Uint8Array.of(octet));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })();
    },
    "timeout",
    /nothing more came within/,
    { timeout: 150 },
  ],
  [
    "an alert",
    (c) => c.write(record(21, 2, 40)),
    "alert",
    /refused with the alert handshake_failure\. Try/,
  ],
  [
    "warnings without end",
    (c) => forEver(c, record(21, 1, 112)),
    "too-large",
    /more than 2000 records/,
  ],
  [
    "empty records without end",
    (c) => forEver(c, record(22)),
    "too-large",
    /more than 2000 records/,
  ],
  [
    "changes of cipher without end",
    (c) => forEver(c, record(20, 1)),
    "too-large",
    /more than 2000 records/,
  ],
  [
    "a message without end",
    (c) =>
      c.write(clear(Uint8Array.of(2, 0xff, 0xff, 0xff))).then(() =>
        forEver(c, clear(new Uint8Array(16_000)))
      ),
    "too-large",
    /announced a message of 16777219 octets/,
  ],
  [
    "a record that is too long",
    (c) => c.write(Uint8Array.of(22, 3, 3, 0xff, 0xff)),
    "too-large",
    /announced a record of 65535 octets/,
  ],
  [
    "data in place of a message",
    (c) => c.write(record(23, 1, 2, 3)),
    "malformed",
    /record of type 23 during the handshake/,
  ],
  [
    "another message first",
    (c) => c.write(clear(message(14))),
    "malformed",
    /sent serverHelloDone where serverHello or helloRetryRequest is due/,
  ],
  [
    "a ServerHello that is cut",
    (c) => c.write(clear(message(2, new Uint8Array(20)))),
    "malformed",
    /message of type 2 and 24 octets that does not parse/,
  ],
  [
    "a change of cipher in a message",
    (c) =>
      c.write(clear(Uint8Array.of(2, 0, 0, 50))).then(() =>
        c.write(record(20, 1))
      ),
    "malformed",
    /record of type 20 in the middle of a message/,
  ],
  [
    "a suite that was not offered",
    wrong({ clear: change(0, 4 + 2 + 32 + 33 + 1, 4) }),
    "malformed",
    /chose TLS_AES_128_CCM_SHA256, which was not offered/,
  ],
  [
    "a version that was not offered",
    wrong1_2({}),
    "version",
    /chose TLS 1\.2, which was not offered\. Try: { versions: \[0x0303\] }/,
    { versions: [0x0304] },
  ],
  [
    "a key that is none",
    wrong({
      clear: (all) => [all[0]!.map((x, i) => i >= all[0]!.length - 32 ? 0 : x)],
    }),
    "malformed",
    /key that is none of group 29/,
  ],
  [
    "a key of another group",
    wrong({
      clear: (
        all,
      ) => [all[0]!.map((x, i) => i === all[0]!.length - 35 ? 23 : x)],
    }),
    "malformed",
    /key that is none of group 29/,
  ],
  [
    "keys for somebody else",
    (c, hello, crypto) =>
      c.write(flight1_3(crypto, hello.map((x, i) => i === 7 ? x ^ 1 : x))),
    "malformed",
    /record that cannot be decrypted after its changeCipherSpec: the record's digest/,
  ],
  [
    "no certificate",
    wrong({ hidden: ([first]) => [first!] }),
    "malformed",
    /sent finished where certificateRequest or certificate/,
  ],
  [
    "a certificate without its parts",
    wrong({
      hidden: ([one, , three]) => [one!, message(11, Uint8Array.of(9)), three!],
    }),
    "malformed",
    /message of type 11 and 5 octets that does not parse/,
  ],
  [
    "a Finished of other messages",
    wrong({ hidden: (all) => [...all, message(20, new Uint8Array(32))] }),
    "malformed",
    /finished that does not fit the messages before it/,
  ],
  [
    "the end in the middle",
    wrong({ octets: (all) => all.subarray(0, 200) }),
    "closed",
    /closed the connection in the middle of a record after its changeCipherSpec/,
  ],
  [
    "noise behind the ServerHello",
    wrong({ octets: (all) => all.map((x, i) => i > 126 ? 0xee : x) }),
    "malformed",
    /what is no record of TLS after its serverHello: octets eeee/,
  ],
  [
    "a request for a group that was not offered",
    (c, hello) => c.write(clear(retryFor(hello, 30))),
    "malformed",
    /asked for a key of group 30, which was not offered/,
  ],
  [
    "one request for another key after the other",
    async (c, hello) => {
      await c.write(clear(retryFor(hello, 23)));
      await readHello(c);
      await c.write(clear(retryFor(hello, 24)));
    },
    "malformed",
    /sent helloRetryRequest where serverHello is due/,
  ],
  [
    "messages of TLS 1.2 in another order",
    wrong1_2({
      clear: ([hello, certificate]) => [hello!, message(14), certificate!],
    }),
    "ok",
    /^$/,
  ],
  [
    "two certificates of TLS 1.2",
    wrong1_2({ clear: ([hello, one]) => [hello!, one!, one!] }),
    "malformed",
    /sent certificate where certificateStatus or serverKeyExchange/,
  ],
  [
    "a key of TLS 1.2 off the curve",
    wrong1_2({ clear: change(3, 20, 0xff) }),
    "malformed",
    /key that is none of group 23/,
    { finish: true },
  ],
];

Deno.test("whatever a server does, the error names it and says what it did", async (t) => {
  for (const [name, answer, code, form, options] of FAULTS) {
    await t.step(name, async () => {
      await using server = await serving(answer);
      const begun = performance.now();
      const timeout = 60_000;
      const seen = probe(server.address, { timeout, ...options });
      if (code === "ok") await seen;
      else {
        await assert.rejects(seen, (error) => {
          assert.ok(error instanceof net.NetError, `${error}`);
          assert.equal(error.code, code, error.message);
          assert.equal(error.target, `${server.address}`);
          assert.match(error.message, form);
          return true;
        });
      }
      assert.ok(performance.now() - begun < 30_000);
    });
  }
});

Deno.test("a caller's abort passes through, before and during the handshake", async () => {
  await using server = await serving(() =>
    new Promise((resolve) => setTimeout(resolve, 100))
  );
  const reason = new Error("enough");
  await assert.rejects(
    probe(server.address, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  const controller = new AbortController();
  const seen = probe(server.address, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(seen, reason);
});

Deno.test("the flights that are spoilt below are right before", async () => {
  await using modern = await serving(wrong({}));
  const seen = await probe(modern.address);
  assert.deepEqual([seen.version, seen.alpn, seen.signatureScheme], [
    0x0304,
    "h2",
    0x0403,
  ]);
  assert.equal(seen.certificates[0]?.length, 300);
  await using older = await serving(wrong1_2({}));
  const { version, certificates, ocspResponse, clientCertificateWanted } =
    await probe(older.address);
  assert.deepEqual(
    [
      version,
      certificates.length,
      ocspResponse?.length,
      clientCertificateWanted,
    ],
    [0x0303, 1, 2, true],
  );
  assert.equal(isHelloRetry(seen.messages[1]?.message), false);
});

Deno.test(`${ROUNDS} spoilt flights all end in time, by a result or a told error`, async () => {
  let random = chance(SEED);
  await using server = await serving((connection, hello, crypto) => {
    const flight = random(2) === 0 ? flight1_3 : flight1_2;
    const way = random(3);
    const spoil: Spoil = way === 0
      ? { octets: (all) => spoiled(all, random) }
      : way === 1
      ? { clear: (all) => shuffled(all, random) }
      : { hidden: (all) => shuffled(all, random) };
    return connection.write(flight(crypto, hello, spoil));
  });
  const codes = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    random = chance(SEED + round);
    const begun = performance.now();
    let code = "read";
    try {
      await probe(server.address, { timeout: 60_000, finish: round % 3 === 0 });
    } catch (error) {
      assert.ok(
        error instanceof net.NetError,
        `seed ${SEED + round}: ${error}`,
      );
      assert.equal(error.target, `${server.address}`, `seed ${SEED + round}`);
      code = error.code;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const took = performance.now() - begun;
    assert.ok(took < 30_000, `seed ${SEED + round} took ${took} ms, ${code}`);
  }
  assert.equal(codes.get("timeout"), undefined);
  assert.ok((codes.get("malformed") ?? 0) > ROUNDS / 4, `${[...codes]}`);
});
