import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { pair } from "./pair.ts";

Deno.test("frames() cuts what comes in pieces, and sends what the other side cuts", async () => {
  await using ends = await pair();
  const near = tcp.frames(ends.near, tcp.lengthPrefixed({ bits: 16 }));
  const far = tcp.frames(ends.far, tcp.lengthPrefixed({ bits: 16 }));
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  await Promise.all([
    near.send(data).then(() => near.send(new Uint8Array(0))),
    far.read().then((frame) => assert.deepEqual(frame, data)),
  ]);
  assert.equal((await far.read({ timeout: 1000 }))?.length, 0);
  for (const octet of [0, 2, 7, 8]) {
    await ends.near.write(Uint8Array.of(octet));
    await sleep(2);
  }
  assert.deepEqual(await far.read({ timeout: 1000 }), Uint8Array.of(7, 8));
  assert.equal(far.received, 3);
  assert.match(
    Deno.inspect(far),
    /^Frames of 127\.0\.0\.1:\d+, each a length-prefixed frame of at most 65,536 octets: 3 received, 0 sent$/,
  );
});

Deno.test("the frames of a stream end with it, and an end inside of one is an error", async () => {
  await using ends = await pair();
  const frames = tcp.frames(ends.far, tcp.fixed(3));
  await ends.near.write("abcdefg");
  await ends.near.closeWrite();
  const got: string[] = [];
  await assert.rejects(async () => {
    for await (const frame of frames) got.push(new TextDecoder().decode(frame));
  }, { code: "closed", message: /has closed 1 octets into it/ });
  assert.deepEqual(got, ["abc", "def"]);
});

Deno.test("a peer that sends more than a frame may have is refused, and named", async () => {
  await using ends = await pair();
  const frames = tcp.frames(ends.far, tcp.lengthPrefixed({ max: 1000 }));
  await ends.near.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
  await assert.rejects(frames.read({ timeout: 1000 }), {
    code: "too-long",
    target: `${ends.far.remoteAddress}`,
    message: /a frame of 4294967295 octets, where 1000 are the most/,
  });
});

Deno.test("JSON lines carry values; what is no JSON is named with its peer, and skipped", async () => {
  await using ends = await pair();
  const values = tcp.frames(ends.far, tcp.jsonLines());
  await ends.near.write('{"a":[1,null]}\r\nnonsense\n"é"\n');
  await ends.near.closeWrite();
  assert.deepEqual(await values.read(), { a: [1, null] });
  await assert.rejects(values.read(), {
    code: "malformed",
    target: `${ends.far.remoteAddress}`,
  });
  assert.equal(await values.read(), "é");
  assert.equal(await values.read(), null);
});

Deno.test("a read of a frame that ends early takes nothing", async () => {
  await using ends = await pair();
  const frames = tcp.frames(ends.far, tcp.delimited("--"));
  await ends.near.write("half-");
  await assert.rejects(frames.read({ timeout: 20 }), { code: "timeout" });
  await ends.near.write("-");
  assert.equal(new TextDecoder().decode((await frames.read())!), "half");
});

Deno.test("connections that wait are not read: their octets stay with them", async () => {
  const release = Promise.withResolvers<void>();
  await using server = await tcp.serve({ maxConnections: 1 }, async (conn) => {
    await release.promise;
    await tcp.echo(conn);
  });
  await using first = await tcp.connect(server.address);
  await until(() => server.open === 1);
  await using second = await tcp.connect(server.address);
  await until(() => server.waiting === 1);
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 40; i++) {
      await second.write(new Uint8Array(1_000_000));
      written += 1_000_000;
    }
    await second.closeWrite();
  })();
  await sleep(200);
  assert.ok(written < 20_000_000, `${written} octets were taken unread`);
  assert.equal(server.bytesReceived, 0);
  release.resolve();
  await first.close();
  let back = 0;
  for await (const chunk of second) back += chunk.length;
  assert.equal(back, 40_000_000);
  await writing;
});

Deno.test("a handler is told who, which and since when", async () => {
  const seen: tcp.ServeContext[] = [];
  await using server = await tcp.serve({}, (_conn, context) => {
    seen.push(context);
  });
  for (const id of [1, 2]) {
    await using client = await tcp.connect(server.address);
    await client.readAll({ timeout: 20_000 });
    assert.equal(seen.at(-1)?.id, id);
    assert.deepEqual(seen.at(-1)?.peer, client.localAddress);
  }
  assert.ok(Math.abs(Date.now() - seen[0]!.started) < 10_000);
});

Deno.test("metrics() counts, and gives rates since an earlier reading", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  await using client = await tcp.connect(server.address);
  await client.write(new Uint8Array(1000));
  await client.readExactly(1000);
  const first = server.metrics();
  assert.deepEqual(
    [first.accepted, first.open, first.failed, first.counts.bytesSent],
    [1, 1, 0, 1000],
  );
  await sleep(20);
  const { receivedPerSecond, acceptedPerSecond, elapsed } = server.metrics(
    first,
  );
  assert.equal(receivedPerSecond, 0);
  assert.equal(acceptedPerSecond, 0);
  assert.ok(elapsed >= 15);
  assert.match(Deno.inspect(first), /^Server on 127.*\n +accepted {7}1, /);
});
