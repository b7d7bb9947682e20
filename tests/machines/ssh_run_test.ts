/**
 * Commands, streams and shells on a real sshd.
 *
 * @module
 */

import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { noSshd, sshBed } from "./ssh_bed.ts";
import { loginByKey } from "./ssh_login.ts";

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  let count = 0;
  for await (const { length } of stream) count += length;
  return count;
}

testUnless(
  noSshd,
  "run() gives both streams, the exit code and the signal",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const cases = [
      ["echo out; echo err >&2; exit 3", "out\n", "err\n", 3, undefined, false],
      ["true", "", "", 0, undefined, true],
      ["kill -9 $$", "", "", undefined, "SIGKILL", false],
      ["no-such-program 2>/dev/null", "", "", 127, undefined, false],
      ["printf 'zwölf \\xff'", "zwölf \ufffd", "", 0, undefined, true],
    ] as const;
    for (const [command, stdout, stderr, exitCode, signal, ok] of cases) {
      const result = await on.run(command);
      assert.deepEqual(
        { ...result.toJSON(), duration: 0 },
        { command, stdout, stderr, exitCode, signal, duration: 0, ok },
      );
    }
    assert.deepEqual((await on.run("echo a; echo b")).lines, ["a", "b"]);
    const latin = await on.run("printf '\\344'", { encoding: "latin1" });
    assert.equal(latin.stdout, "ä");
    assert.deepEqual([...latin.stdoutBytes], [0xe4]);
  },
);

testUnless(
  noSshd,
  "a command reads texts, octets and streams to their end",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const stream = async function* () {
      for (let i = 0; i < 3; i++) {
        await Promise.resolve();
        yield `line ${i}\n`;
      }
    };
    const cases = [
      ["hello", 5],
      [new Uint8Array(300_000), 300_000],
      [new Blob(["from a stream"]).stream(), 13],
      [stream(), 21],
      [undefined, 0],
    ] as const;
    for (const [stdin, count] of cases) {
      const { stdout } = await on.run("wc -c", { stdin });
      assert.equal(Number(stdout), count);
    }
    // One that ends before it has read all of its input holds nobody up.
    const early = await on.run("head -c 3", {
      stdin: new Uint8Array(5_000_000),
    });
    assert.equal(early.stdoutBytes.length, 3);
  },
);

testUnless(
  noSshd,
  "a command has a terminal of the size that was said, and the environment that the server takes",
  async () => {
    await using bed = await sshBed({ config: "AcceptEnv WORD_*" });
    await using on = await loginByKey(bed);
    const pty = { term: "vt220", columns: 101, rows: 7 };
    const { lines } = await on.run("tty; echo $TERM; stty size", { pty });
    assert.match(lines[0]!, /^\/dev\/pts\/\d+$/);
    assert.deepEqual(lines.slice(1), ["vt220", "7 101"]);
    const env = { WORD_A: "it's", OTHER: "no" };
    const result = await on.run('echo "$WORD_A,$OTHER"', { env });
    assert.equal(result.stdout, "it's,\n");
    assert.deepEqual(result.refusedEnv, ["OTHER"]);
    assert.match(Deno.inspect(result), /not taken by the server: OTHER/);
  },
);

testUnless(
  noSshd,
  "too much output, a timeout and an abort end the command there",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    // A time of its own, by which it is known among all that sleep here.
    const sleep = `sleep 971.${bed.port}`;
    await assert.rejects(on.run("yes", { maxOutput: 100_000 }), {
      code: "too-large",
      message:
        /Cannot run "yes" on .*: it wrote more than .*KiB\. Try: .*spawn/,
    });
    const pgrep = `pgrep -f "${sleep.replace("p ", "[p] ")}"`;
    const runs = async () => (await on.run(pgrep)).stdout !== "";
    const abort = new AbortController();
    const reason = new Error("enough");
    const { signal } = abort;
    const aborted = assert.rejects(
      on.run(sleep, { signal, pty: true }),
      reason,
    );
    // What has no terminal yet is not hung up on.
    while (!await runs());
    abort.abort(reason);
    await aborted;
    // What was ended is gone there: its terminal has hung up.
    while (await runs());
    await assert.rejects(on.run(sleep, { timeout: 2000, pty: true }), {
      code: "timeout",
      message: /it was not over after 2000 ms/,
    });
    while (await runs());
    await assert.rejects(on.run("true", { signal: abort.signal }), reason);
    assert.equal((await on.run("echo still here")).stdout, "still here\n");
  },
);

testUnless(
  noSshd,
  "a stream that nobody reads stays where it is, and the rest goes on",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    // 30 MB, more than all windows and buffers on the way together.
    const size = 30_000_000 + bed.port;
    await using held = await on.spawn(`exec head -c ${size} /dev/zero`);
    const reader = held.stdout.getReader();
    const first = await reader.read();
    const after = await on.run(`sleep 0.4; pgrep -f 'hea[d] -c ${size}'`);
    assert.equal(after.lines.length, 1, "it waits in the middle of its output");
    let count = first.value!.length;
    for (let next; !(next = await reader.read()).done;) {
      count += next.value.length;
    }
    assert.equal(count, size);
    assert.equal((await held.status).exitCode, 0);
  },
);

