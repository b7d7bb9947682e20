/** Capture files on disk: what can go wrong, and that files are closed. */

import assert from "node:assert/strict";
import { open } from "../../lib/pcap/mod.ts";
import { captures, run, say } from "./corpus.ts";

const ignore = captures.length === 0;
const folder = new URL("./", import.meta.url);

/** The largest: it takes several buffers. */
const LARGE = "pim-packet-assortment.pcap";
const path = (name: string) =>
  captures.find((capture) => capture.name === name)!.path;

Deno.test("a missing file is a NetError with its path", async () => {
  await assert.rejects(open("no/such.pcap"), {
    name: "NetError",
    code: "not-found",
    op: "open",
    target: "no/such.pcap",
    message: /^Cannot open no\/such\.pcap: no such file\. Try: ls no\/$/,
  });
});

Deno.test("a directory is a NetError, and is closed", async () => {
  await assert.rejects(open(folder), {
    code: "is-directory",
    target: folder.pathname,
  });
});

Deno.test("a device or pipe can be read, and is closed", async () => {
  await assert.rejects(open("/dev/null"), {
    name: "DecodeError",
    message: /file header cut short/,
  });
});

Deno.test({
  name: "a file may be read, but not without the permission",
  permissions: { read: false },
  async fn() {
    await assert.rejects(open("/etc/hostname"), {
      name: "PermissionError",
      code: "permission",
      message: /Try: deno run --allow-read=\/etc\/hostname/,
    });
  },
});

Deno.test({
  name: "a device that takes all permissions says so",
  permissions: { read: true },
  async fn() {
    await assert.rejects(open("/dev/mem"), {
      code: "permission",
      hint: "deno run --allow-all …",
    });
  },
});

Deno.test({
  name: "a path and a file URL open the same file",
  ignore,
  async fn() {
    const byPath = await open(path(LARGE));
    const byUrl = await open(new URL(`file://${path(LARGE)}`));
    assert.equal(byPath.name, path(LARGE));
    assert.deepEqual(byUrl.toJSON(), byPath.toJSON());
  },
});

Deno.test({
  name: "a file is closed after break, after an error in the loop, at the end",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    for await (const _ of capture) break;
    await assert.rejects(async () => {
      for await (const _ of capture) throw new Error("mine");
    }, /mine/);
    assert.ok(await capture.count() > 100);
  },
});

Deno.test({
  name: "a file that nobody reads is not open, with or without await using",
  ignore,
  async fn() {
    await open(path(LARGE));
    await using capture = await open(path(LARGE));
    // Left in the middle: this is what dispose is for.
    const packets = capture[Symbol.asyncIterator]();
    assert.ok((await packets.next()).value);
  },
});

Deno.test({
  name: "two loops over one file do not disturb each other",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    const first = Array.fromAsync(capture);
    const second = Array.fromAsync(capture);
    assert.deepEqual(
      (await first).map(({ bytes }) => bytes),
      (await second).map(({ bytes }) => bytes),
    );
    assert.equal((await first).length, await capture.count());
  },
});

Deno.test({
  name: "a stream of a file gives the same packets as the file",
  ignore,
  async fn() {
    const { readable } = await Deno.open(path(LARGE));
    const streamed = await Array.fromAsync(await open(readable));
    const read = await Array.fromAsync(await open(path(LARGE)));
    assert.deepEqual(
      streamed.map((packet) => packet.toJSON()),
      read.map((packet) => packet.toJSON()),
    );
  },
});

Deno.test({
  name: "reading a file lets the rest of the program have its turn",
  ignore,
  async fn() {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const capture = await open(path(LARGE));
    while (turns < 2) await capture.count();
    clearInterval(timer);
  },
});

/** Whether programs may be run; if not, the reason is printed. */
function mayRun(...commands: readonly string[]): boolean {
  const refused = commands.filter((command) =>
    Deno.permissions.querySync({ name: "run", command }).state !== "granted"
  );
  if (refused.length > 0) say(`skip: not allowed to run ${refused}`);
  return refused.length === 0;
}

Deno.test({
  name: "a named pipe is read as its writer writes",
  ignore: ignore || !mayRun("mkfifo", "sh"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const pipe = `${folder}/pipe`;
      await run("mkfifo", [pipe]);
      const writer = new Deno.Command("sh", {
        args: ["-c", `cat ${path(LARGE)} > ${pipe}`],
      }).spawn();
      const piped = await open(pipe);
      const file = await open(path(LARGE));
      assert.equal(await piped.count(), await file.count());
      await assert.rejects(piped.count(), { code: "consumed" });
      await writer.status;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: '"-" is standard input',
  ignore: ignore || !mayRun("deno"),
  async fn() {
    const module = new URL("../../lib/pcap/mod.ts", import.meta.url).href;
    const program = `import { open } from "${module}";
      const capture = await open("-");
      console.log(capture.name, await capture.filter("ip").count());`;
    const args = ["eval", "--no-check", "--ext=ts", program];
    const octets = await Deno.readFile(path(LARGE));
    const { stdout, stderr } = await run("deno", args, octets);
    const expected = await (await open(path(LARGE))).filter("ip").count();
    assert.equal(
      new TextDecoder().decode(stdout),
      `standard input ${expected}\n`,
      stderr,
    );
  },
});
