import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import { freePort } from "../free_port.ts";
import { sleep, until } from "./conditions.ts";
import { pair, text } from "./pair.ts";

Deno.test("a proxy passes on octets, order and half-close, both ways", async () => {
  await using far = await tcp.serve({}, async (conn) => {
    const question = await conn.readAll();
    await conn.write(question.toReversed());
  });
  await using proxy = await tcp.proxy({}, far.address);
  await using client = await tcp.connect(proxy.address);
  const data = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
  await client.write(data);
  await client.closeWrite();
  assert.deepEqual(await client.readAll({ timeout: 5000 }), data.toReversed());
  await until(() => proxy.open === 0);
  assert.deepEqual([proxy.failed, far.failed], [0, 0]);
});

Deno.test("copyTo() passes on what was there and what comes, and leaves the other half open", async () => {
  await using from = await pair();
  await using to = await pair();
  await from.near.write("first ");
  await until(() => from.far.bytesReceived === 6);
  const copied = from.far.copyTo(to.near);
  await from.near.write("second");
  await from.near.closeWrite();
  await copied;
  assert.equal(to.near.state, "open");
  await to.near.write(", more");
  await to.near.closeWrite();
  assert.equal(text(await to.far.readAll()), "first second, more");
});

Deno.test("copyTo() tells which of the two broke", async () => {
  for (const broken of ["source", "target"] as const) {
    await using from = await pair();
    await using to = await pair();
    const copied = from.far.copyTo(to.near);
    if (broken === "source") from.near.reset();
    else {
      to.far.reset();
      await until(() => to.near.state === "closed");
      await from.near.write("x");
    }
    const { remoteAddress } = broken === "source" ? from.far : to.near;
    await assert.rejects(copied, { code: "reset", target: `${remoteAddress}` });
  }
});

Deno.test("a proxy takes no more than its slowest side reads", async () => {
  await using far = await tcp.serve({}, async (conn, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    conn.reset();
  });
  await using proxy = await tcp.proxy({}, far.address);
  await using client = await tcp.connect(proxy.address);
  let written = 0;
  const writing = (async () => {
    while (true) {
      await client.write(new Uint8Array(1_000_000));
      written += 1_000_000;
    }
  })().catch(() => {});
  await sleep(300);
  assert.ok(written < 40_000_000, `${written} octets vanished into it`);
  await far.close({ drain: 50 });
  await writing;
});

Deno.test("a reset on one side of a proxy arrives as a reset at the other", async () => {
  await using far = await tcp.serve({}, async (conn) => {
    await conn.read();
    conn.reset();
  });
  await using proxy = await tcp.proxy({}, far.address);
  await using client = await tcp.connect(proxy.address);
  await client.write("x");
  await assert.rejects(client.read({ timeout: 5000 }), { code: "reset" });
  await until(() => proxy.failed === 1);
});

Deno.test("a proxy whose target is down resets its clients and says why", async () => {
  const port = freePort();
  await using proxy = await tcp.proxy({}, { port });
  await using client = await tcp.connect(proxy.address);
  await assert.rejects(client.read({ timeout: 5000 }), { code: "reset" });
  await until(() => proxy.failed === 1);
  assert.match(
    `${proxy.errors[0]}`,
    new RegExp(`connect to 127.0.0.1:${port}: connection refused`),
  );
});

/** Which of the servers behind answers, so many times. */
async function answers(
  balancer: tcp.LoadBalancer,
  times: number,
): Promise<string> {
  let all = "";
  for (let i = 0; i < times; i++) {
    await using client = await tcp.connect(balancer.address);
    all += text(await client.readAll({ timeout: 5000 }));
  }
  return all;
}

const says = (word: string): tcp.Handler => (conn) => conn.write(word);

