/**
 * Prompts: what a platform's look like, and which one this device has.
 *
 * A prompt is the whole of the last line. Its form is the platform's; the name
 * in it is learned at the first one, and from then on a line with another name
 * is no prompt, unless that name was typed (`hostname R2`).
 *
 * @module
 */

import type { Platform } from "./platform.ts";
import type { Prompt } from "./session_options.ts";

interface Form {
  readonly mode: string;
  readonly pattern: RegExp;
  readonly above: RegExp | undefined;
  readonly cutsHost: boolean;
}

/** What a platform has of patterns; compiled once for all its sessions. */
const compiled = new WeakMap<Platform, readonly Form[]>();
/** Longer lines are no prompts. */
const LONGEST = 1024;
/** Lines that were typed and may have named the device anew. */
const REMEMBERED = 100;

/** The prompts of one device; see the module. */
export class Prompts {
  readonly #forms: readonly Form[];
  readonly #hosts = new Set<string>();
  #typed: string[] = [];

  /** @param platform Whose prompts. */
  constructor(platform: Platform) {
    this.#forms = compiled.get(platform) ?? compile(platform);
    compiled.set(platform, this.#forms);
  }

  /** The forms, for errors: `exec /^...$/`. */
  get expected(): string {
    return this.#forms.map(({ mode, pattern }) => `${mode} ${pattern}`).join(
      ", ",
    );
  }

  /**
   * Tells which prompt a line is.
   *
   * @param line The whole last line.
   * @returns The prompt; nothing if it is none of this device.
   */
  match(line: string): Prompt | undefined {
    if (line.length > LONGEST) return undefined;
    for (const { mode, pattern, cutsHost } of this.#forms) {
      const found = pattern.exec(line);
      if (!found) continue;
      const { host = "", context } = found.groups ?? {};
      if (!this.#isOurs(host, cutsHost)) continue;
      return { text: line.trimEnd(), mode, host, context };
    }
    return undefined;
  }

  /**
   * Tells which prompt stands in a line so many times, and nothing else: where
   * nothing ends the line of a prompt the next one follows in it.
   *
   * @param line The whole last line.
   * @param copies How many times.
   */
  matchRow(line: string, copies: number): Prompt | undefined {
    const one = line.slice(0, Math.floor(line.length / copies)).trimEnd();
    const prompt = one === "" ? undefined : this.match(one);
    return prompt && isRow(line, prompt.text, copies) ? prompt : undefined;
  }

  /**
   * Tells modes apart that have one prompt by the line above it, and takes the
   * context from there where it stands there.
   */
  settle(prompt: Prompt, above: string): Prompt {
    const fitting = this.#forms.filter(({ pattern }) =>
      pattern.test(prompt.text)
    );
    const form = fitting.find((form) => form.above?.test(above)) ??
      fitting.find(({ mode }) => mode === prompt.mode);
    const context = prompt.context ??
      form?.above?.exec(above)?.groups?.["context"]?.trim();
    return form ? { ...prompt, mode: form.mode, context } : prompt;
  }

  /** Whether a line belongs to the prompt below it: `{master:0}`. */
  isAbove(line: string, mode: string): boolean {
    return this.#forms.find((form) => form.mode === mode)?.above?.test(line) ??
      false;
  }

  /** Remembers the device's name. */
  learn(prompt: Prompt): void {
    this.#hosts.add(prompt.host);
  }

  /** Forgets the names: somewhere else now, or nobody knows where. */
  forget(): void {
    this.#hosts.clear();
  }

  /** Remembers what was typed: it may give the device a new name. */
  typed(line: string): void {
    if (line.length > LONGEST) return;
    if (this.#typed.push(line) > REMEMBERED) this.#typed.shift();
  }

  #isOurs(host: string, cutsHost: boolean): boolean {
    const hosts = this.#hosts;
    if (hosts.size === 0 || hosts.has(host)) return true;
    if (host === "") return false;
    if (cutsHost && [...hosts].some((known) => known.startsWith(host))) {
      return true;
    }
    return this.#typed.some((line) =>
      line.split(/[\s"';]+/).some((word) =>
        word === host || (cutsHost && word.startsWith(host))
      )
    );
  }
}

/** Whether a line is so many times the same text, and blanks. */
export function isRow(line: string, text: string, copies: number): boolean {
  const parts = line.split(text);
  return parts.length === copies + 1 &&
    parts.every((part) => part.trim() === "");
}

function compile({ modes }: Platform): Form[] {
  return Object.entries(modes).map(([mode, { prompt, above, cutsHost }]) => ({
    mode,
    pattern: new RegExp(prompt),
    above: above === undefined ? undefined : new RegExp(above),
    cutsHost: cutsHost ?? false,
  }));
}
