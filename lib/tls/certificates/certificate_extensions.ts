/**
 * The extensions of certificates: who may do what, under which names, and
 * where to ask.
 *
 * @see RFC 5280 §4.2
 * @module
 */

import { contextTag, type DerValue, TAG } from "../der/der.ts";
import {
  attributesKey,
  type DistinguishedName,
  readAttributes,
  readText,
} from "./distinguished_name.ts";
import {
  type GeneralName,
  readGeneralName,
  readGeneralNames,
} from "./certificate_names.ts";
import { oidName } from "../der/object_identifiers.ts";

/** One extension as it stands in a certificate or a list. */
export interface Extension {
  /** Its number: `"2.5.29.17"`. */
  readonly oid: string;
  /** Its name, `"subjectAltName"`, or the number if it has none here. */
  readonly name: string;
  /** Whether who does not understand it has to refuse the whole. */
  readonly critical: boolean;
  /** Its contents. */
  readonly value: Uint8Array;
}

/** What a key may do, in the order of the bits (RFC 5280 §4.2.1.3). */
export const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;

/** What a key may do. */
export type KeyUsage = typeof KEY_USAGES[number];

/** Under which names an authority may issue. */
export interface NameConstraints {
  /** If a kind of name is here, names of that kind have to be below one of them. */
  readonly permitted: readonly GeneralName[];
  /** No name may be below one of these. */
  readonly excluded: readonly GeneralName[];
}

/** Rules under which a certificate was issued. */
export interface CertificatePolicy {
  /** Their number. */
  readonly oid: string;
  /** Their name, or the number. */
  readonly name: string;
  /** Where the rules can be read. */
  readonly cps?: string;
  /** What should be shown to who relies on it. */
  readonly notice?: string;
}

/** Where revocation lists are. */
export interface DistributionPoint {
  /** The addresses or names of the list. */
  readonly names: readonly GeneralName[];
  /** The end of the list's name, where the rest is its issuer's. */
  readonly relative?: string;
  /** The numbers of the reasons that it has; all if not given. */
  readonly reasons?: readonly number[];
  /** Who signs it, if not who signs the certificates. */
  readonly issuer?: DistinguishedName;
}

/** Who else knows something: {@linkcode oidName} of how, and where. */
export interface AccessDescription {
  /** `"ocsp"`, `"caIssuers"`, … */
  readonly method: string;
  /** Where. */
  readonly location: GeneralName;
}

/** Which key signed. */
export interface AuthorityKeyId {
  /** The signing key's identifier, in hexadecimal. */
  readonly keyId?: string;
  /** The serial number of the signer's certificate, in hexadecimal. */
  readonly serial?: string;
  /** Who signed that. */
  readonly issuer?: readonly GeneralName[];
}

/** Limits on what policies may do below an authority. */
export interface PolicyConstraints {
  /** Certificates that may follow before a policy has to hold. */
  readonly requireExplicitPolicy?: number;
  /** Certificates that may follow before mapping ends. */
  readonly inhibitPolicyMapping?: number;
}

/** A policy of the issuer that counts as one of the subject's. */
export interface PolicyMapping {
  /** The issuer's policy. */
  readonly issuer: string;
  /** The subject's. */
  readonly subject: string;
}

/**
 * Reads a list of extensions, each of which may stand there once.
 *
 * @param list The SEQUENCE of them.
 * @returns Each with the value of its contents, in order.
 */
export function readExtensions(
  list: DerValue,
): { readonly extension: Extension; readonly value: DerValue }[] {
  const found: { extension: Extension; value: DerValue }[] = [];
  const seen = new Set<string>();
  for (const one of list.inside().rest("extension")) {
    const inside = one.inside();
    const oid = inside.take(TAG.oid, "extension's number").oid();
    const name = oidName(oid);
    const critical = inside.maybe(TAG.boolean, "criticality")?.boolean() ??
      false;
    const value = inside.take(TAG.octetString, name);
    inside.done();
    if (seen.has(oid)) throw one.fault(`extension ${name} stands there twice`);
    seen.add(oid);
    found.push({
      extension: { oid, name, critical, value: value.contents },
      value,
    });
  }
  return found;
}

