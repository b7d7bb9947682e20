import assert from "node:assert/strict";
import { parseScript } from "../../repl/script.ts";
import {
  AUTH_PASSWORD,
  PRIV_PASSWORD,
  snmpBed,
  whyNoSnmpd,
} from "../machines/snmp_bed.ts";
import { testUnless } from "../skip.ts";

const root = new URL("../../", import.meta.url);
const { pathname } = new URL("scripts/snmp_poller.ts", root);

/** The poller with the permissions that it names, and what it says. */
async function start(
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  const child = new Deno.Command(Deno.execPath(), {
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
  const said = { out: "", err: "" };
  let news = Promise.withResolvers<void>();
  const read = async (
    which: "out" | "err",
    from: ReadableStream<Uint8Array>,
  ) => {
    for await (const text of from.pipeThrough(new TextDecoderStream())) {
      said[which] += text;
      news.resolve();
      news = Promise.withResolvers();
    }
  };
  const all = Promise.all([
    read("out", child.stdout),
    read("err", child.stderr),
    child.status,
  ]);
  const ended = all.then(([, , { code }]) => {
    news.resolve();
    return { code, ...said };
  });
  let isOver = false;
  ended.then(() => isOver = true);
  return {
    child,
    ended,
    /** Waits until it has said something. */
    async until(which: "out" | "err", pattern: RegExp): Promise<void> {
      while (!pattern.test(said[which])) {
        assert.ok(!isOver, `${pattern} in:\n${said.out}${said.err}`);
        await news.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await ended;
    },
  };
}

async function run(args: readonly string[], env: Record<string, string> = {}) {
  await using poller = await start(args, env);
  return await poller.ended;
}

Deno.test("snmp_poller --demo shows rates past a wrap, none after a restart, and goes on after a silence", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const csv = `${folder}/rates.csv`;
    const head = "time,device,name,port,state,in_bps,out_bps\n";
    const old = "2026-01-01T00:00:00Z,192.0.2.1,old,ge1,ok,1,2\n";
    await Deno.writeTextFile(csv, head + old);
    const { code, out, err } = await run(
      // A third of the interval is the time that an answer has.
      ["--demo", "--interval", "1", "--count", "12", "--csv", csv],
    );
    assert.equal(code, 0, err);
    assert.match(err, /^wifi1: Cannot get variables of .* is tried again$/m);
    assert.match(err, /^wifi1: has started again$/m);
    assert.match(out, /^\S+Z edge1 ge1 +in \S+ [MG]b\/s +out \S+ [kMG]b\/s$/m);
    assert.match(out, /^\S+Z wifi1 ge1 +no answer$/m);
    assert.match(out, /^On average\ndevice +port +in +out +chart/m);
    assert.match(out, /^core1 +ge1 +\S+ [MG]b\/s .*[▁-█]{4}/m);
    assert.match(out, /^wifi1: \d+ readings, \d+ missed, restarts: 1$/m);

    const kept = await Deno.readTextFile(csv);
    assert.ok(kept.startsWith(head + old), "it was there, and stays");
    assert.equal(kept.split(head).length, 2);
    const rows = kept.trim().split("\n");
    const rates = (name: string) =>
      rows.map((row) => row.split(","))
        .filter(([, , device, port, state]) =>
          device === name && port === "ge1" && state === "ok"
        )
        .map((row) => Number(row[5]));
    // A wrap that is taken for less would be below zero, a restart that is taken
    // for a wrap some 90 Gb/s.
    for (const name of ["edge1", "wifi1"]) {
      assert.ok(rates(name).length >= 4, `${rows}`);
      assert.ok(rates(name).every((one) => one > 0 && one < 1e10), `${rows}`);
    }
    assert.ok(rows.some((row) => row.endsWith(",wifi1,ge1,no answer,,")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testUnless(
  whyNoSnmpd(),
  "snmp_poller polls snmpd, tells when it is gone and back, and ends on Ctrl-C with a summary",
  async () => {
    await using bed = await snmpBed();
    await using poller = await start(
      [
        ...[bed.target, "--interval", "1", "--interface", "lo"],
        ...["--user", "sha_aes", "--auth", "sha"],
      ],
      {
        SNMP_AUTH_PASSWORD: AUTH_PASSWORD,
        SNMP_PRIV_PASSWORD: PRIV_PASSWORD,
      },
    );
    const line = /^\S+Z \S+ lo +in \S+ \S*b\/s +out \S+ \S*b\/s$/m;
    await poller.until("out", line);
    await bed.kill();
    await poller.until("err", /^.*: Cannot .*; it is tried again$/m);
    await bed.start();
    await poller.until("err", /^.*: (answers|has started) again$/m);
    poller.child.kill("SIGINT");
    const { code, out } = await poller.ended;
    assert.equal(code, 0);
    assert.match(out, /^\S+ +lo +\S+ \S*b\/s/m);
    assert.match(out, /^.*: \d+ readings, \d+ missed/m);
  },
);

testUnless(
  whyNoSnmpd(),
  "snmp_poller draws charts, and one that never answers stops nobody",
  async () => {
    await using bed = await snmpBed();
    // Nobody is given this port who does not ask for it.
    const dead = "127.0.0.1:1";
    const { code, out, err } = await run(
      [bed.target, dead, "--interval", "1", "--count", "2", "--chart"],
      { SNMP_COMMUNITY: "public" },
    );
    assert.equal(code, 1, err);
    const none = [bed.target, "--interval", "1", "--count", "1"];
    const other = await run([...none, "--interface", "nosuch0"]);
    assert.match(other.out, /: 1 readings, no such interface$/m, other.err);
    assert.match(out, /^\S+Z\ndevice +port +in +out +chart/m);
    assert.match(out, /^\S+ +lo +\S+ \S*b\/s/m);
    assert.match(out, new RegExp(`^${dead}: 0 readings, 2 missed$`, "m"));
    assert.match(
      err,
      new RegExp(`^${dead}: Cannot get variables of .* is tried again$`, "m"),
    );
  },
);

Deno.test("snmp_poller says what is wrong with a command line, and heads a new file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const csv = `${folder}/rates.csv`;
    const mistakes = [
      [[], /^A TARGET is needed\nUsage: /],
      [
        ["x", "--interval", "soon"],
        /^--interval must be a number from 0\.1 up/,
      ],
      [["x", "--colour"], /^Unknown option '--colour'/],
      [["192.0.2.0/24"], /^Cannot parse "192.*as a host and port.*\nUsage: /],
    ] as const;
    await Promise.all([
      ...mistakes.map(async ([args, message]) => {
        const { code, err } = await run(args);
        assert.equal(code, 2);
        assert.match(err, message);
      }),
      run(["--demo", "--interval", "0.1", "--count", "1", "--csv", csv]),
    ]);
    const kept = await Deno.readTextFile(csv);
    assert.match(kept, /^time,device,name,port,state,in_bps,out_bps\n20/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
