/**
 * The handshake messages of TLS, as far as they cross the wire in the clear.
 *
 * @module
 */

import { list, record, sized, when } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldInputs, FieldTable, FieldValues } from "../../layer.ts";
import { type OptionKinds, options, type OptionValue } from "../../options.ts";
import { optional } from "../../optional.ts";
import { valueText } from "../../value.ts";
import { tlsCipherSuites } from "./cipher_suites.ts";
import { clientExtensions, serverExtensions } from "./extensions.ts";
import {
  tlsCertificateTypes,
  tlsGroups,
  tlsSignatureSchemes,
  tlsVersions,
} from "./names.ts";

const version = { bits: 16, show: "hex", names: tlsVersions } as const;

const cipherSuite = { bits: 16, show: "hex", names: tlsCipherSuites } as const;

const scheme = {
  bits: 16,
  show: "hex",
  names: tlsSignatureSchemes,
} as const;

/** The record's version from which on a signature says how it was made. */
const SINCE_1_2 = { version: 0x0303 } as const;

/** The fields of a ClientHello (RFC 8446 §4.1.2). */
const clientHello = {
  version,
  random: { octets: 32 },
  sessionId: sized(8, octets()),
  cipherSuites: sized(16, list(cipherSuite)),
  compressionMethods: sized(8, list(8)),
  extensions: optional(sized(16, clientExtensions)),
} as const satisfies FieldTable;

/** The fields of a ServerHello (RFC 8446 §4.1.3). */
const serverHello = {
  version,
  random: { octets: 32 },
  sessionId: sized(8, octets()),
  cipherSuite,
  compressionMethod: 8,
  extensions: optional(sized(16, serverExtensions)),
} as const satisfies FieldTable;

/** The server's half of an exchange on an elliptic curve (RFC 8422 §5.4). */
const curveExchange = {
  /** 3: a curve that has a name. */
  curveType: { bits: 8, names: { 3: "named_curve" } },
  group: { bits: 16, names: tlsGroups },
  publicKey: sized(8, octets()),
  signatureAlgorithm: when(SINCE_1_2, scheme),
  signature: sized(16, octets()),
} as const satisfies FieldTable;

/** The server's half of an exchange modulo a prime (RFC 5246 §7.4.3). */
const primeExchange = {
  prime: sized(16, octets()),
  generator: sized(16, octets()),
  publicKey: sized(16, octets()),
  signatureAlgorithm: when(SINCE_1_2, scheme),
  signature: sized(16, octets()),
} as const satisfies FieldTable;

/** A key exchange of the server, as far as the octets alone tell its kind. */
export type TlsKeyExchange =
  | FieldValues<typeof curveExchange>
  | FieldValues<typeof primeExchange>
  | Uint8Array;

/** The same to build. */
export type TlsKeyExchangeInput =
  | FieldInputs<typeof curveExchange>
  | FieldInputs<typeof primeExchange>
  | Uint8Array;

/**
 * The cipher suite, which another message names, tells what these octets are;
 * what fits them exactly is taken for it.
 */
function keyExchange(): Format<TlsKeyExchange, TlsKeyExchangeInput> {
  const curve = record(curveExchange) as Format<TlsKeyExchange, never>;
  const prime = record(primeExchange) as Format<TlsKeyExchange, never>;
  return {
    about: "keys on a curve or modulo a prime, with a signature",
    read(from) {
      const { at, fields, trouble } = from;
      const kinds = from.octets[at] === 3 ? [curve, prime] : [prime];
      for (const kind of kinds) {
        try {
          const value = kind.read(from);
          if (from.left === 0) return value;
        } catch (stop) {
          from.note(stop);
        }
        from.trouble = trouble;
        from.fields = fields;
        from.at = at;
      }
      return from.bytes();
    },
    write(to, value = new Uint8Array()) {
      if (value instanceof Uint8Array) to.bytes(value);
      else if ("prime" in value) prime.write(to, value as never);
      else curve.write(to, { curveType: 3, ...value } as never);
    },
    random: (random, fields) => ({
      ...curve.random(random, fields) as object,
      curveType: 3,
    }),
    text: (value) => valueText(value),
  };
}

/** The messages that are sent before encryption starts, by number. */
const kinds = {
  0: ["helloRequest", {}],
  1: ["clientHello", clientHello],
  2: ["serverHello", serverHello],
  // RFC 5077 §3.3
  4: ["newSessionTicket", { lifetimeSeconds: 32, ticket: sized(16, octets()) }],
  // RFC 5246 §7.4.2: DER, the sender's own first.
  11: ["certificate", {
    certificates: sized(24, list(sized(24, octets()))),
  }],
  12: ["serverKeyExchange", { exchange: keyExchange() }],
  // RFC 5246 §7.4.4
  13: ["certificateRequest", {
    types: sized(8, list({ bits: 8, names: tlsCertificateTypes })),
    signatureAlgorithms: when(SINCE_1_2, sized(16, list(scheme))),
    authorities: sized(16, list(sized(16, octets()))),
  }],
  14: ["serverHelloDone", {}],
  15: ["certificateVerify", {
    signatureAlgorithm: when(SINCE_1_2, scheme),
    signature: sized(16, octets()),
  }],
  // What is in it, the cipher suite says.
  16: ["clientKeyExchange", { exchange: octets() }],
  20: ["finished", { verifyData: octets() }],
  // RFC 6066 §8
  22: ["certificateStatus", {
    type: { bits: 8, names: { 1: "ocsp" } },
    response: sized(24, octets()),
  }],
  23: ["supplementalData", { octets: octets() }],
} as const satisfies OptionKinds;

/** One handshake message; `kind` tells which. */
export type TlsMessage = OptionValue<typeof kinds>;

/** A ClientHello. */
export type TlsClientHello = Extract<
  TlsMessage,
  { readonly kind: "clientHello" }
>;

/** A ServerHello or a HelloRetryRequest. */
export type TlsServerHello = Extract<
  TlsMessage,
  { readonly kind: "serverHello" }
>;

/** The handshake messages of a record. */
export const handshakeMessages: ReturnType<typeof options<typeof kinds>> =
  options({
    kind: 8,
    length: 24,
    covers: "value",
    octets: "length",
    kinds,
  });

/** Octets of a message's number and length. */
const HEAD = 4;

/**
 * Tells whether octets are handshake messages: of known kinds, and as long as
 * the record together. Encrypted ones, and messages that go on in another
 * record, are not.
 *
 * @param bytes What there is of the record's content.
 * @param length Octets of the content by the record's header.
 * @returns Whether they are.
 *
 * @example
 * ```ts
 * import { isHandshake } from "./handshake.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isHandshake(Uint8Array.of(14, 0, 0, 0), 4));
 * assert.ok(!isHandshake(Uint8Array.of(14, 0, 0, 9), 4));
 * ```
 */
export function isHandshake(bytes: Uint8Array, length: number): boolean {
  let at = 0;
  while (at < length) {
    if (length - at < HEAD) return false;
    const [kind, high, middle, low] = bytes.subarray(at, at + HEAD);
    // The rest of the record is in another segment.
    if (kind === undefined) return at > 0;
    if (!(kind in kinds)) return false;
    if (low === undefined) return true;
    at += HEAD + (high! << 16 | middle! << 8 | low);
  }
  return at === length && at > 0;
}
