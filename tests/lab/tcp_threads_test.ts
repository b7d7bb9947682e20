/** Servers on threads of their own: Workers, SO_REUSEPORT, epoll. */
import assert from "node:assert/strict";
import { libcAllowed } from "../../lib/ffi/libc.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "../loopback/conditions.ts";
import { text } from "../loopback/pair.ts";
import { testUnless } from "../skip.ts";

const NO_LIBC = libcAllowed() ? undefined : "run on Linux with --allow-ffi";

Deno.test("the handler of serve() serves on several threads, which share the port", async () => {
  await using server = await tcp.serveThreads({ threads: 2 }, tcp.echo);
  const clients = await Promise.all(
    Array.from({ length: 40 }, () => tcp.connect(server.address)),
  );
  await Promise.all(clients.map(async (client, i) => {
    await client.write(`I am ${i}\n`);
    assert.equal(await client.readLine({ timeout: 20_000 }), `I am ${i}`);
  }));
  await until(() => server.open === 40);
  assert.equal(server.accepted, 40);
  assert.ok(server.shares.every((share) => share > 0), `${server.shares}`);
  assert.match(
    Deno.inspect(server),
    /serving on 2 threads, 40 accepted, 40 open/,
  );
  for (const client of clients) client.reset();
  await Promise.all(clients.map((client) => client.close()));
});

Deno.test("a handler that keeps its processor busy holds up its own thread alone", async () => {
  await using server = await tcp.serveThreads({ threads: 2 }, async (conn) => {
    const [word, file] = (await conn.readLine())!.split(" ");
    const end = performance.now() + 30_000;
    if (word === "spin") {
      Deno.writeTextFileSync(file!, "it spins");
      for (let isThere = true; isThere && performance.now() < end;) {
        try {
          Deno.statSync(file!);
        } catch {
          isThere = false;
        }
      }
    }
    await conn.write("done");
  });
  const file = await Deno.makeTempFile();
  await using busy = await tcp.connect(server.address);
  await busy.write(`spin ${file}\n`);
  await until(() => Deno.statSync(file).size > 0);
  let isOver = false;
  const spun = busy.readAll().then(() => isOver = true);
  // The kernel deals by the client's port: some of these meet the idle thread.
  const answers = Array.from({ length: 32 }, async () => {
    await using client = await tcp.connect(server.address);
    await client.write("hello\n");
    await client.readAll();
  });
  await Promise.race(answers);
  assert.ok(!isOver, "answered while the other thread is busy");
  await Deno.remove(file);
  await Promise.all([...answers, spun]);
});

Deno.test("an error of a thread's handler is kept, a handler that is none refused", async () => {
  await using server = await tcp.serveThreads({ threads: 1 }, () => {
    throw new RangeError("not today");
  });
  await using client = await tcp.connect(server.address);
  await client.read({ timeout: 20_000 });
  await until(() => server.errors.length === 1);
  assert.match(`${server.errors[0]}`, /not today/);
  await assert.rejects(tcp.serveThreads({ threads: 0 }, tcp.echo), RangeError);
  await assert.rejects(tcp.serveThreads({}, tcp.echo.bind(null)), TypeError);
  const missing = undefined as unknown as () => void;
  await assert.rejects(
    tcp.serveThreads(
      { threads: 1 },
      Object.assign(() => {}, { toString: () => "((" }),
    ),
  );
  assert.equal(missing, undefined);
});

testUnless(
  NO_LIBC,
  "serveSync() answers octets, also to readers that are slow",
  async () => {
    await using server = await tcp.serveSync({}, (octets) => octets);
    await using client = await tcp.connect(server.address);
    const data = Uint8Array.from({ length: 5_000_000 }, (_, i) => i % 251);
    const writing = client.write(data).then(() => client.closeWrite());
    await sleep(100);
    const back = await client.readExactly(data.length, { timeout: 20_000 });
    assert.deepEqual(back, data);
    await writing;
    assert.equal(await client.read({ timeout: 20_000 }), null);
    await until(() => server.open === 0);
    assert.equal(server.accepted, 1);
  },
);

Deno.test("what cannot be copied from a thread is told in words, and the thread serves on", async () => {
  const servers = [
    await tcp.serveThreads({ threads: 1 }, async (conn) => {
      const octets = await conn.read();
      if (octets?.[0] === 120) throw new Error("odd", { cause: () => {} });
      if (octets?.[0] === 121) throw () => "odder";
      await conn.write(octets!);
    }),
    ...NO_LIBC ? [] : [
      await tcp.serveSync({}, (octets) => {
        if (octets[0] === 120) throw new Error("odd", { cause: () => {} });
        if (octets[0] === 121) throw () => "odder";
        return octets;
      }),
    ],
  ];
  for (const each of servers) {
    await using server = each;
    for (
      const [said, heard] of [["x", null], ["y", null], ["abc", "abc"]] as const
    ) {
      await using client = await tcp.connect(server.address);
      await client.write(said);
      assert.equal(text(await client.read({ timeout: 20_000 })), heard);
    }
    await until(() => server.errors.length === 2);
    assert.match(server.errors.join("; "), /^Error: odd; Error: .*odder/);
  }
});

testUnless(
  NO_LIBC,
  "serveSync() closes at null, keeps what was thrown, and serves on",
  async () => {
    await using server = await tcp.serveSync(
      { maxConnections: 2 },
      (octets) => {
        if (octets[0] === 120) throw new Error("no x please");
        return octets[0] === 113 ? null : octets.toReversed();
      },
    );
    for (
      const [said, heard] of [["x", null], ["q", null], ["abc", "cba"]] as const
    ) {
      await using client = await tcp.connect(server.address);
      await client.write(said);
      const answer = await client.read({ timeout: 20_000 }).catch(() => null);
      assert.equal(text(answer), heard);
    }
    await until(() => server.errors.length === 1);
    assert.match(`${server.errors[0]}`, /no x please/);
    assert.equal(server.failed, 1);
    // The third waits until one of two goes.
    const [first, second, third] = await Promise.all(
      [1, 2, 3].map(() => tcp.connect(server.address)),
    );
    await Promise.all(
      [first, second, third].map((client) => client!.write("ab")),
    );
    assert.equal(text(await first!.read({ timeout: 20_000 })), "ba");
    await assert.rejects(third!.read({ timeout: 50 }), { code: "timeout" });
    await first!.close();
    assert.equal(text(await third!.read({ timeout: 20_000 })), "ba");
    await Promise.all([second!.close(), third!.close()]);
  },
);

Deno.test("compareServers() measures every way to serve, as a table", async () => {
  const comparison = await tcp.compareServers({
    connections: 8,
    duration: 150,
  });
  assert.equal(comparison.rows.length, NO_LIBC ? 4 : 5);
  for (const { model, perSecond, p99 } of comparison.rows) {
    assert.ok(perSecond > 0 && p99 > 0, `${model}: ${perSecond}, ${p99} ms`);
  }
  assert.match(
    Deno.inspect(comparison),
    /Echo of 64 B to 8 clients\nmodel +answers\/s/,
  );
  await assert.rejects(tcp.compareServers({ size: 0 }), RangeError);
});
