/**
 * Gathers what is wrong with a topology while it is read.
 *
 * @module
 */

import type { YamlDocument } from "../../yaml.ts";
import { type Problem, TopologyError } from "../topology_error.ts";

/** The keys and indexes that lead from a whole topology to a part of it. */
export type Path = readonly (string | number)[];

/** The most problems that are looked for: the rest can wait. */
const MOST = 100;

/** A sink for problems, which knows the places of a YAML text. */
export class Problems {
  readonly #found: Problem[] = [];
  readonly #said = new Set<string>();
  readonly #document: YamlDocument | undefined;
  #isBroken = false;

  /**
   * Begins with none.
   *
   * @param document Where the topology was read from, if it was text.
   */
  constructor(document?: YamlDocument) {
    this.#document = document;
  }

  /** Whether names, interfaces or links are wrong, so that what follows from them means little. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Notes a problem; the same at the same place only once.
   *
   * @param path The way to it.
   * @param message A sentence without its full stop.
   * @param part Whether the key is wrong rather than the value.
   * @throws {TopologyError} If there are a hundred by now: the rest can wait.
   */
  add(path: Path, message: string, part: "key" | "value" = "value"): void {
    const shown = pathText(path);
    const line = `${shown}: ${message}`;
    if (this.#said.has(line)) return;
    this.#said.add(line);
    const place = this.#document?.place(path, part);
    this.#found.push({ path: shown, message, ...place });
    if (this.#found.length === MOST) this.throwIfAny();
  }

  /**
   * Notes a problem with a name, an interface or a link.
   *
   * @param path The way to it.
   * @param message A sentence without its full stop.
   * @param part Whether the key is wrong rather than the value.
   */
  break(path: Path, message: string, part?: "key" | "value"): void {
    this.#isBroken = true;
    this.add(path, message, part);
  }

  /**
   * Ends the reading.
   *
   * @throws {TopologyError} If there are problems.
   */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const inOrder = this.#found.sort((a, b) =>
      (a.offset ?? 0) - (b.offset ?? 0)
    );
    const isAll = inOrder.length < MOST;
    throw new TopologyError(inOrder, this.#document?.text, isAll);
  }
}

/** Writes a path as people do: `hosts.pc1.routes[0]`. */
function pathText(path: Path): string {
  return path.map((step, i) =>
    typeof step === "number"
      ? `[${step}]`
      : /^[\w-]+$/.test(step)
      ? `${i === 0 ? "" : "."}${step}`
      : `[${JSON.stringify(step.length > 40 ? `${step.slice(0, 39)}…` : step)}]`
  ).join("");
}

/**
 * Finds the name that was most likely meant.
 *
 * @param wrong What was written.
 * @param names What could have been.
 * @returns The nearest, or `undefined` if none is near.
 */
export function nearest(
  wrong: string,
  names: Iterable<string>,
): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  if (wrong.length > 64) return undefined;
  const lower = wrong.toLowerCase();
  for (const name of names) {
    if (Math.abs(name.length - wrong.length) >= least) continue;
    const steps = distance(lower, name.toLowerCase());
    if (steps < least) [best, least] = [name, steps];
  }
  return best;
}

/** Letters to change, add, leave out or swap with a neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (same ? 0 : 1),
      );
      if (
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      ) least = Math.min(least, above[j - 2]! + 1);
      next.push(least);
    }
    above = row;
    row = next;
  }
  return row[b.length]!;
}

/**
 * Ends a sentence about a name that is not there.
 *
 * @param wrong What was written.
 * @param names What there is.
 * @returns `"; did you mean pc1?"`, or a short list of what there is.
 */
export function remedy(wrong: string, names: readonly string[]): string {
  const near = nearest(wrong, names);
  if (near !== undefined) return `; did you mean ${near}?`;
  if (names.length === 0) return "";
  const shown = names.slice(0, 12).join(", ");
  return `; there ${names.length === 1 ? "is" : "are"} ${shown}${
    names.length > 12 ? ` and ${names.length - 12} more` : ""
  }`;
}
