/**
 * A private key that signs and does not show itself.
 *
 * @see RFC 5958 (PKCS#8), RFC 5280 §4.1.2.7
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  TAG,
} from "../der/der.ts";
import { formatPem } from "../der/pem.ts";
import { encryptKey } from "./encrypted_key.ts";
import { KEY_KINDS, type KeyType } from "./key_type.ts";

/**
 * A private key. It shows itself to nobody who does not ask for it by name: not
 * at the prompt, not in JSON, not in errors; {@linkcode PrivateKey.toPem} is
 * the way to ask.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.tls.authority.generateKey("P-256");
 * assert.equal(`${key}`, "private key (P-256)");
 * assert.match(key.toPem(), /^-----BEGIN PRIVATE KEY-----\n/);
 * ```
 */
export class PrivateKey {
  /** Which kind of key it is. */
  readonly type: KeyType;
  readonly #private: CryptoKey;
  readonly #public: CryptoKey;
  readonly #pkcs8: Uint8Array<ArrayBuffer>;
  readonly #spki: Uint8Array<ArrayBuffer>;

  private constructor(
    type: KeyType,
    pair: CryptoKeyPair,
    pkcs8: ArrayBuffer,
    spki: ArrayBuffer | Uint8Array<ArrayBuffer>,
  ) {
    this.type = type;
    this.#private = pair.privateKey;
    this.#public = pair.publicKey;
    this.#pkcs8 = new Uint8Array(pkcs8);
    this.#spki = new Uint8Array(spki);
  }

  /**
   * Makes a key.
   *
   * @param type Which kind.
   * @returns The key.
   */
  static async generate(type: KeyType): Promise<PrivateKey> {
    const pair = await crypto.subtle.generateKey(
      KEY_KINDS[type].algorithm,
      true,
      ["sign", "verify"],
    ) as CryptoKeyPair;
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
    const spki = publicPart(new Uint8Array(pkcs8)) ??
      await crypto.subtle.exportKey("spki", pair.publicKey);
    return new PrivateKey(type, pair, pkcs8, spki);
  }

  /**
   * Takes in a key.
   *
   * @param type Which kind it says it is.
   * @param pkcs8 The octets of its PrivateKeyInfo.
   * @returns The key.
   * @throws {DecodeError} If it is none of that kind.
   */
  static async fromPkcs8(
    type: KeyType,
    pkcs8: Uint8Array<ArrayBuffer>,
  ): Promise<PrivateKey> {
    const { algorithm } = KEY_KINDS[type];
    try {
      const { subtle } = crypto;
      const privateKey = await subtle.importKey(
        "pkcs8",
        pkcs8,
        algorithm,
        true,
        ["sign"],
      );
      // The public half is in the private one; as a JSON key the rest comes off.
      const { kty, crv, x, y, n, e } = await subtle.exportKey(
        "jwk",
        privateKey,
      );
      const open = Object.fromEntries(
        Object.entries({ kty, crv, x, y, n, e })
          .filter(([, value]) => value !== undefined),
      );
      const publicKey = await subtle.importKey("jwk", open, algorithm, true, [
        "verify",
      ]);
      const spki = await subtle.exportKey("spki", publicKey);
      const own = await subtle.exportKey("pkcs8", privateKey);
      return new PrivateKey(type, { privateKey, publicKey }, own, spki);
    } catch {
      // What the runtime says may tell of the key, so it stays here.
      throw new DecodeError(`is no ${type} key`, {
        layer: "private key",
        offset: 0,
      });
    }
  }

  /** The public key, as the SubjectPublicKeyInfo of a certificate. */
  get publicKey(): Uint8Array<ArrayBuffer> {
    return this.#spki.slice();
  }

  /**
   * The key for the runtime's own WebCrypto.
   *
   * @returns Both halves.
   */
  toCryptoKeys(): CryptoKeyPair {
    return { privateKey: this.#private, publicKey: this.#public };
  }

  /**
   * The key as text for a file: unencrypted PKCS#8, in PEM.
   *
   * @returns The text, secret as the key is.
   */
  toPem(): string {
    return formatPem("PRIVATE KEY", this.#pkcs8);
  }

  /**
   * The key as octets: unencrypted PKCS#8.
   *
   * @returns The octets, secret as the key is.
   */
  toPkcs8(): Uint8Array<ArrayBuffer> {
    return this.#pkcs8.slice();
  }

  /**
   * The key as text for a file, encrypted: PKCS#8 with PBES2, AES-256-CBC and
   * PBKDF2 (HMAC-SHA-256, 600,000 rounds), in PEM. openssl reads it.
   *
   * @param passphrase What opens it again.
   * @returns The text.
   * @throws {TypeError} If the passphrase is empty.
   */
  async toEncryptedPem(passphrase: string): Promise<string> {
    return formatPem(
      "ENCRYPTED PRIVATE KEY",
      await encryptKey(this.#pkcs8, passphrase),
    );
  }

  /**
   * Signs, and writes the signature as certificates have it.
   *
   * @param octets What to sign.
   * @returns The signature; for EC keys in DER.
   */
  async sign(octets: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const { algorithm, hash } = KEY_KINDS[this.type];
    const raw = new Uint8Array(
      await crypto.subtle.sign(
        { name: algorithm.name, hash } as EcdsaParams,
        this.#private,
        new Uint8Array(octets),
      ),
    );
    if (algorithm.name !== "ECDSA") return raw;
    const half = raw.length / 2;
    return der(
      TAG.sequence,
      derInteger(raw.subarray(0, half)),
      derInteger(raw.subarray(half)),
    );
  }

  /**
   * Signs a part in DER and puts algorithm and signature behind it, as lists,
   * answers and certificates are all made.
   *
   * @param part What to sign, in DER.
   * @param more What stands behind the signature, in DER.
   * @returns The whole, in DER.
   */
  async signPart(
    part: Uint8Array,
    ...more: readonly Uint8Array[]
  ): Promise<Uint8Array<ArrayBuffer>> {
    const signature = await this.sign(part);
    return der(
      TAG.sequence,
      part,
      this.signatureAlgorithm,
      der(TAG.bitString, Uint8Array.of(0), signature),
      ...more,
    );
  }

  /** The AlgorithmIdentifier of its signatures, in DER. */
  get signatureAlgorithm(): Uint8Array<ArrayBuffer> {
    const { signature } = KEY_KINDS[this.type];
    // RFC 4055 wants parameters for RSA, of which there are none; the others
    // must not have any.
    return this.type.startsWith("RSA")
      ? der(TAG.sequence, derOid(signature), der(TAG.null))
      : der(TAG.sequence, derOid(signature));
  }

  /** What it is, without the key. */
  toString(): string {
    return `private key (${this.type})`;
  }

  /** What it is, without the key. */
  toJSON(): { type: KeyType } {
    return { type: this.type };
  }

  /** What it is, without the key. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return paint(
      "muted",
      `${this}`,
      canvas({ colors: options?.colors ?? false }),
    );
  }
}

/**
 * The public half of an EC key, which stands in the private one (RFC 5915 §3).
 * The runtime would reckon it anew, in ten times the time of making a key.
 */
function publicPart(
  pkcs8: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  const parts = new DerReader(pkcs8, "private key").next("key").inside();
  parts.next("version");
  const algorithm = parts.next("algorithm");
  const key = parts.next("key").unwrapped();
  if (key.tag !== TAG.sequence) return undefined;
  const inside = key.next("EC key").inside();
  for (const one of inside.rest("part")) {
    if (one.tag !== contextTag(1)) continue;
    return der(TAG.sequence, algorithm.der, one.contents);
  }
  return undefined;
}
