/**
 * Has a certificate been revoked? By the lists and OCSP answers at hand.
 *
 * @see RFC 5280 §6.3
 * @module
 */

import type { Certificate } from "../certificate.ts";
import type { DistributionPoint } from "../certificates/certificate_extensions.ts";
import type { GeneralName } from "../certificates/certificate_names.ts";
import type { RevocationList } from "../crl.ts";
import { sameOctets } from "../der/der.ts";
import type { DistinguishedName } from "../certificates/distinguished_name.ts";
import type { OcspResponse } from "../ocsp.ts";
import { revokedText } from "../certificates/crl_entries.ts";
import { checkOcsp, type RevocationStatus } from "../ocsp_check.ts";
import {
  type VerifyingKey,
  verifySignature,
} from "../certificates/signature.ts";

/** What there is to know a certificate's fate by. */
export interface RevocationSources {
  /** Revocation lists, in any order. */
  readonly lists: readonly RevocationList[];
  /** OCSP answers, in any order. */
  readonly answers: readonly OcspResponse[];
  /** Certificates about someone who may have signed a list. */
  about(subject: DistinguishedName): Iterable<Certificate>;
  /** The key of a certificate, with what it may have from the one above. */
  keyOf(certificate: Certificate): VerifyingKey;
  /** Whether a certificate that signs lists leads to the same root. */
  trusts(signer: Certificate): Promise<boolean>;
}

/** The reasons for which a certificate can be revoked, each a bit. */
const ALL_REASONS = 0b1_1111_1110;

/** Certificates that are tried as a list's signer. */
const SIGNERS = 8;

/**
 * Looks up whether a certificate was revoked.
 *
 * @param certificate The certificate.
 * @param issuer The certificate of who issued it.
 * @param sources Lists and answers.
 * @param at The moment for which to judge.
 */
export async function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  sources: RevocationSources,
  at: Date,
): Promise<RevocationStatus> {
  let unknown: RevocationStatus | undefined;
  for (const answer of sources.answers) {
    const found = await checkOcsp(answer, certificate, issuer, { at });
    if (found.status !== "unknown") return found;
    // Of several answers, the one that is about it tells why it does not do.
    if (!unknown || !/about other/.test(found.message)) unknown = found;
  }
  if (sources.lists.length > 0) {
    const found = await byLists(certificate, issuer, sources, at);
    if (found.status !== "unknown") return found;
    unknown ??= found;
  }
  return unknown ?? {
    status: "unknown",
    by: undefined,
    message: "there is neither an OCSP answer nor a revocation list about it",
  };
}

async function byLists(
  certificate: Certificate,
  issuer: Certificate,
  sources: RevocationSources,
  at: Date,
): Promise<RevocationStatus> {
  // Where no place is named, it is the list of who issued the certificate; so
  // it is after all places named, for the reasons that they leave open.
  const places = [...certificate.distributionPoints, { names: [] }];
  let covered = 0;
  let why = "no revocation list is about it";
  let latest: RevocationList | undefined;
  for (const place of places) {
    for (const list of sources.lists) {
      if (covered === ALL_REASONS) break;
      if (list.deltaBase !== undefined) continue;
      if (!isScope(certificate, place, list)) continue;
      const reasons = mask(place.reasons) & mask(list.issuingPoint?.reasons);
      if ((reasons & ~covered) === 0) continue;
      const unusable = await whyNot(issuer, list, sources, at);
      if (unusable !== undefined) {
        why = unusable;
        continue;
      }
      const delta = await deltaOf(issuer, list, sources, at);
      const entry = delta?.find(certificate.serial, certificate.issuer) ??
        list.find(certificate.serial, certificate.issuer);
      if (entry && entry.reason !== "removeFromCRL") {
        const { date, reason } = entry;
        return {
          status: "revoked",
          by: "CRL",
          message: revokedText("the revocation list", date, reason),
          revokedAt: date,
          ...(reason !== undefined && { reason }),
          thisUpdate: list.thisUpdate,
          ...(list.nextUpdate && { nextUpdate: list.nextUpdate }),
        };
      }
      covered |= reasons;
      latest = delta ?? list;
    }
  }
  if (covered === ALL_REASONS && latest) {
    return {
      status: "good",
      by: "CRL",
      message: "the revocation list does not have it",
      thisUpdate: latest.thisUpdate,
      ...(latest.nextUpdate && { nextUpdate: latest.nextUpdate }),
    };
  }
  return {
    status: "unknown",
    by: "CRL",
    message: covered === 0
      ? why
      : "the revocation lists tell of some reasons only",
  };
}

