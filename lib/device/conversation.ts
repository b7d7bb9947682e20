/**
 * A conversation with a device, one line after the other: what a session is
 * made of. Whoever uses it sees to it that only one speaks at a time.
 *
 * @module
 */

import { AuthError, NetError } from "../errors.ts";
import { givenReplies, type Reply } from "./asking.ts";
import type { Channel } from "./channel.ts";
import { Exchange, type ExchangeOptions, type Heard } from "./exchange.ts";
import { type LoggedIn, Login } from "./login.ts";
import { modePath } from "./modes.ts";
import type { Answer, Platform, Step } from "./platform.ts";
import type { Prompt } from "./session_options.ts";
import type { PatienceOptions } from "./session_options.ts";

/** What is filled in where a step has `{name}`. */
export type Filling = Readonly<Record<string, string | number>>;

/** What came of steps. */
export interface Stepped {
  /** What the device said to all of them. */
  readonly output: string;
  /** The line with which it refused one; the rest was then not typed. */
  readonly failure: string | undefined;
}

/** Lines at either end of an output among which a refusal is looked for. */
const REFUSAL_LINES = 12;
/** More moves than this lead nowhere. */
const MOVES = 12;

/**
 * The line that makes a shell mark its prompts, for those platforms that are
 * shells. Bash and zsh turn `\e` in a prompt into the control character
 * themselves, so even a program that prints the prompt's text cannot show it.
 */
const MARKING =
  ` case "$BASH" in "") PS1="$(printf '\\033]777;{mark}\\007')$PS1";; *) PS1='\\[\\e]777;{mark}\\a\\]'"$PS1";; esac`;

const failing = new WeakMap<Platform, readonly RegExp[]>();

/** See the module. */
export class Conversation {
  /** Whose platform. */
  readonly platform: Platform;
  /** What it goes over. */
  readonly channel: Channel;
  readonly #patience: number;
  readonly #failures: readonly RegExp[];
  #last: Prompt | undefined;

  /**
   * @param channel What it goes over.
   * @param platform How the device talks.
   * @param patience The longest silence, where none is said, in milliseconds.
   */
  constructor(channel: Channel, platform: Platform, patience: number) {
    this.channel = channel;
    this.platform = platform;
    this.#patience = patience;
    this.#failures = failing.get(platform) ??
      platform.failures.map((source) => new RegExp(source));
    failing.set(platform, this.#failures);
  }

  /** The prompt at which the device waits, or waited last. */
  get prompt(): Prompt {
    return this.channel.at ?? this.#last!;
  }

  /** Waits for the first prompt, and logs in where that is asked for. */
  async login(
    options: PatienceOptions & { wake: boolean },
  ): Promise<LoggedIn> {
    const login = new Login(this.channel, {
      ...this.#turn(options),
      platform: this.platform,
      wake: options.wake,
    });
    const came = await this.channel.take(login);
    this.#last = came.prompt;
    return came;
  }

  /** Types what the platform wants at the beginning: no paging, wide lines. */
  async open(options: PatienceOptions): Promise<void> {
    await this.#markPrompts(options);
    await this.steps(this.platform.open, {}, options, true);
  }

  /** Types a line and hears the answer. */
  async say(
    line: string,
    options: PatienceOptions & {
      readonly proof: boolean;
      readonly next?: string | undefined;
      readonly answers?: readonly Reply[] | undefined;
      readonly limit?: number | undefined;
      readonly onText?: ((text: string) => void) | undefined;
    },
  ): Promise<Heard> {
    await this.#find(options);
    const { timeout: _, signal: __, ...rest } = options;
    const asked: ExchangeOptions = { ...rest, ...this.#turn(options), line };
    const heard = await this.channel.take(new Exchange(this.channel, asked));
    this.channel.notice(heard.before);
    this.#last = heard.prompt;
    return heard;
  }

  /** Types steps; the first that is refused ends it. */
  async steps(
    steps: readonly Step[],
    filling: Filling,
    options: PatienceOptions,
    isLenient = false,
  ): Promise<Stepped> {
    const outputs: string[] = [];
    for (const step of steps) {
      const heard = await this.say(filled(step.send, filling), {
        ...options,
        proof: false,
        answers: stepReplies(step.answers, filling),
      });
      const output = [...heard.before, heard.output].join("\n");
      outputs.push(output);
      if (heard.refused) throw this.#wrongSecret(heard.refused);
      const failure = this.failure(output);
      if (failure !== undefined && !step.mayFail && !isLenient) {
        return { output: outputs.join("\n"), failure };
      }
    }
    return { output: outputs.join("\n"), failure: undefined };
  }

  /** Goes to a mode, by the shortest way. */
  async enter(mode: string, options: PatienceOptions): Promise<void> {
    const { platform } = this;
    if (!Object.hasOwn(platform.modes, mode)) {
      throw new RangeError(
        `Cannot enter the mode '${mode}' as ${platform.name} has only ${
          Object.keys(platform.modes).join(", ")
        }`,
      );
    }
    await this.#find(options);
    for (let moves = 0; this.prompt.mode !== mode; moves++) {
      const from = this.prompt;
      const move = modePath(platform, from.mode, mode)?.[0];
      if (!move || moves > MOVES) {
        throw this.#noWay(mode, `there is no way from ${from.mode}`);
      }
      const { output, failure } = await this.steps(move.steps, {}, options);
      if (this.prompt.mode === from.mode || failure !== undefined) {
        if (this.prompt.mode === mode) return;
        const said = failure ?? output.trim().split("\n").at(-1)!;
        throw this.#noWay(
          mode,
          `the device stays in ${this.prompt.mode}${
            said === "" ? "" : ` and says ${JSON.stringify(said)}`
          }`,
        );
      }
      await this.#markPrompts(options);
    }
  }

  /** The line with which an output refuses what was typed, if it does. */
  failure(output: string): string | undefined {
    if (output === "") return undefined;
    // A refusal is short: the middle of a long output is never one.
    for (const line of ends(output)) {
      if (this.#failures.some((failure) => failure.test(line))) {
        return line.trim();
      }
    }
    return undefined;
  }

  /** Presses Ctrl-C, and finds the prompt again. */
  async interrupt(options: PatienceOptions): Promise<void> {
    this.channel.type("\x03", { newline: false });
    this.channel.lose();
    await this.#find(options);
  }

  /** Types what the platform wants at the end, and hangs up; never throws. */
  async close(): Promise<void> {
    const { channel, platform } = this;
    if (channel.at !== undefined && !channel.isClosed) {
      const isHome = channel.at.mode === Object.keys(platform.modes)[0];
      for (const { send } of isHome ? platform.close : []) {
        channel.type(send, { newline: true });
      }
    }
    await channel.close().catch(() => {});
  }

  /** Finds the prompt again, where nobody knows what the device is doing. */
  async #find(options: PatienceOptions): Promise<void> {
    if (this.channel.at !== undefined) return;
    const login = new Login(this.channel, {
      ...this.#turn(options),
      platform: this.platform,
      again: true,
    });
    this.#last = (await this.channel.take(login)).prompt;
  }

