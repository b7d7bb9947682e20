/**
 * How TLS makes many keys out of one secret: the key schedule of TLS 1.3, and the
 * pseudorandom function of the versions before it.
 *
 * @module
 */

import type { NodeCrypto } from "./node_crypto.ts";

/** Digests that cipher suites name for deriving keys. */
export type TlsHash = "sha256" | "sha384";

/** A digest for deriving keys before TLS 1.2: both of these, one over the other. */
export type OldTlsHash = "md5+sha1";

const encoder = new TextEncoder();
const NONE = new Uint8Array();

/** Octets of each digest. */
const LENGTHS: Readonly<Record<TlsHash, number>> = { sha256: 32, sha384: 48 };

/**
 * Extracts a secret that is uniform from one that need not be.
 *
 * @param crypto The runtime's cryptography.
 * @param hash The digest.
 * @param salt What it is mixed with.
 * @param secret The secret.
 * @returns As many octets as the digest has.
 * @see RFC 5869 §2.2
 *
 * @example
 * ```ts
 * import { hkdfExtract } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const zeros = new Uint8Array(32);
 * const early = hkdfExtract(await nodeCrypto(), "sha256", zeros, zeros);
 * assert.equal(early.toHex().slice(0, 8), "33ad0a1c");
 * ```
 */
export function hkdfExtract(
  crypto: NodeCrypto,
  hash: TlsHash,
  salt: Uint8Array,
  secret: Uint8Array,
): Uint8Array {
  return crypto.createHmac(hash, salt).update(secret).digest();
}

/**
 * Makes a key of a secret, for one purpose.
 *
 * @param crypto The runtime's cryptography.
 * @param hash The digest.
 * @param secret The secret.
 * @param label The purpose, without the `"tls13 "` in front.
 * @param context What the key is bound to: mostly a digest, or nothing.
 * @param length Octets to make, up to 255 times those of the digest.
 * @returns The key.
 * @see RFC 8446 §7.1 (HKDF-Expand-Label), RFC 5869 §2.3
 *
 * @example
 * ```ts
 * import { hkdfExpandLabel } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const secret = new Uint8Array(32);
 * const iv = hkdfExpandLabel(await nodeCrypto(), "sha256", secret, "iv", new Uint8Array(), 12);
 * assert.equal(iv.length, 12);
 * ```
 */
export function hkdfExpandLabel(
  crypto: NodeCrypto,
  hash: TlsHash,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const name = encoder.encode(`tls13 ${label}`);
  const info = Uint8Array.of(
    ...[length >> 8, length & 0xff, name.length],
    ...name,
    context.length,
    ...context,
  );
  const size = LENGTHS[hash];
  const made = new Uint8Array(Math.ceil(length / size) * size);
  let block: Uint8Array = NONE;
  for (let n = 1, at = 0; at < length; n++, at += size) {
    block = crypto.createHmac(hash, secret).update(block).update(info)
      .update(Uint8Array.of(n)).digest();
    made.set(block, at);
  }
  return made.subarray(0, length);
}

/** What a direction of a connection is encrypted with. */
export interface TrafficKeys {
  /** The key. */
  readonly key: Uint8Array;
  /** The nonce of record 0, or the part of it that stays the same. */
  readonly iv: Uint8Array;
  /** The key for digests of records, where the cipher has none built in. */
  readonly mac?: Uint8Array | undefined;
}

/**
 * Makes key and nonce of a direction of TLS 1.3.
 *
 * @param crypto The runtime's cryptography.
 * @param hash The cipher suite's digest.
 * @param secret The direction's traffic secret.
 * @param keyLength Octets of the key.
 * @returns Both.
 * @see RFC 8446 §7.3
 *
 * @example
 * ```ts
 * import { trafficKeys } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const { key, iv } = trafficKeys(await nodeCrypto(), "sha256", new Uint8Array(32), 16);
 * assert.deepEqual([key.length, iv.length], [16, 12]);
 * ```
 */
export function trafficKeys(
  crypto: NodeCrypto,
  hash: TlsHash,
  secret: Uint8Array,
  keyLength: number,
): TrafficKeys {
  return {
    key: hkdfExpandLabel(crypto, hash, secret, "key", NONE, keyLength),
    iv: hkdfExpandLabel(crypto, hash, secret, "iv", NONE, 12),
  };
}

/**
 * Makes the next traffic secret of a direction, after a KeyUpdate.
 *
 * @param crypto The runtime's cryptography.
 * @param hash The cipher suite's digest.
 * @param secret The traffic secret so far.
 * @returns The next one.
 * @see RFC 8446 §7.2
 *
 * @example
 * ```ts
 * import { nextTrafficSecret } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const next = nextTrafficSecret(await nodeCrypto(), "sha384", new Uint8Array(48));
 * assert.equal(next.length, 48);
 * ```
 */
export function nextTrafficSecret(
  crypto: NodeCrypto,
  hash: TlsHash,
  secret: Uint8Array,
): Uint8Array {
  const { length } = secret;
  return hkdfExpandLabel(crypto, hash, secret, "traffic upd", NONE, length);
}

/** Where the key schedule of TLS 1.3 stands. */
type Stage = "early" | "handshake" | "master";

