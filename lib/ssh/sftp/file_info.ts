/**
 * What is known of a file on the other machine.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { bytes } from "../../inspect/units.ts";

/** What kind of thing a name stands for. */
export type FileKind =
  | "file"
  | "folder"
  | "link"
  | "pipe"
  | "socket"
  | "character-device"
  | "block-device"
  | "unknown";

/** The file type's four bits of the mode, as POSIX has them. */
const KINDS: Readonly<Record<number, FileKind>> = {
  0o1: "pipe",
  0o2: "character-device",
  0o4: "folder",
  0o6: "block-device",
  0o10: "file",
  0o12: "link",
  0o14: "socket",
};

const LETTERS: Readonly<Record<FileKind, string>> = {
  file: "-",
  folder: "d",
  link: "l",
  pipe: "p",
  socket: "s",
  "character-device": "c",
  "block-device": "b",
  unknown: "?",
};

/** Attributes as the protocol has them: times in seconds. */
export interface RawAttributes {
  /** Kind and permissions. */
  readonly mode: number;
  /** The number of its owner. */
  readonly uid: number;
  /** The number of its group. */
  readonly gid: number;
  /** Octets. */
  readonly size: number;
  /** Last read, in seconds since 1970. */
  readonly atime: number;
  /** Last written, in seconds since 1970. */
  readonly mtime: number;
}

/**
 * A file, a folder or another thing on the other machine, as `list`, `walk` and
 * `stat` of a {@linkcode Sftp} give it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const info = new net.ssh.FileInfo("/etc/motd", {
 *   mode: 0o100644, uid: 0, gid: 0, size: 286, atime: 0, mtime: 1700000000,
 * });
 * assert.equal(`${info.permissions} ${info.name} ${info.kind}`, "-rw-r--r-- motd file");
 * ```
 *
 * @see draft-ietf-secsh-filexfer-02 §5
 */
export class FileInfo {
  /** Its whole path. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** What it is. */
  readonly kind: FileKind;
  /** Its octets. */
  readonly size: number;
  /** The lowest twelve bits of the mode: permissions, setuid, setgid, sticky. */
  readonly mode: number;
  /** The number of its owner. */
  readonly uid: number;
  /** The number of its group. */
  readonly gid: number;
  /** When it was last written to. */
  readonly modified: Date;
  /** When it was last read. */
  readonly accessed: Date;
  /** Where a link points to, where that was asked. */
  readonly target: string | undefined;

  /**
   * Takes what the server says.
   *
   * @param path Its whole path.
   * @param raw The attributes.
   * @param target Where a link points to.
   */
  constructor(path: string, raw: RawAttributes, target?: string) {
    this.path = path;
    this.name = path.slice(path.lastIndexOf("/") + 1) || path;
    this.kind = KINDS[(raw.mode ?? 0) >>> 12] ?? "unknown";
    this.size = raw.size ?? 0;
    this.mode = (raw.mode ?? 0) & 0o7777;
    this.uid = raw.uid ?? 0;
    this.gid = raw.gid ?? 0;
    this.modified = new Date((raw.mtime ?? 0) * 1000);
    this.accessed = new Date((raw.atime ?? 0) * 1000);
    this.target = target;
  }

  /** Kind and permissions as `ls -l` writes them: `"drwxr-xr-x"`. */
  get permissions(): string {
    const special = [0o4000, 0o2000, 0o1000];
    const triads = [6, 3, 0].map((shift, i) => {
      const bits = this.mode >> shift;
      const x = (bits & 1) !== 0;
      const last = (this.mode & special[i]!) === 0
        ? (x ? "x" : "-")
        : i === 2
        ? (x ? "t" : "T")
        : (x ? "s" : "S");
      return (bits & 4 ? "r" : "-") + (bits & 2 ? "w" : "-") + last;
    });
    return LETTERS[this.kind] + triads.join("");
  }

  /** Everything, plain; times as ISO 8601. */
  toJSON(): object {
    return { ...this, permissions: this.permissions };
  }

  /** Shows as a card. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return card(`${this.kind} ${this.path}`, [
      ["size", bytes(this.size)],
      ["permissions", this.permissions],
      ["owner", `${this.uid}:${this.gid}`],
      ["modified", this.modified.toISOString()],
      ...(this.target === undefined ? [] : [["to", this.target] as const]),
    ], canvas({ colors: options?.colors ?? false }));
  }
}
