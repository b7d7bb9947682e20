import assert from "node:assert/strict";
import { becomes, MARK, marked, withoutLabs } from "../lab/lab_place.ts";
import { testUnless } from "../skip.ts";
import { Reader } from "./reader.ts";
import { type Tmux, withoutTmux } from "./tmux.ts";

const root = new URL("../../", import.meta.url).pathname;
const reason = await withoutTmux() ?? await withoutLabs();

/** Sits down with a mark on all processes that come of it. */
async function sitDown(
  folder?: string,
  args: readonly string[] = [],
): Promise<Reader & { mark: string }> {
  const mark = crypto.randomUUID();
  const env = { [MARK]: mark, SHELL: "/bin/bash" };
  return Object.assign(await Reader.sitDown(folder, env, args), { mark });
}

/** Waits until all marked processes are gone. */
async function gone(mark: string): Promise<void> {
  const isGone = await becomes(() => marked(mark).length === 0, 60_000);
  assert.ok(isGone, JSON.stringify(marked(mark)));
}

/** Clears the screen, so that what is seen is new. */
async function clear(terminal: Tmux): Promise<void> {
  await terminal.press("C-l");
  await terminal.sees(/^[a-z0-9]+>\n*$/);
}

testUnless(
  reason,
  "a lab at the prompt: up, entries in its hosts, Tab, Ctrl-C, .save, .shell, down",
  async () => {
    await using reader = await sitDown();
    const { terminal, folder } = reader;

    // Mistakes are told what to do.
    await terminal.enter(".lab");
    await terminal.sees(/^No lab is up\. Try: \.lab up pair$/m);
    await terminal.enter(".lab up pari");
    await terminal.sees(/did you mean pair\?/);
    await clear(terminal);

    // Tab knows the ready-made labs, and the hosts of the one that is up.
    await terminal.type(".lab up pa");
    await terminal.press("Tab");
    await terminal.sees(/> \.lab up pair\b/);
    await terminal.press("Enter");
    await terminal.sees(/pc1[\s\S]*10\.0\.0\.1\/24[\s\S]*^up$[\s\S]*^net>$/m);
    await terminal.enter(".lab up lan");
    await terminal.sees(/Lab pair is up, .* Try: \.lab down/);
    await terminal.enter("lab.name");
    await terminal.sees(/^"pair"$/m);
    await terminal.enter(".on pc3");
    await terminal.sees(/There is no pc3 in lab pair\. Did you mean pc[12]\?/);
    await clear(terminal);
    await terminal.type(".on pc2");
    await terminal.press("Tab", "Enter");
    await terminal.sees(/^pc2>$/m);

    // Entries run there, print there, fail there, and keep their names there.
    await terminal.enter(
      'const server: net.tcp.Server = await net.tcp.serve({ hostname: "0.0.0.0", port: 7 }, net.tcp.echo)',
    );
    await terminal.type("server.addr");
    await terminal.press("Tab");
    await terminal.sees(/> server\.address$/m);
    await terminal.press("Enter");
    await terminal.sees(/^0\.0\.0\.0:7$/m);
    await terminal.enter("server.address.port * 6");
    await terminal.sees(/^42$/m);
    await terminal.enter('console.log("this is", Deno.hostname())');
    await terminal.sees(/^this is pc2$/m);
    await terminal.enter("nobody");
    await terminal.sees(
      /^ReferenceError: nobody is not defined\n {4}at repl:\d+:1:1$/m,
    );
    await terminal.enter("const x = = 1");
    await terminal.sees(/^ {12}\^\nSyntaxError: unexpected "="$/m);
    await terminal.enter("server?");
    await terminal.sees(/^net\.tcp\.Server$/m, true);
    await clear(terminal);

    // Ctrl-C ends a wait and a loop there, and nothing else.
    await terminal.enter("console.log('waits'); await new Promise(() => {})");
    await terminal.sees(/^waits$/m);
    await terminal.press("C-c");
    await terminal.sees(/^waits\n(\^C)?Interrupted\npc2>$/m);
    // What ends a loop comes up while there is time.
    await terminal.enter(
      "await new Promise((go) => setTimeout(go, 2000)); console.log('is busy'); for (;;) ;",
    );
    await terminal.sees(/^is busy$/m);
    await terminal.press("C-c");
    await terminal.sees(/^is busy\n(\^C)?Interrupted\npc2>$/m);

    // The other host has names of its own, and reaches this one.
    await terminal.enter(".on pc1");
    await terminal.enter("typeof server");
    await terminal.sees(/^"undefined"$/m);
    await terminal.enter(
      'const conn = await net.tcp.connect({ hostname: "pc2", port: 7 })',
    );
    await terminal.enter('await conn.write("over the cable\\n")');
    await terminal.enter("conn.readLine()");
    await terminal.sees(/^"over the cable"$/m);
    await terminal.enter("await conn.close()");
    await terminal.enter(".on pc2");
    await terminal.enter("await server.close()");
    await terminal.enter(".on");
    await terminal.sees(/^pc2> \.on\nnet>$/m);
    await clear(terminal);

    // A loop without an end that no kernel can stop costs its process.
    await terminal.enter(".on pc1");
    await terminal.enter(
      'console.log("is stuck"); /(a*)*$/.test("a".repeat(40) + "b"); /(a+)+$/.test("a".repeat(50) + "b")',
    );
    await terminal.sees(/^is stuck$/m);
    // The second that comes a while after the first means it.
    const ended = /The entry did not answer: the process of pc1 was ended/;
    for (let n = 0; n < 200 && !ended.test(await terminal.screen()); n++) {
      await terminal.press("C-c");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await terminal.sees(ended);
    await terminal.enter("typeof conn");
    await terminal.sees(/^"undefined"$/m);

    // A shell there, with job control, and the prompt after it.
    await clear(terminal);
    await terminal.enter(".shell");
    await terminal.sees(/pc1.*[#$]$/m);
    await terminal.enter("ip -br addr show dev eth0; pwd");
    await terminal.sees(
      new RegExp(`10\\.0\\.0\\.1/24[^]*\n${folder}\n`),
    );
    await terminal.enter("sh -c 'echo asleep; exec sleep 100'");
    await terminal.sees(/^asleep$/m);
    await terminal.press("C-c");
    await terminal.sees(/^asleep\n\^C\n.*[#$]$/m);
    await terminal.enter("exit");
    await terminal.sees(/^exit\n[\s\S]*pc1>$/m);
    await terminal.enter("20 + 22");
    await terminal.sees(/^42$/m);

    await terminal.enter(".lab down");
    await terminal.sees(/^Lab pair is down\.\nnet>$/m);

    // The script does the same.
    await terminal.enter(".save lab.ts");
    // Where this is may be so long that the line is wrapped.
    await terminal.sees(
      /^Run it: deno run [^]*--allow-run=unshare[^]*\nnet>$/m,
    );
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-run=unshare"],
        ...["--config", new URL("../../deno.json", import.meta.url).pathname],
        `${folder}/lab.ts`,
      ],
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      signal: AbortSignal.timeout(120_000),
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(
      new TextDecoder().decode(stdout),
      "pc2: this is pc2\npc1: over the cable\n",
    );
    assert.equal(code, 0);
  },
);

testUnless(
  reason,
  "Ctrl-D takes the lab down, Ctrl-C its coming up",
  async () => {
    await using reader = await sitDown();
    const { terminal } = reader;
    await terminal.enter(".lab up lan(400)");
    const comes = () =>
      marked(reader.mark).some(({ command }) => /^\S*unshare /.test(command));
    assert.ok(await becomes(comes, 60_000));
    await terminal.press("C-c");
    await terminal.sees(/^Interrupted\nnet>$/m);
    await terminal.enter(".lab up lan");
    await terminal.sees(/^up$/m);
    await terminal.enter(".on pc1");
    await terminal.sees(/^pc1>$/m);
    assert.ok(await becomes(() => marked(reader.mark).length >= 4));
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
    await gone(reader.mark);
  },
);

testUnless(
  reason,
  "a terminal that hangs up takes the lab with it, also while an entry or a shell runs in it",
  async () => {
    const cases: readonly (readonly [entries: string[], begun: RegExp])[] = [
      [["lab.name"], /^"pair"$/m],
      [[".on pc1", "console.log('is busy'); for (;;) ;"], /^is busy$/m],
      [[".shell pc1"], /pc1.*[#$]$/m],
    ];
    for (const [entries, begun] of cases) {
      await using reader = await sitDown();
      const { terminal } = reader;
      await terminal.enter(".lab up pair");
      await terminal.sees(/^up$/m);
      for (const entry of entries) await terminal.enter(entry);
      await terminal.sees(begun);
      assert.ok(marked(reader.mark).length >= 3);
      await terminal[Symbol.asyncDispose]();
      await gone(reader.mark);
    }
  },
);

testUnless(
  reason,
  "netrepl lab up opens the prompt with a YAML file's lab up",
  async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/office.yaml`,
      "name: office\nhosts: [desk, printer]\nlinks: [desk -- printer]\n",
    );
    await using reader = await sitDown(folder, ["lab", "up", "office.yaml"]);
    const { terminal } = reader;
    await terminal.sees(/^net> \.lab up office\.yaml$[\s\S]*desk[\s\S]*^up$/m);
    await terminal.enter(
      '(await lab.host("desk").exec("ping -c 1 printer")).code',
    );
    await terminal.sees(/^0$/m);
    await terminal.enter(".lab");
    await terminal.sees(/desk eth0 - printer eth0 +up +\d+/);
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
  },
);

/** Runs the program as a reader would from a shell. */
async function netrepl(args: readonly string[], input = "") {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", `${root}repl/main.ts`, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("netrepl lab lists the ready-made labs, and draws them in three forms", async () => {
  const list = await netrepl(["lab"]);
  assert.equal(list.code, 0);
  assert.match(list.out, /^pair +Two hosts joined by one cable\.$/m);
  assert.match(list.out, /^lan\(4\) /m);
  assert.match((await netrepl(["lab", "draw", "pair"])).out, /─ pc1 ─/);
  assert.match((await netrepl(["lab", "draw", "pair", "--svg"])).out, /^<svg /);
  assert.match(
    (await netrepl(["lab", "draw", "lan(2)", "--mermaid"])).out,
    /^flowchart LR/,
  );
  const wrong = await netrepl(["lab", "draw", "dmzz"]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /^Cannot make a topology .*\(did you mean dmz\?\)/);
});

testUnless(
  await withoutLabs(),
  "without a terminal there is a lab all the same, but no shell in it",
  async () => {
    const piped = await netrepl(["lab", "up", "lan(2)"], "lab.hosts.size\n");
    assert.equal(piped.code, 0, piped.err);
    assert.match(piped.out, /\n3\n$/);
    const shell = await netrepl([], ".lab up pair\n.shell pc1\n");
    assert.equal(shell.code, 1);
    assert.match(
      shell.err,
      /^Cannot open a shell in pc1 .* no terminal\. Try: /,
    );
    const typo = await netrepl([], ".lab up nowhere.yaml\n");
    assert.match(typo.err, /Cannot bring up nowhere\.yaml: there is no such/);
    const doctor = await netrepl(["doctor"]);
    assert.equal(doctor.code, 0);
    assert.match(doctor.out, /^Labs work on this machine\.$/m);
  },
);

Deno.test("bash completes the command line with what netrepl completions prints", async () => {
  const { code, out } = await netrepl(["completions", "bash"]);
  assert.equal(code, 0);
  const typed = [["l"], ["lab", "up", "dm"], ["lab", "draw", "--s"]];
  const asks = typed.map((words) => `t ${words.join(" ")}`).join("\n");
  const { stdout } = await new Deno.Command("bash", {
    args: [
      "-c",
      `${out}\nt() { COMP_WORDS=(netrepl "$@"); COMP_CWORD=$#; COMPREPLY=(); _netrepl; echo "\${COMPREPLY[*]}"; }\n${asks}`,
    ],
    cwd: root,
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "lab\ndmz\n--svg\n");
  for (const shell of ["zsh", "fish"]) {
    assert.match((await netrepl(["completions", shell])).out, /dual-stack/);
  }
});
