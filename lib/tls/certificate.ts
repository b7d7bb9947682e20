/**
 * X.509 certificates: what they say, as fields, text and JSON.
 *
 * @see RFC 5280 §4
 * @module
 */

import { DecodeError } from "../errors.ts";
import { sha256 } from "../bytes/sha256.ts";
import { canvas } from "../inspect/canvas.ts";
import { certificateCard } from "./certificates/certificate_card.ts";
import type {
  AccessDescription,
  AuthorityKeyId,
  CertificatePolicy,
  DistributionPoint,
  Extension,
  KeyUsage,
  NameConstraints,
  PolicyConstraints,
  PolicyMapping,
} from "./certificates/certificate_extensions.ts";
import { LAYER, readFields } from "./certificates/certificate_fields.ts";
import type {
  PublicKeyFacts,
  SignatureFacts,
} from "./certificates/certificate_key.ts";
import type {
  GeneralName,
  GeneralNameType,
  SubjectAltName,
} from "./certificates/certificate_names.ts";
import type { CertificateTimestamp } from "./certificates/certificate_timestamps.ts";
import { contextTag, DerReader, sameOctets, TAG } from "./der/der.ts";
import {
  DistinguishedName,
  type NameAttribute,
} from "./certificates/distinguished_name.ts";
import { formatPem, parsePem } from "./der/pem.ts";
import { sha1 } from "./certificates/sha1.ts";

export { DistinguishedName };
export type {
  AccessDescription,
  AuthorityKeyId,
  CertificatePolicy,
  CertificateTimestamp,
  DistributionPoint,
  Extension,
  GeneralName,
  GeneralNameType,
  KeyUsage,
  NameAttribute,
  NameConstraints,
  PolicyConstraints,
  PolicyMapping,
  PublicKeyFacts,
  SignatureFacts,
  SubjectAltName,
};

const DAY = 86_400_000;

/** The TLS extension that a certificate for stapling asks for (RFC 7633). */
const STATUS_REQUEST = 5;

/**
 * A certificate: what it says, in fields; as text, a card to read.
 *
 * To read one says nothing of whether it is to be believed: that is
 * {@linkcode verifyChain}'s to tell.
 *
 * @see RFC 5280 §4.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const { certificate } = await ca.issue({ hosts: ["www.lab.example"], days: 30 });
 * assert.equal(`${certificate.issuer}`, "CN=Lab CA");
 * assert.deepEqual(certificate.names.map(({ type }) => type), ["dns"]);
 * assert.ok(certificate.daysLeft() <= 30);
 * ```
 */
export class Certificate {
  /** 1, 2 or 3. */
  declare readonly version: number;
  /** The serial number in hexadecimal, as openssl prints it: `"0A2F"`. */
  declare readonly serial: string;
  /** Whom it is about. */
  declare readonly subject: DistinguishedName;
  /** Who signed it. */
  declare readonly issuer: DistinguishedName;
  /** The first moment at which it holds. */
  declare readonly notBefore: Date;
  /** The last moment at which it holds. */
  declare readonly notAfter: Date;
  /** What its key is. */
  declare readonly key: PublicKeyFacts;
  /** How it was signed. */
  declare readonly signatureAlgorithm: SignatureFacts;
  /** The other names of whom it is about: hosts, addresses, mail boxes. */
  declare readonly names: readonly SubjectAltName[];
  /** What its key may do; anything if not given. */
  declare readonly keyUsage: readonly KeyUsage[] | undefined;
  /** What for, `"serverAuth"`; anything if not given. */
  declare readonly extendedKeyUsage: readonly string[] | undefined;
  /** Whether it may sign others. */
  declare readonly ca: boolean;
  /** How many authorities may come below it; any number if not given. */
  declare readonly pathLength: number | undefined;
  /** Under which names it may sign; any if not given. */
  declare readonly nameConstraints: NameConstraints | undefined;
  /** Its key's identifier, in hexadecimal. */
  declare readonly subjectKeyId: string | undefined;
  /** Which key signed it. */
  declare readonly authorityKeyId: AuthorityKeyId | undefined;
  /** Where to ask about it. */
  declare readonly access: readonly AccessDescription[];
  /** Where revocation lists are. */
  declare readonly distributionPoints: readonly DistributionPoint[];
  /** Where lists of the latest changes are. */
  declare readonly freshest: readonly DistributionPoint[];
  /** Under which rules it was issued; none if not given. */
  declare readonly policies: readonly CertificatePolicy[] | undefined;
  /** Policies of its issuer that count as its own. */
  declare readonly policyMappings: readonly PolicyMapping[];
  /** Limits on policies below it. */
  declare readonly policyConstraints: PolicyConstraints | undefined;
  /** How many certificates may follow before `anyPolicy` says nothing. */
  declare readonly inhibitAnyPolicy: number | undefined;
  /** What public logs said of it. */
  declare readonly timestamps: readonly CertificateTimestamp[];
  /** The TLS extensions that its server has to have. */
  declare readonly tlsFeatures: readonly number[];
  /** All extensions, also those that nothing here reads. */
  declare readonly extensions: readonly Extension[];
  /** The certificate as it is; not enumerable. */
  declare readonly der: Uint8Array;
  /** What was signed; not enumerable. */
  declare readonly signed: Uint8Array;
  /** The signature; not enumerable. */
  declare readonly signature: Uint8Array;
  /** The key with its algorithm (SubjectPublicKeyInfo); not enumerable. */
  declare readonly publicKey: Uint8Array;
  #sha256: string | undefined;
  #pin: string | undefined;

