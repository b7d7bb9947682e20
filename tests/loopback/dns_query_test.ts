import assert from "node:assert/strict";
import { decode, encode, type Message } from "../../lib/dns/message.ts";
import type { MessageInput } from "../../lib/dns/message_parts.ts";
import { query } from "../../lib/dns/query.ts";
import { queryAll } from "../../lib/dns/query_all.ts";
import { resolve } from "../../lib/dns/resolve.ts";
import { trace } from "../../lib/dns/trace.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import { NetError } from "../../lib/errors.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import * as udp from "../../lib/socket/udp.ts";
import { seed } from "../seed.ts";

type Reply = MessageInput | Uint8Array | undefined;

/** A server that answers as it is told: any number of messages to each. */
function serve(
  reply: (asked: Message, n: number) => Reply | Iterable<Reply>,
  options: udp.ServeOptions = {},
): Promise<udp.Server> {
  let n = 0;
  return udp.serve(options, async ({ data, from }, socket) => {
    const asked = decode(data);
    const told = reply(asked, n++);
    for (const one of isMany(told) ? told : [told]) {
      if (one === undefined) continue;
      const octets = one instanceof Uint8Array
        ? one
        : encode({ id: asked.id, qr: 1, questions: asked.questions, ...one });
      await socket.send(octets, from);
    }
  });
}

function isMany(told: Reply | Iterable<Reply>): told is Iterable<Reply> {
  return told !== undefined && Symbol.iterator in told &&
    !(told instanceof Uint8Array);
}

const FOUND = {
  answers: [{ name: "a.example", type: "A", ttl: 5, data: "192.0.2.1" }],
} as const;

Deno.test("stray and forged messages are left aside, and counted", async () => {
  await using server = await serve(({ id, questions }) => [
    { ...FOUND, id: id ^ 1 },
    { ...FOUND, questions: [{ name: "b.example", type: "A" }] },
    new Uint8Array(3),
    encode({ id, questions }),
    { rcode: 3, questions: [{ name: "a.example", type: "AAAA" }] },
    FOUND,
  ]);
  const answer = await query(server.address, "a.example");
  assert.equal(answer.status, "NOERROR");
  assert.equal(answer.ignored, 5);
  assert.match(`${answer}`, /5 other messages came/);
});

Deno.test("what another port sends is not the server's", async () => {
  await using other = await udp.open();
  await using server = await udp.serve({}, async ({ data, from }, socket) => {
    const { id, questions } = decode(data);
    const forged = { id, qr: 1, rcode: 3, questions } as const;
    await other.send(encode(forged), from);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await socket.send(encode({ ...forged, ...FOUND, rcode: 0 }), from);
  });
  const answer = await query(server.address, "a.example");
  assert.equal(answer.status, "NOERROR");
  // The socket is connected, and such are kept from it.
  assert.equal(answer.ignored, 0);
});

Deno.test("servers of IPv6 are asked as others are", async () => {
  await using server = await serve(() => FOUND, { hostname: "::1" });
  const answer = await query(server.address, "a.example");
  assert.equal(answer.answers.length, 1);
  const [one] = await queryAll(server.address, ["a.example"]);
  assert.equal(one?.answer?.status, "NOERROR");
});

Deno.test("a question without answer is sent again", async () => {
  await using server = await serve((_, n) => n < 2 ? undefined : FOUND);
  const answer = await query(server.address, "a.example", "A", {
    timeout: 2800,
  });
  assert.equal(answer.attempts, 3);
  assert.equal(server.received, 3);
});

Deno.test("each question has a port and an id of its own", async () => {
  const seen = new Set<string>();
  await using server = await udp.serve({}, async ({ data, from }, socket) => {
    const { id, questions } = decode(data);
    seen.add(`${from.port} ${id}`);
    await socket.send(encode({ id, qr: 1, questions }), from);
  });
  for (let n = 0; n < 20; n++) await query(server.address, "a.example");
  assert.equal(seen.size, 20);
  assert.ok(new Set([...seen].map((one) => one.split(" ")[0])).size > 15);
});

