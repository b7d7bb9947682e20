/**
 * What can be wrong with a chain of certificates, in plain words.
 *
 * @module
 */

import type { Certificate } from "../certificate.ts";
import { keyText, titleOf } from "../certificates/certificate_card.ts";
import { count } from "../../inspect/units.ts";

/** What is wrong with a chain, as a stable word for programs. */
export type ChainProblemCode =
  | "expired"
  | "not-yet-valid"
  | "wrong-host"
  | "self-signed"
  | "unknown-root"
  | "missing-issuer"
  | "bad-signature"
  | "key-not-proven"
  | "unsupported-signature"
  | "weak-key"
  | "weak-signature"
  | "not-an-authority"
  | "path-too-long"
  | "bad-usage"
  | "name-constraint"
  | "policy"
  | "unknown-extension"
  | "revoked"
  | "revocation-unknown"
  | "too-complex";

/** One thing that is wrong, and with which link. */
export interface ChainProblem {
  /** What is wrong, as a stable word for programs. */
  readonly code: ChainProblemCode;
  /** The certificate that breaks the chain. */
  readonly certificate: Certificate;
  /** Its place in the chain; 0 is the host's own. */
  readonly link: number;
  /** What is wrong, as a sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

const DAY = 86_400_000;

/** A certificate's name in a sentence. */
export function quoted(certificate: Certificate): string {
  return `"${titleOf(certificate)}"`;
}

/** A date in a sentence. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function span(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  if (hours < 1) return "less than an hour";
  if (hours < 48) return `${hours} ${hours === 1 ? "hour" : "hours"}`;
  return `${count(Math.floor(ms / DAY))} days`;
}

/** The certificate holds no more. */
export function expired(
  certificate: Certificate,
  link: number,
  at: Date,
): ChainProblem {
  const { notAfter } = certificate;
  return {
    code: "expired",
    certificate,
    link,
    message: `${quoted(certificate)} expired ${
      span(at.getTime() - notAfter.getTime())
    } ago, on ${day(notAfter)}`,
    hint: link === 0
      ? "renew the certificate and have the server load it"
      : "have the server send a newer certificate of this authority",
  };
}

/** The certificate does not hold yet. */
export function notYetValid(
  certificate: Certificate,
  link: number,
  at: Date,
): ChainProblem {
  const { notBefore } = certificate;
  return {
    code: "not-yet-valid",
    certificate,
    link,
    message: `${quoted(certificate)} is not valid for another ${
      span(notBefore.getTime() - at.getTime())
    }, until ${day(notBefore)}`,
    hint: `compare the clocks: here it is ${at.toISOString().slice(0, 16)}Z`,
  };
}

/** The certificate is for other hosts. */
export function wrongHost(
  certificate: Certificate,
  host: string,
): ChainProblem {
  const names = certificate.names
    .filter(({ type }) => type === "dns" || type === "ip")
    .map(({ value }) => value);
  const shown = names.slice(0, 10).join(", ") +
    (names.length > 10 ? ` and ${count(names.length - 10)} more` : "");
  const byCommonName = certificate.subject.commonName?.toLowerCase() ===
    host.toLowerCase();
  return {
    code: "wrong-host",
    certificate,
    link: 0,
    message: names.length === 0
      ? `${
        quoted(certificate)
      } is not for ${host}: it has no host's name at all${
        byCommonName ? ", and its common name does not count as one" : ""
      }`
      : `${quoted(certificate)} is not for ${host}, but for ${shown}`,
    hint: names.length === 0
      ? `issue it with the subject alternative name ${host}`
      : `connect by one of these names, or issue it with the name ${host}`,
  };
}

/** Who signed is neither there nor trusted. */
export function missingIssuer(
  certificate: Certificate,
  link: number,
): ChainProblem {
  const [url] = certificate.issuerUrls;
  return {
    code: "missing-issuer",
    certificate,
    link,
    message: `${
      quoted(certificate)
    } is signed by ${certificate.issuer}, whose certificate is neither in the chain nor trusted`,
    hint: url === undefined
      ? "have the server send the authority's certificate after its own, or give it as a root"
      : `have the server send it after its own; it can be had at ${url}`,
  };
}

/** The chain ends in itself. */
export function endsInItself(
  certificate: Certificate,
  link: number,
): ChainProblem {
  return link === 0
    ? {
      code: "self-signed",
      certificate,
      link,
      message: `${
        quoted(certificate)
      } is signed by itself, and nobody trusted vouches for it`,
      hint:
        "if it is known to be right, give it as a root; else have it signed by an authority",
    }
    : {
      code: "unknown-root",
      certificate,
      link,
      message: `the chain ends at ${
        quoted(certificate)
      }, an authority that is not trusted here`,
      hint:
        "if the authority is known to be right, give its certificate as a root",
    };
}

/** The signature is not by the key that it should be by. */
export function badSignature(
  certificate: Certificate,
  link: number,
  issuer: Certificate,
): ChainProblem {
  const { contradicts, name } = certificate.signatureAlgorithm;
  return {
    code: "bad-signature",
    certificate,
    link,
    message: contradicts === undefined
      ? `the signature of ${quoted(certificate)} is not by the key of ${
        quoted(issuer)
      }, or it was changed since`
      : `${
        quoted(certificate)
      } names two algorithms for its one signature, ${name} and ${contradicts}`,
    hint:
      "the certificate is damaged or forged, or the authority has a new key: compare the key ids",
  };
}

/** Nothing here can verify the signature. */
export function unsupportedSignature(
  certificate: Certificate,
  link: number,
  issuer: Certificate,
): ChainProblem {
  return {
    code: "unsupported-signature",
    certificate,
    link,
    message: `the signature of ${
      quoted(certificate)
    } cannot be verified here: ${certificate.signatureAlgorithm.name} by a key of ${
      keyText(issuer.key)
    }`,
  };
}
