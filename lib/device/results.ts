/**
 * What came of a command, of lines of configuration, of a commit.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { visible } from "../inspect/text.ts";
import { count, duration } from "../inspect/units.ts";
import type { ConfigDiff } from "./diff.ts";

/** A row of what a template makes of an output. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** Lines of an output that are shown at the prompt. */
const SHOWN = 60;

/** The facts of a {@linkcode CommandResult}. */
export interface CommandFacts {
  /** What was typed. */
  readonly input: string;
  /** What the device printed: neither echo nor prompt. */
  readonly output: string;
  /** The line with which it refused, if it did. */
  readonly failure: string | undefined;
  /** What was echoed, where that is not what was typed. */
  readonly echo?: string | undefined;
  /** The mode afterwards. */
  readonly mode: string;
  /** The prompt afterwards. */
  readonly prompt: string;
  /** From typing to the prompt, in milliseconds. */
  readonly duration: number;
  /** Whether the output is longer than what was kept. */
  readonly truncated: boolean;
  /** The output as rows, where that was asked for and a template is there. */
  readonly rows?: readonly ResultRow[] | undefined;
  /** Whether rows were asked for. */
  readonly isParsed?: boolean | undefined;
}

/**
 * What a device said to a command. A refusal is no error: `failed` says so, and
 * `failure` is the line.
 */
export class CommandResult {
  /** What was typed. */
  readonly input: string;
  /** What the device printed: neither echo nor prompt, lines parted by LF. */
  readonly output: string;
  /** Whether the device refused it. */
  readonly failed: boolean;
  /** The line with which it did. */
  readonly failure: string | undefined;
  /** What was echoed, where that is not what was typed: empty for nothing. */
  readonly echo: string | undefined;
  /** The mode afterwards. */
  readonly mode: string;
  /** The prompt afterwards: the whole last line. */
  readonly prompt: string;
  /** From typing to the prompt, in milliseconds. */
  readonly duration: number;
  /** Whether the output is longer than what was kept. */
  readonly truncated: boolean;
  /** The output as rows; nothing if that was not asked for, or without template. */
  readonly rows: readonly ResultRow[] | undefined;
  /** Rows were asked for, and no template made any. */
  readonly #lacksRows: boolean;

  /**
   * Takes the facts.
   *
   * @param facts All of them.
   * @ignore
   */
  constructor(facts: CommandFacts) {
    this.input = facts.input;
    this.output = facts.output;
    this.failed = facts.failure !== undefined;
    this.failure = facts.failure;
    this.echo = facts.echo;
    this.mode = facts.mode;
    this.prompt = facts.prompt;
    this.duration = facts.duration;
    this.truncated = facts.truncated;
    this.rows = facts.rows;
    this.#lacksRows = facts.isParsed === true && facts.rows === undefined;
  }

  /** The output. */
  toString(): string {
    return this.output;
  }

  /** The plain fields. */
  toJSON(): CommandFacts & { failed: boolean } {
    return { ...this };
  }

  /** The rows as a table, else the output; above it what was typed and how long it took. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors });
    const state = this.failed
      ? paint("bad", "refused", on)
      : paint("muted", duration(this.duration), on);
    const title = `${paint("name", visible(this.input), on)}  ${state}`;
    const lack = paint("muted", "no rows: no template fits it", on);
    const shown = this.rows
      ? table(this.rows, { canvas: on })
      : body(this.output, this.truncated, on);
    return `${title}\n${shown}`.trimEnd() +
      (this.#lacksRows && !this.failed ? `\n${lack}` : "");
  }
}

/** What became of a line of configuration. */
export interface ConfiguredLine {
  /** The line. */
  readonly line: string;
  /**
   * Whether the device took it, refused it, or never saw it: the lines within
   * a refused one, and those after it where that ends the whole.
   */
  readonly state: "accepted" | "refused" | "skipped";
  /** What the device said to it. */
  readonly output: string;
}

/** The facts of a {@linkcode ConfigureResult}. */
export interface ConfigureFacts {
  /** Each line and what became of it. */
  readonly lines: readonly ConfiguredLine[];
  /** Whether all was thrown away again. */
  readonly discarded: boolean;
  /** From the first line to the last prompt, in milliseconds. */
  readonly duration: number;
  /** What still differs, after a rollback. */
  readonly remaining?: ConfigDiff | undefined;
}

/** What became of lines of configuration. */
export class ConfigureResult {
  /** Each line and what became of it. */
  readonly lines: readonly ConfiguredLine[];
  /** Whether any was refused, or a rollback left something. */
  readonly failed: boolean;
  /** Whether all was thrown away again, as something was refused. */
  readonly discarded: boolean;
  /** From the first line to the last prompt, in milliseconds. */
  readonly duration: number;
  /** What still differs after a rollback; nothing where the device does it. */
  readonly remaining: ConfigDiff | undefined;

