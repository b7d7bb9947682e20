/**
 * Files of an authority: whole or not at all, and secret ones from birth.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";

/** For a key: its owner reads it, nobody else. */
export const SECRET = 0o600;
/** For what all may read. */
export const OPEN = 0o644;
const SECRET_FOLDER = 0o700;

/** Joins a folder and a name. */
export function pathIn(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, "") || "/"}/${name}`;
}

/**
 * Writes a file beside its place and then moves it there, so that nobody ever
 * sees half of it, and a secret is never readable, not for a moment.
 *
 * @param path Where.
 * @param text What.
 * @param mode Who may read it.
 */
export async function writeWhole(
  path: string,
  text: string,
  mode: number,
): Promise<void> {
  const aside = `${path}.${crypto.randomUUID()}.new`;
  await inWords("write", path, async () => {
    const file = await Deno.open(aside, { write: true, createNew: true, mode });
    try {
      await writeAll(file, new TextEncoder().encode(text));
      await file.sync();
    } finally {
      file.close();
    }
    try {
      await Deno.rename(aside, path);
    } catch (error) {
      await Deno.remove(aside).catch(() => {});
      throw error;
    }
  });
}

/** Writes all octets, however many calls that takes. */
export async function writeAll(
  file: Deno.FsFile,
  octets: Uint8Array,
): Promise<void> {
  for (let at = 0; at < octets.length;) {
    at += await file.write(octets.subarray(at));
  }
}

/** Reads a text file; nothing if it is not there. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return await inWords("read", path, async () => {
    try {
      return await Deno.readTextFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  });
}

/**
 * Makes a folder that its owner alone may enter, or takes an empty one.
 *
 * @param folder Where.
 */
export async function makeSecretFolder(folder: string): Promise<void> {
  await inWords("make", folder, async () => {
    await Deno.mkdir(folder, { recursive: true, mode: SECRET_FOLDER });
    if (Deno.build.os !== "windows") await Deno.chmod(folder, SECRET_FOLDER);
  });
}

/**
 * Makes sure that a secret is one.
 *
 * @param path The file.
 * @throws {PermissionError} If others may read it.
 */
export async function checkSecret(path: string): Promise<void> {
  const { mode } = await inWords("read", path, () => Deno.stat(path));
  if (mode === null || Deno.build.os === "windows") return;
  if ((mode & 0o077) === 0) return;
  throw new PermissionError(
    `others than its owner may read it (mode ${
      (mode & 0o777).toString(8).padStart(4, "0")
    })`,
    {
      code: "exposed",
      op: "use",
      target: path,
      hint: `chmod 600 ${path}, or make a new key if others may have read it`,
    },
  );
}

/**
 * Does something with a file, and puts what goes wrong into words.
 *
 * @param op What is done: `"read"`, `"write"`.
 * @param target The file.
 * @param work Does it.
 * @returns What the work gave.
 */
export async function inWords<T>(
  op: string,
  target: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw new PermissionError("this program may not use that file", {
        code: "permission",
        op,
        target,
        hint: `deno run --allow-read=${target} --allow-write=${target} …`,
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new PermissionError("the operating system does not permit it", {
        code: "permission",
        op,
        target,
        hint: `ls -ld ${target}`,
        cause,
      });
    }
    if (
      cause instanceof Deno.errors.NotFound ||
      cause instanceof Deno.errors.NotADirectory
    ) {
      throw new NetError("no such file or folder", {
        code: "not-found",
        op,
        target,
        hint: `ls -l ${target}`,
        cause,
      });
    }
    throw cause;
  }
}
