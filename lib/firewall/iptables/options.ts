/**
 * The options of a match or target as they were given, and how their values
 * are read.
 *
 * @module
 */

import { dataType, numberOf } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import type { Word } from "./lines.ts";
import { Refused } from "./refusal.ts";

/** An option with its values. */
export interface Option {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly Word[];
  /** Where the option stands. */
  readonly offset: number;
}

/** Two ends, both included. */
export type Span = readonly [low: number, high: number];

/** A number and the bits of it that count. */
export interface Masked {
  readonly value: number;
  readonly mask: number;
}

/** What was given with a match or target. */
export class Options {
  /** The match or target. */
  readonly name: string;
  readonly offset: number;
  readonly #given = new Map<string, Option>();
  /** Those with a `!` that nobody has asked for yet. */
  readonly #inverted = new Map<string, Option>();

  constructor(name: string, offset: number) {
    this.name = name;
    this.offset = offset;
  }

  /** Takes an option in, once. */
  add(option: Option): void {
    const { name, negated, offset } = option;
    if (this.#given.has(name)) {
      throw new Refused(`${name} is given twice`, offset);
    }
    if (!negated) {
      this.#given.set(name, option);
      return;
    }
    const inverted = this.#inverted.set(name, option);
    this.#given.set(name, {
      ...option,
      get negated() {
        inverted.delete(name);
        return true;
      },
    });
  }

  /** Refuses a `!` before an option that means nothing with it. */
  refuseInverted(): void {
    for (const { offset } of this.#inverted.values()) {
      throw new Refused('"!" cannot stand here', offset);
    }
  }

  /** The names of what was given. */
  names(): readonly string[] {
    return [...this.#given.keys()];
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  option(name: string): Option | undefined {
    return this.#given.get(name);
  }

  /** The option, which must have been given. */
  needed(name: string): Option {
    const option = this.#given.get(name);
    if (option) return option;
    throw new Refused(`${this.name} needs ${name}`, this.offset);
  }

  negated(name: string): boolean {
    return this.#given.get(name)?.negated ?? false;
  }

  text(name: string): string | undefined {
    return this.#given.get(name)?.values[0]?.text;
  }

  /** A whole number, or nothing. */
  number(name: string, max = 0xffffffff): number | undefined {
    const option = this.#given.get(name);
    return option && numberIn(option.values[0]!, max);
  }

  /** Refuses what cannot be carried over. */
  refuse(names: readonly string[], reason: string, instead?: string): void {
    for (const name of names) {
      const option = this.#given.get(name);
      if (option) throw new Refused(reason, option.offset, instead);
    }
  }
}

/** Reads a number as iptables does: decimal, or 0x…, or octal after a 0. */
export function readNumber(text: string, max = 0xffffffff): number | undefined {
  const number = /^0[xX][0-9a-fA-F]+$/.test(text)
    ? Number(text)
    : /^0[0-7]+$/.test(text)
    ? parseInt(text, 8)
    : /^\d+$/.test(text)
    ? Number(text)
    : NaN;
  return number <= max ? number : undefined;
}

/** A word that must be a number. */
export function numberIn(word: Word, max = 0xffffffff): number {
  const number = readNumber(word.text, max);
  if (number !== undefined) return number;
  throw new Refused(
    `${JSON.stringify(word.text)} must be a number from 0 to ${max}`,
    word.offset,
  );
}

/** `5`, `5:10`, `:10` or `5:`. */
export function spanIn(
  { text, offset }: Word,
  max: number,
  read: (text: string) => number | undefined = (part) => readNumber(part, max),
  separator = ":",
): Span {
  const at = text.indexOf(separator);
  const low = at < 0 ? read(text) : at === 0 ? 0 : read(text.slice(0, at));
  const high = at < 0
    ? low
    : at === text.length - 1
    ? max
    : read(text.slice(at + 1));
  if (low === undefined || high === undefined) {
    throw new Refused(
      `${JSON.stringify(text)} must be a number from 0 to ${max}, or two with ${
        JSON.stringify(separator)
      } between`,
      offset,
    );
  }
  if (low > high) {
    throw new Refused(
      `${JSON.stringify(text)} holds nothing: its end is below its start`,
      offset,
    );
  }
  return [low, high];
}

const PORT = dataType("inet_service");

/** A port by number or name. */
export function readPort(text: string): number | undefined {
  const number = readNumber(text, 65535);
  if (number !== undefined || !/^[a-z]/i.test(text)) return number;
  try {
    return numberOf(PORT, text.toLowerCase()) as number;
  } catch {
    return undefined;
  }
}

/** A port, or two with a colon between. */
export const portsIn = (word: Word): Span => spanIn(word, 65535, readPort);

/** `0x10` or `0x10/0xf0`. */
export function maskedIn(word: Word, max = 0xffffffff): Masked {
  const slash = word.text.indexOf("/");
  const value = readNumber(
    slash < 0 ? word.text : word.text.slice(0, slash),
    max,
  );
  const mask = slash < 0 ? max : readNumber(word.text.slice(slash + 1), max);
  if (value !== undefined && mask !== undefined) return { value, mask };
  throw new Refused(
    `${JSON.stringify(word.text)} must be a number, or a number/mask, up to 0x${
      max.toString(16)
    }`,
    word.offset,
  );
}

/** The value that stands for all from the one to the other. */
export const spanValue = ([low, high]: Span): Expression =>
  low === high ? low : { range: [low, high] };

/** Words with commas between, in one word; each knows where it stands. */
export function listIn({ text, offset, quoted }: Word): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (const part of text.split(",")) {
    words.push({ text: part.trim(), offset: offset + at, quoted });
    at += part.length + 1;
  }
  return words;
}

/** One of some words, whatever its case. */
export function wordIn<T>(
  { text, offset }: Word,
  words: Readonly<Record<string, T>>,
  what: string,
): T {
  const key = Object.keys(words).find((key) =>
    key.toLowerCase() === text.toLowerCase()
  );
  if (key !== undefined) return words[key]!;
  throw new Refused(
    `${JSON.stringify(text)} is no ${what}: ${Object.keys(words).join(", ")}`,
    offset,
  );
}
