/**
 * What happens to connections: rekeying, silence, loss, aborts, and the way
 * there through other machines.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { NetError } from "../../lib/errors.ts";
import { connect } from "../../lib/ssh/connect.ts";
import { serve } from "../../lib/ssh/serve.ts";
import { freePort } from "../free_port.ts";
import { testUnless } from "../skip.ts";
import { noSshd, type SshBed, sshBed } from "./ssh_bed.ts";
import { at, loginByKey, withKey } from "./ssh_login.ts";

testUnless(
  noSshd,
  "a server that changes its keys each megabyte loses no octet, in either direction",
  async () => {
    await using bed = await sshBed({ config: "RekeyLimit 1M" });
    await using on = await loginByKey(bed);
    const size = 25_000_000;
    const count = `head -c ${size} /dev/zero | tr '\\0' x`;
    const [down, up] = await Promise.all([
      on.run(count),
      on.run("wc -c", { stdin: new Uint8Array(size) }),
    ]);
    assert.equal(down.stdoutBytes.length, size);
    assert.ok(down.stdoutBytes.every((octet) => octet === 0x78));
    assert.equal(Number(up.stdout), size);
  },
);

testUnless(
  noSshd,
  "what was under way when the connection broke fails, says so, and is not repeated",
  async () => {
    await using bed = await sshBed();
    const on = await loginByKey(bed);
    const file = `${bed.folder}/ran`;
    const running = on.run(`echo once >> ${file}; sleep 60`);
    const process = await on.spawn("sleep 60; echo never");
    const shell = await on.openShell();
    const ended = Promise.withResolvers<Error | undefined>();
    shell.start({ data: () => {}, closed: ended.resolve });
    // It is there before its line is.
    const size = async () => (await Deno.stat(file).catch(() => null))?.size;
    while (!await size()) await on.run("true");
    const lost = assert.rejects(running, {
      code: "lost",
      message:
        /^Cannot run "echo once .* on \S+: .*how far it came is not known; it is not repeated/,
    });
    await bed.kill();
    await lost;
    await assert.rejects(process.status, { code: "lost" });
    await assert.rejects(new Response(process.stdout).text(), { code: "lost" });
    assert.equal((await ended.promise as NetError).code, "lost");
    assert.equal((await on.down as NetError).code, "lost");
    assert.equal(on.isOpen, false);
    await assert.rejects(on.run("true"), { code: "lost" });
    assert.equal(await Deno.readTextFile(file), "once\n");
    await on.close();
    await assert.rejects(on.run("true"), { code: "closed" });
  },
);

testUnless(
  noSshd,
  "a server that answers no more is noticed by keepalives",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed, {
      keepalive: { interval: 30, count: 2 },
    });
    assert.equal((await on.run("sleep 0.2; echo alive")).stdout, "alive\n");
    const running = on.run("sleep 60");
    bed.signalSessions("SIGSTOP");
    await assert.rejects(running, {
      code: "lost",
      message: /the server answers no more/,
    });
  },
);

testUnless(
  noSshd,
  "a lost connection is made again when it is used, if that was agreed",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed, {
      reconnect: { tries: 3, delay: 10 },
    });
    const running = await on.spawn("sleep 60");
    bed.signalSessions("SIGKILL");
    await assert.rejects(running.status, { code: "lost" });
    // It may not be known yet that the connection is lost: nothing has begun.
    const results = await Promise.all([1, 2].map((x) => on.run(`echo ${x}`)));
    assert.deepEqual(results.map(({ stdout }) => stdout), ["1\n", "2\n"]);
    assert.equal(on.reconnects, 1);
    await bed.kill();
    await assert.rejects(on.run("true"), { code: "refused" });
    const closing = on.run("true");
    await Promise.all([
      assert.rejects(closing, { code: "closed" }),
      on.close(),
    ]);
  },
);

testUnless(
  noSshd,
  "jumps: two machines on the way, each with its own login and host key",
  async () => {
    await using first = await sshBed();
    await using second = await sshBed();
    await using last = await sshBed();
    const hop = (bed: SshBed) => ({ target: at(bed), ...withKey(bed) });
    {
      await using on = await loginByKey(last, {
        jump: [hop(first), hop(second)],
      });
      assert.equal((await on.run("echo $SSH_CONNECTION")).lines.length, 1);
      assert.deepEqual(on.via, [at(first), at(second)]);
      const { stdoutBytes } = await on.run("head -c 3000000 /dev/zero");
      assert.equal(stdoutBytes.length, 3_000_000);
      // When a machine on the way dies, what goes through it is lost.
      const running = await on.spawn("sleep 60");
      first.signalSessions("SIGKILL");
      await assert.rejects(running.status, { code: "lost" });
    }
    {
      // One connection carries several, and stays when they are closed.
      await using gate = await loginByKey(first);
      const ways = await Promise.all(
        [second, last].map((bed) => loginByKey(bed, { jump: gate })),
      );
      for (const way of ways) assert.ok((await way.run("true")).ok);
      await Promise.all(ways.map((way) => way.close()));
      assert.ok((await gate.run("true")).ok);
    }
    await using closed = await sshBed({ config: "AllowTcpForwarding no" });
    await assert.rejects(loginByKey(last, { jump: hop(closed) }), {
      code: "prohibited",
      message: /denied by that server's policy .*\. Try: AllowTcpForwarding/,
    });
    const nowhere = `ada@127.0.0.1:${freePort()}`;
    await assert.rejects(
      connect(nowhere, { ...withKey(last), jump: hop(first) }),
      {
        code: "unreachable",
      },
    );
    await assert.rejects(
      loginByKey(last, { jump: { ...hop(first), keys: [] } }),
      {
        name: "AuthError",
      },
    );
  },
);

testUnless(
  noSshd,
  "a configuration tells host, port, user, key, jump and the command for the way",
  async () => {
    await using gate = await sshBed();
    await using bed = await sshBed();
    const path = `${bed.folder}/config`;
    const host = (name: string, bed: SshBed, more = "") => `
Host ${name}
  HostName 127.0.0.1
  Port ${bed.port}
  User ${bed.user}
  IdentityFile ${bed.clientKeys.ed25519}
  IdentitiesOnly yes
  UserKnownHostsFile ${bed.knownHosts}
  ${more}
`;
    await Deno.writeTextFile(
      path,
      host("gate", gate) + host("plain", bed) +
        host("inner", bed, "ProxyJump gate") +
        host("piped", bed, "ProxyCommand socat - TCP:%h:%p"),
    );
    for (
      const [name, via] of [["plain", []], ["inner", [at(gate)]], [
        "piped",
        [],
      ]] as const
    ) {
      await using on = await connect(name, { config: path, agent: false });
      assert.equal((await on.run("echo in")).stdout, "in\n");
      assert.deepEqual(on.via, via);
      assert.equal(on.target, at(bed));
    }
  },
);

Deno.test("a command for the way that fails says what it said", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/config`;
  try {
    for (
      const [command, said] of [
        ["no-such-command %h", /status 127: .*no-such-command: not found/],
        ["sh -c 'echo no way >&2; exit 7'", /status 7: no way/],
        ["sh -c 'kill -9 $$'", /SIGKILL/],
      ] as const
    ) {
      await Deno.writeTextFile(path, `Host x\n  ProxyCommand ${command}\n`);
      await assert.rejects(connect("ada@x", { config: path, agent: false }), {
        code: "proxy-command",
        message: said,
      });
    }
    await Deno.writeTextFile(path, "Host x\n  ProxyCommand echo no SSH\n");
    await assert.rejects(connect("ada@x", { config: path, agent: false }), {
      code: "not-ssh",
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(
  noSshd,
  "an abort ends it at each stage: TCP, handshake, host key, login, session",
  async () => {
    const reason = new Error("enough");
    /** Aborts as soon as the stage is reached. */
    const ends = async (
      stage: string,
      go: (signal: AbortSignal, reached: () => void) => Promise<unknown>,
    ) => {
      const abort = new AbortController();
      const going = go(abort.signal, () => abort.abort(reason));
      await assert.rejects(going, (error) => error === reason, stage);
    };
    await using bed = await sshBed();
    await ends("before", (signal, reached) => {
      reached();
      return loginByKey(bed, { signal });
    });
    await ends("TCP", (signal, reached) => {
      setTimeout(reached, 1);
      // A network for documentation: nobody answers.
      return connect("ada@192.0.2.77", { config: false, signal, agent: false });
    });
    {
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      await ends("handshake", async (signal, reached) => {
        const accepted = silent.accept();
        const going = connect(`ada@127.0.0.1:${silent.addr.port}`, {
          config: false,
          agent: false,
          signal,
        });
        going.catch(() => {});
        using _conn = await accepted;
        reached();
        await going;
      });
      await assert.rejects(
        connect(`ada@127.0.0.1:${silent.addr.port}`, {
          config: false,
          agent: false,
          timeout: 30,
        }),
        { code: "timeout" },
      );
    }
    await ends("host key", (signal, reached) =>
      loginByKey(bed, {
        signal,
        knownHosts: `${bed.folder}/none`,
        hostKeys: "ask",
        confirm: () => {
          reached();
          return new Promise(() => {});
        },
      }));
    await using server = await serve({
      hostKeys: [await Deno.readTextFile(bed.hostKeys.ed25519!)],
      users: { ada: "x" },
    });
    await ends(
      "login",
      (signal, reached) =>
        connect(`ada@127.0.0.1:${server.port}`, {
          config: false,
          agent: false,
          hostKeys: "any",
          signal,
          ask: () => {
            reached();
            return new Promise(() => {});
          },
        }),
    );
    await using gate = await loginByKey(bed);
    await ends("jump", (signal, reached) => {
      reached();
      return loginByKey(bed, { jump: gate, signal });
    });
    await ends("session", (signal, reached) => {
      const going = gate.run("true", { signal });
      reached();
      return going;
    });
    await ends("stream", async (signal, reached) => {
      const going = gate.run("cat", {
        signal,
        stdin: new ReadableStream({
          start: () => reached(),
        }),
      });
      await going;
    });
    assert.ok((await gate.run("true")).ok);
  },
);

