/**
 * Practice in subnetting: questions made by chance that mark their answers.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { truncate, visible, wrap } from "../../inspect/text.ts";
import { onlyKnown } from "../../known_options.ts";
import { freshSeed, seeded } from "../../random.ts";
import { PRACTICE } from "../option_names.ts";
import { jsonNumber } from "../plan/amounts.ts";
import type { Address, Family } from "../address.ts";
import { readAnswer, wanted } from "./answer.ts";
import { Draw, type Drill, type Level } from "./drill.ts";
import { KIND_NAMES, KINDS, type PracticeKind } from "./questions.ts";
import type { Subnet } from "../subnet.ts";

export type { PracticeKind };

/**
 * How hard the numbers of a question are: 1 cuts addresses between octets, 2
 * inside the last octet, 3 inside the second or third.
 */
export type PracticeLevel = Level;

/** What an answer may be given as. */
export type PracticeAnswer =
  | string
  | number
  | bigint
  | boolean
  | Address
  | Subnet;

/** Options for {@linkcode practice}. */
export interface PracticeOptions {
  /** The same seed and options give the same question: 0 to 2⁶⁴ - 1. @default {another each time} */
  seed?: number | bigint | undefined;
  /** What it is about. @default {any} */
  kind?: PracticeKind | undefined;
  /** How hard it is; with no kind, all kinds up to that level come up. @default {any} */
  level?: PracticeLevel | undefined;
  /** 4 or 6. @default {either} */
  family?: Family | undefined;
}

/** What {@linkcode Question} is made from. */
export interface QuestionOptions {
  /** What it is about. */
  kind: PracticeKind;
  /** How hard it is. */
  level: PracticeLevel;
  /** What it came from. */
  seed: number | bigint;
  /** Hears of every mark. */
  onMark?: ((mark: Mark) => void) | undefined;
}

const VERDICTS: Readonly<Record<Mark["verdict"], readonly [Role, string]>> = {
  right: ["good", "Right"],
  wrong: ["bad", "Wrong"],
  unreadable: ["warn", "No answer"],
};

/** The width of indented lines; words are not cut up for the narrowest canvas. */
function roomOn({ width }: Canvas): number {
  return Math.max(20, width - 2);
}

/**
 * What became of an answer.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const question = net.ip.practice({ kind: "same-subnet", level: 2, seed: 7 });
 * const mark: net.ip.Mark = question.mark("perhaps");
 * assert.equal(mark.verdict, "unreadable");
 * assert.equal(mark.hint, "that is none of yes, no");
 * ```
 */
export class Mark {
  /** Whether the answer is right. */
  readonly correct: boolean;
  /** Right, wrong, or no answer at all to such a question, as a slip of the keys makes it. */
  readonly verdict: "right" | "wrong" | "unreadable";
  /** The answer as it was given. */
  readonly given: string;
  /** The right answer; `undefined` as long as there was none at all. */
  readonly expected: string | undefined;
  /** Which slip it was, where it can be told. */
  readonly hint: string | undefined;
  /** The way to the right answer, line by line; empty as long as there was none at all. */
  readonly working: readonly string[];

  /**
   * Marks an answer.
   *
   * @param drill The question.
   * @param answer What was given.
   * @throws {TypeError} If it is neither text nor a value that can be an answer.
   */
  constructor(drill: Drill, answer: unknown) {
    const { given, value, hint } = readAnswer(answer, drill);
    const expected = `${drill.answer}`;
    const readable = value !== undefined;
    this.correct = value === expected;
    this.verdict = this.correct ? "right" : readable ? "wrong" : "unreadable";
    this.given = given;
    this.expected = readable ? expected : undefined;
    this.hint = this.correct
      ? undefined
      : hint ?? drill.slips.find(([slip]) => `${slip}` === value)?.[1];
    this.working = readable ? drill.working : [];
  }

  /** Stands in JSON as its fields. */
  toJSON(): Record<string, unknown> {
    const { correct, verdict, given, expected, hint, working } = this;
    return { correct, verdict, given, expected, hint, working };
  }

  /** Shows at the prompt with the way to the answer; inside another value, in one line. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const [role, word] = VERDICTS[this.verdict];
    const text = truncate(`${word}: ${visible(this.given)}`, page.width);
    const head = paint(role, text, page);
    if (options?.currentDepth) return head;
    const lines = [head];
    if (this.hint !== undefined) {
      const hint = wrap(visible(this.hint), roomOn(page));
      lines.push(...hint.map((line) => `  ${line}`));
    }
    if (this.verdict === "wrong") {
      lines.push(`It is ${paint("accent", this.expected!, page)}`);
    }
    const working = this.working.flatMap((line) => wrap(line, roomOn(page)))
      .map((line) => paint("muted", `  ${line}`, page));
    return [...lines, ...working].join("\n");
  }
}

/**
 * A question that marks its answers. It keeps the right one to itself: neither
 * the prompt nor JSON shows it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const question: net.ip.Question = net.ip.practice({ kind: "host-count", level: 1, seed: 1 });
 * assert.match(question.text, /How many hosts fit into/);
 * const mark = question.mark(256);
 * assert.equal(mark.hint, "you counted the network and broadcast addresses too");
 * assert.ok(question.mark(mark.expected!).correct);
 * ```
 */
export class Question {
  /** What it is about. */
  readonly kind: PracticeKind;
  /** 4 or 6. */
  readonly family: Family;
  /** How hard it is. */
  readonly level: PracticeLevel;
  /** What it came from: the same seed, kind and level give it again. */
  readonly seed: number | bigint;
  /** The question, in full sentences. */
  readonly text: string;
  /** What an answer is: `"an IPv4 address"`, `"one of yes, no"`. */
  readonly answerWith: string;
  readonly #drill: Drill;
  readonly #onMark: ((mark: Mark) => void) | undefined;

