/**
 * Configuration files, to look at and to write.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { visible } from "../../inspect/text.ts";

/** One configuration file. */
export interface ConfigFile {
  /** Where it belongs. */
  readonly path: string;
  /** What is in it. */
  readonly text: string;
}

/**
 * Configuration files; as text, what is in them, one after the other.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made: net.linux.ConfigFiles = net.linux.persistent.ifupdown({
 *   interfaces: [{ name: "eth0", dhcp: 4 }],
 * });
 * assert.deepEqual(made.files.map(({ path }) => path), ["/etc/network/interfaces"]);
 * ```
 */
export class ConfigFiles {
  /** The files. */
  readonly files: readonly ConfigFile[];

  /**
   * Takes the files.
   *
   * @param files Where each belongs and what is in it.
   */
  constructor(files: readonly ConfigFile[]) {
    this.files = files;
  }

  /** What is in the files; with several, a comment before each says where it belongs. */
  toString(): string {
    const { files } = this;
    if (files.length === 1) return files[0]!.text;
    return files.map(({ path, text }) => `# ${path}\n${text}`).join("\n");
  }

  /** Stands in JSON as an object of texts by path. */
  toJSON(): Record<string, string> {
    return Object.fromEntries(this.files.map(({ path, text }) => [path, text]));
  }

  /** Shows at the prompt as the files, each below its path. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return this.files.map(({ path, text }) => {
      const lines = text.trimEnd().split("\n").map(visible).join("\n");
      return `${paint("heading", `# ${path}`, page)}\n${lines}`;
    }).join("\n\n");
  }
}
