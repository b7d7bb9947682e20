/** Names with several addresses: RFC 8305. */
import assert from "node:assert/strict";
import { inTurn } from "../../lib/socket/connect.ts";
import { Endpoint } from "../../lib/socket/endpoint.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { NO_IPV6 } from "./conditions.ts";
import { pair } from "./pair.ts";

const both = () => Promise.resolve(["::1", "127.0.0.1"]);

/** A port that is open at `hostname` alone. */
async function openAt(hostname: string): Promise<tcp.Server> {
  return await tcp.serve({ hostname }, tcp.echo);
}

testUnless(
  NO_IPV6,
  "connect() takes the second address at once when the first refuses",
  async () => {
    await using server = await openAt("127.0.0.1");
    const { port } = server.address;
    await using conn = await tcp.connect(`two.invalid:${port}`, {
      lookup: both,
      attemptDelay: 60_000,
    });
    assert.equal(conn.remoteAddress.hostname, "127.0.0.1");
    const [six, four] = conn.attempts;
    assert.deepEqual(
      [six?.address, six?.outcome, four?.outcome],
      [`[::1]:${port}`, "failed", "connected"],
    );
    assert.match(six!.reason!, /refused/);
    assert.ok(four!.started < 30_000, `${four!.started} ms`);
  },
);

testUnless(
  NO_IPV6,
  "connect() does not wait for a silent address, and lets go of it",
  async () => {
    // A listener whose queue is full leaves the handshake unanswered.
    using full = Deno.listen({ hostname: "::1", port: 0, tcpBacklog: 1 });
    const { port } = full.addr as Deno.NetAddr;
    await using stack = new AsyncDisposableStack();
    while (true) {
      try {
        stack.use(
          await tcp.connect({ hostname: "::1", port }, { timeout: 1000 }),
        );
      } catch {
        break;
      }
    }
    await using _server = await tcp.serve({ port }, tcp.echo);
    const start = performance.now();
    await using conn = await tcp.connect(`two.invalid:${port}`, {
      lookup: both,
      attemptDelay: 50,
    });
    const ms = performance.now() - start;
    assert.equal(conn.remoteAddress.hostname, "127.0.0.1");
    assert.ok(ms >= 45 && ms < 30_000, `${ms} ms`);
    assert.deepEqual(
      conn.attempts.map(({ outcome }) => outcome),
      ["abandoned", "connected"],
    );
  },
);

testUnless(NO_IPV6, "when all addresses fail, each says why", async () => {
  let port: number;
  {
    await using server = await openAt("127.0.0.1");
    port = server.address.port;
  }
  await assert.rejects(tcp.connect(`two.invalid:${port}`, { lookup: both }), (
    error: Error & { code: string },
  ) => {
    assert.equal(error.code, "refused");
    assert.match(
      error.message,
      /none of its 2 addresses answers: \[::1\]:\d+ connection refused.*; 127\.0\.0\.1:\d+ connection refused/,
    );
    assert.equal((error.cause as AggregateError).errors.length, 2);
    return true;
  });
});

testUnless(
  NO_IPV6,
  "a source address leaves only the addresses of its family",
  async () => {
    await using server = await openAt("127.0.0.1");
    await using conn = await tcp.connect(`two.invalid:${server.address.port}`, {
      lookup: both,
      localAddress: "127.0.0.1",
    });
    assert.equal(conn.attempts.length, 1);
  },
);

Deno.test("a lookup that fails, finds nothing or never ends ends connect()", async () => {
  const reason = new Error("no resolver");
  await assert.rejects(
    tcp.connect("a.invalid:1", { lookup: () => Promise.resolve([]) }),
    { code: "not-found" },
  );
  await assert.rejects(
    tcp.connect("a.invalid:1", { lookup: () => Promise.reject(reason) }),
    { message: /no resolver/ },
  );
  await assert.rejects(
    tcp.connect("a.invalid:1", {
      lookup: () => new Promise(() => {}),
      timeout: 20,
    }),
    { code: "timeout" },
  );
});

Deno.test("addresses are tried with their families in turn", () => {
  const order = (...hosts: string[]) =>
    inTurn(hosts.map((host) => new Endpoint(host, 1))).map(({ hostname }) =>
      hostname
    );
  assert.deepEqual(order("::1", "::2", "::3", "1.1.1.1"), [
    "::1",
    "1.1.1.1",
    "::2",
    "::3",
  ]);
  assert.deepEqual(order("1.1.1.1", "2.2.2.2", "::1"), [
    "1.1.1.1",
    "::1",
    "2.2.2.2",
  ]);
  assert.deepEqual(order(), []);
});

Deno.test({
  name:
    "without --allow-ffi noDelay and keepAlive can be set, the rest names the flag",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    await using ends = await pair();
    ends.near.options.set({ noDelay: false, keepAlive: true });
    assert.throws(() => ends.near.options.set({ ttl: 5 }), {
      name: "PermissionError",
      message: /--allow-ffi/,
    });
    assert.deepEqual(ends.near.options.toJSON(), {});
    assert.throws(() => ends.near.info(), { name: "PermissionError" });
    await assert.rejects(
      tcp.connect(ends.listener.address, { options: { ttl: 5 } }),
      { name: "PermissionError" },
    );
  },
});