Deno.test("a load balancer gives clients to its servers in turn, past one that is down", async () => {
  await using a = await tcp.serve({}, says("a"));
  await using b = await tcp.serve({}, says("b"));
  const down = { port: freePort() };
  await using balancer = await tcp.loadBalancer({}, [
    a.address,
    down,
    b.address,
  ]);
  const got = await answers(balancer, 6);
  assert.equal(got, "ababab");
  const [first, second, third] = balancer.backends;
  assert.deepEqual([first?.served, second?.served, third?.served], [3, 0, 3]);
  assert.equal(second?.healthy, false);
  assert.match(second!.reason!, /refused/);
  assert.match(
    Deno.inspect(balancer),
    /Load balancer on 127.*\n.*address.*healthy/,
  );
});

Deno.test("one server behind a load balancer needs no list", async () => {
  await using one = await tcp.serve({}, tcp.echo);
  await using balancer = await tcp.loadBalancer({}, `${one.address}`);
  await using conn = await tcp.connect(balancer.address);
  await conn.write("x\n");
  assert.equal(await conn.readLine({ timeout: 5000 }), "x");
  await assert.rejects(tcp.loadBalancer({}, []), RangeError);
});

Deno.test("a server that comes back is found by the next check, one that fails it is left out", async () => {
  const port = freePort();
  await using balancer = await tcp.loadBalancer({}, [{ port }], {
    health: {
      interval: 20,
      check: async (conn) => {
        if (text(await conn.readAll({ timeout: 1000 })) !== "well") {
          throw new Error("ill");
        }
      },
    },
  });
  await until(() => !balancer.backends[0]!.healthy);
  await using client = await tcp.connect(balancer.address);
  await assert.rejects(client.read({ timeout: 5000 }), { code: "reset" });
  assert.match(
    `${balancer.server.errors[0]}`,
    /no server behind it is healthy/,
  );
  let word = "well";
  await using _server = await tcp.serve({ port }, (conn) => conn.write(word));
  await until(() => balancer.backends[0]!.healthy);
  assert.equal(await answers(balancer, 1), "well");
  word = "feverish";
  await until(() => balancer.backends[0]!.reason === "ill");
});

Deno.test("least-connections prefers the idle, source keeps a client where it was", async () => {
  const held: tcp.Handler = async (conn) => {
    await conn.write("x");
    await conn.readAll();
  };
  await using a = await tcp.serve({}, held);
  await using b = await tcp.serve({}, held);
  const targets = [a.address, b.address];
  for (
    const [strategy, expected] of [
      ["least-connections", [2, 2]],
      ["source", [0, 4]],
    ] as const
  ) {
    await using balancer = await tcp.loadBalancer({}, targets, { strategy });
    await using stack = new AsyncDisposableStack();
    for (let i = 0; i < 4; i++) {
      await stack.use(await tcp.connect(balancer.address)).readExactly(1);
    }
    const open = balancer.backends.map((backend) => backend.open);
    assert.deepEqual(open.sort(), expected);
  }
  await assert.rejects(tcp.loadBalancer({}, []), RangeError);
  await assert.rejects(
    tcp.loadBalancer({}, [{ port: 1 }], { strategy: "best" as "random" }),
    TypeError,
  );
});

Deno.test("a recording has both ways in order, up to its limit, and ends when told", async () => {
  await using ends = await pair();
  using recording = tcp.record(ends.near, { limit: 9 });
  await ends.near.write("ping");
  await ends.far.write("pong");
  assert.equal(text(await ends.near.readExactly(4)), "pong");
  await ends.near.write("beyond");
  recording.stop();
  await ends.near.write("not seen");
  assert.deepEqual(
    recording.chunks.map(({ direction, octets }) => [direction, text(octets)]),
    [["sent", "ping"], ["received", "pong"], ["sent", "b"]],
  );
  assert.equal(recording.omitted, 5);
  assert.equal(text(recording.octets("sent")), "pingb");
  const shown = Deno.inspect(recording);
  assert.match(
    shown,
    /^127\.0\.0\.1:\d+ -> 127.*\n-> sent 4 B after .*\n0000 {2}70 69 6e 67/,
  );
  assert.match(shown, /<- received 4 B[^]*and 5 B more$/);
  assert.equal(recording.toJSON().chunks[0]?.octets, "70696e67");
});
