/**
 * One file on the other machine: opened and closed, looked at, and put in the
 * place of another.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { NetError } from "../../errors.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import { type Answer, call, callWithin } from "./calls.ts";
import { FileInfo, type FileKind, type RawAttributes } from "./file_info.ts";
import type { SftpOptions } from "./sftp_options.ts";

/** The flags of an open request: draft-ietf-secsh-filexfer-02 §6.3. */
export const OPEN = { read: 1, write: 2, create: 8, truncate: 16 } as const;

/** A file that is open on the other machine. */
export interface RemoteFile {
  readonly sftp: SFTPWrapper;
  readonly handle: Buffer;
  readonly path: string;
  /** What the library takes octets in; it is loaded with the first file. */
  readonly Buffer: typeof Buffer;
}

/** Opens a file on the other machine, and closes it after the work. */
export async function withRemote<T>(
  sftp: SFTPWrapper,
  path: string,
  flags: number,
  mode: number,
  options: SftpOptions,
  work: (file: RemoteFile) => Promise<T>,
): Promise<T> {
  const { Buffer } = await import("node:buffer");
  const handle = await callWithin<Buffer>(
    sftp,
    "open",
    path,
    options,
    (answer) => sftp.open(path, flags, { mode }, answer),
  );
  const close = (answer: Answer<void>) => sftp.close(handle, answer);
  let result: T;
  try {
    result = await work({ sftp, handle, path, Buffer });
  } catch (error) {
    // A server that no longer answers must not hold up the news of it.
    call<void>(sftp, "close", path, close).catch(() => {});
    throw error;
  }
  await callWithin<void>(sftp, "close", path, options, close);
  return result;
}

/** What the server knows of a path; undefined if there is nothing. */
export async function statOf(
  sftp: SFTPWrapper,
  path: string,
  options: SftpOptions,
  follow = true,
): Promise<FileInfo | undefined> {
  try {
    const raw = await callWithin<RawAttributes>(
      sftp,
      "stat",
      path,
      options,
      (answer) => follow ? sftp.stat(path, answer) : sftp.lstat(path, answer),
    );
    return new FileInfo(path, raw);
  } catch (error) {
    if (error instanceof NetError && error.code === "not-found") return;
    throw error;
  }
}

/**
 * Refuses what is no file to read: whoever opens a pipe waits for somebody to
 * write, and OpenSSH's server with all that comes after.
 *
 * @param op What is done.
 * @param info What is there.
 */
export function checkReadable(op: string, { kind, path }: FileInfo): void {
  if (kind !== "pipe" && kind !== "socket") return;
  throw new NetError(`it is a ${kind}, and no file`, {
    code: "not-a-file",
    op,
    target: path,
    hint: `connection.spawn("cat …"), which reads while somebody writes`,
  });
}

/**
 * The error for a folder that is none.
 *
 * @param op What was done.
 * @param target Where.
 * @param kind What is there.
 */
export function notFolder(
  op: string,
  target: string,
  kind: FileKind = "file",
): NetError {
  return new NetError(`it is a ${kind}, and no folder`, {
    code: "not-a-folder",
    op,
    target,
    hint: "name a folder, or get() and put() of a single file",
  });
}

/** Puts a file in the place of another, in one step where the server can. */
export async function replace(
  sftp: SFTPWrapper,
  from: string,
  to: string,
): Promise<void> {
  try {
    await call<void>(
      sftp,
      "rename",
      from,
      (answer) => sftp.ext_openssh_rename(from, to, answer),
    );
  } catch (error) {
    // A server without OpenSSH's extension renames to free names only, so
    // there the file is gone for a moment.
    if (
      error instanceof NetError && error.code !== "failed" &&
      error.code !== "unsupported"
    ) {
      throw error;
    }
    await call<void>(
      sftp,
      "remove",
      to,
      (answer) => sftp.unlink(to, answer),
    ).catch(() => {});
    await call<void>(
      sftp,
      "rename",
      from,
      (answer) => sftp.rename(from, to, answer),
    );
  }
}
