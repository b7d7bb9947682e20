/**
 * The checks of a whole path, link by link.
 *
 * @see RFC 5280 §6.1
 * @module
 */

import type { Certificate } from "../certificate.ts";
import { keyText } from "../certificates/certificate_card.ts";
import { brokenConstraint } from "./path_constraints.ts";
import { matchesHost } from "./path_host.ts";
import {
  ANY_POLICY,
  checkPolicies,
  type PolicyOptions,
} from "./path_policy.ts";
import {
  type ChainProblem,
  expired,
  notYetValid,
  quoted,
  wrongHost,
} from "./path_problem.ts";

/** What a chain is to be good for. */
export interface PathRequirements {
  /** The moment at which it has to hold. */
  readonly at: Date;
  /** The host, if it is one's. */
  readonly host: string | undefined;
  /** The name of the extended key usage; any if not given. */
  readonly purpose: string | undefined;
  /** The least bits of an RSA key. */
  readonly minimumRsaBits: number;
  /** Whether weak keys and digests will do. */
  readonly allowWeak: boolean;
  /** What is asked of the policies. */
  readonly policies: PolicyOptions;
}

/** Extensions that the checks understand, or that limit nothing. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  "subjectKeyIdentifier",
  "authorityKeyIdentifier",
  "keyUsage",
  "extendedKeyUsage",
  "subjectAltName",
  "issuerAltName",
  "basicConstraints",
  "nameConstraints",
  "certificatePolicies",
  "policyMappings",
  "policyConstraints",
  "inhibitAnyPolicy",
  "cRLDistributionPoints",
  "freshestCRL",
  "authorityInfoAccess",
  "subjectInfoAccess",
  "tlsFeature",
  "signedCertificateTimestamps",
  "ocspNoCheck",
  "privateKeyUsagePeriod",
]);

/** Digests that forgers can bend. */
const WEAK_HASHES: ReadonlySet<string> = new Set([
  "MD2",
  "MD4",
  "MD5",
  "SHA-1",
]);

/** What a server's or a client's key has to be allowed, one of them. */
const HANDSHAKE_USAGES = [
  "digitalSignature",
  "keyEncipherment",
  "keyAgreement",
];

/**
 * Checks all but the signatures, who is trusted, and what was revoked.
 *
 * @param chain The certificates, the host's own first.
 * @param anchored Whether the last is trusted.
 * @param wanted What the chain has to be good for.
 * @returns What is wrong, from the host's own up.
 */
export function checkPath(
  chain: readonly Certificate[],
  anchored: boolean,
  wanted: PathRequirements,
): ChainProblem[] {
  const problems: ChainProblem[] = [];
  const leaf = chain[0]!;
  if (wanted.host !== undefined && !matchesHost(leaf, wanted.host)) {
    problems.push(wrongHost(leaf, wanted.host));
  }
  chain.forEach((certificate, link) => {
    const isAnchor = anchored && link === chain.length - 1;
    problems.push(
      ...timeOf(certificate, link, wanted),
      ...strengthOf(certificate, link, isAnchor, wanted),
      ...extensionsOf(certificate, link),
      ...link === 0
        ? usageOf(certificate, isAnchor, wanted)
        : authorityOf(chain, link, isAnchor, wanted),
    );
  });
  problems.push(...namesIn(chain), ...policiesOf(chain, anchored, wanted));
  return problems.sort((a, b) => a.link - b.link);
}

function timeOf(
  certificate: Certificate,
  link: number,
  { at }: PathRequirements,
): ChainProblem[] {
  if (at < certificate.notBefore) return [notYetValid(certificate, link, at)];
  if (at > certificate.notAfter) return [expired(certificate, link, at)];
  return [];
}

function strengthOf(
  certificate: Certificate,
  link: number,
  isAnchor: boolean,
  { minimumRsaBits, allowWeak }: PathRequirements,
): ChainProblem[] {
  if (allowWeak) return [];
  const problems: ChainProblem[] = [];
  const { algorithm, bits } = certificate.key;
  const least = algorithm.startsWith("RSA")
    ? minimumRsaBits
    : algorithm === "EC"
    ? 224
    : algorithm === "DSA"
    ? Infinity
    : 0;
  if (bits < least) {
    problems.push({
      code: "weak-key",
      certificate,
      link,
      message: `the key of ${quoted(certificate)} is weak: ${
        keyText(certificate.key)
      }${
        least === Infinity
          ? ", which is out of use"
          : `, where ${least} bits are the least`
      }`,
      hint: "issue it anew with a key of EC P-256, Ed25519 or RSA 3072 bits",
    });
  }
  const { hash, name } = certificate.signatureAlgorithm;
  // Nobody relies on the signature of what is trusted as it is.
  if (!isAnchor && hash !== undefined && WEAK_HASHES.has(hash)) {
    problems.push({
      code: "weak-signature",
      certificate,
      link,
      message: `${
        quoted(certificate)
      } is signed with ${name}, and ${hash} can be forged`,
      hint: "have it signed anew with SHA-256",
    });
  }
  return problems;
}

function extensionsOf(
  certificate: Certificate,
  link: number,
): ChainProblem[] {
  const unknown = certificate.extensions.filter(({ critical, name }) =>
    critical && !UNDERSTOOD.has(name)
  );
  return unknown.map(({ name }) => ({
    code: "unknown-extension",
    certificate,
    link,
    message: name === "precertificatePoison"
      ? `${
        quoted(certificate)
      } is a precertificate, made for logs and not for use`
      : `${
        quoted(certificate)
      } has the critical extension ${name}, which is not understood here`,
  }));
}

