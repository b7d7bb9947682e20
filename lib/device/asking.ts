/**
 * Questions of a device, and the answers to them.
 *
 * An answer that was given for this command goes out as soon as the last line
 * is its question. A question that any command may bring is only one if the
 * device then waits: the same words in the middle of an output are none.
 *
 * @module
 */

import type { Answer, Platform } from "./platform.ts";
import type { GivenAnswer } from "./session_options.ts";

/** A question that somebody expects, and what to say to it. */
export interface Reply {
  /** For the last line. */
  readonly question: RegExp;
  /** What to say, or which secret. */
  readonly say: Answer["say"];
  /** Whether no newline follows. */
  readonly key: boolean;
  /** Whether a line is surely the question, or only if the device then waits. */
  readonly isSure?: ((line: string) => boolean) | undefined;
}

/** Where questions stand. */
export interface Asked {
  /** The current line. */
  readonly line: string;
  /** How many lines were completed so far. */
  readonly serial: number;
}

/** The questions that a turn may meet. */
export interface Expected {
  /** Those that are answered at once. */
  readonly sure: readonly Reply[];
  /** Those that are only answered if the device then waits. */
  readonly unsure: readonly Reply[];
}

/** A device that asks is silent for so long, in milliseconds. */
const QUIET = 200;

const compiled = new WeakMap<readonly Answer[], readonly Reply[]>();
const pagers = new WeakMap<Platform, Reply>();

/** Prepares the answers of a platform; once for each list. */
export function replies(answers: readonly Answer[]): readonly Reply[] {
  const known = compiled.get(answers);
  if (known) return known;
  const made = answers.map(({ question, say, key = false }) => ({
    question: new RegExp(question),
    say,
    key,
  }));
  compiled.set(answers, made);
  return made;
}

function checkAnswers(answers: readonly GivenAnswer[]): void {
  const isGood = Array.isArray(answers) &&
    answers.every((answer) =>
      (typeof answer?.question === "string" ||
        answer?.question instanceof RegExp) &&
      ["string", "object"].includes(typeof answer.say)
    );
  if (isGood) return;
  // What is to be said may be a password.
  throw new TypeError(
    "Cannot answer questions as 'answers' must be a list such as [{ question: /confirm/, say: \"y\" }]: current value is another",
  );
}

/** Prepares the answers of a caller. */
export function givenReplies(answers: readonly GivenAnswer[]): Reply[] {
  checkAnswers(answers);
  return answers.map(({ question, say, key = false }) => ({
    question: typeof question === "string"
      ? new RegExp(RegExp.escape(question))
      : new RegExp(question.source, question.flags.replace(/[gy]/g, "")),
    say,
    key,
  }));
}

/** What stops a long output on a platform, as a question like others. */
export function pagerOf(platform: Platform): Reply | undefined {
  if (!platform.paging) return undefined;
  const known = pagers.get(platform);
  if (known) return known;
  const { more, key } = platform.paging;
  const made = { question: new RegExp(more), say: key, key: true };
  pagers.set(platform, made);
  return made;
}

/** The questions of one turn. */
export class Questions {
  readonly #where: Asked;
  readonly #give: (reply: Reply) => void;
  readonly #sure: readonly Reply[];
  readonly #unsure: readonly Reply[];
  #answered: Asked | undefined;
  #settling: Asked | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param where Where they stand.
   * @param give Types an answer, and knows the secrets.
   * @param expected Those that are expected, and those that any command may bring.
   */
  constructor(
    where: Asked,
    give: (reply: Reply) => void,
    { sure, unsure }: Expected,
  ) {
    this.#where = where;
    this.#give = give;
    this.#sure = sure;
    this.#unsure = unsure;
  }

  /** Whether the current line is an expected question; if so it is answered. */
  isAsked(): boolean {
    const { line, serial } = this.#where;
    const before = this.#answered;
    if (before) {
      // What follows on the same line is the echo of the answer.
      if (before.serial === serial && line.startsWith(before.line)) return true;
      this.#answered = undefined;
    }
    const reply = this.#sure.find(({ question, isSure }) =>
      question.test(line) && (isSure?.(line) ?? true)
    );
    if (reply) this.#answer(reply);
    return reply !== undefined;
  }

  /** Answers a question that nobody expected, if the device waits for it. */
  wonder(): void {
    const { line, serial } = this.#where;
    const known = this.#settling;
    if (known?.line === line && known.serial === serial) return;
    this.end();
    if (line === "") return;
    const isAsked = ({ question }: Reply) => question.test(line);
    const reply = this.#unsure.find(isAsked) ?? this.#sure.find(isAsked);
    if (!reply) return;
    this.#settling = { line, serial };
    this.#timer = setTimeout(() => this.#answer(reply), QUIET);
  }

  /** Stops to wonder. */
  end(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#settling = undefined;
  }

  #answer(reply: Reply): void {
    this.end();
    const { line, serial } = this.#where;
    this.#answered = { line, serial };
    this.#give(reply);
  }
}