testUnless(
  noSshd,
  "a server with old algorithms alone is refused with what it offers and the option to type",
  async () => {
    const old = [
      ["KexAlgorithms", "diffie-hellman-group14-sha1", "key exchange"],
      ["Ciphers", "aes256-cbc", "cipher"],
      ["HostKeyAlgorithms", "ssh-rsa", "type of host key"],
    ] as const;
    await using bed = await sshBed({
      hostKeys: ["rsa"],
      config: old.map(([keyword, name]) => `${keyword} ${name}`).join("\n"),
    });
    const add: string[] = [];
    for (const [, name, what] of old) {
      const algorithms = {
        add: old.map(([, x]) => x).filter((x) => x !== name),
      };
      await assert.rejects(loginByKey(bed, { algorithms }), {
        code: "no-common-algorithm",
        message: new RegExp(
          `no ${what} in common; the server offers ${name}\\. Try: { algorithms: { add: \\["${name}"\\] } }`,
        ),
      });
      add.push(name);
    }
    await using on = await loginByKey(bed, { algorithms: { add } });
    assert.equal(on.facts.kex, "diffie-hellman-group14-sha1");
    assert.equal((await on.run("echo old")).stdout, "old\n");
  },
);

Deno.test("what is no SSH server is told apart from one that closes", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = `ada@127.0.0.1:${listener.addr.port}`;
  const options = { config: false, agent: false } as const;
  const answering = async (text: string) => {
    using conn = await listener.accept();
    await conn.write(new TextEncoder().encode(text));
    // The client's own first words are read, or the end would be a reset.
    await conn.read(new Uint8Array(1000));
  };
  const cases = [
    ["HTTP/1.1 400 Bad Request\r\n\r\n".padEnd(20_000, "x"), "not-ssh"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "not-ssh"],
    ["SSH-1.5-old\r\n", "not-ssh"],
    ["", "reset"],
  ] as const;
  for (const [text, code] of cases) {
    await Promise.all([
      answering(text),
      assert.rejects(connect(target, options), { code }),
    ]);
  }
  await assert.rejects(
    connect(`ada@127.0.0.1:${freePort()}`, options),
    { code: "refused" },
  );
});
