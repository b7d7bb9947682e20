/**
 * The fields of a certificate, out of octets that may be anybody's.
 *
 * @see RFC 5280 §4.1
 * @module
 */

import {
  type AccessDescription,
  type AuthorityKeyId,
  type CertificatePolicy,
  type DistributionPoint,
  type KeyUsage,
  type NameConstraints,
  only,
  type PolicyConstraints,
  type PolicyMapping,
  readAccess,
  readAltNames,
  readAuthorityKeyId,
  readBasicConstraints,
  readDistributionPoints,
  readExtendedKeyUsage,
  readExtensions,
  readInhibitAnyPolicy,
  readKeyUsage,
  readNameConstraints,
  readPolicies,
  readPolicyConstraints,
  readPolicyMappings,
  readSubjectKeyId,
  readTlsFeatures,
  serialText,
} from "./certificate_extensions.ts";
import { readPublicKey, readSignatureAlgorithm } from "./certificate_key.ts";
import type { SubjectAltName } from "./certificate_names.ts";
import {
  type CertificateTimestamp,
  readTimestamps,
} from "./certificate_timestamps.ts";
import {
  contextTag,
  DerReader,
  type DerValue,
  sameOctets,
  TAG,
} from "../der/der.ts";
import { DistinguishedName } from "./distinguished_name.ts";

/** What is being read, for errors. */
export const LAYER = "certificate";

/** The parts of a certificate that its extensions say. */
interface Extended {
  names?: SubjectAltName[];
  keyUsage?: KeyUsage[];
  extendedKeyUsage?: string[];
  ca?: boolean;
  pathLength?: number;
  nameConstraints?: NameConstraints;
  subjectKeyId?: string;
  authorityKeyId?: AuthorityKeyId;
  access?: AccessDescription[];
  distributionPoints?: DistributionPoint[];
  freshest?: DistributionPoint[];
  policies?: CertificatePolicy[];
  policyMappings?: PolicyMapping[];
  policyConstraints?: PolicyConstraints;
  inhibitAnyPolicy?: number;
  timestamps?: CertificateTimestamp[];
  tlsFeatures?: number[];
}

/** What is known of each extension; the others are kept as they are. */
const READERS: ReadonlyMap<
  string,
  (value: DerValue, to: Extended) => void
> = new Map(Object.entries({
  subjectAltName: (value, to) => to.names = readAltNames(value),
  keyUsage: (value, to) => to.keyUsage = readKeyUsage(value),
  extendedKeyUsage: (value, to) =>
    to.extendedKeyUsage = readExtendedKeyUsage(value),
  basicConstraints: (value, to) =>
    Object.assign(to, readBasicConstraints(value)),
  nameConstraints: (value, to) =>
    to.nameConstraints = readNameConstraints(value),
  subjectKeyIdentifier: (value, to) =>
    to.subjectKeyId = readSubjectKeyId(value),
  authorityKeyIdentifier: (value, to) =>
    to.authorityKeyId = readAuthorityKeyId(value),
  authorityInfoAccess: (value, to) => to.access = readAccess(value),
  cRLDistributionPoints: (value, to) =>
    to.distributionPoints = readDistributionPoints(value),
  freshestCRL: (value, to) => to.freshest = readDistributionPoints(value),
  certificatePolicies: (value, to) => to.policies = readPolicies(value),
  policyMappings: (value, to) => to.policyMappings = readPolicyMappings(value),
  policyConstraints: (value, to) =>
    to.policyConstraints = readPolicyConstraints(value),
  inhibitAnyPolicy: (value, to) =>
    to.inhibitAnyPolicy = readInhibitAnyPolicy(value),
  tlsFeature: (value, to) => to.tlsFeatures = readTlsFeatures(value),
  signedCertificateTimestamps: (value, to) => {
    const list = only(value, TAG.octetString);
    to.timestamps = readTimestamps(list.contents, list.contentStart);
  },
}));

/** What {@linkcode readFields} finds. */
export type CertificateFields = ReturnType<typeof readFields>;

/**
 * Reads all fields.
 *
 * @param der The certificate and nothing else.
 * @throws {DecodeError} If it is none.
 */
export function readFields(der: Uint8Array) {
  const outer = new DerReader(der, LAYER);
  const whole = outer.take(TAG.sequence, LAYER);
  outer.done();
  const inside = whole.inside();
  const tbs = inside.take(TAG.sequence, "tbsCertificate");
  const algorithm = readSignatureAlgorithm(inside, "signatureAlgorithm");
  // A signature that ends within an octet is none, and fails as none when it is
  // verified; the rest can be read all the same.
  const { octets, unused } = inside.take(TAG.bitString, "signature").bits();
  const signature = unused === 0 ? octets : octets.subarray(0, 0);
  inside.done();

  const body = tbs.inside();
  const version = body.maybe(contextTag(0), "version")?.inside();
  const number = version?.take(TAG.integer, "version").small(2) ?? 0;
  version?.done();
  const serial = body.take(TAG.integer, "serialNumber").integer();
  const inner = readSignatureAlgorithm(body, "signature");
  const same = sameOctets(inner.value.der, algorithm.value.der);
  const issuer = new DistinguishedName(body.take(TAG.sequence, "issuer"));
  const validity = body.take(TAG.sequence, "validity").inside();
  const notBefore = validity.time("notBefore");
  const notAfter = validity.time("notAfter");
  validity.done();
  const subject = new DistinguishedName(body.take(TAG.sequence, "subject"));
  const publicKey = body.take(TAG.sequence, "subjectPublicKeyInfo");
  const key = readPublicKey(publicKey);
  body.maybe(contextTag(1, false), "issuerUniqueID");
  body.maybe(contextTag(2, false), "subjectUniqueID");
  const list = body.maybe(contextTag(3), "extensions")?.inside();
  const found = list
    ? readExtensions(list.take(TAG.sequence, "extensions"))
    : [];
  list?.done();
  body.done();

  const said: Extended = {};
  for (const { extension, value } of found) {
    READERS.get(extension.name)?.(value, said);
  }
  return {
    version: number + 1,
    serial: serialText(serial),
    subject,
    issuer,
    notBefore,
    notAfter,
    key,
    signatureAlgorithm: same
      ? algorithm.facts
      : { ...algorithm.facts, contradicts: inner.facts.name },
    names: said.names ?? [],
    keyUsage: said.keyUsage,
    extendedKeyUsage: said.extendedKeyUsage,
    ca: said.ca ?? false,
    pathLength: said.pathLength,
    nameConstraints: said.nameConstraints,
    subjectKeyId: said.subjectKeyId,
    authorityKeyId: said.authorityKeyId,
    access: said.access ?? [],
    distributionPoints: said.distributionPoints ?? [],
    freshest: said.freshest ?? [],
    policies: said.policies,
    policyMappings: said.policyMappings ?? [],
    policyConstraints: said.policyConstraints,
    inhibitAnyPolicy: said.inhibitAnyPolicy,
    timestamps: said.timestamps ?? [],
    tlsFeatures: said.tlsFeatures ?? [],
    extensions: found.map(({ extension }) => extension),
    octets: { der, signed: tbs.der, signature, publicKey: publicKey.der },
  };
}
