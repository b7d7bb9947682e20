/**
 * Configuration: lines typed one by one, compared, kept or taken back.
 *
 * Where a platform has a candidate (`commit` among its commands), its own
 * commands do the work. Where each line takes effect as it is typed, the
 * configuration as it was is kept here, and what undoes the difference is
 * worked out from the two.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { cleanConfig, configLines } from "./config_text.ts";
import {
  durationWords,
  explained,
  noBaseline,
  refused,
  textOf,
  typeLines,
  unsupported,
} from "./configure_lines.ts";
import type { Conversation, Filling, Stepped } from "./conversation.ts";
import { type ConfigDiff, diffConfig, readDiff } from "./diff.ts";
import { type ConfigCommand, configModeOf } from "./platform.ts";
import {
  type CommitOutcome,
  CommitResult,
  type ConfiguredLine,
  ConfigureResult,
} from "./results.ts";
import type {
  CommitOptions,
  ConfigureOptions,
  PatienceOptions,
} from "./session_options.ts";

/** A commit that waits to be confirmed. */
interface Pending {
  readonly by: "device" | "session";
  readonly timer: ReturnType<typeof setTimeout> | undefined;
  readonly settle: (outcome: CommitOutcome) => void;
}

/** The configuration of one device; one speaks at a time. */
export class Configuration {
  readonly #talk: Conversation;
  #baseline: string | undefined;
  #isTouched = false;
  /** The device's name before it was touched. */
  #host = "";
  #pending: Pending | undefined;

  /** @param talk With whom. */
  constructor(talk: Conversation) {
    this.#talk = talk;
  }

  /** Whether lines wait for a commit, as the platform has it. */
  get hasCandidate(): boolean {
    return this.#talk.platform.config.commit !== undefined;
  }

  /** Whether a commit waits for this session's own timer. */
  get isArmed(): boolean {
    return this.#pending?.by === "session";
  }

