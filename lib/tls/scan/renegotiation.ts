/**
 * A second handshake within a connection, which versions before TLS 1.3 allow.
 *
 * @see RFC 5746, CVE-2009-3555 (insecure), CVE-2011-1473 (work made cheaply)
 * @module
 */

import type { ProtocolScan } from "./protocol.ts";
import { type FeatureScanning, finishable, shake } from "./shaking.ts";

/**
 * Whether a server shakes hands a second time within a connection. `undefined` is
 * what could not be told, or has no meaning with the versions that it speaks.
 */
export interface Renegotiation {
  /** Whether it ties a second handshake to the first (RFC 5746). */
  readonly secure: boolean | undefined;
  /** Whether a client may begin one. */
  readonly clientInitiated: boolean | undefined;
}

/** An empty renegotiation_info (RFC 5746 §3.4). */
const INFO = { type: 65281, body: Uint8Array.of(0) };

/**
 * Finds out whether a client may begin a second handshake: shakes hands, and
 * sends a hello within.
 *
 * @param protocol A version before TLS 1.3.
 * @param scanning How to ask.
 * @returns Whether; `undefined` if no handshake came about.
 */
export async function isRenegotiating(
  protocol: ProtocolScan,
  scanning: FeatureScanning,
): Promise<boolean | undefined> {
  const cipherSuites = finishable(protocol);
  if (cipherSuites.length === 0) return undefined;
  const seen = await shake(protocol, scanning, {
    ...{ cipherSuites, finish: true, renegotiate: true, extra: [INFO] },
  });
  return seen?.renegotiated;
}
