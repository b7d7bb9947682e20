/**
 * The protocol's calls as promises, and what the server says as errors.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";
import { Deadline, type DeadlineOptions } from "../../deadline.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import type { SftpOptions } from "./sftp_options.ts";

/** An error of the protocol's library: a status of the server, or none. */
interface StatusError extends Error {
  readonly code?: number | string;
}

const LOST = "the connection was lost";

/** What a status number means: draft-ietf-secsh-filexfer-02 §7. */
const STATUSES: Readonly<
  Record<number, readonly [code: string, text: string]>
> = {
  1: ["end", "there is nothing more"],
  2: ["not-found", "no such file or folder"],
  3: ["permission", "the server does not permit it"],
  5: ["malformed", "the server did not understand the request"],
  6: ["closed", "there is no connection"],
  7: ["closed", LOST],
  8: ["unsupported", "the server has no such operation"],
};

/**
 * Puts an error of the protocol into words.
 *
 * @param cause What the library gave.
 * @param op What was being done.
 * @param target The path on the other machine.
 * @param end Why there is no session any more, if that is what went wrong.
 */
export function sftpFailure(
  cause: StatusError,
  op: string,
  target: string,
  end: string = LOST,
): NetError {
  const number = typeof cause.code === "number" ? cause.code : undefined;
  if (number === 3) {
    return new PermissionError("the server does not permit it", {
      code: "permission",
      op,
      target,
      hint:
        "look at its permissions with sftp.stat(path), or log in as another user",
      cause,
    });
  }
  if (
    number === undefined && /No response from server|end/i.test(cause.message)
  ) {
    return new NetError(end, {
      code: "closed",
      op,
      target,
      cause,
    });
  }
  const [code, text] = STATUSES[number ?? 0] ?? ["failed", cause.message];
  const hint = code === "not-found"
    ? pathHint(target)
    : number === 4 && op === "write"
    ? 'connection.run("df -h"): a disk that is full is told like that'
    : undefined;
  return new NetError(
    number === 4 ? `the server says only "${cause.message}"` : text,
    { code, op, target, hint, cause },
  );
}

/**
 * What to type for a path that a shell would have replaced, and nobody does
 * here.
 *
 * @param path The path on the other machine, where nothing was found.
 */
export function pathHint(path: string): string | undefined {
  if (/^~(?=\/|$)/.test(path)) {
    const rest = path.slice(2) || ".";
    return `${
      JSON.stringify(rest)
    }: what does not begin with "/" is in the home folder`;
  }
  return /[*?[]/.test(path)
    ? "sftp.list() of the folder, and a filter on 'name': patterns are not expanded"
    : undefined;
}

/** How a call of the library answers; many have no value. */
export type Answer<T> = (
  error: StatusError | null | undefined,
  value?: T,
) => void;

/** How sessions ended: the library leaves calls over them unanswered. */
const ended = new WeakMap<SFTPWrapper, string>();

/**
 * Ends a session; calls from then on say that it was closed.
 *
 * @param sftp The protocol's session.
 */
export function endSession(sftp: SFTPWrapper): void {
  if (!ended.has(sftp)) ended.set(sftp, "it was closed here");
  sftp.end();
}

/**
 * Tells how a session ended.
 *
 * @param sftp The protocol's session.
 * @returns Why, if it has ended.
 */
export function endOf(sftp: SFTPWrapper): string | undefined {
  return ended.get(sftp);
}

/**
 * Watches a session, so that calls after its end fail at once.
 *
 * @param sftp The protocol's session.
 * @returns Resolves with its end.
 */
export function watchEnd(sftp: SFTPWrapper): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      if (!ended.has(sftp)) ended.set(sftp, LOST);
      resolve();
    };
    sftp.once("end", end).once("close", end);
  });
}

/**
 * Makes a promise of a call.
 *
 * @param sftp The protocol's session.
 * @param op What is done, as a verb phrase.
 * @param target The path on the other machine.
 * @param start Starts the call.
 */
export function call<T>(
  sftp: SFTPWrapper,
  op: string,
  target: string,
  start: (answer: Answer<T>) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (error: StatusError) =>
      reject(sftpFailure(error, op, target, ended.get(sftp)));
    if (ended.has(sftp)) return fail(new Error("No response from server"));
    try {
      start((error, value) => error ? fail(error) : resolve(value as T));
    } catch (error) {
      fail(error as Error);
    }
  });
}

/**
 * The same, no longer than a time limit and a signal let it.
 *
 * @param sftp The protocol's session.
 * @param op What is done.
 * @param target The path on the other machine.
 * @param options The limit, 30 seconds unless it is said, and the signal.
 * @param start Starts the call.
 */
export async function callWithin<T>(
  sftp: SFTPWrapper,
  op: string,
  target: string,
  options: SftpOptions,
  start: (answer: Answer<T>) => void,
): Promise<T> {
  checkPath(target);
  options.signal?.throwIfAborted();
  using deadline = new Deadline(op, target, limits(options));
  return await deadline.race(call(sftp, op, target, start));
}

/**
 * Checks a path: OpenSSH's server ends the session at one with a NUL in it.
 *
 * @param path The path on the other machine.
 * @throws {TypeError} If it is none.
 */
export function checkPath(path: string): void {
  if (typeof path === "string" && !path.includes("\0")) return;
  throw new TypeError(
    `Cannot use files over SFTP as a path must be a text without NUL: current value is ${
      typeof path === "string" || typeof path === "object"
        ? JSON.stringify(path)
        : String(path)
    }`,
  );
}

/**
 * Checks permissions: a text such as "777" would be read as a decimal number.
 *
 * @param mode The permissions, if they were said.
 * @throws {RangeError} If they are none.
 */
export function checkMode(mode: number | undefined): void {
  if (mode === undefined || Number.isInteger(mode) && mode >= 0) return;
  throw new RangeError(
    `Cannot set permissions as 'mode' must be a number such as 0o640: current value is ${
      JSON.stringify(mode)
    }`,
  );
}

/** Joins a folder and a name as the protocol writes paths. */
export function joinRemote(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/")
    ? folder + name
    : `${folder}/${name}`;
}

/** The limits of one call. */
export function limits(options: SftpOptions): DeadlineOptions {
  return { timeout: options.timeout ?? 30_000, signal: options.signal };
}
