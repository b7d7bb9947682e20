/**
 * What the prompt adds to an entry, and what a key costs.
 *
 * @module
 */

import * as net from "../../mod.ts";
import { Editor } from "../../repl/editor/editor.ts";
import { hinter } from "../../repl/editor/history.ts";
import { highlight } from "../../repl/highlight.ts";
import { Kernel } from "../../repl/kernel.ts";
import { indentAt } from "../../repl/lex.ts";
import { isWhole } from "../../repl/question.ts";
import { FakeTerminal } from "../unit/repl/fake_terminal.ts";
import { median } from "./pty.ts";

const COUNT = 2000;

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

/** Prints the tables. */
export async function bench(): Promise<void> {
  const kernel = new Kernel({ globals: { net }, modules: { netrepl: net } });
  await kernel.warm();
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
  console.log(net.inspect.table(rows, {
    title: `Evaluating one entry, from text to value (${COUNT} each)`,
    canvas: net.inspect.canvas({ width: 100 }),
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
  console.log(net.inspect.table(presses, {
    title: "A key, from octet to write (400 each)",
    canvas: net.inspect.canvas({ width: 100 }),
  }));
}
