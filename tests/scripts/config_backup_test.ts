import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { parseScript } from "../../repl/script.ts";
import { testUnless } from "../skip.ts";
import { noTerminal, typed } from "./typing.ts";

const root = new URL("../../", import.meta.url);
const { pathname } = new URL("scripts/config_backup.ts", root);
const decoder = new TextDecoder();

async function start(args: readonly string[], env: Record<string, string>) {
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check"],
      ...[...flags, pathname, ...args],
    ],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end with the permissions that it names. */
async function script(args: readonly string[], env = {}) {
  await using child = await start(args, env);
  const { code, stdout, stderr } = await child.output();
  const [out, err] = [decoder.decode(stdout), decoder.decode(stderr)];
  return { code, out, err };
}

/** A folder with an inventory of fake devices. */
async function bench(
  devices: readonly net.device.FakeDevice[],
  more = "",
) {
  const folder = await Deno.makeTempDir();
  const lines = devices.map(({ name, platform, port, target, faults }) =>
    `  ${name}: { host: 127.0.0.1, port: ${port}, platform: ${platform}, timeout: ${
      faults.hang ? 700 : 30_000
    }, fingerprint: "${target.ssh?.hostKeys.fingerprint}" }\n`
  );
  await Deno.writeTextFile(
    `${folder}/inventory.yaml`,
    `defaults: { user: admin, password: { env: PW }, secret: let-me-up }
devices:
${lines.join("")}${more}`,
  );
  return {
    folder,
    read: (name: string) => Deno.readTextFile(`${folder}/kept/${name}`),
    run: (...args: string[]) =>
      script(
        [`${folder}/inventory.yaml`, "--folder", `${folder}/kept`, ...args],
        { PW: "let-me-in" },
      ),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) found.push(name);
  return found.sort();
}

Deno.test("config_backup keeps what has changed and what was before it, and sick devices stop nobody", async () => {
  await using edge = await net.device.fake("cisco_ios", { name: "edge" });
  await using core = await net.device.fake("juniper_junos", { name: "core" });
  await using mute = await net.device.fake("cisco_ios", {
    name: "mute",
    faults: { hang: "prompt" },
  });
  await using shut = await net.device.fake("vyos", {
    name: "shut",
    password: "another",
  });
  await using dir = await bench(
    [edge, core, mute, shut],
    `  poor: { host: 127.0.0.1, port: 1, password: { env: NOT_SET } }\n`,
  );

  const first = await dir.run("--json");
  assert.equal(first.code, 1, first.err);
  const rows = JSON.parse(first.out);
  assert.deepEqual(
    rows.map(({ name, state, code }: Record<string, string>) =>
      [name, state, code].filter(Boolean).join(" ")
    ),
    [
      "edge new",
      "core new",
      "mute failed timeout",
      "shut failed auth",
      "poor failed no-secret",
    ],
  );
  assert.match(rows[4].hint, /export NOT_SET/);
  assert.match(await dir.read("edge.cfg"), /^hostname edge$/m);
  const { mode } = await Deno.stat(`${dir.folder}/kept/edge.cfg`);
  assert.equal(mode! & 0o777, 0o600);

  await using session = await net.device.connect(edge.target);
  await session.configure("interface Loopback7\n description new");
  const second = await dir.run("edge", "core", "--diff");
  assert.equal(second.code, 0, second.err);
  assert.match(second.out, /^edge +cisco_ios +changed +\+2 -0 /m);
  assert.match(second.out, /^core +juniper_junos +unchanged /m);
  assert.match(second.out, /^\+ interface Loopback7\n\+ {2}description new$/m);
  assert.match(second.err, /^edge: changed, \+2 -0$/m);
  assert.deepEqual(await names(`${dir.folder}/kept`), [
    "core.cfg",
    "edge.cfg",
    "older",
  ]);
  const older = await names(`${dir.folder}/kept/older`);
  assert.equal(older.length, 1);
  assert.match(older[0]!, /^edge\.\d{4}-\d\d-\d\dT\d{6}\.\d{3}\.cfg$/);
  assert.doesNotMatch(await dir.read(`older/${older[0]}`), /Loopback7/);
  assert.match(await dir.read("edge.cfg"), /^interface Loopback7$/m);

  const third = await dir.run("edge", "--redact");
  assert.match(third.out, /^edge +cisco_ios +changed /m);
  assert.match(await dir.read("edge.cfg"), /^enable secret 9 \*{8}$/m);
});