  /**
   * Reads a certificate.
   *
   * @param der Its octets and no others; not copied.
   * @throws {DecodeError} If they are none; the offset counts from the start.
   */
  constructor(der: Uint8Array) {
    const { octets, ...fields } = readFields(der);
    Object.assign(this, fields);
    // What nobody reads as a list of numbers stays out of what is shown.
    for (const [name, value] of Object.entries(octets)) {
      Object.defineProperty(this, name, { value });
    }
  }

  /** Whether it names itself as who signed it. */
  get selfIssued(): boolean {
    return this.subject.equals(this.issuer);
  }

  /** Whether its server has to staple an OCSP answer (RFC 7633). */
  get mustStaple(): boolean {
    return this.tlsFeatures.includes(STATUS_REQUEST);
  }

  /** Where OCSP answers about it are had. */
  get ocspUrls(): readonly string[] {
    return this.#urls("ocsp");
  }

  /** Where its issuer's certificate is had. */
  get issuerUrls(): readonly string[] {
    return this.#urls("caIssuers");
  }

  /** Where lists with it, were it revoked, are had. */
  get crlUrls(): readonly string[] {
    return this.distributionPoints.flatMap(({ names }) =>
      names.filter(({ type }) => type === "uri").map(({ value }) => value)
    );
  }

  /** SHA-256 of its key in base64, as pins are written (RFC 7469 §2.4). */
  get pin(): string {
    return this.#pin ??= sha256(this.publicKey).toBase64();
  }

  /**
   * Whole days that it still holds; negative since it does not.
   *
   * @param at The moment to count from. @default {now}
   * @returns Days, rounded down.
   */
  daysLeft(at: Date | number = Date.now()): number {
    return Math.floor((this.notAfter.getTime() - Number(at)) / DAY);
  }

  /**
   * A digest of the whole.
   *
   * @param hash Which digest. @default {"SHA-256"}
   * @returns Pairs of capital digits with colons between.
   */
  fingerprint(hash: "SHA-256" | "SHA-1" = "SHA-256"): string {
    if (hash === "SHA-256") return this.#sha256 ??= colons(sha256(this.der));
    if (hash === "SHA-1") return colons(sha1(this.der));
    throw new RangeError(
      `Cannot take a fingerprint as 'hash' must be SHA-256 or SHA-1: current value is ${hash}`,
    );
  }

  /** Whether two are the same, octet for octet. */
  equals(other: Certificate): boolean {
    return this === other || sameOctets(this.der, other.der);
  }

  /** The certificate in PEM. */
  toPem(): string {
    return formatPem("CERTIFICATE", this.der);
  }

