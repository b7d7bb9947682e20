/**
 * One line of known_hosts: whom it is about, and which key it tells.
 *
 * @see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT
 * @module
 */

import { HmacSha1 } from "./hmac_sha1.ts";
import { matchesHosts } from "../config/patterns.ts";
import { keyTypeOf } from "../keys/wire_format.ts";

/** What a line is for: a key, one that must not be trusted, or an authority. */
export type KnownHostMarker = "" | "@revoked" | "@cert-authority";

/** The fields of a line; the key is not decoded yet. */
export interface KnownHostFields {
  readonly marker: KnownHostMarker;
  /** Patterns with commas between, or a hashed name. */
  readonly hosts: string;
  /** The type of the key, as it is written. */
  readonly type: string;
  /** The key in base64. */
  readonly key: string;
  /** What stands after it. */
  readonly comment: string;
}

/** Where a hashed name begins. */
const HASHED = "|1|";
/** Octets of SHA-1. */
const DIGEST = 20;

/** A line's fields; the last one is what is left. */
const FIELDS =
  /^[ \t]*(?:(@[^ \t]+)[ \t]+)?([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)[ \t]*(.*)$/;

/**
 * Cuts a line into its fields.
 *
 * @param line The line.
 * @returns The fields; nothing for a comment or an empty line; what is wrong, if
 * something is.
 */
export function readFields(line: string): KnownHostFields | string | undefined {
  const first = line.trimStart()[0];
  if (first === undefined || first === "#") return undefined;
  const match = FIELDS.exec(line.trimEnd());
  if (!match) return "fewer fields than host, type and key";
  const [, marker = "", hosts = "", type = "", key = "", comment = ""] = match;
  if (
    marker !== "" && marker !== "@revoked" && marker !== "@cert-authority"
  ) return `a marker that is not known, ${marker}`;
  if (/^\d+$/.test(type) && /^\d+$/.test(key)) {
    return "a key of version 1 of the protocol";
  }
  return { marker, hosts, type, key, comment };
}

/**
 * Decodes a line's key.
 *
 * @returns The key as it goes over the wire; what is wrong, if something is.
 */
export function readKey(
  { type, key }: Pick<KnownHostFields, "type" | "key">,
): Uint8Array | string {
  let blob: Uint8Array;
  try {
    blob = Uint8Array.fromBase64(key);
  } catch {
    return "a key that is not base64";
  }
  const inside = keyTypeOf(blob);
  if (inside === "") return "a key that is cut short";
  return inside === type
    ? blob
    : `a key of type ${inside} that is called ${type}`;
}

/** Whether a line's first field is a hashed name. */
export function isHashed(hosts: string): boolean {
  return hosts.startsWith("|");
}

/**
 * Takes a hashed name apart.
 *
 * @returns What it is hashed under, and the digest; nothing if it is none.
 */
export function readHash(
  hosts: string,
): { salt: Uint8Array; digest: Uint8Array } | undefined {
  if (!hosts.startsWith(HASHED)) return undefined;
  const bar = hosts.indexOf("|", HASHED.length);
  if (bar < 0) return undefined;
  try {
    const salt = Uint8Array.fromBase64(hosts.slice(HASHED.length, bar));
    const digest = Uint8Array.fromBase64(hosts.slice(bar + 1));
    const isWhole = salt.length === DIGEST && digest.length === DIGEST;
    return isWhole ? { salt, digest } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a line is about a host.
 *
 * @param hosts The line's first field.
 * @param name The host as the file names it: `"web"`, `"[web]:2222"`.
 * @param hmac The same name, for lines that hide it.
 */
export function isAbout(hosts: string, name: string, hmac: HmacSha1): boolean {
  if (!isHashed(hosts)) return matchesHosts(name, hosts.split(","));
  const hash = readHash(hosts);
  return hash !== undefined && hmac.matches(hash.salt, hash.digest);
}

/**
 * The name that a host has in known_hosts.
 *
 * @param host A name, or an address without brackets.
 * @param port The port.
 * @returns The host in small letters, as `[host]:port` unless the port is 22.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ssh.knownHostName("Web", 22), "web");
 * assert.equal(net.ssh.knownHostName("::1", 2222), "[::1]:2222");
 * ```
 */
export function knownHostName(host: string, port = 22): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/**
 * Hides a name: whoever reads the file can check names, and not read them.
 *
 * @param name The host as the file names it.
 * @param salt What to hash it under. @default {20 random octets}
 */
export function hashName(
  name: string,
  salt: Uint8Array = crypto.getRandomValues(new Uint8Array(DIGEST)),
): string {
  const code = new HmacSha1(new TextEncoder().encode(name)).under(salt);
  return `${HASHED}${salt.toBase64()}|${code.toBase64()}`;
}
