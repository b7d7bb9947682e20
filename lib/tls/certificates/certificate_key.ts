/**
 * Public keys and signature algorithms, as certificates, revocation lists and
 * OCSP answers name them.
 *
 * @see RFC 5280 §4.1.2.7, RFC 3279, RFC 4055, RFC 5480, RFC 8410
 * @module
 */

import { contextTag, type DerReader, type DerValue, TAG } from "../der/der.ts";
import { oidName } from "../der/object_identifiers.ts";

/** What a public key is. */
export interface PublicKeyFacts {
  /**
   * `"RSA"`, `"RSA-PSS"` (for that alone), `"EC"`, `"Ed25519"`, `"Ed448"`,
   * `"DSA"`, `"X25519"`, `"X448"`, or whatever else it is called.
   */
  readonly algorithm: string;
  /** Its size in bits; 0 where that cannot be told. */
  readonly bits: number;
  /** The curve of an EC key: `"P-256"`; `"explicit"` if it has no name. */
  readonly curve?: string;
  /** Set if the curve's numbers stand in the key, which RFC 5480 forbids. */
  readonly explicitCurve?: true;
  /** The public exponent of an RSA key, in decimal. */
  readonly exponent?: string;
}

/** How something was signed. */
export interface SignatureFacts {
  /** The algorithm's number. */
  readonly oid: string;
  /** The algorithm's name: `"sha256WithRSAEncryption"`. */
  readonly name: string;
  /** The digest, `"SHA-256"`, where the algorithm leaves a choice. */
  readonly hash?: string;
  /** Of RSA-PSS: the mask's digest and the salt's length in octets. */
  readonly pss?: { readonly maskHash: string; readonly saltLength: number };
  /** The algorithm that the signed part names, if it is another: a forgery. */
  readonly contradicts?: string;
}

/** The digest in the name of a signature algorithm. */
const HASHES: readonly (readonly [pattern: RegExp, hash: string])[] = [
  [/^md2/, "MD2"],
  [/^md4/, "MD4"],
  [/^md5/, "MD5"],
  [/sha-?1(?!\d)/i, "SHA-1"],
  [/^sha3-(\d+)/, "SHA3-$1"],
  [/sha-?(224|256|384|512)/i, "SHA-$1"],
];

/** Bits of the curves whose name does not say it. */
const CURVE_BITS: Readonly<Record<string, number>> = {
  secp256k1: 256,
  brainpoolP256r1: 256,
  brainpoolP384r1: 384,
  brainpoolP512r1: 512,
  SM2: 256,
};

/** Bits of the keys that come in one size. */
const FIXED_BITS: Readonly<Record<string, number>> = {
  X25519: 253,
  Ed25519: 256,
  X448: 448,
  Ed448: 456,
};

/**
 * Reads the algorithm of a signature, from within the value around it.
 *
 * @param reader A cursor before the AlgorithmIdentifier.
 * @param what What it is called, for errors.
 * @returns What it says, and its octets, which have to be the same in the two
 * places where a certificate has it.
 */
export function readSignatureAlgorithm(
  reader: DerReader,
  what: string,
): { readonly facts: SignatureFacts; readonly value: DerValue } {
  const value = reader.take(TAG.sequence, what);
  const inside = value.inside();
  const oid = inside.take(TAG.oid, what).oid();
  const name = oidName(oid);
  const parameters = inside.more ? inside.next(what) : undefined;
  inside.done();
  if (name === "rsassaPss") {
    return { facts: { oid, name, ...readPss(parameters) }, value };
  }
  const hash = hashIn(name);
  return {
    facts: hash === undefined ? { oid, name } : { oid, name, hash },
    value,
  };
}

/** The digest that an algorithm's name tells. */
function hashIn(name: string): string | undefined {
  for (const [pattern, hash] of HASHES) {
    const found = pattern.exec(name);
    if (found) return hash.replace("$1", found[1] ?? "");
  }
  return undefined;
}

