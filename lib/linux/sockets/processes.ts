/**
 * Which process has which socket open, as far as `/proc` may be read.
 *
 * @module
 */

import type { SocketOwner } from "./fields.ts";

/**
 * Goes through the descriptors of all processes that this one may look into:
 * all for root, else one's own.
 *
 * @returns The owners of each socket by its inode; none where `/proc` is not
 * to be read.
 * @see proc_pid_fd(5)
 *
 * @example
 * ```ts
 * import { socketOwners } from "./processes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(socketOwners() instanceof Map);
 * ```
 */
export function socketOwners(): Map<number, SocketOwner[]> {
  const owners = new Map<number, SocketOwner[]>();
  for (const pid of numbers("/proc")) {
    let name: string | undefined;
    for (const fd of numbers(`/proc/${pid}/fd`)) {
      const inode = socketInode(`/proc/${pid}/fd/${fd}`);
      if (inode === undefined) continue;
      name ??= nameOf(pid);
      const owner = { pid, name, fd };
      const known = owners.get(inode);
      if (known === undefined) owners.set(inode, [owner]);
      else known.push(owner);
    }
  }
  return owners;
}

/** The entries of a folder that are numbers; none if it may not be read. */
function numbers(folder: string): number[] {
  const found: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      const number = Number(name);
      if (Number.isInteger(number)) found.push(number);
    }
  } catch {
    // Another user's process, one that has just ended, or no permission.
  }
  return found.sort((a, b) => a - b);
}

function socketInode(path: string): number | undefined {
  try {
    const target = Deno.readLinkSync(path);
    return target.startsWith("socket:[")
      ? Number(target.slice(8, -1))
      : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trimEnd();
  } catch {
    return "?";
  }
}
