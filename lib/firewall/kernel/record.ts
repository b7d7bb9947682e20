/**
 * What was applied last, kept beside the rules for as long as they live: in
 * `/run`, which goes with the kernel's rules when the machine restarts.
 *
 * @module
 */

import { libcAllowed } from "../../ffi/libc.ts";
import { namespaceId } from "../../ffi/namespace.ts";
import { inside } from "../../linux/entering.ts";

const FOLDER = "/run/netrepl/firewall";
/** Namespaces whose records are kept: those of the past go first. */
const KEPT = 16;

/** A source that was applied, and how the kernel listed it right afterwards. */
export interface AppliedRecord {
  /** By family and name: each table's source, and its listing without counts and elements. */
  readonly tables: Readonly<
    Record<string, { readonly source: string; readonly listing: string }>
  >;
}

function path(namespace: number | string | undefined): string | undefined {
  if (!libcAllowed()) return undefined;
  const id = inside(namespace, namespaceId);
  return `${FOLDER}/${id.replaceAll(/\D/g, "")}.json`;
}

/**
 * Reads the record of a namespace.
 *
 * @param namespace Which.
 * @returns The record; an empty one where nothing is known.
 */
export async function readRecord(
  namespace: number | string | undefined,
): Promise<AppliedRecord> {
  const file = path(namespace);
  try {
    if (file) return JSON.parse(await Deno.readTextFile(file));
  } catch {
    // Nothing known is the safe answer: apply() then asks for the source.
  }
  return { tables: {} };
}

/**
 * Writes the record of a namespace, if that can be; an empty one is no file.
 *
 * @param namespace Which.
 * @param record What to write.
 * @returns Whether it could.
 */
export async function writeRecord(
  namespace: number | string | undefined,
  record: AppliedRecord,
): Promise<boolean> {
  const file = path(namespace);
  if (!file) return false;
  try {
    if (Object.keys(record.tables).length === 0) {
      await Deno.remove(file);
      return true;
    }
    await Deno.mkdir(FOLDER, { recursive: true, mode: 0o700 });
    const next = `${file}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(next, JSON.stringify(record), { mode: 0o600 });
    await Deno.rename(next, file);
    await forgetOldest();
    return true;
  } catch {
    // Without it, the next apply() asks for the source of what is there.
    return false;
  }
}

async function forgetOldest(): Promise<void> {
  const files: { file: string; time: number }[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    const file = `${FOLDER}/${name}`;
    files.push({ file, time: (await Deno.stat(file)).mtime?.getTime() ?? 0 });
  }
  files.sort((a, b) => b.time - a.time);
  for (const { file } of files.slice(KEPT)) await Deno.remove(file);
}
