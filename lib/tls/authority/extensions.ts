/**
 * The extensions of certificates, written.
 *
 * @see RFC 5280 §4.2, RFC 6960 §4.2.2.2.1
 * @module
 */

import {
  KEY_USAGES,
  type KeyUsage,
} from "../certificates/certificate_extensions.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  TAG,
} from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";
import type { RawExtension } from "./certificate_writer.ts";
import { type AlternativeName, writeName } from "./alternative_names.ts";
import { type Constraints, writeConstraints } from "./constraints.ts";

const YES = der(TAG.boolean, Uint8Array.of(0xff));

function extension(
  name: string,
  critical: boolean,
  value: Uint8Array,
): RawExtension {
  return { oid: oidOf(name), critical, value };
}

/** Whether it is an authority's, and how many authorities may be below it. */
export function basicConstraints(
  ca: boolean,
  pathLength?: number | undefined,
): RawExtension {
  const parts = ca ? [YES] : [];
  if (pathLength !== undefined) parts.push(derInteger(pathLength));
  return extension("basicConstraints", true, der(TAG.sequence, ...parts));
}

/** What the key may do. */
export function keyUsage(usages: readonly KeyUsage[]): RawExtension {
  const numbers = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const last = Math.max(...numbers);
  const octets = new Uint8Array(1 + (last >> 3) + 1);
  // DER leaves zero bits at the end away, and says how many of the octet.
  octets[0] = 7 - (last & 7);
  for (const n of numbers) octets[1 + (n >> 3)]! |= 0x80 >> (n & 7);
  return extension("keyUsage", true, der(TAG.bitString, octets));
}

/** What the key is for, by names such as `"serverAuth"`. */
export function extendedKeyUsage(purposes: readonly string[]): RawExtension {
  const value = der(
    TAG.sequence,
    ...purposes.map((purpose) => derOid(oidOf(purpose))),
  );
  return extension("extendedKeyUsage", false, value);
}

/** The names; critical where nothing else says who it is. */
export function subjectAltName(
  names: readonly AlternativeName[],
  critical: boolean,
): RawExtension {
  const value = der(TAG.sequence, ...names.map(writeName));
  return extension("subjectAltName", critical, value);
}

/** Which key it has. */
export function subjectKeyId(id: Uint8Array): RawExtension {
  return extension("subjectKeyIdentifier", false, der(TAG.octetString, id));
}

/** Which key signed it. */
export function authorityKeyId(id: Uint8Array): RawExtension {
  const value = der(TAG.sequence, der(contextTag(0, false), id));
  return extension("authorityKeyIdentifier", false, value);
}

/** Under which names it may issue. */
export function nameConstraints(constraints: Constraints): RawExtension {
  return extension("nameConstraints", true, writeConstraints(constraints));
}

/** Where the revocation list is. */
export function distributionPoints(urls: readonly string[]): RawExtension {
  const points = urls.map((url) =>
    der(
      TAG.sequence,
      der(contextTag(0), der(contextTag(0), uri(url))),
    )
  );
  return extension(
    "cRLDistributionPoints",
    false,
    der(TAG.sequence, ...points),
  );
}

/** Where to ask whether it is revoked, and where the signer's certificate is. */
export function authorityInfoAccess(
  places: readonly (readonly [method: "ocsp" | "caIssuers", url: string])[],
): RawExtension {
  const value = places.map(([method, url]) =>
    der(TAG.sequence, derOid(oidOf(method)), uri(url))
  );
  return extension("authorityInfoAccess", false, der(TAG.sequence, ...value));
}

/** That nobody need ask whether this one, who answers such questions, is revoked. */
export function ocspNoCheck(): RawExtension {
  return extension("ocspNoCheck", false, der(TAG.null));
}

function uri(url: string): Uint8Array {
  return writeName({ type: "uri", value: url });
}

/**
 * The identifier of a key: SHA-1 of its bits, without their wrapping.
 *
 * @param spki The key's SubjectPublicKeyInfo.
 * @returns 20 octets.
 * @see RFC 5280 §4.2.1.2, method 1
 */
export async function keyId(
  spki: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return await digest("SHA-1", keyBits(spki));
}

/** The bits of a public key, without their wrapping. */
export function keyBits(spki: Uint8Array): Uint8Array {
  const parts = new DerReader(spki, "public key")
    .take(TAG.sequence, "public key").inside();
  parts.take(TAG.sequence, "algorithm");
  return parts.take(TAG.bitString, "bits").wholeBits();
}

/** A digest, of any octets. */
export async function digest(
  algorithm: string,
  octets: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await crypto.subtle.digest(algorithm, new Uint8Array(octets)),
  );
}
