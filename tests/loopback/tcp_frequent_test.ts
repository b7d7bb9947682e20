/**
 * Many connections to one endpoint: after the first few they are made through
 * the C library, and are the runtime's once octets go through them.
 */
import assert from "node:assert/strict";
import { libc, libcAllowed } from "../../lib/ffi/libc.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { NO_IPV6, ONLY_LOOPBACK, until } from "./conditions.ts";
import { text } from "./pair.ts";

/** More than the runtime opens itself. */
const MANY = 20;
const NO_LIBC = libcAllowed() ? undefined : "run with --allow-ffi";

/** Connects often enough that the next is one of many. */
async function warmUp(target: tcp.Endpoint): Promise<void> {
  for (let i = 0; i < MANY; i++) {
    await using conn = await tcp.connect(target);
    assert.equal(conn.state, "open");
  }
}

/** A server that was connected to often. */
async function known(
  handler: tcp.Handler,
  hostname = "127.0.0.1",
): Promise<tcp.Server> {
  const server = await tcp.serve({ hostname }, handler);
  await warmUp(server.address);
  await until(() => server.open === 0);
  return server;
}

for (const host of ["127.0.0.1", "::1"]) {
  testUnless(
    host === "::1" ? NO_IPV6 : undefined,
    `a connection of many to ${host} reads, writes and closes as the first does`,
    async () => {
      await using server = await known(async (conn) => {
        await conn.write(`${await conn.readAll({ timeout: 5000 })}`);
      }, host);
      await using conn = await tcp.connect(server.address);
      assert.deepEqual(conn.remoteAddress, server.address);
      const [served] = await serving(server);
      assert.deepEqual(served!.remoteAddress, conn.localAddress);
      assert.deepEqual(conn.attempts.map(({ outcome }) => outcome), [
        "connected",
      ]);
      await conn.write("1,");
      await conn.write("2");
      await conn.closeWrite();
      assert.equal(conn.state, "half-closed (local)");
      assert.equal(text(await conn.readAll({ timeout: 5000 })), "49,44,50");
      assert.equal(conn.state, "closed");
      assert.deepEqual([conn.bytesSent, conn.bytesReceived], [3, 8]);
    },
  );
}

async function serving(server: tcp.Server): Promise<tcp.Connection[]> {
  await until(() => server.open === 1);
  return server.connections;
}

Deno.test("what came before anybody read is there, and is seen by looking", async () => {
  await using server = await known((conn) => conn.write("banner\nrest"));
  for (const look of [true, false]) {
    await using conn = await tcp.connect(server.address);
    if (look) {
      await until(() =>
        conn.bytesReceived === 11 && conn.state === "half-closed (remote)"
      );
    }
    assert.equal(await conn.readLine(), "banner");
    assert.equal(text(await conn.readAll()), "rest");
    assert.equal(await conn.read(), null);
  }
});

Deno.test("a connection of many that nobody uses closes like any other", async () => {
  const ends: unknown[] = [];
  await using server = await known(async (conn) => {
    ends.push(await conn.read().catch((error) => error));
  });
  ends.length = 0;
  const conn = await tcp.connect(server.address);
  await until(() => server.open === 1);
  await Promise.all([conn.close(), conn.close()]);
  await until(() => ends.length === 1);
  assert.deepEqual(ends, [null]);
  assert.equal(conn.state, "closed");
  await assert.rejects(conn.read(), { code: "closed" });
  await assert.rejects(conn.write("late"), { code: "closed" });
  assert.throws(() => conn.options.get("ttl"), {
    code: libcAllowed() ? "closed" : "not-permitted",
  });
  conn.reset();
});

Deno.test("unread octets do not turn the close of an unused connection into a reset", async () => {
  let written = false;
  let read: unknown;
  await using server = await known(async (conn, { id }) => {
    if (id <= MANY) return;
    await conn.write("take it or leave it");
    written = true;
    read = await conn.read().catch((error) => error);
  });
  const conn = await tcp.connect(server.address);
  await until(() => written);
  await conn.close();
  await until(() => read !== undefined);
  assert.equal(read, null);
});