Deno.test("config_backup --keep leaves the newest older configurations of each device, and nobody else's", async () => {
  await using edge = await net.device.fake("cisco_ios", { name: "edge" });
  await using dir = await bench([edge]);
  const older = `${dir.folder}/kept/older`;
  await Deno.mkdir(older, { recursive: true });
  const others = [
    "edge.2020-01-01T000000.000.cfg.asc",
    "edge.lab.2020-01-01T000000.000.cfg",
    "edge.notes.txt",
    "edge2.2020-01-01T000000.000.cfg",
  ];
  const mine = [1, 2, 3].map((day) => `edge.2020-01-0${day}T000000.000.cfg`);
  for (const name of [...others, ...mine]) {
    await Deno.writeTextFile(`${older}/${name}`, "hostname edge\n");
  }
  const left = async () =>
    (await names(older)).filter((name) => !others.includes(name));

  for (const none of ["", "-1", "few"]) {
    const { code, err } = await dir.run(`--keep=${none}`);
    assert.equal(code, 2);
    assert.match(err, /^--keep must be a number from 0 up: current value is /);
  }
  assert.equal((await dir.run()).code, 0);
  assert.deepEqual(await left(), mine);

  // What was the newest so far is the first of the two that stay.
  await using session = await net.device.connect(edge.target);
  await session.configure("interface Loopback7");
  const changed = await dir.run("--keep", "2");
  assert.equal(changed.code, 0, changed.err);
  const [second, first, ...more] = await left();
  assert.deepEqual([second, more], [mine[2], []]);
  assert.doesNotMatch(await dir.read(`older/${first}`), /Loopback7/);
  assert.match(await dir.read("edge.cfg"), /^interface Loopback7$/m);

  // It counts where nothing has changed, too.
  const unchanged = await dir.run("--keep", "0");
  assert.match(unchanged.out, /^edge +cisco_ios +unchanged /m);
  assert.deepEqual(await left(), []);
  assert.deepEqual(await names(older), others);
  assert.match(await dir.read("edge.cfg"), /^interface Loopback7$/m);
});

Deno.test("config_backup stops at Ctrl-C, keeps what it has, and says what is left out", async () => {
  await using edge = await net.device.fake("cisco_ios", { name: "edge" });
  await using mute = await net.device.fake("cisco_ios", {
    name: "mute",
    faults: { hang: "auth" },
  });
  await using next = await net.device.fake("cisco_ios", { name: "next" });
  await using dir = await bench([edge, mute, next]);
  const args = [
    ...[`${dir.folder}/inventory.yaml`, "--folder", `${dir.folder}/kept`],
    ...["--at-once", "1"],
  ];
  const text = await Deno.readTextFile(args[0]!);
  await Deno.writeTextFile(args[0]!, text.replace("700", "60000"));
  await using child = await start(args, { PW: "let-me-in" });
  const errors = child.stderr.getReader();
  let said = "";
  while (!said.includes("\n")) {
    said += decoder.decode((await errors.read()).value);
  }
  while (mute.open === 0) await new Promise((go) => setTimeout(go, 10));
  child.kill("SIGINT");
  const out = await new Response(child.stdout).text();
  assert.equal((await child.status).code, 130);
  await errors.cancel();
  assert.match(said, /^edge: new$/m);
  assert.match(out, /^edge +cisco_ios +new /m);
  assert.match(out, /^mute +cisco_ios +left out /m);
  assert.match(out, /^next +cisco_ios +left out /m);
  assert.equal(next.open, 0);
  assert.deepEqual(await names(`${dir.folder}/kept`), ["edge.cfg"]);
});

testUnless(
  noTerminal,
  "config_backup asks for a password unseen, and Ctrl-C at the question ends it",
  async () => {
    await using edge = await net.device.fake("cisco_ios", { name: "edge" });
    await using core = await net.device.fake("juniper_junos", { name: "core" });
    await using made = await bench([edge, core]);
    const file = `${made.folder}/inventory.yaml`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(
      file,
      text.replace(
        "password: { env: PW }",
        "password: { ask: Password of all }",
      ),
    );
    const { flags } = parseScript(await Deno.readTextFile(pathname));
    const run = (keys: string) =>
      typed(
        [
          ...[Deno.execPath(), "run", "--quiet", "--no-check", ...flags],
          ...[pathname, file, "--folder", `${made.folder}/kept`],
        ],
        { cwd: root, env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" } },
        [["Password of all", keys]],
      );
    // An é is two octets, and one key to erase.
    const { code, screen } = await run("let-me-iné\x7fx\x7f\r");
    assert.equal(code, 0, screen);
    assert.doesNotMatch(screen, /let-me/);
    assert.deepEqual(
      await names(`${made.folder}/kept`),
      ["core.cfg", "edge.cfg"],
    );
    assert.equal((await run("let\x03")).code, 130);
    // Ctrl-D is no key of a password: nothing was given.
    const none = await run("\x04");
    assert.equal(none.code, 1, none.screen);
  },
);

Deno.test("config_backup says with line and column what is wrong with an inventory", async () => {
  await using dir = await bench([], "  r1: { prot: 22, groups: [cor] }\n");
  const { code, err } = await dir.run();
  assert.equal(code, 2);
  assert.match(
    err,
    /inventory\.yaml: 3:9 devices\.r1\.prot: no such key; did you mean port\?$/m,
  );
  const none = await script([]);
  assert.equal(none.code, 2);
  assert.match(none.err, /^An INVENTORY is needed\nUsage: /);
});

Deno.test("config_backup --demo shows it all without hardware", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, out, err } = await script(["--demo", "--folder", folder]);
    assert.equal(code, 1, err);
    assert.match(out, /^4 new, 2 failed; in /m);
    assert.match(out, /^1 changed, 3 unchanged, 2 failed; in /m);
    assert.match(out, /^alien1: Cannot log in to .*\n {2}Try: /m);
    assert.match(out, /^edge1:\n\+ interface Loopback7$/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
