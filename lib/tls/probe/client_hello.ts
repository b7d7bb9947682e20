/**
 * The first message of a handshake, exactly as one wants it: what the runtime
 * would offer plays no part.
 *
 * @module
 */

import { Sink } from "../../packet/format.ts";
import type { clientExtensions } from "../../packet/layers/tls/extensions.ts";
import { handshakeMessages } from "../../packet/layers/tls/handshake.ts";

/** What a ClientHello offers; what is not set is not sent. */
export interface ClientHelloSpec {
  /**
   * The versions offered, 0x0300 for SSL 3.0 to 0x0304 for TLS 1.3, best first.
   * The highest decides what the oldest field of the message says. All of them
   * are listed if TLS 1.3 is one of them; else the server may take any lower one.
   */
  readonly versions: readonly number[];
  /** Cipher suites and signals by number, best first. */
  readonly cipherSuites: readonly number[];
  /** Groups to agree on a key in, best first. */
  readonly groups?: readonly number[];
  /** Signature schemes that one can check, best first. */
  readonly signatureAlgorithms?: readonly number[];
  /** The host that is wanted: a name in ASCII, never an address (RFC 6066 §3). */
  readonly serverName?: string;
  /** Protocols that would be spoken, best first: `"h2"`, `"http/1.1"`. */
  readonly alpn?: readonly string[];
  /** Public keys for TLS 1.3. @default {none, so that the server names a group} */
  readonly keyShares?: readonly {
    /** The group. */
    readonly group: number;
    /** The key as it crosses the wire. */
    readonly key: Uint8Array;
  }[];
  /** Whether to ask for the certificate's status (OCSP). */
  readonly statusRequest?: boolean;
  /** Whether to ask for timestamps of Certificate Transparency. */
  readonly signedCertificateTimestamps?: boolean;
  /** Whether to offer the extended master secret (RFC 7627). */
  readonly extendedMasterSecret?: boolean;
  /** Compression methods. @default {[0], none} */
  readonly compressions?: readonly number[];
  /** The 32 random octets. @default {fresh ones} */
  readonly random?: Uint8Array;
  /** Up to 32 octets. @default {32 random ones with TLS 1.3, else none} */
  readonly sessionId?: Uint8Array;
  /** More extensions by number, behind all others, as they are. */
  readonly extra?: readonly {
    /** The extension's number. */
    readonly type: number;
    /** What it holds. */
    readonly body: Uint8Array;
  }[];
}

const SSL_3_0 = 0x0300;
const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;

/** The most octets in a record (RFC 8446 §5.1). */
const MAX_RECORD = 2 ** 14;

/** The most octets in a list of cipher suites (RFC 8446 §4.1.2). */
const MAX_LIST = 2 ** 16 - 2;

/** The same in an extension, which has a length of its own around it. */
const MAX_EXTENSION = 2 ** 16 - 4;

/** Any responder, no extensions (RFC 6066 §8). */
const ANY_RESPONDER = new Uint8Array(4);

type Offers = Parameters<(typeof clientExtensions)["write"]>[1];
type Offer = Exclude<NonNullable<Offers>, Uint8Array>[number];

/**
 * Makes a ClientHello.
 *
 * Extensions are sent only for what the spec names, and none at all with SSL
 * 3.0 as the highest version, but for `extra`. With TLS 1.3 come those without
 * which it does not work: the versions, key shares (of which there may be none)
 * and the modes of resumption.
 *
 * @param spec What to offer.
 * @returns The handshake message with its type and length; no record around it.
 * @throws {RangeError} If there is no version, or a number or text is too large.
 * @see RFC 8446 §4.1.2, RFC 5246 §7.4.1.2, RFC 6101 §5.6.1.2
 *
 * @example
 * ```ts
 * import { clientHello } from "./client_hello.ts";
 * import assert from "node:assert/strict";
 *
 * const hello = clientHello({ versions: [0x0303], cipherSuites: [0xc02f], groups: [29] });
 * assert.equal(hello[0], 1);
 * assert.equal(hello.length, 4 + (hello[2]! << 8 | hello[3]!));
 * ```
 */
