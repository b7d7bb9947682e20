/**
 * What goes on shows itself: a tool that takes its time presents something
 * that can be drawn, and whoever owns the terminal has set a stage for it.
 * Without a stage nothing is drawn, so that the library never prints.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";

/** Something that changes while it is looked at. */
export interface Live {
  /**
   * Draws how it is now.
   *
   * @param page The columns that there are, and whether colour may be used.
   * @param height The rows that there are; more lines are cut off.
   * @returns The lines, joined by line feeds; data in them made visible.
   */
  draw(page: Canvas, height: number): string;
  /**
   * Takes a key, where it has the whole screen.
   *
   * @param name The character, or `"space"`, `"enter"`, `"escape"`, `"up"`, ….
   * @returns `true` if it leaves: what is typed behind is not for it.
   */
  key?(name: string): boolean | void;
  /** Stops it, as Ctrl-C does in a script. */
  cancel?(reason?: unknown): void;
  /** Whether it wants the whole screen, and keys. */
  readonly wholeScreen?: boolean;
  /** Settles when there is no more to be seen. */
  readonly ended: Promise<unknown>;
}

/** Shows live things where people see them. */
export type Stage = (live: Live) => void;

/** Answers a question by asking who sits there; `undefined` where nobody does now. */
export type Asker = (question: string) => Promise<boolean | undefined>;

/** Has a line typed; `undefined` where nobody does now, or if nothing is given. */
export type Typist = (
  prompt: string,
  options: TypedOptions,
) => Promise<string | undefined>;

/** Options for {@linkcode typed}. */
export interface TypedOptions {
  /** Whether it is a secret, which is not shown while it is typed. @default {false} */
  hidden?: boolean | undefined;
}

/** A terminal for as long as it is lent. */
export interface LentTerminal {
  /** Waits for what is typed; `null` at its end, or when it is taken back. */
  read(): Promise<Uint8Array | null>;
  /** Shows octets. */
  write(octets: Uint8Array): void;
  /** Its size in cells. */
  size(): { columns: number; rows: number };
  /** Calls back at each change of size, until the returned function is called. */
  onResize(callback: () => void): () => void;
}

/** Lends the terminal to what takes all keys, until that has ended. */
export type Lender = <T>(
  run: (terminal: LentTerminal) => Promise<T>,
) => Promise<T>;

let lender: Lender | undefined;
let stage: Stage | undefined;
let asker: Asker | undefined;
let typist: Typist | undefined;

/**
 * Shows a live thing on the stage until it has ended. Without a stage it is
 * shown nowhere.
 *
 * @param live What to show.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const seen: string[] = [];
 * using _stage = net.inspect.setStage((live) => seen.push(live.draw(net.inspect.canvas(), 1)));
 * net.inspect.present({ draw: () => "12 hosts", ended: Promise.resolve() });
 * assert.deepEqual(seen, ["12 hosts"]);
 * ```
 */
export function present(live: Live): void {
  stage?.(live);
}

/**
 * Sets where live things are shown.
 *
 * @param to Is given each of them; nothing for nowhere.
 * @returns Puts back what was set before.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * let shown = 0;
 * {
 *   using _stage = net.inspect.setStage(() => shown++);
 *   net.inspect.present({ draw: () => "", ended: Promise.resolve() });
 * }
 * net.inspect.present({ draw: () => "", ended: Promise.resolve() });
 * assert.equal(shown, 1);
 * ```
 */
export function setStage(to: Stage | undefined): Disposable {
  const before = stage;
  stage = to;
  return { [Symbol.dispose]: () => void (stage = before) };
}

/**
 * Sets who is asked what the library may not decide.
 *
 * @param to Asks a person; nothing where there is none.
 * @param line Has that person type a line: a password.
 * @returns Puts back who was asked before.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * using _asker = net.inspect.setAsker((question) => Promise.resolve(question !== "Sure?"));
 * assert.equal(await net.inspect.confirmed("Sure?"), false);
 * ```
 */
export function setAsker(to: Asker | undefined, line?: Typist): Disposable {
  const before = [asker, typist] as const;
  [asker, typist] = [to, line];
  return { [Symbol.dispose]: () => void ([asker, typist] = before) };
}

/**
 * Whether there is somebody who can be asked.
 *
 * @returns Whether {@linkcode setAsker} has been told of anybody.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.isAttended(), false);
 * ```
 */
export function isAttended(): boolean {
  return asker !== undefined;
}

/** The question that is being asked; the next one waits for its answer. */
let asking: Promise<unknown> = Promise.resolve();

/**
 * Asks whoever sits there, one question after the other.
 *
 * @param question What to ask, without the choices behind it.
 * @returns The answer; `undefined` where nobody can be asked.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await net.inspect.confirmed("Is anybody here?"), undefined);
 * ```
 */
export async function confirmed(
  question: string,
): Promise<boolean | undefined> {
  const ask = asker;
  if (ask === undefined) return undefined;
  const answer = asking.then(() => ask(question));
  asking = answer.catch(() => {});
  return await answer;
}

/**
 * Has whoever sits there type a line, one after the other.
 *
 * @param prompt What to ask for: `"Password: "`.
 * @param options Whether it is a secret.
 * @returns What was typed; `undefined` where nobody can be asked, or who was
 * asked gave nothing.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await net.inspect.typed("Password: ", { hidden: true }), undefined);
 * ```
 */
export async function typed(
  prompt: string,
  options: TypedOptions = {},
): Promise<string | undefined> {
  const ask = typist;
  if (ask === undefined) return undefined;
  const answer = asking.then(() => ask(prompt, options));
  asking = answer.catch(() => {});
  return await answer;
}

/**
 * Sets who lends the terminal.
 *
 * @param to Lends it; nothing where there is none.
 * @returns Puts back who lent it before.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * using _lender = net.inspect.setLender(undefined);
 * assert.equal(net.inspect.lendTerminal(() => Promise.resolve()), undefined);
 * ```
 */
export function setLender(to: Lender | undefined): Disposable {
  const before = lender;
  lender = to;
  return { [Symbol.dispose]: () => void (lender = before) };
}

/**
 * Takes the terminal that the prompt lends, for something that wants all keys.
 *
 * @param run What wants it.
 * @returns What that gave; `undefined` where nobody lends a terminal.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.lendTerminal(() => Promise.resolve(7)), undefined);
 * ```
 */
export function lendTerminal<T>(
  run: (terminal: LentTerminal) => Promise<T>,
): Promise<T> | undefined {
  return lender?.(run);
}
