import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import { pseudoRandom } from "./parties.ts";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import type { Connection } from "../../lib/socket/connection.ts";
import { serve as serveTcp } from "../../lib/socket/server.ts";
import { serve } from "../../lib/tls/serve.ts";
import { startTlsProtocols } from "../../lib/tls/starttls.ts";
import { all, dial } from "./parties.ts";

/** Handshakes that are spoilt; 100,000 by hand. */
const COUNT = 160;
/** At once: most of the time goes by waiting for octets that never come. */
const WIDTH = 16;

Deno.test("a handshake spoilt on its way ends in good order, on both sides", async () => {
  const { server: identity, ca, client } = await all();
  await using server = await serve({
    ...identity,
    clientCa: ca,
    clientCertificate: "request",
    handshakeTimeout: 400,
  }, async (conn) => {
    for await (const line of conn.lines()) await conn.write(`${line}\n`);
  });
  const seeds = Array.from({ length: COUNT }, (_, seed) => seed);
  let intact = 0;
  await using relay = await serveTcp({}, async (conn, { id }) => {
    const random = pseudoRandom(id);
    const side = random(2);
    await using up = await connectTcp(server.address);
    const pass = async (from: Connection, to: Connection, spoil: boolean) => {
      for await (const chunk of from) {
        await to.write(spoil ? spoilt(chunk, random) : chunk);
      }
      await to.closeWrite();
    };
    await Promise.all([
      pass(conn, up, side === 0),
      pass(up, conn, side === 1),
    ]);
  });
  const one = async (seed: number) => {
    try {
      await using conn = await dial(relay.address, {
        ...(seed % 3 === 0 && client),
        maxVersion: seed % 2 === 0 ? "TLS 1.2" : "TLS 1.3",
        timeout: 400,
      });
      await conn.write("hello\n");
      assert.equal(await conn.readLine({ timeout: 400 }), "hello");
      intact++;
    } catch (error) {
      assert.ok(error instanceof NetError, `${seed}: ${error}`);
    }
  };
  const run = async () => {
    for (let seed; (seed = seeds.pop()) !== undefined;) await one(seed);
  };
  await Promise.all(Array.from({ length: WIDTH }, run));
  assert.ok(intact < COUNT / 2, `${intact} of ${COUNT} came through`);
  for (const error of [...server.errors, ...server.handshakeErrors]) {
    assert.ok(error instanceof NetError, `${error}`);
  }
  // And nobody else is the worse for it.
  await using conn = await dial(server.address);
  await conn.write("still here\n");
  assert.equal(await conn.readLine(), "still here");
});

/** Changes, drops, doubles or cuts octets. */
function spoilt(
  chunk: Uint8Array,
  random: (below: number) => number,
): Uint8Array {
  const at = random(chunk.length);
  switch (random(4)) {
    case 0:
      return chunk.subarray(0, at);
    case 1:
      return Uint8Array.from([...chunk.subarray(0, at), ...chunk]);
    default:
      return chunk.map((octet, i) => i === at ? octet ^ 1 << random(8) : octet);
  }
}

Deno.test("whatever a server says before TLS, it ends in an error of ours", async () => {
  const words = [
    ...[
      "220 ",
      "220-",
      "250-",
      "250 STARTTLS\r\n",
      "* OK ",
      "a1 OK\r\n",
      "+OK",
    ],
    ...["\r\n", "\n", "\x30\x84", "\x78\x07", "\x0a\x01\x00", "S", "N", "\0"],
    ...["<stream:stream>", "<stream:features>", "<proceed", "/>", ">", "\xff"],
    ...["* CAPABILITY STARTTLS\r\n", "xmlns='urn:ietf:params:xml:ns:xmpp-tls'"],
  ];
  await using server = await serveTcp({}, async (conn, { id }) => {
    const random = pseudoRandom(id);
    const text = Array.from(
      { length: 1 + random(8) },
      () => words[random(words.length)],
    ).join("");
    await conn.write(Uint8Array.from(text, (c) => c.charCodeAt(0)));
    await conn.closeWrite();
    await conn.readAll();
  });
  for (let seed = 0; seed < COUNT; seed++) {
    const starttls = startTlsProtocols[seed % startTlsProtocols.length]!;
    await assert.rejects(
      dial(server.address, { starttls, timeout: 1000 }),
      (error) => error instanceof NetError && error.code !== "timeout",
      `seed ${seed}`,
    );
  }
});
