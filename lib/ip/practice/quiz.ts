/**
 * A row of practice questions with a score.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint, type Role } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { freshSeed, seeded } from "../../random.ts";
import { jsonNumber } from "../plan/amounts.ts";
import {
  type Mark,
  practice,
  type PracticeAnswer,
  practiceKinds,
  type PracticeOptions,
  Question,
} from "./practice.ts";

/** The most questions of one quiz. */
const MOST = 1000;

/**
 * A row of questions that keeps the score.
 *
 * The first answer that is one counts for a question, whether it is given to
 * the quiz or to the question; what can be no answer counts for nothing.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const round: net.ip.Quiz = net.ip.quiz(3, { kind: "host-count", level: 1, seed: 5 });
 * round.mark("lots");
 * assert.equal(round.done, 0);
 * round.mark(0);
 * round.next()?.mark(1);
 * assert.deepEqual([round.done, round.right, round.wrong], [2, 0, 2]);
 * ```
 */
export class Quiz implements Iterable<Question> {
  /** The questions in order. */
  readonly questions: readonly Question[];
  /** What they came from: the same seed and options give the same questions. */
  readonly seed: number | bigint;
  readonly #marks = new Map<Question, Mark>();

  /**
   * Makes the questions, as {@linkcode quiz} does.
   *
   * @param n How many: 1 to 1000.
   * @param options What they are about, how hard, and a seed to have them again.
   * @throws {TypeError} If `kind` or `family` is none.
   * @throws {RangeError} If `n`, `seed` or `level` is out of range.
   */
  constructor(n: number, options: PracticeOptions = {}) {
    if (!(Number.isInteger(n) && n >= 1 && n <= MOST)) {
      throw new RangeError(
        `Cannot make a quiz as 'n' must be a whole number from 1 to ${MOST}: current value is ${n}`,
      );
    }
    const { seed = freshSeed() } = options;
    const random = seeded(seed);
    let kinds: ReturnType<typeof practiceKinds> = [];
    this.seed = seed;
    this.questions = Array.from({ length: n }, () => {
      // Every kind once before one comes again.
      if (kinds.length === 0) kinds = practiceKinds(options);
      const [kind] = kinds.splice(Math.floor(random() * kinds.length), 1);
      const own = Math.floor(random() * 1e6);
      const { level } = practice({ ...options, kind, seed: own });
      const question: Question = new Question({
        kind: kind!,
        level,
        seed: own,
        onMark: (mark) => this.#note(question, mark),
      });
      return question;
    });
  }

  /** How many have been answered. */
  get done(): number {
    return this.#marks.size;
  }

  /** How many of these were right. */
  get right(): number {
    return this.#marks.values().filter(({ correct }) => correct).toArray()
      .length;
  }

  /** How many of these were wrong. */
  get wrong(): number {
    return this.done - this.right;
  }

  /**
   * Gives the first question that has not been answered.
   *
   * @returns The question, or `undefined` if all have been.
   */
  next(): Question | undefined {
    return this.questions.find((question) => !this.#marks.has(question));
  }

  /**
   * Marks an answer to the first question that has not been answered.
   *
   * @param answer Text, or a value of the kind asked for.
   * @returns What became of it.
   * @throws {TypeError} If `answer` is neither.
   * @throws {RangeError} If all have been answered.
   */
  mark(answer: PracticeAnswer): Mark {
    const question = this.next();
    if (question === undefined) {
      throw new RangeError(
        `Cannot mark another answer as all ${this.questions.length} questions are answered. Try: net.ip.quiz(${this.questions.length})`,
      );
    }
    return question.mark(answer);
  }

  #note(question: Question, mark: Mark): void {
    if (mark.verdict === "unreadable" || this.#marks.has(question)) return;
    this.#marks.set(question, mark);
  }

  /** Gives the questions in order. */
  [Symbol.iterator](): Iterator<Question> {
    return this.questions[Symbol.iterator]();
  }

  /** Stands in JSON as the score and, for each question, what was answered. */
  toJSON(): Record<string, unknown> {
    const { done, right, wrong, questions } = this;
    return {
      seed: jsonNumber(BigInt(this.seed)),
      done,
      right,
      wrong,
      questions: questions.map((question) => ({
        ...question.toJSON(),
        given: this.#marks.get(question)?.given,
        correct: this.#marks.get(question)?.correct,
      })),
    };
  }

  /** Shows at the prompt the score and the next question; inside another value, the score. */
  [Symbol.for("Deno.customInspect")](
    inspect?: (value: unknown, options?: unknown) => string,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const { done, right, wrong, questions, seed } = this;
    const score =
      `${done} of ${questions.length} done, ${right} right, ${wrong} wrong`;
    if (options?.currentDepth) return `quiz: ${score}`;
    const rows = questions.flatMap((question, i) => {
      const mark = this.#marks.get(question);
      if (mark === undefined) return [];
      const { verdict, given, expected } = mark;
      return [{
        n: i + 1,
        verdict,
        given,
        expected: mark.correct ? "" : expected,
        kind: question.kind,
      }];
    });
    const lines = [paint("heading", `${score} (seed ${seed})`, page)];
    if (rows.length > 0) {
      lines.push(
        table(rows, { columns: COLUMNS, maxRows: MOST, canvas: page }),
      );
    }
    const next = this.next();
    if (next !== undefined) {
      lines.push("", `${done + 1}. ${inspect?.(next, options) ?? next.text}`);
    }
    return lines.join("\n");
  }
}

const COLUMNS = [
  { key: "n", title: "" },
  {
    key: "verdict",
    role: (value: unknown): Role => value === "right" ? "good" : "bad",
  },
  { key: "given" },
  // An address cut short would be another.
  { key: "expected", role: "accent", minWidth: 43 },
  { key: "kind", role: "muted" },
] as const;

/**
 * Asks a row of questions about subnetting, and keeps the score.
 *
 * @param n How many: 1 to 1000. @default {10}
 * @param options What they are about, how hard, and a seed to have them again.
 * @returns The quiz; its method `mark` takes the answer to the next question.
 * @throws {TypeError} If `kind` or `family` is none.
 * @throws {RangeError} If `n`, `seed` or `level` is out of range, or there is
 * no question with all of them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const round = net.ip.quiz(5, { family: 4, seed: 2 });
 * for (const question of round) question.mark("10.0.0.0");
 * assert.equal(round.questions.length, 5);
 * assert.equal(round.right + round.wrong, round.done);
 * ```
 */
export function quiz(n = 10, options: PracticeOptions = {}): Quiz {
  return new Quiz(n, options);
}
