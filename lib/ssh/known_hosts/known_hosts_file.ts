/**
 * Files of known hosts: read together, added to, and taken from, while other
 * programs do the same.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { withFile } from "../../file_failure.ts";
import { KnownHosts } from "./known_hosts.ts";
import { indexKnownHosts, type KnownHostsIndex } from "./known_hosts_index.ts";
import {
  hashName,
  isAbout,
  type KnownHostMarker,
  knownHostName,
  readFields,
} from "./known_hosts_line.ts";
import { HmacSha1 } from "./hmac_sha1.ts";
import { keyTypeOf } from "../keys/wire_format.ts";

const text = new TextDecoder();

/** Options for {@linkcode addKnownHost} and {@linkcode knownHostLine}. */
export interface KnownHostOptions {
  /** The port. @default {22} */
  readonly port?: number | undefined;
  /** Whether the name is hidden. @default {false} */
  readonly hash?: boolean | undefined;
  /** What the key is for, if not to be trusted. @default {""} */
  readonly marker?: KnownHostMarker | undefined;
  /** What to write after the key. */
  readonly comment?: string | undefined;
}

/**
 * Writes a line of known_hosts.
 *
 * @param host A name, or an address without brackets.
 * @param key The host's key as it goes over the wire.
 * @param options The port, and whether the name is hidden.
 * @returns The line, without its end.
 * @throws {TypeError} If host, key or comment cannot stand in a line.
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const line = net.ssh.knownHostLine("web", publicKey, { port: 2222 });
 * assert.match(line, /^\[web\]:2222 ssh-ed25519 AAAA/);
 * ```
 */
