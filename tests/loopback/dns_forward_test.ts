/**
 * A forwarder on this machine: what it keeps, for how long, and whom it believes.
 *
 * @module
 */

import assert from "node:assert/strict";
import { forward } from "../../lib/dns/forward.ts";
import { decode, encode } from "../../lib/dns/message.ts";
import type { MessageInput } from "../../lib/dns/message_parts.ts";
import { query } from "../../lib/dns/query.ts";
import { recordData } from "../../lib/dns/record.ts";
import { type NameServer, type Reply, serve } from "../../lib/dns/serve.ts";
import * as udp from "../../lib/socket/udp.ts";
import { until } from "./conditions.ts";

const ZONE = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 60
  NS ns
ns A 192.0.2.53
www A 192.0.2.80
short 1 A 192.0.2.1
alias CNAME www
big TXT ${Array.from({ length: 20 }, () => `"${"x".repeat(100)}"`).join(" ")}
`;

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A server that answers as told, whatever the letters of the name. */
function answering(
  respond: (name: string) => Reply | undefined,
): Promise<NameServer> {
  return serve(({ name }) => respond(name.toLowerCase()));
}

Deno.test("what was answered is not asked again, and its TTL goes down", async () => {
  await using upstream = await serve(ZONE);
  const forwarder = forward(upstream.address);
  await using server = await serve(forwarder);
  for (
    const name of ["www.example", "WWW.Example", "no.example", "www.example"]
  ) {
    const { answers, status, flags } = await query(server.address, name);
    assert.deepEqual(flags, ["RD", "RA"]);
    if (name.startsWith("no")) assert.equal(status, "NXDOMAIN");
    else {assert.deepEqual(answers.map((one) => [one.name, recordData(one)]), [[
        name,
        "192.0.2.80",
      ]]);}
  }
  await query(server.address, "no.example");
  await query(server.address, "ns.example", "AAAA");
  await query(server.address, "ns.example", "AAAA");
  assert.equal(upstream.metrics.queries, 3);
  await sleep(1100);
  const { answers: [aged] } = await query(server.address, "www.example");
  assert.ok(
    aged?.type === "A" && aged.ttl < 300 && aged.ttl > 290,
    `${aged?.type}`,
  );
  const { authorities: [soa] } = await query(server.address, "no.example");
  assert.ok(soa?.type === "SOA" && soa.ttl < 60 && soa.ttl > 50);
  assert.equal(forwarder.metrics.hits, 6);
});

Deno.test("what is past its TTL is asked again", async () => {
  await using upstream = await serve(ZONE);
  const forwarder = forward(upstream.address, { maxTtl: 1 });
  await forwarder.query("short.example");
  assert.equal((await forwarder.query("short.example")).age, 0);
  await forwarder.query("www.example");
  await sleep(1100);
  assert.equal((await forwarder.query("short.example")).age, undefined);
  assert.equal((await forwarder.query("www.example")).age, undefined);
  assert.equal(upstream.metrics.queries, 4);
});

Deno.test("many who want the same at once are one question", async () => {
  await using upstream = await serve(async () => {
    await until(() => forwarder.metrics.coalesced === 49);
    return { answers: [] };
  });
  const forwarder = forward(upstream.address);
  await using server = await serve(forwarder);
  await Promise.all(
    Array.from({ length: 50 }, () => query(server.address, "www.example")),
  );
  assert.equal(upstream.metrics.queries, 1);
  assert.deepEqual([forwarder.metrics.misses, forwarder.metrics.coalesced], [
    1,
    49,
  ]);
});

Deno.test("what is too long for UDP comes over TCP, both ways", async () => {
  await using upstream = await serve(ZONE);
  await using server = await serve(forward(upstream.address));
  const answer = await query(server.address, "big.example", "TXT");
  assert.equal(answer.transport, "tcp");
  assert.equal(answer.answers.length, 1);
});

Deno.test("if one server fails the next is asked, and stays the first", async () => {
  await using silent = await udp.open();
  await using broken = await serve(() => ({ rcode: 2 }));
  await using upstream = await serve(ZONE);
  const forwarder = forward(
    [silent.address, broken.address, upstream.address],
    { timeout: 1000, attempts: 1 },
  );
  assert.equal((await forwarder.query("www.example")).answers.length, 1);
  await until(() => silent.received === 1);
  assert.equal((await forwarder.query("alias.example")).answers.length, 2);
  assert.equal(silent.received, 1);
  assert.equal(broken.metrics.queries, 1);
});

Deno.test("what nobody answers is SERVFAIL, for a while without asking", async () => {
  await using silent = await udp.open();
  const forwarder = forward(silent.address, {
    timeout: 50,
    attempts: 1,
    failureTtl: 3,
  });
  await using server = await serve(forwarder);
  for (let n = 0; n < 3; n++) {
    assert.equal(
      (await query(server.address, "www.example")).status,
      "SERVFAIL",
    );
  }
  assert.equal(silent.received, 1);
  await assert.rejects(forwarder.query("other.example"), { code: "timeout" });
  await assert.rejects(forwarder.query("other.example"), { code: "failed" });
  await sleep(3050);
  await assert.rejects(forwarder.query("www.example"), { code: "timeout" });
});

Deno.test("stale answers are given if asked to, when no server answers", async () => {
  let isUp = true;
  await using upstream = await answering((name) =>
    isUp
      ? { answers: [{ name, type: "A", ttl: 1, data: "192.0.2.1" }] }
      : undefined
  );
  const options = { timeout: 1000, attempts: 1, failureTtl: 0 };
  const [strict, lenient] = [
    forward(upstream.address, options),
    forward(upstream.address, { ...options, staleTtl: 60 }),
  ];
  await using server = await serve(lenient);
  await strict.query("a.example");
  await lenient.query("a.example");
  isUp = false;
  await sleep(1050);
  await assert.rejects(strict.query("a.example"), { code: "timeout" });
  const { answers, message } = await query(server.address, "a.example", "A", {
    attempts: 1,
  });
  assert.deepEqual(answers.map(recordData), ["192.0.2.1"]);
  const [option] = message.opt!.options;
  assert.ok(option?.kind === "extendedError" && option.infoCode === 3);
  assert.equal(lenient.metrics.stale, 1);
  isUp = true;
  assert.equal((await lenient.query("a.example")).isStale, false);
});

Deno.test("no more is kept than allowed, and what is asked for stays", async () => {
  await using upstream = await answering((name) => ({
    answers: [{ name, type: "A", ttl: 60, data: "192.0.2.1" }],
  }));
  const few = forward(upstream.address, { maxEntries: 10 });
  for (let n = 0; n < 40; n++) {
    await few.query(`h${n}.example`);
    assert.equal((await few.query("h0.example")).age, 0);
  }
  assert.deepEqual([few.metrics.entries, few.metrics.evicted], [10, 30]);
  const small = forward(upstream.address, { maxOctets: 500 });
  for (let n = 0; n < 40; n++) await small.query(`h${n}.example`);
  assert.ok(small.metrics.octets <= 500 && small.metrics.entries >= 5);
  small.clear();
  assert.deepEqual([small.metrics.octets, small.metrics.entries], [0, 0]);
});

Deno.test("a flood of different questions finds an end", async () => {
  await using silent = await udp.open({ queue: 5000 });
  const forwarder = forward(silent.address, {
    timeout: 200,
    attempts: 1,
    maxPending: 20,
  });
  const asked = await Promise.allSettled(
    Array.from({ length: 500 }, (_, n) => forwarder.query(`h${n}.example`)),
  );
  assert.ok(asked.every(({ status }) => status === "rejected"));
  assert.deepEqual([forwarder.metrics.misses, forwarder.metrics.refused], [
    20,
    480,
  ]);
});

/** Answers that are none, made of the question: all must be left aside. */
const FORGED:
  readonly (readonly [string, (id: number, name: string) => MessageInput])[] = [
    [
      "another number",
      (id, name) => ({ id: id ^ 1, qr: 1, questions: [{ name }] }),
    ],
    [
      "another name",
      (id) => ({ id, qr: 1, questions: [{ name: "bank.example" }] }),
    ],
    [
      "another type",
      (id, name) => ({ id, qr: 1, questions: [{ name, type: "AAAA" }] }),
    ],
    [
      "another class",
      (id, name) => ({ id, qr: 1, questions: [{ name, class: "CH" }] }),
    ],
    ["no response", (id, name) => ({ id, qr: 0, questions: [{ name }] })],
    ["no question", (id) => ({ id, qr: 1, questions: [] })],
    [
      "two questions",
      (id, name) => ({ id, qr: 1, questions: [{ name }, { name }] }),
    ],
    [
      "other letters",
      (id, name) => ({ id, qr: 1, questions: [{ name: name.toUpperCase() }] }),
    ],
  ];

Deno.test("forged answers are left aside, and the true one is believed", async () => {
  await using elsewhere = await udp.open();
  const answers = (name: string, data: string) =>
    [{ name, type: "A", ttl: 3600, data }] as const;
  await using upstream = await udp.serve({}, async ({ data, from }, socket) => {
    const { id, questions: [question] } = decode(data);
    const { name } = question!;
    for (const [, make] of FORGED) {
      await socket.send(
        encode({ ...make(id, name), answers: answers(name, "192.0.2.66") }),
        from,
      );
    }
    await socket.send(
      encode({
        id,
        qr: 1,
        questions: [{ name }],
        answers: answers(name, "192.0.2.66"),
      }).slice(0, -3),
      from,
    );
    // All is right but where it comes from.
    await elsewhere.send(
      encode({
        id,
        qr: 1,
        questions: [{ name }],
        answers: answers(name, "192.0.2.66"),
      }),
      from,
    );
    await sleep(5);
    await socket.send(
      encode({
        id,
        qr: 1,
        questions: [{ name }],
        answers: answers(name, "192.0.2.1"),
      }),
      from,
    );
  });
  const forwarder = forward(upstream.address);
  for (const name of ["www.example", "a-name-of-many-letters.example"]) {
    const { answers } = await forwarder.query(name);
    assert.deepEqual(answers.map(recordData), ["192.0.2.1"]);
  }
});

Deno.test("of an answer only what belongs to the question is kept and given", async () => {
  await using upstream = await answering((name) =>
    name === "a.example"
      ? {
        answers: [
          { name: "bank.test", type: "A", ttl: 999, data: "192.0.2.66" },
          { name, type: "CNAME", ttl: 60, data: "b.example" },
          { name: "b.example", type: "A", ttl: 60, data: "192.0.2.1" },
          { name: "b.example", type: "TXT", ttl: 60, data: ["beside"] },
          { name: "c.example", type: "A", ttl: 60, data: "192.0.2.66" },
        ],
        authorities: [{
          name: "test",
          type: "NS",
          ttl: 999,
          data: "evil.test",
        }],
        additionals: [{
          name: "evil.test",
          type: "A",
          ttl: 999,
          data: "192.0.2.66",
        }],
      }
      : name === "loop.example"
      ? {
        answers: [
          { name, type: "CNAME", ttl: 60, data: "loop2.example" },
          { name: "loop2.example", type: "CNAME", ttl: 60, data: name },
        ],
      }
      : {
        rcode: 3,
        // Not the one that is in charge of the name.
        authorities: [{
          name: "other.test",
          type: "SOA",
          ttl: 60,
          data: { mname: "x", rname: "y", minimum: 60 },
        }],
      }
  );
  const forwarder = forward(upstream.address);
  await using server = await serve(forwarder);
  const { message } = await query(server.address, "a.example");
  assert.deepEqual(message.answers.map(recordData), [
    "b.example.",
    "192.0.2.1",
  ]);
  assert.deepEqual([message.authorities, message.additionals], [[], []]);
  assert.equal((await forwarder.query("loop.example")).answers.length, 2);
  const none = await forwarder.query("none.example");
  assert.deepEqual([none.rcode, none.authorities], [3, []]);
  // Neither was for keeping.
  assert.equal(forwarder.metrics.entries, 1);
  assert.equal((await forwarder.query("bank.test")).rcode, 3);
});

Deno.test("who asks for no recursion learns nothing of what others asked", async () => {
  await using upstream = await serve(ZONE);
  await using server = await serve(forward(upstream.address));
  await query(server.address, "www.example");
  const answer = await query(server.address, "www.example", "A", { flags: [] });
  assert.deepEqual([answer.status, answer.answers.length], ["REFUSED", 0]);
});

Deno.test("a forwarder of itself ends, and refuses what is no server", async () => {
  const forwarder = forward("127.0.0.1:1", { timeout: 100, attempts: 1 });
  await using server = await serve(forwarder);
  const itself = forward(server.address, { timeout: 100, attempts: 1 });
  server.load([]);
  await assert.rejects(itself.query("a.example"), { name: "NetError" });
  assert.throws(() => forward([]), TypeError);
  assert.throws(() => forward("::1:x"), SyntaxError);
  assert.throws(() => forward("127.0.0.1", { maxEntries: -1 }), RangeError);
  assert.match(
    Deno.inspect(forwarder),
    /forwarder to 127\.0\.0\.1:1\n {2}kept /,
  );
});
