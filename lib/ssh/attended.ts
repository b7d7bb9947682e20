/**
 * Whoever sits at the prompt is asked what a login needs to know, where the
 * caller has said nobody else.
 *
 * @module
 */

import { confirmed, isAttended, typed } from "../inspect/live.ts";
import type { SshConnectOptions } from "./options.ts";
import type { SshAsk } from "./question.ts";

/** A person compares fingerprints, and looks for passwords. */
const PATIENCE = 120_000;

const ask: SshAsk = async ({ target, instructions, prompts }) => {
  const answers: string[] = [];
  for (const { text, echo } of prompts) {
    const about = answers.length === 0 && instructions !== ""
      ? `${instructions}\n`
      : "";
    const answer = await typed(`${about}${target}: ${text}`, {
      hidden: !echo,
    });
    if (answer === undefined) return undefined;
    answers.push(answer);
  }
  return answers;
};

/**
 * Adds the person at the prompt to the options, if there is one.
 *
 * @param options The caller's, which go first.
 */
export function withPerson(options: SshConnectOptions): SshConnectOptions {
  if (!isAttended()) return options;
  return {
    ask,
    confirm: async ({ text }) => await confirmed(text) === true,
    timeout: PATIENCE,
    ...options,
  };
}
