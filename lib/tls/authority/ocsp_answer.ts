/**
 * Answers to who asks whether certificates are revoked.
 *
 * @see RFC 6960 (OCSP), RFC 9654 (nonce)
 * @module
 */

import { contextTag, der, derInteger, derOid, TAG } from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";
import {
  type OcspCertificateId,
  type OcspRequest,
  readOcspRequest,
} from "../ocsp.ts";
import { derGeneralizedTime, writeExtensions } from "./certificate_writer.ts";
import { digest, keyBits, keyId } from "./extensions.ts";
import { type IssueRecord, REASONS } from "./ledger.ts";
import type { PrivateKey } from "./private_key.ts";

/** Certificates that one request may ask about. */
const MOST = 64;
/** Octets that a nonce may have (RFC 9654 §2.1). */
const LONGEST_NONCE = 128;
/** The digests by which an issuer may be named. */
const HASHES: ReadonlySet<string> = new Set([
  "SHA-1",
  "SHA-256",
  "SHA-384",
  "SHA-512",
]);

/** What went wrong, where there is no answer (RFC 6960 §4.2.1). */
const FAILURES = { malformedRequest: 1, internalError: 2 } as const;

/** Who answers. */
export interface Responder {
  /** The name of who issued the certificates, in DER. */
  readonly issuerName: Uint8Array;
  /** The issuer's SubjectPublicKeyInfo. */
  readonly issuerKey: Uint8Array;
  /** Signs the answers. */
  readonly key: PrivateKey;
  /** The signer's certificate, if it is not the issuer; sent along. */
  readonly certificate: Uint8Array | undefined;
  /** How long an answer holds, in milliseconds. */
  readonly validity: number;
  /** Finds what was issued under a serial number. */
  find(serial: string): IssueRecord | undefined;
}

/** An answer, and whether it may be kept. */
export interface OcspAnswer {
  /** The whole OCSPResponse. */
  readonly der: Uint8Array<ArrayBuffer>;
  /** Whether anyone else who asks the same may be given it. */
  readonly cacheable: boolean;
}

/**
 * Writes an answer that says only that there is none.
 *
 * @param why What went wrong.
 * @returns An OCSPResponse.
 */
export function failureAnswer(why: keyof typeof FAILURES): OcspAnswer {
  const status = der(TAG.enumerated, Uint8Array.of(FAILURES[why]));
  return { der: der(TAG.sequence, status), cacheable: false };
}

/**
 * Answers a request.
 *
 * @param octets The OCSPRequest; it may be anything.
 * @param responder Who answers.
 * @returns The answer; that the request is malformed is one too.
 */
export async function answerOcsp(
  octets: Uint8Array,
  responder: Responder,
): Promise<OcspAnswer> {
  const asked = tryRead(octets);
  if (asked === undefined) return failureAnswer("malformedRequest");
  const { ids, nonce } = asked;
  const now = new Date();
  const singles: Uint8Array[] = [];
  for (const id of ids) singles.push(await single(id, responder, now));
  const data = der(
    TAG.sequence,
    der(
      contextTag(2),
      der(TAG.octetString, await keyId(responder.key.publicKey)),
    ),
    derGeneralizedTime(now),
    der(TAG.sequence, ...singles),
    ...(nonce ? [der(contextTag(1), writeNonce(nonce))] : []),
  );
  const { certificate } = responder;
  const basic = await responder.key.signPart(
    data,
    ...(certificate
      ? [der(contextTag(0), der(TAG.sequence, certificate))]
      : []),
  );
  const answer = der(
    TAG.sequence,
    derOid(oidOf("ocspBasic")),
    der(TAG.octetString, basic),
  );
  return {
    der: der(
      TAG.sequence,
      der(TAG.enumerated, Uint8Array.of(0)),
      der(contextTag(0), answer),
    ),
    cacheable: nonce === undefined,
  };
}

function tryRead(octets: Uint8Array): OcspRequest | undefined {
  try {
    const asked = readOcspRequest(octets);
    const { ids, nonce } = asked;
    if (ids.length === 0 || ids.length > MOST) return undefined;
    const length = nonce?.length ?? 1;
    return length > 0 && length <= LONGEST_NONCE ? asked : undefined;
  } catch {
    return undefined;
  }
}

async function single(
  id: OcspCertificateId,
  responder: Responder,
  now: Date,
): Promise<Uint8Array> {
  const next = new Date(now.getTime() + responder.validity);
  return der(
    TAG.sequence,
    writeId(id),
    status(await findById(id, responder)),
    derGeneralizedTime(now),
    der(contextTag(0), derGeneralizedTime(next)),
  );
}

function writeId({ hash, issuerName, issuerKey, serial }: OcspCertificateId) {
  const digits = BigInt(`0x${serial.replace("-", "")}`);
  return der(
    TAG.sequence,
    der(TAG.sequence, derOid(oidOf(hash)), der(TAG.null)),
    der(TAG.octetString, Uint8Array.fromHex(issuerName)),
    der(TAG.octetString, Uint8Array.fromHex(issuerKey)),
    derInteger(serial.startsWith("-") ? -digits : digits),
  );
}

function writeNonce(nonce: Uint8Array): Uint8Array {
  const value = der(TAG.octetString, nonce);
  return writeExtensions([{ oid: oidOf("ocspNonce"), critical: false, value }]);
}

/** `good` is [0], `revoked` [1], `unknown` [2]. */
function status(record: IssueRecord | undefined): Uint8Array {
  if (record === undefined) return der(contextTag(2, false));
  const { revoked } = record;
  if (revoked === undefined) return der(contextTag(0, false));
  const reason = REASONS.get(revoked.reason)!;
  const why = reason === 0 ? [] : [
    der(contextTag(0), der(TAG.enumerated, Uint8Array.of(reason))),
  ];
  return der(contextTag(1), derGeneralizedTime(revoked.at), ...why);
}

/** What was issued under an identifier, if it is of this issuer. */
async function findById(
  { hash, issuerName, issuerKey, serial }: OcspCertificateId,
  responder: Responder,
): Promise<IssueRecord | undefined> {
  if (!HASHES.has(hash)) return undefined;
  const name = await digest(hash, responder.issuerName);
  const key = await digest(hash, keyBits(responder.issuerKey));
  return name.toHex() === issuerName && key.toHex() === issuerKey
    ? responder.find(serial)
    : undefined;
}
