/**
 * How large a public key is, and what it is called by those who compare keys.
 *
 * @module
 */

import { keyTypeOf, WireReader, withoutZeros } from "./wire_format.ts";

/**
 * Gives a public key's size, as `ssh-keygen -l` prints it.
 *
 * @param key The key as it goes over the wire.
 * @returns Bits; 0 if it is no key whose size is known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey({ type: "ecdsa", bits: 384 });
 * assert.equal(net.ssh.keySize(publicKey), 384);
 * ```
 */
export function keySize(key: Uint8Array): number {
  const type = keyTypeOf(key);
  if (type.includes("ed25519")) return 256;
  const curve = /^(?:sk-)?ecdsa-sha2-nistp(\d+)/.exec(type)?.[1];
  if (curve !== undefined) return Number(curve);
  if (type !== "ssh-rsa") return 0;
  try {
    const reader = new WireReader(key, { layer: "ssh key" });
    reader.string();
    reader.string("exponent");
    const modulus = withoutZeros(reader.string("modulus"));
    const first = modulus[0];
    return first === undefined
      ? 0
      : 8 * (modulus.length - 1) + 32 - Math.clz32(first);
  } catch {
    return 0;
  }
}

/** A key's kind in capitals, and its size: `ED25519 256`. */
export function keyTitle(key: Uint8Array): string {
  const type = keyTypeOf(key);
  const kind = type.replace(/@.*$/, "").replace(/^ssh-/, "")
    .replace(
      /^(sk-)?(?:ssh-)?(ecdsa|ed25519).*$/,
      (_, sk, name) => sk === undefined ? name : `${name}-sk`,
    )
    .replace("dss", "dsa");
  return `${kind.toUpperCase()} ${keySize(key)}`;
}
