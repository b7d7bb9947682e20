/**
 * The key exchange by RSA: a secret that is encrypted with the key in the
 * server's certificate.
 *
 * @see RFC 5246 §7.4.7.1, RFC 8017 §7.2.1
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { Certificate } from "../certificate.ts";
import { DerReader, TAG } from "../der/der.ts";

/** The public half of an RSA key. */
export interface RsaNumbers {
  /** What all is taken modulo. */
  readonly modulus: bigint;
  /** What it is raised to. */
  readonly exponent: bigint;
  /** Octets of the modulus. */
  readonly size: number;
}

/** Larger keys are nobody's, and would only cost time. */
const MAX_BITS = 16_384;
const MAX_EXPONENT = 2n ** 32n;
/** Shorter ones have no room for a secret of 48 octets. */
const MIN_SIZE = 48 + 11;

/**
 * Reads the numbers of a certificate's RSA key.
 *
 * @param der The certificate.
 * @returns The numbers; `undefined` if it has no such key, or one that cannot be
 * of use.
 *
 * @example
 * ```ts
 * import { rsaNumbers } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rsaNumbers(Uint8Array.of(0x30, 0)), undefined);
 * ```
 */
export function rsaNumbers(der: Uint8Array): RsaNumbers | undefined {
  try {
    const { key, publicKey } = new Certificate(der);
    if (key.algorithm !== "RSA" || key.bits > MAX_BITS) return undefined;
    const spki = new DerReader(publicKey, "key").take(TAG.sequence, "key")
      .inside();
    spki.take(TAG.sequence, "key's algorithm");
    const numbers = spki.take(TAG.bitString, "public key").withinBits()
      .take(TAG.sequence, "RSA key").inside();
    const modulus = numbers.take(TAG.integer, "modulus").integer();
    const exponent = numbers.take(TAG.integer, "exponent").integer();
    const size = Math.ceil(key.bits / 8);
    const isUsable = modulus > 0n && exponent > 0n &&
      exponent <= MAX_EXPONENT && size >= MIN_SIZE;
    return isUsable ? { modulus, exponent, size } : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * Encrypts a block as it is, padding and all.
 *
 * @param block The block, as many octets as the key has.
 * @param key The key.
 * @returns As many octets.
 * @see RFC 8017 §5.1.1
 *
 * @example
 * ```ts
 * import { rsaEncrypt } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * const key = { modulus: 3233n, exponent: 17n, size: 2 };
 * assert.deepEqual(rsaEncrypt(Uint8Array.of(0, 65), key), Uint8Array.of(10, 230));
 * ```
 */
export function rsaEncrypt(block: Uint8Array, key: RsaNumbers): Uint8Array {
  const { modulus, exponent, size } = key;
  return octetsOf(power(numberOf(block), exponent, modulus), size);
}

/**
 * Pads a secret for encryption: PKCS #1 v1.5.
 *
 * @param secret The secret.
 * @param size Octets of the key.
 * @returns 0, 2, eight octets or more that are not 0, 0, and the secret.
 * @see RFC 8017 §7.2.1
 *
 * @example
 * ```ts
 * import { padded } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * const block = padded(Uint8Array.of(7), 64);
 * assert.deepEqual([block[0], block[1], block[62], block[63]], [0, 2, 0, 7]);
 * ```
 */
export function padded(secret: Uint8Array, size: number): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array(size));
  const block = random.map((octet) => octet || 1);
  block.set([0, 2]);
  block[size - secret.length - 1] = 0;
  block.set(secret, size - secret.length);
  return block;
}

/**
 * Raises to a power, modulo a number.
 *
 * @param base What is raised.
 * @param exponent To which power, 0 or more.
 * @param modulus Modulo what, above 0.
 * @returns The rest.
 *
 * @example
 * ```ts
 * import { power } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(power(65n, 17n, 3233n), 2790n);
 * ```
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = result * square % modulus;
    square = square * square % modulus;
  }
  return result;
}

/**
 * The number that octets are, the highest first.
 *
 * @param octets The octets.
 * @returns The number; 0 of none.
 *
 * @example
 * ```ts
 * import { numberOf, octetsOf } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(numberOf(octetsOf(258n, 3)), 258n);
 * ```
 */
export function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x0${octets.toHex()}`);
}

/**
 * The octets of a number, the highest first.
 *
 * @param number The number, 0 or more.
 * @param size How many octets at least. @default {as few as there are}
 * @returns The octets.
 *
 * @example
 * ```ts
 * import { octetsOf } from "./rsa_exchange.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(octetsOf(258n), Uint8Array.of(1, 2));
 * ```
 */
export function octetsOf(number: bigint, size = 0): Uint8Array {
  const digits = number.toString(16);
  const even = digits.length + digits.length % 2;
  return Uint8Array.fromHex(digits.padStart(Math.max(2 * size, even), "0"));
}