testUnless(
  noSshd,
  "spawn() streams both ways, and its status tells how it ended",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const counting = await on.spawn("wc -c; echo done >&2; exit 4");
    const writer = counting.stdin.getWriter();
    for (let i = 0; i < 100; i++) await writer.write(new Uint8Array(65_536));
    await writer.close();
    const text = await new Response(counting.stdout).text();
    assert.equal(Number(text), 6_553_600);
    assert.deepEqual(await counting.status, { exitCode: 4, signal: undefined });
    assert.equal(counting.stderrTail, "done\n");

    const loud = await on.spawn("head -c 9000000 /dev/zero >&2; echo end >&2");
    await loud.status;
    assert.ok(
      loud.stderrTail.length < 200_000 && loud.stderrTail.endsWith("end\n"),
    );

    // Until somebody waits for what comes after it, nothing of it is dropped.
    const late = await on.spawn("head -c 5000000 /dev/zero >&2; echo out");
    await on.run("sleep 0.05");
    assert.equal(await bytesOf(late.stderr), 5_000_000);
    const first = await on.spawn("head -c 5000000 /dev/zero >&2; echo out");
    assert.equal(await bytesOf(first.stdout), 4);
    const both = await on.spawn("head -c 5000000 /dev/zero | tee /dev/stderr");
    assert.deepEqual(
      await Promise.all([bytesOf(both.stdout), bytesOf(both.stderr)]),
      [5_000_000, 5_000_000],
    );
  },
);

testUnless(
  noSshd,
  "many commands run at once on one connection, and those above MaxSessions wait for their turn",
  async () => {
    await using bed = await sshBed({ config: "MaxSessions 3" });
    await using on = await loginByKey(bed);
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) => on.run(`sleep 0.02; echo ${i}`)),
    );
    assert.deepEqual(results.map(({ stdout }) => Number(stdout)), [
      ...results.keys(),
    ]);
    assert.match(bed.log(), /no more sessions/);
    // One after the other, too, while all but one are held.
    await using _a = await on.spawn("cat");
    await using _b = await on.spawn("cat");
    for (let i = 0; i < 3; i++) await on.run("true");
    await using _c = await on.spawn("cat");
    await assert.rejects(on.run("true", { timeout: 1500 }), {
      code: "timeout",
      message: /3 are open and the server opens no more at once.*MaxSessions/,
    });
  },
);

testUnless(
  noSshd,
  "a server that opens no session says so at once",
  async () => {
    await using bed = await sshBed({ config: "MaxSessions 0" });
    await using on = await loginByKey(bed);
    await assert.rejects(on.run("true"), { code: "no-session" });
    await using plain = await sshBed({ config: "PermitTTY no" });
    await using there = await loginByKey(plain);
    await assert.rejects(there.run("tty", { pty: true }), {
      code: "refused",
      message: /the server refuses pty\. Try: PermitTTY/,
    });
    await assert.rejects(there.openSubsystem("netconf"), { code: "refused" });
  },
);

testUnless(
  noSshd,
  "a shell runs on the streams that are handed in, follows its size, and gives them back",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const typed = new TransformStream<Uint8Array, Uint8Array>();
    const seen = new TransformStream<Uint8Array, Uint8Array>();
    const raw: boolean[] = [];
    const resized = Promise.withResolvers<{ columns: number; rows: number }>();
    const sizes = (async function* () {
      yield await resized.promise;
    })();
    const shell = on.shell({
      input: { readable: typed.readable, setRaw: (on) => void raw.push(on) },
      output: seen.writable,
      size: { columns: 90, rows: 20 },
      sizes,
      command: "sh",
    });
    const writer = typed.writable.getWriter();
    const reader = seen.readable.getReader();
    let screen = "";
    const until = async (pattern: RegExp) => {
      while (!pattern.test(screen)) {
        screen += new TextDecoder().decode((await reader.read()).value);
      }
    };
    const type = (text: string) => writer.write(new TextEncoder().encode(text));
    await type("stty size; echo $((6*7))\n");
    await until(/20 90\r\n42\r\n/);
    resized.resolve({ columns: 66, rows: 11 });
    await type(
      "while test \"$(stty size)\" != '11 66'; do :; done; echo follow''ed\n",
    );
    await until(/followed/);
    await type("exit 5\n");
    await until(/exit 5/);
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    assert.deepEqual(await shell, { exitCode: 5, signal: undefined });
    assert.deepEqual(raw, [true, false]);
    // Both streams are the caller's again.
    await seen.writable.close();
    await drained;
    await writer.close().catch(() => {});
    assert.equal(typed.readable.locked, false);
  },
);

testUnless(
  noSshd,
  "openShell() gives octets by callbacks, those from before start() too",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const shell = await on.openShell({ term: "dumb", columns: 200, rows: 50 });
    const closed = Promise.withResolvers<Error | undefined>();
    const found = Promise.withResolvers<void>();
    let screen = "";
    shell.write(new TextEncoder().encode("echo $((40+2))\n"));
    await on.run("true");
    shell.start({
      data(octets) {
        screen += new TextDecoder().decode(octets);
        if (/\n42\r\n/.test(screen)) found.resolve();
      },
      closed: closed.resolve,
    });
    await found.promise;
    await shell.close();
    assert.equal(await closed.promise, undefined);
    shell.write(new Uint8Array(3)); // Nobody is there any more: no error.
  },
);

testUnless(
  noSshd,
  "output is shown so that no terminal obeys it, and not all of much",
  async () => {
    await using bed = await sshBed();
    await using on = await loginByKey(bed);
    const odd = await on.run(
      "printf 'a\\033[31mred\\033[0m\\tb\\033[2J\\007\\r\\n\\304\\n'; printf '\\033c' >&2",
    );
    assert.equal(Deno.inspect(odd), "ared\tb\\x1b[2J\\x07\n\ufffd\n\\x1bc");
    assert.ok(odd.stdout.includes("\x1b[31mred"));
    const many = await on.run("seq 1 3000");
    const lines = Deno.inspect(many).split("\n");
    assert.deepEqual(lines.slice(-2), ["1000", "… 2,000 more lines"]);
    assert.equal(many.stdout.split("\n").length, 3001);
  },
);
