/**
 * What the prompt adds to an entry, what a key costs, and how long a shell
 * waits for the answer to one entry.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { Editor } from "../../repl/editor/editor.ts";
import { hinter } from "../../repl/editor/history.ts";
import { highlight } from "../../repl/highlight.ts";
import { Kernel } from "../../repl/kernel.ts";
import { indentAt } from "../../repl/lex.ts";
import { mentionedRooms } from "../../repl/mentions.ts";
import { loadMentioned, loadRooms, net } from "../../repl/net.ts";
import { isWhole } from "../../repl/question.ts";
import { FakeTerminal } from "../unit/repl/fake_terminal.ts";
import { medianOf } from "./peers.ts";
import { median } from "./pty.ts";

const COUNT = 2000;
/** Rounds of whole processes, in turns. */
const ROUNDS = 15;

const root = new URL("../../", import.meta.url).pathname;

/** Microseconds that entries take, one after the other. */
async function entries(
  kernel: Kernel,
  entry: (n: number) => string,
): Promise<{ median: number; p99: number }> {
  const times: number[] = [];
  for (let n = 0; n < COUNT; n++) {
    const text = entry(n);
    const start = performance.now();
    const { ok, error } = await kernel.evaluate(text);
    times.push((performance.now() - start) * 1000);
    if (!ok) throw error;
  }
  times.sort((a, b) => a - b);
  return {
    median: median(times),
    p99: times[Math.floor(times.length * 0.99)]!,
  };
}

/** An entry of about 2 KB and 40 lines. */
const LONG = `function total(values: readonly number[]): number {\n${
  Array.from({ length: 38 }, (_, n) =>
    `  values[${n}] += net.ip.subnet("10.0.${n}.0/24").size;\n`).join("")
}  return 0;\n}`;

/** Microseconds from a key to the write that shows it. */
async function keys(
  initial: string,
  before: string,
  key: string,
): Promise<{ median: number; p99: number }> {
  const terminal = new FakeTerminal();
  const history = {
    entries: Array.from({ length: 10_000 }, (_, n) => `net.ip.parse("${n}")`),
    add: () => {},
  };
  const editor = new Editor({
    terminal,
    history,
    colors: true,
    language: {
      isComplete: isWhole,
      indent: indentAt,
      highlight,
      complete: (_, cursor) => Promise.resolve({ from: cursor, items: [] }),
      hint: hinter(history),
    },
  });
  const entry = editor.readEntry({
    prompt: "net> ",
    continuation: "...  ",
    initial,
  });
  const type = async (text: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    terminal.onWrite = () => resolve();
    const start = performance.now();
    terminal.feed(text);
    await promise;
    return (performance.now() - start) * 1000;
  };
  if (before !== "") await type(before);
  const times: number[] = [];
  for (let n = 0; n < 500; n++) {
    const time = await type(key);
    if (n >= 100) times.push(time);
    // Back out, so that the entry stays as long as it is.
    await type("\x7f");
  }
  terminal.feed("\x03");
  await entry;
  times.sort((a, b) => a - b);
  return {
    median: median(times),
    p99: times[Math.floor(times.length * 0.99)]!,
  };
}

/** What a shell may ask, by the rooms that it enters; Python's like beside it. */
const QUESTIONS = {
  "no room": "1+1",
  "net.ip": 'net.ip.parse("::1").version',
  "net.packet": "net.packet.Packet.name",
  "all rooms": "Object.keys(net).length",
} as const;

/** Milliseconds from a process's start to its end, with an answer in between. */
async function wait(command: string, args: string[]): Promise<number> {
  const start = performance.now();
  const { success } = await new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(`${command} failed; see above`);
  return performance.now() - start;
}

