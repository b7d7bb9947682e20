/**
 * The commands that a platform's devices know, by mode, and which of them was
 * meant by what was typed.
 *
 * @module
 */

import {
  type ConfigCommand,
  configModeOf,
  type Platform,
  type Step,
} from "../platform.ts";

/** What a command does, besides what it says. */
export interface Command {
  /** As it is written out; `{minutes}` and the like stand for numbers. */
  readonly text: string;
  /** The mode that it leads to. */
  readonly moves?: string;
  /** What may be asked on the way. */
  readonly step?: Step;
  /** What it does to the configuration. */
  readonly action?: ConfigCommand;
  /** Whether a commit follows that makes it so. */
  readonly isLoad?: boolean;
  /** Whether it turns paging off. */
  readonly stopsPaging?: boolean;
  /** Whether it ends the session. */
  readonly closes?: boolean;
  /** Whether it is there to be refused: a wrong word that was recorded. */
  readonly isWrong?: boolean;
}

/** A command that was found, with the number in it. */
export interface Found {
  /** The command. */
  readonly command: Command;
  /** As it was meant: written out, with its number. */
  readonly text: string;
  /** Where `{minutes}` or the like stood: how many minutes. */
  readonly minutes?: number;
}

/** Nothing, several, or one. */
export type Lookup = Found | "unknown" | "ambiguous";

/** Every command of a platform. */
export class Lexicon {
  /** Modes in which lines of configuration are typed. */
  readonly configModes: ReadonlySet<string>;
  /** Whether words may be cut short. */
  readonly abbreviates: boolean;
  readonly #modes = new Map<string, Map<string, Command>>();
  readonly #platform: Platform;

