/**
 * Where in a fake device's modes a session is, and what a line that is typed
 * there means.
 *
 * @module
 */

import type { Context } from "../platform.ts";
import { isGlobal, wordsOf } from "./config_rules.ts";
import type { Found } from "./lexicon.ts";
import type { DeviceState } from "./state.ts";

/** Where a session is. */
export interface Place {
  /** The mode. */
  mode: string;
  /** Within the mode: the lines that are open, outermost first. */
  path: readonly Within[];
}

/** A line of configuration within which others are typed. */
export interface Within {
  /** The line. */
  readonly line: string;
  /** What the prompt says of it. */
  readonly context: string;
}

/** What a line means. */
export type Meaning =
  | { readonly kind: "command"; readonly found: Found }
  /** It has been done, and this is what is said. */
  | { readonly kind: "said"; readonly lines: readonly string[] }
  | { readonly kind: "over" }
  | { readonly kind: "unknown" };

/** Words that open lines within others, wherever they have not been seen yet. */
const NESTED = /^(?:address-family|edit|neighbor-group|unit)\b/;

const DONE: Meaning = { kind: "said", lines: [] };

/**
 * Writes the prompt.
 *
 * @param device The device.
 * @param place Where the session is.
 */
export function promptOf(device: DeviceState, { mode, path }: Place): string {
  const { dialogue, config } = device.species.platform;
  const joins = config.style === "set" || config.style === "braces";
  const context = joins
    ? path.map((one) => one.context).join("")
    : path.at(-1)?.context ?? "";
  return (dialogue.prompts[mode] ?? `${mode}> `)
    .replaceAll("{host}", () => device.name)
    .replaceAll("{context}", () => context)
    .replaceAll("\n", "\r\n");
}

/**
 * Finds out what a line means; a line of configuration is entered at once.
 *
 * @param device The device.
 * @param place Where the session is; it may move.
 * @param typed The line.
 */
export function lookAround(
  device: DeviceState,
  place: Place,
  typed: string,
): Meaning {
  const { lexicon, platform } = device.species;
  const found = lexicon.find(place.mode, typed);
  const isExact = typeof found === "object" && found.text === typed;
  // "exit" leads out of where one is before it leads out of all.
  const leaves = typeof found === "object" && found.command.closes === true &&
    found.command.moves === undefined;
  if (isExact && !leaves) return { kind: "command", found };
  const isInside = lexicon.configModes.has(place.mode);
  const out = leave(device, place, typed, isInside, leaves);
  if (out !== undefined) return out;
  if (typeof found === "object") return { kind: "command", found };
  if (found === "ambiguous") {
    const said = `% Ambiguous command:  "${typed}"`;
    const isRefusal = platform.failures.some((x) => new RegExp(x).test(said));
    return isRefusal ? { kind: "said", lines: [said] } : { kind: "unknown" };
  }
  if (isInside) return inside(device, place, typed);
  return shown(device, typed) ?? { kind: "unknown" };
}

function leave(
  device: DeviceState,
  place: Place,
  typed: string,
  isInside: boolean,
  leaves: boolean,
): Meaning | undefined {
  const { platform, lexicon } = device.species;
  const { path } = place;
  if (path.length > 0 && /^(?:exit|quit|up|back|next|\.\.)$/.test(typed)) {
    place.path = path.slice(0, -1);
    return DONE;
  }
  if (path.length > 0 && /^(?:end|top|\/|exit all)$/.test(typed)) {
    const [way] = Object.keys(platform.modes[place.mode]?.to ?? {});
    place.path = [];
    if (typed === "end" && way !== undefined) place.mode = way;
    return DONE;
  }
  const isAtStart = place.mode === platform.dialogue.start;
  if (isInside && !isAtStart && /^(?:exit|quit)$/.test(typed)) {
    const [way, steps] =
      Object.entries(platform.modes[place.mode]?.to ?? {})[0] ?? [];
    const found = steps === undefined
      ? undefined
      : lexicon.find(place.mode, steps.at(-1)!.send);
    if (way !== undefined && typeof found === "object") {
      const isSafe = !/discard/.test(found.text);
      if (isSafe || !device.configuration.isDirty) {
        return { kind: "command", found };
      }
      return {
        kind: "said",
        lines: [
          "Cannot exit: configuration modified.",
          `Use '${found.text}' to discard the changes and exit.`,
        ],
      };
    }
  }
  return leaves || /^(?:exit|quit|logout)$/.test(typed)
    ? { kind: "over" }
    : undefined;
}

