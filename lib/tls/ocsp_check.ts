/**
 * Is an OCSP answer to be believed, and what does it say of a certificate?
 *
 * @see RFC 6960 §3.2 and §4.2.2.2
 * @module
 */

import { Certificate } from "./certificate.ts";
import { sameOctets } from "./der/der.ts";
import {
  type RevocationReason,
  revokedText,
} from "./certificates/crl_entries.ts";
import { OcspResponse, type OcspStatus } from "./ocsp.ts";
import { ocspId, responderKeyOf } from "./certificates/ocsp_id.ts";
import { listOf } from "./read_options.ts";
import { signedBy } from "./path/path_build.ts";
import { verifySignature } from "./certificates/signature.ts";

/** What is known of whether a certificate still holds. */
export interface RevocationStatus {
  /** `"unknown"` says that nothing could be found out; `message` tells why. */
  readonly status: "good" | "revoked" | "unknown";
  /** How it was found out. */
  readonly by: "OCSP" | "CRL" | undefined;
  /** A sentence. */
  readonly message: string;
  /** Since when it is revoked. */
  readonly revokedAt?: Date;
  /** Why. */
  readonly reason?: RevocationReason;
  /** The moment for which this is known. */
  readonly thisUpdate?: Date;
  /** When more will be known. */
  readonly nextUpdate?: Date;
}

/** Options for {@linkcode checkOcsp}. */
export interface OcspCheckOptions {
  /** The moment for which to judge. @default {now} */
  at?: Date | undefined;
  /** What was asked to be repeated. An answer without it will do, one with another not. */
  nonce?: Uint8Array | undefined;
  /** How far clocks may differ, in milliseconds. @default {300000} */
  clockSkew?: number | undefined;
}

/**
 * Holds an OCSP answer against a certificate: is it about it, is it signed by
 * its issuer or by one whom the issuer has named for that, and is it of now?
 *
 * @param response The answer.
 * @param certificate The certificate.
 * @param issuer The certificate of who issued it.
 * @param options The moment, and the nonce that was sent.
 * @returns What it says; `"unknown"` if it is not to be believed.
 * @see RFC 6960 §4.2.2.2 (who may sign)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const busy = new net.tls.OcspResponse(net.bytes.parseHex("3003 0a0103"));
 * const { status, message } = await net.tls.checkOcsp(busy, certificate, ca.certificate);
 * assert.deepEqual([status, message], ["unknown", "the OCSP responder says tryLater"]);
 * ```
 */
export async function checkOcsp(
  response: OcspResponse,
  certificate: Certificate,
  issuer: Certificate,
  options: OcspCheckOptions = {},
): Promise<RevocationStatus> {
  // Without types, the certificate is easily given first.
  const doing = "check an OCSP answer";
  listOf(OcspResponse, response, doing, "'response' must be an OcspResponse");
  listOf(
    Certificate,
    certificate,
    doing,
    "'certificate' must be a Certificate",
  );
  listOf(Certificate, issuer, doing, "'issuer' must be a Certificate");
  const { at = new Date(), nonce, clockSkew = 300_000 } = options;
  const no = (message: string): RevocationStatus => ({
    status: "unknown",
    by: "OCSP",
    message,
  });
  if (response.status !== "successful") {
    return no(`the OCSP responder says ${response.status}`);
  }
  const about = response.responses.filter((one) =>
    isAbout(one, certificate, issuer)
  );
  if (about.length === 0) {
    return no("the OCSP answer is about other certificates");
  }
  if (nonce && response.nonce && !sameOctets(nonce, response.nonce)) {
    return no("the OCSP answer is to another question: its nonce differs");
  }
  const untrusted = await whyNotSigned(response, issuer, at);
  if (untrusted !== undefined) return no(untrusted);
  const now = at.getTime();
  const current = about.filter(({ thisUpdate, nextUpdate }) =>
    thisUpdate.getTime() <= now + clockSkew &&
    (nextUpdate === undefined || nextUpdate.getTime() >= now - clockSkew)
  );
  // The latest word counts.
  const [one] = current.sort((a, b) =>
    b.thisUpdate.getTime() - a.thisUpdate.getTime()
  );
  if (!one) {
    const { thisUpdate, nextUpdate } = about[0]!;
    return no(
      thisUpdate.getTime() > now
        ? `the OCSP answer is of the future, ${thisUpdate.toISOString()}`
        : `the OCSP answer is out of date since ${nextUpdate?.toISOString()}`,
    );
  }
  const { thisUpdate, nextUpdate, revokedAt, reason } = one;
  const known = {
    by: "OCSP",
    thisUpdate,
    ...(nextUpdate && { nextUpdate }),
  } as const;
  if (one.status === "good") {
    return {
      ...known,
      status: "good",
      message: "the OCSP responder says good",
    };
  }
  if (one.status === "unknown") {
    return {
      ...known,
      status: "unknown",
      message: "the OCSP responder does not know the certificate",
    };
  }
  return {
    ...known,
    status: "revoked",
    message: revokedText("the OCSP responder", revokedAt, reason),
    ...(revokedAt && { revokedAt }),
    ...(reason !== undefined && { reason }),
  };
}

function isAbout(
  { id }: OcspStatus,
  certificate: Certificate,
  issuer: Certificate,
): boolean {
  if (id.hash !== "SHA-1" && id.hash !== "SHA-256") return false;
  if (id.serial !== certificate.serial) return false;
  const wanted = ocspId(certificate, issuer, id.hash);
  return id.issuerName === wanted.issuerName &&
    id.issuerKey === wanted.issuerKey;
}

/** Why the answer's signature is not to be believed, if it is not. */
async function whyNotSigned(
  response: OcspResponse,
  issuer: Certificate,
  at: Date,
): Promise<string | undefined> {
  const { signatureAlgorithm, signed, signature } = response;
  if (!signatureAlgorithm) return "the OCSP answer is not signed";
  const thing = { signatureAlgorithm, signed, signature };
  const isResponder = (one: Certificate): boolean =>
    response.responderName?.equals(one.subject) ??
      response.responderKey === responderKeyOf(one);
  if (isResponder(issuer) && await verifySignature(thing, issuer) === "good") {
    return undefined;
  }
  const named = response.certificates.filter(isResponder);
  if (named.length === 0) {
    return isResponder(issuer)
      ? "the OCSP answer's signature is wrong"
      : "the OCSP answer is signed by someone whose certificate is not in it";
  }
  let why = "";
  // Two are enough to tell; a thousand would only take time.
  for (const delegate of named.slice(0, 2)) {
    if (await verifySignature(thing, delegate) !== "good") {
      why = "the OCSP answer's signature is wrong";
    } else if (delegate.equals(issuer)) return undefined;
    else if (
      !delegate.issuer.equals(issuer.subject) ||
      await signedBy(delegate, issuer) !== "good"
    ) {
      why =
        "the OCSP answer is signed by someone whom the issuer has not named";
    } else if (!delegate.extendedKeyUsage?.includes("OCSPSigning")) {
      why =
        "the OCSP answer is signed by someone who may not sign such answers";
    } else if (at < delegate.notBefore || at > delegate.notAfter) {
      why = "the certificate of the OCSP responder is out of date";
    } else return undefined;
  }
  return why;
}
