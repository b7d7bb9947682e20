/**
 * Revocation lists, written.
 *
 * @see RFC 5280 §5
 * @module
 */

import { RevocationList } from "../crl.ts";
import { contextTag, der, derInteger, TAG } from "../der/der.ts";
import { oidOf } from "../der/object_identifiers.ts";
import { formatPem } from "../der/pem.ts";
import { derTime, writeExtensions } from "./certificate_writer.ts";
import { authorityKeyId } from "./extensions.ts";
import { type IssueRecord, REASONS } from "./ledger.ts";
import type { PrivateKey } from "./private_key.ts";

/** What stands in a list. */
export interface ListParts {
  /** Who signs it, in DER. */
  readonly issuer: Uint8Array;
  /** The identifier of the signer's key. */
  readonly keyId: Uint8Array;
  /** Its number, greater than that of any before it. */
  readonly number: number;
  /** When it is made. */
  readonly thisUpdate: Date;
  /** When the next one is there at the latest. */
  readonly nextUpdate: Date;
  /** What is revoked; others are passed over. */
  readonly records: readonly IssueRecord[];
}

/**
 * Writes a list and signs it.
 *
 * @param parts What stands in it.
 * @param key Who signs.
 * @returns The list in DER.
 */
export async function writeRevocationList(
  parts: ListParts,
  key: PrivateKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const entries = parts.records.flatMap((record) => entry(record));
  const list = der(
    TAG.sequence,
    derInteger(1),
    key.signatureAlgorithm,
    parts.issuer,
    derTime(parts.thisUpdate),
    derTime(parts.nextUpdate),
    // An empty list of entries is left out.
    ...(entries.length > 0 ? [der(TAG.sequence, ...entries)] : []),
    der(
      contextTag(0),
      writeExtensions([authorityKeyId(parts.keyId), {
        oid: oidOf("cRLNumber"),
        critical: false,
        value: derInteger(parts.number),
      }]),
    ),
  );
  return await key.signPart(list);
}

function entry({ serial, revoked }: IssueRecord): Uint8Array[] {
  if (revoked === undefined) return [];
  const reason = REASONS.get(revoked.reason)!;
  const why = reason === 0 ? [] : [
    writeExtensions([{
      oid: oidOf("cRLReason"),
      critical: false,
      value: der(TAG.enumerated, Uint8Array.of(reason)),
    }]),
  ];
  return [der(
    TAG.sequence,
    derInteger(Uint8Array.fromHex(serial)),
    derTime(revoked.at),
    ...why,
  )];
}

/**
 * A revocation list as an authority gives it out: {@linkcode RevocationList},
 * and its text.
 */
export class SignedList extends RevocationList {
  /** The list in PEM, as openssl takes it; HTTP servers give out `der`. */
  get pem(): string {
    return formatPem("X509 CRL", this.der);
  }
}
