/**
 * OCSP: asking whoever issued a certificate whether it still holds.
 *
 * @see RFC 6960, RFC 8954 (nonces)
 * @module
 */

import { Certificate } from "./certificate.ts";
import {
  readExtensions,
  serialText,
} from "./certificates/certificate_extensions.ts";
import {
  readSignatureAlgorithm,
  type SignatureFacts,
} from "./certificates/certificate_key.ts";
import {
  reasonName,
  type RevocationReason,
} from "./certificates/crl_entries.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  type DerValue,
  TAG,
} from "./der/der.ts";
import { DistinguishedName } from "./certificates/distinguished_name.ts";
import { oidName, oidOf } from "./der/object_identifiers.ts";
import { type OcspCertificateId, ocspId } from "./certificates/ocsp_id.ts";

export type { OcspCertificateId };

/** What is being read, for errors. */
const LAYER = "ocsp";

/** What a responder made of a question, by the number in its answer. */
const STATUSES = [
  "successful",
  "malformedRequest",
  "internalError",
  "tryLater",
  undefined,
  "sigRequired",
  "unauthorized",
] as const;

/** What a responder says of one certificate. */
export interface OcspStatus {
  /** Of which. */
  readonly id: OcspCertificateId;
  /** `"unknown"` is neither: the responder does not know it. */
  readonly status: "good" | "revoked" | "unknown";
  /** Since when it is revoked. */
  readonly revokedAt?: Date;
  /** Why, if it is told. */
  readonly reason?: RevocationReason;
  /** The moment for which this is known. */
  readonly thisUpdate: Date;
  /** When more will be known, if it is told. */
  readonly nextUpdate?: Date;
}

/** Options for {@linkcode ocspRequest}. */
export interface OcspRequestOptions {
  /** The digest to name the issuer by. @default {"SHA-1", which all know} */
  hash?: "SHA-1" | "SHA-256" | undefined;
  /** Octets that the answer has to repeat; most public responders do not. */
  nonce?: Uint8Array | undefined;
}

/** A question, as a responder reads it. */
export interface OcspRequest {
  /** The certificates that are asked about. */
  readonly ids: readonly OcspCertificateId[];
  /** What the answer has to repeat. */
  readonly nonce?: Uint8Array;
}

/**
 * Writes the question whether a certificate still holds.
 *
 * @param certificate The certificate.
 * @param issuer The certificate of who issued it.
 * @param options The digest, and a nonce.
 * @returns The octets to post as `application/ocsp-request`.
 * @throws {RangeError} If the nonce has none or more than 128 octets.
 * @see RFC 6960 §4.1, RFC 9654 §2.1 (length of the nonce)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"] });
 * const octets = net.tls.ocspRequest(certificate, ca.certificate);
 * assert.equal(net.tls.readOcspRequest(octets).ids[0]?.serial, certificate.serial);
 * ```
 */
export function ocspRequest(
  certificate: Certificate,
  issuer: Certificate,
  options: OcspRequestOptions = {},
): Uint8Array<ArrayBuffer> {
  const { hash = "SHA-1", nonce } = options;
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > 128)) {
    throw new RangeError(
      `Cannot ask an OCSP responder as 'nonce' must be 1 to 128 octets: current value is ${nonce.length} octets`,
    );
  }
  const id = ocspId(certificate, issuer, hash);
  const certId = der(
    TAG.sequence,
    der(TAG.sequence, derOid(oidOf(hash)), der(TAG.null)),
    der(TAG.octetString, Uint8Array.fromHex(id.issuerName)),
    der(TAG.octetString, Uint8Array.fromHex(id.issuerKey)),
    derInteger(
      BigInt(`0x${id.serial.replace("-", "")}`) *
        (id.serial.startsWith("-") ? -1n : 1n),
    ),
  );
  const list = der(TAG.sequence, der(TAG.sequence, certId));
  const extensions = nonce === undefined ? [] : [der(
    contextTag(2),
    der(
      TAG.sequence,
      der(
        TAG.sequence,
        derOid(oidOf("ocspNonce")),
        der(TAG.octetString, der(TAG.octetString, nonce)),
      ),
    ),
  )];
  return der(TAG.sequence, der(TAG.sequence, list, ...extensions));
}

