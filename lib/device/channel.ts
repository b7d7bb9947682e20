/**
 * The command line of a device: what is typed, what comes back, whose turn it
 * is. Everything happens when octets come; nothing waits for a clock, apart
 * from the limits that the caller sets.
 *
 * Octets -> text (UTF-8 across chunks) -> a screen of one line -> the turn.
 *
 * @module
 */

import type { NetError } from "../errors.ts";
import { seeded } from "../random.ts";
import { type Expected, pagerOf, replies, type Reply } from "./asking.ts";
import {
  goneError,
  lateError,
  noSecretError,
  reasonOf,
  type Scene,
  silenceError,
} from "./channel_errors.ts";
import type { Platform } from "./platform.ts";
import { Prompts } from "./prompt.ts";
import type { Prompt } from "./session_options.ts";
import type { Recorder } from "./recorder.ts";
import type { Secrets } from "./secrets.ts";
import { Screen } from "./screen.ts";
import type { Transport } from "./transport.ts";

/** What a channel needs to know. */
export interface ChannelOptions {
  /** How the device talks. */
  readonly platform: Platform;
  /** How wide it takes the terminal for. */
  readonly columns: number;
  /** How text is coded. */
  readonly encoding: "utf-8" | "latin1";
  /** What the secrets are that it may ask for. */
  readonly credentials: {
    readonly user?: string | undefined;
    readonly password?: string | undefined;
    readonly secret?: string | undefined;
  };
  /** What is never written down. */
  readonly secrets: Secrets;
  /** For the probes; the same seed draws the same ones. */
  readonly seed: number;
  /** Writes down what goes both ways. */
  readonly recorder?: Recorder | undefined;
}

/** Whoever has the turn: see {@linkcode Turn}. */
export interface Receiver {
  /** What is awaited, for errors: `the answer to "show version"`. */
  readonly awaited: string;
  /** Whole lines, joined by line feeds. */
  lines(text: string): void;
  /** All that came has been drawn; the current line is the channel's. */
  rest(): void;
  /** Something came. */
  heard(): void;
  /** It did not come about. */
  fail(error: unknown): void;
}

/** A receiver of which something comes. */
export interface Taking<T> extends Receiver {
  /** Settles when the turn is over. */
  readonly done: Promise<T>;
  /** Begins. */
  start(): void;
}

/** What of a device is told in errors: its last characters. */
const RECENT = 400;
/** Messages that came unasked; older ones go. */
const UNASKED = 200;

const encoder = new TextEncoder();

/** See the module. */
export class Channel {
  /** Its prompts. */
  prompts: Prompts;
  /** What of what is typed comes back. */
  echo: "full" | "newline" | "none" = "full";
  /** The prompt at which the device waits; nothing if it does not, or nobody knows. */
  at: Prompt | undefined;
  /** How often lines were completed. */
  serial = 0;
  /** The same when the last line was typed. */
  typedAt = 0;
  /** Whether something came between the prompt and what was typed then. */
  wasDisturbed = false;
  /** Lines that came while nothing was awaited: messages. */
  readonly unasked: string[] = [];
  readonly #transport: Transport;
  readonly #options: ChannelOptions;
  readonly #screen: Screen;
  readonly #random: () => number;
  readonly #decoder: TextDecoder;
  #platform: Platform;
  #pager: Reply | undefined;
  #turn: Receiver | undefined;
  #backlog: string[] = [];
  #ahead: string | undefined;
  #recent = "";
  /** Where it waited last. */
  #stood: Prompt | undefined;
  /** The last line that was completed. */
  #above = "";
  #ended: NetError | undefined;
  #isDropped = false;
  /** Whether anybody had the turn; what came before waits for the first. */
  #isBegun = false;

