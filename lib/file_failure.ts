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
 * @throws {NetError} `"not-found"` for a file or a folder that is not there,
 * `"not-a-file"`, `"not-a-folder"`, `"no-space"`, `"read-only"` and so on.
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
  const known = KINDS[(cause as { code?: string } | null)?.code ?? ""];
  if (!known) return cause;
  const [code, reason, command] = known;
  const hint = command && `${command} ${folderOf(target)}`;
  return new NetError(reason, { code, op, target, hint, cause });
}

/** What is wrong by the system's number, and what looks into its folder. */
const KINDS: Readonly<
  Record<string, readonly [code: string, reason: string, command?: string]>
> = {
  EISDIR: ["not-a-file", "it is a folder"],
  ENOTDIR: ["not-a-folder", "a part of the path is a file, and no folder"],
  EEXIST: ["in-use", "it is there already"],
  ENOTEMPTY: ["in-use", "the folder is not empty", "ls -A"],
  ENOSPC: ["no-space", "no space is left there", "df -h"],
  EDQUOT: ["no-space", "its user may store no more there", "quota -s; ls -ld"],
  EROFS: ["read-only", "the file system can only be read", "findmnt -T"],
  ENAMETOOLONG: ["too-long", "the name is too long for the file system"],
};
