/** Server-sent events, heard from our own server and from one that cuts them anywhere. */
import assert from "node:assert/strict";
import { client } from "../../lib/http/client.ts";
import { events } from "../../lib/http/serve/events.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";

const HEAD =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=utf-8\r\nConnection: close\r\n\r\n";

Deno.test("who comes back with the last id hears the rest", async () => {
  async function* numbers(from: number) {
    for (let n = from; n < from + 3; n++) {
      yield { id: `${n}`, event: "tick", data: `n ${n}\nü` };
    }
  }
  await using server = await serve({}, {
    "GET /": ({ request, signal }) => {
      const last = request.headers.get("last-event-id") ?? "0";
      return events(numbers(Number(last) + 1), { signal, retry: 50 });
    },
  });
  using session = client({ baseUrl: server.url });
  const heard: string[] = [];
  let last: string | undefined;
  while (heard.length < 7) {
    const headers = last === undefined ? {} : { "Last-Event-ID": last };
    await using stream = await session.stream("", { headers });
    for await (const { event, data, id, retry } of stream.events()) {
      assert.deepEqual([event, retry], ["tick", 50]);
      heard.push(data);
      last = id;
      if (heard.length === 7) break;
    }
  }
  assert.deepEqual(
    heard,
    [1, 2, 3, 4, 5, 6, 7].map((n) => `n ${n}\nü`),
  );
});

Deno.test("events are read as the HTML Standard has it, however they are cut", async () => {
  const body = "\uFEFF: a remark\n\ndata\n\ndata:  two blanks\r\n\r\n" +
    "id: 7\nid: 8\0\nevent: add\ndata: 73857293\nunknown: x\nretry: soon\n\n" +
    "event: nothing\n\ndata:🙂\ndata\n\ndata: cut short";
  const octets = new TextEncoder().encode(HEAD + body);
  for (const size of [1, 2, 3, 7, octets.length]) {
    await using server = await tcp.serve({}, async (conn) => {
      await conn.read();
      for (let at = 0; at < octets.length; at += size) {
        await conn.write(octets.subarray(at, at + size));
      }
    });
    using session = client();
    await using stream = await session.stream(`http://${server.address}/`);
    const all = await Array.fromAsync(stream.events());
    assert.deepEqual(
      all.map(({ event, data, id }) => [event, data, id]),
      [
        ["message", "", ""],
        ["message", " two blanks", ""],
        ["add", "73857293", "7"],
        ["message", "🙂\n", "7"],
      ],
    );
  }
});

Deno.test("what is no stream of events is refused", async () => {
  await using server = await serve({}, { "GET /": () => "data: a\n\n" });
  using session = client({ baseUrl: server.url });
  await using stream = await session.stream("");
  await assert.rejects(stream.events().next(), {
    code: "malformed",
    message: /the answer, 200 of text\/plain.*, is no events$/,
  });
});

Deno.test("an event without an end is given up", async () => {
  const line = new TextEncoder().encode(`data: ${"x".repeat(1 << 20)}\n`);
  await using server = await tcp.serve({}, async (conn) => {
    await conn.read();
    await conn.write(HEAD);
    for (;;) await conn.write(line);
  });
  using session = client();
  await using stream = await session.stream(`http://${server.address}/`);
  await assert.rejects(Array.fromAsync(stream.events()), {
    name: "NetError",
    code: "too-long",
  });
});
