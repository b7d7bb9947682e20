import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { Reader } from "./reader.ts";
import { withoutTmux } from "./tmux.ts";

const root = new URL("../../", import.meta.url).pathname;
const noTmux = await withoutTmux();

/** Runs a saved script, with the permissions of its first line. */
async function runScript(file: string) {
  const flags = (await Deno.readTextFile(file)).split("\n")[0]!
    .replace(/^.*deno run\s*/, "").split(" ").filter(Boolean);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--config",
      `${root}deno.json`,
      ...flags,
      file,
    ],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    signal: AbortSignal.timeout(120_000),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr), flags };
}

testUnless(
  noTmux,
  "a first session: a mistake, a paste, Tab, Ctrl-C, Ctrl-R, .save, Ctrl-D, and the script runs",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal, folder } = reader;

    // A mistake, and its correction out of history.
    await terminal.enter('const lan = net.ip.subnet("192.0.2.0/24"))');
    await terminal.sees(/\^\nSyntaxError: unexpected "\)"/);
    await terminal.press("Up", "BSpace", "Enter");
    await terminal.enter("lan.prefixLength");
    await terminal.sees(/^24$/m);

    // Tab completes: one way at once, several after a second Tab. A key that
    // comes a while after Tab means what is there then.
    await terminal.type("lan.netm");
    await terminal.press("Tab");
    await terminal.sees(/> lan\.netmask$/m);
    await terminal.press("Enter");
    await terminal.sees(/^255\.255\.255\.0$/m);
    await terminal.type("net.tcp.");
    await terminal.press("Tab");
    await terminal.sees(/connect[\s\S]*serve/);
    await terminal.press("Tab");
    await terminal.press("C-c");

    // Fifty lines pasted are one entry.
    const lines = Array.from({ length: 48 }, (_, n) => `  total += ${n};`);
    await terminal.paste(
      [
        "function sum(): number {",
        "  let total = 0;",
        ...lines,
        "  return total;",
        "}",
      ]
        .join("\n"),
    );
    await terminal.press("Enter");
    await terminal.enter("sum()");
    await terminal.sees(/^1128$/m);

    // A real server and a real client.
    await terminal.enter(
      "const server = await net.tcp.serve({}, net.tcp.echo)",
    );
    await terminal.enter("const conn = await net.tcp.connect(server.address)");
    await terminal.enter(String.raw`await conn.write("hello\n")`);
    await terminal.enter("conn.readLine()");
    await terminal.sees(/^"hello"$/m);

    await terminal.enter("await conn.close()");
    await terminal.enter("await server.close()");

    // Ctrl-C ends a wait, and a loop that never waits.
    await terminal.enter("console.log('waits'); await new Promise(() => {})");
    await terminal.sees(/^waits$/m);
    await terminal.press("C-c");
    await terminal.sees(/^waits\n(\^C)?Interrupted\nnet>$/m);
    await terminal.enter("console.log('is busy'); while (true) ;");
    await terminal.sees(/^is busy$/m);
    await terminal.press("C-c");
    await terminal.sees(/^is busy\n(\^C)?Interrupted\nnet>$/m);

    // A rejected promise in the background does not end the session.
    await terminal.enter("void Promise.reject(new Error('lost'))");
    await terminal.sees(/In the background: Error: lost/);

    // Ctrl-R finds what was typed before.
    await terminal.press("C-r");
    await terminal.type("sum()");
    await terminal.press("Enter");
    await terminal.press("Enter");
    await terminal.enter("Math.floor(_ / 2)");
    await terminal.sees(/^564$/m);

    await terminal.enter(".save first.ts");
    await terminal.sees(/^Run it: deno run /m);
    await terminal.enter(".save first.ts");
    await terminal.sees(/first\.ts is there already\. Overwrite it\? \[y\/N\]/);
    await terminal.enter("n");
    await terminal.sees(/Left as it was\./);
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);

    const { code, out, err, flags } = await runScript(`${folder}/first.ts`);
    assert.equal(err, "");
    assert.equal(code, 0);
    assert.deepEqual(flags, ["--allow-net=127.0.0.1"]);
    assert.equal(out, "1128\nhello\n1128\n564\n");
  },
);

