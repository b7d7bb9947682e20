/**
 * The kinds of keys that an authority makes and uses.
 *
 * @see RFC 8017 (RSA), RFC 5480 and RFC 5758 (EC), RFC 8410 (Ed25519)
 * @module
 */

/** A kind of key, with its size. */
export type KeyType =
  | "P-256"
  | "P-384"
  | "Ed25519"
  | "RSA-2048"
  | "RSA-3072"
  | "RSA-4096";

/** What the runtime and a certificate need to know of a kind of key. */
export interface KeyKind {
  /** For the runtime, to make or to take in a key. */
  readonly algorithm: RsaHashedKeyGenParams | EcKeyGenParams | Algorithm;
  /** The digest for signatures. */
  readonly hash: "SHA-256" | "SHA-384";
  /** What signatures of it are called, by number. */
  readonly signature: string;
}

function rsa(bits: number): KeyKind {
  return {
    algorithm: {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: bits,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    hash: "SHA-256",
    signature: "1.2.840.113549.1.1.11",
  };
}

/** All of them; the order is that of errors and of help. */
export const KEY_KINDS: Readonly<Record<KeyType, KeyKind>> = {
  "P-256": {
    algorithm: { name: "ECDSA", namedCurve: "P-256" },
    hash: "SHA-256",
    signature: "1.2.840.10045.4.3.2",
  },
  "P-384": {
    algorithm: { name: "ECDSA", namedCurve: "P-384" },
    hash: "SHA-384",
    signature: "1.2.840.10045.4.3.3",
  },
  "Ed25519": {
    algorithm: { name: "Ed25519" },
    hash: "SHA-256",
    signature: "1.3.101.112",
  },
  "RSA-2048": rsa(2048),
  "RSA-3072": rsa(3072),
  "RSA-4096": rsa(4096),
};

/**
 * Takes the name of a kind of key, in capitals or not.
 *
 * @param given The name.
 * @param verb What it is for, for the error: `"make a key"`.
 * @returns The name as it is written here.
 * @throws {TypeError} If it is none of them.
 */
export function keyType(given: string, verb: string): KeyType {
  const wanted = `${given}`.toLowerCase();
  const found = (Object.keys(KEY_KINDS) as KeyType[])
    .find((name) => name.toLowerCase() === wanted);
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot ${verb} as 'keyType' must be one of ${
      Object.keys(KEY_KINDS).join(", ")
    }: current value is ${given}`,
  );
}

/**
 * Finds the kind of a key in a certificate.
 *
 * @param facts What the certificate says of it.
 * @returns The kind; nothing if it is none that is made here.
 */
export function kindOf(
  { algorithm, bits, curve }: {
    readonly algorithm: string;
    readonly bits: number;
    readonly curve?: string;
  },
): KeyType | undefined {
  const name = curve ?? (algorithm === "RSA" ? `RSA-${bits}` : algorithm);
  return Object.hasOwn(KEY_KINDS, name) ? name as KeyType : undefined;
}

/**
 * Whether others' keys of a kind are strong enough, and known to all.
 *
 * @param facts What a request says of its key.
 */
export function isUsed(
  facts: {
    readonly algorithm: string;
    readonly bits: number;
    readonly curve?: string;
  },
): boolean {
  if (facts.algorithm === "RSA") {
    return facts.bits >= 2048 && facts.bits <= 8192;
  }
  return facts.curve === "P-521" || kindOf(facts) !== undefined;
}