/** What is typed where lines of configuration are. */
function inside(device: DeviceState, place: Place, typed: string): Meaning {
  const { configuration, species: { platform } } = device;
  const { config, dialogue } = platform;
  if (config.style === "indent" && typed.startsWith("do ")) {
    const there = { mode: config.showMode ?? dialogue.start, path: [] };
    return lookAround(device, there, typed.slice(3));
  }
  if (/^show$/.test(typed) && config.style !== "lines") {
    return { kind: "said", lines: configuration.candidate.split("\n") };
  }
  const path = place.path.map(({ line }) => line);
  const line = configuration.writtenOut(path, typed);
  const opened = contextOf(dialogue.contexts ?? [], line, typed);
  const atOnce = place.mode !== config.mode;
  if (opened !== undefined) {
    return open(device, place, line, opened, atOnce);
  }
  const isFlat = config.style === "set" && path.length > 0;
  const whole = isFlat ? flat(line, path) : line;
  // From within an interface, what stands beside it can be typed too.
  const isBeside = config.style === "indent" &&
    isGlobal(whole, configuration.rules);
  const at = isFlat || isBeside ? [] : path;
  if (configuration.enter(at, whole, false, atOnce)) {
    if (isBeside) place.path = [];
    return DONE;
  }
  return shown(device, typed) ?? { kind: "unknown" };
}

function open(
  device: DeviceState,
  place: Place,
  line: string,
  context: string,
  atOnce: boolean,
): Meaning {
  const { configuration, species: { platform: { config } } } = device;
  if (config.style === "set") {
    const within = { line: line.replace(/^edit\s+/, ""), context };
    place.path = [...place.path, within];
    return DONE;
  }
  const [first = ""] = wordsOf(line);
  const isNested = config.style === "braces" || NESTED.test(line) ||
    configuration.rules.nested.has(first);
  const path = isNested ? place.path : [];
  if (config.style === "indent") {
    const lines = path.map((one) => one.line);
    if (!configuration.enter(lines, line, true, atOnce)) {
      return { kind: "unknown" };
    }
  }
  place.path = [...path, { line, context }];
  return DONE;
}

function contextOf(
  contexts: readonly Context[],
  ...lines: readonly string[]
): string | undefined {
  for (const { line, context } of contexts) {
    for (const text of lines) {
      const found = new RegExp(line).exec(text);
      if (found === null) continue;
      return context.replace(/\$(\d)/g, (_, n) => found[Number(n)] ?? "");
    }
  }
  return undefined;
}

/** `set x` typed within `edit a b` is `set a b x`. */
function flat(line: string, path: readonly string[]): string {
  return line.replace(/^((?:nv )?\S+)\s*/, `$1 ${path.join(" ")} `).trim();
}

/** What else can be shown of a configuration: a part, or what was saved. */
function shown(device: DeviceState, typed: string): Meaning | undefined {
  const { configuration, species: { platform: { config } } } = device;
  const words = config.show.split(" ");
  const given = typed.split(/\s+/);
  const matches = (want: string, got: string | undefined) =>
    got !== undefined && want.startsWith(got);
  if (
    words.length > 1 && words.every((word, i) => matches(word, given[i])) &&
    given.length > words.length
  ) {
    const part = configuration.part(given.slice(words.length).join(" "));
    if (part !== undefined) return { kind: "said", lines: part.split("\n") };
  }
  const startup = config.show.replace(/running|current/, "startup").split(" ");
  if (
    startup.join(" ") !== config.show && startup.length === given.length &&
    startup.every((word, i) => matches(word, given[i]))
  ) return { kind: "said", lines: configuration.startup.split("\n") };
  return undefined;
}