  /**
   * Takes the facts.
   *
   * @param facts All of them.
   * @ignore
   */
  constructor(facts: ConfigureFacts) {
    this.lines = facts.lines;
    this.remaining = facts.remaining;
    this.failed = facts.lines.some(({ state }) => state !== "accepted") ||
      (facts.remaining !== undefined && !facts.remaining.isEmpty);
    this.discarded = facts.discarded;
    this.duration = facts.duration;
  }

  /** The lines that were refused. */
  get refused(): readonly ConfiguredLine[] {
    return this.lines.filter(({ state }) => state === "refused");
  }

  /** The plain fields. */
  toJSON(): ConfigureFacts & { failed: boolean } {
    const { lines, discarded, duration, remaining, failed } = this;
    return { lines, discarded, duration, remaining, failed };
  }

  /** How many were taken, and each that was not with what the device said. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors });
    const taken = this.lines.filter(({ state }) => state === "accepted").length;
    const lines = [
      `${
        paint(
          this.failed ? "warn" : "good",
          `${count(taken)} of ${count(this.lines.length)} lines taken`,
          on,
        )
      }  ${paint("muted", duration(this.duration), on)}${
        this.discarded ? paint("warn", ", and thrown away again", on) : ""
      }`,
    ];
    for (const { line, state, output } of this.lines) {
      if (state === "accepted") continue;
      lines.push(`  ${paint("bad", state, on)} ${visible(line)}`);
      if (output.trim() !== "") lines.push(body(indented(output), false, on));
    }
    if (this.remaining && !this.remaining.isEmpty) {
      lines.push("what still differs:", `${this.remaining}`);
    }
    return lines.join("\n");
  }
}

/** The facts of a {@linkcode CommitResult}. */
export interface CommitFacts {
  /** The line with which the device refused, if it did. */
  readonly failure: string | undefined;
  /** What the device said. */
  readonly output: string;
  /** When it goes back unless it is confirmed (milliseconds since 1970). */
  readonly revertsAt?: number | undefined;
  /** Who takes it back: the device, or a timer of this session. */
  readonly revertsBy?: "device" | "session" | undefined;
  /** How it ended. */
  readonly outcome: Promise<CommitOutcome>;
}

/** How a commit ended. */
export type CommitOutcome = "kept" | "rolled back" | "failed";

/** What a device said to a commit. */
export class CommitResult {
  /** Whether the device refused it. */
  readonly failed: boolean;
  /** The line with which it did. */
  readonly failure: string | undefined;
  /** What it said. */
  readonly output: string;
  /** When it goes back unless it is confirmed; nothing if it stays. */
  readonly revertsAt: Date | undefined;
  /** Who takes it back: the device itself, or a timer in this process. */
  readonly revertsBy: "device" | "session" | undefined;
  readonly #outcome: Promise<CommitOutcome>;

  /**
   * Takes the facts.
   *
   * @param facts All of them.
   * @ignore
   */
  constructor(facts: CommitFacts) {
    this.failed = facts.failure !== undefined;
    this.failure = facts.failure;
    this.output = facts.output;
    this.revertsAt = facts.revertsAt === undefined
      ? undefined
      : new Date(facts.revertsAt);
    this.revertsBy = facts.revertsBy;
    this.#outcome = facts.outcome;
  }

  /**
   * Settles when it is known how it ended: confirmed in time, or taken back. Of
   * a device that takes it back itself this session knows only of `confirm`.
   */
  get outcome(): Promise<CommitOutcome> {
    return this.#outcome;
  }

  /** The plain fields. */
  toJSON(): {
    failed: boolean;
    failure: string | undefined;
    output: string;
    revertsAt: Date | undefined;
    revertsBy: "device" | "session" | undefined;
  } {
    const { failed, failure, output, revertsAt, revertsBy } = this;
    return { failed, failure, output, revertsAt, revertsBy };
  }

  /** One line, and what the device said if it refused. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors });
    if (this.failed) {
      return `${paint("bad", "refused", on)}\n${body(this.output, false, on)}`;
    }
    if (!this.revertsAt) return paint("good", "committed", on);
    const at = this.revertsAt.toTimeString().slice(0, 8);
    const who = this.revertsBy === "device" ? "the device" : "this session";
    return paint(
      "warn",
      `committed until ${at}: ${who} takes it back unless you confirm()`,
      on,
    );
  }
}

function body(text: string, isCut: boolean, on: Canvas): string {
  const lines = text.split("\n");
  const shown = lines.slice(0, SHOWN).map(visible);
  const rest = lines.length - shown.length;
  if (rest > 0) shown.push(paint("muted", `… ${count(rest)} more lines`, on));
  if (isCut) shown.push(paint("warn", "… the rest was not kept", on));
  return shown.join("\n");
}

function indented(text: string): string {
  return text.split("\n").filter((line) => line.trim() !== "")
    .map((line) => `    ${line}`).join("\n");
}