Deno.test("a reset before the first use is heard of at the first use", async () => {
  await using listener = await tcp.listen();
  for (let i = 0; i < MANY; i++) {
    await using _near = await tcp.connect(listener.address);
    (await listener.accept()).reset();
  }
  const uses: ((conn: tcp.Connection) => Promise<unknown>)[] = [
    (conn) => conn.read({ timeout: 1000 }),
    (conn) => conn.readExactly(1),
    async (conn) => {
      for (let i = 0; i < 100; i++) await conn.write("x".repeat(100_000));
    },
  ];
  for (const use of uses) {
    await using conn = await tcp.connect(listener.address);
    (await listener.accept()).reset();
    await assert.rejects(use(conn), {
      code: "reset",
      target: `${listener.address}`,
    });
    assert.equal(conn.state, "closed");
  }
  const unused = await tcp.connect(listener.address);
  (await listener.accept()).reset();
  await unused.close();
});

Deno.test("a port that closes refuses the connection of many in the same words", async () => {
  const server = await known(tcp.echo);
  const { address } = server;
  await server.close();
  const other = await tcp.listen();
  await other.close();
  const words = async (target: tcp.Endpoint) => {
    const error = await tcp.connect(target).then(() => undefined, (e) => e);
    const { message, code, op, hint } = error;
    return [
      message.replaceAll(`${target.port}`, "PORT"),
      code,
      op,
      hint.replaceAll(`${target.port}`, "PORT"),
    ];
  };
  const expected = await words(other.address);
  assert.deepEqual(await words(address), expected);
  assert.equal(expected[1], "refused");
});

testUnless(
  NO_LIBC,
  "a full queue keeps the connection of many waiting, until time or signal end it",
  async () => {
    const server = await known(tcp.echo);
    const { port } = server.address;
    await server.close();
    // Deno's listener never accepts, and soon the system answers no more.
    using _full = Deno.listen({ hostname: "127.0.0.1", port, tcpBacklog: 1 });
    await using stack = new AsyncDisposableStack();
    const failed = async () => {
      for (let i = 0; i < 64; i++) {
        try {
          stack.use(await tcp.connect({ port }, { timeout: 1000 }));
        } catch (error) {
          return error as { code?: string };
        }
      }
      return undefined;
    };
    assert.equal((await failed())?.code, "timeout");
    const caller = new AbortController();
    const attempt = tcp.connect({ port }, { signal: caller.signal });
    setTimeout(() => caller.abort("enough"), 10);
    await assert.rejects(attempt, (reason) => reason === "enough");
  },
);

Deno.test("options, source address and idle limit hold for a connection of many", async () => {
  await using server = await known(tcp.echo);
  await using from = await tcp.connect(server.address, {
    localAddress: "127.0.0.1",
  });
  assert.equal(from.localAddress.hostname, "127.0.0.1");
  if (libcAllowed()) {
    assert.equal(from.options.get("noDelay"), true);
    assert.equal(from.info().tcp.state, 1);
  }
  await using idle = await tcp.connect(server.address, { idleTimeout: 20 });
  await until(() => idle.state === "closed");
  await assert.rejects(idle.read(), { message: /idle for 20 ms/ });
});

Deno.test("an abort before connect(), or while it connects, leaves nothing", async () => {
  await using server = await known(tcp.echo);
  const reason = new Error("changed my mind");
  await assert.rejects(
    tcp.connect(server.address, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  const caller = new AbortController();
  const attempt = tcp.connect(server.address, { signal: caller.signal });
  caller.abort(reason);
  await assert.rejects(attempt, reason);
});

testUnless(
  NO_LIBC,
  "many connections leave no descriptor open, used or not",
  async () => {
    const F_GETFD = 1;
    const numbers = Array.from({ length: 4096 }, (_, fd) => fd);
    const open = () =>
      numbers.filter((fd) => libc().fcntl(fd, F_GETFD, 0) >= 0).length;
    await using server = await known(tcp.echo);
    const before = open();
    const conns = await Promise.all(
      Array.from({ length: 300 }, () => tcp.connect(server.address)),
    );
    await until(() => server.open === 300);
    await Promise.all(conns.map(async (conn, i) => {
      if (i % 3 === 0) await conn.write("x");
      if (i % 3 === 1) conn.reset();
      await conn.close();
    }));
    await until(() => server.open === 0 && open() <= before);
  },
);

Deno.test({
  name: "without --allow-ffi the runtime opens all of many",
  permissions: ONLY_LOOPBACK,
  async fn() {
    await using server = await known(tcp.echo);
    await using conn = await tcp.connect(server.address);
    await conn.write("hello");
    assert.equal(text(await conn.readExactly(5)), "hello");
    await assert.rejects(tcp.connect("192.0.2.77:80"), {
      name: "PermissionError",
    });
  },
});
