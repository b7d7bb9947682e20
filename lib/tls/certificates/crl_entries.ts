/**
 * The entries of revocation lists, and of which certificates a list tells.
 *
 * @see RFC 5280 §5.2.5 and §5.3
 * @module
 */

import {
  type DistributionPoint,
  only,
  readExtensions,
  readPointName,
  serialText,
} from "./certificate_extensions.ts";
import { readGeneralNames } from "./certificate_names.ts";
import { contextTag, type DerValue, TAG } from "../der/der.ts";
import type { DistinguishedName } from "./distinguished_name.ts";

/** Why a certificate was revoked, by the number in the list. */
const REASONS = [
  "unspecified",
  "keyCompromise",
  "cACompromise",
  "affiliationChanged",
  "superseded",
  "cessationOfOperation",
  "certificateHold",
  undefined,
  "removeFromCRL",
  "privilegeWithdrawn",
  "aACompromise",
] as const;

/** Why a certificate was revoked. */
export type RevocationReason = Exclude<typeof REASONS[number], undefined>;

/** One certificate that holds no more. */
export interface RevokedCertificate {
  /** Its serial number in hexadecimal, as {@linkcode Certificate} has it. */
  readonly serial: string;
  /** Since when. */
  readonly date: Date;
  /** Why, if it is told. */
  readonly reason?: RevocationReason;
  /** When its key may have been lost, if it is told. */
  readonly invalidityDate?: Date;
  /** Who issued it, if not who issued the list. */
  readonly issuer?: DistinguishedName;
}

/** Of which certificates a list tells. */
export interface IssuingPoint extends DistributionPoint {
  /** Only of those that sign no others. */
  readonly onlyUsers: boolean;
  /** Only of those that sign others. */
  readonly onlyAuthorities: boolean;
  /** Only of attribute certificates, which are no certificates. */
  readonly onlyAttributes: boolean;
  /** Also of certificates that others than the list's issuer have signed. */
  readonly indirect: boolean;
}

/** Extensions that this reads; critical others make a list unusable. */
export const UNDERSTOOD: ReadonlySet<string> = new Set([
  "authorityKeyIdentifier",
  "cRLNumber",
  "deltaCRLIndicator",
  "issuingDistributionPoint",
  "freshestCRL",
  "cRLReason",
  "invalidityDate",
  "certificateIssuer",
  "holdInstructionCode",
  "issuerAltName",
  "authorityInfoAccess",
]);

/**
 * Gives the name of a reason.
 *
 * @param number The number in the list.
 * @returns The name, or nothing if there is none.
 */
export function reasonName(number: number): RevocationReason | undefined {
  return REASONS[number];
}

/** The key of an entry: by its number, and its issuer if that is another. */
export function entryKey(
  serial: string,
  issuer: DistinguishedName,
  own: DistinguishedName,
): string {
  return issuer === own || issuer.equals(own)
    ? serial
    : `${serial}\n${issuer.key}`;
}

/** Reads the entries; an issuer that one names goes for those after it too. */
export function readEntries(
  list: DerValue,
  own: DistinguishedName,
  notUnderstood: Set<string>,
): Map<string, RevokedCertificate> {
  const entries = new Map<string, RevokedCertificate>();
  let issuer = own;
  for (const one of list.inside().rest("revoked certificate")) {
    const inside = one.inside();
    const serial = serialOf(inside.take(TAG.integer, "serial number"));
    const date = inside.time("revocation date");
    const extensions = inside.maybe(TAG.sequence, "entry's extensions");
    inside.done();
    let reason: RevocationReason | undefined;
    let invalidityDate: Date | undefined;
    for (
      const { extension, value } of extensions ? readExtensions(extensions) : []
    ) {
      const { name, critical } = extension;
      if (name === "cRLReason") {
        reason = reasonName(only(value, TAG.enumerated).small());
      } else if (name === "invalidityDate") {
        invalidityDate = value.unwrapped().time(name);
      } else if (name === "certificateIssuer") {
        const names = readGeneralNames(only(value, TAG.sequence).inside());
        issuer = names.find(({ directory }) => directory)?.directory ?? issuer;
      } else if (critical && !UNDERSTOOD.has(name)) notUnderstood.add(name);
    }
    entries.set(entryKey(serial, issuer, own), {
      serial,
      date,
      ...(reason !== undefined && { reason }),
      ...(invalidityDate && { invalidityDate }),
      ...(issuer !== own && { issuer }),
    });
  }
  return entries;
}

/** As serialText, without a bigint for each of a million entries. */
function serialOf(value: DerValue): string {
  const { contents } = value;
  if (contents.length === 0 || contents[0]! >= 0x80) {
    return serialText(value.integer());
  }
  const padded = contents.length > 1 && contents[0] === 0;
  if (padded && contents[1]! < 0x80) value.integer();
  return (padded ? contents.subarray(1) : contents).toHex().toUpperCase();
}

/** Reads issuingDistributionPoint. */
export function readIssuingPoint(value: DerValue): IssuingPoint {
  const inside = only(value, TAG.sequence).inside();
  const point = inside.maybe(contextTag(0), "distributionPoint");
  const flag = (number: number, what: string) =>
    inside.maybe(contextTag(number, false), what)?.boolean() ?? false;
  const onlyUsers = flag(1, "onlyContainsUserCerts");
  const onlyAuthorities = flag(2, "onlyContainsCACerts");
  const reasons = inside.maybe(contextTag(3, false), "onlySomeReasons");
  const indirect = flag(4, "indirectCRL");
  const onlyAttributes = flag(5, "onlyContainsAttributeCerts");
  inside.done();
  return {
    ...(point ? readPointName(point) : { names: [] }),
    ...(reasons && { reasons: reasons.bitNumbers() }),
    onlyUsers,
    onlyAuthorities,
    onlyAttributes,
    indirect,
  };
}

/** A revocation as a sentence. */
export function revokedText(
  who: string,
  at: Date | undefined,
  reason: RevocationReason | undefined,
): string {
  return `${who} says revoked${
    at ? ` since ${at.toISOString().slice(0, 10)}` : ""
  }${reason === undefined ? "" : ` (${reason})`}`;
}
