/**
 * A name server on this machine: what it answers, and whom it gives what.
 *
 * @module
 */

import assert from "node:assert/strict";
import { decode, encode } from "../../lib/dns/message.ts";
import { query } from "../../lib/dns/query.ts";
import { ofType, recordData } from "../../lib/dns/record.ts";
import { resolve } from "../../lib/dns/resolve.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import { serve } from "../../lib/dns/serve.ts";
import { parseZone, zone } from "../../lib/dns/zone_parse.ts";
import * as tcp from "../../lib/socket/tcp.ts";

const ZONE = `$ORIGIN example.
$TTL 300
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
  MX 10 mail
ns A 192.0.2.53
www A 192.0.2.80
mail A 192.0.2.25
big TXT ${Array.from({ length: 20 }, (_, i) => `"${`${i} `.repeat(40)}"`)}
${
  Array.from({ length: 20 }, (_, i) => `many TXT "${`${i} `.repeat(40)}"`).join(
    "\n",
  )
}
sub NS ns.sub
${
  Array.from({ length: 60 }, (_, i) =>
    `sub NS n${i}.sub\nn${i}.sub A 192.0.2.${i}`).join("\n")
}
ns.sub A 192.0.2.54
`.replaceAll('","', '" "');

Deno.test("a server answers by UDP and over TCP alike", async () => {
  await using server = await serve(ZONE);
  for (const transport of ["udp", "tcp"] as const) {
    const answer = await query(server.address, "www.example", "A", {
      transport,
    });
    assert.deepEqual(answer.answers.map(recordData), ["192.0.2.80"]);
    assert.deepEqual(answer.flags, ["AA", "RD"]);
    const none = await query(server.address, "no.example", "A", { transport });
    assert.equal(none.status, "NXDOMAIN");
    assert.equal(none.authorities[0]?.type, "SOA");
  }
  const { metrics } = server;
  assert.deepEqual([metrics.queries, metrics.udp, metrics.tcp], [4, 2, 2]);
  assert.deepEqual(metrics.responses, { NOERROR: 2, NXDOMAIN: 2 });
});

Deno.test("what is too long for UDP is cut, and whole over TCP", async () => {
  await using server = await serve(ZONE);
  const cut = await query(server.address, "big.example", "TXT", {
    fallback: false,
  });
  assert.ok(cut.message.truncated);
  assert.equal(cut.answers.length, 0);
  const whole = await query(server.address, "big.example", "TXT");
  assert.equal(whole.transport, "tcp");
  assert.equal(ofType(whole.answers, "TXT")[0]?.data.length, 20);
  for (
    const [payloadSize, edns] of [[512, true], [1232, true], [4096, true], [
      512,
      false,
    ]] as const
  ) {
    const { message } = await query(server.address, "many.example", "TXT", {
      fallback: false,
      ...edns ? { payloadSize } : { edns },
    });
    assert.ok(
      message.truncated && message.size <= Math.min(payloadSize, 1232),
      `${message.size}`,
    );
  }
  // Without its glue a referral is of no use.
  const referral = await query(server.address, "a.sub.example", "A", {
    fallback: false,
    payloadSize: 1232,
  });
  assert.ok(referral.message.truncated);
  assert.ok(server.metrics.truncated >= 6);
});

Deno.test("who asks for ANY gets one set by UDP, and all over TCP", async () => {
  await using server = await serve(ZONE);
  const types = async (transport: "udp" | "tcp") =>
    (await query(server.address, "example", "ANY", { transport })).answers.map((
      { type },
    ) => type);
  assert.deepEqual(await types("udp"), ["SOA"]);
  assert.deepEqual(await types("tcp"), ["SOA", "NS", "MX"]);
});

Deno.test("whole zones go to those who may have them", async () => {
  const many = parseZone(
    ZONE +
      Array.from({ length: 3000 }, (_, i) => `h${i} A 192.0.2.1\n`).join(""),
  );
  await using closed = await serve(many);
  assert.equal((await transfer(closed.address, "example")).status, "REFUSED");
  await using other = await serve(many, { transferTo: ["192.0.2.0/24"] });
  assert.equal((await transfer(other.address, "example")).status, "REFUSED");
  await using open = await serve(many, { transferTo: ["127.0.0.1"] });
  const got = await transfer(open.address, "example");
  assert.equal(got.status, "NOERROR");
  assert.ok(got.messages > 2);
  assert.deepEqual(zone(got.records).toJSON(), many.toJSON());
  assert.equal((await transfer(open.address, "other.test")).status, "NOTAUTH");
  assert.equal(
    (await query(open.address, "example", "AXFR")).status,
    "REFUSED",
  );
  assert.equal(open.metrics.transfers, 1);
});

