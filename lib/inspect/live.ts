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

let stage: Stage | undefined;
let asker: Asker | undefined;

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
export function setAsker(to: Asker | undefined): Disposable {
  const before = asker;
  asker = to;
  return { [Symbol.dispose]: () => void (asker = before) };
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
