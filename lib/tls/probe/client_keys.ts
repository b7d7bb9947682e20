/**
 * The client's half of a key exchange before TLS 1.3: ClientKeyExchange, and the
 * secret that both sides then have.
 *
 * @see RFC 5246 §7.4.7, §8.1, RFC 8422 §5.7
 * @module
 */

import { join } from "./key_schedule.ts";
import { canAgree, type KeyMaker } from "./key_agreement.ts";
import {
  numberOf,
  octetsOf,
  padded,
  power,
  rsaEncrypt,
  rsaNumbers,
} from "./rsa_exchange.ts";

/** What a server sends of its key: a curve's, a prime's, or none. */
export type ServerKey =
  | { readonly group: number; readonly publicKey: Uint8Array }
  | {
    readonly prime: Uint8Array;
    readonly generator: Uint8Array;
    readonly publicKey: Uint8Array;
  };

/** What {@linkcode clientKeys} needs to know. */
export interface ClientKeyFacts {
  /** How keys are exchanged: `"ECDHE"`, `"DHE"`, `"RSA"`. */
  readonly keyExchange: string;
  /** The server's key, if it sent one. */
  readonly serverKey: ServerKey | undefined;
  /** The server's certificate in DER, if it sent one. */
  readonly certificate: Uint8Array | undefined;
  /** The version that the ClientHello says. */
  readonly offered: number;
  /** Makes a key on a curve. */
  readonly keyPair: KeyMaker;
}

/** The client's half. */
export interface ClientKeys {
  /** The handshake message. */
  readonly message: Uint8Array;
  /** The secret. */
  readonly premaster: Uint8Array;
}

/** Octets of a prime that are worked with; the largest of RFC 7919. */
const MAX_PRIME = 1024;
const EXPONENT = 32;

/**
 * Makes the client's half.
 *
 * @param facts The exchange, and what the server sent for it.
 * @returns Message and secret; `"no key"` if what the server sent is none;
 * `undefined` for an exchange that is not made here.
 *
 * @example
 * ```ts
 * import { clientKeys } from "./client_keys.ts";
 * import { keyMaker } from "./key_agreement.ts";
 * import { nodeCrypto } from "./node_crypto.ts";
 * import assert from "node:assert/strict";
 *
 * const keyPair = keyMaker(await nodeCrypto());
 * const facts = { serverKey: undefined, certificate: undefined, offered: 0x0303, keyPair };
 * assert.equal(clientKeys({ keyExchange: "SRP", ...facts }), undefined);
 * ```
 */
export function clientKeys(
  { keyExchange, serverKey, certificate, offered, keyPair }: ClientKeyFacts,
): ClientKeys | "no key" | undefined {
  if (keyExchange === "RSA") {
    if (serverKey !== undefined) return undefined;
    const key = certificate && rsaNumbers(certificate);
    if (key === undefined) return "no key";
    const premaster = premasterSecret(offered);
    const encrypted = rsaEncrypt(padded(premaster, key.size), key);
    return { message: keyMessage(encrypted, 2), premaster };
  }
  if (serverKey === undefined) return undefined;
  if (keyExchange === "ECDHE" && "group" in serverKey) {
    const { group, publicKey } = serverKey;
    if (!canAgree(group)) return undefined;
    const keys = keyPair(group);
    const premaster = keys.agree(publicKey);
    return premaster
      ? { message: keyMessage(keys.share, 1), premaster }
      : "no key";
  }
  if (keyExchange === "DHE" && "prime" in serverKey) {
    return overPrime(serverKey);
  }
  return undefined;
}

/**
 * The secret that a client chooses for RSA.
 *
 * @param offered The version that its hello says.
 * @returns That version, and 46 random octets.
 *
 * @example
 * ```ts
 * import { premasterSecret } from "./client_keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...premasterSecret(0x0303).subarray(0, 2)], [3, 3]);
 * ```
 */
export function premasterSecret(offered: number): Uint8Array {
  const secret = crypto.getRandomValues(new Uint8Array(48));
  secret.set([offered >> 8, offered & 0xff]);
  return secret;
}

/**
 * Puts a key into a ClientKeyExchange.
 *
 * @param key The key, or the encrypted secret.
 * @param lengthOctets Octets in front of it that say how long it is.
 * @returns The message.
 *
 * @example
 * ```ts
 * import { keyMessage } from "./client_keys.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(keyMessage(Uint8Array.of(7), 1).toHex(), "100000020107");
 * ```
 */
export function keyMessage(
  key: Uint8Array,
  lengthOctets: 0 | 1 | 2,
): Uint8Array {
  const { length } = key;
  const own = [length >> 8, length & 0xff].slice(2 - lengthOctets);
  const all = length + lengthOctets;
  return join(Uint8Array.of(16, all >> 16, all >> 8, all, ...own), key);
}

function overPrime(
  server: Extract<ServerKey, { prime: Uint8Array }>,
): ClientKeys | "no key" | undefined {
  if (server.prime.length > MAX_PRIME) return undefined;
  const prime = numberOf(server.prime);
  const theirs = numberOf(server.publicKey);
  if (prime < 5n || theirs < 2n || theirs > prime - 2n) return "no key";
  const own = numberOf(crypto.getRandomValues(new Uint8Array(EXPONENT)));
  const share = power(numberOf(server.generator), own, prime);
  return {
    message: keyMessage(octetsOf(share), 2),
    // Zeros in front are left out (RFC 5246 §8.1.2).
    premaster: octetsOf(power(theirs, own, prime)),
  };
}
