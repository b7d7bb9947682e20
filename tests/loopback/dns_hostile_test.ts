/**
 * A name server and all that is no question: it neither fails, nor stops, nor
 * grows.
 *
 * @module
 */

import assert from "node:assert/strict";
import { decode, encode } from "../../lib/dns/message.ts";
import { query } from "../../lib/dns/query.ts";
import { queryAll } from "../../lib/dns/query_all.ts";
import { type NameServer, serve } from "../../lib/dns/serve.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import { freshSeed, seeded } from "../../lib/random.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import * as udp from "../../lib/socket/udp.ts";

const ZONE = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
  MX 10 mail
ns A 192.0.2.53
www A 192.0.2.80
mail A 192.0.2.25
`;

/** What a server says to octets; `undefined` if nothing. */
async function say(
  server: NameServer,
  octets: Uint8Array,
): Promise<Uint8Array | undefined> {
  await using socket = await udp.open();
  await socket.send(octets, server.address);
  // What comes second is the answer to this.
  await socket.send(
    encode({ id: 1, questions: [{ name: "www.example" }] }),
    server.address,
  );
  const first = await socket.receive({ timeout: 5000 });
  const isMark = first.data[0] === 0 && first.data[1] === 1;
  return isMark ? undefined : first.data;
}

/** What is no question that can be answered, and the code of the response. */
const ODD: readonly (readonly [string, Uint8Array, number | undefined])[] = [
  ["nothing", new Uint8Array(0), undefined],
  ["half a head", new Uint8Array(11), undefined],
  [
    "a response",
    encode({ id: 9, qr: 1, questions: [{ name: "www.example" }] }),
    undefined,
  ],
  ["a head alone", Uint8Array.from([0, 9, ...new Array(10).fill(0)]), 1],
  [
    "a question that is cut",
    encode({ id: 9, questions: [{ name: "www.example" }] }).slice(0, 20),
    1,
  ],
  [
    "a pointer to itself",
    Uint8Array.from([0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1]),
    1,
  ],
  [
    "two questions",
    encode({
      id: 9,
      questions: [{ name: "www.example" }, { name: "ns.example" }],
    }),
    1,
  ],
  [
    "a notification",
    encode({ id: 9, opcode: 4, questions: [{ name: "example", type: "SOA" }] }),
    4,
  ],
  [
    "an update",
    encode({ id: 9, opcode: 5, questions: [{ name: "example", type: "SOA" }] }),
    4,
  ],
  [
    "an unknown version of EDNS",
    encode({
      id: 9,
      questions: [{ name: "www.example" }],
      opt: { version: 1 },
    }),
    16,
  ],
  [
    "a question of another class",
    encode({ id: 9, questions: [{ name: "www.example", class: "CH" }] }),
    5,
  ],
  [
    "a question for mail boxes",
    encode({ id: 9, questions: [{ name: "www.example", type: "MAILB" }] }),
    4,
  ],
  ["a name of others", encode({ id: 9, questions: [{ name: "www.test" }] }), 5],
];

Deno.test("what is no question is answered with its code, or not at all", async () => {
  await using server = await serve(ZONE);
  for (const [what, octets, rcode] of ODD) {
    const response = await say(server, octets);
    if (rcode === undefined) {
      assert.equal(response, undefined, what);
      continue;
    }
    const message = decode(response!);
    assert.deepEqual(
      [message.id, message.qr, message.rcode],
      [9, 1, rcode],
      what,
    );
  }
});

Deno.test("changed queries neither fail, nor stop, nor fill the server", async () => {
  const seed = freshSeed();
  const dice = seeded(seed);
  await using server = await serve(ZONE);
  await using socket = await udp.open({ queue: 10_000 });
  const query1 = encode({
    id: 7,
    flags: ["RD"],
    questions: [{ name: "www.example", type: "ANY" }],
    opt: {
      udpPayloadSize: 4096,
      flags: ["DO"],
      options: [{ kind: "padding", octets: new Uint8Array(9) }],
    },
    additionals: [{
      name: "a.example",
      type: "MX",
      ttl: 1,
      data: { preference: 1, exchange: "b.a.example" },
    }],
  });
  const drained = (async () => {
    for await (const { data } of socket) decode(data);
  })();
  const round = async (count: number) => {
    for (let n = 0; n < count; n++) {
      const octets = query1.slice(
        0,
        dice() < 0.3 ? Math.floor(dice() * query1.length) : undefined,
      );
      for (let k = Math.floor(dice() * 6); k > 0; k--) {
        if (octets.length > 0) {
          octets[Math.floor(dice() * octets.length)] = Math.floor(dice() * 256);
        }
      }
      await socket.send(octets, server.address);
      if (n % 50 === 0) await new Promise((done) => setTimeout(done));
    }
    assert.equal(
      (await query(server.address, "www.example")).status,
      "NOERROR",
    );
  };
  await round(2000);
  const before = Deno.memoryUsage().heapUsed;
  await round(4000);
  const grown = Deno.memoryUsage().heapUsed - before;
  assert.ok(grown < 32 * 2 ** 20, `seed ${seed}: ${grown} octets more`);
  assert.deepEqual(server.errors, [], `seed ${seed}`);
  const { malformed, queries } = server.metrics;
  assert.ok(
    malformed > 500 && queries > 500,
    `seed ${seed}: ${malformed}, ${queries}`,
  );
  await socket.close();
  await drained;
});

Deno.test("changed streams neither fail nor stop the server, and idle ones are closed", async () => {
  const seed = freshSeed();
  const dice = seeded(seed);
  await using server = await serve(ZONE, {
    idleTimeout: 200,
    maxConnections: 20,
  });
  const good = encode({ id: 7, questions: [{ name: "www.example" }] });
  const framed = Uint8Array.from([
    good.length >> 8,
    good.length & 255,
    ...good,
  ]);
  await Promise.all(Array.from({ length: 60 }, async () => {
    await using conn = await tcp.connect(server.address);
    const octets = framed.slice(0, 1 + Math.floor(dice() * framed.length));
    octets[Math.floor(dice() * octets.length)] = Math.floor(dice() * 256);
    await conn.write(octets);
    // Whatever comes: the server closes what stays silent.
    await conn.readAll({ timeout: 5000 }).catch((error) =>
      assert.equal(error.code, "reset", `seed ${seed}: ${error}`)
    );
  }));
  const answer = await query(server.address, "www.example", "A", {
    transport: "tcp",
  });
  assert.equal(answer.status, "NOERROR");
  assert.deepEqual(server.errors, [], `seed ${seed}`);
});

Deno.test("a flood of questions is answered or dropped, and memory stays", async () => {
  await using server = await serve(ZONE);
  const names = Array.from({ length: 5000 }, (_, i) => `h${i}.example`);
  await queryAll(server.address, names.slice(0, 1000));
  const before = Deno.memoryUsage().heapUsed;
  const asked = await queryAll(server.address, names, { concurrency: 500 });
  assert.ok(asked.every(({ answer }) => answer?.status === "NXDOMAIN"));
  asked.length = 0;
  await using socket = await udp.open();
  const octets = encode({ id: 7, questions: [{ name: "www.example" }] });
  await Promise.all(
    Array.from({ length: 5000 }, () => socket.send(octets, server.address)),
  );
  assert.equal(
    (await query(server.address, "www.example", "A", { attempts: 6 })).status,
    "NOERROR",
  );
  const grown = Deno.memoryUsage().heapUsed - before;
  assert.ok(grown < 64 * 2 ** 20, `${grown} octets more`);
});

Deno.test("who sends what is no answer over TCP is named, and so is what it did", async () => {
  await using spoilt = await tcp.serve({}, async (conn) => {
    const [high = 0, low = 0] = await conn.readExactly(2);
    const question = await conn.readExactly(high << 8 | low);
    // An answer to it that says it had nine records, and ends.
    const octets = encode({ id: question[0]! << 8 | question[1]!, qr: 1 });
    octets[7] = 9;
    await conn.write(Uint8Array.of(0, octets.length, ...octets));
    await conn.closeWrite();
  });
  const cut = "cut short at octet 12, needs 1 octets and has 0";
  await assert.rejects(query(spoilt.address, "a", "A", { transport: "tcp" }), {
    code: "closed",
    message:
      `Cannot ask ${spoilt.address}: it closed the connection after one message that was none: ${cut}`,
  });
  await assert.rejects(transfer(spoilt.address, "z"), {
    code: "malformed",
    message:
      `Cannot transfer z from ${spoilt.address}: it sent what is no message: ${cut}`,
  });
});