  /** The running configuration, without what changes at each look. */
  async show(options: PatienceOptions): Promise<string> {
    const { platform } = this.#talk;
    await this.#talk.enter(configModeOf(platform, "show"), options);
    const { output } = await this.#talk.say(platform.config.show, {
      ...options,
      proof: true,
    });
    const failure = this.#talk.failure(output);
    if (failure !== undefined) {
      throw refused("read the configuration of", failure, this.#talk);
    }
    const text = cleanConfig(output);
    if (!this.hasCandidate && !this.#isTouched) this.#baseline ??= text;
    return text;
  }

  /** Types lines of configuration. */
  async type(
    text: string | readonly string[],
    options: ConfigureOptions,
  ): Promise<ConfigureResult> {
    const began = performance.now();
    const talk = this.#talk;
    const { platform } = talk;
    const lines = configLines(textOf(text, options));
    const back = talk.prompt.mode;
    const { onRefusal, answers: _, baseline = true, ...patience } = options;
    if (!this.hasCandidate && baseline && !this.#isTouched) {
      await this.show(patience);
    }
    if (!this.#isTouched) this.#host = talk.prompt.host;
    this.#isTouched ||= lines.length > 0;
    await talk.enter(platform.config.mode, patience);
    const { done, isOver } = await typeLines(talk, lines, options);
    const discarded = isOver && onRefusal === "discard";
    if (discarded) await this.discard(patience);
    if (!this.hasCandidate) await talk.enter(back, patience);
    return new ConfigureResult({
      lines: done,
      discarded,
      duration: performance.now() - began,
    });
  }

  /** What was entered and not committed; or what differs from the beginning. */
  async diff(options: PatienceOptions): Promise<ConfigDiff> {
    const { platform } = this.#talk;
    if (this.hasCandidate) {
      if (platform.config.diff === undefined) {
        throw unsupported("diff", this.#talk);
      }
      await this.#talk.enter(configModeOf(platform, "diff"), options);
      const { output } = await this.#talk.say(platform.config.diff, {
        ...options,
        proof: true,
      });
      const failure = this.#talk.failure(output);
      if (failure !== undefined) throw refused("compare", failure, this.#talk);
      return readDiff(output);
    }
    const now = await this.show(options);
    if (this.#baseline === undefined) throw noBaseline("compare", this.#talk);
    const { style, negate } = platform.config;
    return diffConfig(this.#baseline, now, { style, negate });
  }

  /** Keeps what was entered; for so long only, if that is asked for. */
  async commit(
    options: CommitOptions,
    later: (job: () => Promise<void>) => void,
  ): Promise<CommitResult> {
    const { confirm, comment } = options;
    if (confirm !== undefined && !(confirm > 0 && confirm < 86_400 * 7)) {
      throw new RangeError(
        `Cannot commit as 'confirm' must be a number of seconds above 0: current value is ${confirm}`,
      );
    }
    if (this.#pending) await this.confirm(options);
    return this.hasCandidate
      ? await this.#commitCandidate(confirm, comment, options)
      : await this.#commitRunning(confirm, options, later);
  }

  /** Makes a commit that was for so long only stay. */
  async confirm(options: PatienceOptions): Promise<CommitResult> {
    const pending = this.#pending;
    if (!pending) {
      throw new NetError("no commit waits for it", {
        code: "nothing-to-confirm",
        op: "confirm on",
        target: this.#talk.channel.name,
        hint: "commit({ confirm: 120 }) first",
      });
    }
    if (pending.timer !== undefined) clearTimeout(pending.timer);
    const { output, failure } = pending.by === "device"
      ? await this.#steps("confirm", {}, options)
      : await this.#save(options);
    this.#pending = undefined;
    pending.settle(failure === undefined ? "kept" : "failed");
    if (failure === undefined && pending.by === "session") this.#forget();
    return new CommitResult({
      failure,
      output,
      outcome: Promise.resolve(failure === undefined ? "kept" : "failed"),
    });
  }

  /** Goes back to the configuration before the last commit, or the beginning. */
  async rollback(options: PatienceOptions): Promise<ConfigureResult> {
    const began = performance.now();
    const pending = this.#pending;
    if (pending?.timer !== undefined) clearTimeout(pending.timer);
    this.#pending = undefined;
    try {
      const result = this.hasCandidate
        ? await this.#takeBack("rollback", options, began)
        : await this.#typeInverse(options);
      pending?.settle(result.failed ? "failed" : "rolled back");
      return result;
    } catch (error) {
      pending?.settle("failed");
      throw error;
    }
  }

  /** Throws away what was entered and not committed. */
  async discard(options: PatienceOptions): Promise<ConfigureResult> {
    return this.hasCandidate
      ? await this.#takeBack("discard", options, performance.now())
      : await this.rollback(options);
  }

  /** Makes the running configuration survive a restart. */
  async save(options: PatienceOptions): Promise<CommitResult> {
    if (this.#talk.platform.config.save === undefined) {
      throw unsupported("save", this.#talk);
    }
    const { output, failure } = await this.#save(options);
    return new CommitResult({
      failure,
      output,
      outcome: Promise.resolve(failure === undefined ? "kept" : "failed"),
    });
  }

  async #commitCandidate(
    confirm: number | undefined,
    comment: string | undefined,
    options: PatienceOptions,
  ): Promise<CommitResult> {
    const { platform } = this.#talk;
    const which = confirm === undefined ? "commit" : "commitConfirmed";
    const filling = confirm === undefined ? {} : durationWords(confirm);
    const { output, failure } = await this.#steps(
      which,
      filling,
      options,
      comment,
    );
    const { promise, resolve } = Promise.withResolvers<CommitOutcome>();
    if (confirm === undefined || failure !== undefined) {
      resolve(failure === undefined ? "kept" : "failed");
      return new CommitResult({ failure, output, outcome: promise });
    }
    this.#pending = { by: "device", timer: undefined, settle: resolve };
    const seconds =
      platform.config.commitConfirmed!.some(({ send }) =>
          /\{(?:seconds|hhmmss)\}/.test(send)
        )
        ? confirm
        : 60 * Math.ceil(confirm / 60);
    return new CommitResult({
      failure,
      output,
      revertsAt: Date.now() + 1000 * seconds,
      revertsBy: "device",
      outcome: promise,
    });
  }

  /** Where lines take effect at once, to commit is to save; or to wait with that. */
  async #commitRunning(
    confirm: number | undefined,
    options: CommitOptions,
    later: (job: () => Promise<void>) => void,
  ): Promise<CommitResult> {
    if (options.comment !== undefined) {
      throw unsupported("commit with a comment", this.#talk);
    }
    const { promise, resolve } = Promise.withResolvers<CommitOutcome>();
    if (confirm === undefined) {
      const { output, failure } = await this.#save(options);
      resolve(failure === undefined ? "kept" : "failed");
      if (failure === undefined) this.#forget();
      return new CommitResult({ failure, output, outcome: promise });
    }
    if (this.#isTouched && this.#baseline === undefined) {
      throw noBaseline("commit with a limit", this.#talk);
    }
    // Nothing is typed for it: is the device there?
    await this.#talk.enter(this.#talk.prompt.mode, options);
    const timer = setTimeout(
      () =>
        later(async () => {
          await this.rollback({});
        }),
      1000 * confirm,
    );
    this.#pending = { by: "session", timer, settle: resolve };
    return new CommitResult({
      failure: undefined,
      output: "",
      revertsAt: Date.now() + 1000 * confirm,
      revertsBy: "session",
      outcome: promise,
    });
  }

  /** What is now is what one goes back to from here on. */
  #forget(): void {
    this.#baseline = undefined;
    this.#isTouched = false;
  }

  async #save(options: PatienceOptions): Promise<Stepped> {
    // A platform that keeps everything at once has nothing to save.
    if (this.#talk.platform.config.save === undefined) {
      return { output: "", failure: undefined };
    }
    return await this.#steps("save", {}, options);
  }

  async #takeBack(
    which: "discard" | "rollback",
    options: PatienceOptions,
    began: number,
  ): Promise<ConfigureResult> {
    const { output, failure } = await this.#steps(which, {}, options);
    const line = this.#talk.platform.config[which]!.map(({ send }) => send)
      .join(", ");
    return new ConfigureResult({
      lines: [{
        line,
        state: failure === undefined ? "accepted" : "refused",
        output,
      }],
      discarded: which === "discard",
      duration: performance.now() - began,
    });
  }

  async #typeInverse(options: PatienceOptions): Promise<ConfigureResult> {
    if (this.#baseline === undefined) {
      if (this.#isTouched) throw noBaseline("roll back", this.#talk);
      return new ConfigureResult({ lines: [], discarded: false, duration: 0 });
    }
    const { config } = this.#talk.platform;
    if (config.negate === undefined && config.rollback === undefined) {
      throw unsupported("rollback", this.#talk);
    }
    const began = performance.now();
    if (config.negate === undefined) {
      const { lines } = await this.#takeBack("rollback", options, began);
      return await this.#leftAfter(lines, began, options);
    }
    const type = async (lines: readonly string[]) =>
      (await this.type(lines.map((line) => this.#named(line)), options)).lines;
    const lines = await type((await this.diff(options)).inverse);
    const first = await this.#leftAfter(lines, began, options);
    const rest = first.remaining?.inverseWithin ?? [];
    if (rest.length === 0) return first;
    // What may not be taken away as a whole may be emptied.
    return await this.#leftAfter(
      [
        ...lines.filter(({ state }) => state === "accepted"),
        ...await type(rest),
      ],
      began,
      options,
    );
  }

  async #leftAfter(
    lines: readonly ConfiguredLine[],
    began: number,
    options: PatienceOptions,
  ): Promise<ConfigureResult> {
    const remaining = await this.diff(options);
    if (remaining.isEmpty) this.#isTouched = false;
    const duration = performance.now() - began;
    return new ConfigureResult({
      lines,
      discarded: false,
      duration,
      remaining,
    });
  }

  /** Without any name a device is lost from sight: it gets the one it had. */
  #named(line: string): string {
    const found = /^(?:no|undo|unset|delete) (hostname|sysname|switchname)\b/
      .exec(line);
    return found ? `${found[1]} ${this.#host}` : line;
  }

  async #steps(
    which: ConfigCommand,
    filling: Filling,
    options: PatienceOptions,
    comment?: string,
  ): Promise<Stepped> {
    const { platform } = this.#talk;
    const found = platform.config[which];
    if (found === undefined || typeof found === "string") {
      throw unsupported(which, this.#talk);
    }
    const words = this.#talk.platform.config.comment;
    if (comment !== undefined && words === undefined) {
      throw unsupported("commit with a comment", this.#talk);
    }
    const steps = found.map((step) => ({
      ...step,
      send: comment !== undefined && step.send.startsWith("commit")
        ? step.send + explained(words!, comment)
        : step.send,
    }));
    await this.#talk.enter(configModeOf(platform, which), options);
    return await this.#talk.steps(steps, filling, options);
  }
}
