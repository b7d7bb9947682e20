/**
 * The keys of a connection before TLS 1.3: out of the secret that both sides
 * agreed on comes the master secret, out of that a block of keys.
 *
 * @module
 */

import { join, prf, type TlsHash } from "./key_schedule.ts";
import type { NodeCrypto } from "./node_crypto.ts";
import { RecordProtection } from "./record_protection.ts";
import type { SuiteFacts } from "./suite_facts.ts";

/** The random octets of both hellos. */
export interface Randoms {
  /** Of the ClientHello. */
  readonly client: Uint8Array;
  /** Of the ServerHello. */
  readonly server: Uint8Array;
}

const TLS_1_2 = 0x0303;
const MAC_LENGTHS = { md5: 16, sha1: 20, sha256: 32, sha384: 48 } as const;

/**
 * Names the digest that keys are made with.
 *
 * @param version The version: 0x0301 to 0x0303.
 * @param suite The cipher suite, which decides from TLS 1.2 on.
 * @returns The digest.
 *
 * @example
 * ```ts
 * import { hashOf } from "./session_keys.ts";
 * import { suiteFacts } from "./suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(hashOf(0x0301, suiteFacts(0x002f)!), "md5+sha1");
 * ```
 */
export function hashOf(
  version: number,
  { hash }: SuiteFacts,
): TlsHash | "md5+sha1" {
  return version >= TLS_1_2 ? hash : "md5+sha1";
}

/** What {@linkcode masterSecret} needs to know. */
export interface MasterFacts {
  /** The version: 0x0301 to 0x0303. */
  readonly version: number;
  /** The cipher suite. */
  readonly suite: SuiteFacts;
  /** What the key exchange gave. */
  readonly premaster: Uint8Array;
  /** The random octets of both hellos. */
  readonly randoms: Randoms;
  /**
   * The digest of all messages up to ClientKeyExchange, where both sides want the
   * secret to be bound to them (RFC 7627).
   */
  readonly session?: Uint8Array | undefined;
}

/**
 * Makes the master secret of a session.
 *
 * @param crypto The runtime's cryptography.
 * @param facts Version, suite, and what it is made of.
 * @returns 48 octets.
 * @see RFC 5246 §8.1, RFC 7627 §4
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { masterSecret } from "./session_keys.ts";
 * import { suiteFacts } from "./suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * const zeros = new Uint8Array(32);
 * const secret = masterSecret(await nodeCrypto(), {
 *   version: 0x0303,
 *   suite: suiteFacts(0xc02f)!,
 *   premaster: zeros,
 *   randoms: { client: zeros, server: zeros },
 * });
 * assert.equal(secret.length, 48);
 * ```
 */
export function masterSecret(
  crypto: NodeCrypto,
  { version, suite, premaster, randoms, session }: MasterFacts,
): Uint8Array {
  const [label, seed] = session === undefined
    ? ["master secret", join(randoms.client, randoms.server)] as const
    : ["extended master secret", session] as const;
  return prf(crypto, hashOf(version, suite), premaster, label, seed, 48);
}

/** What {@linkcode connectionKeys} needs to know. */
export interface ConnectionKeyFacts {
  /** The version: 0x0301 to 0x0303. */
  readonly version: number;
  /** The cipher suite. */
  readonly suite: SuiteFacts;
  /** The session's master secret. */
  readonly master: Uint8Array;
  /** The random octets of both hellos. */
  readonly randoms: Randoms;
  /** Whether digests are over what is encrypted (RFC 7366). @default {false} */
  readonly encryptThenMac?: boolean | undefined;
}

/**
 * Makes what both directions of a connection are protected with.
 *
 * @param crypto The runtime's cryptography.
 * @param facts Version, suite and secrets.
 * @returns A protection for each side's records, as it sends them.
 * @see RFC 5246 §6.3
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { connectionKeys } from "./session_keys.ts";
 * import { suiteFacts } from "./suite_facts.ts";
 * import assert from "node:assert/strict";
 *
 * const zeros = new Uint8Array(32);
 * const facts = {
 *   version: 0x0303,
 *   suite: suiteFacts(0xc02f)!,
 *   master: new Uint8Array(48),
 *   randoms: { client: zeros, server: zeros },
 * };
 * const crypto = await nodeCrypto();
 * const record = connectionKeys(crypto, facts).client.seal(23, Uint8Array.of(1));
 * const opened = connectionKeys(crypto, facts).client.open(23, 0x0303, record.subarray(5));
 * assert.deepEqual("content" in opened && opened.content, Uint8Array.of(1));
 * ```
 */
export function connectionKeys(
  crypto: NodeCrypto,
  facts: ConnectionKeyFacts,
): { client: RecordProtection; server: RecordProtection } {
  const { version, suite, master, randoms, encryptThenMac } = facts;
  const { mac, keyLength, ivLength } = suite;
  const macLength = mac === undefined ? 0 : MAC_LENGTHS[mac];
  const block = prf(
    crypto,
    hashOf(version, suite),
    master,
    "key expansion",
    join(randoms.server, randoms.client),
    2 * (macLength + keyLength + ivLength),
  );
  let at = 0;
  const take = (length: number) => block.subarray(at, at += length);
  const macs = [take(macLength), take(macLength)] as const;
  const keys = [take(keyLength), take(keyLength)] as const;
  const ivs = [take(ivLength), take(ivLength)] as const;
  const side = (n: 0 | 1) =>
    new RecordProtection(crypto, {
      ...{ suite, version, encryptThenMac },
      keys: { key: keys[n], iv: ivs[n], mac: macs[n] },
    });
  return { client: side(0), server: side(1) };
}

/** What {@linkcode sessionHash} is made of. */
export interface SessionHashFacts {
  /** The version: 0x0301 to 0x0303. */
  readonly version: number;
  /** The cipher suite's digest. */
  readonly hash: TlsHash;
  /** All messages of the handshake up to ClientKeyExchange. */
  readonly messages: readonly Uint8Array[];
}

/**
 * Makes the digest that an extended master secret is bound to.
 *
 * @param crypto The runtime's cryptography.
 * @param facts Version, digest and messages.
 * @returns The digest.
 * @see RFC 7627 §3
 *
 * @example
 * ```ts
 * import { nodeCrypto } from "./node_crypto.ts";
 * import { sessionHash } from "./session_keys.ts";
 * import assert from "node:assert/strict";
 *
 * const facts = { version: 0x0301, hash: "sha256", messages: [] } as const;
 * assert.equal(sessionHash(await nodeCrypto(), facts).length, 16 + 20);
 * ```
 */
export function sessionHash(
  crypto: NodeCrypto,
  { version, hash, messages }: SessionHashFacts,
): Uint8Array {
  const names = version < TLS_1_2 ? ["md5", "sha1"] : [hash];
  return join(...names.map((name) => {
    const digest = crypto.createHash(name);
    for (const message of messages) digest.update(message);
    return digest.digest();
  }));
}
