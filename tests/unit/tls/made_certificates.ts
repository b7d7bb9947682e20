/**
 * Certificates, revocation lists and OCSP answers made in the test itself, so
 * that they can be wrong in any way.
 *
 * @module
 */

import { Certificate } from "../../../lib/tls/certificate.ts";
import { RevocationList } from "../../../lib/tls/crl.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  TAG,
} from "../../../lib/tls/der/der.ts";
import { timeText } from "../../../lib/tls/der/der_time.ts";
import { oidOf } from "../../../lib/tls/der/object_identifiers.ts";
import { OcspResponse } from "../../../lib/tls/ocsp.ts";
import { ocspId } from "../../../lib/tls/certificates/ocsp_id.ts";

/** A key with its SubjectPublicKeyInfo. */
export interface MadeKey {
  readonly keys: CryptoKeyPair;
  readonly spki: Uint8Array;
}

/** Who signs: a certificate and its key. */
export interface Signer {
  readonly certificate: Certificate;
  readonly key: MadeKey;
}

/** What a made certificate says; the rest is usual. */
export interface MadeSpec {
  readonly subject?: string;
  readonly serial?: bigint;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly dns?: readonly string[];
  readonly names?: readonly Uint8Array[];
  readonly ca?: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly number[];
  readonly extendedKeyUsage?: readonly string[];
  readonly extensions?: readonly Uint8Array[];
  readonly version?: number;
  readonly key?: MadeKey;
  /** Signs in place of the issuer, under the issuer's name. */
  readonly forger?: MadeKey;
  /** The digest that is signed. */
  readonly hash?: "SHA-1" | "SHA-256";
}

/** The moment at which the tests are. */
export const NOW = new Date("2026-06-01T12:00:00Z");

const DAY = 86_400_000;

/** A moment some days from {@linkcode NOW}. */
export function days(n: number): Date {
  return new Date(NOW.getTime() + n * DAY);
}

/** Text as UTF8String, or whatever tag is given. */
export function text(
  value: string,
  tag: number = TAG.utf8String,
): Uint8Array<ArrayBuffer> {
  return der(tag, new TextEncoder().encode(value));
}

/** A name of one common name; empty for an empty text. */
export function name(
  commonName: string,
  tag?: number,
): Uint8Array<ArrayBuffer> {
  if (commonName === "") return der(TAG.sequence);
  const pair = der(TAG.sequence, derOid("2.5.4.3"), text(commonName, tag));
  return der(TAG.sequence, der(TAG.set, pair));
}

/** A UTCTime or a GeneralizedTime. */
export function time(date: Date): Uint8Array<ArrayBuffer> {
  const { text: digits, generalized } = timeText(date);
  return text(digits, generalized ? TAG.generalizedTime : TAG.utcTime);
}

/** An extension by the name of its identifier. */
export function extension(
  type: string,
  value: Uint8Array,
  critical = false,
): Uint8Array<ArrayBuffer> {
  return der(
    TAG.sequence,
    derOid(oidOf(type)),
    ...critical ? [der(TAG.boolean, Uint8Array.of(0xff))] : [],
    der(TAG.octetString, value),
  );
}

/** A host's name as one of the alternative names. */
export function dnsName(host: string): Uint8Array<ArrayBuffer> {
  return text(host, contextTag(2, false));
}

/** Makes a key of P-256. */
export async function makeKey(): Promise<MadeKey> {
  const keys = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    true,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(
    await crypto.subtle.exportKey("spki", keys.publicKey),
  );
  return { keys, spki };
}

const ALGORITHM = der(TAG.sequence, derOid("1.2.840.10045.4.3.2"));
const WITH_SHA1 = der(TAG.sequence, derOid("1.2.840.10045.4.1"));

/** The value, its algorithm and its signature. */
async function signed(
  tbs: Uint8Array,
  { keys }: MadeKey,
  more: readonly Uint8Array[] = [],
  hash: "SHA-1" | "SHA-256" = "SHA-256",
): Promise<Uint8Array<ArrayBuffer>> {
  const raw = new Uint8Array(
    await crypto.subtle.sign(
      { name: "ECDSA", hash },
      keys.privateKey,
      tbs as BufferSource,
    ),
  );
  const signature = der(
    TAG.sequence,
    derInteger(raw.subarray(0, 32)),
    derInteger(raw.subarray(32)),
  );
  const bits = der(TAG.bitString, Uint8Array.of(0), signature);
  const algorithm = hash === "SHA-1" ? WITH_SHA1 : ALGORITHM;
  return der(TAG.sequence, tbs, algorithm, bits, ...more);
}

let serial = 1000n;

