/**
 * The extensions of TLS hellos, as IANA has them in "TLS ExtensionType Values".
 *
 * @module
 */

import { list, record, sized } from "../../compound.ts";
import { octets } from "../../formats.ts";
import { latin1 } from "../../latin1.ts";
import { type OptionKinds, options } from "../../options.ts";
import { optional } from "../../optional.ts";
import { tlsGroups, tlsSignatureSchemes, tlsVersions } from "./names.ts";

/** Octets whose meaning is left to those who agreed on them. */
const opaque = { octets: octets() } as const;

const version = { bits: 16, show: "hex", names: tlsVersions } as const;

/** RFC 8446 §4.2.7 */
const group = { bits: 16, names: tlsGroups } as const;

/** RFC 8446 §4.2.3 */
const scheme = {
  bits: 16,
  show: "hex",
  names: tlsSignatureSchemes,
} as const;

/** Protocols by name (RFC 7301 §3.1); the names are octets, mostly ASCII. */
const protocols = {
  protocols: sized(16, list(sized(8, latin1()))),
} as const;

const schemes = { schemes: sized(16, list(scheme)) } as const;

/** RFC 8422 §5.1.2 */
const pointFormats = {
  formats: sized(
    8,
    list({
      bits: 8,
      names: {
        0: "uncompressed",
        1: "ansiX962_compressed_prime",
        2: "ansiX962_compressed_char2",
      },
    }),
  ),
} as const;

/** RFC 8446 §4.2.8 */
const share = { group, key: sized(16, octets()) } as const;

/** RFC 6066 §4 */
const fragmentLength = {
  code: { bits: 8, names: { 1: "512", 2: "1024", 3: "2048", 4: "4096" } },
} as const;

/** RFC 5746 §3.2: empty in a first handshake. */
const renegotiation = { verifyData: sized(8, octets()) } as const;

/** RFC 6520 §2 */
const heartbeat = {
  mode: {
    bits: 8,
    names: { 1: "peer_allowed_to_send", 2: "peer_not_allowed_to_send" },
  },
} as const;

/** RFC 8449 §4 */
const sizeLimit = { octets: 16 } as const;

/** RFC 7250 §3: 0 is X.509, 2 a raw key. */
const certificateTypes = { types: sized(8, list(8)) } as const;

/** Those of a client's hello. */
const clientKinds = {
  // RFC 6066 §3
  0: ["serverName", {
    names: sized(
      16,
      list(record({
        type: { bits: 8, names: { 0: "host_name" } },
        name: sized(16, latin1()),
      })),
    ),
  }],
  1: ["maxFragmentLength", fragmentLength],
  // RFC 6066 §8
  5: ["statusRequest", {
    type: { bits: 8, names: { 1: "ocsp" } },
    request: octets(),
  }],
  10: ["supportedGroups", { groups: sized(16, list(group)) }],
  11: ["ecPointFormats", pointFormats],
  13: ["signatureAlgorithms", schemes],
  14: ["useSrtp", opaque],
  15: ["heartbeat", heartbeat],
  16: ["applicationProtocols", protocols],
  17: ["statusRequestV2", opaque],
  18: ["signedCertificateTimestamp", opaque],
  19: ["clientCertificateType", certificateTypes],
  20: ["serverCertificateType", certificateTypes],
  21: ["padding", opaque],
  22: ["encryptThenMac", {}],
  23: ["extendedMasterSecret", {}],
  // RFC 8879 §3
  27: ["compressCertificate", {
    algorithms: sized(
      8,
      list({ bits: 16, names: { 1: "zlib", 2: "brotli", 3: "zstd" } }),
    ),
  }],
  28: ["recordSizeLimit", sizeLimit],
  34: ["delegatedCredential", schemes],
  35: ["sessionTicket", { ticket: octets() }],
  // RFC 8446 §4.2.11
  41: ["preSharedKey", {
    identities: sized(
      16,
      list(record({
        identity: sized(16, octets()),
        obfuscatedTicketAge: 32,
      })),
    ),
    binders: sized(16, list(sized(8, octets()))),
  }],
  42: ["earlyData", {}],
  43: ["supportedVersions", { versions: sized(8, list(version)) }],
  44: ["cookie", { cookie: sized(16, octets()) }],
  // RFC 8446 §4.2.9
  45: ["pskKeyExchangeModes", {
    modes: sized(
      8,
      list({ bits: 8, names: { 0: "psk_ke", 1: "psk_dhe_ke" } }),
    ),
  }],
  // RFC 8446 §4.2.4
  47: ["certificateAuthorities", {
    names: sized(16, list(sized(16, octets()))),
  }],
  49: ["postHandshakeAuth", {}],
  50: ["signatureAlgorithmsCert", schemes],
  51: ["keyShare", { shares: sized(16, list(record(share))) }],
  57: ["quicTransportParameters", opaque],
  13172: ["nextProtocolNegotiation", opaque],
  17513: ["applicationSettingsOld", protocols],
  17613: ["applicationSettings", protocols],
  65037: ["encryptedClientHello", opaque],
  65281: ["renegotiationInfo", renegotiation],
} as const satisfies OptionKinds;

/** Those of a server's hello: mostly that one of the client's is accepted. */
const serverKinds = {
  0: ["serverName", {}],
  1: ["maxFragmentLength", fragmentLength],
  5: ["statusRequest", {}],
  11: ["ecPointFormats", pointFormats],
  14: ["useSrtp", opaque],
  15: ["heartbeat", heartbeat],
  16: ["applicationProtocols", protocols],
  17: ["statusRequestV2", {}],
  18: ["signedCertificateTimestamp", opaque],
  19: ["clientCertificateType", { type: 8 }],
  20: ["serverCertificateType", { type: 8 }],
  22: ["encryptThenMac", {}],
  23: ["extendedMasterSecret", {}],
  28: ["recordSizeLimit", sizeLimit],
  35: ["sessionTicket", {}],
  41: ["preSharedKey", { selected: 16 }],
  43: ["supportedVersions", { version }],
  44: ["cookie", { cookie: sized(16, octets()) }],
  // A server that asks for another hello names the group alone.
  51: ["keyShare", { group, key: optional(sized(16, octets())) }],
  13172: ["nextProtocolNegotiation", opaque],
  65281: ["renegotiationInfo", renegotiation],
} as const satisfies OptionKinds;

const form = { kind: 16, length: 16, covers: "value" } as const;

/** The extensions of a ClientHello. */
export const clientExtensions: ReturnType<
  typeof options<typeof clientKinds>
> = options({ ...form, kinds: clientKinds });

/** The extensions of a ServerHello and of a HelloRetryRequest. */
export const serverExtensions: ReturnType<
  typeof options<typeof serverKinds>
> = options({ ...form, kinds: serverKinds });

const numbers: ReadonlyMap<string, number> = new Map(
  [clientKinds, serverKinds].flatMap((kinds) =>
    Object.entries(kinds).map(([number, [name]]) => [name, Number(number)])
  ),
);

/**
 * Gives the number of an extension.
 *
 * @param kind Its name, or the number itself for those that have none.
 * @returns The number; -1 for no name of an extension.
 *
 * @example
 * ```ts
 * import { extensionNumber } from "./extensions.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(extensionNumber("supportedGroups"), 10);
 * ```
 */
export function extensionNumber(kind: string | number): number {
  return typeof kind === "number" ? kind : numbers.get(kind) ?? -1;
}
