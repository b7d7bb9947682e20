/**
 * Files from one machine to the other: whole or not at all, and going on where
 * an earlier try was cut off.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import type { SFTPWrapper } from "../ssh2.ts";
import { call, callWithin, pathHint } from "./calls.ts";
import { PIECE, readFrom, writeFrom } from "./pipeline.ts";
import {
  checkReadable,
  OPEN,
  type RemoteFile,
  replace,
  statOf,
  withRemote,
} from "./remote_file.ts";
import { Transfer, type TransferOptions } from "./transfer.ts";

/** What both directions do with their options. */
function settle(
  path: string,
  op: string,
  options: TransferOptions,
): {
  deadline: () => Deadline;
  tell: (done: number, total: number) => void;
} {
  const { onProgress, timeout = 30_000, signal } = options;
  const limits = { timeout, signal };
  return {
    deadline: () => new Deadline(op, path, limits),
    tell: (done, total) => onProgress?.({ path, done, total }),
  };
}

/** Whether the octets before a place are the same on both sides. */
async function sameTail(
  remote: RemoteFile,
  local: Deno.FsFile,
  at: number,
  deadline: () => Deadline,
): Promise<boolean> {
  const from = Math.max(0, at - PIECE);
  const mine = new Uint8Array(at - from);
  await local.seek(from, Deno.SeekMode.Start);
  if (!await fill(local, mine)) return false;
  let seen = 0;
  for await (const octets of readFrom(remote, from, at - 1, deadline)) {
    for (const octet of octets) {
      if (seen === mine.length) return true;
      if (octet !== mine[seen++]) return false;
    }
  }
  return seen === mine.length;
}

async function fill(file: Deno.FsFile, into: Uint8Array): Promise<boolean> {
  let got = 0;
  while (got < into.length) {
    const n = await file.read(into.subarray(got));
    if (n === null) return false;
    got += n;
  }
  return true;
}

async function writeAll(file: Deno.FsFile, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) {
    at += await file.write(octets.subarray(at));
  }
}

/**
 * Fetches a file.
 *
 * @param sftp The protocol's session.
 * @param remote The file on the other machine.
 * @param local Where it goes.
 * @param options How.
 * @returns What was copied.
 */
export async function getFile(
  sftp: SFTPWrapper,
  remote: string,
  local: string,
  options: TransferOptions,
): Promise<Transfer> {
  const { resume = false, atomic = true, preserve = false } = options;
  const { deadline, tell } = settle(remote, "get", options);
  const since = performance.now();
  const info = await statOf(sftp, remote, options);
  if (info === undefined || info.kind === "folder") {
    throw new NetError(
      info ? "it is a folder" : "no such file or folder",
      {
        code: info ? "folder" : "not-found",
        op: "get",
        target: remote,
        hint: info
          ? `sftp.syncDown(${JSON.stringify(remote)}, …)`
          : pathHint(remote) ??
            `await sftp.list(${
              JSON.stringify(remote.replace(/\/?[^/]*$/, "") || ".")
            })`,
      },
    );
  }
  checkReadable("get", info);
  const old = await Deno.stat(local).catch(() => undefined);
  if (old?.isDirectory) {
    throw new NetError("it is a folder", {
      code: "folder",
      op: "write",
      target: local,
      hint: `name the file: ${local.replace(/\/$/, "")}/${info.name}`,
    });
  }
  const isPlain = old === undefined || old.isFile;
  // A link stays one: what it points to is replaced.
  const end = old === undefined ? local : await Deno.realPath(local);
  const part = atomic && isPlain ? `${end}.part` : end;
  const mode = options.mode ?? (preserve ? info.mode & 0o777 : undefined) ??
    (old?.mode ?? undefined);
  let resumedAt = 0;
  let done = 0;
  await withRemote(sftp, remote, OPEN.read, 0o666, options, async (file) => {
    using target = await withFile(
      "write",
      part,
      () => Deno.open(part, { read: resume, write: true, create: true }),
    );
    const there = resume ? (await target.stat()).size : 0;
    if (
      there > 0 && there <= info.size &&
      await sameTail(file, target, there, deadline)
    ) resumedAt = there;
    if (isPlain) await target.truncate(resumedAt);
    await target.seek(resumedAt, Deno.SeekMode.Start);
    done = resumedAt;
    for await (const octets of readFrom(file, done, info.size, deadline)) {
      await withFile("write", part, () => writeAll(target, octets));
      done += octets.length;
      tell(done, Math.max(done, info.size));
    }
    if (done < info.size) {
      throw new NetError(`it ended after ${done} of ${info.size} octets`, {
        code: "truncated",
        op: "get",
        target: remote,
        hint: "get it again with { resume: true }",
      });
    }
  });
  if (mode !== undefined && isPlain) await Deno.chmod(part, mode & 0o7777);
  if (preserve && isPlain) await Deno.utime(part, info.accessed, info.modified);
  if (part !== end) await withFile("write", end, () => Deno.rename(part, end));
  return new Transfer({
    from: remote,
    to: local,
    size: done,
    resumedAt,
    elapsed: performance.now() - since,
  });
}

