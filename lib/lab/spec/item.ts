/**
 * One part of a topology as it was written: its value, the way to it, and the
 * readers that say what is wrong with it.
 *
 * @module
 */

import { type Path, type Problems, remedy } from "./problem.ts";

/** A value and the way to it. */
export class Item {
  /** What was written; `undefined` for what was not. */
  readonly value: unknown;
  /** The way to it. */
  readonly path: Path;
  /** Where its problems go. */
  readonly problems: Problems;

  /**
   * Takes the three parts.
   *
   * @param value What was written.
   * @param path The way to it.
   * @param problems Where its problems go.
   */
  constructor(value: unknown, path: Path, problems: Problems) {
    this.value = value;
    this.path = path;
    this.problems = problems;
  }

  /** Whether nothing was written there, or `null`. */
  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** Whether it is a map. */
  get isMap(): boolean {
    return typeof this.value === "object" && this.value !== null &&
      !Array.isArray(this.value);
  }

  /**
   * Goes one step down.
   *
   * @param key A key of a map or an index of a list.
   * @returns The part, which may be absent.
   */
  at(key: string | number): Item {
    const holder = Object(this.value) as Record<string | number, unknown>;
    const value = Object.hasOwn(holder, key) ? holder[key] : undefined;
    return new Item(value, [...this.path, key], this.problems);
  }

  /**
   * Notes that it is wrong.
   *
   * @param message A sentence without its full stop.
   * @param part Whether its key is wrong rather than its value.
   */
  wrong(message: string, part?: "key" | "value"): undefined {
    this.problems.add(this.path, message, part);
  }

  /**
   * Notes that it is wrong, and that what follows from it means little.
   *
   * @param message A sentence without its full stop.
   * @param part Whether its key is wrong rather than its value.
   */
  broken(message: string, part?: "key" | "value"): undefined {
    this.problems.break(this.path, message, part);
  }

  /**
   * Takes it as a map.
   *
   * @param what What should have been written, with its article.
   * @returns Its keys and parts; none if it is absent or no map.
   */
  entries(what: string): [key: string, part: Item][] {
    if (this.isAbsent) return [];
    if (!this.isMap) {
      this.broken(`${shown(this.value)} is not ${what}`);
      return [];
    }
    return Object.keys(this.value as object).map((key) => [key, this.at(key)]);
  }

  /**
   * Refuses keys that mean nothing.
   *
   * @param known The keys that mean something.
   * @param what What has those keys, with its article: `"a host"`.
   */
  allow(known: readonly string[], what: string): void {
    if (!this.isMap) return;
    for (const key of Object.keys(this.value as object)) {
      if (known.includes(key)) continue;
      this.at(key).wrong(
        `${what} has no key ${shown(key)}${remedy(key, known)}`,
        "key",
      );
    }
  }

  /** Takes it as a list: a lone value is a list of one, and nothing is an empty one. */
  list(): Item[] {
    if (this.isAbsent) return [];
    if (!Array.isArray(this.value)) return [this];
    return Array.from(this.value, (_, i) => this.at(i));
  }

  /**
   * Takes it as text; a number is taken as it is written.
   *
   * @param what What should have been written, with its article.
   * @returns The text, without spaces around; `undefined` if it is absent or none.
   */
  text(what: string): string | undefined {
    if (this.isAbsent) return undefined;
    const { value } = this;
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.trim() !== "") return value.trim();
    return this.wrong(`${shown(value)} is not ${what}`);
  }

  /**
   * Takes it as true or false.
   *
   * @param otherwise What it is when nothing was written.
   */
  flag(otherwise: boolean): boolean {
    if (this.isAbsent) return otherwise;
    if (typeof this.value === "boolean") return this.value;
    this.wrong(`${shown(this.value)} is neither true nor false`);
    return otherwise;
  }

  /**
   * Takes it as a whole number.
   *
   * @param what What it counts, with its article: `"a port"`.
   * @param least The lowest.
   * @param most The highest.
   * @returns The number; `undefined` if it is absent or none.
   */
  whole(what: string, least: number, most: number): number | undefined {
    if (this.isAbsent) return undefined;
    const { value } = this;
    const number = typeof value === "string" && /^\d+$/.test(value)
      ? Number(value)
      : value;
    if (
      typeof number === "number" && Number.isInteger(number) &&
      number >= least && number <= most
    ) return number;
    return this.wrong(
      `${shown(value)} is not ${what}, a whole number from ${least} to ${most}`,
    );
  }
}

/**
 * Shows what was written, in one short line.
 *
 * @param value Anything.
 * @returns For example `"pc1"` in quotes, `12`, `a list`.
 */
export function shown(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
  }
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (typeof value === "function") return "a function";
  return String(value);
}
