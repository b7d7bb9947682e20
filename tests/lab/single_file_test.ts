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