/** Reasons as bits; the first is for none and counts for nothing. */
function mask(reasons: readonly number[] | undefined): number {
  return reasons === undefined
    ? ALL_REASONS
    : reasons.reduce((bits, reason) => bits | 1 << reason, 0) & ALL_REASONS;
}

/** RFC 5280 §6.3.3 (b): whether a list is about a certificate at a place. */
function isScope(
  certificate: Certificate,
  place: DistributionPoint,
  list: RevocationList,
): boolean {
  const point = list.issuingPoint;
  const by = place.issuer ?? certificate.issuer;
  if (!list.issuer.equals(by)) return false;
  if (
    place.issuer && !list.issuer.equals(certificate.issuer) && !point?.indirect
  ) {
    return false;
  }
  if (!point) return true;
  if (point.onlyAttributes) return false;
  if (point.onlyUsers && certificate.ca) return false;
  if (point.onlyAuthorities && !certificate.ca) return false;
  const itsNames = namesOf(point, list.issuer);
  if (itsNames.length === 0) return true;
  const wanted = namesOf(place, by);
  if (wanted.length === 0) {
    wanted.push(...directory(by.key));
  }
  return wanted.some((name) => itsNames.includes(name));
}

/** The names of a place, as texts that are the same if the names are. */
function namesOf(
  { names, relative }: DistributionPoint,
  issuer: DistinguishedName,
): string[] {
  return relative === undefined
    ? names.map(nameKey)
    : directory(`${issuer.key}\n${relative}`);
}

function directory(key: string): string[] {
  return [`directory ${key}`];
}

function nameKey({ type, value, directory: name }: GeneralName): string {
  return `${type} ${name?.key ?? value}`;
}

/** Why a list cannot be used, if it cannot. */
async function whyNot(
  issuer: Certificate,
  list: RevocationList,
  sources: RevocationSources,
  at: Date,
): Promise<string | undefined> {
  if (list.notUnderstood.length > 0) {
    return `the revocation list has what is not understood here: ${
      list.notUnderstood.join(", ")
    }`;
  }
  if (at < list.thisUpdate) {
    return `the revocation list is of the future, ${list.thisUpdate.toISOString()}`;
  }
  if (list.nextUpdate && at > list.nextUpdate) {
    return `the revocation list is out of date since ${list.nextUpdate.toISOString()}`;
  }
  const signer = await signerOf(issuer, list, sources);
  return signer
    ? undefined
    : "the revocation list is not signed by anyone who may";
}

/** RFC 5280 §6.3.3 (f) and (g): who signed a list, and may. */
async function signerOf(
  issuer: Certificate,
  list: RevocationList,
  sources: RevocationSources,
): Promise<Certificate | undefined> {
  const candidates: Certificate[] = [];
  if (issuer.subject.equals(list.issuer)) candidates.push(issuer);
  for (const one of sources.about(list.issuer)) {
    if (!candidates.some((other) => other.equals(one))) candidates.push(one);
  }
  const wanted = list.authorityKeyId?.keyId;
  const fits = ({ subjectKeyId }: Certificate) =>
    Number(wanted !== undefined && subjectKeyId !== wanted);
  candidates.sort((a, b) => fits(a) - fits(b));
  for (const one of candidates.slice(0, SIGNERS)) {
    if (one.keyUsage && !one.keyUsage.includes("cRLSign")) continue;
    const key = sources.keyOf(one);
    if (await verifySignature(list, key) !== "good") continue;
    if (one === issuer || await sources.trusts(one)) return one;
  }
  return undefined;
}

/** RFC 5280 §6.3.3 (c): the list of changes that goes with a list. */
async function deltaOf(
  issuer: Certificate,
  list: RevocationList,
  sources: RevocationSources,
  at: Date,
): Promise<RevocationList | undefined> {
  const { number } = list;
  if (number === undefined) return undefined;
  const extension = (one: RevocationList) =>
    one.extensions.find(({ name }) => name === "issuingDistributionPoint")
      ?.value ?? new Uint8Array();
  let newest: RevocationList | undefined;
  for (const delta of sources.lists) {
    if (
      delta.deltaBase === undefined || delta.number === undefined ||
      !delta.issuer.equals(list.issuer) || delta.deltaBase > number ||
      delta.number < number || newest && newest.number! >= delta.number ||
      delta.authorityKeyId?.keyId !== list.authorityKeyId?.keyId ||
      !sameOctets(extension(delta), extension(list)) ||
      await whyNot(issuer, delta, sources, at) !== undefined
    ) continue;
    newest = delta;
  }
  return newest;
}
