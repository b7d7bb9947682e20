/**
 * Certificates out of files.
 *
 * @module
 */

import { octetsOf } from "./certificates/certificate_file.ts";
import { type Certificate, readCertificates } from "./certificate.ts";

/**
 * Reads certificates: out of a file, out of PEM text, or out of octets in PEM,
 * DER or PKCS#7.
 *
 * @param from The path or `file:` URL of a file; PEM text, which is known by its
 * `-----BEGIN`; or octets.
 * @returns The certificates in order.
 * @throws {NetError} `"not-found"` or `"file"` if the file cannot be read.
 * @throws {DecodeError} If a certificate cannot be read.
 * @see RFC 7468 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const [certificate] = await net.tls.certificates(ca.pem);
 * assert.equal(certificate?.subject.commonName, "Lab CA");
 * ```
 */
export async function certificates(
  from: string | URL | Uint8Array,
): Promise<Certificate[]> {
  if (from instanceof Uint8Array) return readCertificates(from);
  if (typeof from === "string" && from.includes("-----BEGIN ")) {
    return readCertificates(from);
  }
  return readCertificates(await octetsOf(from));
}
