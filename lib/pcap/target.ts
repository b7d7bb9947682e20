/**
 * Where a capture's octets go: a new file, the end of an old one, or a stream.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { fileError } from "./source.ts";

/** Takes octets in order. */
export interface Target {
  /** What it is, for errors and for people. */
  readonly name: string;
  /**
   * Writes all of some octets at once; absent where that can wait for long.
   *
   * @param octets What to write.
   */
  readonly writeSync?: (octets: Uint8Array) => void;
  /**
   * Writes all of some octets.
   *
   * @param octets What to write; they may be changed when the promise is kept.
   */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the file or the stream; a second time does nothing. */
  close(): Promise<void>;
}

/** Options for {@linkcode openTarget}. */
export interface TargetOptions {
  /** Whether to write behind what is there. @default {false} */
  readonly append?: boolean | undefined;
  /** Files that are read at the same time, and so must not be written over. */
  readonly reads?: readonly string[] | undefined;
}

/** What a capture can be written to. */
export type TargetLike = string | URL | WritableStream<Uint8Array>;

/**
 * Opens what a capture can be written to.
 *
 * @param to A path or `file:` URL, or a stream.
 * @param overwrite Whether a file that is there may be written over.
 * @param options Whether to write behind it, and what is read meanwhile.
 * @returns The target.
 * @throws {NetError} If there is such a file (`"exists"`), no such folder
 * (`"not-found"`), it is being read (`"same-file"`), or the system gives another
 * reason (`"io"`).
 * @throws {PermissionError} If it may not be written.
 * @throws {TypeError} If `to` is something else.
 *
 * @example
 * ```ts
 * import { openTarget } from "./target.ts";
 * import assert from "node:assert/strict";
 *
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const target = await openTarget(writable, false);
 * const written = new Response(readable).bytes();
 * await target.write(Uint8Array.of(1, 2));
 * await target.close();
 * assert.deepEqual(await written, Uint8Array.of(1, 2));
 * ```
 */
export async function openTarget(
  to: TargetLike,
  overwrite: boolean,
  options: TargetOptions = {},
): Promise<Target> {
  for (
    const [name, value] of Object.entries({ overwrite, append: options.append })
  ) {
    if (value === undefined || typeof value === "boolean") continue;
    throw new TypeError(
      `Cannot create a capture as '${name}' must be true or false: current value is ${
        Deno.inspect(value)
      }`,
    );
  }
  // The runtime loads what streams are when they are first named.
  if (typeof to !== "string" && to instanceof WritableStream) {
    return streamTarget(to);
  }
  return await fileTarget(targetPath(to), overwrite, options);
}

/**
 * Gives the path of a file that is to be written.
 *
 * @param to A path or `file:` URL.
 * @returns The path.
 * @throws {TypeError} If it is something else.
 *
 * @example
 * ```ts
 * import { targetPath } from "./target.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(targetPath(new URL("file:///tmp/a%20b.pcap")), "/tmp/a b.pcap");
 * ```
 */
export function targetPath(to: string | URL): string {
  if (typeof to === "string") return to;
  if (to instanceof URL && to.protocol === "file:") {
    return decodeURIComponent(to.pathname);
  }
  throw new TypeError(
    `Cannot create a capture as 'target' must be a path, a file: URL or a stream: current value is ${to}`,
  );
}

async function fileTarget(
  path: string,
  overwrite: boolean,
  { append = false, reads = [] }: TargetOptions,
): Promise<Target> {
  let file: Deno.FsFile;
  let regular: boolean;
  if (overwrite || append) await checkOther(path, reads);
  try {
    file = await Deno.open(path, {
      write: !append,
      append,
      truncate: overwrite && !append,
      create: overwrite || append,
      createNew: !overwrite && !append,
    });
    regular = (await file.stat()).isFile;
  } catch (error) {
    throw fileError(error, "create", path);
  }
  let open = true;
  const target = {
    name: path,
    async write(octets: Uint8Array) {
      try {
        for (let at = 0; at < octets.length;) {
          at += await file.write(octets.subarray(at));
        }
      } catch (error) {
        throw fileError(error, "write", path);
      }
    },
    close() {
      if (open) file.close();
      open = false;
      return Promise.resolve();
    },
  };
  // Whoever reads a pipe may take long.
  if (!regular) return target;
  return {
    ...target,
    writeSync(octets) {
      try {
        for (let at = 0; at < octets.length;) {
          at += file.writeSync(octets.subarray(at));
        }
      } catch (error) {
        throw fileError(error, "write", path);
      }
    },
  };
}

/** Checks that a file is none of those that are read. */
async function checkOther(
  path: string,
  reads: readonly string[],
): Promise<void> {
  const stat = (path: string) => Deno.stat(path).catch(() => undefined);
  const target = await stat(path);
  // Devices and pipes are not emptied when they are opened.
  if (!target?.isFile) return;
  for (const read of reads) {
    const source = await stat(read);
    if (source?.ino !== target.ino || source.dev !== target.dev) continue;
    throw new NetError("it is the file that is read", {
      code: "same-file",
      op: "create",
      target: path,
      hint: "another name, and Deno.rename() when it is written",
    });
  }
}

function streamTarget(stream: WritableStream<Uint8Array>): Target {
  const writer = stream.getWriter();
  let closed: Promise<void> | undefined;
  return {
    name: "stream",
    // A stream may keep what it is given until someone reads it.
    write: (octets) => writer.write(octets.slice()),
    close: () => closed ??= writer.close(),
  };
}
