/**
 * What the prompt adds to an entry, and what a key costs.
 *
 * @module
 */

import * as net from "../../mod.ts";
import { Kernel } from "../../repl/kernel.ts";
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

/** Prints the table. */
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
}
