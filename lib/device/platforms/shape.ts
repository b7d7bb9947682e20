/**
 * Checks plain data against shapes, and fills in what may be left out.
 *
 * @module
 */

import { nearestWord } from "../../nearest.ts";
import type { YamlDocument } from "../../yaml.ts";
import { PlatformError, type PlatformProblem } from "./platform_error.ts";

/** The keys and indexes that lead from a platform to a part of it. */
export type Path = readonly (string | number)[];

/** A sink for problems, which knows the places of a YAML text. */
export class Problems {
  readonly #found: PlatformProblem[] = [];
  readonly #source: string;
  readonly #document: YamlDocument | undefined;

  /**
   * Begins with none.
   *
   * @param source What is read, for the error.
   * @param document Where it was read from, if it was text.
   */
  constructor(source: string, document?: YamlDocument) {
    this.#source = source;
    this.#document = document;
  }

  /** Whether anything is wrong so far. */
  get any(): boolean {
    return this.#found.length > 0;
  }

  /**
   * Notes a problem.
   *
   * @param path The way to it.
   * @param message A sentence without its full stop.
   * @param part Whether the key is wrong rather than the value.
   */
  add(path: Path, message: string, part: "key" | "value" = "value"): void {
    const place = this.#document?.place(path, part);
    this.#found.push({ path: pathText(path), message, ...place });
  }

  /**
   * Ends the reading.
   *
   * @throws {PlatformError} If there are problems.
   */
  throwIfAny(): void {
    if (!this.any) return;
    const inOrder = this.#found.sort((a, b) =>
      (a.offset ?? 0) - (b.offset ?? 0)
    );
    throw new PlatformError(this.#source, inOrder, this.#document?.text);
  }
}

/** Reads a value: notes what is wrong with it, and gives what it stands for. */
export type Shape<T> = (
  value: unknown,
  path: Path,
  problems: Problems,
) => T | undefined;

/** A text; `trim` takes the newline at its end away. */
export function text(trim = false): Shape<string> {
  return (value, path, problems) => {
    if (typeof value !== "string") {
      problems.add(path, `must be text${saying(value)}`);
      return undefined;
    }
    return trim ? value.replace(/\n$/, "") : value;
  };
}

/** A regular expression, as text. */
export const pattern: Shape<string> = (value, path, problems) => {
  const source = text()(value, path, problems);
  if (source === undefined) return undefined;
  try {
    new RegExp(source);
    return source;
  } catch (error) {
    const reason = (error as Error).message.split(": ").at(-1)!;
    problems.add(path, `is no regular expression: ${reason}`);
    return undefined;
  }
};

/** `true` or `false`. */
export const flag: Shape<boolean> = (value, path, problems) => {
  if (typeof value === "boolean") return value;
  problems.add(path, `must be true or false${saying(value)}`);
  return undefined;
};

/** One of several words. */
export function word<T extends string>(...words: readonly T[]): Shape<T> {
  return (value, path, problems) => {
    const found = words.find((known) => known === value);
    if (found === undefined) {
      problems.add(path, `must be ${either(words)}${saying(value, words)}`);
    }
    return found;
  };
}

/** A list of what has one shape. */
export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value)) {
      problems.add(path, `must be a list${saying(value)}`);
      return undefined;
    }
    return value.map((item, i) => shape(item, [...path, i], problems)!);
  };
}

/** A map from any keys to what has one shape. */
export function mapOf<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value, path, problems) => {
    if (!isMap(value)) {
      problems.add(path, `must be a map${saying(value)}`);
      return undefined;
    }
    return Object.fromEntries(
      Object.entries(value).map((
        [key, item],
      ) => [key, shape(item, [...path, key], problems)!]),
    );
  };
}

/** What a record's key takes: its shape, and what it is when it is not there. */
export interface Field<T> {
  /** The shape of what stands there. */
  readonly shape: Shape<T>;
  /** What it is when it is left out; without this it may be absent. */
  readonly otherwise?: T;
  /** Whether it must be there. */
  readonly needed?: boolean;
}

/** The fields of a record, each for its key. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Field<Exclude<T[K], undefined>>;
};

/** A map with certain keys; any other is refused. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const known = Object.keys(fields);
  return (value, path, problems) => {
    if (!isMap(value)) {
      problems.add(path, `must be a map${saying(value)}`);
      return undefined;
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const near = nearestWord(key, known);
      problems.add(
        [...path, key],
        near === undefined
          ? `no such key; there are ${known.join(", ")}`
          : `no such key; did you mean ${near}?`,
        "key",
      );
    }
    const result: Record<string, unknown> = {};
    for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
      const given = value[key];
      if (given !== undefined) {
        result[key] = field.shape(given, [...path, key], problems);
      } else if (field.otherwise !== undefined) {
        result[key] = field.otherwise;
      } else if (field.needed) {
        problems.add(path, `the key ${key} is missing`);
      }
    }
    return result as T;
  };
}

/** Whether a value is a map: an object that is no list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Ends a sentence about a name that is not there.
 *
 * @param wrong What was written.
 * @param names What there is.
 * @returns `"; did you mean config?"`, or a list of what there is.
 */
export function remedy(wrong: string, names: readonly string[]): string {
  const near = nearestWord(wrong, names);
  if (near !== undefined) return `; did you mean ${near}?`;
  return names.length === 0 ? "" : `; there are ${names.join(", ")}`;
}

function either(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function saying(value: unknown, words: readonly string[] = []): string {
  const shown = JSON.stringify(value) ?? String(value);
  const near = typeof value === "string"
    ? nearestWord(value, words)
    : undefined;
  return `: current value is ${
    shown.length > 40 ? `${shown.slice(0, 39)}…` : shown
  }${near === undefined ? "" : `; did you mean ${near}?`}`;
}

function pathText(path: Path): string {
  return path.map((step, i) =>
    typeof step === "number"
      ? `[${step}]`
      : /^[\w-]+$/.test(step)
      ? `${i === 0 ? "" : "."}${step}`
      : `[${JSON.stringify(step.length > 40 ? `${step.slice(0, 39)}…` : step)}]`
  ).join("");
}