async function* piecesOf(
  file: Deno.FsFile,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  while (true) {
    const piece = new Uint8Array(PIECE);
    const n = await file.read(piece);
    if (n === null) return;
    yield piece.subarray(0, n);
  }
}

/**
 * Sends a file.
 *
 * @param sftp The protocol's session.
 * @param local The file here.
 * @param remote Where it goes.
 * @param options How.
 * @returns What was copied.
 */
export async function putFile(
  sftp: SFTPWrapper,
  local: string,
  remote: string,
  options: TransferOptions,
): Promise<Transfer> {
  const { resume = false, atomic = true, preserve = false } = options;
  const { deadline, tell } = settle(remote, "put", options);
  const since = performance.now();
  using source = await withFile("read", local, () => Deno.open(local));
  const info = await source.stat();
  if (info.isDirectory) {
    throw new NetError("it is a folder", {
      code: "folder",
      op: "put",
      target: local,
      hint: `sftp.syncUp(${JSON.stringify(local)}, …)`,
    });
  }
  const old = await statOf(sftp, remote, options);
  if (old?.kind === "folder") {
    throw new NetError("it is a folder", {
      code: "folder",
      op: "put",
      target: remote,
      hint: `name the file: ${remote.replace(/\/$/, "")}/${
        local.slice(local.lastIndexOf("/") + 1)
      }`,
    });
  }
  const isPlain = old === undefined || old.kind === "file";
  const end = old === undefined
    ? remote
    : await callWithin<string>(sftp, "find", remote, options, (answer) =>
      sftp.realpath(remote, answer));
  const part = atomic && isPlain ? `${end}.part` : end;
  const mode = options.mode ??
    (preserve ? (info.mode ?? undefined) : old?.mode);
  let resumedAt = 0;
  if (resume) {
    const there = (await statOf(sftp, part, options))?.size ?? 0;
    if (there > 0 && there <= info.size) {
      await withRemote(sftp, part, OPEN.read, 0o666, options, async (file) => {
        if (await sameTail(file, source, there, deadline)) resumedAt = there;
      });
    }
  }
  await source.seek(resumedAt, Deno.SeekMode.Start);
  let done = resumedAt;
  const flags = OPEN.write | OPEN.create |
    (isPlain && resumedAt === 0 ? OPEN.truncate : 0);
  // What is to be seen by few must not be seen by more while it is written.
  const first = mode === undefined ? 0o666 : mode & 0o777;
  await withRemote(sftp, part, flags, first, options, async (file) => {
    await writeFrom(file, resumedAt, piecesOf(source), deadline, (octets) => {
      done += octets;
      tell(done, Math.max(done, info.size));
    });
    const seconds = (date: Date | null) => (date?.getTime() ?? 0) / 1000;
    const { handle } = file;
    if (isPlain && (mode !== undefined || preserve)) {
      await call<void>(sftp, "change", part, (answer) =>
        sftp.fsetstat(handle, {
          ...(mode !== undefined && { mode: mode & 0o7777 }),
          ...(preserve && {
            atime: Math.floor(seconds(info.atime ?? info.mtime)),
            mtime: Math.floor(seconds(info.mtime)),
          }),
        }, answer));
    }
  });
  if (part !== end) await replace(sftp, part, end);
  return new Transfer({
    from: local,
    to: remote,
    size: done,
    resumedAt,
    elapsed: performance.now() - since,
  });
}
