import assert from "node:assert/strict";
import { PermissionError } from "../../lib/errors.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { freePort } from "../free_port.ts";
import { testUnless } from "../skip.ts";
import {
  FOREIGN,
  lacks,
  NO_HOST,
  NO_IPV6,
  ONLY_LOOPBACK,
  until,
} from "./conditions.ts";
import { pair, text } from "./pair.ts";

Deno.test("both ends know their own and the other's address", async () => {
  await using ends = await pair();
  assert.deepEqual(ends.near.remoteAddress, ends.listener.address);
  assert.deepEqual(ends.near.localAddress, ends.far.remoteAddress);
  assert.deepEqual(ends.far.localAddress, ends.listener.address);
});

Deno.test("connect() takes a text, an object and an address as well", async () => {
  await using listener = await tcp.listen();
  const { hostname, port } = listener.address;
  for (const target of [`${hostname}:${port}`, { hostname, port }, { port }]) {
    await using conn = await tcp.connect(target);
    assert.equal(conn.remoteAddress.port, port);
  }
});

Deno.test("connect() can leave from an address of one's choice", async () => {
  await using ends = await pair({ localAddress: "127.0.0.1" });
  assert.equal(ends.far.remoteAddress.hostname, "127.0.0.1");
});

Deno.test({
  name: "connect() and listen() name the flag for what the permissions bar",
  permissions: ONLY_LOOPBACK,
  async fn() {
    await using listener = await tcp.listen();
    const { address } = listener;
    for (
      const [attempt, flag] of [
        [() => tcp.connect("192.0.2.77:80"), "192.0.2.77:80"],
        [() => tcp.connect("barred.invalid:80"), "barred.invalid:80"],
        [
          () => tcp.connect(address, { localAddress: "127.0.0.7" }),
          "127.0.0.7",
        ],
        [() => tcp.listen({ hostname: "::1", port: 80 }), "[::1]:80"],
        [() => tcp.listen({ hostname: "0.0.0.0" }), "0.0.0.0"],
      ] as const
    ) {
      await assert.rejects(attempt, (error: PermissionError) => {
        assert.ok(error instanceof PermissionError);
        assert.equal(error.hint, `deno run --allow-net=${flag} …`);
        return true;
      });
    }
  },
});

Deno.test("a refused connection says so, and what to type next", async () => {
  const port = freePort();
  await assert.rejects(tcp.connect({ port }), {
    name: "NetError",
    code: "refused",
    op: "connect to",
    target: `127.0.0.1:${port}`,
    message: new RegExp(`nothing listens on port ${port} there. Try: ss -ltn`),
  });
});

Deno.test("a port that connects with itself counts as refused", async () => {
  // Without a listener TCP can open a connection from a port to that same port,
  // which a scanner would take for an open one.
  const port = freePort();
  await assert.rejects(
    tcp.connect({ port }, { localAddress: "127.0.0.1", localPort: port }),
    { code: "refused" },
  );
  await using listener = await tcp.listen();
  await using conn = await tcp.connect(listener.address, {
    localAddress: "127.0.0.1",
    localPort: port,
  });
  assert.equal(conn.localAddress.port, port);
});

Deno.test("connect() checks port and timeout before it does anything", async () => {
  for (
    const [target, options, message] of [
      [{ port: 0 }, {}, /'port' must be an integer from 1 to 65535/],
      [
        { port: 70000 },
        {},
        /'port' must be an integer from 0 to 65535: current value is 70000/,
      ],
      ["127.0.0.1:70000", {}, /current value is 70000/],
      [{ port: 1 }, { timeout: -1 }, /'timeout' must be 0 or more/],
      [{ port: 1 }, { idleTimeout: 0 }, /'idleTimeout' must be more than 0/],
    ] as const
  ) {
    await assert.rejects(tcp.connect(target, options), {
      name: "RangeError",
      message,
    });
  }
});

testUnless(
  lacks(NO_HOST),
  "connect() says when a name has no address",
  async () => {
    await assert.rejects(tcp.connect(`${NO_HOST}:80`), {
      code: "not-found",
      message: /Try: getent hosts no-such-host\.invalid/,
    });
  },
);

