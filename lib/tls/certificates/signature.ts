/**
 * Is a signature that of a key? For certificates, revocation lists and OCSP
 * answers alike.
 *
 * @see RFC 5280 §4.1.1.3, RFC 4055, RFC 5758, RFC 8410
 * @module
 */

import type { PublicKeyFacts, SignatureFacts } from "./certificate_key.ts";
import { der, derOid, DerReader, TAG } from "../der/der.ts";
import { RUNTIME_BITS, verifyLargeRsa } from "./large_rsa.ts";
import { nodeCrypto } from "../probe/node_crypto.ts";
import { oidOf } from "../der/object_identifiers.ts";

/** A key to verify with, as a certificate has it. */
export interface VerifyingKey {
  /** What it is. */
  readonly key: PublicKeyFacts;
  /** The key with its algorithm (SubjectPublicKeyInfo). */
  readonly publicKey: Uint8Array;
}

/** Something that was signed, as it was read. */
export interface SignedThing {
  /** How. */
  readonly signatureAlgorithm: SignatureFacts;
  /** The octets that were signed. */
  readonly signed: Uint8Array;
  /** The signature. */
  readonly signature: Uint8Array;
}

/** What came of verifying; `"unsupported"` is as good as bad, with another reason. */
export type SignatureVerdict = "good" | "bad" | "unsupported";

/** Octets of a coordinate of the curves that WebCrypto knows. */
const COORDINATE: Readonly<Record<string, number>> = {
  "P-256": 32,
  "P-384": 48,
  "P-521": 66,
};

/** Digests that WebCrypto knows. */
const WEB_HASHES: ReadonlySet<string> = new Set([
  "SHA-1",
  "SHA-256",
  "SHA-384",
  "SHA-512",
]);

/** Which keys a signature algorithm is made with, by the algorithm's name. */
const FAMILIES: readonly (readonly [
  algorithm: RegExp,
  keys: readonly string[],
])[] = [
  [/rsa.*pss/i, ["RSA", "RSA-PSS"]],
  [/^sha3-/, []],
  [/WithRSA/, ["RSA"]],
  [/^ecdsa-with/, ["EC"]],
  [/^dsa-with/, ["DSA"]],
  [/^Ed25519$/, ["Ed25519"]],
  [/^Ed448$/, ["Ed448"]],
];

/** Keys as WebCrypto has them, by the octets and what they are for. */
const imported = new Map<string, Promise<CryptoKey | undefined>>();

/** The keys that are kept: of the few authorities that sign nearly all. */
const KEPT = 256;

/**
 * Verifies a signature.
 *
 * @param thing What was signed, and how.
 * @param by The key that should have signed it.
 * @returns `"good"`, `"bad"`, or `"unsupported"` if nothing here can tell.
 */
export async function verifySignature(
  thing: SignedThing,
  by: VerifyingKey,
): Promise<SignatureVerdict> {
  const { signatureAlgorithm: how, signature } = thing;
  if (how.contradicts !== undefined || signature.length === 0) return "bad";
  const keys = FAMILIES.find(([pattern]) => pattern.test(how.name))?.[1];
  if (keys === undefined || keys.length === 0) return "unsupported";
  if (!keys.includes(by.key.algorithm)) return "bad";
  if (by.key.explicitCurve || by.key.curve === "secp256k1") {
    // Of secp256k1 the runtime refuses every other signature that is right.
    return "unsupported";
  }
  const { hash = "SHA-1", pss } = how;
  if (
    /^RSA/.test(by.key.algorithm) && by.key.bits > RUNTIME_BITS &&
    WEB_HASHES.has(hash) && (pss === undefined || pss.maskHash === hash)
  ) {
    const { publicKey } = by;
    const good = await verifyLargeRsa(how, thing.signed, signature, publicKey);
    return good === undefined ? "unsupported" : good ? "good" : "bad";
  }
  return await throughWeb(thing, by) ?? await throughNode(thing, by);
}

/** The parameters that WebCrypto wants; nothing if it cannot do it. */
function webAlgorithm(
  { name, hash = "SHA-256", pss }: SignatureFacts,
  { curve }: PublicKeyFacts,
):
  | { name: string; hash: string; namedCurve?: string; saltLength?: number }
  | undefined {
  if (name === "Ed25519") return { name, hash };
  if (!WEB_HASHES.has(hash)) return undefined;
  if (pss) {
    return pss.maskHash === hash
      ? { name: "RSA-PSS", hash, saltLength: pss.saltLength }
      : undefined;
  }
  if (/RSA/.test(name)) return { name: "RSASSA-PKCS1-v1_5", hash };
  return curve !== undefined && curve in COORDINATE
    ? { name: "ECDSA", hash, namedCurve: curve }
    : undefined;
}

