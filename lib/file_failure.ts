/**
 * What the system says when a file cannot be opened, in the library's words.
 *
 * @module
 */

import { NetError, PermissionError } from "./errors.ts";

/**
 * Does something with a file, and puts what goes wrong into words.
 *
 * @param op What is done: `"read"`, `"write"`.
 * @param path The file.
 * @param work Does it.
 * @returns What the work gave.
 * @throws {NetError} `"not-found"` for a file or a folder that is not there.
 * @throws {PermissionError} If the runtime or the system bars it.
 */
export function withFile<T>(op: string, path: string, work: () => T): T {
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error) => {
      throw inWords(error, op, path);
    }) as T;
  } catch (error) {
    throw inWords(error, op, path);
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
}

function inWords(cause: unknown, op: string, target: string): unknown {
  if (cause instanceof Deno.errors.NotFound) {
    return new NetError("no such file or folder", {
      code: "not-found",
      op,
      target,
      hint: `ls -l ${folderOf(target)}`,
      cause,
    });
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return new PermissionError("this program may not use that file", {
      code: "permission",
      op,
      target,
      hint: `deno run --allow-${op}=${target} …`,
      cause,
    });
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new PermissionError("the operating system does not permit it", {
      code: "permission",
      op,
      target,
      hint: `ls -l ${target}`,
      cause,
    });
  }
  return cause;
}
