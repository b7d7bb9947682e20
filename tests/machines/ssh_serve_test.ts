/** An SSH server of ours, and OpenSSH's programs as its clients. */

import assert from "node:assert/strict";
import { serve } from "../../lib/ssh/serve.ts";
import type { SshServer } from "../../lib/ssh/serving/server.ts";
import { testUnless } from "../skip.ts";

const decoder = new TextDecoder();

async function found(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output();
  return success;
}

const without = await found("ssh") ? undefined : "no OpenSSH client here";

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(
  program: string,
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<Run> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(
      typeof input === "string" ? new TextEncoder().encode(input) : input,
    );
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** What every client here is told: our host key, and no files of the user's. */
function options(server: SshServer, folder: string): string[] {
  const file = `${folder}/known_hosts`;
  Deno.writeTextFileSync(file, server.knownHosts);
  return [
    "-F/dev/null",
    `-oUserKnownHostsFile=${file}`,
    "-oStrictHostKeyChecking=yes",
    "-oLogLevel=ERROR",
    "-oIdentitiesOnly=yes",
  ];
}

async function key(
  folder: string,
  type: string,
  ...more: string[]
): Promise<string> {
  const path = `${folder}/id_${type}${more.join("")}`;
  const { code, err } = await run("ssh-keygen", [
    ...["-q", "-t", type, "-N", "", "-f", path],
    ...more,
  ]);
  assert.equal(code, 0, err);
  return path;
}

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "netrepl_ssh_" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

testUnless(
  without,
  "OpenSSH logs in by password, by questions and by nothing, and gets its exit status",
  async () => {
    await using folder = await temporary();
    await using server = await serve({
      users: {
        admin: "secret",
        clerk: { questions: { "Colour: ": "blue", "Code: ": "7" } },
        guest: { open: true },
      },
      exec: async (session) => {
        await session.write(`${session.user}: ${session.command}\n`);
        session.writeError(`to ${session.software}\n`);
        return 42;
      },
    });
    const common = [...options(server, folder.path), `-p${server.port}`];
    const ask = `${folder.path}/ask`;
    await Deno.writeTextFile(
      ask,
      '#!/bin/sh\ncase "$1" in *Colour*) echo blue;; *Code*) echo 7;; *) echo secret;; esac\n',
      { mode: 0o700 },
    );
    const as = (user: string, method: string) =>
      run("env", [
        ...[`SSH_ASKPASS=${ask}`, "SSH_ASKPASS_REQUIRE=force", "ssh"],
        ...[...common, `-oPreferredAuthentications=${method}`],
        ...["-oNumberOfPasswordPrompts=1", `${user}@127.0.0.1`, "show x"],
      ]);
    for (
      const [user, method] of [
        ["admin", "password"],
        ["admin", "keyboard-interactive"],
        ["clerk", "keyboard-interactive"],
        ["guest", "none"],
      ] as const
    ) {
      const { code, out, err } = await as(user, method);
      assert.deepEqual([code, out], [42, `${user}: show x\n`], err);
      assert.match(err, /^to OpenSSH_/);
    }
    for (const user of ["clerk", "nobody"]) {
      const { code, err } = await as(user, "password");
      assert.deepEqual([code, /Permission denied/.test(err)], [255, true], err);
    }
    assert.deepEqual([server.logins, server.failedLogins], [4, 2]);
  },
);

testUnless(
  without,
  "OpenSSH logs in with every type of key, and with no other key",
  async () => {
    await using folder = await temporary();
    const paths = await Promise.all([
      key(folder.path, "ed25519"),
      key(folder.path, "rsa", "-b2048"),
      key(folder.path, "ecdsa", "-b256"),
      key(folder.path, "ecdsa", "-b384"),
      key(folder.path, "ecdsa", "-b521"),
    ]);
    const stranger = `${folder.path}/stranger`;
    await run("ssh-keygen", ["-q", "-ted25519", "-N", "", "-f", stranger]);
    const keys = await Promise.all(
      paths.map((path) => Deno.readTextFile(`${path}.pub`)),
    );
    await using server = await serve({
      users: { admin: { keys } },
      exec: async (session) => void await session.write(await session.text()),
    });
    const common = [...options(server, folder.path), `-p${server.port}`];
    const all = await Promise.all(
      [...paths, stranger].map((path) =>
        run("ssh", [
          ...[
            ...common,
            "-oBatchMode=yes",
            `-i${path}`,
            "admin@127.0.0.1",
            "x",
          ],
        ], "echoed")
      ),
    );
    assert.deepEqual(
      all.map(({ code, out }) => [code, out]),
      [...paths.map(() => [0, "echoed"]), [255, ""]],
    );
    assert.match(all.at(-1)!.err, /Permission denied \(publickey\)/);
  },
);

testUnless(
  without,
  "a shell is told of its terminal and its environment; ssh-keyscan sees the key",
  async () => {
    await using folder = await temporary();
    await using server = await serve({
      users: { admin: { open: true } },
      shell: async (session) => {
        const { term, columns, rows } = session.terminal!;
        const { LC_TEST } = session.environment;
        await session.write(`${term} ${columns}x${rows} ${LC_TEST}\r\n`);
        let typed = "";
        for await (const octets of session) {
          typed += decoder.decode(octets);
          if (typed.includes("q")) break;
        }
        await session.write(`typed ${JSON.stringify(typed)}\r\n`);
        return 7;
      },
    });
    const common = options(server, folder.path);
    const shell = await run("env", [
      ...["TERM=vt220", "LC_TEST=yes", "ssh", ...common, "-tt"],
      ...["-oSendEnv=LC_TEST", `-p${server.port}`, "admin@127.0.0.1"],
    ], "show q");
    assert.deepEqual(
      [shell.code, shell.out],
      [7, 'vt220 80x24 yes\r\ntyped "show q"\r\n'],
    );
    const scan = await run("ssh-keyscan", [
      ...["-T2", `-p${server.port}`, "-ted25519", "127.0.0.1"],
    ]);
    assert.equal(
      scan.out,
      `[127.0.0.1]:${server.port} ${server.hostKeys[0]}\n`,
    );
  },
);

testUnless(
  without,
  "OpenSSH's sftp and scp put, get, list, rename, link and remove, within the folder alone",
  async () => {
    await using folder = await temporary();
    const root = `${folder.path}/root`;
    await Deno.mkdir(`${root}/old`, { recursive: true });
    await Deno.writeTextFile(`${folder.path}/secret.txt`, "secret");
    await Deno.symlink(`${folder.path}/secret.txt`, `${root}/out`);
    await Deno.symlink("../../..", `${root}/old/up`);
    const big = new Uint8Array(3_000_000).map((_, i) => i * 7 >> 3);
    await Deno.writeFile(`${folder.path}/big`, big);
    await using server = await serve({
      users: { admin: { open: true } },
      sftp: root,
    });
    const common = [...options(server, folder.path), `-P${server.port}`];
    const batch = await run(
      "sftp",
      [...common, "-b-", "admin@127.0.0.1"],
      [
        "mkdir new",
        `put ${folder.path}/big new/big`,
        "chmod 640 new/big",
        "rename new/big new/large",
        "symlink large new/link",
        "symlink /old/../new/large old/absolute",
        "symlink ../../../../etc/passwd old/escape",
        "ln new/large new/hard",
        "-rm nothing",
        "-get out " + `${folder.path}/stolen1`,
        "-get old/escape " + `${folder.path}/stolen2`,
        "-get old/up/secret.txt " + `${folder.path}/stolen3`,
        "-get ../secret.txt " + `${folder.path}/stolen4`,
        "-put /etc/hostname out",
        `get new/link ${folder.path}/back`,
        `get old/absolute ${folder.path}/back2`,
        "cd new",
        "pwd",
        "ls -l",
        "rm hard",
        "cd ..",
        "rmdir old/none",
      ].join("\n") + "\n",
    );
    assert.match(batch.out, /Remote working directory: \/new/);
    assert.match(batch.out, /-rw-r----- .* 3000000 \w+ \d+ \d+:\d+ .*large/);
    assert.match(batch.err, /rmdir|remove|No such file/i);
    assert.deepEqual(await Deno.readFile(`${folder.path}/back`), big);
    assert.deepEqual(await Deno.readFile(`${folder.path}/back2`), big);
    assert.equal(await Deno.readLink(`${root}/new/link`), "large");
    assert.equal(await Deno.readLink(`${root}/old/absolute`), "../new/large");
    assert.equal(await Deno.readLink(`${root}/old/escape`), "../etc/passwd");
    for (let i = 1; i <= 4; i++) {
      await assert.rejects(Deno.stat(`${folder.path}/stolen${i}`));
    }
    assert.equal(
      await Deno.readTextFile(`${folder.path}/secret.txt`),
      "secret",
    );
    const scp = await run("scp", [
      ...[...common, "-rp", `${root}/new`, "admin@127.0.0.1:/copied"],
    ]);
    assert.equal(scp.code, 0, scp.err);
    assert.deepEqual(await Deno.readFile(`${root}/copied/large`), big);
    const back = await run("scp", [
      ...[...common, "admin@127.0.0.1:copied/large", `${folder.path}/again`],
    ]);
    assert.equal(back.code, 0, back.err);
    assert.deepEqual(await Deno.readFile(`${folder.path}/again`), big);
  },
);

testUnless(without, "nothing changes in a folder for reading", async () => {
  await using folder = await temporary();
  const root = `${folder.path}/root`;
  await Deno.mkdir(root);
  await Deno.writeTextFile(`${root}/a`, "a");
  await using server = await serve({
    users: { admin: { open: true } },
    sftp: { root, readOnly: true },
  });
  const { err } = await run(
    "sftp",
    [
      ...options(server, folder.path),
      ...[`-P${server.port}`, "-b-", "admin@127.0.0.1"],
    ],
    `get a ${folder.path}/b\n-put /etc/hostname c\n-rm a\n-mkdir d\n-chmod 600 a\n-rename a z\n-symlink a l\n`,
  );
  assert.equal(await Deno.readTextFile(`${folder.path}/b`), "a");
  assert.equal(err.match(/Permission denied/gi)?.length, 6, err);
  assert.deepEqual([...Deno.readDirSync(root)].map(({ name }) => name), ["a"]);
});

testUnless(
  without,
  "forwarding both ways is refused unless it is allowed",
  async () => {
    await using folder = await temporary();
    using target = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const conn of target) {
        await conn.write(new TextEncoder().encode("hello\n"));
        conn.close();
      }
    })();
    const { port } = target.addr as Deno.NetAddr;
    for (const allowed of [true, false]) {
      await using server = await serve({
        users: { admin: { open: true } },
        forwarding: { local: allowed, remote: allowed },
        exec: (session) => session.text().then(() => 0),
      });
      const common = [...options(server, folder.path), `-p${server.port}`];
      const local = await run("ssh", [
        ...[...common, `-W127.0.0.1:${port}`, "admin@127.0.0.1"],
      ]);
      assert.equal(local.out, allowed ? "hello\n" : "", local.err);
      const child = new Deno.Command("ssh", {
        args: [
          ...["-oLogLevel=INFO", ...common, "-oExitOnForwardFailure=yes", "-N"],
          ...[`-R127.0.0.1:0:127.0.0.1:${port}`, "admin@127.0.0.1"],
        ],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      let said = "";
      for await (const octets of child.stderr) {
        said += decoder.decode(octets);
        if (/Allocated port \d+|failed/.test(said)) break;
      }
      const opened = /Allocated port (\d+)/.exec(said)?.[1];
      assert.equal(opened !== undefined, allowed, said);
      if (opened !== undefined) {
        using conn = await Deno.connect({ port: Number(opened) });
        const octets = new Uint8Array(100);
        const got = await conn.read(octets);
        assert.equal(decoder.decode(octets.subarray(0, got!)), "hello\n");
        child.kill();
      }
      await child.status;
    }
    target.close();
    await serving;
  },
);
