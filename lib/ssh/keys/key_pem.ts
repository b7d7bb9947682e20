/**
 * Private keys in PEM: PKCS#8, PKCS#1 for RSA and SEC 1 for curves, plain and
 * encrypted both ways.
 *
 * @see RFC 5958 (PKCS#8), RFC 8017 appendix A.1.2 (PKCS#1), RFC 5915 (SEC 1)
 * @module
 */

import {
  decryptKey,
  decryptOldPem,
} from "../../tls/authority/encrypted_key.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  type DerValue,
  TAG,
} from "../../tls/der/der.ts";
import type { PemBlock } from "../../tls/der/pem.ts";
import { checkParts, damaged, fromJwk, type KeyParts } from "./key_parts.ts";

const LAYER = "private key";
const EC = "1.2.840.10045.2.1";
const RSA = "1.2.840.113549.1.1.1";

/** What the runtime calls kinds and curves, by object identifier. */
const ALGORITHMS: ReadonlyMap<string, { name: string; namedCurve?: string }> =
  new Map([
    ["1.3.101.112", { name: "Ed25519" }],
    ["1.2.840.10045.3.1.7", { name: "ECDSA", namedCurve: "P-256" }],
    ["1.3.132.0.34", { name: "ECDSA", namedCurve: "P-384" }],
    ["1.3.132.0.35", { name: "ECDSA", namedCurve: "P-521" }],
  ]);

/**
 * Reads a key.
 *
 * @param block The PEM's block, whose label ends in `PRIVATE KEY`.
 * @param passphrase What opens it, if it is encrypted.
 * @throws {DecodeError} If it is damaged, or of a kind that is not used here.
 * @throws {AuthError} `"no-passphrase"` or `"wrong-passphrase"`.
 */
export async function readPem(
  { label, bytes, headers }: PemBlock,
  passphrase: string | undefined,
): Promise<KeyParts> {
  if (label === "DSA PRIVATE KEY") {
    throw damaged(
      "is a DSA key, which is too weak and not used here: ssh-keygen -t ed25519 makes a better one",
    );
  }
  const info = headers["DEK-Info"];
  const opened = label === "ENCRYPTED PRIVATE KEY"
    ? await decryptKey(bytes, passphrase)
    : info !== undefined
    ? await decryptOldPem(bytes, info, passphrase)
    : bytes;
  const parts = await readDer(opened);
  checkParts(parts);
  return parts;
}

async function readDer(octets: Uint8Array): Promise<KeyParts> {
  const fields = new DerReader(octets, LAYER).take(TAG.sequence, "key")
    .inside();
  fields.take(TAG.integer, "version");
  const second = fields.next("second part");
  if (second.tag === TAG.integer) return rsaParts(octets);
  if (second.tag === TAG.octetString) {
    const curve = fields.maybe(contextTag(0), "parameters")?.inside()
      .take(TAG.oid, "curve").oid();
    if (curve === undefined) {
      throw damaged("does not say which curve it is of");
    }
    return await curveParts(curve, wrapped(curve, octets));
  }
  const algorithm = second.inside();
  const id = algorithm.take(TAG.oid, "algorithm").oid();
  const key = fields.take(TAG.octetString, "key");
  if (id === RSA) return rsaParts(key.contents);
  const curve = id === EC ? algorithm.take(TAG.oid, "curve").oid() : id;
  return await curveParts(
    curve,
    id === EC ? wrapped(curve, key.contents) : plain(id, key.contents),
  );
}

function rsaParts(octets: Uint8Array): KeyParts {
  const fields = new DerReader(octets, LAYER).take(TAG.sequence, "RSA key")
    .inside();
  fields.take(TAG.integer, "version");
  const [n, e, d, p, q, , , qi] = [
    "modulus",
    "exponent",
    "private exponent",
    "prime",
    "other prime",
    "remainder",
    "other remainder",
    "coefficient",
  ].map((name) => magnitude(fields.take(TAG.integer, name)));
  return { type: "ssh-rsa", n: n!, e: e!, d: d!, p: p!, q: q!, qi: qi! };
}

function magnitude(value: DerValue): Uint8Array {
  const { contents } = value;
  if (contents.length === 0 || contents[0]! >= 0x80) {
    throw value.fault(`${value.what} is not a positive number`);
  }
  return contents.subarray(contents.findIndex((octet) => octet !== 0));
}

/** The runtime works out what of the public key a file leaves out. */
async function curveParts(
  id: string,
  pkcs8: Uint8Array<ArrayBuffer>,
): Promise<KeyParts> {
  const algorithm = ALGORITHMS.get(id);
  if (algorithm === undefined) {
    throw damaged(`is of a kind that is not used here (${id})`);
  }
  const { subtle } = crypto;
  try {
    const key = await subtle.importKey("pkcs8", pkcs8, algorithm, true, [
      "sign",
    ]);
    return fromJwk(await subtle.exportKey("jwk", key));
  } catch {
    throw damaged("is damaged: its numbers make no key");
  }
}

function wrapped(
  curve: string,
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return pkcs8([derOid(EC), derOid(curve)], key);
}

function plain(id: string, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return pkcs8([derOid(id)], key);
}

function pkcs8(
  algorithm: readonly Uint8Array[],
  key: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return der(
    TAG.sequence,
    derInteger(0),
    der(TAG.sequence, ...algorithm),
    der(TAG.octetString, key),
  );
}
