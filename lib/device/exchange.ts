/**
 * One line typed and all that the device says to it: echo, output, prompt.
 *
 * @module
 */

import type { Channel } from "./channel.ts";
import { Questions, type Reply } from "./asking.ts";
import { Proof } from "./probe.ts";
import { isRow } from "./prompt.ts";
import type { Prompt } from "./session_options.ts";
import { Turn, type TurnOptions } from "./turn.ts";

/** What is typed, and how its answer is taken. */
export interface ExchangeOptions extends TurnOptions {
  /** The line, without its end. */
  readonly line: string;
  /**
   * Whether the end is proved, see probe.ts. Without proof the first line that
   * looks like a prompt is the end: only where nothing of the output is kept,
   * and the next line's echo tells whether it was right.
   */
  readonly proof: boolean;
  /** The line that is typed next, if it is known: the proof then costs no time. */
  readonly next?: string | undefined;
  /** Questions that are expected. */
  readonly answers?: readonly Reply[] | undefined;
  /** The most characters to keep. */
  readonly limit?: number | undefined;
  /** Takes the output as it comes, in whole lines; it is then not kept. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** What the device said. */
export interface Heard {
  /** The output: neither echo nor prompt. */
  readonly output: string;
  /** What came before the echo: messages, or the rest of what was not proved. */
  readonly before: readonly string[];
  /** What was echoed, where it is not what was typed; empty for no echo. */
  readonly echo: string | undefined;
  /** Where the device is now. */
  readonly prompt: Prompt;
  /** Whether the output is longer than what was kept. */
  readonly truncated: boolean;
  /** The secret that was asked for again after it had been given. */
  readonly refused: "password" | "enable" | undefined;
}

/** Foreign lines among which the echo is looked for. */
const FOREIGN = 64;
/** A message of the device is no longer than this, in lines. */
const MESSAGE = 10;
/** What is handed on keeps so many lines back, as they may be the prompt's. */
const HELD = 64;

/** See the module. */
export class Exchange extends Turn<Heard> {
  readonly awaited: string;
  readonly #options: ExchangeOptions;
  readonly #questions: Questions;
  /** The prompt after which the line was typed. */
  readonly #from: string;
  #isEchoing: boolean;
  #echo: string | undefined;
  /** A part of the echo, where it is torn or wrapped. */
  #part = "";
  /** Lines of which it is not known yet whether they are before the echo. */
  #foreign: string[] = [];
  #before: readonly string[] = [];
  readonly #out: string[] = [];
  #kept = 0;
  #truncated = false;
  readonly #proof: Proof;
  #given = new Set<string>();
  #refused: "password" | "enable" | undefined;

  constructor(channel: Channel, options: ExchangeOptions) {
    super(channel, options);
    this.#options = options;
    this.awaited = `the answer to ${JSON.stringify(options.line)}`;
    this.#from = channel.at?.text ?? "";
    this.#isEchoing = channel.echo !== "none";
    this.#proof = new Proof(channel);
    this.#questions = new Questions(
      channel,
      (reply) => this.#answer(reply),
      channel.questions(options.answers ?? []),
    );
  }

