/**
 * Whole files of the other machine, read into memory and written from it.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import { callWithin, checkMode, limits } from "./calls.ts";
import { PIECE, readFrom, writeFrom } from "./pipeline.ts";
import { OPEN, replace, statOf, withRemote } from "./remote_file.ts";
import type { SftpOptions, WriteFileOptions } from "./sftp_options.ts";

/**
 * Reads a whole file into memory.
 *
 * @param sftp The protocol's session.
 * @param path The file.
 * @param size How large it is said to be, in octets.
 * @param options A time limit for each answer, and a signal.
 */
export async function readWhole(
  sftp: SFTPWrapper,
  path: string,
  size: number,
  options: SftpOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  if (size > MOST) throw tooLarge(path);
  const deadline = () => new Deadline("read", path, limits(options));
  await withRemote(sftp, path, OPEN.read, 0o666, options, async (file) => {
    for await (const octets of readFrom(file, 0, size, deadline)) {
      if ((length += octets.length) > MOST) throw tooLarge(path);
      // A copy: slice() of what the library gives is none.
      pieces.push(new Uint8Array(octets));
    }
  });
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/**
 * Writes a whole file: beside it, and then in its place.
 *
 * @param sftp The protocol's session.
 * @param path The file.
 * @param data Its content; text as UTF-8.
 * @param options A time limit for each answer, a signal and its permissions.
 */
export async function writeWhole(
  sftp: SFTPWrapper,
  path: string,
  data: Uint8Array | string,
  options: WriteFileOptions,
): Promise<void> {
  const octets = typeof data === "string"
    ? new TextEncoder().encode(data)
    : data;
  // What has no length would make an empty file of the one that is there.
  if (!(octets instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot write ${path} as 'data' must be a text or octets: current value is ${
        String(data)
      }`,
    );
  }
  checkMode(options.mode);
  const old = await statOf(sftp, path, options);
  const end = old === undefined
    ? path
    : await callWithin<string>(sftp, "find", path, options, (answer) =>
      sftp.realpath(path, answer));
  const mode = options.mode ?? old?.mode;
  const part = `${end}.part`;
  const flags = OPEN.write | OPEN.create | OPEN.truncate;
  const deadline = () => new Deadline("write", path, limits(options));
  await withRemote(
    sftp,
    part,
    flags,
    mode ?? 0o666,
    options,
    (file) => writeFrom(file, 0, piecesOf(octets), deadline, () => {}),
  );
  if (mode !== undefined) {
    await callWithin<void>(
      sftp,
      "change",
      part,
      options,
      (answer) => sftp.chmod(part, mode & 0o7777, answer),
    );
  }
  await replace(sftp, part, end);
}

/** What fits into a text, of which the engine takes 512 MiB; devices have no end. */
const MOST = 512 * 1024 * 1024 - 1024;

function tooLarge(path: string): NetError {
  return new NetError("it has more than 512 MiB, too much for the memory", {
    code: "too-large",
    op: "read",
    target: path,
    hint: `sftp.get(${JSON.stringify(path)}, "…"), which writes it to a file`,
  });
}

async function* piecesOf(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += PIECE) {
    yield octets.subarray(at, at + PIECE);
  }
}
