/**
 * Reading MIB files from where they are kept.
 *
 * @module
 */

import { NetError, PermissionError } from "../../errors.ts";

/** Larger than any MIB: the largest that vendors ship have some 3 MB. */
const MOST_OCTETS = 32 * 2 ** 20;

/** One file's name and text. */
export interface MibFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads a MIB file, or every file of a folder in the order of their names,
 * without what is hidden, is no MIB, or lies in folders below.
 *
 * @param source The path.
 * @returns The files.
 * @throws {NetError} If it cannot be read.
 */
export async function readMibFiles(source: string | URL): Promise<MibFile[]> {
  const path = source instanceof URL
    ? decodeURIComponent(source.pathname)
    : source;
  try {
    const info = await Deno.stat(path);
    if (!info.isDirectory) return [await readMib(path)];
    const names: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      if (!isDirectory && !name.startsWith(".")) names.push(name);
    }
    const files: MibFile[] = [];
    for (const name of names.sort()) {
      const file = await readMib(`${path.replace(/\/+$/, "")}/${name}`);
      // An index, a README, a program: not everything in there is a MIB.
      if (/\bDEFINITIONS\b/.test(file.text)) files.push(file);
    }
    return files;
  } catch (error) {
    throw explained(path, error);
  }
}

async function readMib(path: string): Promise<MibFile> {
  const { size } = await Deno.stat(path);
  if (size > MOST_OCTETS) {
    throw new NetError(`it has ${size} octets, too many for a MIB`, {
      code: "too-large",
      op: "read MIBs from",
      target: path,
    });
  }
  return { path, text: new TextDecoder().decode(await Deno.readFile(path)) };
}

function explained(path: string, error: unknown): unknown {
  const facts = { op: "read MIBs from", target: path, cause: error };
  if (error instanceof Deno.errors.NotFound) {
    return new NetError("no such file or folder", {
      ...facts,
      code: "not-found",
      hint: "ls /usr/share/snmp/mibs (Debian: apt-get install libsnmp-base, " +
        "and snmp-mibs-downloader from non-free for the IETF's)",
    });
  }
  const isForbidden = error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable;
  return isForbidden
    ? new PermissionError("permission denied", {
      ...facts,
      code: "permission",
      hint: `--allow-read=${path}, and rights to the folder`,
    })
    : error;
}