async function throughWeb(
  { signatureAlgorithm: how, signed, signature }: SignedThing,
  { key, publicKey }: VerifyingKey,
): Promise<SignatureVerdict | undefined> {
  const algorithm = webAlgorithm(how, key);
  if (!algorithm) return undefined;
  const size = COORDINATE[key.curve ?? ""];
  const octets = size === undefined ? signature : fixedSize(signature, size);
  if (!octets) return "bad";
  const cryptoKey = await webKey(publicKey, key, algorithm);
  if (!cryptoKey) return undefined;
  try {
    const good = await crypto.subtle.verify(
      algorithm,
      cryptoKey,
      octets as BufferSource,
      signed as BufferSource,
    );
    return good ? "good" : "bad";
  } catch {
    return undefined;
  }
}

function webKey(
  publicKey: Uint8Array,
  key: PublicKeyFacts,
  algorithm: { name: string; hash: string },
): Promise<CryptoKey | undefined> {
  const id = `${algorithm.name} ${algorithm.hash} ${publicKey.toBase64()}`;
  let found = imported.get(id);
  if (!found) {
    const spki = key.algorithm === "RSA-PSS" ? plainRsa(publicKey) : publicKey;
    found = crypto.subtle
      .importKey("spki", spki as BufferSource, algorithm, false, ["verify"])
      .catch(() => undefined);
    for (const oldest of imported.keys()) {
      if (imported.size < KEPT) break;
      imported.delete(oldest);
    }
    imported.set(id, found);
  }
  return found;
}

/** What the web's cryptography lacks: Ed448, DSA, rarer curves and digests. */
async function throughNode(
  { signatureAlgorithm: how, signed, signature }: SignedThing,
  { key, publicKey }: VerifyingKey,
): Promise<SignatureVerdict> {
  const { createPublicKey, verify, constants } = await nodeCrypto();
  const { hash, pss } = how;
  if (pss && pss.maskHash !== hash) return "unsupported";
  try {
    const opened = createPublicKey({
      key: (key.algorithm === "RSA-PSS"
        ? plainRsa(publicKey)
        : publicKey) as Buffer<ArrayBuffer>,
      format: "der",
      type: "spki",
    });
    const good = verify(
      hash?.replace("-", "").toLowerCase() ?? null,
      signed,
      pss
        ? {
          key: opened,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: pss.saltLength,
        }
        : opened,
      signature,
    );
    return good ? "good" : "bad";
  } catch {
    return "unsupported";
  }
}

/**
 * The two numbers of an ECDSA signature, in as many octets as the curve has.
 *
 * @returns Nothing if they are no two numbers of that size.
 */
export function fixedSize(
  signature: Uint8Array,
  size: number,
): Uint8Array<ArrayBuffer> | undefined {
  const out = new Uint8Array(2 * size);
  try {
    const outer = new DerReader(signature, "signature");
    const inside = outer.take(TAG.sequence, "signature").inside();
    outer.done();
    for (const end of [size, 2 * size]) {
      const { contents } = inside.take(TAG.integer, "number");
      const digits = contents[0] === 0 ? contents.subarray(1) : contents;
      if (digits.length > size || contents[0]! >= 0x80) return undefined;
      out.set(digits, end - digits.length);
    }
    inside.done();
    return out;
  } catch {
    return undefined;
  }
}

/** A key for RSA-PSS alone as one for RSA, which is all that many know. */
function plainRsa(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const inside = new DerReader(publicKey, "key").take(TAG.sequence, "key")
    .inside();
  inside.take(TAG.sequence, "algorithm");
  return der(
    TAG.sequence,
    der(TAG.sequence, derOid(oidOf("rsaEncryption")), der(TAG.null)),
    inside.take(TAG.bitString, "key").der,
  );
}

/**
 * A DSA key with the parameters of the one above it, where it has none itself.
 *
 * @param own The key as it is.
 * @param above The key that signed its certificate.
 * @returns The key to verify with.
 * @see RFC 5280 §6.1.4 (e)
 */
export function withParameters(
  own: VerifyingKey,
  above: VerifyingKey,
): VerifyingKey {
  const { key } = own;
  if (
    key.algorithm !== "DSA" || key.bits !== 0 || above.key.algorithm !== "DSA"
  ) return own;
  const parts = (octets: Uint8Array) => {
    const inside = new DerReader(octets, "key").take(TAG.sequence, "key")
      .inside();
    const algorithm = inside.take(TAG.sequence, "algorithm");
    return { algorithm, bits: inside.take(TAG.bitString, "key") };
  };
  return {
    key: above.key,
    publicKey: der(
      TAG.sequence,
      parts(above.publicKey).algorithm.der,
      parts(own.publicKey).bits.der,
    ),
  };
}