Deno.test("silence is a timeout, and says what came instead", async () => {
  await using silent = await serve(() => undefined);
  await assert.rejects(query(silent.address, "a", "A", { timeout: 60 }), {
    code: "timeout",
    message: `Cannot ask ${silent.address}: no answer within 60 ms`,
  });
  await using wrong = await serve(({ id }) =>
    encode({ id, qr: 1 }).fill(255, 4, 6)
  );
  await assert.rejects(
    query(wrong.address, "a", "A", { timeout: 1000, attempts: 1 }),
    (error) => {
      assert.ok(error instanceof NetError);
      assert.match(
        error.message,
        /within 1000 ms, but one message that was none: cut short at octet \d+,/,
      );
      assert.ok(error.message.includes(`${wrong.address}`), error.message);
      assert.equal((error.cause as NetError).code, "truncated");
      return true;
    },
  );
});

Deno.test("the caller's own abort passes through", async () => {
  await using silent = await serve(() => undefined);
  const reason = new Error("enough");
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 20);
  const { signal } = controller;
  await assert.rejects(query(silent.address, "a", "A", { signal }), reason);
  await assert.rejects(queryAll(silent.address, ["a"], { signal }), reason);
  await assert.rejects(
    resolve("a", "A", { servers: [silent.address], signal }),
    reason,
  );
  await assert.rejects(trace("a", { roots: [silent.address], signal }), reason);
});

Deno.test("a server from before EDNS is asked without it", async () => {
  await using server = await serve(({ opt, id }) =>
    opt === undefined ? FOUND : encode({ id, qr: 1, rcode: 1 })
  );
  const answer = await query(server.address, "a.example");
  assert.deepEqual([answer.status, answer.attempts], ["NOERROR", 2]);
  const asked = await query(server.address, "a.example", "A", { edns: true });
  assert.equal(asked.status, "FORMERR");
});

Deno.test("a server that wants its cookie back gets it", async () => {
  await using server = await serve(({ opt }) => {
    const cookie = opt?.options.find((one) => one.kind === "cookie");
    assert.ok(cookie?.kind === "cookie");
    const good = cookie.server.length === 16;
    return {
      ...good ? FOUND : {},
      rcode: good ? 0 : 23,
      opt: { options: [{ ...cookie, server: new Uint8Array(16).fill(7) }] },
    };
  });
  const answer = await query(server.address, "a.example", "A", {
    cookie: true,
  });
  assert.deepEqual([answer.status, answer.attempts], ["NOERROR", 2]);
});

/** The same port for TCP, where every message is cut. */
async function cutting(): Promise<tcp.Server> {
  return await tcp.serve({}, async (conn) => {
    const [high = 0, low = 0] = await conn.readExactly(2);
    const { id, questions } = decode(await conn.readExactly(high << 8 | low));
    const reply = encode({ id, qr: 1, questions, ...FOUND });
    const octets = Uint8Array.of(0, reply.length, ...reply);
    // Octet by octet, as TCP may bring them.
    for (const octet of octets) await conn.write(Uint8Array.of(octet));
  });
}

Deno.test("an answer that UDP had to cut comes by TCP, one and many", async () => {
  // TCP first: of its ports many are taken by others for a while.
  await using whole = await cutting();
  await using server = await serve(
    () => ({ flags: ["TC"] }),
    { port: whole.address.port },
  );
  const answer = await query(server.address, "a.example");
  assert.deepEqual([answer.transport, answer.answers.length], ["tcp", 1]);
  const cut = await query(server.address, "a.example", "A", {
    fallback: false,
  });
  assert.equal(cut.message.truncated, true);
  const all = await queryAll(server.address, ["a.example", "a.example"]);
  assert.deepEqual(all.map(({ answer }) => answer?.transport), ["tcp", "tcp"]);
});

