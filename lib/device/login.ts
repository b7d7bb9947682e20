/**
 * From the first octet to a prompt that is known: what asks for the login is
 * answered, and the first prompt is proved and learned. The same finds the
 * prompt again after a command that nobody waited for.
 *
 * @module
 */

import { AuthError } from "../errors.ts";
import { Questions, type Reply } from "./asking.ts";
import type { Channel } from "./channel.ts";
import type { Platform } from "./platform.ts";
import { Proof } from "./probe.ts";
import type { Prompt } from "./session_options.ts";
import { Turn, type TurnOptions } from "./turn.ts";

/** How a login begins. */
export interface LoginOptions extends TurnOptions {
  /** Whose login. */
  readonly platform: Platform;
  /** Whether something is typed to wake it: a console, or a lost prompt. */
  readonly wake?: boolean | undefined;
  /** Whether it is known already, and only where it stands is not. */
  readonly again?: boolean | undefined;
}

/** What a login brings. */
export interface LoggedIn {
  /** The first prompt. */
  readonly prompt: Prompt;
  /** What was shown before it. */
  readonly banner: string;
}

/** Lines of the banner that are kept. */
const BANNER = 400;

/** A message of the device is no longer than this, in lines. */
const MESSAGE = 10;
/** After so many proofs of which nothing is echoed, nothing ever is. */
const ENOUGH = 3;
/** Where nobody knows what the prompt is. */
const LOST: Prompt = { text: "", mode: "", host: "", context: undefined };

/** See the module. */
export class Login extends Turn<LoggedIn> {
  readonly awaited: string;
  readonly #options: LoginOptions;
  readonly #questions: Questions;
  readonly #login: { user: RegExp; password: RegExp; failed: RegExp };
  #banner: string[] = [];
  readonly #proof: Proof;
  #isRefused = false;
  #passwords = 0;
  /** Prompts in a row after which nothing was echoed. */
  #bare = 0;

  constructor(channel: Channel, options: LoginOptions) {
    super(channel, options);
    this.#options = options;
    this.#proof = new Proof(channel);
    this.awaited = options.again ? "the prompt" : "the first prompt";
    const { username, password, failed } = options.platform.login;
    this.#login = {
      user: new RegExp(username),
      password: new RegExp(password),
      failed: new RegExp(failed),
    };
    const isIn = channel.isAuthenticated || options.again;
    this.#questions = new Questions(
      channel,
      (reply) => this.#answer(reply),
      channel.questions(isIn ? [] : this.#asks()),
    );
  }

  protected begin(): void {
    if (this.#options.again) this.#proof.type(LOST);
    else if (this.#options.wake) this.channel.type("", { newline: true });
  }

  protected override ended(): void {
    this.#questions.end();
  }

  lines(text: string): void {
    for (const line of text.split("\n")) this.#line(line);
  }

  rest(): void {
    const { channel } = this;
    if (channel.isLong) return;
    if (this.#questions.isAsked()) return;
    const line = channel.line.trimEnd();
    const prompt = this.#promptIn(channel.line);
    if (prompt === undefined) return this.#questions.wonder();
    this.#questions.end();
    const proof = this.#proof;
    // What was typed already is still to be answered, prompt by prompt.
    if (channel.isMarked && !proof.isTyped) return this.#end(prompt);
    if (!proof.isTyped) return proof.type(prompt);
    if (channel.echo === "none") return this.#end(prompt);
    if (proof.isComplete(line)) return this.#end(prompt);
    const isAgain = this.#options.again ?? false;
    if (this.#bare >= proof.lines && !isAgain) {
      // All of it was answered, and nothing of it was echoed.
      if (proof.lines < 2 * ENOUGH) return proof.type(prompt);
      channel.echo = "newline";
      return this.#end(prompt);
    }
    if (this.#bare === 0 && proof.isTorn(prompt, isAgain)) {
      proof.release();
      proof.type(prompt);
    }
  }

  protected override quiet(): void {
    const { channel } = this;
    if (this.#proof.isTyped || channel.isLong || channel.line !== "") return;
    const prompt = this.#banner.slice(-MESSAGE)
      .map((line) => channel.prompts.match(line))
      .findLast((found) => found !== undefined);
    if (prompt) this.#proof.type(prompt);
  }

  /** The prompt in the current line, if it is one. */
  #promptIn(line: string): Prompt | undefined {
    const { prompts } = this.channel;
    const whole = prompts.match(line);
    if (whole || !this.#proof.isTyped) return whole;
    // Where not even a newline is echoed, prompts stand in a row.
    const most = this.#proof.lines + 1;
    for (let n = most; n >= 2; n--) {
      const prompt = prompts.matchRow(line, n);
      if (!prompt) continue;
      if (this.channel.echo === "none") return prompt;
      if (n < most) return undefined;
      if (most > 2 * (ENOUGH - 1)) {
        this.channel.echo = "none";
        return prompt;
      }
      this.#proof.type(prompt);
      return undefined;
    }
    return undefined;
  }

  #line(line: string): void {
    const { proof, login } = { proof: this.#proof, login: this.#login };
    if (this.#passwords > 0 && login.failed.test(line)) this.#isRefused = true;
    if (!proof.isTyped) {
      if (this.#banner.length < BANNER) this.#banner.push(line);
      return;
    }
    // A line that is a prompt and nothing else: its blanks were not echoed.
    if (this.channel.prompts.match(line)?.text === line) this.#bare++;
    else if (line.trim() !== "") this.#bare = 0;
    proof.line(line, "");
  }

  #asks(): Reply[] {
    const { user, password } = this.#login;
    // "Last login: " and its like stand in what is shown after the login.
    const isSure = (line: string) =>
      this.#passwords === 0 && line.trim().split(/\s+/).length <= 2;
    const secret = { secret: "password" } as const;
    return [
      { question: user, say: "user", key: false, isSure },
      { question: password, say: secret, key: false, isSure },
    ];
  }

  #answer(reply: Reply): void {
    const { channel } = this;
    const { say } = reply;
    if (reply.question === this.#login.user) {
      if (this.#passwords > 0) return this.stop(this.#refused());
      if (channel.user === undefined) return this.stop(this.#noUser());
      return channel.type(channel.user, { newline: true });
    }
    if (typeof say === "string") {
      return channel.type(say, { newline: !reply.key });
    }
    if (this.#isRefused || this.#passwords > 0) {
      return this.stop(this.#refused());
    }
    this.#passwords++;
    const secret = channel.secret(say.secret);
    if (secret === undefined) return this.stop(channel.noSecret(say.secret));
    channel.type(secret, { newline: true, secret: true });
  }

  #refused(): AuthError {
    return new AuthError("it does not take this user and password", {
      code: "login-refused",
      op: "log in to",
      target: this.channel.name,
      hint: "check user and password",
    });
  }

  #noUser(): AuthError {
    return new AuthError("it asks for a user, and none was given", {
      code: "no-user",
      op: "log in to",
      target: this.channel.name,
      hint: 'connect({ …, user: "admin" })',
    });
  }

  #end(prompt: Prompt): void {
    const settled = this.channel.stand(prompt, this.#proof.above.at(-1));
    this.finish({ prompt: settled, banner: this.#banner.join("\n").trim() });
  }
}