Deno.test("connect() gives up when the time is up, or when its signal says so", async () => {
  // A listener whose queues are full leaves the handshake unanswered, so the
  // system retries and connect() really waits. Deno's listener never accepts.
  using full = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
  const target = { port: full.addr.port };
  await using stack = new AsyncDisposableStack();
  let waiting = false;
  for (let i = 0; i < 64 && !waiting; i++) {
    try {
      stack.use(await tcp.connect(target, { timeout: 1000 }));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "timeout");
      waiting = true;
    }
  }
  assert.ok(waiting, "the backlog never filled");
  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const attempt = tcp.connect(target, { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(attempt, reason);
});

Deno.test("listen() says when the port is taken", async () => {
  await using listener = await tcp.listen();
  const { port } = listener.address;
  await assert.rejects(tcp.listen({ port }), {
    code: "in-use",
    message: new RegExp(`Try: ss -ltnp 'sport = :${port}' to see what`),
  });
  await assert.rejects(tcp.listen({ backlog: 0 }), RangeError);
  await assert.rejects(tcp.listen({ port: 65536 }), RangeError);
});

testUnless(
  lacks(FOREIGN),
  "listen() says that an address is not one of this machine's",
  async () => {
    await assert.rejects(tcp.listen({ hostname: FOREIGN }), {
      code: "not-local",
      message: /Try: ip -br address/,
    });
    await using listener = await tcp.listen();
    await assert.rejects(
      tcp.connect(listener.address, { localAddress: FOREIGN }),
      { code: "not-local", op: "connect from" },
    );
  },
);

testUnless(
  lacks("localhost"),
  "listen() and connect() take a name as well as an address",
  async () => {
    await using listener = await tcp.listen({ hostname: "localhost" });
    assert.match(`${listener.address}`, /^(127\.0\.0\.1|\[::1\]):\d+$/);
    await using client = await tcp.connect({
      hostname: "localhost",
      port: listener.address.port,
    });
    assert.equal(client.remoteAddress.port, listener.address.port);
  },
);

testUnless(
  lacks(NO_HOST),
  "listen() says when a name has no address",
  async () => {
    await assert.rejects(tcp.listen({ hostname: NO_HOST }), {
      code: "not-found",
      op: "listen on",
    });
  },
);

Deno.test("a closed listener frees its port and ends its loop, accepted connections live on", async () => {
  const listener = await tcp.listen();
  const looped = Array.fromAsync(listener);
  await using client = await tcp.connect(listener.address);
  await client.write("x");
  await until(() => listener.accepted === 1);
  await listener.close();
  const [accepted] = await looped;
  await using again = await tcp.listen(listener.address);
  assert.deepEqual(again.address, listener.address);
  assert.equal(text(await accepted!.readExactly(1)), "x");
  await accepted!.close();
  await assert.rejects(listener.accept(), { code: "closed" });
});

Deno.test("accept() waits no longer than told, a signal closes the listener", async () => {
  const controller = new AbortController();
  await using listener = await tcp.listen({ signal: controller.signal });
  await assert.rejects(listener.accept({ timeout: 10 }), { code: "timeout" });
  const waiting = listener.accept();
  waiting.catch(() => {});
  controller.abort();
  await assert.rejects(waiting, { code: "closed" });
  assert.ok(listener.closed);
});

Deno.test("connections beyond the backlog are reset, and counted", async () => {
  await using listener = await tcp.listen({ backlog: 2 });
  await using stack = new AsyncDisposableStack();
  const codes: unknown[] = [];
  for (let i = 0; i < 5; i++) {
    try {
      const client = stack.use(await tcp.connect(listener.address));
      await client.read({ timeout: 100 });
    } catch (error) {
      codes.push((error as { code?: string }).code);
    }
  }
  assert.deepEqual(codes, ["timeout", "timeout", "reset", "reset", "reset"]);
  assert.equal(listener.dropped, 3);
});

testUnless(NO_IPV6, "IPv6 connections work like those of IPv4", async () => {
  await using listener = await tcp.listen({ hostname: "::1" });
  const address = `${listener.address}`;
  assert.match(address, /^\[::1\]:\d+$/);
  await using client = await tcp.connect(address);
  await using server = await listener.accept();
  await client.write("six");
  assert.equal(text(await server.readExactly(3)), "six");
  assert.equal(server.remoteAddress.hostname, "::1");
});
