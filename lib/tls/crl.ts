/**
 * Certificate revocation lists: which certificates hold no more, and since when.
 *
 * @see RFC 5280 §5
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card, type CardRow } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import {
  type AuthorityKeyId,
  type DistributionPoint,
  type Extension,
  only,
  readAuthorityKeyId,
  readDistributionPoints,
  readExtensions,
} from "./certificates/certificate_extensions.ts";
import {
  readSignatureAlgorithm,
  type SignatureFacts,
} from "./certificates/certificate_key.ts";
import {
  entryKey,
  type IssuingPoint,
  readEntries,
  readIssuingPoint,
  type RevocationReason,
  type RevokedCertificate,
  UNDERSTOOD,
} from "./certificates/crl_entries.ts";
import { contextTag, DerReader, sameOctets, TAG } from "./der/der.ts";
import { DistinguishedName } from "./certificates/distinguished_name.ts";
import { parsePem } from "./der/pem.ts";

export type { IssuingPoint, RevocationReason, RevokedCertificate };

/** What is being read, for errors. */
const LAYER = "crl";

/**
 * A revocation list. As text it is a card, with the first of its entries.
 *
 * @see RFC 5280 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["www.lab.example"] });
 * await ca.revoke(site.serial, "superseded");
 * const [list] = net.tls.readRevocationLists((await ca.crl()).pem);
 * assert.equal(list?.find(site.serial)?.reason, "superseded");
 * ```
 */
export class RevocationList {
  /** Who signed it. */
  readonly issuer: DistinguishedName;
  /** When it was made. */
  readonly thisUpdate: Date;
  /** When the next will be there, if it is told. */
  readonly nextUpdate: Date | undefined;
  /** Its number, which grows from one to the next. */
  readonly number: bigint | undefined;
  /** The number of the list that this one only adds to: it is a delta. */
  readonly deltaBase: bigint | undefined;
  /** Of which certificates it tells; of all of its issuer's if not given. */
  readonly issuingPoint: IssuingPoint | undefined;
  /** Where lists of the latest changes are. */
  readonly freshest: readonly DistributionPoint[];
  /** Which key signed it. */
  readonly authorityKeyId: AuthorityKeyId | undefined;
  /** How it was signed. */
  readonly signatureAlgorithm: SignatureFacts;
  /** How many certificates it has. */
  readonly size: number;
  /** All extensions of the list. */
  readonly extensions: readonly Extension[];
  /** Critical extensions, of it or its entries, that nothing here understands. */
  readonly notUnderstood: readonly string[];
  /** The list as it is; not enumerable. */
  declare readonly der: Uint8Array;
  /** What was signed; not enumerable. */
  declare readonly signed: Uint8Array;
  /** The signature; not enumerable. */
  declare readonly signature: Uint8Array;
  readonly #entries: ReadonlyMap<string, RevokedCertificate>;

  /**
   * Reads a list.
   *
   * @param der Its octets and no others; not copied.
   * @throws {DecodeError} If they are none; the offset counts from the start.
   */
  constructor(der: Uint8Array) {
    const outer = new DerReader(der, LAYER);
    const whole = outer.take(TAG.sequence, LAYER);
    outer.done();
    const inside = whole.inside();
    const tbs = inside.take(TAG.sequence, "tbsCertList");
    const algorithm = readSignatureAlgorithm(inside, "signatureAlgorithm");
    const { octets, unused } = inside.take(TAG.bitString, "signature").bits();
    inside.done();

    const body = tbs.inside();
    body.maybe(TAG.integer, "version")?.small(1);
    const inner = readSignatureAlgorithm(body, "signature");
    this.signatureAlgorithm = sameOctets(inner.value.der, algorithm.value.der)
      ? algorithm.facts
      : { ...algorithm.facts, contradicts: inner.facts.name };
    this.issuer = new DistinguishedName(body.take(TAG.sequence, "issuer"));
    this.thisUpdate = body.time("thisUpdate");
    this.nextUpdate =
      body.tag === TAG.utcTime || body.tag === TAG.generalizedTime
        ? body.time("nextUpdate")
        : undefined;
    const notUnderstood = new Set<string>();
    const revoked = body.maybe(TAG.sequence, "revokedCertificates");
    const entries = revoked
      ? readEntries(revoked, this.issuer, notUnderstood)
      : new Map<string, RevokedCertificate>();
    const list = body.maybe(contextTag(0), "crlExtensions")?.inside();
    const found = list
      ? readExtensions(list.take(TAG.sequence, "crlExtensions"))
      : [];
    list?.done();
    body.done();

    const value = (name: string) =>
      found.find(({ extension }) => extension.name === name)?.value;
    const numberIn = (name: string) => {
      const given = value(name);
      return given && only(given, TAG.integer).integer();
    };
    this.number = numberIn("cRLNumber");
    this.deltaBase = numberIn("deltaCRLIndicator");
    const point = value("issuingDistributionPoint");
    this.issuingPoint = point && readIssuingPoint(point);
    const freshest = value("freshestCRL");
    this.freshest = freshest ? readDistributionPoints(freshest) : [];
    const key = value("authorityKeyIdentifier");
    this.authorityKeyId = key && readAuthorityKeyId(key);
    this.extensions = found.map(({ extension }) => extension);
    for (const { critical, name } of this.extensions) {
      if (critical && !UNDERSTOOD.has(name)) notUnderstood.add(name);
    }
    this.notUnderstood = [...notUnderstood];
    this.size = entries.size;
    this.#entries = entries;
    Object.defineProperties(this, {
      der: { value: der },
      signed: { value: tbs.der },
      signature: { value: unused === 0 ? octets : octets.subarray(0, 0) },
    });
  }

