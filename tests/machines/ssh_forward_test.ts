import assert from "node:assert/strict";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import { echo, serve } from "../../lib/socket/tcp.ts";
import type { SshConnection } from "../../lib/ssh/connection.ts";
import { connect } from "../../lib/ssh/connect.ts";
import { testUnless } from "../skip.ts";
import { noSshd, type SshBed, sshBed } from "./ssh_bed.ts";

const enter = (bed: SshBed): Promise<SshConnection> =>
  connect({ hostname: bed.hostname, port: bed.port, user: bed.user }, {
    config: false,
    keys: [bed.clientKeys.ed25519!],
    knownHosts: [bed.knownHosts],
  });

/** Sends text to an echo server and gives what comes back until the end. */
async function ask(at: string, text: string): Promise<string> {
  await using conn = await connectTcp(at);
  await conn.write(text);
  await conn.closeWrite();
  return new TextDecoder().decode(await conn.readAll());
}

testUnless(noSshd, "forwarding with a real sshd", async (t) => {
  await using bed = await sshBed();
  await using server = await serve({}, echo);
  const to = `${server.address}`;
  await using ssh = await enter(bed);

  await t.step("what connects here comes out there", async () => {
    await using way = await ssh.forward({ local: 0, to });
    const long = "x".repeat(300_000);
    assert.equal(await ask(way.from, long), long);
    const many = Array.from({ length: 20 }, (_, i) => `hello ${i}`);
    assert.deepEqual(
      await Promise.all(many.map((text) => ask(way.from, text))),
      many,
    );
    assert.equal(way.accepted, 21);
    assert.ok(way.bytes >= 600_000);
  });

  await t.step("what connects there comes out here", async () => {
    await using way = await ssh.forward({ remote: 0, to });
    assert.match(way.from, /^127\.0\.0\.1:[1-9]\d+$/);
    assert.equal(await ask(way.from, "hello"), "hello");
    const port = way.from;
    await way.close();
    await assert.rejects(ask(port, "hello"), { code: "refused" });
  });

  await t.step(
    "curl goes through the SOCKS proxy, by name and by address",
    async () => {
      await using way = await ssh.forward({ dynamic: 0 });
      const web = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        () => new Response("by way of SSH"),
      );
      for (const host of ["127.0.0.1", "localhost"]) {
        const { stdout } = await new Deno.Command("curl", {
          args: [
            "-s",
            "--max-time",
            "5",
            "--socks5-hostname",
            way.from,
            `http://${host}:${web.addr.port}/`,
          ],
        }).output();
        assert.equal(new TextDecoder().decode(stdout), "by way of SSH");
      }
      // What is no SOCKS 5 is not answered.
      assert.equal(await ask(way.from, "GET / HTTP/1.1\r\n\r\n"), "");
      assert.match(`${way.errors.at(-1)}`, /version 71 is not 5/);
      await web.shutdown();
    },
  );

  await t.step(
    "a far end that refuses ends the near one, and is told",
    async () => {
      await using way = await ssh.forward({ local: 0, to: "127.0.0.1:1" });
      await ask(way.from, "hello").catch(() => {});
      assert.equal(way.failed, 1);
      assert.equal((way.errors[0] as { code?: string }).code, "unreachable");
    },
  );

  await t.step("a port that is taken is said", async () => {
    await assert.rejects(ssh.forward({ local: to, to }), { code: "in-use" });
    await assert.rejects(ssh.forward({ remote: to, to }), {
      code: "prohibited",
    });
    // deno-lint-ignore no-explicit-any
    await assert.rejects(ssh.forward({ to } as any), TypeError);
  });
});

testUnless(noSshd, "the end of the connection ends its ways", async () => {
  await using bed = await sshBed();
  await using server = await serve({}, echo);
  const ssh = await enter(bed);
  const way = await ssh.forward({ local: 0, to: `${server.address}` });
  await using conn = await connectTcp(way.from);
  await conn.write("a");
  await conn.read();
  await bed.kill();
  assert.equal(await conn.read().catch(() => null), null);
  await ssh.down;
  await way.close();
  await assert.rejects(ask(way.from, "hello"), { code: "refused" });
  await ssh.close();
});
