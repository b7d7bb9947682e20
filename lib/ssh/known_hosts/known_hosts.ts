/**
 * known_hosts: which keys hosts are known by.
 *
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { keyFingerprint } from "../keys/fingerprint.ts";
import { HmacSha1 } from "./hmac_sha1.ts";
import {
  faultOf,
  indexKnownHosts,
  type KnownHostsIndex,
} from "./known_hosts_index.ts";
import {
  isAbout,
  type KnownHostMarker,
  knownHostName,
  readFields,
  readKey,
} from "./known_hosts_line.ts";
import { keyTypeOf } from "../keys/wire_format.ts";

export { type KnownHostMarker, knownHostName } from "./known_hosts_line.ts";
export type { KnownHostsIndex } from "./known_hosts_index.ts";

/** A key on file. */
export interface KnownHostKey {
  /** The file, as it was named. */
  readonly path: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** Empty, or what the key is for. */
  readonly marker: KnownHostMarker;
  /** The first field: patterns with commas between, or a hashed name. */
  readonly hosts: string;
  /** The key's type: `"ssh-ed25519"`. */
  readonly type: string;
  /** The key as it goes over the wire. */
  readonly key: Uint8Array;
  /** The key's fingerprint, `"SHA256:…"`. */
  readonly fingerprint: string;
  /** What stands after the key. */
  readonly comment: string;
}

/** A line that tells no key. */
export interface KnownHostProblem {
  /** The file, as it was named. */
  readonly path: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** What is wrong with it. */
  readonly reason: string;
}

/** What the files say of a key that a host shows. */
export interface HostKeyVerdict {
  /**
   * The key is on file; the host is not; it is with other keys alone; the key
   * is one that must not be trusted; or the host is known by an authority's
   * certificate alone, which is not supported here.
   */
  readonly state: "known" | "unknown" | "changed" | "revoked" | "authority";
  /** The name that was looked for: `"web"`, `"[web]:2222"`. */
  readonly name: string;
  /** The type of the key that was shown. */
  readonly type: string;
  /** The fingerprint of the key that was shown. */
  readonly fingerprint: string;
  /** The line that decided; of a changed key the first other key. */
  readonly line?: KnownHostKey | undefined;
  /** What the files say of the key under the host's address. */
  readonly address?: HostKeyVerdict | undefined;
}

/**
 * Known hosts, of one file or of several.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const line = net.ssh.knownHostLine("web", publicKey);
 * const hosts = net.ssh.parseKnownHosts(`# ours\n${line}\n`);
 * assert.equal(hosts.check("web", 22, publicKey).state, "known");
 * assert.equal(hosts.check("db", 22, publicKey).state, "unknown");
 * ```
 */
export class KnownHosts {
  readonly #sources: readonly KnownHostsIndex[];

  /** Takes what was read; {@linkcode parseKnownHosts} reads it. */
  constructor(sources: readonly KnownHostsIndex[]) {
    this.#sources = sources;
  }

  /** The files, as they were named. */
  get paths(): string[] {
    return this.#sources.map(({ path }) => path);
  }

