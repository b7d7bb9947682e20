/**
 * What is said to a transfer of a file, and what came of it.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { bytes, duration, rate } from "../../inspect/units.ts";

/** How far a transfer is. */
export interface TransferProgress {
  /** The file on the other machine. */
  readonly path: string;
  /** Octets that are there. */
  readonly done: number;
  /** Octets in all. */
  readonly total: number;
}

/** Options for `get` and `put` of an {@linkcode Sftp}. */
export interface TransferOptions {
  /**
   * Go on where an earlier try was cut off. The last 128 KiB of what is there
   * are compared, and a file that differs there is sent anew.
   * @default {false}
   */
  resume?: boolean | undefined;
  /**
   * Write beside the file, and put that in its place when it is whole, so that
   * nobody ever sees half of it. `false` writes into the file itself.
   * @default {true}
   */
  atomic?: boolean | undefined;
  /** Give the copy the permissions and times of the original. @default {false} */
  preserve?: boolean | undefined;
  /** Permissions of the copy: `0o600`. @default {as a file that it replaces, or as new files are} */
  mode?: number | undefined;
  /** Called as octets arrive. */
  onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** The longest time without any octets, in milliseconds. @default {30000} */
  timeout?: number | undefined;
  /** Stops the transfer; what has arrived stays, to be resumed. */
  signal?: AbortSignal | undefined;
}

/** What {@linkcode Transfer} is made of. */
export interface TransferParts {
  /** Where it came from. */
  readonly from: string;
  /** Where it is now. */
  readonly to: string;
  /** Its octets. */
  readonly size: number;
  /** How many were there already. */
  readonly resumedAt: number;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;
}

/**
 * A file that has been copied; `get` and `put` of an {@linkcode Sftp} give it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const done = new net.ssh.Transfer({
 *   from: "/var/log/messages", to: "messages", size: 2048, resumedAt: 1024, elapsed: 2,
 * });
 * assert.equal(done.perSecond, 512_000);
 * ```
 */
export class Transfer {
  /** Where it came from. */
  readonly from: string;
  /** Where it is now. */
  readonly to: string;
  /** Its octets. */
  readonly size: number;
  /** How many were there already, from an earlier try. */
  readonly resumedAt: number;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;

  /**
   * Takes the facts.
   *
   * @param parts The facts.
   */
  constructor(parts: TransferParts) {
    this.from = parts.from;
    this.to = parts.to;
    this.size = parts.size;
    this.resumedAt = parts.resumedAt;
    this.elapsed = parts.elapsed;
  }

  /** Octets a second, of those that travelled. */
  get perSecond(): number {
    return (this.size - this.resumedAt) / (this.elapsed / 1000);
  }

  /** Everything, plain. */
  toJSON(): TransferParts {
    return { ...this };
  }

  /** Shows as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return card(`Transfer ${this.to}`, [
      ["from", this.from],
      ["size", bytes(this.size)],
      ...(this.resumedAt > 0
        ? [["resumed at", bytes(this.resumedAt)] as const]
        : []),
      ["time", duration(this.elapsed)],
      ["rate", rate(this.perSecond * 8)],
    ], canvas({ colors: options?.colors ?? false }));
  }
}