  constructor(transport: Transport, options: ChannelOptions) {
    const { platform, columns, encoding, seed } = options;
    this.#transport = transport;
    this.#options = options;
    this.#platform = platform;
    this.prompts = new Prompts(platform);
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
    this.#pager = pagerOf(platform);
    this.#random = seeded(seed);
    this.#screen = new Screen({
      lines: (text) => this.#lines(text),
      reply: (text) => this.type(text, { newline: false }),
    }, columns);
    transport.start({
      data: (octets) => this.#data(octets),
      closed: (error) => this.#closed(error),
    });
  }

  /** Where it leads, for errors. */
  get name(): string {
    return this.#transport.name;
  }

  /** Whether the transport has seen to the login. */
  get isAuthenticated(): boolean {
    return this.#transport.authenticated ?? false;
  }

  /** Whether the other end is gone. */
  get isClosed(): boolean {
    return this.#ended !== undefined;
  }

  /** The current line. */
  get line(): string {
    return this.#screen.line;
  }

  /** Whether the current line is too long for a prompt. */
  get isLong(): boolean {
    return this.#screen.isLong;
  }

  /** Whether the current line is a prompt that the shell marked as such. */
  get isMarked(): boolean {
    return this.#screen.isMarked;
  }

  /** Whether the shell marks its prompts. */
  marks = false;

  /** The word with which a shell is to mark its prompt; drawn at first use. */
  get mark(): string {
    return this.#screen.mark ??= Array.from(
      { length: 12 },
      () => Math.floor(this.#random() * 36).toString(36),
    ).join("");
  }

  /**
   * Gives the turn.
   *
   * @param turn What is awaited.
   * @returns What came of it.
   */
  async take<T>(turn: Taking<T>): Promise<T> {
    if (this.#turn) throw new Error("two turns at once");
    this.#turn = turn;
    this.#isBegun = true;
    turn.start();
    if (this.#ended) turn.fail(this.#ended);
    return await turn.done;
  }

  /** Ends a turn; called by the turn alone. */
  over(turn: Receiver): void {
    if (this.#turn === turn) this.#turn = undefined;
  }

  /**
   * The device waits at a prompt now.
   *
   * @param prompt The prompt.
   * @param above The line above it, where it is not the last that came.
   * @returns The prompt, with its mode for certain.
   */
  stand(prompt: Prompt, above?: string): Prompt {
    const settled = this.prompts.settle(prompt, above ?? this.#above);
    this.at = this.#stood = settled;
    this.prompts.learn(settled);
    if (this.#screen.isMarked) this.marks = true;
    // Without echo nothing ends the prompt's line; what follows is output.
    if (this.echo === "none") this.#screen.clear();
    return settled;
  }

  /** Another platform, now that one knows it. */
  become(platform: Platform): void {
    this.#platform = platform;
    this.#pager = pagerOf(platform);
    this.prompts = new Prompts(platform);
    const at = this.at && this.prompts.match(this.at.text);
    this.at = at && this.stand(at);
  }

  /** Nobody knows any more where the device is. */
  lose(): void {
    this.at = undefined;
    this.#ahead = undefined;
    this.#backlog = [];
  }

  /** Types a line at the prompt, unless it was typed with the probe before. */
  typeLine(line: string): void {
    this.wasDisturbed = this.line.trimEnd() !== this.at?.text;
    this.typedAt = this.serial - (this.#backlog.length > 0 ? 1 : 0);
    this.prompts.typed(line);
    this.at = undefined;
    const isTyped = this.#ahead === line;
    this.#ahead = undefined;
    if (!isTyped) this.type(line, { newline: true });
  }

  /** A random number of this session's row, from 0 up to and without 1. */
  draw(): number {
    return this.#random();
  }

  /** Types lines of blanks for a proof, see probe.ts, and what follows them. */
  probe(blanks: readonly number[], next: string | undefined): void {
    const { newline } = this.#platform;
    let text = blanks.map((n) => " ".repeat(n) + newline).join("");
    if (next !== undefined) text += next + newline;
    this.#ahead = next;
    this.type(text, { newline: false });
  }

  /** Types. */
  type(
    text: string,
    options: { readonly newline: boolean; readonly secret?: boolean },
  ): void {
    if (this.#ended || this.#isDropped) return;
    const { recorder, encoding } = this.#options;
    const all = options.newline ? text + this.#platform.newline : text;
    recorder?.sent(all, options.secret ?? false);
    this.#transport.write(
      encoding === "utf-8"
        ? encoder.encode(all)
        : Uint8Array.from(all, (char) => char.charCodeAt(0)),
    );
  }

  /** Takes what came before the turn began. */
  takeBacklog(): string {
    const text = this.#backlog.join("\n");
    this.#backlog = [];
    return text;
  }

  /** Puts lines back that belong to the next turn. */
  giveBack(text: string): void {
    this.#backlog.unshift(text);
  }

  /** What was said unasked, or is left of what was: kept, not lost. */
  notice(lines: readonly string[]): void {
    for (const line of lines) {
      if (line.trim() !== "") this.unasked.push(line);
    }
    const excess = this.unasked.length - UNASKED;
    if (excess > 0) this.unasked.splice(0, excess);
  }

  /** The questions for a turn: expected ones, and those of the platform. */
  questions(expected: readonly Reply[]): Expected {
    return {
      sure: this.#pager ? [this.#pager, ...expected] : expected,
      unsure: replies(this.#platform.questions),
    };
  }

  /** A secret, where there is one. */
  secret(kind: "password" | "enable"): string | undefined {
    const { password, secret } = this.#options.credentials;
    return kind === "password" ? password : secret ?? password;
  }

  /** The user's name, where there is one. */
  get user(): string | undefined {
    return this.#options.credentials.user;
  }

  /** The error when a secret is asked for that nobody gave. */
  noSecret(kind: "password" | "enable"): NetError {
    return noSecretError(this.name, kind);
  }

  /** The error when the device is silent. */
  silence(awaited: string, timeout: number): NetError {
    return silenceError(this.#scene(awaited), timeout, this.#options.secrets);
  }

  /** The error when all that comes before a session takes too long. */
  late(timeout: number): NetError {
    const scene = this.#scene("the first prompt");
    return lateError(scene, timeout, this.#options.secrets);
  }

  /** Ends it; a second call changes nothing. */
  async close(): Promise<void> {
    this.#isDropped = true;
    this.#ended ??= this.#gone("this session was closed");
    this.#turn?.fail(this.#ended);
    await this.#transport.close();
    this.#options.recorder?.end();
    this.#screen.clear();
    this.#recent = this.#above = "";
    this.#backlog = [];
  }

  #data(octets: Uint8Array): void {
    if (this.#isDropped) return;
    const text = this.#decoder.decode(octets, { stream: true });
    this.#options.recorder?.got(text);
    this.#recent = (this.#recent + text.slice(-RECENT)).slice(-RECENT);
    this.#turn?.heard();
    this.#screen.feed(text);
    this.#turn?.rest();
  }

  #lines(text: string): void {
    this.serial++;
    this.#above = text.slice(text.lastIndexOf("\n") + 1);
    if (this.#turn) return this.#turn.lines(text);
    if (this.#ahead !== undefined || !this.#isBegun) {
      this.#backlog.push(text);
      return;
    }
    // Between two commands: the rest of a prompt, or messages.
    this.notice(
      text.split("\n", UNASKED).filter((line) => !this.prompts.match(line)),
    );
  }

  #closed(error?: Error): void {
    if (this.#ended) return;
    this.#ended = this.#gone(
      error === undefined
        ? "the device closed the connection"
        : `the connection broke: ${reasonOf(error)}`,
      error,
    );
    this.at = undefined;
    this.#turn?.fail(this.#ended);
    this.#options.recorder?.end();
  }

  #gone(reason: string, cause?: Error): NetError {
    const scene = this.#scene(this.#turn?.awaited ?? "");
    const { secrets } = this.#options;
    return goneError(
      reason,
      this.#isDropped ? { ...scene, recent: "" } : scene,
      secrets,
      cause,
    );
  }

  #scene(awaited: string): Scene {
    return {
      target: this.name,
      awaited,
      recent: this.#recent,
      line: this.line,
      isPrompt: this.prompts.match(this.line) !== undefined,
      expected: this.#stood?.text ?? this.prompts.expected,
    };
  }
}
