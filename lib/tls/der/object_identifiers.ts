/**
 * Object identifiers, and what those that certificates use are called.
 *
 * @see X.660, RFC 5280 appendix A, RFC 4519, RFC 8017, RFC 5758, RFC 8410
 * @module
 */

/** Names by identifier; the one table of the house. */
const NAMES: Readonly<Record<string, string>> = {
  // What a distinguished name is made of, by the short names of RFC 4519.
  "2.5.4.3": "CN",
  "2.5.4.4": "SN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.9": "street",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.12": "title",
  "2.5.4.13": "description",
  "2.5.4.15": "businessCategory",
  "2.5.4.16": "postalAddress",
  "2.5.4.17": "postalCode",
  "2.5.4.18": "postOfficeBox",
  "2.5.4.20": "telephoneNumber",
  "2.5.4.41": "name",
  "2.5.4.42": "givenName",
  "2.5.4.43": "initials",
  "2.5.4.44": "generationQualifier",
  "2.5.4.45": "x500UniqueIdentifier",
  "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym",
  "2.5.4.97": "organizationIdentifier",
  "0.9.2342.19200300.100.1.1": "UID",
  "0.9.2342.19200300.100.1.25": "DC",
  "1.2.840.113549.1.9.1": "emailAddress",
  "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.8": "unstructuredAddress",
  "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL",
  "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
  "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",

  // Extensions of certificates, revocation lists and their entries.
  "2.5.29.9": "subjectDirectoryAttributes",
  "2.5.29.14": "subjectKeyIdentifier",
  "2.5.29.15": "keyUsage",
  "2.5.29.16": "privateKeyUsagePeriod",
  "2.5.29.17": "subjectAltName",
  "2.5.29.18": "issuerAltName",
  "2.5.29.19": "basicConstraints",
  "2.5.29.20": "cRLNumber",
  "2.5.29.21": "cRLReason",
  "2.5.29.23": "holdInstructionCode",
  "2.5.29.24": "invalidityDate",
  "2.5.29.27": "deltaCRLIndicator",
  "2.5.29.28": "issuingDistributionPoint",
  "2.5.29.29": "certificateIssuer",
  "2.5.29.30": "nameConstraints",
  "2.5.29.31": "cRLDistributionPoints",
  "2.5.29.32": "certificatePolicies",
  "2.5.29.33": "policyMappings",
  "2.5.29.35": "authorityKeyIdentifier",
  "2.5.29.36": "policyConstraints",
  "2.5.29.37": "extendedKeyUsage",
  "2.5.29.46": "freshestCRL",
  "2.5.29.54": "inhibitAnyPolicy",
  "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
  "1.3.6.1.5.5.7.1.3": "qcStatements",
  "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
  "1.3.6.1.5.5.7.1.24": "tlsFeature",
  "1.3.6.1.5.5.7.1.31": "acmeIdentifier",
  "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestamps",
  "1.3.6.1.4.1.11129.2.4.3": "precertificatePoison",
  "1.3.6.1.4.1.11129.2.4.5": "ocspSignedCertificateTimestamps",
  "1.3.6.1.4.1.311.20.2": "certificateTemplateName",
  "1.3.6.1.4.1.311.21.1": "caVersion",
  "1.3.6.1.4.1.311.21.2": "previousCaCertificateHash",
  "1.3.6.1.4.1.311.21.7": "certificateTemplate",
  "1.3.6.1.4.1.311.21.10": "applicationPolicies",
  "2.16.840.1.113730.1.1": "netscapeCertificateType",
  "2.16.840.1.113730.1.13": "netscapeComment",
  "1.3.6.1.5.5.7.48.1.1": "ocspBasic",
  "1.3.6.1.5.5.7.48.1.2": "ocspNonce",
  "1.3.6.1.5.5.7.48.1.5": "ocspNoCheck",

  // What a key is for.
  "2.5.29.37.0": "anyExtendedKeyUsage",
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
  "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
  "1.3.6.1.5.5.7.3.7": "ipsecUser",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
  "1.3.6.1.5.5.7.3.17": "ipsecIKE",
  "1.3.6.1.5.5.7.3.21": "secureShellClient",
  "1.3.6.1.5.5.7.3.22": "secureShellServer",
  "1.3.6.1.5.2.3.4": "pkinitClientAuth",
  "1.3.6.1.5.2.3.5": "pkinitKdc",
  "1.3.6.1.4.1.311.10.3.3": "microsoftServerGatedCrypto",
  "1.3.6.1.4.1.311.10.3.4": "microsoftEncryptedFileSystem",
  "1.3.6.1.4.1.311.20.2.2": "microsoftSmartcardLogon",
  "2.16.840.1.113730.4.1": "netscapeServerGatedCrypto",

  // Where else to look.
  "1.3.6.1.5.5.7.48.1": "ocsp",
  "1.3.6.1.5.5.7.48.2": "caIssuers",
  "1.3.6.1.5.5.7.48.3": "timeStampingAccess",
  "1.3.6.1.5.5.7.48.5": "caRepository",

  // Under which rules a certificate was issued.
  "2.5.29.32.0": "anyPolicy",
  "2.23.140.1.1": "extendedValidation",
  "2.23.140.1.2.1": "domainValidated",
  "2.23.140.1.2.2": "organizationValidated",
  "2.23.140.1.2.3": "individualValidated",
  "1.3.6.1.5.5.7.2.1": "cps",
  "1.3.6.1.5.5.7.2.2": "userNotice",

  // Keys.
  "1.2.840.113549.1.1.1": "rsaEncryption",
  "1.2.840.113549.1.1.7": "rsaesOaep",
  "1.2.840.113549.1.1.10": "rsassaPss",
  "1.2.840.10040.4.1": "dsa",
  "1.2.840.10045.2.1": "ecPublicKey",
  "1.2.840.10046.2.1": "dhPublicNumber",
  "1.3.101.110": "X25519",
  "1.3.101.111": "X448",
  "1.3.101.112": "Ed25519",
  "1.3.101.113": "Ed448",

  // Curves, by the names that browsers and RFC 8446 use where there are two.
  "1.2.840.10045.3.1.1": "P-192",
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.10": "secp256k1",
  "1.3.132.0.33": "P-224",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
  "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
  "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
  "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
  "1.2.156.10197.1.301": "SM2",

  // Signatures.
  "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
  "1.2.840.113549.1.1.3": "md4WithRSAEncryption",
  "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
  "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
  "1.3.14.3.2.29": "sha1WithRSA",
  "1.2.840.113549.1.1.11": "sha256WithRSAEncryption",
  "1.2.840.113549.1.1.12": "sha384WithRSAEncryption",
  "1.2.840.113549.1.1.13": "sha512WithRSAEncryption",
  "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
  "2.16.840.1.101.3.4.3.13": "sha3-224WithRSAEncryption",
  "2.16.840.1.101.3.4.3.14": "sha3-256WithRSAEncryption",
  "2.16.840.1.101.3.4.3.15": "sha3-384WithRSAEncryption",
  "2.16.840.1.101.3.4.3.16": "sha3-512WithRSAEncryption",
  "1.2.840.10045.4.1": "ecdsa-with-SHA1",
  "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
  "1.2.840.10045.4.3.2": "ecdsa-with-SHA256",
  "1.2.840.10045.4.3.3": "ecdsa-with-SHA384",
  "1.2.840.10045.4.3.4": "ecdsa-with-SHA512",
  "1.2.840.10040.4.3": "dsa-with-SHA1",
  "2.16.840.1.101.3.4.3.1": "dsa-with-SHA224",
  "2.16.840.1.101.3.4.3.2": "dsa-with-SHA256",
  "1.2.156.10197.1.501": "sm2-with-SM3",
  "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
  "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
  "2.16.840.1.101.3.4.3.19": "ML-DSA-87",

  // Digests, and what makes a mask of one.
  "1.2.840.113549.2.5": "MD5",
  "1.3.14.3.2.26": "SHA-1",
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
  "2.16.840.1.101.3.4.2.4": "SHA-224",
  "1.2.840.113549.1.1.8": "MGF1",

  // What other names, attributes and containers are.
  "1.3.6.1.5.5.7.8.5": "xmppAddr",
  "1.3.6.1.5.5.7.8.7": "srvName",
  "1.3.6.1.5.5.7.8.9": "smtpUTF8Mailbox",
  "1.3.6.1.4.1.311.20.2.3": "userPrincipalName",
  "1.3.6.1.5.2.2": "krb5PrincipalName",
  "1.2.840.113549.1.9.7": "challengePassword",
  "1.2.840.113549.1.9.14": "extensionRequest",
  "1.2.840.113549.1.7.2": "signedData",
};