Deno.test("other zones can be loaded, and a function can answer for what is in none", async () => {
  const seen: string[] = [];
  await using server = await serve(ZONE, {
    otherwise: ({ name }, { transport }) => ({
      answers: [{
        name,
        type: "TXT",
        ttl: 0,
        data: [transport],
      }],
    }),
    onQuery: ({ question, rcode }) =>
      seen.push(`${question.name} ${question.type} ${rcode}`),
  });
  const asked = await query(server.address, "other.test", "TXT", {
    transport: "tcp",
  });
  assert.deepEqual(asked.answers.map(recordData), ['"tcp"']);
  server.load([
    ZONE.replace("192.0.2.80", "192.0.2.81"),
    ZONE.replace("example", "example2"),
  ]);
  assert.deepEqual(server.zones.map(({ name }) => name), [
    "example",
    "example2",
  ]);
  const { answers } = await query(server.address, "www.example");
  assert.deepEqual(answers.map(recordData), ["192.0.2.81"]);
  assert.deepEqual(seen, ["other.test TXT 0", "www.example A 0"]);
});

Deno.test("a function that fails is SERVFAIL, and one that says nothing is silent", async () => {
  await using server = await serve(({ name }) => {
    if (name === "silent") return undefined;
    if (name === "wrong") {
      return { answers: [{ name, type: "A", data: "::1" }] };
    }
    throw new Error("no time");
  });
  for (const name of ["a.test", "wrong"]) {
    const once = { attempts: 1 };
    const { status } = await query(server.address, name, "A", once);
    assert.equal(status, "SERVFAIL", name);
  }
  await assert.rejects(
    query(server.address, "silent", "A", { timeout: 100, attempts: 1 }),
    { code: "timeout" },
  );
  assert.match(String(server.errors[0]), /no time/);
  assert.equal(server.metrics.failed, 2);
});

Deno.test("one connection carries many questions, answered side by side", async () => {
  const others = Promise.withResolvers<void>();
  let asked = 0;
  await using server = await serve(async ({ name }) => {
    if (++asked === 201) others.resolve();
    if (name === "slow") await others.promise;
    return { rcode: name === "slow" ? 3 : 0 };
  });
  await using conn = await tcp.connect(server.address);
  const names = ["slow", ...Array.from({ length: 200 }, (_, i) => `n${i}`)];
  for (const [id, name] of names.entries()) {
    const octets = encode({ id, questions: [{ name }] });
    await conn.write(
      Uint8Array.from([octets.length >> 8, octets.length & 255, ...octets]),
    );
  }
  const ids: number[] = [];
  for (const _ of names) {
    const [high = 0, low = 0] = await conn.readExactly(2, { timeout: 5000 });
    ids.push(decode(await conn.readExactly(high << 8 | low)).id);
  }
  assert.notEqual(ids[0], 0);
  assert.deepEqual(ids.toSorted((a, b) => a - b), [...names.keys()]);
});

Deno.test("a server closes by its signal, and refuses what it cannot serve", async () => {
  const controller = new AbortController();
  const server = await serve(ZONE, { signal: controller.signal });
  controller.abort();
  await server.finished;
  await assert.rejects(
    query(server.address, "www.example", "A", { transport: "tcp" }),
    { code: "refused" },
  );
  await assert.rejects(serve("nonsense"), SyntaxError);
  await assert.rejects(serve([ZONE, ZONE]), TypeError);
  await assert.rejects(serve(ZONE, { payloadSize: 100 }), RangeError);
  await assert.rejects(serve(ZONE, { transferTo: ["nobody"] }), SyntaxError);
  await using first = await serve(ZONE);
  await assert.rejects(serve(ZONE, { port: first.address.port }), {
    code: "in-use",
  });
});

Deno.test("a server shows its zones and what it has counted", async () => {
  await using server = await serve(ZONE);
  await query(server.address, "www.example");
  assert.match(
    Deno.inspect(server),
    /name server 127\.0\.0\.1:\d+\n {2}zones +example \(\d+\)\n {2}queries +1: 1 by UDP, 0 over TCP\n {2}responses +NOERROR 1$/,
  );
  assert.match(
    Deno.inspect(server.zones[0]),
    /zone example\. serial 1, \d+ records/,
  );
});

Deno.test("a name beyond ASCII is asked about as the zone has it", async () => {
  await using server = await serve(
    ZONE.replace("$ORIGIN example.", "$ORIGIN xn--bcher-kva.example."),
  );
  for (const name of ["www.bücher.example", "WWW.BÜCHER.example."]) {
    const { status, answers } = await query(server.address, name);
    assert.deepEqual([status, answers.length], ["NOERROR", 1], name);
  }
  const servers = [server.address];
  const found = await resolve("www.bücher.example", "A", { servers });
  assert.deepEqual([found.ok, found.name], [true, "www.bücher.example"]);
});

Deno.test("what names no server is refused by its name", async () => {
  for (const wrong of [undefined, 7, {}, []]) {
    await assert.rejects(
      query(wrong as never, "www.example"),
      /'server' must be an address, a name or \{ hostname, port \}/,
    );
  }
});
