/**
 * What commands do to a fake device, and what they then say.
 *
 * @module
 */

import type { Configuration } from "./configuration.ts";
import type { Command, Found } from "./lexicon.ts";
import type { Place } from "./place.ts";
import type { DeviceState } from "./state.ts";
import { linesOf } from "./words.ts";

/**
 * Does what a command does.
 *
 * @param device The device.
 * @param place Where the session is; it may move.
 * @param found The command.
 * @returns The lines that it says, or that the session is over.
 */
export function doAction(
  device: DeviceState,
  place: Place,
  { command, text, minutes }: Found,
): readonly string[] | "over" {
  const { platform, minute, lexicon } = device.species;
  const { answers } = platform.dialogue;
  const said = device.species.answers[text] ??
    (answers[place.mode]?.[text] ?? answers["*"]?.[text]);
  const recorded = said === undefined ? [] : linesOf(device.own(said));
  const isInside = lexicon.configModes.has(place.mode);
  const from = place.mode;
  if (command.moves !== undefined) {
    if (/^exit discard$/.test(text)) device.configuration.discard();
    place.mode = command.moves;
    place.path = [];
  }
  if (command.action !== undefined) {
    const shown = change(
      device.configuration,
      command,
      (minutes ?? 10) * minute,
    );
    if (shown !== undefined && (shown !== "" || recorded.length === 0)) {
      return linesOf(shown);
    }
  }
  if (command.closes && command.moves === undefined) return "over";
  // What ends a session of configuration leads out of it.
  const ends = /^abort$/.test(text) || from === "session" && text === "commit";
  const [way] = Object.keys(platform.modes[from]?.to ?? {});
  if (isInside && command.moves === undefined && ends && way !== undefined) {
    place.mode = way;
    place.path = [];
  }
  return recorded;
}

/** Gives what is to be shown in place of what was recorded, if anything is. */
function change(
  configuration: Configuration,
  { action, isLoad }: Command,
  ms: number,
): string | undefined {
  switch (action) {
    case "show":
      return configuration.running;
    case "diff":
      return configuration.diff;
    case "commit":
      return void configuration.commit();
    case "commitConfirmed":
      return void configuration.commit(ms);
    case "confirm":
      return void configuration.confirm();
    case "discard":
      return void configuration.discard();
    case "checkpoint":
      return void configuration.keep();
    case "rollback":
      return void configuration.rollback(isLoad === true);
    case "save":
      return void configuration.save();
  }
}

/**
 * Does what was answered when somebody left with changes that were not
 * committed.
 *
 * @param configuration The device's.
 * @param question What was asked.
 * @param answer What was answered.
 * @returns Whether to go.
 */
export function changesOf(
  configuration: Configuration,
  question: string,
  answer: string,
): boolean {
  const yes = /^y/i.test(answer) || answer === "" && /\(yes\)/.test(question);
  if (/discard/i.test(question)) {
    if (yes) configuration.discard();
    return yes;
  }
  // Junos keeps what was entered, and XR asks what is to become of it.
  if (!/cancel|C\b/.test(question)) return yes;
  if (yes) configuration.commit();
  else if (/^n/i.test(answer)) configuration.discard();
  else return false;
  return true;
}