/**
 * The key schedule of TLS 1.3: three stages, each with a secret that more keys
 * are made of.
 *
 * @see RFC 8446 §7.1
 *
 * @example
 * ```ts
 * import { KeySchedule } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const schedule = new KeySchedule(await nodeCrypto(), "sha256");
 * schedule.advance(new Uint8Array(32));
 * assert.equal(schedule.stage, "handshake");
 * assert.equal(schedule.derive("s hs traffic", new Uint8Array(32)).length, 32);
 * ```
 */
export class KeySchedule {
  /** The suite's digest. */
  readonly hash: TlsHash;
  /** Which of its three secrets it has. */
  stage: Stage = "early";
  readonly #crypto: NodeCrypto;
  #secret: Uint8Array;

  /**
   * Starts with the early secret.
   *
   * @param crypto The runtime's cryptography.
   * @param hash The cipher suite's digest.
   * @param preShared What both sides know from before. @default {nothing}
   */
  constructor(crypto: NodeCrypto, hash: TlsHash, preShared?: Uint8Array) {
    this.#crypto = crypto;
    this.hash = hash;
    const zeros = new Uint8Array(LENGTHS[hash]);
    this.#secret = hkdfExtract(crypto, hash, zeros, preShared ?? zeros);
  }

  /** The secret of the stage, for tests against published ones. */
  get secret(): Uint8Array {
    return this.#secret;
  }

  /**
   * Goes on to the next stage.
   *
   * @param shared What the key exchange gave; nothing on the way to the master
   * secret.
   */
  advance(shared?: Uint8Array): void {
    const zeros = new Uint8Array(LENGTHS[this.hash]);
    const salt = this.derive("derived", this.#digest(NONE));
    this.#secret = hkdfExtract(
      this.#crypto,
      this.hash,
      salt,
      shared ?? zeros,
    );
    this.stage = this.stage === "early" ? "handshake" : "master";
  }

  /**
   * Makes a secret of the stage's.
   *
   * @param label Its purpose: `"c hs traffic"`, `"s ap traffic"`.
   * @param transcript The digest of all messages so far.
   * @returns The secret.
   */
  derive(label: string, transcript: Uint8Array): Uint8Array {
    return hkdfExpandLabel(
      this.#crypto,
      this.hash,
      this.#secret,
      label,
      transcript,
      LENGTHS[this.hash],
    );
  }

  /**
   * Makes what a Finished message says.
   *
   * @param secret The sender's handshake traffic secret.
   * @param transcript The digest of all messages before.
   * @returns Its octets.
   * @see RFC 8446 §4.4.4
   */
  finished(secret: Uint8Array, transcript: Uint8Array): Uint8Array {
    const { hash } = this;
    const length = LENGTHS[hash];
    const crypto = this.#crypto;
    const key = hkdfExpandLabel(crypto, hash, secret, "finished", NONE, length);
    return crypto.createHmac(hash, key).update(transcript).digest();
  }

  #digest(octets: Uint8Array): Uint8Array {
    return this.#crypto.createHash(this.hash).update(octets).digest();
  }
}

/**
 * The pseudorandom function of TLS 1.2 and before.
 *
 * @param crypto The runtime's cryptography.
 * @param hash The cipher suite's digest; `"md5+sha1"` before TLS 1.2.
 * @param secret The secret.
 * @param label What the octets are for: `"key expansion"`.
 * @param seed What they are bound to: mostly both random values.
 * @param length Octets to make.
 * @returns The octets.
 * @see RFC 5246 §5, RFC 2246 §5
 *
 * @example
 * ```ts
 * import { prf } from "./key_schedule.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const secret = new Uint8Array(48);
 * const block = prf(await nodeCrypto(), "sha256", secret, "key expansion", new Uint8Array(64), 104);
 * assert.equal(block.length, 104);
 * ```
 */
export function prf(
  crypto: NodeCrypto,
  hash: TlsHash | OldTlsHash,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const labelled = join(encoder.encode(label), seed);
  if (hash !== "md5+sha1") {
    return expand(crypto, hash, secret, labelled, length);
  }
  // Each digest has half of the secret; they share the octet in the middle.
  const half = Math.ceil(secret.length / 2);
  const made = expand(
    crypto,
    "md5",
    secret.subarray(0, half),
    labelled,
    length,
  );
  const other = expand(
    crypto,
    "sha1",
    secret.subarray(secret.length - half),
    labelled,
    length,
  );
  return made.map((octet, i) => octet ^ other[i]!);
}

/** P_hash of RFC 5246 §5. */
function expand(
  crypto: NodeCrypto,
  hash: string,
  secret: Uint8Array,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const made = new Uint8Array(length);
  let a: Uint8Array = seed;
  for (let at = 0; at < length;) {
    a = crypto.createHmac(hash, secret).update(a).digest();
    const block = crypto.createHmac(hash, secret).update(a).update(seed)
      .digest();
    made.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return made;
}

/**
 * Joins octets.
 *
 * @param parts What to join.
 * @returns All of them in one array.
 *
 * @example
 * ```ts
 * import { join } from "./key_schedule.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(join(Uint8Array.of(1), Uint8Array.of(2, 3)).length, 3);
 * ```
 */
export function join(
  ...parts: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
