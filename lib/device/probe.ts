/**
 * How the end of an output is proved.
 *
 * A last line that looks like the prompt is not yet the prompt: any output can
 * hold that line, and no wait, however long, makes it sure. So at the first
 * such line two lines of blanks are typed, each of a number that nobody can
 * foresee. That means nothing to any command line, leaves no trace in its
 * history and asks for nothing. Only at the prompt it is echoed like this:
 *
 * ```text
 * prompt, so many blanks
 * prompt, another number of blanks
 * prompt
 * ```
 *
 * What always stands above the prompt (`[edit]`) stands between them, twice the
 * same. Before the first of these lines the output was over. A look-alike in
 * the output is typed ahead of, and changes nothing. It costs one round trip,
 * which the next command shares where it is known by then.
 *
 * The limits: an output that holds these very lines, one chance in a hundred
 * for one that tries; a device that echoes nothing, where the prompt thrice is
 * all the proof there is; and what is typed ahead while a program runs that
 * reads the terminal itself, or on a terminal in line mode: its echo may then
 * show up in the output, which is not cut for that. Shells mark their prompt
 * instead, see {@linkcode Screen.mark}.
 *
 * @module
 */

import type { Channel } from "./channel.ts";
import type { Prompt } from "./session_options.ts";

/** The most kinds of blanks to draw from. */
const CHOICES = 14;
/** So many blanks after the prompt are its own, or keys that came too late. */
const SLACK = 2;
/** The narrowest terminal in which prompt and blanks must fit. */
const NARROW = 78;
/** Lines that a prompt may have above it. */
const ABOVE = 8;
/** Proofs begun for one end: messages of the device may tear one apart. */
const TRIES = 6;
/** A wide prompt leaves so few numbers that all may be taken. */
const REDRAWS = 20;
/** More lines than this are no message that tears one apart. */
const MESSAGE = 10;

/** The proof that an output is over; see the module. */
export class Proof {
  readonly #channel: Channel;
  /** The numbers of blanks typed so far, two for each try. */
  readonly #typed: number[] = [];
  #stage: 0 | 1 | 2 = 0;
  #prompt: Prompt | undefined;
  /** The lines that may be part of it. */
  #held: string[] = [];
  #above: [string[], string[]] = [[], []];
  #last = "";
  #serial = 0;
  /** What stands before the first prompt of it in its line. */
  #lead = "";

  /** @param channel Whose prompt. */
  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Whether it was begun. */
  get isTyped(): boolean {
    return this.#typed.length > 0;
  }

  /** What stands above the prompt each time. */
  get above(): readonly string[] {
    return this.#above[1];
  }

  /** The end of an output that does not end with a line feed. */
  get lead(): string {
    return this.#lead;
  }

