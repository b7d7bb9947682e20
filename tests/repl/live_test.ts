import assert from "node:assert/strict";
import { testUnless } from "../skip.ts";
import { Reader } from "./reader.ts";
import { Tmux, withoutTmux } from "./tmux.ts";

const noTmux = await withoutTmux();

/**
 * A tool that counts to `n`, as far as the number in the file `steps` lets it,
 * and says when it lets go.
 */
const COUNTING = [
  "let letGo = 0",
  "function counting(n: number) {",
  "  return new net.inspect.Run<string, number>(`Count to ${n}`, async ({ row, progress, signal }) => {",
  "    try {",
  "      for (let i = 1; i <= n; i++) {",
  "        do {",
  "          await new Promise((resolve) => setTimeout(resolve, 20))",
  "          signal.throwIfAborted()",
  "        } while (Number(Deno.readTextFileSync('steps')) < i)",
  "        row(`number ${i}`)",
  "        progress(i, n)",
  "      }",
  "      return n * 1000",
  "    } finally { letGo++ }",
  "  })",
  "}",
].join("\n");

/** Something that has the whole screen until `q` or a file, and tells its keys. */
const SCREEN = [
  "const screen = (until?: string) => {",
  "  const keys: string[] = []",
  "  const left = Promise.withResolvers<void>()",
  "  const clock = setInterval(() => {",
  "    try { if (until) Deno.statSync(until) && left.reject(new Error('over')) } catch {}",
  "  }, 20)",
  '  return new net.inspect.Run("Screen", () => left.promise.then(() => keys).finally(() => clearInterval(clock)), { view: {',
  "    wholeScreen: true,",
  "    draw: ({ width }, height) => `${width} by ${height} ${keys.join(' ')}`,",
  "    key: (name) => { keys.push(name); if (name === 'q') left.resolve(); return name === 'q' },",
  "  } })",
  "}",
].join("\n");

/** Lets what counts in a reader's folder count so far. */
async function allow({ folder }: Reader, steps: number): Promise<void> {
  await Deno.writeTextFile(`${folder}/steps`, `${steps}`);
}

/** Time in which something unwanted would show. */
async function aWhile(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}

testUnless(
  noTmux,
  "what an entry waits for shows itself below it and is gone at the end; Ctrl-C cancels it",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal } = reader;
    await terminal.paste(COUNTING);
    await terminal.press("Enter");

    // On its own, as a promise is.
    await allow(reader, 5);
    await terminal.enter("counting(12)");
    await terminal.sees(
      /counting\(12\)\nCount to 12 .*▏5\/12[\s\S]*number 5/,
    );
    await allow(reader, 12);
    await terminal.sees(/counting\(12\)\n12000\nnet>$/);
    await terminal.enter("_");
    await terminal.sees(/> _\n12000/);

    // Awaited, and with lines of its own above.
    await allow(reader, 4);
    await terminal.enter(
      "const whole = await counting(9).finally(() => console.log('over'))",
    );
    await terminal.sees(/Count to 9 /);
    await allow(reader, 9);
    await terminal.sees(/over\nnet>$/);
    await allow(reader, 3);
    await terminal.enter(
      "for await (const row of counting(7)) console.log('got', row)",
    );
    await terminal.sees(/got number 3\n[\s\S]*Count to 7 .*\n {2}number/);
    await allow(reader, 7);
    const looped = await terminal.sees(/got number 7\nnet>$/);
    for (let i = 1; i <= 7; i++) {
      assert.match(looped, new RegExp(`got number ${i}\n`));
    }
    assert.doesNotMatch(looped, /Count to 7 /);

    // Ctrl-C ends the work, not only the wait.
    await terminal.enter("[letGo = 0, await counting(3000)]");
    await terminal.sees(/Count to 3,?000/);
    await terminal.press("C-c");
    await terminal.sees(/Interrupted\nnet>$/);
    await terminal.enter("for await (const row of counting(3000)) row");
    await terminal.sees(/Count to 3,?000/);
    await terminal.press("C-c");
    await terminal.sees(/Interrupted\nnet>[\s\S]*Interrupted\nnet>$/);
    await terminal.enter(
      "while (letGo < 2) await new Promise((go) => setTimeout(go, 20)); letGo",
    );
    await terminal.sees(/letGo\n2\nnet>$/);

    // What is left at work in the background draws nothing over the next entry.
    await terminal.enter("const later = counting(15)");
    await terminal.type("1 + 1");
    await terminal.sees(/net> 1 \+ 1$/);
    await allow(reader, 10);
    await aWhile();
    assert.match(await terminal.screen(), /net> 1 \+ 1$/);
    await terminal.press("Enter");
    await terminal.sees(/^2\nnet>$/m);
    await terminal.enter("later");
    await terminal.sees(/later\nCount to 15/);
    await allow(reader, 15);
    await terminal.sees(/15000\nnet>$/);
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
  },
);

