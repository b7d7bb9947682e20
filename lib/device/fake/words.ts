/**
 * The words of a fake device: what it asks, what it says to what it does not
 * know.
 *
 * @module
 */

import type { Step } from "../platform.ts";
import type { Found } from "./lexicon.ts";
import { sample } from "./sample.ts";
import type { DeviceState } from "./state.ts";

/** What a command asks before it answers. */
export interface Asked {
  /** The questions, in turn. */
  readonly questions: readonly string[];
  /** Which secret the first of them is about. */
  readonly secret: "enable" | "password" | undefined;
}

/**
 * Finds out what a command asks.
 *
 * @param device The device.
 * @param found The command.
 * @param step What the platform says of it.
 */
export function asked(
  device: DeviceState,
  { command, text }: Found,
  step: Step,
): Asked {
  const { asks = {} } = device.species.platform.dialogue;
  const answer = step.answers?.find(({ say }) => typeof say === "object");
  const secret = typeof answer?.say === "object"
    ? answer.say.secret
    : undefined;
  const questions = asks[text] ?? asks[command.text] ??
    Object.entries(asks).find(([one]) =>
      holes(command.text).test(one) && holes(command.text).test(text)
    )?.[1] ?? (secret === undefined ? [] : [sample(answer!.question)]);
  return { questions, secret };
}

/**
 * What the device says to what it does not know.
 *
 * @param device The device.
 * @param typed What was typed.
 */
export function unknown(device: DeviceState, typed: string): string {
  const { unknown } = device.species.platform.dialogue;
  const [first = ""] = typed.split(" ");
  const isShell = /not found/.test(unknown);
  return unknown.replaceAll("{command}", () => isShell ? first : typed);
}

/**
 * Cuts an answer into lines.
 *
 * @param text The answer.
 */
export function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** A command's text as an expression: any number fits into its hole. */
function holes(text: string): RegExp {
  const source = text.replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replace(/\{\w+\}/g, "\\S+?");
  return new RegExp(`^${source}$`);
}