  protected begin(): void {
    this.channel.typeLine(this.#options.line);
  }

  protected override ended(): void {
    this.#questions.end();
  }

  lines(text: string): void {
    // Blocks stay blocks unless something is looked for in them.
    if (!this.#isEchoing && !this.#proof.concerns(text)) {
      return this.#keep(text);
    }
    const lines = text.split("\n");
    for (let i = 0; i < lines.length; i++) {
      this.#line(lines[i]!);
      if (this.isOver) {
        this.channel.giveBack(lines.slice(i).join("\n"));
        return;
      }
    }
  }

  rest(): void {
    const { channel } = this;
    if (channel.isLong) return;
    const { line } = channel;
    // Before the first line is complete, it is the echo.
    if (this.#isEchoing && channel.serial === channel.typedAt) return;
    if (this.#questions.isAsked()) return;
    const prompt = this.#promptIn(line);
    if (prompt === undefined) return this.#questions.wonder();
    this.#questions.end();
    if (channel.isMarked) return this.#end(prompt);
    if (!this.#options.proof) return this.#end(prompt);
    if (channel.marks) return;
    this.#prove(line.trimEnd(), prompt);
  }

  protected override quiet(): void {
    const { channel } = this;
    const { proof, next } = this.#options;
    if (channel.marks || channel.isLong) return;
    const { line } = channel;
    const last = line.trim() !== "" ? [line] : this.#lastLines();
    const prompt = last.map((one) => channel.prompts.match(one)).findLast(
      (found) => found !== undefined,
    );
    const isEcho = this.#isEchoing && channel.serial === channel.typedAt;
    if (prompt === undefined || isEcho) return;
    if (!proof) return this.#end(prompt);
    if (!this.#proof.mayType || channel.echo !== "full") return;
    // What is on its way needs no second asking.
    const isBegun = this.#proof.isTyped;
    if (isBegun && (next !== undefined || !this.#proof.isAnswered)) return;
    for (const one of this.#proof.release()) this.#keep(one);
    this.#proof.type(prompt, next);
  }

  #lastLines(): string[] {
    return [...this.#out.slice(-MESSAGE), ...this.#proof.held]
      .join("\n").split("\n").slice(-MESSAGE);
  }

  #prove(line: string, prompt: Prompt): void {
    const proof = this.#proof;
    const { next } = this.#options;
    if (!proof.isTyped) return proof.type(prompt, next);
    if (this.channel.echo === "none") {
      if (isRow(line, prompt.text, proof.lines + 1)) this.#end(prompt);
      return;
    }
    if (proof.isComplete(line)) return this.#end(prompt);
    // What is typed next stands behind the proof, so there is no second one.
    if (next === undefined && proof.isTorn(prompt, false)) {
      for (const one of proof.release()) this.#keep(one);
      proof.type(prompt);
    }
  }

  /** Which prompt the current line is; none where it cannot be the end. */
  #promptIn(line: string): Prompt | undefined {
    const { channel } = this;
    if (channel.echo === "none" && this.#proof.isTyped) {
      // Nothing ends the line of a prompt, so the next one follows in it.
      const prompt = channel.prompts.matchRow(line, this.#proof.lines + 1);
      if (prompt) return prompt;
    }
    const whole = channel.prompts.match(line);
    if (whole || this.#from === "" || !line.trimEnd().endsWith(this.#from)) {
      return whole;
    }
    // An output whose last line has no end. Only where it can be proved.
    if (!this.#options.proof || this.#isEchoing) return undefined;
    return channel.prompts.match(this.#from);
  }

  #line(line: string): void {
    if (this.#isEchoing && this.#isEchoLine(line)) return;
    const { next } = this.#options;
    const { proved } = this.#proof;
    const isNext = next !== undefined && proved !== undefined &&
      line.startsWith(proved.text) && line.trimEnd() !== proved.text;
    if (isNext && this.#proof.isComplete(proved.text)) return this.#end(proved);
    if (next !== undefined && line.trim() === next.trim() && proved) {
      // A message stands between the prompt and what is typed next.
      const { held } = this.#proof;
      if (held.includes(proved.text)) {
        return this.#end(proved);
      }
    }
    for (const one of this.#proof.line(line, this.#from)) this.#keep(one);
  }

  /** Looks for the echo; tells whether the line is dealt with. */
  #isEchoLine(line: string): boolean {
    const typed = this.#options.line.trim();
    const from = this.#from;
    const hasPrompt = from !== "" && line.startsWith(from);
    const text = hasPrompt ? line.slice(from.length) : line;
    const isWhole = text.trim() === typed;
    const isTorn = this.#foreign.length > 0 || this.channel.wasDisturbed;
    if (isWhole && (hasPrompt || isTorn || from === "")) return this.#echoed();
    if (this.#part !== "" && !hasPrompt) {
      const rest = typed.slice(this.#part.length);
      if (line.trim() === rest.trim()) return this.#echoed();
      if (line !== "" && rest.startsWith(line)) {
        this.#part += line;
        return true;
      }
    }
    const said = hasPrompt ? text.trimStart() : "";
    if (said !== "") {
      if (typed.startsWith(said)) {
        this.#part = said;
        return true;
      }
      if (!this.#proof.isTyped) {
        // Something else is echoed: a word completed, a line scrolled.
        this.#echo = said;
        return this.#echoed();
      }
    } else if (hasPrompt && this.channel.echo === "newline") {
      return this.#echoed();
    }
    if (this.#proof.isTyped || this.#foreign.length >= FOREIGN) {
      // The prompt came before the echo: there is none.
      this.#giveUpEcho();
      return false;
    }
    this.#foreign.push(line);
    return true;
  }

  #echoed(): true {
    this.#isEchoing = false;
    this.#before = this.#foreign;
    this.#foreign = [];
    return true;
  }

  /** There was no echo: all that came is output, apart from the bare prompt. */
  #giveUpEcho(): void {
    this.#isEchoing = false;
    const lines = this.#foreign;
    this.#foreign = [];
    this.#echo = this.#part;
    if (lines[0]?.trimEnd() === this.#from) lines.shift();
    for (const line of lines) this.#keep(line);
  }

  #keep(text: string): void {
    let kept = text;
    const { limit = Infinity, onText } = this.#options;
    if (onText) {
      for (const line of kept.split("\n")) this.#out.push(line);
      if (this.#out.length > 4 * HELD) {
        this.#tell(onText, this.#out.splice(0, this.#out.length - HELD));
      }
      return;
    }
    const room = limit - this.#kept;
    if (kept.length > room) {
      this.#truncated = true;
      kept = kept.slice(0, Math.max(0, room));
      if (room <= 0) return;
    }
    this.#kept += kept.length + 1;
    this.#out.push(kept);
  }

  /** What the caller throws is the caller's: the connection stays. */
  #tell(onText: (text: string) => void, lines: readonly string[]): void {
    try {
      onText(`${lines.join("\n")}\n`);
    } catch (error) {
      this.stop(error);
    }
  }

  #answer(reply: Reply): void {
    const { say } = reply;
    if (typeof say === "string") {
      return this.channel.type(say, { newline: !reply.key });
    }
    if (this.#given.has(say.secret)) {
      // It was wrong. An empty answer leads back to the prompt.
      this.#refused = say.secret;
      return this.channel.type("", { newline: true });
    }
    this.#given.add(say.secret);
    const secret = this.channel.secret(say.secret);
    if (secret === undefined) {
      return this.stop(this.channel.noSecret(say.secret));
    }
    this.channel.type(secret, { newline: !reply.key, secret: true });
  }

  #end(prompt: Prompt): void {
    if (this.#isEchoing) this.#giveUpEcho();
    const { channel } = this;
    if (this.#proof.lead !== "") this.#keep(this.#proof.lead);
    const settled = channel.stand(prompt, this.#proof.above.at(-1));
    if (!this.#truncated) this.#tidyEnd(settled);
    const lines = this.#out;
    const { onText } = this.#options;
    if (onText && lines.length > 0) this.#tell(onText, lines.splice(0));
    this.finish({
      output: lines.join("\n"),
      before: this.#before,
      echo: this.#echo,
      prompt: settled,
      truncated: this.#truncated,
      refused: this.#refused,
    });
  }

  /** Takes off what belongs to the prompt, and what torn proofs left. */
  #tidyEnd(prompt: Prompt): void {
    const out = this.#out;
    const last = takeLines(out, HELD);
    this.channel.notice(this.#proof.clean(last, prompt));
    const { above } = this.#proof;
    const from = last.length - above.length;
    if (from >= 0 && above.every((line, i) => line === last[from + i])) {
      last.length = from;
    }
    while (
      last.length > 0 && last.at(-1) !== "" &&
      this.channel.prompts.isAbove(last.at(-1)!, prompt.mode)
    ) last.pop();
    if (last.length > 0) out.push(last.join("\n"));
  }
}

/** Takes the last lines off blocks of lines: at least so many, if there are. */
function takeLines(blocks: string[], count: number): string[] {
  const taken: string[] = [];
  while (blocks.length > 0 && taken.length < count) {
    const block = blocks.pop()!;
    let at = block.length;
    for (let i = 0; i < count && at >= 0; i++) {
      at = at === 0 ? -1 : block.lastIndexOf("\n", at - 1);
    }
    if (at >= 0) blocks.push(block.slice(0, at));
    taken.unshift(...block.slice(at + 1).split("\n"));
  }
  return taken;
}
