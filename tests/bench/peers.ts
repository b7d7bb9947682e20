/**
 * Running a piece of work a few times, here and in Python.
 *
 * @module
 */

import { python } from "../python.ts";
import { median } from "./pty.ts";

const ROUNDS = 7;

/**
 * Times a piece of work.
 *
 * @returns The median of its runs after the first two, in nanoseconds.
 */
export function medianOf(work: () => unknown, rounds = ROUNDS): number {
  const times: number[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    const start = performance.now();
    work();
    times.push(performance.now() - start);
  }
  return median(times.slice(2)) * 1e6;
}

/**
 * Runs a Python program that reads JSON and writes JSON, in Debian's own Python
 * where there is one: it has Debian's packages, and is the faster.
 *
 * @returns What it wrote, or `undefined` without Python or a module it needs.
 */
export async function pythonPeer<T>(
  program: string,
  given: unknown,
): Promise<T | undefined> {
  for (const command of ["/usr/bin/python3", "python3"]) {
    const answer = await python<T>(program, given, command).catch(() => {});
    if (answer !== undefined) return answer as T;
  }
  return undefined;
}
