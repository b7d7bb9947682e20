/**
 * What a handshake of our own offers unless told otherwise.
 *
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import type { ClientHelloSpec } from "./client_hello.ts";

const VERSIONS = [0x0304, 0x0303, 0x0302, 0x0301];
const GROUPS = [29, 23, 24, 25];

/** What is offered unless told otherwise: all that a server of today may want. */
const CIPHER_SUITES = [
  ...[0x1301, 0x1302, 0x1303],
  ...[0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8],
  ...[0x009e, 0x009f, 0xccaa],
  ...[0xc009, 0xc013, 0xc00a, 0xc014, 0xc023, 0xc027, 0xc024, 0xc028],
  ...[0x0033, 0x0039, 0x0067, 0x006b],
  ...[0x009c, 0x009d, 0x002f, 0x0035, 0x003c, 0x003d, 0xc012, 0x000a],
];

const SIGNATURES = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808],
  ...[0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b],
  ...[0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0402],
];

/** What one may want other than usual; see the options of `probe`. */
export interface OfferWish {
  /** The host to ask for; `null` asks for none. */
  readonly serverName?: string | null | undefined;
  /** Protocols to offer. */
  readonly alpn?: readonly string[] | undefined;
  /** Versions to offer. */
  readonly versions?: readonly number[] | undefined;
  /** What else to offer. */
  readonly hello?: Partial<ClientHelloSpec> | undefined;
}

/**
 * What is offered, but for keys.
 *
 * @param hostname The target's name or address.
 * @param options What is to be other than usual.
 * @returns What to say in a hello.
 *
 * @example
 * ```ts
 * import { specOf } from "./usual_offer.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(specOf("www.example.", {}).serverName, "www.example");
 * assert.equal(specOf("192.0.2.1", {}).serverName, undefined);
 * ```
 */
export function specOf(
  hostname: string,
  { serverName, alpn, versions = VERSIONS, hello = {} }: OfferWish,
): ClientHelloSpec {
  const isName = tryParse(hostname) === undefined;
  const name = serverName === undefined && isName ? hostname : serverName;
  return {
    versions,
    cipherSuites: CIPHER_SUITES,
    groups: GROUPS,
    signatureAlgorithms: SIGNATURES,
    statusRequest: true,
    signedCertificateTimestamps: true,
    extendedMasterSecret: true,
    ...name && { serverName: name.replace(/\.$/, "") },
    ...alpn && { alpn },
    ...hello,
  };
}