/**
 * Reads a question, as a responder has to.
 *
 * @param octets The octets that were posted.
 * @returns Which certificates are asked about.
 * @throws {DecodeError} If they are none.
 * @see RFC 6960 §4.1.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => net.tls.readOcspRequest(new Uint8Array()), { name: "DecodeError" });
 * ```
 */
export function readOcspRequest(octets: Uint8Array): OcspRequest {
  const outer = new DerReader(octets, LAYER);
  const whole = outer.take(TAG.sequence, "request").inside();
  outer.done();
  const body = whole.take(TAG.sequence, "tbsRequest").inside();
  body.maybe(contextTag(0), "version");
  body.maybe(contextTag(1), "requestorName");
  const ids = Array.from(
    body.take(TAG.sequence, "requestList").inside().rest("request"),
    (one) => readId(one.inside().take(TAG.sequence, "certID")),
  );
  const nonce = nonceIn(body.maybe(contextTag(2), "requestExtensions"));
  body.done();
  return nonce ? { ids, nonce } : { ids };
}

function readId(value: DerValue): OcspCertificateId {
  const inside = value.inside();
  const algorithm = inside.take(TAG.sequence, "hashAlgorithm").inside();
  const hash = oidName(algorithm.take(TAG.oid, "hashAlgorithm").oid());
  const issuerName = inside.take(TAG.octetString, "issuerNameHash").contents
    .toHex();
  const issuerKey = inside.take(TAG.octetString, "issuerKeyHash").contents
    .toHex();
  const serial = serialText(inside.take(TAG.integer, "serialNumber").integer());
  inside.done();
  return { hash, issuerName, issuerKey, serial };
}

function nonceIn(extensions: DerValue | undefined): Uint8Array | undefined {
  const list = extensions?.inside().take(TAG.sequence, "extensions");
  const found = list &&
    readExtensions(list).find(({ extension }) =>
      extension.name === "ocspNonce"
    );
  if (!found) return undefined;
  // Some write the octets as they are, without a value around them.
  const { contents } = found.value;
  return contents[0] === TAG.octetString && contents[1] === contents.length - 2
    ? contents.subarray(2)
    : contents;
}

/**
 * What an OCSP responder answered; whether it is to be believed is for
 * {@linkcode checkOcsp} to tell.
 *
 * @see RFC 6960 §4.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const answer = new net.tls.OcspResponse(net.bytes.parseHex("3003 0a0103"));
 * assert.equal(answer.status, "tryLater");
 * ```
 */
export class OcspResponse {
  /** Whether there is an answer: `"successful"`, or why there is none. */
  readonly status: string;
  /** When it was signed. */
  readonly producedAt: Date | undefined;
  /** Who signed it, by name. */
  readonly responderName: DistinguishedName | undefined;
  /** Who signed it, by SHA-1 of the key, in hexadecimal. */
  readonly responderKey: string | undefined;
  /** What it says, of each certificate. */
  readonly responses: readonly OcspStatus[];
  /** What it repeats of the question. */
  readonly nonce: Uint8Array | undefined;
  /** How it was signed. */
  readonly signatureAlgorithm: SignatureFacts | undefined;
  /** The certificates that came with it. */
  readonly certificates: readonly Certificate[];
  /** The response as it is; not enumerable. */
  declare readonly der: Uint8Array;
  /** What was signed; not enumerable. */
  declare readonly signed: Uint8Array;
  /** The signature; not enumerable. */
  declare readonly signature: Uint8Array;