  /**
   * Looks a certificate up.
   *
   * @param serial Its serial number, as {@linkcode Certificate} has it.
   * @param issuer Who issued it. @default {the list's issuer}
   * @returns What the list says of it, or nothing.
   */
  find(
    serial: string,
    issuer: DistinguishedName = this.issuer,
  ): RevokedCertificate | undefined {
    return this.#entries.get(entryKey(serial, issuer, this.issuer));
  }

  /** All certificates that it has, in order. */
  [Symbol.iterator](): Iterator<RevokedCertificate> {
    return this.#entries.values();
  }

  /** The card, in lines. */
  toString(): string {
    return this.#card(100);
  }

  /** The fields and all entries; times in ISO 8601. */
  toJSON(): Record<string, unknown> {
    return {
      ...Object.fromEntries(Object.entries(this)),
      number: this.number?.toString(),
      deltaBase: this.deltaBase?.toString(),
      extensions: this.extensions.map(({ oid, name, critical }) => ({
        oid,
        name,
        critical,
      })),
      revoked: [...this],
    };
  }

  /** The card, at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return this.#card(undefined, options?.colors ?? false);
  }

  #card(width: number | undefined, colors = false): string {
    const time = (date: Date) =>
      date.toISOString().slice(0, 16).replace("T", " ");
    const rows: CardRow[] = [
      ["made", time(this.thisUpdate)],
      ["next", this.nextUpdate ? time(this.nextUpdate) : "not told"],
      ["signature", this.signatureAlgorithm.name],
      ["revoked", count(this.size), "number"],
    ];
    if (this.number !== undefined) rows.push(["number", `${this.number}`]);
    if (this.deltaBase !== undefined) {
      rows.push(["adds to", `number ${this.deltaBase}`]);
    }
    let left = 10;
    for (const { serial, date, reason } of this) {
      if (left-- === 0) {
        rows.push(["", `and ${count(this.size - 10)} more`, "muted"]);
        break;
      }
      rows.push([
        serial.length > 20 ? `${serial.slice(0, 19)}…` : serial,
        `${time(date)}${reason === undefined ? "" : `, ${reason}`}`,
      ]);
    }
    return card(
      `Revocation list of ${this.issuer}`,
      rows,
      canvas({ width, colors }),
    );
  }
}

/**
 * Reads all revocation lists of a PEM text, or of octets in PEM or DER.
 *
 * @param input The text or the octets of a file.
 * @returns The lists in order; other PEM blocks are passed over.
 * @throws {DecodeError} If one cannot be read.
 * @see RFC 7468 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const [list] = net.tls.readRevocationLists((await ca.crl()).der);
 * assert.equal(`${list?.issuer}`, "CN=Lab CA");
 * assert.equal(list?.size, 0);
 * ```
 */
export function readRevocationLists(
  input: string | Uint8Array,
): RevocationList[] {
  if (typeof input !== "string" && input[0] === TAG.sequence) {
    return Array.from(
      new DerReader(input, LAYER).rest(LAYER),
      (value) => new RevocationList(value.der),
    );
  }
  const text = typeof input === "string"
    ? input
    : new TextDecoder("latin1").decode(input);
  return parsePem(text)
    .filter(({ label }) => label === "X509 CRL" || label === "CRL")
    .map(({ bytes }) => new RevocationList(bytes));
}