  async #markPrompts(options: PatienceOptions): Promise<void> {
    const { channel } = this;
    if (!this.platform.posixShell || channel.isMarked) return;
    channel.marks = false;
    const line = filled(MARKING, { mark: channel.mark });
    await this.say(line, { ...options, proof: false });
  }

  #turn({ timeout, signal }: PatienceOptions): {
    timeout: number;
    signal: AbortSignal | undefined;
  } {
    return { timeout: timeout ?? this.#patience, signal };
  }

  #wrongSecret(kind: "password" | "enable"): AuthError {
    return new AuthError(`the device does not take the ${kind} secret`, {
      code: "secret-refused",
      op: "talk to",
      target: this.channel.name,
      hint: kind === "enable"
        ? 'connect({ …, secret: "…" })'
        : 'connect({ …, password: "…" })',
    });
  }

  #noWay(mode: string, reason: string): NetError {
    return new NetError(reason, {
      code: "mode-refused",
      op: `enter the mode ${mode} of`,
      target: this.channel.name,
    });
  }
}

/** Fills in what a text leaves open: `{minutes}`. */
export function filled(text: string, filling: Filling): string {
  return text.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => `${filling[name] ?? whole}`,
  );
}

function stepReplies(
  answers: readonly Answer[] | undefined,
  filling: Filling,
): Reply[] {
  return givenReplies(
    (answers ?? []).map(({ question, say, key }) => ({
      question: new RegExp(question),
      say: typeof say === "string" ? filled(say, filling) : say,
      key,
    })),
  );
}

function* ends(text: string): Generator<string> {
  let at = 0;
  for (let i = 0; i < REFUSAL_LINES && at <= text.length; i++) {
    const end = text.indexOf("\n", at);
    yield text.slice(at, end < 0 ? undefined : end);
    at = end < 0 ? text.length + 1 : end + 1;
  }
  let end = text.length;
  for (let i = 0; i < REFUSAL_LINES && end > at; i++) {
    const start = text.lastIndexOf("\n", end - 1);
    yield text.slice(start + 1, end);
    end = start;
  }
}