/** Makes a certificate; without an issuer it signs itself. */
export async function make(
  spec: MadeSpec = {},
  issuer?: Signer,
): Promise<Signer> {
  const { subject = "lab", dns = [], ca = false, version = 3 } = spec;
  const { keyUsage, extendedKeyUsage, pathLength, names = [] } = spec;
  const key = spec.key ?? await makeKey();
  const own = name(subject);
  const alternative = [...dns.map(dnsName), ...names];
  const extensions = [
    ...ca
      ? [extension(
        "basicConstraints",
        der(
          TAG.sequence,
          der(TAG.boolean, Uint8Array.of(0xff)),
          ...pathLength === undefined ? [] : [derInteger(pathLength)],
        ),
        true,
      )]
      : [],
    ...alternative.length > 0
      ? [extension("subjectAltName", der(TAG.sequence, ...alternative))]
      : [],
    ...keyUsage ? [extension("keyUsage", bits(keyUsage), true)] : [],
    ...extendedKeyUsage
      ? [extension(
        "extendedKeyUsage",
        der(TAG.sequence, ...extendedKeyUsage.map((one) => derOid(oidOf(one)))),
      )]
      : [],
    ...spec.extensions ?? [],
  ];
  const tbs = der(
    TAG.sequence,
    ...version > 1 ? [der(contextTag(0), derInteger(version - 1))] : [],
    derInteger(spec.serial ?? serial++),
    spec.hash === "SHA-1" ? WITH_SHA1 : ALGORITHM,
    issuer ? issuer.certificate.subject.der : own,
    der(
      TAG.sequence,
      time(spec.notBefore ?? days(-30)),
      time(spec.notAfter ?? days(60)),
    ),
    own,
    key.spki,
    ...extensions.length > 0 && version === 3
      ? [der(contextTag(3), der(TAG.sequence, ...extensions))]
      : [],
  );
  const signer = spec.forger ?? issuer?.key ?? key;
  const octets = await signed(tbs, signer, [], spec.hash);
  return { certificate: new Certificate(octets), key };
}

/** A BIT STRING with some bits set. */
export function bits(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(2);
  for (const n of numbers) octets[n >> 3]! |= 0x80 >> (n & 7);
  return der(TAG.bitString, Uint8Array.of(0), octets);
}

/** What a made revocation list says. */
export interface MadeList {
  readonly revoked?: readonly {
    readonly serial: string;
    readonly reason?: number;
  }[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly number?: number;
  readonly extensions?: readonly Uint8Array[];
}

/** Makes a revocation list. */
export async function makeList(
  issuer: Signer,
  spec: MadeList = {},
): Promise<RevocationList> {
  const { revoked = [], number = 1, extensions = [] } = spec;
  const entries = revoked.map(({ serial, reason }) =>
    der(
      TAG.sequence,
      derInteger(BigInt(`0x${serial}`)),
      time(days(-3)),
      ...reason === undefined ? [] : [der(
        TAG.sequence,
        extension("cRLReason", der(TAG.enumerated, Uint8Array.of(reason))),
      )],
    )
  );
  const tbs = der(
    TAG.sequence,
    derInteger(1),
    ALGORITHM,
    issuer.certificate.subject.der,
    time(spec.thisUpdate ?? days(-1)),
    time(spec.nextUpdate ?? days(6)),
    ...entries.length > 0 ? [der(TAG.sequence, ...entries)] : [],
    der(
      contextTag(0),
      der(
        TAG.sequence,
        extension("cRLNumber", derInteger(number)),
        ...extensions,
      ),
    ),
  );
  return new RevocationList(await signed(tbs, issuer.key));
}

/** What a made OCSP answer says. */
export interface MadeAnswer {
  readonly status?: "good" | "revoked" | "unknown";
  readonly reason?: number;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly nonce?: Uint8Array;
  /** Who signs, if not the issuer; its certificate comes along. */
  readonly delegate?: Signer;
  /** The key that really signs. */
  readonly forger?: MadeKey;
}

/** Makes an OCSP answer about a certificate. */
export async function makeAnswer(
  about: Certificate,
  issuer: Signer,
  spec: MadeAnswer = {},
): Promise<OcspResponse> {
  const { status = "good", reason, nonce, delegate } = spec;
  const id = ocspId(about, issuer.certificate);
  const signer = delegate ?? issuer;
  const certStatus = status === "good"
    ? der(contextTag(0, false))
    : status === "unknown"
    ? der(contextTag(2, false))
    : der(
      contextTag(1),
      text("20260501000000Z", TAG.generalizedTime),
      ...reason === undefined
        ? []
        : [der(contextTag(0), der(TAG.enumerated, Uint8Array.of(reason)))],
    );
  const general = (date: Date) =>
    text(
      date.toISOString().replace(/[-:T]|\.\d+/g, ""),
      TAG.generalizedTime,
    );
  const single = der(
    TAG.sequence,
    der(
      TAG.sequence,
      der(TAG.sequence, derOid(oidOf("SHA-1")), der(TAG.null)),
      der(TAG.octetString, Uint8Array.fromHex(id.issuerName)),
      der(TAG.octetString, Uint8Array.fromHex(id.issuerKey)),
      derInteger(BigInt(`0x${id.serial}`)),
    ),
    certStatus,
    general(spec.thisUpdate ?? days(-1)),
    der(contextTag(0), general(spec.nextUpdate ?? days(6))),
  );
  const tbs = der(
    TAG.sequence,
    der(contextTag(1), signer.certificate.subject.der),
    general(days(-1)),
    der(TAG.sequence, single),
    ...nonce
      ? [der(
        contextTag(1),
        der(TAG.sequence, extension("ocspNonce", der(TAG.octetString, nonce))),
      )]
      : [],
  );
  const basic = await signed(
    tbs,
    spec.forger ?? signer.key,
    delegate
      ? [der(contextTag(0), der(TAG.sequence, delegate.certificate.der))]
      : [],
  );
  return new OcspResponse(der(
    TAG.sequence,
    der(TAG.enumerated, Uint8Array.of(0)),
    der(
      contextTag(0),
      der(
        TAG.sequence,
        derOid(oidOf("ocspBasic")),
        der(TAG.octetString, basic),
      ),
    ),
  ));
}
