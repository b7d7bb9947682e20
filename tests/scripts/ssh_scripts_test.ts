import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { parseScript } from "../../repl/script.ts";
import { noSshd, type SshBed, sshBed } from "../machines/ssh_bed.ts";
import { testUnless } from "../skip.ts";
import { noTerminal, typed } from "./typing.ts";

const root = new URL("../../", import.meta.url);
const MODE = ["--quiet", "--no-prompt", "--no-check"];

/** Starts a script with the permissions that it names, in a home of its own. */
async function start(
  home: string,
  name: string,
  args: readonly string[],
): Promise<Deno.ChildProcess> {
  const { pathname } = new URL(`scripts/${name}`, root);
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...MODE, ...flags, pathname, ...args],
    cwd: root,
    env: {
      ...{ NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", SSH_AUTH_SOCK: "" },
      HOME: home,
      // With another home it would look elsewhere for what it has downloaded.
      DENO_DIR: cache,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

const cache = JSON.parse(
  new TextDecoder().decode(
    (await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output()).stdout,
  ),
).denoDir as string;

async function ending(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  return { code, out: text(stdout), err: text(stderr) };
}

const sync = async (home: string, ...args: string[]) =>
  await ending(await start(home, "sftp_sync.ts", args));

/** A home that knows a bed by an alias. */
async function homeFor(bed: SshBed): Promise<string> {
  const home = `${bed.folder}/home`;
  await Deno.mkdir(`${home}/.ssh`, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(
    `${home}/.ssh/config`,
    `Host bed
  HostName 127.0.0.1
  Port ${bed.port}
  User ${bed.user}
  IdentityFile ${bed.clientKeys.ed25519}
`,
  );
  await Deno.copyFile(bed.knownHosts, `${home}/.ssh/known_hosts`);
  return home;
}

testUnless(
  noSshd,
  "the SFTP sync makes folders the same, by an alias of ssh_config, and says what it does",
  async () => {
    await using bed = await sshBed();
    const home = await homeFor(bed);
    const [here, there] = [`${bed.folder}/here`, `${bed.folder}/there`];
    await Deno.mkdir(`${here}/css`, { recursive: true });
    await Deno.writeTextFile(`${here}/index.html`, "x".repeat(2048));
    await Deno.writeTextFile(`${here}/css/main.css`, "y");
    await Deno.writeTextFile(`${here}/notes.txt`, "z");
    const run = (...args: string[]) =>
      sync(home, `bed:${there}`, `${here}/`, ...args);

    const plan = await run("--up", "--dry-run", "--skip", "*.txt");
    assert.deepEqual([plan.code, plan.err], [0, ""]);
    assert.match(
      plan.out,
      /^would make css\nwould copy css\/main\.css \(1 B\)\nwould copy index\.html \(2 KiB\)\n2 to copy \(2 KiB\), 0 unchanged, 0 to remove, in /,
    );
    await assert.rejects(Deno.stat(there), Deno.errors.NotFound);

    const up = await run("--up", "--skip", "*.txt", "--quiet");
    assert.deepEqual(up, { code: 0, out: "", err: "" });
    await Deno.writeTextFile(`${there}/more`, "from there");
    await Deno.remove(`${there}/css`, { recursive: true });
    const down = await run("--remove", "--json");
    const report = JSON.parse(down.out) as {
      steps: { action: string; path: string }[];
      unchanged: number;
    };
    assert.deepEqual(
      report.steps.map(({ action, path }) => `${action} ${path}`),
      ["removed css", "copied more", "removed notes.txt"],
    );
    assert.equal(report.unchanged, 1);
    assert.equal(await Deno.readTextFile(`${here}/more`), "from there");

    // A name that is a folder on one side cannot be written as a file.
    await Deno.mkdir(`${here}/big.part`);
    await Deno.writeTextFile(`${there}/big`, "big");
    const half = await run();
    assert.equal(half.code, 1);
    assert.match(half.err, /^✗ big: /);
    assert.match(half.out, /^0 copied .* 2 unchanged/m);
  },
);

testUnless(
  noSshd,
  "the SFTP sync trusts nobody unseen, and says what to type",
  async () => {
    await using bed = await sshBed();
    const home = await homeFor(bed);
    await Deno.remove(`${home}/.ssh/known_hosts`);
    const to = `${bed.folder}/copy`;
    const run = (...args: string[]) =>
      sync(home, `bed:${bed.folder}/bin`, to, ...args);
    const first = await run();
    assert.deepEqual([first.code, first.out], [1, ""]);
    const [, option = ""] =
      /^Here that is: (--host-key SHA256:\S+)$/m.exec(first.err) ?? [];
    const named = await run(...option.split(" "));
    assert.deepEqual([named.code, named.err], [0, ""]);
    const added = await run("--host-key", "new");
    assert.deepEqual([added.code, added.err], [0, ""]);
    const known = await run();
    assert.deepEqual([known.code, known.err], [0, ""]);
    const other = await sync(home, `ghost@bed:${bed.folder}`, to);
    assert.equal(other.code, 1);
    assert.match(other.err, /^Cannot log in to ghost@.*--key FILE/s);
    await bed.kill();
    const down = await run();
    assert.equal(down.code, 1);
    assert.match(down.err, /refused/);
  },
);

Deno.test("Ctrl-C stops the SFTP sync even if the server says no more, and what is whole stays", async () => {
  const folder = await Deno.makeTempDir();
  const [here, there] = [`${folder}/here`, `${folder}/there`];
  await Deno.mkdir(there);
  await Deno.writeTextFile(`${there}/a`, "whole");
  await Deno.writeFile(`${there}/b`, new Uint8Array(8_000_000));
  const key = await net.ssh.generateKey();
  await net.ssh.writeKeyFile(`${folder}/id`, key);
  {
    await using server = await net.ssh.serve({
      users: { ada: { keys: [`${key.toPublic()}`] } },
      sftp: there,
    });
    // A way to it that goes dead in the midst of the second file.
    const dead = Promise.withResolvers<void>();
    await using way = await net.tcp.serve({}, async (client) => {
      await using onward = await net.tcp.connect(server.address);
      const asking = (async () => {
        for await (const octets of client) await onward.write(octets);
      })().catch(() => {});
      let through = 0;
      for await (const octets of onward) {
        await client.write(octets);
        if ((through += octets.length) > 2_000_000) break;
      }
      dead.resolve();
      await asking;
    });
    const child = await start(folder, "sftp_sync.ts", [
      ...["ada@127.0.0.1:/", here, "--port", `${way.address.port}`],
      ...["--key", `${folder}/id`, "--at-once", "1"],
      ...["--host-key", server.fingerprints[0]!],
    ]);
    const over = ending(child);
    await Promise.race([dead.promise, over]);
    child.kill("SIGINT");
    const { code, out, err } = await over;
    assert.deepEqual([code, out], [130, "copied a (5 B)\n"], err);
    assert.match(err, /^Stopped: what is whole stays/);
    const names = Array.from(Deno.readDirSync(here), ({ name }) => name);
    assert.deepEqual(names.sort(), ["a", "b.part"]);
  }
  await Deno.remove(folder, { recursive: true });
});

testUnless(
  noTerminal,
  "the SFTP sync asks for a password unseen, and Ctrl-C at the question ends it",
  async () => {
    const home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/there`);
    await Deno.writeTextFile(`${home}/there/a.txt`, "a");
    await using server = await net.ssh.serve({
      users: { ada: "naïve" },
      sftp: `${home}/there`,
    });
    const { pathname } = new URL("scripts/sftp_sync.ts", root);
    const { flags } = parseScript(await Deno.readTextFile(pathname));
    const run = (keys: string) =>
      typed(
        [
          ...[Deno.execPath(), "run", "--quiet", "--no-check", ...flags],
          ...[pathname, "ada@127.0.0.1:/", `${home}/here`],
          ...["--port", `${server.port}`],
          ...["--host-key", server.fingerprints[0]!],
        ],
        { cwd: root, env: { HOME: home, DENO_DIR: cache, SSH_AUTH_SOCK: "" } },
        [["assword", keys]],
      );
    assert.equal((await run("nai\x03")).code, 130);
    const { code, screen } = await run("naé\x7fïve\r");
    assert.equal(code, 0, screen);
    assert.doesNotMatch(screen, /naï/);
    assert.equal(await Deno.readTextFile(`${home}/here/a.txt`), "a");
    await Deno.remove(home, { recursive: true });
  },
);

Deno.test("the SFTP sync says what is wrong with the command line, and ends with 2", async () => {
  const wrong: [string[], RegExp][] = [
    [[], /^HOST:FOLDER and FOLDER are needed, and no more\nUsage: /],
    [["./a", "web:/b"], /^The other machine's folder .* \.\/a\nUsage: /],
    [["web:/a", "b", "--port", "x"], /^--port must be 1 to 65535: .* x\nUsage/],
    [["ada@web:/a", "b", "--host-key", "yes"], /"yes".*\nUsage: /],
  ];
  await Promise.all(wrong.map(async ([args, message]) => {
    const { code, out, err } = await sync("/nowhere", ...args);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
  }));
  const help = await sync("/nowhere", "--help");
  assert.deepEqual([help.code, help.err], [0, ""]);
  assert.match(help.out, /^Usage: sftp_sync\.ts/);
});
