/**
 * Where a capture's octets go: a new file or a stream.
 *
 * @module
 */

import { fileError } from "./source.ts";

/** Takes octets in order. */
export interface Target {
  /** What it is, for errors and for people. */
  readonly name: string;
  /**
   * Writes all of some octets.
   *
   * @param octets What to write; they may be changed when the promise is kept.
   */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the file or the stream; a second time does nothing. */
  close(): Promise<void>;
}

/**
 * Opens what a capture can be written to.
 *
 * @param to A path or `file:` URL, or a stream.
 * @param overwrite Whether a file that is there may be written over.
 * @returns The target, empty.
 * @throws {NetError} If there is such a file (`"exists"`), no such folder
 * (`"not-found"`), or the system gives another reason (`"io"`).
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
  to: string | URL | WritableStream<Uint8Array>,
  overwrite: boolean,
): Promise<Target> {
  if (to instanceof WritableStream) return streamTarget(to);
  if (typeof to === "string") return await fileTarget(to, overwrite);
  if (to instanceof URL && to.protocol === "file:") {
    return await fileTarget(decodeURIComponent(to.pathname), overwrite);
  }
  throw new TypeError(
    `Cannot create a capture as 'target' must be a path, a file: URL or a stream: current value is ${to}`,
  );
}

async function fileTarget(path: string, overwrite: boolean): Promise<Target> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, {
      write: true,
      truncate: overwrite,
      create: overwrite,
      createNew: !overwrite,
    });
  } catch (error) {
    throw fileError(error, "create", path);
  }
  let open = true;
  return {
    name: path,
    async write(octets) {
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
