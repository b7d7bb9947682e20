/**
 * What the engine says of a call that went wrong deep inside: `x.slice is not a
 * function`. This finds the call in the entry, so that the prompt can say what
 * it takes.
 *
 * @module
 */

import { lineOffset } from "./stack.ts";

/** Errors in the engine's own words; those of functions that checked what they were given are better. */
const RAW =
  /^Cannot (read properties|set properties|destructure|convert|use 'in'|mix BigInt)|^\S+ is not (a function|iterable|a constructor)/;

/** How far a name with its dots reaches back, at most. */
const LONGEST = 200;

/** Where an entry has a name, or names with dots between. */
export interface Callee {
  /** As it is typed: `net.unix.connect`. */
  readonly path: string;
  /** Whether the error is about the name itself: there is no such function. */
  readonly isMissing: boolean;
}

/**
 * The function that an entry called, where a raw error came of it.
 *
 * @param error What was thrown.
 * @param source The entry.
 * @param id Its number.
 * @returns Nothing for an error that says itself what is wrong, or from elsewhere.
 */
export function calleeOf(
  error: unknown,
  source: string,
  id: number,
): Callee | undefined {
  if (!(error instanceof TypeError) || !RAW.test(error.message)) return;
  const place = /repl:(\d+):(\d+):(\d+)/.exec(error.stack ?? "");
  if (Number(place?.[1]) !== id) return;
  const [line, column] = [Number(place![2]), Number(place![3])];
  const offset = lineOffset(source, line - 1) + column - 1;
  const before = source.slice(Math.max(0, offset - LONGEST), offset);
  const [holders] = /(?:[\w$]+\s*\.\s*)*[\w$]*$/.exec(before)!;
  const [name] = /^[\w$]*/.exec(source.slice(offset))!;
  const path = holders.replace(/\s+/g, "") + name;
  if (!/^[a-zA-Z_$]/.test(path)) return;
  const isMissing = error.message.startsWith(`${path} is not`) ||
    error.message.endsWith(`(reading '${name}')`);
  return { path, isMissing };
}