function purposeMissing(
  { extendedKeyUsage }: Certificate,
  purpose: string | undefined,
): boolean {
  return purpose !== undefined && extendedKeyUsage !== undefined &&
    !extendedKeyUsage.includes(purpose) &&
    !extendedKeyUsage.includes("anyExtendedKeyUsage");
}

function usageOf(
  certificate: Certificate,
  isAnchor: boolean,
  { purpose }: PathRequirements,
): ChainProblem[] {
  const problems: ChainProblem[] = [];
  const bad = (message: string, hint: string): void => {
    problems.push({ code: "bad-usage", certificate, link: 0, message, hint });
  };
  if (purposeMissing(certificate, purpose)) {
    bad(
      `${quoted(certificate)} is not for ${purpose}, but for ${
        certificate.extendedKeyUsage!.join(", ") || "nothing"
      }`,
      `issue it with the extended key usage ${purpose}`,
    );
  }
  const { keyUsage } = certificate;
  const handshake = purpose === "serverAuth" || purpose === "clientAuth";
  if (
    handshake && keyUsage && !isAnchor &&
    !HANDSHAKE_USAGES.some((usage) => keyUsage.includes(usage as "cRLSign"))
  ) {
    bad(
      `the key of ${
        quoted(certificate)
      } may not take part in a handshake, but only do ${
        keyUsage.join(", ") || "nothing"
      }`,
      "issue it with the key usage digitalSignature",
    );
  }
  return problems;
}

function authorityOf(
  chain: readonly Certificate[],
  link: number,
  isAnchor: boolean,
  { purpose }: PathRequirements,
): ChainProblem[] {
  const certificate = chain[link]!;
  const below = chain[link - 1]!;
  const problems: ChainProblem[] = [];
  // Roots of old have no extensions to say it with, and are trusted as they are.
  if (!certificate.ca && !(isAnchor && certificate.version < 3)) {
    problems.push({
      code: "not-an-authority",
      certificate,
      link,
      message: `${quoted(certificate)} is no authority and may not sign ${
        quoted(below)
      }`,
      hint: `have ${quoted(below)} signed by an authority`,
    });
  } else if (
    certificate.keyUsage && !certificate.keyUsage.includes("keyCertSign")
  ) {
    problems.push({
      code: "bad-usage",
      certificate,
      link,
      message: `the key of ${
        quoted(certificate)
      } may not sign certificates, but only do ${
        certificate.keyUsage.join(", ") || "nothing"
      }`,
      hint: "issue it with the key usage keyCertSign",
    });
  }
  if (purposeMissing(certificate, purpose)) {
    problems.push({
      code: "bad-usage",
      certificate,
      link,
      message: `${
        quoted(certificate)
      } may not sign for ${purpose}, but only for ${
        certificate.extendedKeyUsage!.join(", ") || "nothing"
      }`,
      hint: `have the certificate signed by an authority for ${purpose}`,
    });
  }
  const { pathLength } = certificate;
  const between = chain.slice(1, link).filter((one) => !one.selfIssued).length;
  if (pathLength !== undefined && between > pathLength) {
    problems.push({
      code: "path-too-long",
      certificate,
      link,
      message: `${
        quoted(certificate)
      } allows ${pathLength} authorities below it, and there ${
        between === 1 ? "is" : "are"
      } ${between}`,
      hint: "have the certificate signed by an authority higher up",
    });
  }
  return problems;
}

function namesIn(chain: readonly Certificate[]): ChainProblem[] {
  const problems: ChainProblem[] = [];
  chain.forEach((above, high) => {
    const constraints = above.nameConstraints;
    if (!constraints) return;
    for (let link = high - 1; link >= 0; link--) {
      const certificate = chain[link]!;
      if (link > 0 && certificate.selfIssued) continue;
      const broken = brokenConstraint(certificate, constraints);
      if (!broken) continue;
      const { name, how } = broken;
      problems.push({
        code: how === "too many" ? "too-complex" : "name-constraint",
        certificate,
        link,
        message: how === "too many"
          ? `${quoted(certificate)} has ${name}, too many to compare`
          : how === "not understood"
          ? `${
            quoted(above)
          } limits names of a kind that is not understood here, such as ${name}`
          : `${quoted(certificate)} has the name ${name}, ${
            how === "excluded" ? "which" : "outside of what"
          } ${quoted(above)} ${
            how === "excluded" ? "may not" : "may"
          } sign for`,
        hint: `have it signed by an authority that may, or leave the name out`,
      });
      break;
    }
  });
  return problems;
}

function policiesOf(
  chain: readonly Certificate[],
  anchored: boolean,
  { policies }: PathRequirements,
): ChainProblem[] {
  if (!anchored) return [];
  const mapped = chain.findIndex(({ policyMappings }, link) =>
    link > 0 &&
    policyMappings.some(({ issuer, subject }) =>
      issuer === ANY_POLICY || subject === ANY_POLICY
    )
  );
  if (mapped > 0) {
    return [{
      code: "policy",
      certificate: chain[mapped]!,
      link: mapped,
      message: `${
        quoted(chain[mapped]!)
      } maps the policy that stands for all, which nobody may`,
    }];
  }
  const path = chain.slice(0, -1).reverse();
  const { brokenAt } = checkPolicies(path, policies);
  if (brokenAt === undefined) return [];
  const certificate = path[brokenAt]!;
  return [{
    code: "policy",
    certificate,
    link: path.length - 1 - brokenAt,
    message: `no policy holds from the root down to ${
      quoted(certificate)
    }, and one has to`,
    hint: "compare the certificatePolicies along the chain",
  }];
}