testUnless(noTmux, "history outlives the session", async () => {
  await using reader = await Reader.sitDown();
  await reader.terminal.enter("const kept = 'in history'");
  await reader.terminal.enter(".exit");
  assert.equal(await reader.terminal.exitCode(), 0);
  await using again = await Reader.sitDown(reader.folder);
  await again.terminal.press("C-r");
  await again.terminal.type("in hist");
  await again.terminal.press("Enter");
  await again.terminal.sees(/^net> const kept = 'in history'/m);
});

testUnless(
  noTmux,
  "what the background prints stands above the line being typed",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal } = reader;
    await terminal.enter(
      "const clock = setInterval(() => { try { Deno.statSync('now') } catch { return } clearInterval(clock); console.log('a tick\\nand a tock') }, 20)",
    );
    await terminal.type("const half = 1");
    await terminal.sees(/^net> const half = 1$/m);
    await Deno.writeTextFile(`${reader.folder}/now`, "");
    await terminal.sees(/^a tick\nand a tock\nnet> const half = 1$/m);
    await terminal.enter("; half + 41");
    await terminal.sees(/^42$/m);
  },
);

testUnless(noTmux, "? and .help tell what things are", async () => {
  await using reader = await Reader.sitDown();
  const { terminal } = reader;
  await terminal.enter("net.ip.parse?");
  await terminal.sees(/^net\.ip\.parse$[\s\S]*^Example$/m, true);
  await terminal.press("C-l");
  await terminal.enter(".hlep");
  await terminal.sees(/There is no \.hlep\. Did you mean \.help\?/);
});

testUnless(noTmux, ".book opens a lesson, cell by cell", async () => {
  await using reader = await Reader.sitDown();
  const { terminal } = reader;
  await terminal.enter(".book 18");
  await terminal.sees(/^Chapter 18: /m);
  // The first cell waits at the prompt; Enter runs it and brings the next.
  await terminal.sees(/^net> import \* as net from "netrepl";/m);
  await terminal.press("Enter");
  await terminal.sees(/^net> \/\/ %% /m);
  await terminal.press("C-c");
  await terminal.enter("1 + 1");
  await terminal.sees(/^2$/m);
});

testUnless(noTmux, "a narrow terminal and NO_COLOR are respected", async () => {
  await using reader = await Reader.sitDown(undefined, { NO_COLOR: "1" });
  const { terminal } = reader;
  await terminal.resize(40, 24);
  await terminal.enter(
    "while (Deno.consoleSize().columns > 40) await new Promise((go) => setTimeout(go, 20)); 'narrow'",
  );
  await terminal.sees(/^"narrow"$/m);
  await terminal.press("C-l");
  await terminal.enter('net.ip.subnet("10.0.0.0/24")');
  const screen = await terminal.sees(/netmask +255\.255\.255\.0/);
  for (const line of screen.split("\n")) assert.ok(line.length <= 40, line);
});

testUnless(noTmux, "a terminal that hangs up ends the session", async () => {
  await using reader = await Reader.sitDown();
  await reader.terminal.enter("Deno.writeTextFileSync('pid', `${Deno.pid}`)");
  let pid = 0;
  for (let tries = 0; tries < 2000 && pid === 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    pid = Number(
      await Deno.readTextFile(`${reader.folder}/pid`).catch(() => ""),
    );
  }
  assert.ok(pid > 0);
  await reader.terminal[Symbol.asyncDispose]();
  for (let tries = 0; tries < 2000; tries++) {
    if (!await exists(`/proc/${pid}`)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`process ${pid} is still there`);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
