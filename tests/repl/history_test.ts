/** Needs real files and a second process: read, write and run permission. */

import assert from "node:assert/strict";
import { openHistory } from "../../repl/history.ts";

const HISTORY = new URL("../../repl/history.ts", import.meta.url).href;

/** A folder of its own for each test. */
class Folder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "netrepl-history-" });
  readonly file = `${this.path}/state/history.jsonl`;
  readonly errors: Error[] = [];

  open(limit?: number) {
    const onError = (error: Error) => void this.errors.push(error);
    return openHistory(this.file, { onError, ...(limit ? { limit } : {}) });
  }

  write(text: string): void {
    Deno.mkdirSync(`${this.path}/state`, { recursive: true });
    Deno.writeTextFileSync(this.file, text);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

Deno.test("entries are there again after a restart, also those of several lines", () => {
  using folder = new Folder();
  const history = folder.open();
  assert.deepEqual(history.entries, []);
  history.add("let a = 1");
  history.add("f(`\n路由器\t\u2028 \ud800\n`)");
  assert.deepEqual(folder.open().entries, history.entries);
  assert.equal(history.entries.length, 2);
  assert.deepEqual(folder.errors, []);
});

Deno.test("the file and its folder are the user's alone", () => {
  using folder = new Folder();
  folder.open().add("secret");
  assert.equal(Deno.statSync(folder.file).mode! & 0o777, 0o600);
  assert.equal(Deno.statSync(`${folder.path}/state`).mode! & 0o777, 0o700);
});

Deno.test("empty entries, repeated ones and those after a space are not kept", () => {
  using folder = new Folder();
  const history = folder.open();
  for (const text of ["", "  ", " secret", "a", "a", "a \n", "b", "a"]) {
    history.add(text);
  }
  assert.deepEqual(history.entries, ["b", "a"]);
  assert.deepEqual(folder.open().entries, ["b", "a"]);
});

Deno.test("lines that are cut or not ours are skipped", () => {
  using folder = new Folder();
  folder.write('"a"\nnot json\n\n{"b":1}\n""\n"cut\n"c"\n"d');
  const history = folder.open();
  assert.deepEqual(history.entries, ["a", "c"]);
  // What is added next does not become a part of the cut line.
  history.add("e");
  assert.deepEqual(folder.open().entries, ["a", "c", "e"]);
});

Deno.test("a file of random octets is no trouble", () => {
  using folder = new Folder();
  folder.write("");
  Deno.writeFileSync(
    folder.file,
    crypto.getRandomValues(new Uint8Array(60_000)),
  );
  const history = folder.open();
  history.add("a");
  assert.equal(folder.open().entries.at(-1), "a");
  assert.deepEqual(folder.errors, []);
});

Deno.test("only the newest entries are kept, and a long file is compacted", () => {
  using folder = new Folder();
  const lines = Array.from({ length: 25 }, (_, i) => JSON.stringify(`e${i}`));
  folder.write(`${lines.join("\n")}\n`);
  const history = folder.open(10);
  assert.equal(history.entries.length, 10);
  assert.equal(history.entries[0], "e15");
  const text = Deno.readTextFileSync(folder.file);
  assert.equal(text, `${lines.slice(15).join("\n")}\n`);
  assert.equal(Deno.statSync(folder.file).mode! & 0o777, 0o600);
  history.add("new");
  assert.deepEqual(folder.open(10).entries.slice(-2), ["e24", "new"]);
  assert.deepEqual([...Deno.readDirSync(`${folder.path}/state`)].length, 1);
});

Deno.test("a history that is a symbolic link stays one", () => {
  using folder = new Folder();
  folder.write('"a"\n'.repeat(25));
  const target = `${folder.path}/elsewhere`;
  Deno.renameSync(folder.file, target);
  Deno.symlinkSync(target, folder.file);
  folder.open(10);
  assert.ok(Deno.lstatSync(folder.file).isSymlink);
  assert.equal(Deno.readTextFileSync(target), '"a"\n');
});

Deno.test("an entry too long for the file is remembered until the end", () => {
  using folder = new Folder();
  const history = folder.open();
  history.add("x".repeat(100_000));
  assert.equal(history.entries.length, 1);
  assert.deepEqual(folder.open().entries, []);
});

Deno.test("a history that cannot be written says so once, and goes on", () => {
  using folder = new Folder();
  Deno.writeTextFileSync(
    `${folder.path}/state`,
    "a file where a folder is due",
  );
  const history = folder.open();
  history.add("a");
  history.add("b");
  assert.deepEqual(history.entries, ["a", "b"]);
  assert.equal(folder.errors.length, 1);
});

Deno.test("a prompt that stopped with the file locked does not stop another", () => {
  using folder = new Folder();
  folder.write('"a"\n');
  using file = Deno.openSync(folder.file, { read: true, write: true });
  file.lockSync(true);
  const start = performance.now();
  folder.open().add("b");
  // Forever, if it waited for the lock.
  assert.ok(performance.now() - start < 30_000);
  assert.deepEqual(folder.open().entries, ["a", "b"]);
});

/** A prompt that adds and compacts; 9 if it had no patience to wait for its turn. */
const PROMPT = `
  import { openHistory } from ${JSON.stringify(HISTORY)};
  const [path, name] = Deno.args;
  const history = openHistory(path, { limit: 5000 });
  const junk = '"old"\\n'.repeat(2000);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  let longest = 0;
  for (let i = 0; i < 300; i++) {
    const start = performance.now();
    history.add(name + i);
    longest = Math.max(longest, performance.now() - start);
    // The others' turn.
    Atomics.wait(cell, 0, 0, 2);
    if (i % 10 !== 0) continue;
    // Lines for a compaction to drop, and the opening that compacts.
    Deno.writeTextFileSync(path, junk, { append: true });
    openHistory(path, { limit: 1000 });
  }
  Deno.exit(longest < 100 ? 0 : 9);
`;

/** Three prompts at one file; whether each has waited for its turn. */
async function together(file: string): Promise<boolean> {
  const prompts = ["p", "q", "r"].map((name) =>
    new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--ext=ts",
        "--allow-read",
        "--allow-write",
        `data:application/typescript,${encodeURIComponent(PROMPT)}`,
        file,
        name,
      ],
      stderr: "inherit",
    }).output()
  );
  const codes = (await Promise.all(prompts)).map(({ code }) => code);
  assert.ok(codes.every((code) => code === 0 || code === 9), `${codes}`);
  return !codes.includes(9);
}

Deno.test("prompts that add and compact at the same time lose no entry", async () => {
  // Where the machine holds one of them up for long, the others go on without
  // the lock: that proves nothing, and is done once more.
  for (let tries = 0; tries < 20; tries++) {
    using folder = new Folder();
    folder.write("");
    if (!await together(folder.file)) continue;
    const { entries } = folder.open();
    for (const name of ["p", "q", "r"]) {
      const own = entries.filter((entry) => entry.startsWith(name));
      const wanted = Array.from({ length: 300 }, (_, i) => `${name}${i}`);
      assert.deepEqual(own, wanted);
    }
    return;
  }
  assert.fail("the machine held up one of them each time");
});
