/**
 * The services of a lab's node as whoever has the lab sees them: how they are,
 * what they wrote.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { duration } from "../inspect/units.ts";
import type { DaemonLine, DaemonState } from "./calls.ts";

export type { DaemonLine, DaemonState };

const ROLES: Readonly<Record<DaemonState["state"], Role>> = {
  starting: "warn",
  running: "good",
  waiting: "warn",
  failed: "bad",
};

/** The programs of a node's services, as they were when it was asked for. */
export class DaemonStates implements Iterable<DaemonState> {
  /** One for each program, in the order in which they were started. */
  readonly all: readonly DaemonState[];

  /**
   * Takes the states.
   *
   * @param all In the order in which they are to be shown.
   */
  constructor(all: readonly DaemonState[]) {
    this.all = all;
  }

  /** Whether all of them run. */
  get isRunning(): boolean {
    return this.all.every(({ state }) => state === "running");
  }

  /**
   * Finds a program.
   *
   * @param name Its name, or that of a service, for its first program.
   * @returns How it is; `undefined` if there is none of that name.
   */
  find(name: string): DaemonState | undefined {
    return this.all.find(({ program }) => program === name) ??
      this.all.find((one) => one.name === name);
  }

  /** One program after the other. */
  [Symbol.iterator](): Iterator<DaemonState> {
    return this.all[Symbol.iterator]();
  }

  /** The plain states. */
  toJSON(): readonly DaemonState[] {
    return this.all;
  }

  /** A row for each program. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    if (this.all.length === 0) return paint("muted", "no services", on);
    const rows = this.all.map((one) => ({
      service: one.name,
      program: one.program,
      state: paint(ROLES[one.state], one.state, on),
      pid: one.pid ?? "",
      for: duration(Math.max(0, Date.now() - one.since)),
      restarts: one.restarts,
    }));
    return table(rows, { canvas: on });
  }
}

/** What services of a node have written: the last lines. */
export class DaemonLines implements Iterable<DaemonLine> {
  /** The lines, oldest first. */
  readonly lines: readonly DaemonLine[];

  /**
   * Takes the lines.
   *
   * @param lines Oldest first.
   */
  constructor(lines: readonly DaemonLine[]) {
    this.lines = lines;
  }

  /** The text of the lines, each with its end. */
  get text(): string {
    return this.lines.map(({ text }) => `${text}\n`).join("");
  }

  /** Line after line. */
  [Symbol.iterator](): Iterator<DaemonLine> {
    return this.lines[Symbol.iterator]();
  }

  /** The plain lines. */
  toJSON(): readonly DaemonLine[] {
    return this.lines;
  }

  /** Each line with its time and its program. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    if (this.lines.length === 0) return paint("muted", "no lines", on);
    return this.lines.map(({ time, program, stream, text }) =>
      [
        paint("muted", new Date(time).toISOString().slice(11, 23), on),
        paint("name", program, on),
        stream === "lab" ? paint("warn", text, on) : text,
      ].join(" ")
    ).join("\n");
  }
}