  /** @param platform The platform. */
  constructor(platform: Platform) {
    this.#platform = platform;
    const { config, dialogue, modes } = platform;
    this.abbreviates = config.style !== "lines" &&
      !/not found/.test(dialogue.unknown);
    this.configModes = new Set(
      [
        config.mode,
        ...Object.keys(modes).filter((name) => /^config/.test(name)),
      ],
    );
    for (const [mode, { to = {} }] of Object.entries(modes)) {
      for (const step of platform.close) {
        this.#add(mode, step.send, { closes: true, step });
      }
      for (const step of platform.open) {
        this.#add(mode, step.send, { stopsPaging: aboutPaging(step.send) });
      }
      for (
        const [text, answer] of Object.entries(dialogue.answers["*"] ?? {})
      ) {
        this.#add(mode, text, this.#said(answer));
      }
      for (
        const [text, answer] of Object.entries(dialogue.answers[mode] ?? {})
      ) {
        this.#add(mode, text, this.#said(answer));
      }
      for (const [moves, steps] of Object.entries(to)) {
        steps.forEach((step, i) =>
          this.#add(
            mode,
            step.send,
            i === steps.length - 1 ? { moves, step } : { step },
          )
        );
      }
    }
    this.#addConfigCommands();
  }

  /**
   * Finds the command that was meant.
   *
   * @param mode Where it was typed.
   * @param typed What was typed.
   */
  find(mode: string, typed: string): Lookup {
    const commands = this.#modes.get(mode);
    const text = typed.split(/\s+/).join(" ");
    const exact = commands?.get(text);
    if (commands === undefined) return "unknown";
    if (exact !== undefined) return { command: exact, text };
    const words = text.split(" ");
    let best: Found[] = [];
    let most = -1;
    for (const command of commands.values()) {
      const found = this.#match(command, words);
      if (found === undefined) continue;
      if (found.exact > most) [most, best] = [found.exact, []];
      if (found.exact === most) best.push(found);
    }
    return best.length === 1
      ? best[0]!
      : best.length === 0
      ? "unknown"
      : "ambiguous";
  }

  /**
   * The ways on from what has been typed, for a Tab.
   *
   * @param mode Where it was typed.
   * @param typed What was typed.
   * @returns The rest of the word, if there is one way only.
   */
  complete(mode: string, typed: string): string | undefined {
    const words = typed.trimStart().split(/\s+/);
    const last = words.pop() ?? "";
    const rests = new Set<string>();
    for (const { text, isWrong } of this.#modes.get(mode)?.values() ?? []) {
      const there = text.split(" ");
      const next = there[words.length];
      const leads = words.every((word, i) => there[i]?.startsWith(word));
      if (leads && !isWrong && next?.startsWith(last)) rests.add(next);
    }
    if (rests.size !== 1 || last === "") return undefined;
    const [whole = ""] = rests;
    return `${whole.slice(last.length)} `;
  }

  #add(mode: string, text: string, what: Omit<Command, "text">): void {
    let commands = this.#modes.get(mode);
    if (commands === undefined) this.#modes.set(mode, commands = new Map());
    commands.set(text, { ...commands.get(text), ...what, text });
  }

  #said(answer: string): Omit<Command, "text"> {
    const [last = ""] = answer.trimEnd().split("\n").slice(-1);
    const isWrong = this.#platform.failures.some((failure) =>
      new RegExp(failure, "m").test(last)
    );
    return isWrong ? { isWrong } : {};
  }

  #addConfigCommands(): void {
    const { config } = this.#platform;
    const kinds = [
      ...["show", "diff", "checkpoint", "discard", "rollback"],
      ...["confirm", "commit", "commitConfirmed", "save"],
    ] as ConfigCommand[];
    for (const kind of kinds) {
      const what = config[kind];
      if (what === undefined) continue;
      const steps = typeof what === "string" ? [{ send: what }] : what;
      const mode = configModeOf(this.#platform, kind);
      // A rollback begins with what it goes back to, a save ends with saving.
      const at =
        kind === "save" || /^commit/.test(kind) || kind === "checkpoint"
          ? steps.length - 1
          : 0;
      const isLoad = kind === "rollback" && steps.length > 1;
      steps.forEach((step, i) => {
        const action = i === at ? { action: kind, isLoad } : {};
        // What commits also confirms, and keeps its own name.
        const known = this.#modes.get(mode)?.get(step.send)?.action;
        if (known === "confirm" && kind === "commit") {
          this.#add(mode, step.send, { step, action: "commit" });
        } else this.#add(mode, step.send, { step, ...action });
      });
    }
  }

  #match(
    command: Command,
    typed: readonly string[],
  ): Found & { exact: number } | undefined {
    const words = command.text.split(" ");
    if (words.length !== typed.length || command.isWrong) return undefined;
    let exact = 0;
    let minutes: number | undefined;
    const text: string[] = [];
    for (const [i, word] of words.entries()) {
      const given = typed[i]!;
      const hole = /^(.*)\{(minutes|seconds|hhmmss)\}(.*)$/.exec(word);
      if (hole !== null) {
        minutes = minutesIn(given, hole);
        if (minutes === undefined) return undefined;
        text.push(given);
      } else if (given === word) {
        exact++;
        text.push(word);
      } else if (this.abbreviates && word.startsWith(given) && given !== "") {
        text.push(word);
      } else return undefined;
    }
    const found = { command, text: text.join(" "), exact };
    return minutes === undefined ? found : { ...found, minutes };
  }
}

function aboutPaging(command: string): boolean {
  return /length|lines|pag|more|scripting|no page/i.test(command);
}

function minutesIn(
  given: string,
  [, before = "", unit, after = ""]: RegExpExecArray,
): number | undefined {
  if (!given.startsWith(before) || !given.endsWith(after)) return undefined;
  const inside = given.slice(before.length, given.length - after.length);
  if (unit === "hhmmss") {
    const [, hours, minutes, seconds] = /^(\d+):(\d+):(\d+)$/.exec(inside) ??
      [];
    return hours === undefined
      ? undefined
      : Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
  }
  if (!/^\d+$/.test(inside)) return undefined;
  return unit === "seconds" ? Number(inside) / 60 : Number(inside);
}