export function knownHostLine(
  host: string,
  key: Uint8Array,
  options: KnownHostOptions = {},
): string {
  const { port = 22, hash = false, marker = "", comment = "" } = options;
  const name = knownHostName(host, port);
  if (!/^[^\s,|#@*?!]+$/.test(name)) {
    throw new TypeError(
      `Cannot add a known host as 'host' must be a name or an address: current value is ${
        JSON.stringify(host)
      }`,
    );
  }
  const type = keyTypeOf(key);
  if (type === "") {
    throw new TypeError(
      `Cannot add a known host as 'key' must be a public key as it goes over the wire: current value is ${key.length} other octets`,
    );
  }
  if (/[\r\n]/.test(comment)) {
    throw new TypeError(
      `Cannot add a known host as 'comment' must be one line: current value is ${
        JSON.stringify(comment)
      }`,
    );
  }
  const field = hash ? hashName(name) : name;
  return [marker, field, type, key.toBase64(), comment]
    .filter((part) => part !== "").join(" ");
}

/**
 * Adds a host's key to a file; makes the file, for its owner alone, and its
 * folder, if they are not there.
 *
 * @param path The file.
 * @param host A name, or an address without brackets.
 * @param key The host's key as it goes over the wire.
 * @param options The port, and whether the name is hidden.
 * @throws {NetError} If the file cannot be written.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * // await net.ssh.addKnownHost("/home/ada/.ssh/known_hosts", "web", key);
 * await assert.rejects(
 *   net.ssh.addKnownHost("known_hosts", "not a name", new Uint8Array(0)),
 *   TypeError,
 * );
 * ```
 */
export async function addKnownHost(
  path: string,
  host: string,
  key: Uint8Array,
  options: KnownHostOptions = {},
): Promise<void> {
  const line = new TextEncoder().encode(
    `${knownHostLine(host, key, options)}\n`,
  );
  await withFile("write", path, async () => {
    const folder = path.includes("/") ? path.replace(/\/[^/]*$/, "") : "";
    if (folder !== "" && !await isThere(folder)) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    using file = await openLocked(path, { append: true, create: true });
    const needsEnd = !await endsLine(file);
    // One write to the file's end, so that none of another program's is lost.
    const octets = needsEnd ? Uint8Array.of(0x0a, ...line) : line;
    const written = await file.write(octets);
    if (written < octets.length) {
      throw new NetError(`${written} of ${octets.length} octets were written`, {
        code: "io",
        op: "write",
        target: path,
        hint: "df, to see whether the disk is full",
      });
    }
  });
}

/**
 * Takes a host's keys out of a file, as `ssh-keygen -R` does: every line that is
 * about it goes, but for revoked keys and authorities.
 *
 * @param path The file.
 * @param host A name, or an address without brackets.
 * @param options The port; unless it is 22, only lines with it go.
 * @returns The lines that went; none if there were none, or no file.
 * @throws {NetError} If the file cannot be read or written.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const remove = net.ssh.removeKnownHost;
 * // await remove("/home/ada/.ssh/known_hosts", "web", { port: 2222 });
 * assert.equal(typeof remove, "function");
 * ```
 */
export async function removeKnownHost(
  path: string,
  host: string,
  options: { readonly port?: number | undefined } = {},
): Promise<string[]> {
  const name = knownHostName(host, options.port);
  const hmac = new HmacSha1(new TextEncoder().encode(name));
  return await withFile("write", path, async () => {
    if (!await isThere(path)) return [];
    // A rename replaces a link, and what it points to would stay as it was.
    const real = await Deno.realPath(path);
    using file = await openLocked(real, {});
    const { mode } = await file.stat();
    const removed: string[] = [];
    // By octets, so that what is not UTF-8 stays as it is.
    const kept = linesOf(await Deno.readFile(real)).filter((octets) => {
      const line = text.decode(octets).trimEnd();
      const fields = readFields(line);
      const goes = typeof fields === "object" && fields.marker === "" &&
        isAbout(fields.hosts, name, hmac);
      if (goes) removed.push(line);
      return !goes;
    });
    if (removed.length === 0) return [];
    const temporary = `${real}.${crypto.randomUUID()}`;
    try {
      await Deno.writeFile(temporary, await new Blob(kept).bytes(), {
        createNew: true,
        mode: (mode ?? 0o600) & 0o777,
      });
      await Deno.rename(temporary, real);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw error;
    }
    return removed;
  });
}

/**
 * Reads files of known hosts as one; those that are not there have none.
 *
 * @param paths The files.
 * @returns The hosts of all.
 * @throws {NetError} If one is there and cannot be read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const hosts = await net.ssh.loadKnownHosts([]);
 * assert.deepEqual(hosts.find("web"), []);
 * ```
 */
export async function loadKnownHosts(
  paths: string | readonly string[],
): Promise<KnownHosts> {
  const list = typeof paths === "string" ? [paths] : paths;
  const indexes = await Promise.all(list.map(loadIndex));
  return new KnownHosts(indexes.filter((index) => index !== undefined));
}

/** Files as they were last read: a fleet asks for the same one often. */
const recent = new Map<string, { stamp: string; index: KnownHostsIndex }>();
const MOST_RECENT = 8;

async function loadIndex(path: string): Promise<KnownHostsIndex | undefined> {
  return await withFile("read", path, async () => {
    const info = await Deno.stat(path).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    });
    if (info === undefined) return undefined;
    const stamp = `${info.ino} ${info.size} ${info.mtime?.getTime()}`;
    const known = recent.get(path);
    if (known?.stamp === stamp) return known.index;
    const index = indexKnownHosts(await Deno.readTextFile(path), path);
    recent.delete(path);
    recent.set(path, { stamp, index });
    if (recent.size > MOST_RECENT) {
      recent.delete(recent.keys().next().value!);
    }
    return index;
  });
}

/** Opens a file that nobody else of ours changes meanwhile. */
async function openLocked(
  path: string,
  options: Deno.OpenOptions,
): Promise<Deno.FsFile> {
  for (;;) {
    const file = await Deno.open(path, { read: true, mode: 0o600, ...options });
    try {
      await file.lock(true);
      // While we waited, somebody may have put another file in its place.
      const [held, named] = await Promise.all([
        file.stat(),
        Deno.stat(path).catch(() => undefined),
      ]);
      if (held.ino === named?.ino && held.dev === named?.dev) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
}

async function endsLine(file: Deno.FsFile): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const last = new Uint8Array(1);
  await file.seek(size - 1, Deno.SeekMode.Start);
  await file.read(last);
  return last[0] === 0x0a;
}

/** Lines with their ends. */
function linesOf(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const lines: Uint8Array<ArrayBuffer>[] = [];
  for (let start = 0; start < octets.length;) {
    const end = octets.indexOf(0x0a, start);
    const next = end < 0 ? octets.length : end + 1;
    lines.push(octets.subarray(start, next));
    start = next;
  }
  return lines;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
