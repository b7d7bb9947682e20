/**
 * Certificates and requests for them, written and signed.
 *
 * @see RFC 5280 §4.1, RFC 2986 §4
 * @module
 */

import { contextTag, der, derInteger, derOid, TAG } from "../der/der.ts";
import { timeText } from "../der/der_time.ts";
import { oidOf } from "../der/object_identifiers.ts";
import type { PrivateKey } from "./private_key.ts";

/** An extension as octets. */
export interface RawExtension {
  /** What it is, by its number: `"2.5.29.17"`. */
  readonly oid: string;
  /** Whether who does not know it has to refuse the certificate. */
  readonly critical: boolean;
  /** The value in DER. */
  readonly value: Uint8Array;
}

/** What stands in a certificate. */
export interface CertificateParts {
  /** The serial number in hexadecimal. */
  readonly serial: string;
  /** Who it is about, in DER. */
  readonly subject: Uint8Array;
  /** Who signs it, in DER: to the octet as in the signer's own certificate. */
  readonly issuer: Uint8Array;
  /** From when on it holds, to the second. */
  readonly notBefore: Date;
  /** Until when it holds, to the second. */
  readonly notAfter: Date;
  /** The public key: a SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  /** The extensions, in this order. */
  readonly extensions: readonly RawExtension[];
}

const YES = der(TAG.boolean, Uint8Array.of(0xff));
const VERSION_3 = der(contextTag(0), derInteger(2));
const text = new TextEncoder();

/**
 * Writes a certificate and signs it.
 *
 * @param parts What stands in it.
 * @param signer Who signs.
 * @returns The certificate in DER.
 */
export async function signCertificate(
  parts: CertificateParts,
  signer: PrivateKey,
): Promise<Uint8Array<ArrayBuffer>> {
  return await signer.signPart(der(
    TAG.sequence,
    VERSION_3,
    derInteger(Uint8Array.fromHex(parts.serial)),
    signer.signatureAlgorithm,
    parts.issuer,
    der(TAG.sequence, derTime(parts.notBefore), derTime(parts.notAfter)),
    parts.subject,
    parts.publicKey,
    der(contextTag(3), writeExtensions(parts.extensions)),
  ));
}

/**
 * Writes a request for a certificate and signs it with the key it is for.
 *
 * @param subject Who asks, in DER.
 * @param extensions What is asked for.
 * @param key Who asks.
 * @returns The request in DER.
 */
export async function signRequest(
  subject: Uint8Array,
  extensions: readonly RawExtension[],
  key: PrivateKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const asked = extensions.length === 0 ? [] : [
    der(
      TAG.sequence,
      derOid(oidOf("extensionRequest")),
      der(TAG.set, writeExtensions(extensions)),
    ),
  ];
  return await key.signPart(der(
    TAG.sequence,
    derInteger(0),
    subject,
    key.publicKey,
    // Which has to be there even if nothing is in it.
    der(contextTag(0), ...asked),
  ));
}

/** Writes a list of extensions, each with its number. */
export function writeExtensions(
  list: readonly RawExtension[],
): Uint8Array<ArrayBuffer> {
  return der(
    TAG.sequence,
    ...list.map(({ oid, critical, value }) =>
      der(
        TAG.sequence,
        derOid(oid),
        ...(critical ? [YES] : []),
        der(TAG.octetString, value),
      )
    ),
  );
}

/** Writes a moment as certificates and lists have it. */
export function derTime(date: Date): Uint8Array<ArrayBuffer> {
  const written = timeText(date);
  const tag = written.generalized ? TAG.generalizedTime : TAG.utcTime;
  return der(tag, text.encode(written.text));
}

/** Writes a moment as OCSP has it. */
export function derGeneralizedTime(date: Date): Uint8Array<ArrayBuffer> {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(TAG.generalizedTime, text.encode(digits));
}