/** The one value that an extension's octets are. */
export function only(value: DerValue, tag: number): DerValue {
  const reader = value.unwrapped();
  const inner = reader.take(tag, value.what);
  reader.done();
  return inner;
}

/** Reads keyUsage. */
export function readKeyUsage(value: DerValue): KeyUsage[] {
  return only(value, TAG.bitString).bitNumbers()
    .map((bit) => KEY_USAGES[bit]).filter((usage) => usage !== undefined);
}

/** Reads extendedKeyUsage: names where there are, else numbers. */
export function readExtendedKeyUsage(value: DerValue): string[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("purpose"),
    (purpose) => oidName(oidAt(purpose)),
  );
}

function oidAt(value: DerValue): string {
  if (value.tag !== TAG.oid) {
    throw value.fault(`${value.what} should be a number`);
  }
  return value.oid();
}

/** Reads basicConstraints. */
export function readBasicConstraints(
  value: DerValue,
): { readonly ca: boolean; readonly pathLength?: number } {
  const inside = only(value, TAG.sequence).inside();
  const ca = inside.maybe(TAG.boolean, "cA")?.boolean() ?? false;
  const pathLength = inside.maybe(TAG.integer, "pathLenConstraint")?.small();
  inside.done();
  return pathLength === undefined ? { ca } : { ca, pathLength };
}

/** Reads subjectAltName or issuerAltName. */
export function readAltNames(value: DerValue): GeneralName[] {
  return readGeneralNames(only(value, TAG.sequence).inside());
}

/** Reads nameConstraints. */
export function readNameConstraints(value: DerValue): NameConstraints {
  const inside = only(value, TAG.sequence).inside();
  const subtrees = (number: number): GeneralName[] => {
    const list = inside.maybe(contextTag(number), "subtrees");
    if (!list) return [];
    return Array.from(list.inside().rest("subtree"), (subtree) => {
      const parts = subtree.inside();
      const base = readGeneralName(parts.next("name of subtree"), true);
      if (parts.maybe(contextTag(0, false), "minimum")?.small()) {
        throw subtree.fault("subtree has a minimum, which RFC 5280 forbids");
      }
      parts.done();
      return base;
    });
  };
  const permitted = subtrees(0);
  const excluded = subtrees(1);
  inside.done();
  return { permitted, excluded };
}

/** Reads subjectKeyIdentifier, as hexadecimal digits. */
export function readSubjectKeyId(value: DerValue): string {
  return only(value, TAG.octetString).contents.toHex();
}

/** Reads authorityKeyIdentifier. */
export function readAuthorityKeyId(value: DerValue): AuthorityKeyId {
  const inside = only(value, TAG.sequence).inside();
  const keyId = inside.maybe(contextTag(0, false), "keyIdentifier");
  const issuer = inside.maybe(contextTag(1), "authorityCertIssuer");
  const serial = inside.maybe(
    contextTag(2, false),
    "authorityCertSerialNumber",
  );
  inside.done();
  return {
    ...(keyId && { keyId: keyId.contents.toHex() }),
    ...(serial && { serial: serialText(serial.integer()) }),
    ...(issuer && { issuer: readGeneralNames(issuer.inside()) }),
  };
}

/** A serial number as openssl prints it: pairs of capital digits. */
export function serialText(serial: bigint): string {
  const digits = (serial < 0n ? -serial : serial).toString(16).toUpperCase();
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return serial < 0n ? `-${even}` : even;
}

/** Reads authorityInfoAccess or subjectInfoAccess. */
export function readAccess(value: DerValue): AccessDescription[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("access description"),
    (one) => {
      const inside = one.inside();
      const method = oidName(inside.take(TAG.oid, "access method").oid());
      const location = readGeneralName(inside.next("access location"));
      inside.done();
      return { method, location };
    },
  );
}