/** Reads RSASSA-PSS-params; each field has a default (RFC 4055 §3.1). */
function readPss(
  parameters: DerValue | undefined,
): Required<Pick<SignatureFacts, "hash" | "pss">> {
  let hash = "SHA-1";
  let maskHash = "SHA-1";
  let saltLength = 20;
  if (parameters?.tag === TAG.sequence) {
    const inside = parameters.inside();
    const field = (number: number, what: string) =>
      inside.maybe(contextTag(number), what)?.inside();
    const named = (reader: DerReader, what: string) =>
      reader.take(TAG.sequence, what).inside();
    const first = field(0, "hashAlgorithm");
    if (first) {
      hash = oidName(
        named(first, "hashAlgorithm").take(TAG.oid, "hashAlgorithm").oid(),
      );
    }
    const mask = field(1, "maskGenAlgorithm");
    if (mask) {
      const generator = named(mask, "maskGenAlgorithm");
      generator.take(TAG.oid, "maskGenAlgorithm");
      maskHash = oidName(
        named(generator, "maskGenAlgorithm").take(TAG.oid, "digest of mask")
          .oid(),
      );
    }
    saltLength = field(2, "saltLength")?.take(TAG.integer, "saltLength")
      .small(0xffff) ?? saltLength;
    field(3, "trailerField");
    inside.done();
  }
  return { hash, pss: { maskHash, saltLength } };
}

/**
 * Reads a SubjectPublicKeyInfo.
 *
 * @param spki The value.
 * @returns What the key is.
 */
export function readPublicKey(spki: DerValue): PublicKeyFacts {
  const inside = spki.inside();
  const algorithm = inside.take(TAG.sequence, "key's algorithm").inside();
  const oid = algorithm.take(TAG.oid, "key's algorithm").oid();
  const parameters = algorithm.more
    ? algorithm.next("key's parameters")
    : undefined;
  algorithm.done();
  const key = inside.take(TAG.bitString, "public key");
  inside.done();
  const octets = key.wholeBits();
  const name = oidName(oid);
  switch (name) {
    case "rsaEncryption":
    case "rsaesOaep":
      return rsa("RSA", key);
    case "rsassaPss":
      return rsa("RSA-PSS", key);
    case "ecPublicKey":
      return elliptic(parameters, octets);
    case "dsa":
      return { algorithm: "DSA", bits: primeBits(parameters) };
    case "dhPublicNumber":
      return { algorithm: "DH", bits: primeBits(parameters) };
    default:
      return { algorithm: name, bits: FIXED_BITS[name] ?? 0 };
  }
}

function rsa(algorithm: string, key: DerValue): PublicKeyFacts {
  const outer = key.withinBits();
  const inside = outer.take(TAG.sequence, "RSA key").inside();
  outer.done();
  const modulus = inside.take(TAG.integer, "modulus");
  const exponent = inside.take(TAG.integer, "exponent");
  inside.done();
  // An exponent of a thousand digits is nobody's; its digits would cost time.
  const shown = exponent.contents.length <= 64
    ? `${exponent.integer()}`
    : `about 2^${8 * exponent.contents.length}`;
  return { algorithm, bits: bitsOf(modulus), exponent: shown };
}

/** Bits of a positive whole number, its leading zeros aside. */
function bitsOf(value: DerValue): number {
  const { contents } = value;
  let at = 0;
  while (contents[at] === 0) at++;
  const first = contents[at];
  return first === undefined
    ? 0
    : 8 * (contents.length - at) - (Math.clz32(first) - 24);
}

function primeBits(parameters: DerValue | undefined): number {
  // A DSA key may take them from the certificate above (RFC 3279 §2.3.2).
  if (parameters?.tag !== TAG.sequence) return 0;
  return bitsOf(parameters.inside().take(TAG.integer, "prime"));
}

function elliptic(
  parameters: DerValue | undefined,
  point: Uint8Array,
): PublicKeyFacts {
  if (parameters?.tag === TAG.oid) {
    const curve = oidName(parameters.oid());
    const bits = CURVE_BITS[curve] ?? Number(/^P-(\d+)$/.exec(curve)?.[1] ?? 0);
    return { algorithm: "EC", bits, curve };
  }
  if (parameters?.tag !== TAG.sequence) {
    return { algorithm: "EC", bits: 0, curve: "inherited" };
  }
  const inside = parameters.inside();
  inside.take(TAG.integer, "version of the curve");
  const field = inside.take(TAG.sequence, "field of the curve").inside();
  field.take(TAG.oid, "kind of field");
  const prime = field.next("prime of the curve");
  const bits = prime.tag === TAG.integer ? bitsOf(prime) : 4 * point.length;
  // Not even one whose prime is known gets a name: the base point may be a
  // forger's, as CVE-2020-0601 showed.
  return { algorithm: "EC", bits, curve: "explicit", explicitCurve: true };
}
