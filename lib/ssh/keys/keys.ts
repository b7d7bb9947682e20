/**
 * Private keys to log in with: read in whatever format they are, made, written,
 * and used to sign.
 *
 * @see RFC 4253 §6.6, RFC 5656 §3, RFC 8332 §3, RFC 8709 §6 (signatures)
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { parsePem } from "../../tls/der/pem.ts";
import { keyFingerprint } from "./fingerprint.ts";
import {
  readOpenSsh,
  type WriteKeyOptions,
  writeOpenSsh,
} from "./key_openssh.ts";
import {
  CURVES,
  damaged,
  fromJwk,
  isEcdsa,
  type KeyParts,
  publicBlob,
  toJwk,
} from "./key_parts.ts";
import { readPem } from "./key_pem.ts";
import { keySize } from "./key_size.ts";
import { keyCard, PublicKey } from "./public_key.ts";
import { WireWriter } from "./wire_format.ts";

export type { WriteKeyOptions } from "./key_openssh.ts";
export type {
  EcdsaParts,
  Ed25519Parts,
  KeyParts,
  RsaParts,
} from "./key_parts.ts";

/** Hashes of RSA signatures by their names; the last one is for old devices. */
const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ["rsa-sha2-512", "SHA-512"],
  ["rsa-sha2-256", "SHA-256"],
  ["ssh-rsa", "SHA-1"],
]);

/**
 * A private key, which signs and is not shown.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.ssh.generateKey({ type: "rsa", bits: 2048 });
 * const signature = await key.sign(new Uint8Array(8), "rsa-sha2-256");
 * assert.equal(signature.length, 256);
 * ```
 */
export class PrivateKey {
  /** The key's type: `"ssh-ed25519"`. */
  readonly type: string;
  /** The public key as it goes over the wire. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Whose it is, in its owner's words; may be empty. */
  readonly comment: string;
  /** Its size. */
  readonly bits: number;
  /** The public key's fingerprint, `"SHA256:…"`. */
  readonly fingerprint: string;
  readonly #parts: KeyParts;
  readonly #signers: Map<string, Promise<CryptoKey>> = new Map();

  /** Takes the numbers; {@linkcode readPrivateKey} reads them. */
  constructor(parts: KeyParts, comment = "") {
    this.#parts = parts;
    this.type = parts.type;
    this.publicKey = publicBlob(parts);
    this.comment = comment;
    this.bits = keySize(this.publicKey);
    this.fingerprint = keyFingerprint(this.publicKey);
  }

  /** The names of the signatures that it makes, the best one first. */
  get algorithms(): string[] {
    return this.type === "ssh-rsa" ? [...RSA_HASHES.keys()] : [this.type];
  }

  /**
   * Signs.
   *
   * @param data What to sign.
   * @param algorithm The signature's name: `"rsa-sha2-256"`, `"ssh-ed25519"`.
   * @returns What follows the name in a signature (RFC 4253 §6.6).
   * @throws {TypeError} If the key makes no such signatures.
   */
  async sign(
    data: Uint8Array,
    algorithm: string = this.algorithms[0]!,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.algorithms.includes(algorithm)) {
      throw new TypeError(
        `Cannot sign with an ${this.type} key as 'algorithm' must be ${
          this.algorithms.join(", ")
        }: current value is ${algorithm}`,
      );
    }
    const how = signing(this.#parts, algorithm);
    const signer = this.#signers.get(how.hash) ?? this.#import(how);
    const key = await signer;
    const octets = new Uint8Array(data);
    const signature = new Uint8Array(
      await crypto.subtle.sign(how, key, octets),
    );
    if (!isEcdsa(this.type)) return signature;
    const half = signature.length / 2;
    return new WireWriter().mpint(signature.subarray(0, half))
      .mpint(signature.subarray(half)).toBytes();
  }

  /** The public key with the comment. */
  toPublic(): PublicKey {
    return new PublicKey(this.publicKey, this.comment);
  }