/** Reads cRLDistributionPoints or freshestCRL. */
export function readDistributionPoints(value: DerValue): DistributionPoint[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("distribution point"),
    (one) => {
      const inside = one.inside();
      const point = inside.maybe(contextTag(0), "distribution point's name");
      const reasons = inside.maybe(contextTag(1, false), "reasons");
      const issuer = inside.maybe(contextTag(2), "issuer of the list");
      inside.done();
      const named = point ? readPointName(point) : { names: [] };
      const by = issuer &&
        readGeneralNames(issuer.inside()).find(({ directory }) => directory)
          ?.directory;
      return {
        ...named,
        ...(reasons && { reasons: reasons.bitNumbers() }),
        ...(by && { issuer: by }),
      };
    },
  );
}

/** Reads a DistributionPointName: names, or the end of one. */
export function readPointName(
  point: DerValue,
): Pick<DistributionPoint, "names" | "relative"> {
  const inside = point.inside();
  const value = inside.next("distribution point's name");
  inside.done();
  if (value.tag === contextTag(0)) {
    return { names: readGeneralNames(value.inside()) };
  }
  if (value.tag !== contextTag(1)) {
    throw value.fault("distribution point's name is of no known kind");
  }
  return { names: [], relative: attributesKey(readAttributes(value)) };
}

/** Reads certificatePolicies. */
export function readPolicies(value: DerValue): CertificatePolicy[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("policy"),
    (one) => {
      const inside = one.inside();
      const oid = inside.take(TAG.oid, "policy").oid();
      const qualifiers = inside.maybe(TAG.sequence, "policy qualifiers");
      inside.done();
      return { oid, name: oidName(oid), ...readQualifiers(qualifiers) };
    },
  );
}

/** The first of each kind; what is not as the RFC has it is passed over. */
function readQualifiers(
  list: DerValue | undefined,
): Pick<CertificatePolicy, "cps" | "notice"> {
  let cps: string | undefined;
  let notice: string | undefined;
  for (const one of list?.inside().rest("policy qualifier") ?? []) {
    const inside = one.inside();
    const kind = oidName(inside.take(TAG.oid, "policy qualifier").oid());
    if (!inside.more) continue;
    const value = inside.next("policy qualifier");
    if (kind === "cps") cps ??= readText(value);
    if (kind === "userNotice" && value.tag === TAG.sequence) {
      for (const part of value.inside().rest("notice")) {
        notice ??= readText(part);
      }
    }
  }
  return {
    ...(cps !== undefined && { cps }),
    ...(notice !== undefined && { notice }),
  };
}

/** Reads policyMappings. */
export function readPolicyMappings(value: DerValue): PolicyMapping[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("policy mapping"),
    (one) => {
      const inside = one.inside();
      const issuer = inside.take(TAG.oid, "issuer's policy").oid();
      const subject = inside.take(TAG.oid, "subject's policy").oid();
      inside.done();
      return { issuer, subject };
    },
  );
}

/** Reads policyConstraints. */
export function readPolicyConstraints(value: DerValue): PolicyConstraints {
  const inside = only(value, TAG.sequence).inside();
  const require = inside.maybe(contextTag(0, false), "requireExplicitPolicy")
    ?.small();
  const inhibit = inside.maybe(contextTag(1, false), "inhibitPolicyMapping")
    ?.small();
  inside.done();
  return {
    ...(require !== undefined && { requireExplicitPolicy: require }),
    ...(inhibit !== undefined && { inhibitPolicyMapping: inhibit }),
  };
}

/** Reads inhibitAnyPolicy: how many certificates may follow. */
export function readInhibitAnyPolicy(value: DerValue): number {
  return only(value, TAG.integer).small();
}

/** Reads tlsFeature: the numbers of TLS extensions that a server must have. */
export function readTlsFeatures(value: DerValue): number[] {
  return Array.from(
    only(value, TAG.sequence).inside().rest("feature"),
    (one) => one.small(0xffff),
  );
}
