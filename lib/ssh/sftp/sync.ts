/**
 * A tree made the same on both sides: only what differs travels.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import { onlyKnown } from "../../known_options.ts";
import { SYNC } from "../option_names.ts";
import type { FileInfo, FileKind } from "./file_info.ts";
import { notFolder } from "./remote_file.ts";
import type {
  MakeFolderOptions,
  RemoveOptions,
  SftpOptions,
} from "./sftp_options.ts";
import { type SyncOptions, SyncReport, type SyncStep } from "./sync_report.ts";
import type { TransferOptions, TransferProgress } from "./transfer.ts";

/** What is needed of the other machine: an `Sftp` has it. */
interface FilesThere {
  exists(path: string, options: SftpOptions): Promise<boolean>;
  list(path: string, options: SftpOptions): Promise<FileInfo[]>;
  readLink(path: string, options: SftpOptions): Promise<string>;
  symlink(target: string, path: string, options: SftpOptions): Promise<void>;
  mkdir(path: string, options: MakeFolderOptions): Promise<void>;
  remove(path: string, options: RemoveOptions): Promise<void>;
  get(from: string, to: string, options: TransferOptions): Promise<unknown>;
  put(from: string, to: string, options: TransferOptions): Promise<unknown>;
}

/** One entry of a tree, as both sides can tell it. */
interface Entry {
  readonly path: string;
  readonly kind: FileKind;
  readonly size: number;
  /** Seconds: no side is surer. */
  readonly modified: number;
  readonly target?: string | undefined;
}

/** A file that is to be copied. */
interface Waiting extends Entry {
  /** Whether it is written as `.part` first: not where the tree has such a file. */
  readonly atomic: boolean;
}

