/** Options of sockets through the C library, and what is open afterwards. */
import assert from "node:assert/strict";
import { libcAllowed } from "../../lib/ffi/libc.ts";
import type { SocketOptions } from "../../lib/socket/option_table.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import * as unix from "../../lib/socket/unix.ts";
import { NO_IPV6, until } from "../loopback/conditions.ts";
import { pair, text } from "../loopback/pair.ts";
import { testUnless } from "../skip.ts";

const NO_LIBC = libcAllowed() ? undefined : "run on Linux with --allow-ffi";

/** Descriptors that this process has open. */
function open(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** Values that every connection takes. */
const VALUES: SocketOptions = {
  noDelay: false,
  keepAlive: true,
  keepAliveIdle: 7000,
  keepAliveInterval: 3000,
  keepAliveProbes: 4,
  userTimeout: 2500,
  congestionControl: "reno",
  notSentLowWater: 16384,
  ttl: 9,
  dscp: 46,
  priority: 2,
};

for (const hostname of ["127.0.0.1", "::1"]) {
  testUnless(
    NO_LIBC ?? (hostname === "::1" ? NO_IPV6 : undefined),
    `what is set on a connection over ${hostname} is read back, and it still speaks`,
    async () => {
      await using server = await tcp.serve({ hostname }, tcp.echo);
      await using conn = await tcp.connect(server.address);
      conn.options.set(VALUES);
      for (const [name, value] of Object.entries(VALUES)) {
        assert.equal(
          conn.options.get(name as keyof SocketOptions),
          value,
          name,
        );
      }
      assert.equal(conn.options.get("tos"), 46 << 2);
      conn.options.set({ receiveBuffer: 100_000, sendBuffer: 50_000 });
      assert.equal(
        conn.options.get("receiveBuffer"),
        200_000,
        "the kernel doubles it",
      );
      assert.equal(conn.options.all().ttl, 9);
      assert.match(
        Deno.inspect(conn.options),
        /keepAliveIdle +7000 +ms +TCP_KEEPIDLE/,
      );
      await conn.write("still here");
      assert.equal(text(await conn.readExactly(10)), "still here");
    },
  );
}

testUnless(
  NO_LIBC,
  "options given to connect() and listen() hold before the handshake",
  async () => {
    await using server = await tcp.serve(
      { options: { reusePort: true, ttl: 11, congestionControl: "reno" } },
      async (conn) => {
        await conn.write(
          `${conn.options.get("ttl")} ${conn.options.get("congestionControl")}`,
        );
      },
    );
    const { port } = server.address;
    await using again = await tcp.listen({
      port,
      options: { reusePort: true },
    });
    await again.close();
    await using conn = await tcp.connect(server.address, {
      localAddress: "127.0.0.1",
      options: {
        bindToDevice: "lo",
        ttl: 3,
        maxSegment: 1000,
        receiveBuffer: 30_000,
      },
    });
    assert.equal(conn.options.get("bindToDevice"), "lo");
    assert.equal(conn.options.get("ttl"), 3);
    assert.equal(conn.attempts[0]?.outcome, "connected");
    assert.equal(text(await conn.readAll({ timeout: 5000 })), "11 reno");
  },
);

testUnless(
  NO_LIBC,
  "a connection with options fails in the same words as one without",
  async () => {
    let port: number;
    {
      await using listener = await tcp.listen();
      port = listener.address.port;
    }
    const before = open();
    await assert.rejects(tcp.connect({ port }, { options: { ttl: 5 } }), {
      code: "refused",
      message: new RegExp(`connect to 127.0.0.1:${port}: connection refused`),
    });
    await assert.rejects(
      tcp.connect({ port }, {
        options: { ttl: 5 },
        localAddress: "192.0.2.77",
      }),
      { code: "not-local", op: "connect from" },
    );
    await assert.rejects(
      tcp.connect({ port }, { options: { bindToDevice: "none77" } }),
      {
        message:
          /Cannot set 'bindToDevice' \(SO_BINDTODEVICE\) of the connection to/,
      },
    );
    await using listener = await tcp.listen();
    await assert.rejects(
      tcp.listen({ port: listener.address.port, options: { freeBind: true } }),
      { code: "in-use" },
    );
    await until(() => open() <= before + 2);
  },
);

testUnless(
  NO_LIBC,
  "a connect with options gives up when its signal or time says so",
  async () => {
    using full = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
    const { port } = full.addr as Deno.NetAddr;
    await using stack = new AsyncDisposableStack();
    let last: unknown;
    while (last === undefined) {
      try {
        stack.use(
          await tcp.connect({ port }, { timeout: 1000, options: { ttl: 5 } }),
        );
      } catch (error) {
        last = error;
      }
    }
    assert.equal((last as { code: string }).code, "timeout");
  },
);

testUnless(NO_LIBC, "Fast Open connects at the first write", async () => {
  await using server = await tcp.serve(
    { options: { fastOpenQueue: 16 } },
    tcp.echo,
  );
  await using conn = await tcp.connect(server.address, {
    options: { fastOpen: true },
  });
  assert.deepEqual(conn.remoteAddress, server.address);
  await conn.write("early");
  assert.equal(text(await conn.readExactly(5, { timeout: 5000 })), "early");
});

testUnless(
  NO_LIBC,
  "info() has the kernel's view of the connection, as a card",
  async () => {
    await using ends = await pair();
    await ends.near.write("x".repeat(5000));
    await ends.far.readExactly(5000);
    const info = ends.near.info();
    assert.equal(info.tcp.state, 1);
    assert.equal(info.tcp.bytesSent, 5000);
    assert.ok(info.tcp.rtt > 0 && info.tcp.rtt < 1_000_000);
    assert.equal(info.toJSON().congestionControl, info.congestionControl);
    assert.match(
      Deno.inspect(info),
      /^TCP 127.*\n +state +established, open\n +round trip +/,
    );
  },
);

testUnless(
  NO_LIBC,
  "what an option may not be is said before the kernel is asked",
  async () => {
    await using ends = await pair();
    for (
      const [values, name, message] of [
        [{ ttl: 0 }, "RangeError", /'ttl' must be an integer from 1 to 255/],
        [{ keepAliveIdle: 1500 }, "RangeError", /a multiple of 1000 from 1000/],
        [{ noDelay: 1 }, "TypeError", /'noDelay' must be a boolean/],
        [{ speed: 1 }, "TypeError", /must be one of noDelay, cork/],
        [{ congestionControl: "warp" }, "NetError", /Try: sysctl/],
      ] as const
    ) {
      assert.throws(() => ends.near.options.set(values as SocketOptions), {
        name,
        message,
      });
    }
    await ends.near.close();
    assert.throws(() => ends.near.options.get("ttl"), { code: "closed" });
    assert.throws(() => ends.near.info(), { code: "closed" });
  },
);

testUnless(
  NO_LIBC,
  "a unix socket has the options of sockets, and none of TCP",
  async () => {
    const path = await Deno.makeTempFile();
    await Deno.remove(path);
    await using server = await unix.serve({ path }, unix.echo);
    await using conn = await unix.connect(path);
    conn.options.set({ sendBuffer: 40_000 });
    assert.equal(conn.options.get("sendBuffer"), 80_000);
    assert.throws(() => conn.options.get("noDelay"), { code: "unsupported" });
    assert.throws(() => conn.info());
    assert.equal(server.accepted, 1);
  },
);

Deno.test("3,000 idle connections come and go, and nothing stays open", async () => {
  // Each is two descriptors here; echo of the benches has 10,000.
  const count = 3000;
  const before = open();
  {
    await using server = await tcp.serve({}, tcp.echo);
    const clients = await Promise.all(
      Array.from({ length: count }, () => tcp.connect(server.address)),
    );
    await until(() => server.open === count);
    const some = clients[count >> 1]!;
    await some.write("is it still quick?");
    await some.readExactly(18, { timeout: 20_000 });
    await Promise.all(clients.map((client) => client.close()));
    await until(() => server.open === 0);
    assert.equal(server.failed, 0);
  }
  await until(() => open() <= before + 2);
});

Deno.test("a zone that is no interface is named", async () => {
  await assert.rejects(tcp.connect("[fe80::1%nosuch]:80"), {
    name: "PermissionError",
    message:
      "Cannot connect to [fe80::1%nosuch]:80: there is no interface nosuch, or the operating system does not permit it. Try: ip -br link",
  });
});