  /**
   * Makes the question; {@linkcode practice} chooses one.
   *
   * @param options Its kind, level and seed.
   * @throws {TypeError} If the kind is none.
   * @throws {RangeError} If the seed is none, or the kind has no such level.
   */
  constructor(options: QuestionOptions) {
    const { kind, level, seed, onMark } = options;
    practiceKinds({ kind, level });
    const { family, make } = KINDS[kind];
    const random = seeded(seed);
    // The first two have chosen the kind and the level, or would have.
    random();
    random();
    const drill = make(new Draw(random, level));
    this.kind = kind;
    this.family = family;
    this.level = level;
    this.seed = seed;
    this.text = drill.text;
    this.answerWith = wanted(drill);
    this.#drill = drill;
    this.#onMark = onMark;
  }

  /**
   * Marks an answer, any number of times.
   *
   * @param answer Text, or a value of the kind asked for: a number, `true` for
   * yes, an address, a subnet. Numbers may be written `1,024` or `2^10 - 2`.
   * @returns Whether it is right, which slip it was if that can be told, and the
   * way to the right one.
   * @throws {TypeError} If `answer` is something else.
   */
  mark(answer: PracticeAnswer): Mark {
    const mark = new Mark(this.#drill, answer);
    this.#onMark?.(mark);
    return mark;
  }

  /** Stands in JSON as its fields, without the answer; a large seed as text. */
  toJSON(): Record<string, unknown> {
    const { kind, family, level, text, answerWith } = this;
    const seed = jsonNumber(BigInt(this.seed));
    return { kind, family, level, seed, text, answerWith };
  }

  /** Shows at the prompt with what to answer; inside another value, as its text. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { kind, level, seed, text, answerWith } = this;
    if (options?.currentDepth) return text;
    return [
      paint("heading", `${KINDS[kind].title}, level ${level}`, page),
      ...wrap(text, roomOn(page)).map((line) => `  ${line}`),
      ...wrap(
        `.mark(…) takes ${answerWith}; kind "${kind}", seed ${seed}`,
        roomOn(page),
      ).map((line) => paint("muted", `  ${line}`, page)),
    ].join("\n");
  }
}

/**
 * Asks a question about subnetting, and marks the answer.
 *
 * @param options What it is about, how hard, and a seed to have it again.
 * @returns The question; its method `mark` takes the answer.
 * @throws {TypeError} If `kind` or `family` is none.
 * @throws {RangeError} If `seed` or `level` is none, or there is no question
 * with all of them.
 * @see RFC 4632 §3.1, RFC 4291 §2, RFC 5952 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const question = net.ip.practice({ kind: "netmask", level: 1, seed: 3 });
 * assert.equal(question.text, "Which netmask goes with a prefix length of 16?");
 * assert.ok(question.mark("255.255.0.0").correct);
 * assert.equal(question.mark("0.0.255.255").hint, "that mask is the wildcard: turn it over");
 * ```
 */
export function practice(options: PracticeOptions = {}): Question {
  onlyKnown("make a question", options, PRACTICE);
  const { seed = freshSeed() } = options;
  const random = seeded(seed);
  const choose = <T>(list: readonly T[]) =>
    list[Math.floor(random() * list.length)]!;
  const kind = choose(practiceKinds(options));
  const levels = ([1, 2, 3] as const).filter((n) => n >= KINDS[kind].level);
  const level = choose(levels);
  return new Question({ kind, level: options.level ?? level, seed });
}

/**
 * Lists the kinds of questions that some options leave, and checks these.
 *
 * @param options What it is to be about, and how hard.
 * @returns The names, at least one.
 * @throws {TypeError} If `kind` or `family` is none.
 * @throws {RangeError} If `level` is none, or nothing is left.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.ok(net.ip.practiceKinds({ family: 6 }).includes("ipv6-lan"));
 * assert.equal(net.ip.practiceKinds().length, 23);
 * ```
 */
export function practiceKinds(options: PracticeOptions = {}): PracticeKind[] {
  onlyKnown("make a question", options, PRACTICE);
  const { kind, level, family } = options;
  const refuse = (name: string, must: string, current: unknown): string =>
    `Cannot make a question as '${name}' must be ${must}: current value is ${current}`;
  if (kind !== undefined && !KIND_NAMES.includes(kind)) {
    throw new TypeError(
      refuse("kind", `one of ${KIND_NAMES.join(", ")}`, kind),
    );
  }
  if (family !== undefined && family !== 4 && family !== 6) {
    throw new TypeError(refuse("family", "4 or 6", family));
  }
  if (level !== undefined && ![1, 2, 3].includes(level)) {
    throw new RangeError(refuse("level", "1, 2 or 3", level));
  }
  const names = KIND_NAMES.filter((name) =>
    (kind ?? name) === name && (family ?? KINDS[name].family) ===
      KINDS[name].family &&
    (level ?? 3) >= KINDS[name].level
  );
  if (names.length === 0) {
    const known = KINDS[kind!];
    throw new RangeError(
      `Cannot make a question as '${kind}' is about IPv${known.family}, from level ${known.level} on: current family is ${
        family ?? "any"
      }, level ${level ?? "any"}`,
    );
  }
  return names;
}