Deno.test("over TCP failures have their names", async () => {
  await using quiet = await tcp.serve({}, (conn) => conn.close());
  const options = { transport: "tcp", timeout: 1000 } as const;
  await assert.rejects(query(quiet.address, "a", "A", options), (error) => {
    assert.ok(error instanceof NetError);
    assert.match(error.code, /closed|reset/);
    return true;
  });
  const { address } = quiet;
  await quiet.close();
  await assert.rejects(query(address, "a", "A", options), { code: "refused" });
  await using other = await tcp.serve({}, async (conn) => {
    await conn.write(new Uint8Array(2000).fill(3).map((_, i) => i % 5 ? 3 : 0));
    await conn.readAll();
  });
  await assert.rejects(query(other.address, "a", "A", options), {
    code: "malformed",
  });
});

Deno.test("many questions are answered in their order, each with its own end", async () => {
  await using server = await serve(({ questions: [one] }, n) => {
    if (one!.name.startsWith("lost")) return undefined;
    if (one!.name.startsWith("late") && n % 2 === 0) return undefined;
    return one!.name.startsWith("no") ? { rcode: 3 } : FOUND;
  }, { queue: 4096 });
  const names = ["no.example", "lost.example", "a.example", "late.example"];
  const questions = Array.from({ length: 400 }, (_, n) => names[n % 4]!);
  const all = await queryAll(server.address, [
    ...questions,
    { name: "mail.example", type: "MX" },
  ], { timeout: 600, attempts: 4, concurrency: 32 });
  assert.equal(all.length, 401);
  all.forEach(({ question, answer, error }, n) => {
    assert.equal(question.name, questions[n] ?? "mail.example");
    if (question.name.startsWith("lost")) assert.equal(error?.code, "timeout");
    else if (question.name.startsWith("no")) {
      assert.equal(answer?.status, "NXDOMAIN");
    } else if (!question.name.startsWith("late")) {
      assert.equal(answer?.status, "NOERROR");
    }
  });
  assert.equal(all[400]?.question.type, "MX");
  assert.deepEqual(await queryAll(server.address, []), []);
  await assert.rejects(queryAll(server.address, ["a..b"]), RangeError);
  await assert.rejects(
    queryAll(server.address, ["a"], { concurrency: 0 }),
    RangeError,
  );
});

Deno.test("resolve() goes on to the next server, and tells what each said", async () => {
  await using silent = await serve(() => undefined);
  await using failing = await serve(() => ({ rcode: 2 }));
  await using good = await serve(({ questions: [one] }) =>
    one!.type === "A"
      ? {
        answers: [
          { name: "www.example", type: "CNAME", ttl: 9, data: "a.example" },
          ...FOUND.answers,
        ],
      }
      : {}
  );
  const servers = [failing.address, good.address];
  const found = await resolve("www.example", undefined, { servers });
  assert.equal(`${found.addresses}`, "192.0.2.1");
  assert.equal(found.canonicalName, "a.example");
  assert.equal(found.ttl, 5);
  assert.deepEqual(
    new Set(found.tries.map(({ type, status }) => `${type} ${status}`)),
    new Set(["A SERVFAIL", "AAAA SERVFAIL", "A NOERROR", "AAAA NODATA"]),
  );
  const failed = await resolve("www.example", "A", {
    servers: [failing.address],
  });
  assert.deepEqual([failed.ok, failed.status], [false, "SERVFAIL"]);
  await assert.rejects(
    resolve("www.example", "A", { servers: [silent.address], timeout: 50 }),
    { code: "timeout" },
  );
});