  /**
   * Writes the key in the form of before OpenSSH's own, which OpenSSL reads too:
   * PKCS #1 for RSA, SEC 1 for ECDSA, PKCS #8 for Ed25519.
   *
   * @returns The text, which is not encrypted.
   * @see RFC 8017 §A.1.2, RFC 5915, RFC 5958
   */
  async toPem(): Promise<string> {
    const { createPrivateKey } = await import("node:crypto");
    const key = createPrivateKey({ key: toJwk(this.#parts), format: "jwk" });
    const type = this.type === "ssh-rsa"
      ? "pkcs1"
      : isEcdsa(this.type)
      ? "sec1"
      : "pkcs8";
    return key.export({ type, format: "pem" }) as string;
  }

  /**
   * Writes the key in OpenSSH's format, as ssh-keygen does.
   *
   * @param options What it is encrypted with.
   * @returns The text of a file, which should be its owner's alone.
   * @throws {TypeError} If the passphrase is empty.
   */
  async toOpenSsh(options: WriteKeyOptions = {}): Promise<string> {
    const { comment } = this;
    return await writeOpenSsh({ parts: this.#parts, comment }, options);
  }

  /** What everybody may see of it, for `JSON.stringify`. */
  toJSON(): Record<string, unknown> {
    const { type, bits, comment, fingerprint } = this;
    return { type, bits, comment, fingerprint };
  }

  /** Shows the facts and the picture of the public key. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const facts = { ...this, blob: this.publicKey };
    return keyCard("private key", facts, options?.colors ?? false);
  }

  #import(how: Signing): Promise<CryptoKey> {
    const jwk = toJwk(this.#parts);
    const made = crypto.subtle.importKey("jwk", jwk, how, false, ["sign"])
      .catch(() => {
        throw damaged("is damaged: its numbers make no key");
      });
    this.#signers.set(how.hash, made);
    return made;
  }
}

interface Signing {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve?: string;
}

function signing({ type }: KeyParts, algorithm: string): Signing {
  if (type === "ssh-rsa") {
    return { name: "RSASSA-PKCS1-v1_5", hash: RSA_HASHES.get(algorithm)! };
  }
  if (type === "ssh-ed25519") return { name: "Ed25519", hash: "SHA-512" };
  const { name, hash } = CURVES[type];
  return { name: "ECDSA", hash, namedCurve: name };
}

/** Options for {@linkcode readPrivateKey}. */
export interface ReadPrivateKeyOptions {
  /** What opens it, if it is encrypted. */
  readonly passphrase?: string | undefined;
  /** Stops the slow work that opens it. */
  readonly signal?: AbortSignal | undefined;
}

/** Files that are no keys to us, by what they begin with, and what to do. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [
    /^PuTTY-User-Key-File-/,
    "is in PuTTY's format: puttygen FILE -O private-openssh -o NEW changes it",
  ],
  [
    /^---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/,
    "is in ssh.com's format: ssh-keygen -i -f FILE changes it",
  ],
  [
    /^(?:ssh-|ecdsa-sha2-|sk-)\S+ AAAA|^---- BEGIN SSH2 PUBLIC KEY|^-----BEGIN (?:RSA )?PUBLIC KEY/,
    "is a public key: the private one is in the file without .pub",
  ],
];

/**
 * Reads a private key: OpenSSH's format or PEM (PKCS#8, PKCS#1, SEC 1), plain or
 * encrypted; Ed25519, RSA, or ECDSA on P-256, P-384 or P-521.
 *
 * @param text The text of a file.
 * @param options What opens it.
 * @returns The key.
 * @throws {DecodeError} If it is none, is damaged, or of a kind that is not used
 * here; the error says what to do.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 * @see PROTOCOL.key of OpenSSH, RFC 5958, RFC 8017 appendix A, RFC 5915
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const made = await net.ssh.generateKey({ comment: "ada@web" });
 * const text = await made.toOpenSsh({ passphrase: "open sesame", rounds: 1 });
 * const key = await net.ssh.readPrivateKey(text, { passphrase: "open sesame" });
 * assert.equal(key.fingerprint, made.fingerprint);
 * await assert.rejects(net.ssh.readPrivateKey(text), { code: "no-passphrase" });
 * ```
 */
export async function readPrivateKey(
  text: string,
  options: ReadPrivateKeyOptions = {},
): Promise<PrivateKey> {
  const start = text.trimStart().slice(0, 200);
  for (const [begins, reason] of OTHERS) {
    if (begins.test(start)) throw damaged(reason);
  }
  const block = parsePem(text).find(({ label }) =>
    label.endsWith("PRIVATE KEY")
  );
  if (block === undefined) {
    throw new DecodeError("has no block PRIVATE KEY", {
      layer: "private key",
      offset: 0,
      hint: /^[~.\w]*\/\S+$/.test(start)
        ? `net.ssh.readKeyFile(${JSON.stringify(start)}), which opens the file`
        : "ssh-keygen -y -f FILE, to see whether it is a key",
    });
  }
  if (block.label === "OPENSSH PRIVATE KEY") {
    const { parts, comment } = await readOpenSsh(block.bytes, options);
    return new PrivateKey(parts, comment);
  }
  return new PrivateKey(await readPem(block, options.passphrase));
}

/** Options for {@linkcode generateKey}. */
export interface GenerateKeyOptions {
  /** The kind. @default {"ed25519"} */
  readonly type?: "ed25519" | "ecdsa" | "rsa" | undefined;
  /** The size: 256, 384 or 521 of ECDSA, 2048 to 8192 of RSA. @default {256, 3072} */
  readonly bits?: number | undefined;
  /** Whose it is: `"ada@web"`. @default {""} */
  readonly comment?: string | undefined;
}

/**
 * Makes a private key.
 *
 * Ed25519 and ECDSA are there at once; RSA takes half a second for 3072 bits, and
 * more than one second for 4096.
 *
 * @param options The kind, the size, and whose it is.
 * @returns The key; `toOpenSsh()` writes it, `toPublic()` gives the line for the
 * server.
 * @throws {RangeError} If the kind has no such size.
 * @throws {TypeError} If the kind is not known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.ssh.generateKey({ comment: "ada@web" });
 * assert.match(`${key.toPublic()}`, /^ssh-ed25519 \S+ ada@web$/);
 * ```
 */
export async function generateKey(
  options: GenerateKeyOptions = {},
): Promise<PrivateKey> {
  const { type = "ed25519", comment = "" } = options;
  const algorithm = making(type, options.bits);
  if (/[\r\n\0]/.test(comment)) {
    throw new TypeError(
      `Cannot make a key as 'comment' must be one line: current value is ${
        JSON.stringify(comment)
      }`,
    );
  }
  const { subtle } = crypto;
  const pair = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { privateKey } = pair as CryptoKeyPair;
  return new PrivateKey(
    fromJwk(await subtle.exportKey("jwk", privateKey)),
    comment,
  );
}

function making(
  type: string,
  bits: number | undefined,
): { name: string } & Record<string, unknown> {
  switch (type) {
    case "ed25519":
      mustBe(type, bits, bits === undefined || bits === 256, "256");
      return { name: "Ed25519" };
    case "ecdsa": {
      const size = bits ?? 256;
      mustBe(type, bits, [256, 384, 521].includes(size), "256, 384 or 521");
      return { name: "ECDSA", namedCurve: `P-${size}` };
    }
    case "rsa": {
      const size = bits ?? 3072;
      const isSane = Number.isInteger(size) && size >= 2048 && size <= 8192 &&
        size % 8 === 0;
      mustBe(type, bits, isSane, "a multiple of 8 from 2048 to 8192");
      return {
        name: "RSASSA-PKCS1-v1_5",
        hash: "SHA-256",
        modulusLength: size,
        publicExponent: Uint8Array.of(1, 0, 1),
      };
    }
  }
  throw new TypeError(
    `Cannot make a key as 'type' must be ed25519, ecdsa or rsa: current value is ${type}`,
  );
}

function mustBe(
  type: string,
  bits: number | undefined,
  isSo: boolean,
  what: string,
): void {
  if (isSo) return;
  throw new RangeError(
    `Cannot make a key as 'bits' of ${type} must be ${what}: current value is ${bits}`,
  );
}
