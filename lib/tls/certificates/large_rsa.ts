/**
 * Signatures of RSA keys that the runtime's cryptography finds too long.
 *
 * @see RFC 8017 §8.1.2 (PSS), §8.2.2 (PKCS#1 v1.5), §9
 * @module
 */

import { der, derOid, DerReader, TAG } from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";
import type { SignatureFacts } from "./certificate_key.ts";

/** The longest key that the runtime takes, in bits. */
export const RUNTIME_BITS = 4096;
/** Longer ones cost more time than anybody's certificate is worth. */
const MOST_BITS = 16_384;
const MOST_EXPONENT = 1n << 32n;

/**
 * Verifies a signature of RSA.
 *
 * @param how Digest and padding.
 * @param signed The octets that were signed.
 * @param signature The signature.
 * @param publicKey The key that should have signed it (SubjectPublicKeyInfo).
 * @returns Whether it did; nothing if the key is longer than is sane.
 */
export async function verifyLargeRsa(
  how: SignatureFacts,
  signed: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): Promise<boolean | undefined> {
  const [modulus, exponent] = numbersOf(publicKey);
  const bits = modulus.toString(2).length;
  if (bits > MOST_BITS || exponent > MOST_EXPONENT) return undefined;
  const number = numberOf(signature);
  if (number >= modulus || signature.length !== Math.ceil(bits / 8)) {
    return false;
  }
  const hash = how.hash ?? "SHA-1";
  const digest = await digestOf(hash, signed);
  const opened = power(number, exponent, modulus);
  return how.pss === undefined
    ? opened === numberOf(padded(digest, hash, signature.length))
    : await fitsPss(opened, digest, hash, how.pss.saltLength, bits - 1);
}

function numbersOf(publicKey: Uint8Array): [bigint, bigint] {
  const key = new DerReader(publicKey, "key").take(TAG.sequence, "key")
    .inside();
  key.take(TAG.sequence, "algorithm");
  const bits = key.take(TAG.bitString, "key").wholeBits();
  const pair = new DerReader(bits, "key").take(TAG.sequence, "numbers")
    .inside();
  const number = (name: string) =>
    numberOf(pair.take(TAG.integer, name).contents);
  return [number("modulus"), number("exponent")];
}

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x0${octets.toHex()}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return result;
}

async function digestOf(
  hash: string,
  octets: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle.digest(hash, octets as BufferSource),
  );
}

/** A digest as PKCS#1 v1.5 has it signed (RFC 8017 §9.2). */
function padded(digest: Uint8Array, hash: string, length: number): Uint8Array {
  const info = der(
    TAG.sequence,
    der(TAG.sequence, derOid(oidOf(hash)), der(TAG.null)),
    der(TAG.octetString, digest),
  );
  const octets = new Uint8Array(length).fill(0xff);
  octets.set([0, 1]);
  octets.set([0, ...info], length - info.length - 1);
  return octets;
}

/** Whether octets are what PSS makes of a digest (RFC 8017 §9.1.2). */
async function fitsPss(
  opened: bigint,
  digest: Uint8Array,
  hash: string,
  saltLength: number,
  bits: number,
): Promise<boolean> {
  const length = Math.ceil(bits / 8);
  const hex = opened.toString(16).padStart(2 * length, "0");
  if (hex.length > 2 * length || !hex.endsWith("bc")) return false;
  const octets = Uint8Array.fromHex(hex);
  const dataLength = length - digest.length - 1;
  if (dataLength < saltLength + 1) return false;
  const sum = octets.slice(dataLength, -1);
  const mask = await maskOf(hash, sum, dataLength);
  const data = octets.slice(0, dataLength).map((octet, i) => octet ^ mask[i]!);
  data[0]! &= 0xff >> (8 * length - bits);
  const at = dataLength - saltLength - 1;
  if (data[at] !== 1 || data.subarray(0, at).some((octet) => octet !== 0)) {
    return false;
  }
  const whole = [...new Uint8Array(8), ...digest, ...data.subarray(at + 1)];
  const wanted = await digestOf(hash, Uint8Array.from(whole));
  return wanted.toHex() === sum.toHex();
}

/** The mask of MGF1 (RFC 8017 appendix B.2.1). */
async function maskOf(
  hash: string,
  seed: Uint8Array,
  length: number,
): Promise<Uint8Array> {
  const mask: number[] = [];
  for (let count = 0; mask.length < length; count++) {
    const octets = Uint8Array.from([...seed, 0, 0, count >> 8, count & 0xff]);
    mask.push(...await digestOf(hash, octets));
  }
  return Uint8Array.from(mask.slice(0, length));
}
