import assert from "node:assert/strict";
import { Tmux, withoutTmux } from "../repl/tmux.ts";
import { testUnless } from "../skip.ts";

const root = new URL("../../", import.meta.url);
const program = new URL("dist/netrepl", root).pathname;

/** What a base system has, and the stub needs. */
const BASE = ["sh", "gzip", "mkdir", "mv", "rm", "tail", "tar"];

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, {
      args,
      stdout: "null",
      stderr: "null",
    }).output()).success;
  } catch {
    return false;
  }
}

async function withoutNamespaces(): Promise<string | undefined> {
  return await succeeds("unshare", "-rn", "true")
    ? undefined
    : "unshare cannot make a network namespace here";
}

/** A home with nothing in it, and a PATH with nothing but a base system. */
class EmptyMachine implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async create(): Promise<EmptyMachine> {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/home`);
    await Deno.mkdir(`${folder}/bin`);
    for (const name of BASE) {
      const { stdout } = await new Deno.Command("sh", {
        args: ["-c", `command -v ${name}`],
      }).output();
      await Deno.symlink(
        new TextDecoder().decode(stdout).trim(),
        `${folder}/bin/${name}`,
      );
    }
    return new EmptyMachine(folder);
  }

  /** The command line that starts the program there, without a network. */
  command(...args: readonly string[]): string[] {
    return [
      "unshare",
      "-rn",
      "env",
      "-i",
      `HOME=${this.folder}/home`,
      `PATH=${this.folder}/bin`,
      "TERM=xterm-256color",
      "LC_ALL=C.UTF-8",
      "NO_COLOR=1",
      program,
      ...args,
    ];
  }

  async run(...args: readonly string[]) {
    const [command, ...rest] = this.command(...args);
    const { code, stdout, stderr } = await new Deno.Command(command!, {
      args: rest,
      cwd: this.folder,
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

if (!await succeeds(program, "--version")) {
  // Whoever runs these tests alone has not made it yet.
  assert.ok(
    await succeeds(Deno.execPath(), "task", "--cwd", root.pathname, "bundle"),
  );
}
const noNamespaces = await withoutNamespaces();

testUnless(
  noNamespaces,
  "the single file evaluates on a machine with nothing",
  async () => {
    await using machine = await EmptyMachine.create();
    const first = await machine.run(
      "eval",
      'net.ip.subnet("10.0.0.0/30").broadcast',
    );
    assert.deepEqual(first, { code: 0, out: "10.0.0.3\n", err: "" });
    const types = await machine.run(
      "eval",
      "enum E { A = 41 }; (E.A as number) + 1",
    );
    assert.deepEqual(types, { code: 0, out: "42\n", err: "" });
    const mistake = await machine.run("eval", "nobody");
    assert.equal(mistake.code, 1);
    assert.match(mistake.err, /nobody is not defined/);
    // It loads a package when it is called.
    const card = await machine.run("eval", 'net.ip.describe("10.0.0.77/26")');
    assert.match(card.out, /^10\.0\.0\.77\/26 {2}Private use\n/);
    const help = await machine.run("eval", "help(net.tcp.connect)");
    assert.match(help.out, /Opens a TCP connection/);
  },
);

testUnless(
  noNamespaces,
  "the single file runs a script, types and rooms at hand",
  async () => {
    await using machine = await EmptyMachine.create();
    await Deno.writeTextFile(
      `${machine.folder}/script.ts`,
      `#!/usr/bin/env -S deno run
import * as net from "netrepl";
import { subnet } from "netrepl/ip";
const lan: net.ip.Subnet = subnet("192.0.2.0/24");
console.log(lan instanceof net.ip.Subnet, Deno.args[0]);
Deno.exit(7);
`,
    );
    assert.deepEqual(await machine.run("run", "script.ts", "x"), {
      code: 7,
      out: "true x\n",
      err: "",
    });
  },
);

// In a script: at the prompt a thread is held back for a second (watchdog.ts).
testUnless(
  undefined,
  "the single file's threads find their programs",
  async () => {
    await using machine = await EmptyMachine.create();
    await Deno.writeTextFile(
      `${machine.folder}/threads.ts`,
      `import * as net from "netrepl";
const ask = async (server: net.tcp.ThreadServer) => {
  await using conn = await net.tcp.connect(server.address);
  await conn.write("there\\n");
  return await conn.readLine();
};
await using threads = await net.tcp.serveThreads({ threads: 2 }, net.tcp.echo);
await using imports = await net.tcp.serveThreads({ threads: 1 }, async (conn) => {
  const { parse } = await import("netrepl/ip");
  await conn.write(\`\${parse("::1")}\\n\`);
});
await using sync = await net.tcp.serveSync({}, (octets) => octets);
const answers = [await ask(threads), await ask(imports), await ask(sync)];
const { rows } = await net.tcp.compareServers({ duration: 20, connections: 2 });
console.log(...answers, rows.length);
`,
    );
    // Not in a network of its own, whose loopback is down.
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: ["run", "threads.ts"],
      cwd: machine.folder,
      env: { HOME: `${machine.folder}/home` },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.deepEqual([code, text(stdout), text(stderr)], [
      0,
      "there ::1 there 5\n",
      "",
    ]);
  },
);

testUnless(
  noNamespaces ?? await withoutTmux(),
  "the single file opens the prompt, and saves with the narrowest permissions",
  async () => {
    await using machine = await EmptyMachine.create();
    await using terminal = await Tmux.start({
      command: machine.command(),
      cwd: machine.folder,
    });
    await terminal.sees(/^net>/m);
    await terminal.type("net.tcp.");
    await terminal.press("Tab");
    await terminal.sees(/^ Connection +Server +endpoint/m);
    await terminal.press("C-c");
    await terminal.enter('const lan = net.ip.subnet("10.0.0.0/24")');
    await terminal.enter("lan.contains('10.0.0.9')");
    await terminal.sees(/^true$/m);
    await terminal.enter(".book");
    await terminal.sees(/\.book 18/);
    await terminal.enter(".save kept.ts");
    await terminal.sees(/Run it: netrepl run kept\.ts/);
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
    const script = await Deno.readTextFile(`${machine.folder}/kept.ts`);
    assert.equal(script.split("\n")[0], "#!/usr/bin/env -S deno run");
    assert.deepEqual(await machine.run("run", "kept.ts"), {
      code: 0,
      out: "true\n",
      err: "",
    });
  },
);

testUnless(
  noNamespaces,
  "the single file captures on the link of a lab",
  async () => {
    const source = `(async () => {
      await using lab = await net.lab.up("pair");
      using capture = await lab.link("pc1", "pc2").capture({ filter: "icmp", count: 2 });
      const captured = Array.fromAsync(capture, ({ icmp }) => icmp?.type);
      await lab.pingAll();
      return await captured;
    })()`;
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: ["eval", "--json", source],
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert.deepEqual([code, text(stdout)], [0, "[8,0]\n"], text(stderr));
  },
);

testUnless(
  undefined,
  "a cache that cannot be written is said, and nothing is left behind",
  async () => {
    await using machine = await EmptyMachine.create();
    await Deno.writeTextFile(`${machine.folder}/file`, "");
    const { code, stderr } = await new Deno.Command(program, {
      args: ["eval", "1"],
      env: { NETREPL_CACHE: `${machine.folder}/file` },
    }).output();
    assert.equal(code, 1);
    assert.match(
      new TextDecoder().decode(stderr),
      /cannot unpack to .*NETREPL_CACHE=/s,
    );
  },
);

testUnless(
  noNamespaces,
  "an end while it unpacks is one, and nothing is left behind",
  async () => {
    await using machine = await EmptyMachine.create();
    await Deno.remove(`${machine.folder}/bin/gzip`);
    await Deno.writeTextFile(
      `${machine.folder}/bin/gzip`,
      "#!/bin/sh\nkill -TERM $PPID\nexit 1\n",
      { mode: 0o755 },
    );
    const ended = await machine.run("eval", "1");
    assert.deepEqual([ended.code, ended.out], [143, ""]);
    assert.doesNotMatch(ended.err, /cannot unpack/);
    const cache = `${machine.folder}/home/.cache/netrepl`;
    assert.deepEqual([...Deno.readDirSync(cache)], []);
  },
);

testUnless(
  noNamespaces,
  "what is asked of the shell leaves no record of permissions",
  async () => {
    await using machine = await EmptyMachine.create();
    assert.equal((await machine.run("lab")).code, 0);
    assert.equal((await machine.run("lab", "draw", "pair")).code, 0);
    const [home] = [
      ...Deno.readDirSync(`${machine.folder}/home/.cache/netrepl`),
    ]
      .map(({ name }) => `${machine.folder}/home/.cache/netrepl/${name}`);
    const names = [...Deno.readDirSync(home!)].map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.startsWith("audit")), []);
  },
);

