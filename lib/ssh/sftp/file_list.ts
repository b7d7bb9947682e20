/**
 * The files of a folder on the other machine, which show as `ls -l` shows them.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { bytes } from "../../inspect/units.ts";
import type { FileInfo } from "./file_info.ts";

/**
 * An array of files that shows at the prompt as a table; `list` of an
 * {@linkcode Sftp} gives it. What `filter` and the like make of it are plain
 * arrays.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const raw = { mode: 0o100644, uid: 0, gid: 0, size: 286, atime: 0, mtime: 0 };
 * const files = net.ssh.FileList.of(new net.ssh.FileInfo("/etc/motd", raw));
 * assert.match(Deno.inspect(files), /-rw-r--r-- .* 286 B .* motd/);
 * ```
 */
export class FileList extends Array<FileInfo> {
  /** What is made of the members is a plain array. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** Shows as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    if (this.length === 0) return "no files";
    const rows = this.map((file) => ({
      permissions: file.permissions,
      owner: `${file.uid}:${file.gid}`,
      size: file.kind === "file" ? bytes(file.size) : "",
      modified: file.modified.toISOString().slice(0, 19).replace("T", " "),
      name: file.kind === "folder" ? `${file.name}/` : file.name,
    }));
    return table(rows, {
      columns: [
        "permissions",
        "owner",
        { key: "size", align: "right" },
        { key: "modified", title: "modified (UTC)" },
        { key: "name", role: "name" },
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}
