/**
 * How OCSP names certificates, and those who answer: by digests.
 *
 * @see RFC 6960 §4.1.1
 * @module
 */

import { sha256 } from "../../bytes/sha256.ts";
import type { Certificate } from "../certificate.ts";
import { DerReader, TAG } from "../der/der.ts";
import { sha1 } from "./sha1.ts";

/** Which certificate is meant: by digests of its issuer, and its number. */
export interface OcspCertificateId {
  /** The digest: `"SHA-1"`, `"SHA-256"`. */
  readonly hash: string;
  /** The digest of the issuer's name, in hexadecimal. */
  readonly issuerName: string;
  /** The digest of the issuer's key, in hexadecimal. */
  readonly issuerKey: string;
  /** The serial number in hexadecimal, as {@linkcode Certificate} has it. */
  readonly serial: string;
}

/**
 * Names a certificate as OCSP does.
 *
 * @param certificate The certificate.
 * @param issuer The certificate of who issued it.
 * @param hash The digest.
 */
export function ocspId(
  certificate: Certificate,
  issuer: Certificate,
  hash: "SHA-1" | "SHA-256" = "SHA-1",
): OcspCertificateId {
  const digest = hash === "SHA-1" ? sha1 : sha256;
  return {
    hash,
    issuerName: digest(certificate.issuer.der).toHex(),
    issuerKey: digest(keyOctets(issuer)).toHex(),
    serial: certificate.serial,
  };
}

/** SHA-1 of a certificate's key, by which a responder may name itself. */
export function responderKeyOf(certificate: Certificate): string {
  return sha1(keyOctets(certificate)).toHex();
}

/** The octets of a key without its algorithm. */
function keyOctets({ publicKey }: Certificate): Uint8Array {
  const inside = new DerReader(publicKey, "key").take(TAG.sequence, "key")
    .inside();
  inside.take(TAG.sequence, "algorithm");
  return inside.take(TAG.bitString, "key").bits().octets;
}
