/**
 * Where a capture's octets come from: a file, a pipe, a stream, memory.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";

/** Octets in order, with an end. */
export interface Source {
  /** What it is, for errors and for people. */
  readonly name: string;
  /** The files that it is read from: none may be written over meanwhile. */
  readonly paths?: readonly string[];
  /** All the octets, if they are in memory already. */
  readonly octets?: Uint8Array;
  /**
   * Opens the same source once more, from its start; absent where that cannot
   * be done, for a pipe or a stream.
   */
  readonly again?: (() => Promise<Source>) | undefined;
  /**
   * Reads the next octets at once, where that cannot wait for long. It costs a
   * tenth of what the runtime takes to do it in the background, but whoever
   * reads much must {@linkcode Source.read} at times.
   *
   * @param into Where to put them.
   * @returns How many there were; 0 at the end.
   */
  readonly readSync?: (into: Uint8Array) => number;
  /**
   * Reads the next octets; meanwhile timers and sockets have their turn.
   *
   * @param into Where to put them.
   * @returns How many there were; 0 at the end.
   */
  read(into: Uint8Array): Promise<number>;
  /** Lets go of the file or the stream; a second time does nothing. */
  close(): Promise<void>;
}

/**
 * Opens whatever a capture can be read from.
 *
 * @param from A path or `file:` URL, `"-"` for standard input, a stream, or
 * octets.
 * @returns The source, at its start.
 * @throws {NetError} If there is no such file (`"not-found"`), or it is a
 * directory (`"is-directory"`), or the system gives another reason (`"io"`).
 * @throws {PermissionError} If it may not be read.
 * @throws {TypeError} If `from` is something else, or a stream in use.
 *
 * @example
 * ```ts
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const source = await openSource(ReadableStream.from([Uint8Array.of(1, 2, 3)]));
 * assert.equal(await source.read(new Uint8Array(2)), 2);
 * assert.equal(await source.read(new Uint8Array(2)), 1);
 * await source.close();
 * ```
 */
export async function openSource(
  from: string | URL | ReadableStream<Uint8Array> | Uint8Array,
): Promise<Source> {
  if (from === "-") return standardInput();
  if (typeof from === "string") return await openFile(from);
  if (from instanceof Uint8Array) return memorySource(from);
  if (from instanceof URL && from.protocol === "file:") {
    return await openFile(decodeURIComponent(from.pathname));
  }
  // Last, as the runtime loads what streams are when they are first named.
  if (from instanceof ReadableStream) return streamSource(from);
  throw new TypeError(
    `Cannot open a capture as 'source' must be a path, a file: URL, a stream or a Uint8Array: current value is ${from}`,
  );
}

function memorySource(octets: Uint8Array): Source {
  let at = 0;
  const readSync = (into: Uint8Array) => {
    const some = octets.subarray(at, at + into.length);
    into.set(some);
    at += some.length;
    return some.length;
  };
  return {
    name: "octets",
    octets,
    again: () => Promise.resolve(memorySource(octets)),
    readSync,
    async read(into) {
      await turn();
      return readSync(into);
    },
    close: () => Promise.resolve(),
  };
}

function standardInput(): Source {
  return {
    name: "standard input",
    async read(into) {
      try {
        return await Deno.stdin.read(into) ?? 0;
      } catch (error) {
        throw fileError(error, "read", "standard input");
      }
    },
    // It belongs to the program, which may go on reading.
    close: () => Promise.resolve(),
  };
}

async function openFile(path: string): Promise<Source> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    throw fileError(error, "open", path);
  }
  try {
    const { isFile, isDirectory } = await file.stat();
    if (isDirectory) throw new Deno.errors.IsADirectory();
    return fileSource(file, path, isFile);
  } catch (error) {
    file.close();
    throw fileError(error, "open", path);
  }
}

function fileSource(file: Deno.FsFile, path: string, regular: boolean): Source {
  let open = true;
  const close = () => {
    if (open) file.close();
    open = false;
    return Promise.resolve();
  };
  const source = {
    name: path,
    paths: [path],
    async read(into: Uint8Array) {
      try {
        return await file.read(into) ?? 0;
      } catch (error) {
        throw fileError(error, "read", path);
      }
    },
    close,
  };
  // A pipe may have nothing for a long time, and cannot be read again.
  if (!regular) return source;
  return {
    ...source,
    again: () => openFile(path),
    readSync(into) {
      try {
        return file.readSync(into) ?? 0;
      } catch (error) {
        throw fileError(error, "read", path);
      }
    },
  };
}

