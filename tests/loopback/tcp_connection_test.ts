import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { pair, text } from "./pair.ts";

Deno.test("an aborted signal stops connect(), listen() and read() before they begin", async () => {
  await using ends = await pair();
  const reason = new Error("stop");
  const signal = AbortSignal.abort(reason);
  await ends.far.write("data that is there already");
  await assert.rejects(tcp.connect(ends.listener.address, { signal }), reason);
  await assert.rejects(tcp.listen({ signal }), reason);
  await assert.rejects(ends.near.read({ signal }), reason);
  await assert.rejects(ends.near.write("x", { signal }), reason);
});

Deno.test("text goes out as UTF-8, octets as they are", async () => {
  await using ends = await pair();
  await ends.near.write("é");
  await ends.near.write(Uint8Array.of(0, 255));
  await ends.near.write("");
  assert.deepEqual([...await ends.far.readExactly(4)], [0xc3, 0xa9, 0, 255]);
  assert.equal(ends.near.bytesSent, 4);
  assert.equal(ends.far.bytesReceived, 4);
});

Deno.test("read() gives plain octets, and null when the other side is done", async () => {
  await using ends = await pair();
  await ends.near.write("abc");
  await ends.near.closeWrite();
  const chunk = await ends.far.read();
  assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
  assert.equal(text(chunk), "abc");
  assert.equal(await ends.far.read(), null);
  assert.equal(await ends.far.read(), null);
});

Deno.test("readExactly() waits for its octets however they arrive", async () => {
  await using ends = await pair();
  const wanted = ends.far.readExactly(6);
  for (const part of ["a", "bc", "defg"]) {
    await ends.near.write(part);
    await sleep(5);
  }
  assert.equal(text(await wanted), "abcdef");
  assert.equal((await ends.far.readExactly(0)).length, 0);
  await ends.near.closeWrite();
  await assert.rejects(ends.far.readExactly(2), {
    code: "closed",
    message: /closed after 1 of 2 octets/,
  });
  assert.equal(text(await ends.far.read()), "g", "what came stays");
});

Deno.test("lines() cuts at LF and CR LF, the last line may lack both", async () => {
  await using ends = await pair();
  const writing = (async () => {
    for (const part of ["one\r", "\ntw", "o\n\nlast"]) {
      await ends.near.write(part);
      await sleep(5);
    }
    await ends.near.closeWrite();
  })();
  assert.deepEqual(await Array.fromAsync(ends.far.lines()), [
    "one",
    "two",
    "",
    "last",
  ]);
  assert.equal(await ends.far.readLine(), null);
  await writing;
});

Deno.test("readLine() stops at a line that is too long, and loses nothing", async () => {
  await using ends = await pair();
  await ends.near.write("123456\n");
  await assert.rejects(ends.far.readLine({ max: 5 }), {
    code: "too-long",
    message: /no line end within 5 octets. Try: a larger \{ max \}/,
  });
  assert.equal(await ends.far.readLine({ max: 6 }), "123456");
  await ends.near.write("1234567");
  await ends.near.closeWrite();
  await assert.rejects(ends.far.readLine({ max: 6 }), { code: "too-long" });
  await assert.rejects(ends.far.readLine({ max: -1 }), RangeError);
});