  /** The card, in lines. */
  toString(): string {
    return certificateCard(this, canvas({ width: 100 }));
  }

  /** The fields, with fingerprints; times in ISO 8601. */
  toJSON(): Record<string, unknown> {
    const fields = Object.fromEntries(Object.entries(this));
    return {
      ...fields,
      extensions: this.extensions.map(({ oid, name, critical, value }) => ({
        oid,
        name,
        critical,
        value: value.toHex(),
      })),
      fingerprint: this.fingerprint(),
      pin: this.pin,
    };
  }

  /** The card, at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return certificateCard(this, canvas({ colors: options?.colors ?? false }));
  }

  #urls(method: string): string[] {
    return this.access
      .filter((one) => one.method === method && one.location.type === "uri")
      .map(({ location }) => location.value);
  }
}

function colons(octets: Uint8Array): string {
  return octets.toHex().toUpperCase().replace(/..(?!$)/g, "$&:");
}

/** What PEM calls certificates; the second is of old times. */
const LABELS: ReadonlySet<string> = new Set([
  "CERTIFICATE",
  "X509 CERTIFICATE",
  "TRUSTED CERTIFICATE",
]);

/**
 * Reads all certificates of a PEM text, or of octets in PEM or DER: one
 * certificate, several one after the other, or a PKCS#7 bundle (`.p7b`).
 *
 * @param input The text or the octets of a file.
 * @returns The certificates in order; other PEM blocks are passed over.
 * @throws {DecodeError} If one cannot be read; the offset counts from its start.
 * @see RFC 7468 §5, RFC 5652 §5 (PKCS#7)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const [certificate] = net.tls.readCertificates(ca.pem);
 * assert.equal(certificate?.ca, true);
 * assert.throws(() => net.tls.readCertificates(Uint8Array.of(0x30, 1, 0)), {
 *   name: "DecodeError",
 *   layer: "certificate",
 *   offset: 2,
 * });
 * ```
 */
export function readCertificates(input: string | Uint8Array): Certificate[] {
  if (typeof input !== "string" && input[0] === TAG.sequence) {
    return readDer(input);
  }
  const text = typeof input === "string"
    ? input
    : new TextDecoder("latin1").decode(input);
  return parsePem(text).flatMap(({ label, bytes }) =>
    label === "PKCS7"
      ? readDer(bytes)
      : !LABELS.has(label)
      ? []
      : [new Certificate(label.startsWith("TRUSTED") ? firstOf(bytes) : bytes)]
  );
}

/** The certificate before what openssl's TRUSTED form adds. */
function firstOf(octets: Uint8Array): Uint8Array {
  return new DerReader(octets, LAYER).take(TAG.sequence, LAYER).der;
}

function readDer(octets: Uint8Array): Certificate[] {
  const found: Certificate[] = [];
  for (const value of new DerReader(octets, LAYER).rest(LAYER)) {
    const first = value.tag === TAG.sequence ? value.inside() : undefined;
    if (
      first?.tag === TAG.integer &&
      value.inside().take(TAG.integer, "version").small() === 3
    ) {
      throw new DecodeError("is PKCS#12, which has a key too", {
        layer: LAYER,
        offset: 0,
        hint: "net.tls.readPkcs12(file, { password })",
      });
    }
    found.push(
      ...first?.tag === TAG.oid
        ? readBundle(first)
        : [new Certificate(value.der)],
    );
  }
  return found;
}

/** Reads the certificates of a PKCS#7 bundle, which signs nothing. */
function readBundle(content: DerReader): Certificate[] {
  content.take(TAG.oid, "kind of bundle");
  const signed = content.take(contextTag(0), "bundle").inside()
    .take(TAG.sequence, "bundle").inside();
  signed.take(TAG.integer, "version of the bundle");
  signed.take(TAG.set, "digests of the bundle");
  signed.take(TAG.sequence, "content of the bundle");
  const list = signed.maybe(contextTag(0), "certificates");
  return Array.from(
    list?.inside().rest(LAYER) ?? [],
    (value) => new Certificate(value.der),
  );
}