  /** Lines that tell no key, found by looking at all of them. */
  get problems(): KnownHostProblem[] {
    return this.#sources.flatMap(({ path, lines }) =>
      lines.flatMap((text, i) => {
        const reason = faultOf(text);
        return reason === undefined ? [] : [{ path, line: i + 1, reason }];
      })
    );
  }

  /**
   * Gives what is on file about a host, in the order of the lines.
   *
   * @param host A name, or an address without brackets.
   * @param port The port; unless it is 22, only lines with it count.
   */
  find(host: string, port = 22): KnownHostKey[] {
    return this.#find(knownHostName(host, port));
  }

  /**
   * Gives the types of the keys that a host is known by: to ask it for one of
   * these means that a key which it has besides is not taken for a changed one.
   *
   * @param host A name, or an address without brackets.
   * @param port The port.
   * @returns `["ssh-ed25519"]`, without those that are revoked.
   */
  keyTypes(host: string, port = 22): string[] {
    const found = this.find(host, port).filter(({ marker }) => marker === "");
    return [...new Set(found.map(({ type }) => type))];
  }

  /**
   * Holds a key that a host shows against what is on file.
   *
   * @param host A name, or an address without brackets.
   * @param port The port.
   * @param key The key as it goes over the wire.
   * @param address The host's address, if it was found by its name.
   * @returns What the files say.
   */
  check(
    host: string,
    port: number,
    key: Uint8Array,
    address?: string,
  ): HostKeyVerdict {
    const verdict = this.#check(knownHostName(host, port), key);
    if (address === undefined || address === host) return verdict;
    const other = this.#check(knownHostName(address, port), key);
    const isRevoked = other.state === "revoked";
    return { ...verdict, ...(isRevoked && other), address: other };
  }

  #check(name: string, key: Uint8Array): HostKeyVerdict {
    const found = this.#find(name);
    const [type, fingerprint] = [keyTypeOf(key), keyFingerprint(key)];
    const verdict = (
      state: HostKeyVerdict["state"],
      line?: KnownHostKey,
    ): HostKeyVerdict => ({ state, name, type, fingerprint, line });
    const having = (marker: KnownHostMarker) =>
      found.filter((one) => one.marker === marker);
    const same = (one: KnownHostKey) => equal(one.key, key);
    const revoked = having("@revoked").find(same);
    if (revoked) return verdict("revoked", revoked);
    const keys = having("");
    const known = keys.find(same);
    if (known) return verdict("known", known);
    // Whoever shows a key of another type may be somebody else too.
    const ofType = keys.find((one) => one.type === type) ?? keys[0];
    if (ofType) return verdict("changed", ofType);
    const [authority] = having("@cert-authority");
    return authority ? verdict("authority", authority) : verdict("unknown");
  }

  #find(name: string): KnownHostKey[] {
    const hmac = new HmacSha1(new TextEncoder().encode(name));
    return this.#sources.flatMap(({ path, lines, plain, others }) => {
      const named = plain.get(name) ?? [];
      // The same name twice in a line is no second line.
      const found = [...new Set(typeof named === "number" ? [named] : named)];
      for (const { line, hosts } of others) {
        if (isAbout(hosts, name, hmac)) found.push(line);
      }
      found.sort((a, b) => a - b);
      return found.flatMap((i) => {
        const fields = readFields(lines[i]!);
        if (typeof fields !== "object") return [];
        const key = readKey(fields);
        if (typeof key === "string") return [];
        const { marker, hosts, type, comment } = fields;
        const fingerprint = keyFingerprint(key);
        return [{
          path,
          line: i + 1,
          marker,
          hosts,
          type,
          key,
          fingerprint,
          comment,
        }];
      });
    });
  }

  /** The files and what is wrong with them, for `JSON.stringify`. */
  toJSON(): Record<string, unknown> {
    const { paths, problems } = this;
    return { paths, lines: this.#count(), problems };
  }

  /** Shows the files, how many lines they have, and what is wrong with some. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const problems = this.problems;
    return card("known hosts", [
      ["files", this.paths.join(", ") || "none"],
      ["hosts", `${this.#count()} lines`],
      ...problems.slice(0, SHOWN).map((
        { path, line, reason },
      ): [string, string] => [`${path}:${line}`, reason]),
      ...(problems.length > SHOWN
        ? [["…", `${problems.length - SHOWN} more such lines`] as const]
        : []),
    ], canvas({ colors: options?.colors ?? false }));
  }

  #count(): number {
    return this.#sources.reduce(
      (sum, { lines }) =>
        sum +
        lines.filter((line) => typeof readFields(line) === "object").length,
      0,
    );
  }
}

/** Broken lines that are shown. */
const SHOWN = 5;

/**
 * Reads a file of known hosts.
 *
 * @param text Its text, of any size: a lookup goes by an index, but for hashed
 * names and patterns, each of which is tried.
 * @param path What it is called. @default {"known_hosts"}
 * @returns The hosts; lines that are broken are passed over, and are `problems`.
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const hosts = net.ssh.parseKnownHosts("web ssh-ed25519 broken!\n");
 * assert.deepEqual(hosts.problems, [
 *   { path: "known_hosts", line: 1, reason: "a key that is not base64" },
 * ]);
 * ```
 */
export function parseKnownHosts(
  text: string,
  path = "known_hosts",
): KnownHosts {
  return new KnownHosts([indexKnownHosts(text, path)]);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