/** What each side can do; paths are below its root, `""` the root itself. */
interface Side {
  exists(): Promise<boolean>;
  list(path: string): Promise<Entry[]>;
  make(path: string): Promise<void>;
  link(target: string, path: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/** Where a file is written before it is whole. */
const partOf = (path: string) => `${path}.part`;

/** A name that stays where it is: a hostile server may say others. */
function isSafe(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}

/** Neither side names files by octets: what is no UTF-8 is read as this. */
function isGarbled(name: string): boolean {
  return name.includes("\ufffd");
}

const NOT_UTF8 = "its name is not UTF-8: rename it there";

/** Others may remove a file while we look. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof NetError && error.code === "not-found";
}

/** Whether a link's target stays inside the tree. */
function staysInside(path: string, target: string): boolean {
  if (target.startsWith("/")) return false;
  let depth = path.split("/").length - 1;
  for (const part of target.split("/")) {
    if (part === "..") depth--;
    else if (part !== "." && part !== "") depth++;
    if (depth < 0) return false;
  }
  return true;
}

function localSide(root: string): Side {
  const at = (path: string) => (path === "" ? root : `${root}/${path}`);
  return {
    exists: () => Deno.stat(root).then(() => true, () => false),
    list: (path) => withFile("read", at(path), () => listHere(path, at)),
    make: (path) =>
      Deno.mkdir(at(path), { recursive: path === "" }).catch((error) => {
        const isTaken = error instanceof Deno.errors.AlreadyExists;
        throw isTaken ? notFolder("make", at(path)) : error;
      }),
    link: (target, path) => Deno.symlink(target, at(path)),
    remove: (path) => Deno.remove(at(path), { recursive: true }),
  };
}

function kindHere(info: Deno.FileInfo): FileKind {
  if (info.isDirectory) return "folder";
  if (info.isFile) return "file";
  if (info.isSymlink) return "link";
  if (info.isFifo) return "pipe";
  if (info.isSocket) return "socket";
  return info.isBlockDevice
    ? "block-device"
    : info.isCharDevice
    ? "character-device"
    : "unknown";
}

async function listHere(
  path: string,
  at: (path: string) => string,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { name } of Deno.readDir(at(path))) {
    const inside = path === "" ? name : `${path}/${name}`;
    const info = await Deno.lstat(at(inside)).catch((error) => {
      if (!isGone(error)) throw error;
    });
    if (info === undefined) {
      if (!isGarbled(name)) continue;
      entries.push({ path: inside, kind: "unknown", size: 0, modified: 0 });
      continue;
    }
    entries.push({
      path: inside,
      kind: kindHere(info),
      size: info.size,
      modified: Math.floor((info.mtime?.getTime() ?? 0) / 1000),
      target: info.isSymlink ? await Deno.readLink(at(inside)) : undefined,
    });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function remoteSide(
  sftp: FilesThere,
  root: string,
  options: SyncOptions,
): Side {
  const at = (path: string) => (path === "" ? root : `${root}/${path}`);
  const limits = { timeout: options.timeout, signal: options.signal };
  const entry = async (info: FileInfo, path: string): Promise<Entry> => {
    const target = info.kind === "link"
      ? await sftp.readLink(info.path, limits).catch((error) => {
        if (!isGone(error)) throw error;
      })
      : undefined;
    return {
      path,
      kind: info.kind === "link" && target === undefined
        ? "unknown"
        : info.kind,
      size: info.size,
      modified: info.modified.getTime() / 1000,
      target: target ?? undefined,
    };
  };
  return {
    exists: () => sftp.exists(root, limits),
    list: async (path) => {
      const entries: Entry[] = [];
      for (const info of await sftp.list(at(path), limits)) {
        const inside = path === "" ? info.name : `${path}/${info.name}`;
        entries.push(await entry(info, inside));
      }
      return entries;
    },
    make: (path) => sftp.mkdir(at(path), { ...limits, recursive: path === "" }),
    link: (target, path) => sftp.symlink(target, at(path), limits),
    remove: (path) => sftp.remove(at(path), { ...limits, recursive: true }),
  };
}

async function synchronize(
  from: Side,
  to: Side,
  copy: (
    path: string,
    options: Pick<TransferOptions, "atomic" | "onProgress">,
  ) => Promise<void>,
  options: SyncOptions,
): Promise<SyncReport> {
  onlyKnown("synchronize", options, SYNC);
  const { remove = false, dryRun = false, include, concurrency = 4 } = options;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RangeError(
      `Cannot synchronize as 'concurrency' must be a whole number above 0: current value is ${concurrency}`,
    );
  }
  const { onStep, signal } = options;
  const since = performance.now();
  const steps: SyncStep[] = [];
  const waiting: Waiting[] = [];
  let unchanged = 0;
  const note = (step: SyncStep) => {
    steps.push(step);
    onStep?.(step);
  };
  const failed = (path: string, error: unknown) => {
    if (isEnd(error, signal)) throw error;
    const reason = isGarbled(path) && isGone(error)
      ? NOT_UTF8
      : error instanceof Error
      ? error.message
      : `${error}`;
    note({ path, action: "failed", reason });
  };
  const attempt = async (step: SyncStep, work: () => Promise<void>) => {
    try {
      if (!dryRun) await work();
    } catch (error) {
      failed(step.path, error);
      return false;
    }
    note(step);
    return true;
  };
  const entriesOf = async (side: Side, path: string) =>
    new Map((await side.list(path)).map((entry) => [entry.path, entry]));
  /** Removes what is only there; what takes no part stays, and where it is. */
  const prune = async ({ path, kind }: Entry): Promise<boolean> => {
    if (include && kind === "folder") {
      let isEmpty = true;
      for (const inside of (await entriesOf(to, path)).values()) {
        isEmpty = await prune(inside) && isEmpty;
      }
      if (!isEmpty) return false;
    } else if (include && !include(path)) return false;
    return await attempt({ path, action: "removed" }, () => to.remove(path));
  };
  const discard = async (path: string) => {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf("/")));
    const left = (await entriesOf(to, folder)).get(path);
    if (left?.kind === "file") await to.remove(path);
  };
  /**
   * Compares one folder; `isNew` if there is nothing on the other side, where
   * `ready` makes it.
   */
  const compare = async (
    folder: string,
    isNew: boolean,
    ready: () => Promise<boolean>,
  ): Promise<void> => {
    signal?.throwIfAborted();
    const originals = await entriesOf(from, folder);
    // Not before the original is known to be there.
    if (folder === "" && !dryRun) await to.make("");
    const copies = isNew
      ? new Map<string, Entry>()
      : await entriesOf(to, folder);
    for (const entry of originals.values()) {
      const { path, kind, target } = entry;
      const skip = (reason: string) =>
        note({ path, action: "skipped", reason });
      if (!isSafe(path.slice(path.lastIndexOf("/") + 1))) {
        skip("its name leads elsewhere");
        continue;
      }
      if (include && kind !== "folder" && !include(path)) continue;
      let old = copies.get(path);
      if (kind === "unknown" && isGarbled(path)) {
        failed(path, NOT_UTF8);
        continue;
      }
      if (kind !== "file" && kind !== "folder" && kind !== "link") {
        skip(`it is a ${kind}`);
        continue;
      }
      if (kind === "link" && !staysInside(path, target!)) {
        skip(`it points out of the tree, to ${target}`);
        continue;
      }
      // What is of another kind there has to go before.
      const replaces = old && old.kind !== kind ||
        kind === "link" && old && old.target !== target;
      if (replaces) {
        const gone = await attempt(
          { path, action: "removed" },
          () => to.remove(path),
        );
        if (!gone) continue;
        old = undefined;
      }
      if (kind === "folder") {
        let making: Promise<boolean> | undefined;
        const make = () =>
          making ??= ready().then((isReady) =>
            isReady && (old !== undefined ||
              attempt({ path, action: "made" }, () => to.make(path)))
          );
        // Where only some files take part, a folder is made for the first one.
        if (!include && !await make()) continue;
        try {
          await compare(path, old === undefined, make);
        } catch (error) {
          failed(path, error);
        }
      } else if (kind === "link" && old) unchanged++;
      else if (
        old && old.size === entry.size && old.modified === entry.modified
      ) unchanged++;
      else if (!await ready()) continue;
      else if (kind === "file") {
        waiting.push({ ...entry, atomic: !originals.has(partOf(path)) });
      } else {
        await attempt({ path, action: "linked" }, () => to.link(target!, path));
      }
    }
    if (!remove) return;
    for (const entry of copies.values()) {
      if (!originals.has(entry.path)) await prune(entry);
    }
  };
  const isNew = dryRun && !await to.exists();
  await compare("", isNew, () => Promise.resolve(true));
  const allTotal = waiting.reduce((sum, { size }) => sum + size, 0);
  let allDone = 0;
  const work = async () => {
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
      const { path, size, atomic } = entry;
      signal?.throwIfAborted();
      let seen = 0;
      const onProgress = (progress: TransferProgress) => {
        allDone += progress.done - seen;
        seen = progress.done;
        const files = waiting.length;
        options.onProgress?.({ ...progress, files, allDone, allTotal });
      };
      const isThere = await attempt(
        { path, action: "copied", size },
        () => copy(path, { atomic, onProgress }),
      );
      // Half a file takes room that others may need.
      if (!isThere && atomic) await discard(partOf(path)).catch(() => {});
    }
  };
  // All of them end before anybody hears of the first that could not go on.
  const ends = await Promise.allSettled(
    Array.from({ length: concurrency }, work),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  steps.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return new SyncReport(steps, unchanged, performance.now() - since);
}

/** No file's own failure: an abort, or the end of the connection. */
function isEnd(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true ||
    error instanceof NetError && error.code === "closed";
}

/** Copies what differs to this machine. */
export function syncDown(
  sftp: FilesThere,
  remote: string,
  local: string,
  options: SyncOptions,
): Promise<SyncReport> {
  const { timeout, signal } = options;
  return synchronize(
    remoteSide(sftp, remote, options),
    localSide(local),
    async (path, how) => {
      const copy = { ...how, preserve: true, timeout, signal };
      await sftp.get(`${remote}/${path}`, `${local}/${path}`, copy);
    },
    options,
  );
}

/** Copies what differs to the other machine. */
export function syncUp(
  sftp: FilesThere,
  local: string,
  remote: string,
  options: SyncOptions,
): Promise<SyncReport> {
  const { timeout, signal } = options;
  return synchronize(
    localSide(local),
    remoteSide(sftp, remote, options),
    async (path, how) => {
      const copy = { ...how, preserve: true, timeout, signal };
      await sftp.put(`${local}/${path}`, `${remote}/${path}`, copy);
    },
    options,
  );
}