testUnless(
  noTmux,
  "what asks for the whole screen gets it, with the keys, and gives both back",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal } = reader;
    await terminal.paste(SCREEN);
    await terminal.press("Enter");
    await terminal.enter("screen()");
    await terminal.sees(/^80 by 24$/);
    await terminal.press("Up", "Space");
    await terminal.sees(/^80 by 24 up space$/);
    await terminal.resize(60, 12);
    await terminal.sees(/^60 by 12 up space$/);
    await terminal.resize(80, 24);
    await terminal.sees(/^80 by 24 up space$/);
    // What is typed behind the key that leaves is for the prompt.
    await terminal.type("q20 + 22");
    await terminal.sees(
      /> screen\(\)\n\[ "up", "space", "q" \]\nnet> 20 \+ 22$/,
    );
    await terminal.press("Enter");
    await terminal.sees(/^42\nnet>$/m);

    // Ctrl-C, and an end of its own: the terminal is as it was.
    await terminal.enter("await screen()");
    await terminal.sees(/^80 by 24$/);
    await terminal.press("C-c");
    await terminal.sees(/await screen\(\)\nInterrupted\nnet>$/);
    await terminal.enter("await screen('enough')");
    await terminal.sees(/^80 by 24$/);
    await Deno.writeTextFile(`${reader.folder}/enough`, "");
    await terminal.sees(/Error: over[\s\S]*net>$/);
    await terminal.enter("6 * 7 + 1");
    await terminal.sees(/^43\nnet>$/m);
    await terminal.press("C-d");
    assert.equal(await terminal.exitCode(), 0);
  },
);

testUnless(
  noTmux,
  "what may not be decided by the library is asked, in the middle of an entry",
  async () => {
    await using reader = await Reader.sitDown();
    const { terminal } = reader;
    await terminal.paste(COUNTING);
    await terminal.press("Enter");
    await allow(reader, 3);
    await terminal.enter(
      "const asked = [counting(20), net.inspect.confirmed('Scan the neighbours?')] as const; const says = await asked[1]",
    );
    await terminal.sees(/Scan the neighbours\? \[y\/N\]$/);
    await allow(reader, 20);
    await aWhile();
    assert.match(await terminal.screen(), /Scan the neighbours\? \[y\/N\]$/);
    await terminal.enter("y");
    await terminal.sees(/net>$/);
    await terminal.enter("says");
    await terminal.sees(/^true\nnet>$/m);
    await terminal.enter("asked[0]");
    await terminal.sees(/^20000$/m);
    // An answer is awaited before the next entry is read; a long question is
    // shown whole.
    await terminal.enter(
      "const left = net.inspect.confirmed('And now, '.repeat(12) + 'or not?')",
    );
    await terminal.sees(/^And now,[\s\S]* or not\?\n\[y\/N\]$/m);
    await terminal.enter("no");
    await terminal.enter("left");
    await terminal.sees(/^false\nnet>$/m);
    // Who edits an entry is not interrupted.
    await terminal.enter(
      "const late = counting(21).then(() => { console.log('asks'); return net.inspect.confirmed('Late?') })",
    );
    await terminal.type("late");
    await terminal.sees(/net> late$/);
    await allow(reader, 21);
    await terminal.sees(/asks\nnet> late$/);
    await aWhile();
    await terminal.press("Enter");
    await terminal.enter("await late === undefined");
    await terminal.sees(/^true\nnet>$/m);
    assert.doesNotMatch(await terminal.screen(), /Late\? \[/);
  },
);

Deno.test("on a pipe nothing live is drawn, and a run is waited for", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", `${root}repl/main.ts`, "eval"],
      "new net.inspect.Run('Wait', () => new Promise((r) => setTimeout(() => r(7), 300)))",
    ],
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  }).output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  assert.deepEqual([code, text(stdout), text(stderr)], [0, "7\n", ""]);
});

testUnless(
  noTmux,
  "a script has a stage too; Ctrl-C cancels what is shown, and the terminal is as it was",
  async () => {
    const folder = await Deno.makeTempDir();
    const root = new URL("../../", import.meta.url).pathname;
    await Deno.writeTextFile(
      `${folder}/script.ts`,
      [
        'import * as inspect from "netrepl/inspect";',
        "using _stage = inspect.stage(Deno, { console });",
        "const wait = (ms: number) => new Promise<void>((go) => setTimeout(go, ms));",
        'const run = new inspect.Run<string, void>("Work", async ({ row, signal }) => {',
        "  for (let i = 1; !signal.aborted; i++) { row(`step ${i}`); await wait(100); }",
        "});",
        "await wait(300);",
        'console.log("a line");',
        "await run.catch((error) => console.log(error.name));",
        "const enough = () => Deno.stat('enough').then(() => true, () => false);",
        'await new inspect.Run("Screen", async () => { while (!await enough()) await wait(20); }, {',
        '  view: { wholeScreen: true, draw: () => "the whole screen" },',
        "});",
        'console.log("over");',
      ].join("\n"),
    );
    await using terminal = await Tmux.start({
      command: [
        ...[Deno.execPath(), "run", "-q", "--no-check", "--no-lock", "-R=."],
        ...["--config", `${root}deno.json`, `${folder}/script.ts`],
      ],
      cwd: folder,
    });
    await terminal.sees(/^a line\nWork {2}[\d.]+ .?s\n {2}step/);
    await terminal.press("C-c");
    await terminal.sees(/^the whole screen$/);
    await Deno.writeTextFile(`${folder}/enough`, "");
    // Nobody presses a key, and it ends nevertheless.
    assert.equal(await terminal.exitCode(), 0);
    await terminal.sees(/^a line\n(\^C)?AbortError\nover$/);
    await terminal.type("seen");
    await terminal.sees(/over\nseen/);
    await Deno.remove(folder, { recursive: true });
  },
);