  /** Types it, and what is typed after it. */
  type(prompt: Prompt, next?: string): void {
    const draw = () => drawBlanks(() => this.#channel.draw(), prompt.text);
    // What was typed before may be answered after this: it must not look like it.
    let first = draw();
    for (let i = 0; this.#typed.includes(first) && i < REDRAWS; i++) {
      first = draw();
    }
    let second = draw();
    while (second === first) second = draw();
    this.#typed.push(first, second);
    this.#serial = this.#channel.serial;
    this.#channel.probe([first, second], next);
  }

  /** Whether it may be typed once more. */
  get mayType(): boolean {
    return this.#typed.length < 2 * TRIES;
  }

  /** Whether anything came since it was typed. */
  get isAnswered(): boolean {
    return this.isTyped && this.#channel.serial !== this.#serial;
  }

  /** The lines that may be part of it. */
  get held(): readonly string[] {
    return this.#held;
  }

  /** How many lines were typed for it. */
  get lines(): number {
    return this.#typed.length;
  }

  /** Whether a block of lines may hold a part of it. */
  concerns(text: string): boolean {
    if (!this.isTyped) return false;
    return this.#stage > 0 || this.#channel.echo !== "full" ||
      text.includes(" ".repeat(this.#wanted));
  }

  /**
   * Takes a whole line.
   *
   * @param line The line.
   * @param from The prompt after which an output that has no line feed at its
   * end may stand.
   * @returns The lines that are no part of it, in order.
   */
  line(line: string, from: string): readonly string[] {
    if (!this.isTyped) return [line];
    this.#last = line;
    if (this.#stage < 2) {
      const prompt = this.#promptOf(line, from);
      const fits = prompt !== undefined &&
        (this.#stage === 0 || prompt.text === this.#prompt!.text);
      if (fits) {
        this.#stage++;
        this.#prompt = prompt;
        this.#held.push(line);
        return [];
      }
    }
    if (this.#stage === 0) return [line];
    const above = this.#above[this.#stage - 1]!;
    if (above.length < ABOVE) {
      above.push(line);
      this.#held.push(line);
      return [];
    }
    const held = this.release();
    return [...held, ...this.line(line, from)];
  }

  /** Gives back what was held: it proves nothing. */
  release(): readonly string[] {
    const held = this.#held;
    this.#held = [];
    this.#stage = 0;
    this.#above = [[], []];
    this.#lead = "";
    return held;
  }

  /** Whether it is complete with this prompt after it. */
  isComplete(text: string): boolean {
    const [first, second] = this.#above;
    return this.#stage === 2 && text === this.#prompt!.text &&
      first.length === second.length &&
      first.every((line, i) => line === second[i]);
  }

  /** The prompt that it proves. */
  get proved(): Prompt | undefined {
    return this.#stage === 2 ? this.#prompt : undefined;
  }

  /**
   * Whether a message of the device came into it, so that it must be typed once
   * more, now that the prompt is there.
   *
   * @param wasSwallowed Whether something else may have read what was typed.
   */
  isTorn(prompt: Prompt, wasSwallowed: boolean): boolean {
    const { echo, serial } = this.#channel;
    if (echo !== "full" || !this.mayType) return false;
    if (serial === this.#serial) return false;
    if (this.#stage === 2) return true;
    const text = this.#last.trimEnd();
    if (text === "") return this.#last !== "" || wasSwallowed;
    if (text !== prompt.text) return wasSwallowed && this.#stage === 0;
    // The line before the second one is as it should be.
    return this.#stage === 0 || this.#above[0].length > 0;
  }

  /**
   * Takes off the end of an output what torn proofs left there.
   *
   * @param lines The last lines of an output; they are cut.
   * @returns The messages that tore them.
   */
  clean(lines: string[], { text }: Prompt): string[] {
    // Backwards through what was typed before the last try.
    let typed = this.#typed.length - 3;
    let cut = lines.length;
    let torn = 0;
    let strange = 0;
    for (let i = cut - 1; i >= 0 && typed >= 0 && strange <= MESSAGE; i--) {
      const line = lines[i]!;
      const wanted = this.#typed[typed]!;
      const blanks = blanksAfter(line, text);
      if (blanks !== undefined && fits(blanks + torn, wanted)) {
        cut = i;
        typed--;
        torn = strange = 0;
      } else if (torn === 0 && line.trim() === "" && line.length <= wanted) {
        torn = line.length;
      } else strange++;
    }
    return lines.splice(cut).filter((line) =>
      line.trim() !== "" && blanksAfter(line, text) === undefined
    );
  }

  get #wanted(): number {
    return this.#typed.at(this.#stage === 0 ? -2 : -1)!;
  }

  #promptOf(line: string, from: string): Prompt | undefined {
    const { prompts, echo } = this.#channel;
    const text = echo === "newline"
      ? line.trimEnd()
      : beforeBlanks(line, this.#wanted);
    if (text === undefined) return undefined;
    const prompt = prompts.match(text);
    if (prompt || this.#stage > 0) return prompt;
    if (from === "" || !text.endsWith(from)) return undefined;
    this.#lead = text.slice(0, text.length - from.length);
    return prompts.match(from);
  }
}

/** Draws a number of blanks: more than any prompt ends with. */
function drawBlanks(random: () => number, prompt: string): number {
  const room = Math.floor((NARROW - prompt.length) / (SLACK + 1)) - 1;
  const choices = Math.max(4, Math.min(CHOICES, room));
  return (SLACK + 1) * (2 + Math.floor(random() * choices));
}

/** Takes so many blanks, or a few more, off the end of a line. */
function beforeBlanks(line: string, blanks: number): string | undefined {
  if (!line.endsWith(" ".repeat(blanks))) return undefined;
  const text = line.trimEnd();
  return fits(line.length - text.length, blanks) ? text : undefined;
}

function fits(found: number, blanks: number): boolean {
  return found >= blanks && found <= blanks + SLACK;
}

/** How many blanks follow a prompt in a line that has nothing else. */
function blanksAfter(line: string, prompt: string): number | undefined {
  return line.startsWith(prompt) && line.trimEnd() === prompt
    ? line.length - prompt.length
    : undefined;
}