export function clientHello(spec: ClientHelloSpec): Uint8Array {
  const { versions, cipherSuites, compressions = [0] } = spec;
  if (versions.length === 0) {
    throw new RangeError(
      "Cannot make a ClientHello as 'versions' must have at least one version: current value is []",
    );
  }
  const highest = Math.max(...versions);
  const is1_3 = versions.includes(TLS_1_3);
  const extensions = extensionsOf(spec, highest, is1_3);
  const sink = new Sink("tls");
  handshakeMessages.write(sink, [{
    kind: "clientHello",
    version: Math.min(highest, TLS_1_2),
    random: spec.random ?? randomOctets(32),
    sessionId: spec.sessionId ?? (is1_3 ? randomOctets(32) : new Uint8Array()),
    cipherSuites: octetList("cipherSuites", cipherSuites, MAX_LIST),
    compressionMethods: compressions,
    ...extensions.length > 0 && { extensions },
  }]);
  return sink.from(0);
}

/** A list of numbers as octets: those of a scan are long, and many. */
function octetList(
  name: string,
  numbers: readonly number[],
  most: number,
): Uint8Array {
  const length = 2 * numbers.length;
  const octets = new Uint8Array(length);
  let at = 0;
  let wrong: number | string | undefined;
  for (const one of numbers) {
    if (!(Number.isInteger(one) && one >= 0 && one <= 0xffff)) wrong ??= one;
    octets[at++] = one >> 8;
    octets[at++] = one;
  }
  if (length > most) wrong = `${numbers.length} of them`;
  if (wrong === undefined) return octets;
  throw new RangeError(
    `Cannot make a ClientHello as '${name}' must be up to ${
      (most / 2).toLocaleString("en")
    } integers from 0 to 65535: current value is ${wrong}`,
  );
}

function extensionsOf(
  spec: ClientHelloSpec,
  highest: number,
  is1_3: boolean,
): Offer[] {
  const { versions, serverName, alpn } = spec;
  const listed = (name: "groups" | "signatureAlgorithms") =>
    spec[name] && octetList(name, spec[name], MAX_EXTENSION);
  const groups = listed("groups");
  const signatureAlgorithms = listed("signatureAlgorithms");
  const { keyShares = [], statusRequest, extra = [] } = spec;
  const others = extra.map(({ type, body }): Offer => ({
    kind: type,
    octets: body,
  }));
  if (highest <= SSL_3_0) return others;
  const offers: (Offer | false | undefined)[] = [
    serverName !== undefined &&
    { kind: "serverName", names: [{ type: 0, name: serverName }] },
    spec.extendedMasterSecret && { kind: "extendedMasterSecret" },
    groups && { kind: "supportedGroups", groups },
    groups && { kind: "ecPointFormats", formats: [0] },
    signatureAlgorithms &&
    { kind: "signatureAlgorithms", schemes: signatureAlgorithms },
    alpn && { kind: "applicationProtocols", protocols: alpn },
    statusRequest &&
    { kind: "statusRequest", type: 1, request: ANY_RESPONDER },
    spec.signedCertificateTimestamps &&
    { kind: "signedCertificateTimestamp", octets: new Uint8Array() },
    is1_3 && { kind: "supportedVersions", versions },
    is1_3 && { kind: "pskKeyExchangeModes", modes: [1] },
    is1_3 && { kind: "keyShare", shares: keyShares },
  ];
  return [...offers.filter((offer) => !!offer), ...others];
}

/**
 * Puts a handshake message into records, as many as it needs.
 *
 * @param message The message, or several behind each other.
 * @param version What the records say: TLS 1.0 in front of a first message, for
 * the sake of old servers (RFC 8446 §5.1). @default {0x0301}
 * @returns The records, ready to be sent.
 *
 * @example
 * ```ts
 * import { handshakeRecords } from "./client_hello.ts";
 * import assert from "node:assert/strict";
 *
 * const records = handshakeRecords(Uint8Array.of(14, 0, 0, 0));
 * assert.equal(records.toHex(), "16030100040e000000");
 * ```
 */
export function handshakeRecords(
  message: Uint8Array,
  version = 0x0301,
): Uint8Array<ArrayBuffer> {
  const count = Math.max(1, Math.ceil(message.length / MAX_RECORD));
  const records = new Uint8Array(message.length + 5 * count);
  for (let n = 0, to = 0; n < count; n++) {
    const part = message.subarray(n * MAX_RECORD, (n + 1) * MAX_RECORD);
    records.set([22, version >> 8, version, part.length >> 8, part.length], to);
    records.set(part, to + 5);
    to += 5 + part.length;
  }
  return records;
}

function randomOctets(count: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(count));
}