Deno.test("a read that ends early takes nothing", async () => {
  await using ends = await pair();
  await ends.near.write("half a li");
  await assert.rejects(ends.far.readLine({ timeout: 20 }), {
    code: "timeout",
    message: /no answer within 20 ms/,
  });
  const reason = new Error("stop");
  const controller = new AbortController();
  const stopped = ends.far.readExactly(100, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(stopped, reason);
  await ends.near.write("ne\n");
  assert.equal(await ends.far.readLine({ timeout: 5000 }), "half a line");
});

Deno.test("readAll() reads to the end, up to its limit", async () => {
  await using ends = await pair();
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  await ends.near.write(data);
  await assert.rejects(ends.far.readAll({ limit: 59_999, timeout: 5000 }), {
    code: "too-large",
  });
  await ends.near.closeWrite();
  assert.deepEqual(await ends.far.readAll({ limit: 60_000 }), data);
});

Deno.test("after closeWrite() the other side can still answer", async () => {
  await using ends = await pair();
  assert.equal(ends.near.state, "open");
  await ends.near.write("question");
  await ends.near.closeWrite();
  await ends.near.closeWrite();
  assert.equal(ends.near.state, "half-closed (local)");
  await assert.rejects(ends.near.write("more"), { code: "closed" });
  assert.equal(text(await ends.far.readAll()), "question");
  assert.equal(ends.far.state, "half-closed (remote)");
  await ends.far.write("answer");
  await ends.far.closeWrite();
  assert.equal(text(await ends.near.readAll()), "answer");
  assert.equal(ends.near.state, "closed");
});

Deno.test("a reset reaches reader and writer as such", async () => {
  await using ends = await pair();
  const reading = ends.near.read();
  ends.far.reset();
  await assert.rejects(reading, {
    code: "reset",
    message: /Cannot read from .*: the other side reset the connection/,
  });
  await assert.rejects(ends.near.write("x"), { code: "reset" });
  await assert.rejects(ends.near.closeWrite(), { code: "reset" });
  assert.equal(ends.near.state, "closed");
});

Deno.test("what arrived before a reset can still be read", async () => {
  await using ends = await pair();
  await ends.far.write("last words");
  await until(() => ends.near.bytesReceived === 10);
  ends.far.reset();
  await sleep(20);
  assert.equal(text(await ends.near.read()), "last words");
  await assert.rejects(ends.near.read(), { code: "reset" });
});

Deno.test("close() ends one's own reads and writes with 'closed'", async () => {
  await using ends = await pair();
  const reading = ends.near.read();
  reading.catch(() => {});
  await ends.near.close();
  await ends.near.close();
  await assert.rejects(reading, { code: "closed" });
  await assert.rejects(ends.near.read(), { code: "closed" });
  await assert.rejects(ends.near.write("x"), { code: "closed" });
  assert.equal(await ends.far.read(), null, "the other side sees the end");
});

Deno.test("close() sends out first what was written", async () => {
  await using ends = await pair();
  const data = new Uint8Array(5_000_000).fill(7);
  const writing = ends.near.write(data);
  const closing = ends.near.close();
  assert.equal((await ends.far.readAll()).length, data.length);
  await Promise.all([writing, closing]);
});

Deno.test("close() resets rather than pretend that half of the octets are all", async () => {
  await using ends = await pair();
  const writing = assert.rejects(ends.near.write(new Uint8Array(50_000_000)));
  await ends.near.close({ timeout: 20 });
  await writing;
  await assert.rejects(ends.far.readAll(), { code: "reset" });
});

Deno.test("an answer arrives even if its sender left the question half unread", async () => {
  await using ends = await pair();
  const asking = ends.near.write(new Uint8Array(5_000_000)).catch(() => {});
  await ends.far.readExactly(10);
  await ends.far.write("too long, did not read");
  const closing = ends.far.close();
  assert.equal(
    text(await ends.near.readAll({ timeout: 5000 })),
    "too long, did not read",
  );
  await ends.near.close();
  await Promise.all([asking, closing]);
});

Deno.test("a slow reader makes its writer wait, in 50 MB that all arrive in order", async () => {
  await using ends = await pair();
  const chunk = new Uint8Array(1_000_000);
  let most = 0;
  let written = 0;
  let taken = 0;
  const writing = (async () => {
    for (let i = 0; i < 50; i++) {
      chunk.fill(i);
      await ends.near.write(chunk);
      written += chunk.length;
      most = Math.max(most, written - taken);
    }
    await ends.near.closeWrite();
  })();
  // Long enough for a writer without a brake to be through.
  await sleep(300);
  assert.ok(written < 20_000_000, `${written} octets went out unread`);
  assert.ok(ends.far.bytesReceived < 1_000_000, "and few are kept here");
  for await (const part of ends.far) {
    for (let i = 0; i < part.length; i += 1009) {
      assert.equal(part[i], Math.floor((taken + i) / 1_000_000));
    }
    taken += part.length;
    if (taken % 7 === 0) await sleep(1);
  }
  await writing;
  assert.equal(taken, 50_000_000);
  assert.ok(most < 20_000_000, `${most} octets were on their way at once`);
});

Deno.test("readable and writable are the connection as web streams", async () => {
  await using ends = await pair();
  const upper = new TransformStream<string, string>({
    transform: (part, controller) => controller.enqueue(part.toUpperCase()),
  });
  const piping = ends.far.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(upper)
    .pipeThrough(new TextEncoderStream())
    .pipeTo(ends.far.writable);
  await ends.near.write("hello");
  await ends.near.closeWrite();
  assert.equal(text(await ends.near.readAll()), "HELLO");
  await piping;
});

Deno.test("aborting writable resets the connection", async () => {
  await using ends = await pair();
  await ends.near.writable.abort();
  await assert.rejects(ends.far.read({ timeout: 5000 }), { code: "reset" });
});

Deno.test("an idle connection is reset when its idleTimeout is over", async () => {
  await using ends = await pair({ idleTimeout: 30 });
  await assert.rejects(ends.near.read({ timeout: 5000 }), {
    code: "timeout",
    message: /idle for 30 ms/,
  });
  await assert.rejects(ends.far.read({ timeout: 5000 }), { code: "reset" });
});

Deno.test("a connection shows as one line, and as JSON tells the same", async () => {
  await using ends = await pair();
  await ends.near.write("hello world!");
  await ends.far.write("welcome");
  await ends.near.readExactly(7);
  const line = Deno.inspect(ends.near).replace(/:\d+/g, ":PORT");
  assert.equal(
    line,
    "TCP 127.0.0.1:PORT -> 127.0.0.1:PORT open, 12 B sent, 7 B received",
  );
  assert.deepEqual(ends.near.toJSON(), {
    localAddress: `${ends.near.localAddress}`,
    remoteAddress: `${ends.near.remoteAddress}`,
    state: "open",
    bytesSent: 12,
    bytesReceived: 7,
  });
  assert.deepEqual(ends.listener.toJSON(), {
    address: `${ends.listener.address}`,
    closed: false,
    accepted: 1,
    dropped: 0,
  });
  assert.match(
    Deno.inspect(ends.listener),
    /^TCP 127\.0\.0\.1:\d+ listening, 1 accepted$/,
  );
});

Deno.test("small writes leave at once: no wait of 40 ms for Nagle", async () => {
  // The server answers pairs only: with Nagle's algorithm the second octet
  // waits for the first one's acknowledgement, which the other side delays.
  await using server = await tcp.serve({}, async (conn) => {
    for (let i = 0; i < 50; i++) {
      await conn.readExactly(2);
      await conn.write("ok");
    }
  });
  await using client = await tcp.connect(server.address);
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    await client.write("a");
    await client.write("b");
    await client.readExactly(2);
    times.push(performance.now() - start);
  }
  // With Nagle nearly all of them wait.
  assert.ok(times.sort((a, b) => a - b)[25]! < 35, `${times} ms`);
});

Deno.test("what is neither text nor octets is refused, and the connection goes on", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  await using conn = await tcp.connect(server.address);
  for (const data of [Uint16Array.of(1, 2), { a: 1 }, 5, undefined]) {
    assert.throws(
      () => conn.write(data as never),
      /'data' must be a text or a Uint8Array: current value is/,
    );
  }
  await conn.write("x");
  assert.equal(text((await conn.read())!), "x");
  assert.equal(conn.bytesSent, 1);
});
