/**
 * What is said to a synchronization of trees, and what came of it.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { bytes, count, duration } from "../../inspect/units.ts";
import type { TransferProgress } from "./transfer.ts";

/** How far a file of a tree is, and all of them. */
export interface SyncProgress extends TransferProgress {
  /** Files that have not begun yet. */
  readonly files: number;
  /** Octets of all files that are there. */
  readonly allDone: number;
  /** Octets of all files in all. */
  readonly allTotal: number;
}

/** Options for `syncDown` and `syncUp` of an {@linkcode Sftp}. */
export interface SyncOptions {
  /** Remove what is not in the original. @default {false} */
  remove?: boolean | undefined;
  /** Say what would be done, and do nothing. @default {false} */
  dryRun?: boolean | undefined;
  /**
   * Tells which files take part, by their path below the root: `"a/b.txt"`. The
   * others are not removed either. @default {all}
   */
  include?: ((path: string) => boolean) | undefined;
  /** Files under way at once. @default {4} */
  concurrency?: number | undefined;
  /** Called as files get further. */
  onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** Called as each thing is done, before the report. */
  onStep?: ((step: SyncStep) => void) | undefined;
  /** The longest wait for an answer, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops it; files that are whole stay. */
  signal?: AbortSignal | undefined;
}

/** What became of one file or folder. */
export interface SyncStep {
  /** Its path below the root. */
  readonly path: string;
  /** What was done, or would be. */
  readonly action:
    | "copied"
    | "made"
    | "linked"
    | "removed"
    | "skipped"
    | "failed";
  /** Its octets, where it was copied. */
  readonly size?: number;
  /** Why it was skipped, or how it failed. */
  readonly reason?: string;
}

/**
 * What a synchronization did; `syncDown` and `syncUp` of an {@linkcode Sftp} give
 * it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const report = new net.ssh.SyncReport([{ path: "a", action: "copied", size: 3 }], 7, 12);
 * assert.deepEqual([report.copied, report.unchanged, report.ok], [1, 7, true]);
 * ```
 */
export class SyncReport {
  /** What was done, by path; what was the same already is not in it. */
  readonly steps: readonly SyncStep[];
  /** Files that were the same already. */
  readonly unchanged: number;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes what was done.
   *
   * @param steps The steps.
   * @param unchanged Files that were the same already.
   * @param elapsed How long it took, in milliseconds.
   */
  constructor(steps: readonly SyncStep[], unchanged: number, elapsed: number) {
    this.steps = steps;
    this.unchanged = unchanged;
    this.elapsed = elapsed;
  }

  /** Files that were copied. */
  get copied(): number {
    return this.#of("copied").length;
  }

  /** Octets that were copied. */
  get bytes(): number {
    return this.#of("copied").reduce((sum, { size = 0 }) => sum + size, 0);
  }

  /** Whether nothing failed. */
  get ok(): boolean {
    return this.#of("failed").length === 0;
  }

  #of(action: SyncStep["action"]): SyncStep[] {
    return this.steps.filter((step) => step.action === action);
  }

  /** Everything, plain. */
  toJSON(): object {
    const { copied, bytes, ok } = this;
    return { ...this, copied, bytes, ok };
  }

  /** Shows as a card: counts, and what did not go well. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const words = (action: SyncStep["action"]) => {
      const steps = this.#of(action);
      return steps.length === 0 ? [] : [[action, count(steps.length)] as const];
    };
    return card("Synchronization", [
      ["copied", `${count(this.copied)}, ${bytes(this.bytes)}`],
      ["unchanged", count(this.unchanged)],
      ...words("made"),
      ...words("linked"),
      ...words("removed"),
      ...this.steps.filter(({ reason }) => reason !== undefined).map((
        { action, path, reason },
      ) => [action, `${path}: ${reason}`] as const),
      ["time", duration(this.elapsed)],
    ], canvas({ colors: options?.colors ?? false }));
  }
}
