import assert from "node:assert/strict";
import type { NetError } from "../../lib/errors.ts";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import { echo, serve } from "../../lib/socket/tcp.ts";
import type { SshConnection } from "../../lib/ssh/connection.ts";
import { connect } from "../../lib/ssh/connect.ts";
import { reasonIn } from "../../lib/ssh/failure.ts";
import { serve as serveSsh } from "../../lib/ssh/serve.ts";
import type { SshServer } from "../../lib/ssh/serving/server.ts";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

const enterOurs = (server: SshServer): Promise<SshConnection> =>
  connect(`ada@127.0.0.1:${server.port}`, {
    config: false,
    password: "secret",
    hostKeys: { fingerprint: server.fingerprints[0]! },
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
  await using ssh = await loginByKey(bed);

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
      const [error] = way.errors as NetError[];
      assert.equal(error!.code, "unreachable");
      assert.match(
        error!.message,
        /127\.0\.0\.1:1 through .*: the far side could not be reached: Connection refused$/,
      );
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

/**
 * What a connection says of ways to a port where nobody listens and to one that
 * answers, and the number in the reply of its SOCKS proxy.
 */
async function refusals(
  ssh: SshConnection,
): Promise<{ codes: string[]; reasons: string[]; reply: number }> {
  await using server = await serve({}, echo);
  const errors: NetError[] = [];
  for (const to of ["127.0.0.1:1", `${server.address}`]) {
    await using way = await ssh.forward({ local: 0, to });
    await ask(way.from, "hello").catch(() => {});
    errors.push(...way.errors as NetError[]);
  }
  await using proxy = await ssh.forward({ dynamic: 0 });
  await using client = await connectTcp(proxy.from);
  // No authentication; CONNECT to 127.0.0.1:1 (RFC 1928 §3, §4).
  await client.write(Uint8Array.of(5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, 0, 1));
  const reply = await client.readExactly(4);
  return {
    codes: errors.map(({ code }) => code),
    reasons: errors.map(reasonIn),
    reply: reply[3]!,
  };
}

const DENIED =
  "denied by that server's policy (administratively prohibited, RFC 4254 section 5.1)";

testUnless(
  noSshd,
  "what a policy denies is told apart from what cannot be reached",
  async () => {
    for (const policy of ["AllowTcpForwarding no", "PermitOpen none"]) {
      await using bed = await sshBed({ config: policy });
      await using ssh = await loginByKey(bed);
      assert.deepEqual(await refusals(ssh), {
        codes: ["prohibited", "prohibited"],
        reasons: [DENIED, DENIED],
        reply: 2, // "connection not allowed by ruleset"
      });
    }
    await using open = await sshBed();
    await using ssh = await loginByKey(open);
    assert.deepEqual(await refusals(ssh), {
      codes: ["unreachable"],
      reasons: ["the far side could not be reached: Connection refused"],
      reply: 5, // "connection refused"
    });
  },
);

Deno.test("our own server says the same, whatever its rule is", async () => {
  const toFirst = ({ port }: { port: number }) => port === 1;
  for (
    const [local, codes, reply] of [
      [undefined, ["prohibited", "prohibited"], 2],
      [() => false, ["prohibited", "prohibited"], 2],
      [toFirst, ["unreachable", "prohibited"], 5],
      [true, ["unreachable"], 5],
    ] as const
  ) {
    await using server = await serveSsh({
      users: { ada: "secret" },
      forwarding: { local, remote: true },
    });
    await using ssh = await enterOurs(server);
    const reasons = codes.map((code) =>
      code === "prohibited"
        ? DENIED
        : "the far side could not be reached: connect failed"
    );
    assert.deepEqual(await refusals(ssh), { codes, reasons, reply });
  }
});

Deno.test("a client that asks for no port that there is takes our server not with it", async () => {
  await using server = await serveSsh({
    users: { ada: "secret" },
    forwarding: { local: true, remote: () => true },
  });
  await using ssh = await enterOurs(server);
  const asked = (ask: (answer: (error?: Error) => void) => unknown) =>
    new Promise<Error | undefined>((resolve) => ask(resolve));
  // On the wire a port is 32 bits (RFC 4254 §7).
  assert.ok(
    await asked((answer) =>
      ssh.client.forwardOut("127.0.0.1", 0, "127.0.0.1", 70_000, answer)
    ),
  );
  for (const [hostname, port] of [["127.0.0.1", 70_000], ["a b", 0]] as const) {
    assert.ok(
      await asked((answer) => ssh.client.forwardIn(hostname, port, answer)),
    );
  }
  assert.equal((await refusals(ssh)).reply, 5);
});

Deno.test("a port that the runtime bars is an error that can be caught", async () => {
  await using server = await serveSsh({ users: { ada: "secret" } });
  const place = `127.0.0.1:${server.port}`;
  // What bars it is no option of this test's own process.
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-check", "--quiet", "--no-prompt", "--allow-read"],
      ...["--allow-env", "--allow-sys", `--allow-net=${place}`, "-"],
    ],
    cwd: new URL("../..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([`
    import * as net from "netrepl";
    await using on = await net.ssh.connect("ada@${place}", {
      config: false,
      password: "secret",
      hostKeys: { fingerprint: "${server.fingerprints[0]}" },
    });
    for (const way of [{ local: 0, to: "127.0.0.1:1" }, { dynamic: 0 }]) {
      await on.forward(way).catch(({ name }) => console.log(name));
    }
  `]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  assert.equal(text(stdout), "PermissionError\n".repeat(2), text(stderr));
});

testUnless(noSshd, "the end of the connection ends its ways", async () => {
  await using bed = await sshBed();
  await using server = await serve({}, echo);
  const ssh = await loginByKey(bed);
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