testUnless(
  undefined,
  "a cache that is somebody else's is only read",
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o755);
      await Deno.copyFile(program, `${folder}/netrepl`);
      await Deno.mkdir(`${folder}/out`);
      await Deno.chmod(`${folder}/out`, 0o777);
      const env = { NETREPL_CACHE: `${folder}/cache`, NO_COLOR: "1" };
      assert.ok(
        (await new Deno.Command(`${folder}/netrepl`, {
          args: ["eval", "1"],
          env,
        }).output()).success,
      );
      for (const { name } of Deno.readDirSync(`${folder}/cache`)) {
        await Deno.chmod(`${folder}/cache/${name}`, 0o555);
      }
      const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
      const [command, ...args] = [
        ...Deno.uid() === 0 ? ["setpriv", ...nobody] : [],
        `${folder}/netrepl`,
      ];
      await using child = new Deno.Command(command!, {
        args,
        env: { ...env, HOME: `${folder}/out` },
        cwd: `${folder}/out`,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(
        new TextEncoder().encode('net.ip.parse("::1")\n.save kept\n'),
      );
      await writer.close();
      const { code, stdout, stderr } = await child.output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
      assert.match(
        new TextDecoder().decode(stdout),
        /^::1\nSaved 1 entry to kept\.ts\.\nRun it: netrepl run kept\.ts\n$/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

testUnless(undefined, "who has no home is told what to say", async () => {
  const { code, stderr } = await new Deno.Command(program, {
    args: ["eval", "1"],
    env: { PATH: Deno.env.get("PATH")! },
    clearEnv: true,
  }).output();
  assert.notEqual(code, 0);
  assert.match(
    new TextDecoder().decode(stderr),
    /HOME: is not set\. Try: NETREPL_CACHE=\/\S+ \/.*\/netrepl$/m,
  );
});
