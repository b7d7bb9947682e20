/**
 * What stands in a certificate that is no authority's.
 *
 * @see RFC 5280 §4.2, RFC 7633 (must-staple)
 * @module
 */

import { der, derInteger, TAG } from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";
import type { RawExtension } from "./certificate_writer.ts";
import type { AlternativeName } from "./alternative_names.ts";
import {
  authorityInfoAccess,
  authorityKeyId,
  basicConstraints,
  distributionPoints,
  extendedKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyId,
} from "./extensions.ts";
import type { AuthorityUrls } from "./options.ts";
import { type LeafKind, PURPOSES, usages } from "./profile.ts";

/** The TLS extension that a server with must-staple sends (RFC 6066 §8). */
const STATUS_REQUEST = 5;

/** What tells the extensions of a certificate. */
export interface LeafFacts {
  /** What it is for. */
  readonly kind: LeafKind;
  /** The purposes, if they are others than the kind's. */
  readonly purposes?: readonly string[] | undefined;
  /** The names. */
  readonly names: readonly AlternativeName[];
  /** Whether it says whom it is about apart from these. */
  readonly hasSubject: boolean;
  /** Whether the key is RSA. */
  readonly rsa: boolean;
  /** The identifier of the key. */
  readonly keyId: Uint8Array;
  /** The identifier of the signer's key. */
  readonly issuerKeyId: Uint8Array;
  /** Where to ask. */
  readonly urls: AuthorityUrls;
  /** Whether the server has to staple. */
  readonly mustStaple: boolean;
}

/**
 * Gives the extensions of a certificate.
 *
 * @param facts What it is for, and whose.
 * @returns The extensions, in order.
 */
export function leafExtensions(facts: LeafFacts): RawExtension[] {
  const { kind, names } = facts;
  return [
    basicConstraints(false),
    keyUsage(usages(kind, facts.rsa)),
    extendedKeyUsage(facts.purposes ?? PURPOSES[kind]),
    ...(names.length > 0 ? [subjectAltName(names, !facts.hasSubject)] : []),
    subjectKeyId(facts.keyId),
    authorityKeyId(facts.issuerKeyId),
    ...(kind === "ocsp" ? [ocspNoCheck()] : urlExtensions(facts.urls)),
    ...(facts.mustStaple ? [tlsFeature()] : []),
  ];
}

/**
 * Gives the extensions that say where to ask about a certificate.
 *
 * @param urls The addresses there are.
 */
export function urlExtensions(urls: AuthorityUrls): RawExtension[] {
  const { crl, ocsp, issuer } = urls;
  const places: ["ocsp" | "caIssuers", string][] = [];
  if (ocsp) places.push(["ocsp", ocsp]);
  if (issuer) places.push(["caIssuers", issuer]);
  return [
    ...(crl ? [distributionPoints([crl])] : []),
    ...(places.length > 0 ? [authorityInfoAccess(places)] : []),
  ];
}

/**
 * Makes sure that addresses are ones.
 *
 * @param urls The addresses.
 * @param verb What they are for, for errors.
 * @throws {TypeError} If one is no address of HTTP.
 */
export function checkUrls(urls: AuthorityUrls, verb: string): AuthorityUrls {
  for (const [name, url] of Object.entries(urls)) {
    if (url === undefined) continue;
    const { protocol } = URL.parse(url) ?? {};
    if (
      (protocol === "http:" || protocol === "https:") &&
      /^[\x21-\x7e]+$/.test(url)
    ) {
      continue;
    }
    throw new TypeError(
      `Cannot ${verb} as 'urls.${name}' must be an address of HTTP: current value is ${
        JSON.stringify(url)
      }`,
    );
  }
  return urls;
}

function tlsFeature(): RawExtension {
  const value = der(TAG.sequence, derInteger(STATUS_REQUEST));
  return { oid: oidOf("tlsFeature"), critical: false, value };
}
