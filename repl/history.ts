/**
 * Earlier entries on disk, one JSON string a line, the oldest first.
 *
 * Several prompts may share the file: each entry is one appending write under
 * the file's lock. A line that does not parse is skipped. When the file has
 * grown too long it is written anew beside itself and renamed into place.
 *
 * @module
 */

import type { History } from "./editor/history.ts";

/** Options for {@linkcode openHistory}. */
export interface HistoryOptions {
  /** How many entries are kept. @default {10_000} */
  limit?: number;
  /** Told once, when the file cannot be read or written; the prompt goes on. */
  onError?: (error: Error) => void;
}

/** The end of a file that is read: no 10,000 sane entries are longer. */
const LONGEST_FILE = 32 << 20;
/** Longer entries are remembered, but not on disk, in UTF-16 units. */
const LONGEST_ENTRY = 1 << 16;
/** How many times longer than its limit a file may be before it is compacted. */
const SLACK = 2;
/** How long another prompt's lock is waited for, in milliseconds. */
const PATIENCE = 1000;

/**
 * Opens a history that is kept in a file.
 *
 * @param path The file; it and its folder are made when there is an entry.
 * @param options The limit, and who is told of trouble.
 */
export function openHistory(
  path: string,
  options: HistoryOptions = {},
): History {
  return new FileHistory(path, options);
}

class FileHistory implements History {
  readonly #path: string;
  readonly #limit: number;
  #onError: ((error: Error) => void) | undefined;
  #entries: string[] = [];

  constructor(path: string, options: HistoryOptions) {
    this.#path = path;
    this.#limit = options.limit ?? 10_000;
    this.#onError = options.onError;
    this.#try(() => {
      const lines = readLines(path);
      this.#entries = newest(lines, this.#limit);
      if (lines.length > SLACK * this.#limit) compact(path, this.#limit);
    });
  }

  /** Each entry once, where it was used last. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** An entry that begins with a space is not remembered, as in other shells. */
  add(text: string): void {
    const entry = text.trimEnd();
    if (entry === "" || entry.startsWith(" ")) return;
    if (entry === this.#entries.at(-1)) return;
    const others = this.#entries.filter((other) => other !== entry);
    this.#entries = [...others, entry].slice(-this.#limit);
    if (entry.length > LONGEST_ENTRY) return;
    this.#try(() => append(this.#path, lineOf(entry)));
  }

  #try(action: () => void): void {
    try {
      action();
    } catch (error) {
      const onError = this.#onError;
      this.#onError = undefined;
      onError?.(error as Error);
    }
  }
}

const lineOf = (entry: string) => `${JSON.stringify(entry)}\n`;

/** The last lines of a file; none if it is not there yet. */
function readLines(path: string): string[] {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    const start = Math.max(0, size - LONGEST_FILE);
    file.seekSync(start, Deno.SeekMode.Start);
    const octets = new Uint8Array(size - start);
    let length = 0;
    while (length < octets.length) {
      const count = file.readSync(octets.subarray(length));
      if (count === null) break;
      length += count;
    }
    const text = new TextDecoder().decode(octets.subarray(0, length));
    return text.split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The last `limit` entries of a file's lines, each once. */
function newest(lines: readonly string[], limit: number): string[] {
  const entries = new Set<string>();
  for (let i = lines.length - 1; i >= 0 && entries.size < limit; i--) {
    try {
      const entry: unknown = JSON.parse(lines[i]!);
      if (typeof entry === "string" && entry !== "") entries.add(entry);
    } catch {
      // Cut short, or not ours: there is nothing to save from it.
    }
  }
  return [...entries].reverse();
}

/** Writes a file anew with its newest entries, unless another prompt is at it. */
function compact(path: string, limit: number): void {
  const { file, isLocked } = open(path);
  using _ = file;
  if (!isLocked) return;
  const text = newest(readLines(path), limit).map(lineOf).join("");
  const target = Deno.realPathSync(path);
  const temporary = `${target}.${Deno.pid}.tmp`;
  try {
    Deno.writeTextFileSync(temporary, text, { mode: 0o600 });
    Deno.renameSync(temporary, target);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made.
    }
    throw error;
  }
}

/** One write, after whatever another prompt wrote; whole lines only. */
function append(path: string, line: string): void {
  const { file } = open(path);
  using _ = file;
  const octets = new TextEncoder().encode(endsLine(file) ? line : `\n${line}`);
  if (file.writeSync(octets) < octets.length) {
    throw new Error(`Cannot write all of ${path}: is the disk full?`);
  }
}

/**
 * Opens a file to append to it, and locks it against other prompts. A prompt
 * that was stopped while it held the lock must not stop the others: after a
 * while the file is handed out without it.
 */
function open(path: string): { file: Deno.FsFile; isLocked: boolean } {
  const start = performance.now();
  for (;;) {
    const file = openOrMake(path);
    try {
      const isLocked = file.tryLockSync(true);
      // Whoever compacts puts another file in this one's place.
      const isThere = file.statSync().ino === inodeOf(path);
      const isLate = performance.now() - start > PATIENCE;
      if ((isLocked && isThere) || isLate) return { file, isLocked };
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    sleep(2);
  }
}

function openOrMake(path: string): Deno.FsFile {
  const options = { read: true, append: true, create: true, mode: 0o600 };
  try {
    return Deno.openSync(path, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const folder = path.slice(0, path.lastIndexOf("/") + 1) || ".";
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return Deno.openSync(path, options);
  }
}

function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.statSync(path).ino;
  } catch {
    return undefined;
  }
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Whether a file ends with a line break, as it does unless a write was cut. */
function endsLine(file: Deno.FsFile): boolean {
  if (file.statSync().size === 0) return true;
  file.seekSync(-1, Deno.SeekMode.End);
  const last = new Uint8Array(1);
  file.readSync(last);
  return last[0] === 0x0a;
}
