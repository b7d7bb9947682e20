/**
 * Ways to log in, on a real sshd and with a real agent.
 *
 * @module
 */

import assert from "node:assert/strict";
import { AuthError } from "../../lib/errors.ts";
import type { SshQuestion } from "../../lib/ssh/question.ts";
import { connect } from "../../lib/ssh/connect.ts";
import type { SshConnection } from "../../lib/ssh/connection.ts";
import { generateKey } from "../../lib/ssh/keys/keys.ts";
import type { SshConnectOptions } from "../../lib/ssh/options.ts";
import { serve } from "../../lib/ssh/serve.ts";
import { testUnless } from "../skip.ts";
import { exec, makeKey, noSshd, sshBed } from "./ssh_bed.ts";
import { login } from "./ssh_login.ts";

/** What a login was by, with what is random taken out. */
async function steps(login: Promise<SshConnection>): Promise<string[]> {
  await using on = await login;
  assert.equal((await on.run("echo in")).stdout, "in\n");
  return on.facts.auth.map((step) => step.replace(/\/\S*\//, ""));
}

/** An agent of one's own. */
async function agent(
  keys: readonly string[],
): Promise<AsyncDisposable & { path: string }> {
  const folder = await Deno.makeTempDir({ prefix: "netrepl_agent_" });
  const path = `${folder}/socket`;
  const child = new Deno.Command("ssh-agent", {
    args: ["-D", "-a", path],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const env = { SSH_AUTH_SOCK: path };
  const answers = () =>
    Deno.connect({ transport: "unix", path }).then(
      (conn) => (conn.close(), true),
      () => false,
    );
  while (!await answers()) await new Promise((done) => setTimeout(done, 2, 0));
  for (const key of keys) await exec("ssh-add", ["-q", key], env);
  return {
    path,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

testUnless(
  noSshd,
  "keys of each type log in: from a path, from a text, from an agent",
  async () => {
    await using bed = await sshBed({ clientKeys: ["ed25519", "ecdsa", "rsa"] });
    for (const [type, path] of Object.entries(bed.clientKeys)) {
      const by = `publickey id_${type}`;
      assert.deepEqual(await steps(login(bed, { keys: [path] })), [by]);
    }
    const text = await Deno.readTextFile(bed.clientKeys.ed25519!);
    assert.deepEqual(await steps(login(bed, { keys: [text] })), [
      "publickey the key given",
    ]);
    for (const [type, path] of Object.entries(bed.clientKeys)) {
      await using holder = await agent([path]);
      const by = `publickey agent: test ${type}`;
      const got = await steps(login(bed, { agent: holder.path }));
      assert.deepEqual(got, [by]);
    }
  },
);

testUnless(
  noSshd,
  "keys of other curves, in PEM and encrypted log in; a passphrase is asked for once the server takes the key",
  async () => {
    await using bed = await sshBed();
    const cases: [name: string, type: "ecdsa" | "rsa", more: string[]][] = [
      ["p384", "ecdsa", ["-b", "384"]],
      ["p521", "ecdsa", ["-b", "521"]],
      ["pem_ec", "ecdsa", ["-m", "PEM"]],
      ["pem_rsa", "rsa", ["-m", "PEM", "-N", "open sesame"]],
      ["sealed", "ecdsa", ["-Z", "aes256-ctr", "-N", "open sesame", "-a", "1"]],
    ];
    const path = (name: string) => `${bed.folder}/${name}`;
    const file = `${bed.folder}/authorized_keys`;
    for (const [name, type, more] of cases) {
      await makeKey(path(name), type, more);
      const line = await Deno.readTextFile(`${path(name)}.pub`);
      await Deno.writeTextFile(file, line, { append: true });
      const on = login(bed, { keys: [path(name)], passphrase: "open sesame" });
      assert.deepEqual(await steps(on), [`publickey ${name}`]);
    }
    const asked: string[] = [];
    const answers = ["wrong", "open sesame"];
    const ask = ({ kind, target, prompts }: SshQuestion) => {
      asked.push(`${kind} ${target} ${prompts[0]!.echo}`);
      return Promise.resolve([answers.shift() ?? ""]);
    };
    const sealed = path("sealed");
    const on = login(bed, { keys: [sealed], ask });
    assert.deepEqual(await steps(on), ["publickey sealed"]);
    const question = `passphrase ${sealed} false`;
    assert.deepEqual(asked, [question, question]);
    // Of a key that the server does not take, nobody needs the passphrase.
    await Deno.writeTextFile(file, "");
    const methods = ["publickey"] as const;
    await assert.rejects(login(bed, { keys: [sealed], ask, methods }), {
      name: "AuthError",
    });
    assert.equal(asked.length, 2);
    await assert.rejects(login(bed, { keys: [sealed] }), {
      code: "no-passphrase",
      message: /^Cannot use the key \S+sealed: it is encrypted/,
    });
  },
);

testUnless(
  noSshd,
  "a forwarded agent signs for programs there, and is not forwarded unasked",
  async () => {
    await using bed = await sshBed();
    await using holder = await agent([bed.clientKeys.ed25519!]);
    const options = { agent: holder.path };
    await using plain = await login(bed, options);
    assert.equal((await plain.run("ssh-add -l")).exitCode, 2);
    await using on = await login(bed, { ...options, forwardAgent: true });
    for (let i = 0; i < 2; i++) {
      const { stdout } = await on.run("ssh-add -l");
      assert.match(stdout, /^256 SHA256:\S+ test ed25519 \(ED25519\)\n$/);
    }
    // From there to itself, with the key that is here alone.
    const onwards = `ssh -F none -o UserKnownHostsFile=${bed.knownHosts} ` +
      `-o IdentitiesOnly=no -p ${bed.port} ${bed.user}@127.0.0.1 echo further`;
    assert.equal((await on.run(onwards)).stdout, "further\n");
  },
);

testUnless(
  noSshd,
  "a wrong key is refused with what was tried, what the server takes and what to do",
  async () => {
    await using bed = await sshBed();
    const wrong = `${bed.folder}/wrong`;
    await makeKey(wrong, "ed25519");
    await assert.rejects(
      login(bed, { keys: [wrong], password: "x" }),
      (error) => {
        assert.ok(error instanceof AuthError);
        const { code, message, tried, offered } = error as AuthError & {
          tried: string[];
          offered: string[];
        };
        assert.equal(code, "auth");
        assert.deepEqual(tried.map((x) => x.replace(/\/.*\//, "")), [
          "publickey wrong",
        ]);
        assert.deepEqual(offered, ["publickey"]);
        assert.match(
          message,
          /^Cannot log in to \S+: tried publickey \S+; the server takes publickey\. Try: ssh-copy-id/,
        );
        return true;
      },
    );
    // The agent and the usual files are tried when nothing is handed in, and a
    // home without any has nothing to try.
    await assert.rejects(
      login(bed, { agent: "/nonexistent/agent", methods: ["publickey"] }),
      /nothing at that path/,
    );
    await assert.rejects(login(bed, { keys: ["/nonexistent/id"] }), {
      code: "not-found",
      message: /Cannot read \/nonexistent\/id/,
    });
  },
);

testUnless(noSshd, "too many keys end in a hint at fewer", async () => {
  await using bed = await sshBed({ config: "MaxAuthTries 2" });
  const keys = await Promise.all([1, 2, 3].map(async (i) => {
    await makeKey(`${bed.folder}/wrong${i}`, "ed25519");
    return `${bed.folder}/wrong${i}`;
  }));
  await assert.rejects(login(bed, { keys }), {
    name: "AuthError",
    message: /Too many authentication failures.*after tried.*Try: fewer keys/,
  });
});

/** Why there can be no user of the test's own, if so. */
const noUser = noSshd ??
  (Deno.uid() === 0 ? undefined : "only root makes users");

/** A user of the system with a password, for as long as the test runs. */
async function user(): Promise<
  AsyncDisposable & { name: string; password: string }
> {
  const name = `netrepl${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const password = crypto.randomUUID();
  const hash = await exec("openssl", ["passwd", "-6", password]);
  await exec("useradd", [
    "-M",
    "-N",
    "-d",
    "/",
    "-s",
    "/bin/sh",
    "-p",
    hash.trim(),
    name,
  ]);
  return {
    name,
    password,
    async [Symbol.asyncDispose]() {
      await exec("userdel", ["-f", name]).catch(() => {});
    },
  };
}

testUnless(
  noUser,
  "passwords: by their own method, by keyboard-interactive, after a key, and asked for",
  async () => {
    await using someone = await user();
    const { name, password } = someone;
    // Who asks one by one is PAM, which takes seconds to refuse.
    await using pam = await sshBed({
      config: "UsePAM yes\nKbdInteractiveAuthentication yes",
    });
    await using bed = await sshBed({ config: "PasswordAuthentication yes" });
    const asked: SshQuestion[] = [];
    const ask = (answers: string[]) => (question: SshQuestion) => {
      asked.push(question);
      const answer = answers.shift();
      return Promise.resolve(answer === undefined ? undefined : [answer]);
    };
    const interactive = "keyboard-interactive";
    for (const options of [{ password }, { ask: ask([password]) }]) {
      const on = login(pam, { user: name, ...options });
      assert.deepEqual(await steps(on), [interactive]);
    }
    const by = (options: SshConnectOptions) =>
      login(bed, { user: name, ...options });
    assert.deepEqual(await steps(by({ password })), ["password"]);
    const second = by({ ask: ask(["wrong", password]) });
    assert.deepEqual(await steps(second), ["password"]);
    assert.deepEqual(asked.map(({ kind, prompts }) => [kind, prompts]), [
      [interactive, [{ text: "Password: ", echo: false }]],
      ["password", [{ text: `${name}'s password: `, echo: false }]],
      ["password", [{ text: `${name}'s password: `, echo: false }]],
    ]);
    const wrong = by({ password: "wrong", ask: ask([]) });
    await assert.rejects(wrong, ({ name, message }: AuthError) => {
      assert.equal(name, "AuthError");
      assert.match(message, /tried password; the server takes .*password/);
      assert.match(message, /Try: another password/);
      assert.equal(message.includes("wrong"), false);
      return true;
    });
    await assert.rejects(by({}), /Try: { password: "…" } or { ask }/);

    // Signals go to commands of those who are not root.
    await using on = await by({ password });
    const sleeping = await on.spawn("echo asleep; exec sleep 973");
    // Before it is there sshd passes nothing on.
    await sleeping.stdout.getReader().read();
    sleeping.kill("SIGTERM");
    assert.deepEqual(await sleeping.status, {
      exitCode: undefined,
      signal: "SIGTERM",
    });

    await using both = await sshBed({
      config:
        "PasswordAuthentication yes\nAuthenticationMethods publickey,password",
    });
    const keys = [both.clientKeys.ed25519!];
    assert.deepEqual(
      await steps(login(both, { user: name, password, keys })),
      ["publickey id_ed25519", "password"],
    );
    await assert.rejects(
      login(both, { user: name, keys }),
      (error: AuthError) => {
        assert.match(
          error.message,
          /id_ed25519 was one of several steps.*the server takes password/,
        );
        return true;
      },
    );
  },
);

Deno.test("questions one after the other are asked with their echo, and a password answers one that is unseen", async () => {
  const key = await generateKey();
  const questions = { "Token: ": "123456", "PIN: ": "42" };
  await using server = await serve({
    hostKeys: [await key.toOpenSsh()],
    users: { ada: { questions }, bea: { password: "sesame" } },
    exec: async (session) => void await session.write("in\n"),
    methods: ["keyboard-interactive"],
  });
  const target = `ada@127.0.0.1:${server.port}`;
  const common = { agent: false, config: false, hostKeys: "any" } as const;
  const seen: string[] = [];
  const ask = (question: SshQuestion) => {
    seen.push(...question.prompts.map(({ text }) => text));
    const answers = question.prompts.map(({ text }) =>
      (questions as Record<string, string>)[text] ?? ""
    );
    return Promise.resolve(answers);
  };
  await using on = await connect(target, { ...common, ask });
  assert.equal((await on.run("x")).stdout, "in\n");
  assert.deepEqual(seen, ["Token: ", "PIN: "]);
  await using bea = await connect(
    `bea@127.0.0.1:${server.port}`,
    { ...common, password: "sesame" },
  );
  assert.deepEqual(bea.facts.auth, ["keyboard-interactive"]);
  await assert.rejects(
    connect(target, { ...common, ask: () => Promise.resolve(undefined) }),
    { name: "AuthError", message: /nobody answered "Token:"/ },
  );
  // What is thrown there is the caller's, and ends the login at once.
  const fault = new Error("the terminal is gone");
  let asked = 0;
  await assert.rejects(
    connect(target, {
      ...common,
      ask: () => {
        asked++;
        return Promise.reject(fault);
      },
    }),
    (error) => error === fault,
  );
  assert.equal(asked, 1);
});

Deno.test("whoever gives up at one question is asked no other, by no other method", async () => {
  await using server = await serve({
    users: { ada: "sesame" },
    methods: ["keyboard-interactive", "password"],
  });
  const asked: string[] = [];
  const end = await connect(`ada@127.0.0.1:${server.port}`, {
    ...{ agent: false, config: false, hostKeys: "any", password: "wrong" },
    ask: ({ kind }) => {
      asked.push(kind);
      return Promise.resolve(undefined);
    },
  }).catch((error) => error);
  assert.equal(end.name, "AuthError");
  assert.equal(asked.length, 1, asked.join(", "));
});