/**
 * Waits for one turn of the event loop.
 *
 * @returns When timers and sockets have had their turn.
 *
 * @example
 * ```ts
 * import { turn } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * let ticked = false;
 * setTimeout(() => ticked = true);
 * while (!ticked) await turn();
 * assert.ok(ticked);
 * ```
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function streamSource(stream: ReadableStream<Uint8Array>): Source {
  const reader = stream.getReader();
  let closed: Promise<void> | undefined;
  return {
    name: "stream",
    read: piecewise(async () => {
      const { value, done } = await reader.read();
      return done ? undefined : value;
    }),
    close() {
      // A stream that failed has told so already, by the read that failed.
      return closed ??= reader.cancel().catch(() => {});
    },
  };
}

/**
 * Makes of pieces as they come what fills a buffer that is given.
 *
 * @param next Gives the next piece; `undefined` at the end.
 * @returns What {@linkcode Source.read} is to do.
 *
 * @example
 * ```ts
 * import { piecewise } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const pieces = [Uint8Array.of(1, 2, 3)];
 * const read = piecewise(() => Promise.resolve(pieces.shift()));
 * assert.equal(await read(new Uint8Array(2)), 2);
 * assert.equal(await read(new Uint8Array(2)), 1);
 * assert.equal(await read(new Uint8Array(2)), 0);
 * ```
 */
export function piecewise(
  next: () => Promise<Uint8Array | undefined>,
): (into: Uint8Array) => Promise<number> {
  let rest: Uint8Array = new Uint8Array(0);
  return async (into) => {
    while (rest.length === 0) {
      const piece = await next();
      if (piece === undefined) return 0;
      rest = piece;
    }
    const count = Math.min(rest.length, into.length);
    into.set(rest.subarray(0, count));
    rest = rest.subarray(count);
    return count;
  };
}

/**
 * Says what went wrong with a file, and what to do about it.
 *
 * @param error What the runtime threw.
 * @param op What was to be done: `"open"`, `"read"`, `"create"`, `"write"`.
 * @param target The file's path.
 * @returns The error to throw.
 *
 * @example
 * ```ts
 * import { NetError } from "../errors.ts";
 * import { fileError } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const error = fileError(new Deno.errors.AlreadyExists(), "create", "a.pcap");
 * assert.ok(error instanceof NetError && error.code === "exists");
 * ```
 */
export function fileError(error: unknown, op: string, target: string): unknown {
  const { errors } = Deno;
  const facts = { op, target, cause: error };
  if (error instanceof errors.NotFound) {
    const hint = `ls ${target.slice(0, target.lastIndexOf("/") + 1) || "."}`;
    return new NetError("no such file", { ...facts, code: "not-found", hint });
  }
  if (error instanceof errors.AlreadyExists) {
    const hint = "another name, or { overwrite: true }";
    return new NetError("there is such a file", {
      ...facts,
      code: "exists",
      hint,
    });
  }
  if (error instanceof errors.IsADirectory) {
    const hint = "give the path of one file in it";
    return new NetError("it is a directory", {
      ...facts,
      code: "is-directory",
      hint,
    });
  }
  if (error instanceof errors.NotCapable) {
    // For /dev and /proc the runtime wants more than the right to read.
    const right = op === "create" || op === "write" ? "write" : "read";
    const flag = error.message.includes("--allow-all")
      ? "--allow-all"
      : `--allow-${right}=${target}`;
    return new PermissionError(`this program may not ${right} it`, {
      ...facts,
      code: "permission",
      hint: `deno run ${flag} …`,
    });
  }
  if (error instanceof errors.PermissionDenied) {
    return new PermissionError("this user may not read it", {
      ...facts,
      code: "permission",
      hint: `ls -l ${target}, and sudo chmod a+r ${target} if it is yours`,
    });
  }
  if (!(error instanceof Error)) return error;
  return new NetError(error.message, { ...facts, code: "io" });
}
