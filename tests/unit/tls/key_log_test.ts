import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { parseKeyLog } from "../../../lib/tls/key_log.ts";

const RANDOM = "ab".repeat(32);
const SECRET = "5e".repeat(48);
const random = Uint8Array.fromHex(RANDOM);

Deno.test("parseKeyLog() takes every label, comments, empty lines and CR LF", () => {
  const labels = [
    "CLIENT_RANDOM",
    "CLIENT_EARLY_TRAFFIC_SECRET",
    "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
    "SERVER_HANDSHAKE_TRAFFIC_SECRET",
    "CLIENT_TRAFFIC_SECRET_0",
    "SERVER_TRAFFIC_SECRET_0",
    "EXPORTER_SECRET",
    "EARLY_EXPORTER_SECRET",
    "ECH_SECRET",
    "QUIC_SERVER_TRAFFIC_SECRET_0",
    "PMS_CLIENT_RANDOM",
  ];
  const log = parseKeyLog(
    ["# a comment", "", ...labels.map((one) => `${one} ${RANDOM} ${SECRET}`)]
      .join("\r\n"),
  );
  assert.equal(log.size, labels.length);
  assert.deepEqual(log.problems, []);
  for (const label of labels) {
    assert.equal(log.secret(label, random)?.length, 48, label);
  }
  assert.equal(log.secret("CLIENT_RANDOM", new Uint8Array(32)), undefined);
});

Deno.test("parseKeyLog() takes upper-case digits, and the two forms of RSA", () => {
  const log = parseKeyLog(
    `CLIENT_RANDOM ${RANDOM.toUpperCase()} ${SECRET.toUpperCase()}\n` +
      `RSA 0011223344556677 ${SECRET}\n` +
      `RSA Session-ID:0102 Master-Key:${SECRET}\n`,
  );
  assert.equal(log.secret("CLIENT_RANDOM", random)?.[0], 0x5e);
  const encrypted = Uint8Array.fromHex("0011223344556677");
  assert.equal(log.secret("RSA", encrypted)?.length, 48);
  assert.equal(log.secret("SESSION", Uint8Array.of(1, 2))?.length, 48);
});

Deno.test("parseKeyLog() passes over lines that are none, and says which", () => {
  const log = parseKeyLog([
    `CLIENT_RANDOM ${RANDOM} ${SECRET}`,
    `CLIENT_RANDOM ${RANDOM}`,
    `CLIENT_RANDOM ${RANDOM.slice(2)} ${SECRET}`,
    `CLIENT_RANDOM ${RANDOM} ${SECRET}CLIENT_RANDOM ${RANDOM} ${SECRET}`,
    `client_random ${RANDOM} ${SECRET}`,
    `CLIENT_RANDOM ${RANDOM} 5g`,
    `RSA 00 ${SECRET}`,
    `CLIENT_RANDOM ${RANDOM} ${"00".repeat(257)}`,
  ].join("\n"));
  assert.equal(log.size, 1);
  assert.deepEqual(log.problems.map(({ line, reason }) => [line, reason]), [
    [2, "2 words in place of 3"],
    [3, "31 octets in place of a random's 32"],
    [4, "5 words in place of 3"],
    [5, "no label"],
    [6, "no hexadecimal octets"],
    [7, "no 8 octets of an encrypted secret"],
    [8, "a secret too long to be one"],
  ]);
});

Deno.test("parseKeyLog() refuses a text without a right line, and does not quote it", () => {
  const text = `\n# x\n-----BEGIN PRIVATE KEY-----\nMIIsecret\n`;
  assert.throws(() => parseKeyLog(text), (error) => {
    assert.ok(error instanceof ParseError);
    assert.match(error.message, /as a key log: .* in line 3 at offset 5/);
    assert.ok(!JSON.stringify(error).includes("PRIVATE"));
    assert.ok(!Deno.inspect(error).includes("MIIsecret"));
    return true;
  });
  assert.equal(parseKeyLog("").size, 0);
  assert.equal(parseKeyLog("# only a comment").size, 0);
});

Deno.test("a key log never shows a secret", () => {
  const log = parseKeyLog(`CLIENT_RANDOM ${RANDOM} ${SECRET}\nnoise\n`);
  for (
    const text of [Deno.inspect(log), JSON.stringify(log), Deno.inspect([log])]
  ) {
    assert.ok(!text.includes("5e5e"), text);
    assert.ok(!text.includes("abab"), text);
  }
  assert.match(Deno.inspect(log), /key log, 1 secrets/);
});
