/**
 * Between the files of this machine and what SFTP says of files.
 *
 * @module
 */

import type { Attributes } from "./sftp_wire.ts";

/** What OPEN may ask for (§6.3). */
const Flag = {
  READ: 1,
  WRITE: 2,
  APPEND: 4,
  CREATE: 8,
  TRUNCATE: 0x10,
  EXCLUSIVE: 0x20,
} as const;

/**
 * From the flags of OPEN to the runtime's words.
 *
 * @param flags The flags.
 * @param attributes What a new file should have.
 */
export function openOptions(
  flags: number,
  { mode }: Attributes,
): Deno.OpenOptions {
  const writes = (flags & Flag.WRITE) !== 0;
  const creates = writes && (flags & Flag.CREATE) !== 0;
  const exclusive = creates && (flags & Flag.EXCLUSIVE) !== 0;
  return {
    read: (flags & Flag.READ) !== 0 || !writes,
    write: writes,
    append: writes && (flags & Flag.APPEND) !== 0,
    create: creates,
    createNew: exclusive,
    truncate: writes && !exclusive && (flags & Flag.TRUNCATE) !== 0,
    ...creates && mode !== undefined ? { mode: mode & 0o777 } : {},
  };
}

/** What is known of a file. */
export function attributesOf(info: Deno.FileInfo): Attributes {
  const { size, uid, gid, mode, atime, mtime } = info;
  return {
    size,
    uid: uid ?? 0,
    gid: gid ?? 0,
    mode: mode ?? 0,
    atime: seconds(atime),
    mtime: seconds(mtime),
  };
}

/** A line as `ls -l` has it (§7). */
export function longName(name: string, info: Deno.FileInfo): string {
  const { mode, nlink, uid, gid, size, mtime } = info;
  const [, day = "", time = ""] =
    /^\S+ (\w+ \d+) \d+ (\d+:\d+)/.exec((mtime ?? new Date(0)).toString()) ??
      [];
  return `${modeText(info, mode ?? 0)} ${nlink ?? 1} ${uid ?? 0} ${gid ?? 0} ${
    String(size).padStart(8)
  } ${day} ${time} ${name}`;
}

/**
 * Changes what is known of a file.
 *
 * @param path The file's.
 * @param attributes What is to be so.
 */
export async function change(
  path: string,
  { size, uid, gid, mode, atime, mtime }: Attributes,
): Promise<undefined> {
  if (size !== undefined) await Deno.truncate(path, size);
  if (mode !== undefined) await Deno.chmod(path, mode & 0o7777);
  if (uid !== undefined && gid !== undefined) await Deno.chown(path, uid, gid);
  if (atime !== undefined && mtime !== undefined) {
    await Deno.utime(path, atime, mtime);
  }
}

/**
 * Whether there is something at a path, if only a link that leads nowhere.
 *
 * @param path The path.
 */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

function modeText(info: Deno.FileInfo, mode: number): string {
  const kind = info.isDirectory ? "d" : info.isSymlink ? "l" : "-";
  let text = kind;
  for (let bit = 8; bit >= 0; bit--) {
    text += mode >> bit & 1 ? "xwr"[bit % 3] : "-";
  }
  return text;
}

function seconds(date: Date | null): number {
  return date === null ? 0 : Math.floor(date.getTime() / 1000);
}