  /**
   * Reads a response.
   *
   * @param octets The octets that the responder sent.
   * @throws {DecodeError} If they are none; the offset counts from the start.
   */
  constructor(octets: Uint8Array) {
    const outer = new DerReader(octets, LAYER);
    const whole = outer.take(TAG.sequence, "response").inside();
    outer.done();
    const status = whole.take(TAG.enumerated, "responseStatus").small();
    this.status = STATUSES[status] ?? `status ${status}`;
    const wrapped = whole.maybe(contextTag(0), "responseBytes")?.inside();
    whole.done();
    const basic = wrapped && basicIn(wrapped);
    const body = basic?.tbs.inside();
    body?.maybe(contextTag(0), "version");
    const byName = body?.maybe(contextTag(1), "responderID");
    const byKey = body?.maybe(contextTag(2), "responderID");
    if (body && !byName && !byKey) throw body.fault("nobody signed it");
    this.responderName = byName &&
      new DistinguishedName(byName.inside().take(TAG.sequence, "responderID"));
    this.responderKey = byKey?.inside()
      .take(TAG.octetString, "responderID").contents.toHex();
    this.producedAt = body?.time("producedAt");
    this.responses = body
      ? Array.from(
        body.take(TAG.sequence, "responses").inside().rest("response"),
        readStatus,
      )
      : [];
    this.nonce = nonceIn(body?.maybe(contextTag(1), "responseExtensions"));
    body?.done();
    this.signatureAlgorithm = basic?.algorithm;
    this.certificates = basic?.certificates ?? [];
    Object.defineProperties(this, {
      der: { value: octets },
      signed: { value: basic?.tbs.der ?? new Uint8Array() },
      signature: { value: basic?.signature ?? new Uint8Array() },
    });
  }

  /** The fields; times in ISO 8601. */
  toJSON(): Record<string, unknown> {
    return {
      ...Object.fromEntries(Object.entries(this)),
      nonce: this.nonce?.toHex(),
    };
  }
}

/** A basic response, the only kind there is. */
function basicIn(wrapped: DerReader) {
  const bytes = wrapped.take(TAG.sequence, "responseBytes").inside();
  wrapped.done();
  const kind = bytes.take(TAG.oid, "responseType");
  if (oidName(kind.oid()) !== "ocspBasic") {
    throw kind.fault("response of no known kind");
  }
  const inner = bytes.take(TAG.octetString, "response").unwrapped();
  bytes.done();
  const basic = inner.take(TAG.sequence, "basicResponse").inside();
  inner.done();
  const tbs = basic.take(TAG.sequence, "tbsResponseData");
  const algorithm = readSignatureAlgorithm(basic, "signatureAlgorithm").facts;
  const { octets, unused } = basic.take(TAG.bitString, "signature").bits();
  const list = basic.maybe(contextTag(0), "certs")?.inside()
    .take(TAG.sequence, "certs");
  basic.done();
  return {
    tbs,
    algorithm,
    signature: unused === 0 ? octets : octets.subarray(0, 0),
    certificates: Array.from(
      list?.inside().rest("certificate") ?? [],
      (value) => new Certificate(value.der),
    ),
  };
}

function readStatus(one: DerValue): OcspStatus {
  const inside = one.inside();
  const id = readId(inside.take(TAG.sequence, "certID"));
  const value = inside.next("certStatus");
  const thisUpdate = inside.time("thisUpdate");
  const nextUpdate = inside.maybe(contextTag(0), "nextUpdate")?.inside()
    .time("nextUpdate");
  inside.maybe(contextTag(1), "singleExtensions");
  inside.done();
  const known = {
    id,
    thisUpdate,
    ...(nextUpdate && { nextUpdate }),
  };
  switch (value.tag) {
    case contextTag(0, false):
      return { ...known, status: "good" };
    case contextTag(1): {
      const revoked = value.inside();
      const revokedAt = revoked.time("revocationTime");
      const number = revoked.maybe(contextTag(0), "revocationReason")?.inside()
        .take(TAG.enumerated, "revocationReason").small();
      const reason = number === undefined ? undefined : reasonName(number);
      return {
        ...known,
        status: "revoked",
        revokedAt,
        ...(reason !== undefined && { reason }),
      };
    }
    case contextTag(2, false):
      return { ...known, status: "unknown" };
    default:
      throw value.fault("certStatus is of no known kind");
  }
}
