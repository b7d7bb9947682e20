/**
 * Reads private keys as openssl, ssh-keygen -m PKCS8 and the like write them.
 *
 * @see RFC 5958 (PKCS#8), RFC 8017 appendix A.1.2 (PKCS#1), RFC 5915 (SEC 1)
 * @module
 */

import { DecodeError } from "../../errors.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  type DerValue,
  TAG,
} from "../der/der.ts";
import { oidName } from "../der/object_identifiers.ts";
import { parsePem, type PemBlock } from "../der/pem.ts";
import { decryptKey, decryptOldPem } from "./encrypted_key.ts";
import { KEY_KINDS, type KeyType, keyType } from "./key_type.ts";
import { PrivateKey } from "./private_key.ts";

const LAYER = "private key";
const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const ED25519 = "1.3.101.112";

/** Options for {@linkcode readKey}. */
export interface ReadKeyOptions {
  /** What opens it, if it is encrypted. */
  passphrase?: string | undefined;
}

/**
 * Makes a private key, for a certificate that is to be issued or asked for.
 *
 * RSA takes its time: a fifth of a second for 2048 bits, more than one second
 * for 4096; the others are there at once.
 *
 * @param type Which kind. @default {"P-256"}
 * @returns The key.
 * @throws {TypeError} If the kind is not known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const key = await net.tls.authority.generateKey("Ed25519");
 * assert.equal(key.type, "Ed25519");
 * ```
 */
export async function generateKey(
  type: KeyType = "P-256",
): Promise<PrivateKey> {
  return await PrivateKey.generate(keyType(type, "make a key"));
}

/**
 * Reads a private key: PEM or DER; PKCS#8, PKCS#1 for RSA or SEC 1 for EC;
 * plain, encrypted, or encrypted the old way with lines above the octets.
 *
 * @param input The text of a file, or its octets.
 * @param options What opens it.
 * @returns The key.
 * @throws {DecodeError} If it is none, or of a kind that is not used here.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { readKey, generateKey } = net.tls.authority;
 * const text = await (await generateKey("P-384")).toEncryptedPem("open sesame");
 * assert.equal((await readKey(text, { passphrase: "open sesame" })).type, "P-384");
 * await assert.rejects(readKey(text, { passphrase: "?" }), { code: "wrong-passphrase" });
 * ```
 */
export async function readKey(
  input: string | Uint8Array,
  options: ReadKeyOptions = {},
): Promise<PrivateKey> {
  const octets = await plainOctets(input, options.passphrase);
  const { type, pkcs8 } = normalized(octets);
  return await PrivateKey.fromPkcs8(type, pkcs8);
}

async function plainOctets(
  input: string | Uint8Array,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const asText = typeof input === "string" ? input : pemText(input);
  let octets: Uint8Array;
  if (asText === undefined) octets = input as Uint8Array;
  else {
    const block = parsePem(asText).find(({ label }) =>
      label.endsWith("PRIVATE KEY")
    );
    if (block === undefined) throw none("has no block PRIVATE KEY");
    if (block.label === "OPENSSH PRIVATE KEY") {
      throw none(
        "is in OpenSSH's own format: ssh-keygen -p -m PKCS8 -f FILE rewrites it",
      );
    }
    octets = await plainBlock(block, passphrase);
  }
  const parts = inside(octets);
  const first = parts.next("first part");
  return first.tag === TAG.sequence && parts.tag === TAG.octetString
    ? await decryptKey(octets, passphrase)
    : octets;
}

function pemText(octets: Uint8Array): string | undefined {
  return octets[0] === TAG.sequence
    ? undefined
    : new TextDecoder("latin1").decode(octets);
}

async function plainBlock(
  { bytes, headers }: PemBlock,
  passphrase: string | undefined,
): Promise<Uint8Array> {
  const info = headers["DEK-Info"];
  return info === undefined
    ? bytes
    : await decryptOldPem(bytes, info, passphrase);
}

function inside(octets: Uint8Array): DerReader {
  const reader = new DerReader(octets, LAYER);
  const whole = reader.take(TAG.sequence, "key");
  reader.done();
  return whole.inside();
}

/** Any of the three forms as PKCS#8 without extras, which the runtime takes. */
function normalized(
  octets: Uint8Array,
): { type: KeyType; pkcs8: Uint8Array<ArrayBuffer> } {
  const parts = inside(octets);
  parts.take(TAG.integer, "version");
  const second = parts.next("second part");
  if (second.tag === TAG.integer) {
    return {
      type: rsaType(second),
      pkcs8: wrapped(RSA, der(TAG.null), octets),
    };
  }
  if (second.tag === TAG.octetString) {
    const curve = parts.maybe(contextTag(0), "parameters")?.inside()
      .take(TAG.oid, "curve");
    if (curve === undefined) throw none("does not say which curve it is of");
    const id = curve.oid();
    return { type: ecType(id), pkcs8: wrapped(EC, derOid(id), octets) };
  }
  if (second.tag !== TAG.sequence) throw none("is in no form known here");
  const algorithm = second.inside();
  const id = algorithm.take(TAG.oid, "algorithm").oid();
  const key = parts.take(TAG.octetString, "key");
  if (id === RSA) {
    const numbers = key.unwrapped().take(TAG.sequence, "RSA key").inside();
    numbers.take(TAG.integer, "version");
    const type = rsaType(numbers.take(TAG.integer, "modulus"));
    return { type, pkcs8: wrapped(RSA, der(TAG.null), key.contents) };
  }
  if (id === EC) {
    const curve = algorithm.take(TAG.oid, "curve").oid();
    return {
      type: ecType(curve),
      pkcs8: wrapped(EC, derOid(curve), key.contents),
    };
  }
  if (id === ED25519) {
    return {
      type: "Ed25519",
      pkcs8: wrapped(ED25519, undefined, key.contents),
    };
  }
  throw none(`is of a kind that is not used here: ${oidName(id)}`);
}

function wrapped(
  oid: string,
  parameters: Uint8Array | undefined,
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const algorithm = parameters ? [derOid(oid), parameters] : [derOid(oid)];
  return der(
    TAG.sequence,
    derInteger(0),
    der(TAG.sequence, ...algorithm),
    der(TAG.octetString, key),
  );
}

function rsaType(modulus: DerValue): KeyType {
  const { contents } = modulus;
  const skip = contents.findIndex((octet) => octet !== 0);
  const lead = skip < 0 ? 0 : 32 - Math.clz32(contents[skip]!);
  const bits = skip < 0 ? 0 : 8 * (contents.length - skip - 1) + lead;
  const name = `RSA-${bits}`;
  if (Object.hasOwn(KEY_KINDS, name)) return name as KeyType;
  throw none(
    `is an RSA key of ${bits} bits; 2048, 3072 and 4096 are used here`,
  );
}

function ecType(curve: string): KeyType {
  const name = oidName(curve);
  if (Object.hasOwn(KEY_KINDS, name)) return name as KeyType;
  throw none(`is of the curve ${name}; P-256 and P-384 are used here`);
}

function none(reason: string): DecodeError {
  return new DecodeError(reason, { layer: LAYER, offset: 0 });
}
