/**
 * Keys of zones, and whether they made a signature.
 *
 * @see RFC 4034 §3 and §5, RFC 4035 §5.3
 * @module
 */

import { ALGORITHMS } from "../packet/layers/dns/codes.ts";
import { canonicalData, canonicalName, signedOctets } from "./canonical.ts";
import { isWithin, nameLabels, sameName } from "./names.ts";
import type { DataRecord, RecordOf } from "./record.ts";

/** A key of a zone. */
export type Key = RecordOf<"DNSKEY">;
/** What a zone above says of a key. */
export type DelegationSigner = RecordOf<"DS">;

/** Of a key's flags: it may sign the zone; it has been withdrawn (RFC 5011). */
const ZONE_KEY = 0x100;
const REVOKED = 0x80;
/** The only protocol that keys are for. */
const DNSSEC = 3;

/** Signatures of one set that are looked at, and keys that have the same tag. */
const MOST_SIGNATURES = 8;
const MOST_KEYS = 4;

/** How much may be computed: a zone may not keep us busy for ever (CVE-2023-50387). */
export class Effort {
  #left: number;

  /**
   * Starts full.
   *
   * @param most How many signatures may be verified.
   */
  constructor(most: number) {
    this.#left = most;
  }

  /** Takes one. */
  take(): boolean {
    return this.#left-- > 0;
  }
}

/** What became of one set of records. */
export interface SetVerdict {
  /** Whether a key of the zone has signed it. */
  readonly ok: boolean;
  /** The signature that did, or the last that did not. */
  readonly signature?: RecordOf<"RRSIG">;
  /** The key's tag. */
  readonly keyTag?: number;
  /** In a few words, why. */
  readonly why: string;
  /** Whether it is what a wildcard stands for. */
  readonly isExpanded: boolean;
}

/**
 * Works out the number by which signatures name a key.
 *
 * @param key The key.
 * @returns The tag, 0 to 65535.
 * @see RFC 4034 App. B
 *
 * @example
 * ```ts
 * import { keyTag } from "./signatures.ts";
 * import assert from "node:assert/strict";
 *
 * const data = { flags: 256, protocol: 3, algorithm: 8, publicKey: Uint8Array.of(1, 2, 3) };
 * assert.equal(keyTag({ name: ".", type: "DNSKEY", class: "IN", ttl: 0, data }), 2058);
 * ```
 */
export function keyTag(key: Key): number {
  let sum = 0;
  canonicalData(key).forEach((octet, i) => sum += i & 1 ? octet : octet << 8);
  return sum + (sum >>> 16) & 0xffff;
}

/**
 * Names an algorithm as IANA's registry does.
 *
 * @param algorithm Its number.
 * @returns The name, or the number.
 */
export function algorithmName(algorithm: number): string {
  const names: Readonly<Record<number, string>> = ALGORITHMS;
  return names[algorithm] ?? `algorithm ${algorithm}`;
}

/** The hashes of DS records that are known here. */
const DIGESTS: Readonly<Record<number, string>> = {
  1: "SHA-1",
  2: "SHA-256",
  4: "SHA-384",
};

/**
 * Tells whether a DS record can be used: its algorithm and its hash are known.
 *
 * @param ds The record.
 * @returns Whether it can.
 */
export function isUsable({ data }: DelegationSigner): boolean {
  return data.algorithm in VERIFIERS && data.digestType in DIGESTS;
}

/**
 * Tells whether a DS record is of a key.
 *
 * @param ds The record of the zone above.
 * @param key The key.
 * @returns Whether it is.
 * @see RFC 4034 §5.1.4
 */
export async function matches(
  { data: ds }: DelegationSigner,
  key: Key,
): Promise<boolean> {
  const hash = DIGESTS[ds.digestType];
  if (
    hash === undefined || ds.algorithm !== key.data.algorithm ||
    ds.keyTag !== keyTag(key) || !isZoneKey(key)
  ) return false;
  const owner = canonicalName(key.name);
  const data = canonicalData(key);
  const octets = new Uint8Array(owner.length + data.length);
  octets.set(owner);
  octets.set(data, owner.length);
  const digest = new Uint8Array(await crypto.subtle.digest(hash, octets));
  return digest.length === ds.digest.length &&
    digest.every((octet, i) => octet === ds.digest[i]);
}

function isZoneKey({ data: { flags, protocol } }: Key): boolean {
  return (flags & ZONE_KEY) !== 0 && (flags & REVOKED) === 0 &&
    protocol === DNSSEC;
}

/**
 * Finds out whether a zone's keys have signed records.
 *
 * @param records The records of one name and type.
 * @param signatures All signatures there.
 * @param zone The zone.
 * @param keys The zone's keys that are trusted.
 * @param now The time, in seconds since 1970.
 * @param effort How much may still be computed.
 * @returns Whether, and why.
 * @see RFC 4035 §5.3
 */
