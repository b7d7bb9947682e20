/**
 * Lines of configuration as they are typed, the words of a commit, and what is
 * said when there are none.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { givenReplies } from "./asking.ts";
import type { Conversation, Filling } from "./conversation.ts";
import type { ConfiguredLine } from "./results.ts";
import type { ConfigureOptions } from "./session_options.ts";

/** A comment in the platform's words, without what would end it. */
export function explained(words: string, comment: string): string {
  return words.replace("{comment}", () => comment.replace(/["\r\n]+/g, "'"));
}

/**
 * What was given as a configuration, as text.
 *
 * @throws {TypeError} If lines or options are none.
 */
export function textOf(
  lines: string | readonly string[],
  { onRefusal = "continue" }: ConfigureOptions,
): string {
  if (!["continue", "stop", "discard"].includes(onRefusal)) {
    throw new TypeError(
      `Cannot configure as 'onRefusal' must be "continue", "stop" or "discard": current value is ${onRefusal}`,
    );
  }
  const all = typeof lines === "string" ? [lines] : lines;
  if (Array.isArray(all) && all.every((line) => typeof line === "string")) {
    return all.join("\n");
  }
  throw new TypeError(
    `Cannot configure as 'lines' must be a text or a list of texts: current value is ${
      JSON.stringify(lines)
    }`,
  );
}

/** Styles in which no line is within another. */
const FLAT: ReadonlySet<string> = new Set(["set", "lines"]);

/**
 * Types lines in the mode in which the device is. What is within a refused line
 * is not typed: it would be taken for something else.
 *
 * @returns What became of each, and whether a refusal ended it.
 */
export async function typeLines(
  talk: Conversation,
  lines: readonly string[],
  { onRefusal = "continue", answers = [], timeout, signal }: ConfigureOptions,
): Promise<{ done: ConfiguredLine[]; isOver: boolean }> {
  const options = {
    timeout,
    signal,
    proof: false,
    answers: givenReplies(answers),
  };
  const isFlat = FLAT.has(talk.platform.config.style);
  const done: ConfiguredLine[] = [];
  /** The indentation of the line that was refused last. */
  let within = Infinity;
  let isOver = false;
  for (const line of lines) {
    const indent = line.length - line.trimStart().length;
    if (isOver || (indent > within && !isFlat)) {
      done.push({ line, state: "skipped", output: "" });
      continue;
    }
    within = Infinity;
    const heard = await talk.say(line.trim(), options);
    const isRefused = talk.failure(heard.output) !== undefined;
    const state = isRefused ? "refused" : "accepted";
    done.push({ line, state, output: heard.output });
    if (!isRefused) continue;
    within = indent;
    isOver = onRefusal !== "continue";
  }
  return { done, isOver };
}

/** A number of seconds, in all the ways in which commands want it. */
export function durationWords(seconds: number): Filling {
  const whole = Math.ceil(seconds);
  const two = (n: number) => `${n}`.padStart(2, "0");
  return {
    seconds: whole,
    minutes: Math.ceil(whole / 60),
    hhmmss: `${two(Math.floor(whole / 3600))}:${
      two(Math.floor(whole / 60) % 60)
    }:${two(whole % 60)}`,
  };
}

/** The platform has no command for it. */
export function unsupported(what: string, talk: Conversation): NetError {
  return new NetError(`${talk.platform.title} has no command for it`, {
    code: "unsupported",
    op: `${what} on`,
    target: talk.channel.name,
    hint: "send(…) types any command",
  });
}

/** Nobody knows how the configuration was. */
export function noBaseline(what: string, talk: Conversation): NetError {
  return new NetError("the configuration before was not kept", {
    code: "no-baseline",
    op: `${what} on`,
    target: talk.channel.name,
    hint: "configure(lines) without { baseline: false }",
  });
}

/** The device refuses a command that this library typed. */
export function refused(
  op: string,
  failure: string,
  talk: Conversation,
): NetError {
  return new NetError(`the device says ${JSON.stringify(failure)}`, {
    code: "refused",
    op,
    target: talk.channel.name,
  });
}
