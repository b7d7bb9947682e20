/**
 * How people compare keys: by their digest, or by a picture of it.
 *
 * @module
 */

import { md5 } from "../../bytes/md5.ts";
import { sha256 } from "../../bytes/sha256.ts";

/** Options for {@linkcode keyFingerprint}. */
export interface FingerprintOptions {
  /** The digest: MD5 is what old devices print. @default {"sha256"} */
  readonly hash?: "sha256" | "md5" | undefined;
}

/**
 * Gives a public key's fingerprint, as `ssh-keygen -l` prints it.
 *
 * @param key The key as it goes over the wire: what base64 is in `.pub` files.
 * @param options Which digest.
 * @returns `"SHA256:…"` in base64 without padding, or `"MD5:16:27:…"`.
 * @see RFC 4716 §4 (MD5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = net.ssh.parsePublicKey(
 *   "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGnjGd50LZZd3Yr0Z1ViPJyfnGf0jBPkZ3OlQ2l3n5S ada",
 * );
 * assert.match(net.ssh.keyFingerprint(key.blob), /^SHA256:[A-Za-z0-9+/]{43}$/);
 * ```
 */
export function keyFingerprint(
  key: Uint8Array,
  options: FingerprintOptions = {},
): string {
  const { hash = "sha256" } = options;
  if (hash === "md5") {
    return `MD5:${md5(key).toHex().replace(/..(?!$)/g, "$&:")}`;
  }
  return `SHA256:${sha256(key).toBase64({ omitPadding: true })}`;
}