export async function verifySet(
  records: readonly DataRecord[],
  signatures: readonly RecordOf<"RRSIG">[],
  zone: string,
  keys: readonly Key[],
  now: number,
  effort: Effort,
): Promise<SetVerdict> {
  const [first] = records;
  const { name, type } = first!;
  const labels = nameLabels(name);
  const count = labels.length - (labels[0] === "*" ? 1 : 0);
  let why = `no signature of ${zone} covers it`;
  let last: RecordOf<"RRSIG"> | undefined;
  const ours = signatures.filter((one) =>
    one.data.typeCovered === type && sameName(one.name, name) &&
    sameName(one.data.signerName, zone) && isWithin(name, zone)
  );
  for (const signature of ours.slice(0, MOST_SIGNATURES)) {
    const { data } = signature;
    last = signature;
    if (data.labels > count) {
      why = "its signature is of a longer name";
      continue;
    }
    if (isBefore(now, data.inception)) {
      why = `its signature begins on ${day(data.inception)}`;
      continue;
    }
    if (isBefore(data.expiration, now)) {
      why = `its signature ended on ${day(data.expiration)}`;
      continue;
    }
    const fitting = keys.filter((key) =>
      key.data.algorithm === data.algorithm && isZoneKey(key) &&
      keyTag(key) === data.keyTag
    );
    if (fitting.length === 0) {
      why = `its signature is by key ${data.keyTag}, which is not of the zone`;
      continue;
    }
    const octets = signedOctets(records, signature);
    for (const key of fitting.slice(0, MOST_KEYS)) {
      if (!effort.take()) {
        return { ok: false, why: "too much to verify", isExpanded: false };
      }
      if (await isSigned(key, data.signature, octets)) {
        const { algorithm, keyTag } = data;
        return {
          ok: true,
          signature,
          keyTag,
          why: `signed by key ${keyTag} (${algorithmName(algorithm)}) until ${
            day(data.expiration)
          }`,
          isExpanded: data.labels < count,
        };
      }
    }
    why = `its signature by key ${data.keyTag} is wrong`;
  }
  return { ok: false, ...last && { signature: last }, why, isExpanded: false };
}

/** Times are modulo 2^32 (RFC 4034 §3.1.5). */
function isBefore(a: number, b: number): boolean {
  return (a - b | 0) < 0;
}

function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** How keys of an algorithm are read, and signatures verified, by WebCrypto. */
interface Verifier {
  readonly load: (octets: Uint8Array<ArrayBuffer>) => Promise<CryptoKey>;
  readonly by: AlgorithmIdentifier | EcdsaParams;
}

const VERIFIERS: Readonly<Record<number, Verifier>> = {
  8: rsa("SHA-256"),
  10: rsa("SHA-512"),
  13: ecdsa("P-256", "SHA-256"),
  14: ecdsa("P-384", "SHA-384"),
  15: {
    by: "Ed25519",
    load: (octets) =>
      crypto.subtle.importKey("raw", octets, "Ed25519", false, ["verify"]),
  },
};

/** RFC 3110 §2, RFC 5702 §2 */
function rsa(hash: string): Verifier {
  return {
    by: "RSASSA-PKCS1-v1_5",
    load(octets) {
      const isLong = octets[0] === 0;
      const length = isLong
        ? (octets[1] ?? 0) << 8 | (octets[2] ?? 0)
        : octets[0] ?? 0;
      const start = isLong ? 3 : 1;
      const text = (part: Uint8Array) =>
        part.toBase64({ alphabet: "base64url", omitPadding: true });
      return crypto.subtle.importKey(
        "jwk",
        {
          kty: "RSA",
          e: text(octets.subarray(start, start + length)),
          n: text(octets.subarray(start + length)),
        },
        { name: "RSASSA-PKCS1-v1_5", hash },
        false,
        ["verify"],
      );
    },
  };
}

/** RFC 6605 §4: the point without the octet that says that it is whole. */
function ecdsa(namedCurve: string, hash: string): Verifier {
  return {
    by: { name: "ECDSA", hash },
    load: (octets) =>
      crypto.subtle.importKey(
        "raw",
        Uint8Array.of(4, ...octets),
        { name: "ECDSA", namedCurve },
        false,
        ["verify"],
      ),
  };
}

async function isSigned(
  { data: { algorithm, publicKey } }: Key,
  signature: Uint8Array,
  octets: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const verifier = VERIFIERS[algorithm];
  if (verifier === undefined) return false;
  try {
    const key = await verifier.load(publicKey.slice());
    return await crypto.subtle.verify(
      verifier.by,
      key,
      signature.slice(),
      octets,
    );
  } catch {
    // A key or a signature that is none of its kind.
    return false;
  }
}
