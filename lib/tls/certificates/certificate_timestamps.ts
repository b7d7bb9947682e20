/**
 * Signed certificate timestamps: a public log's word that it has seen a
 * certificate.
 *
 * @see RFC 6962 §3.2 and §3.3
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { ByteReader } from "../../bytes/reader.ts";
import { tlsSignatureSchemes } from "../../packet/layers/tls/names.ts";

/**
 * One log's word, as it stands: nobody here has the keys of the logs, so its
 * signature is read and not verified.
 */
export interface CertificateTimestamp {
  /** The version less one, as it is written: 0 for version 1. */
  readonly version: number;
  /** SHA-256 of the log's key, in hexadecimal. */
  readonly logId: string;
  /** When the log saw it. */
  readonly time: Date;
  /** How the log signed: `"ecdsa_secp256r1_sha256"`. */
  readonly scheme: string;
  /** The signature, in hexadecimal. */
  readonly signature: string;
}

/** Others are left out, as nobody knows their shape. */
const VERSION_1 = 0;

/**
 * Reads a list of timestamps, of the extension of a certificate, of a handshake
 * or of an OCSP answer.
 *
 * @param list The list with its length before it.
 * @param origin Where it begins in what it is a part of, for errors.
 * @returns The timestamps of version 1, in order.
 * @throws {DecodeError} If a length does not fit.
 */
export function readTimestamps(
  list: Uint8Array,
  origin = 0,
): CertificateTimestamp[] {
  const reader = new ByteReader(list, { layer: "timestamps", origin });
  const inside = reader.sub(reader.u16(), { lengthFrom: "length of the list" });
  checkEnd(reader);
  const timestamps: CertificateTimestamp[] = [];
  while (inside.remaining > 0) {
    const one = inside.sub(inside.u16(), {
      lengthFrom: "length of a timestamp",
    });
    const found = readOne(one);
    if (found) timestamps.push(found);
  }
  return timestamps;
}

/**
 * Reads one timestamp, without its length.
 *
 * @param octets The timestamp.
 * @returns The timestamp, or nothing if it is of a version unknown here.
 * @throws {DecodeError} If a length does not fit.
 */
export function readTimestamp(
  octets: Uint8Array,
): CertificateTimestamp | undefined {
  return readOne(new ByteReader(octets, { layer: "timestamps" }));
}

function readOne(reader: ByteReader): CertificateTimestamp | undefined {
  const version = reader.u8();
  if (version !== VERSION_1) return undefined;
  const logId = reader.take(32).toHex();
  const time = new Date(Number(reader.u64()));
  if (Number.isNaN(time.getTime())) {
    throw new DecodeError("time beyond all calendars", {
      layer: reader.layer,
      offset: reader.origin + reader.offset - 8,
    });
  }
  reader.take(reader.u16());
  const scheme = reader.u16();
  const signature = reader.take(reader.u16()).toHex();
  checkEnd(reader);
  return {
    version,
    logId,
    time,
    scheme: tlsSignatureSchemes[scheme] ?? `0x${scheme.toString(16)}`,
    signature,
  };
}

function checkEnd({ layer, origin, offset, remaining }: ByteReader): void {
  if (remaining === 0) return;
  throw new DecodeError(`${remaining} octets too many`, {
    layer,
    offset: origin + offset,
  });
}