Deno.test("aliases in a circle lead nowhere", async () => {
  await using server = await serve(() => ({
    answers: [
      { name: "a.example", type: "CNAME", data: "b.example" },
      { name: "b.example", type: "CNAME", data: "a.example" },
    ],
  }));
  const servers = [server.address];
  const found = await resolve("a.example", "A", { servers });
  assert.equal(found.status, "NODATA");
  assert.ok(found.canonicalName.endsWith("example"));
  const { status, steps } = await trace("a.example", { roots: servers });
  assert.equal(status, "SERVFAIL");
  assert.ok(steps.length < 20);
});

Deno.test("referrals upward, to the side and without end are not followed", async () => {
  for (const zone of [".", "other", "a.example"]) {
    await using server = await serve(() => ({
      authorities: [{ name: zone, type: "NS", data: "ns.example" }],
    }));
    const { status, steps } = await trace("b.example", {
      roots: [server.address],
    });
    assert.equal(status, "SERVFAIL");
    assert.deepEqual(steps.map(({ kind }) => kind), ["lame"]);
  }
  let depth = 0;
  await using server = await serve(({ questions: [one] }) => {
    const labels = one!.name.split(".");
    depth = Math.min(depth + 1, labels.length);
    const zone = labels.slice(-depth).join(".");
    return {
      authorities: [{ name: zone, type: "NS", data: `ns.${zone}` }],
      additionals: [{ name: `ns.${zone}`, type: "A", data: "127.0.0.1" }],
    };
  });
  const { steps } = await trace(`${"a.".repeat(60)}x`, {
    roots: [server.address],
    port: server.address.port,
    limit: 20,
  });
  assert.equal(steps.length, 20);
});

Deno.test("half a zone is none", async () => {
  const soa = {
    name: "z",
    type: "SOA",
    data: { mname: "n.z", rname: "r.z", serial: 9 },
  } as const;
  const host = { name: "a.z", type: "A", data: "192.0.2.1" } as const;
  const server = (...messages: MessageInput[]) =>
    tcp.serve({}, async (conn) => {
      const [high = 0, low = 0] = await conn.readExactly(2);
      const { id } = decode(await conn.readExactly(high << 8 | low));
      for (const message of messages) {
        const octets = encode({ id, qr: 1, ...message });
        await conn.write(
          Uint8Array.of(octets.length >> 8, octets.length, ...octets),
        );
      }
      await conn.closeWrite();
    });
  await using whole = await server({ answers: [soa] }, {
    answers: [host, soa],
  });
  const zone = await transfer(whole.address, "z");
  assert.deepEqual([zone.serial, zone.records.length, zone.messages], [
    9,
    2,
    2,
  ]);
  assert.equal(`${zone}`.split("\n").length, 3);
  await using half = await server({ answers: [soa, host] });
  await assert.rejects(transfer(half.address, "z"), { code: "closed" });
  await using other = await server({ answers: [host] });
  await assert.rejects(transfer(other.address, "z"), { code: "malformed" });
  await using stops = await server({ answers: [soa, host] }, { rcode: 2 });
  const failed = await transfer(stops.address, "z");
  assert.deepEqual([failed.status, failed.records.length], ["SERVFAIL", 0]);
  await assert.rejects(transfer(whole.address, "z", { limit: 20 }), {
    code: "too-large",
  });
});

Deno.test("answers of random octets neither hang nor throw but NetError", async () => {
  let state = seed;
  const next = () => (state = Math.imul(state, 1103515245) + 12345 >>> 0) >>> 8;
  await using server = await serve(({ id, questions }) => {
    const octets = encode({ id, qr: 1, questions, ...FOUND });
    for (let n = next() % 4; n >= 0; n--) {
      octets[2 + next() % (octets.length - 2)] = next();
    }
    return octets;
  });
  const names = Array.from({ length: 300 }, () => "a.example");
  const all = await queryAll(server.address, names, {
    timeout: 300,
    attempts: 2,
  });
  for (const { answer, error } of all) {
    assert.ok(
      answer !== undefined || error?.code === "timeout" ||
        error?.code === "refused",
    );
  }
});