const NUMBERS: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).map(([oid, name]) => [name, oid]),
);

/**
 * Says what an object identifier is called.
 *
 * @param oid The numbers, with points between: `"2.5.29.17"`.
 * @returns The name, `"subjectAltName"`, or the numbers if it has none here.
 *
 * @example
 * ```ts
 * import { oidName } from "./object_identifiers.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(oidName("1.3.6.1.5.5.7.3.1"), "serverAuth");
 * assert.equal(oidName("1.2.3"), "1.2.3");
 * ```
 */
export function oidName(oid: string): string {
  return Object.hasOwn(NAMES, oid) ? NAMES[oid]! : oid;
}

/**
 * Gives the object identifier of a name.
 *
 * @param name The name as {@linkcode oidName} gives it, or the numbers.
 * @returns The numbers, with points between.
 * @throws {RangeError} If nothing here is called that.
 *
 * @example
 * ```ts
 * import { oidOf } from "./object_identifiers.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(oidOf("serverAuth"), "1.3.6.1.5.5.7.3.1");
 * ```
 */
export function oidOf(name: string): string {
  const oid = NUMBERS.get(name);
  if (oid !== undefined) return oid;
  if (/^[0-2](?:\.\d+)+$/.test(name)) return name;
  throw new RangeError(
    `Cannot find an object identifier as 'name' must be a known name or numbers with points: current value is ${name}`,
  );
}