/** Whole processes in turns, so that all of them meet the same machine. */
async function processes(): Promise<Record<string, string>[]> {
  const program = `${root}dist/netrepl`;
  const hasProgram = await Deno.stat(program).then(() => true, () => false);
  const hasPython = await Deno.stat("/usr/bin/python3").then(
    () => true,
    () => false,
  );
  const rows = [];
  for (const [rooms, question] of Object.entries(QUESTIONS)) {
    const all: Record<string, () => Promise<number>> = {
      python3: () =>
        wait(hasPython ? "/usr/bin/python3" : "python3", ["-c", "print(1+1)"]),
      "from source": () =>
        wait(Deno.execPath(), [
          "run",
          "-q",
          "-A",
          `${root}repl/main.ts`,
          "eval",
          question,
        ]),
    };
    if (hasProgram) {
      all["single file"] = () => wait(program, ["eval", question]);
    }
    const times = new Map(
      Object.keys(all).map((name): [string, number[]] => [name, []]),
    );
    for (let round = -2; round < ROUNDS; round++) {
      for (const [name, run] of Object.entries(all)) {
        const time = await run();
        // The first rounds fill caches.
        if (round >= 0) times.get(name)!.push(time);
      }
    }
    const peer = median(times.get("python3")!);
    const row: Record<string, string> = {
      rooms,
      "print(1+1)": `${peer.toFixed(1)} ms`,
    };
    for (const [name, values] of times) {
      if (name === "python3") continue;
      row[name] = `${median(values).toFixed(1)} ms`;
      row[`${name}, ratio`] = (median(values) / peer).toFixed(2);
    }
    rows.push(row);
  }
  return rows;
}

/** Nanoseconds that looking for rooms costs, before and after all are loaded. */
async function looks(): Promise<Record<string, string>[]> {
  const texts = {
    "1 + 1": "1 + 1",
    [QUESTIONS["net.ip"]]: QUESTIONS["net.ip"],
    [`${LONG.length} characters, 38 rooms`]: LONG,
  };
  const times = 1000;
  const cost = (look: (text: string) => unknown, text: string) => {
    const work = () => {
      for (let n = 0; n < times; n++) look(text);
    };
    return `${(medianOf(work) / times).toFixed(0)} ns`;
  };
  await loadRooms();
  return Object.entries(texts).map(([entry, text]) => ({
    entry,
    "some not loaded": cost(mentionedRooms, text),
    "all loaded": cost(loadMentioned, text),
  }));
}

/** Prints the tables. */
export async function bench(): Promise<void> {
  const answers = await processes();
  console.log(inspect.table(answers, {
    title: `One entry, a whole process each (medians of ${ROUNDS}, in turns)`,
    canvas: inspect.canvas({ width: 110 }),
  }));
  const kernel = new Kernel({
    globals: { net },
    modules: () => undefined,
    prepare: loadMentioned,
  });
  await kernel.warm();
  console.log(inspect.table(await looks(), {
    title: "Looking for the rooms that an entry names",
    canvas: inspect.canvas({ width: 100 }),
  }));
  const kinds: Readonly<Record<string, (n: number) => string>> = {
    "an expression": (n) => `${n} + 1`,
    "a declaration": (n) => `const plain${n} = ${n}`,
    "with types": (n) => `const typed${n}: number = ${n}`,
    "a call": (n) => `net.ip.parse("10.0.${n >> 8}.${n & 255}")`,
    "an await": (n) => `await Promise.resolve(${n})`,
    "a function of ten lines": (n) =>
      `function f${n}(a: number): number {\n${
        "  a += 1;\n".repeat(8)
      }  return a;\n}`,
  };
  const rows = [];
  for (const [kind, entry] of Object.entries(kinds)) {
    await entries(kernel, (n) => entry(n + COUNT));
    const { median, p99 } = await entries(kernel, entry);
    rows.push({
      entry: kind,
      median: `${median.toFixed(0)} µs`,
      p99: `${p99.toFixed(0)} µs`,
    });
  }
  console.log(inspect.table(rows, {
    title: `Evaluating one entry, from text to value (${COUNT} each)`,
    canvas: inspect.canvas({ width: 100 }),
  }));
  const presses = [];
  for (
    const [where, initial, before] of [
      ["on an empty line", "", ""],
      [`at the end of ${LONG.length} characters`, LONG, ""],
      [`in the middle of ${LONG.length} characters`, LONG, "\x1b[A".repeat(20)],
    ] as const
  ) {
    const { median, p99 } = await keys(initial, before, "x");
    presses.push({
      key: where,
      median: `${median.toFixed(0)} µs`,
      p99: `${p99.toFixed(0)} µs`,
    });
  }
  console.log(inspect.table(presses, {
    title: "A key, from octet to write (400 each)",
    canvas: inspect.canvas({ width: 100 }),
  }));
}
