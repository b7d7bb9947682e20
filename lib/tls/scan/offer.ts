/**
 * The hellos that a scan sends: everything at once where a server bears it.
 *
 * @module
 */

import {
  tlsGroups,
  tlsSignatureSchemes,
} from "../../packet/layers/tls/names.ts";
import {
  clientHello,
  type ClientHelloSpec,
  handshakeRecords,
} from "../probe/client_hello.ts";

/** SSL 3.0. */
export const SSL_3_0 = 0x0300;
/** TLS 1.2. */
export const TLS_1_2 = 0x0303;
/** TLS 1.3. */
export const TLS_1_3 = 0x0304;

/** The versions that are asked for one by one, latest first. */
export const VERSIONS: readonly number[] = [
  TLS_1_3,
  TLS_1_2,
  0x0302,
  0x0301,
  SSL_3_0,
];

/**
 * How much a hello says. Some servers choke on more than 128 suites, on more
 * than 255 octets, on what they do not know, or want a key at once.
 */
export type HelloStyle = "full" | "short";

/** What differs from hello to hello. */
export interface Offer {
  /** Cipher suites, best first. */
  readonly suites: readonly number[];
  /** @default {all that the version knows} */
  readonly groups?: readonly number[] | undefined;
  /** @default {all} */
  readonly schemes?: readonly number[] | undefined;
  /** @default {none} */
  readonly alpn?: readonly string[] | undefined;
  /** Keys for TLS 1.3. @default {none: the server names the group that it wants} */
  readonly keyShares?: ClientHelloSpec["keyShares"] | undefined;
  /** A session to go on with. */
  readonly sessionId?: Uint8Array | undefined;
  /** A ticket to go on with; `null` does not ask for one. @default {asks for one} */
  readonly ticket?: Uint8Array | null | undefined;
}

/** Groups that only TLS 1.3 knows, or only the versions before. */
const ONLY_1_3 = /tls13$|MLKEM|Kyber|^GC|^curveSM2$/;
const ONLY_BEFORE = /^(?:sect|secp(?:1|224|256k)|brainpool\w+r1$|arbitrary)/;
/** What must be spelt out, which nobody does. */
const NOT_OFFERED = /^arbitrary/;

const groupNumbers = Object.keys(tlsGroups).map(Number).filter((number) =>
  !NOT_OFFERED.test(tlsGroups[number]!)
);

/**
 * The best first, for servers that take the client's order: with lattices, then
 * the curves of today, primes last.
 */
function groupRank(number: number): number {
  const name = tlsGroups[number]!;
  return [
    /MLKEM/,
    /^x/,
    /^secp(?:256r|384|521)/,
    /^brainpool/,
    /^secp/,
    /^ffdhe/,
  ]
    .findIndex((pattern) => pattern.test(name)) >>> 0;
}

/** Groups of TLS 1.3, by number. */
export const groups1_3: readonly number[] = groupNumbers
  .filter((number) => !ONLY_BEFORE.test(tlsGroups[number]!))
  .sort((a, b) => groupRank(a) - groupRank(b));

/** Groups of the versions before, by number. */
export const groupsTo1_2: readonly number[] = groupNumbers
  .filter((number) => !ONLY_1_3.test(tlsGroups[number]!))
  .sort((a, b) => groupRank(a) - groupRank(b));

/** Every signature scheme that has a name, best first. */
export const schemes: readonly number[] = Object.keys(tlsSignatureSchemes)
  .map(Number).sort((a, b) => b - a);

/** What every server of a version knows that is not older than 20 years. */
const COMMON_GROUPS = [29, 23, 24, 25];
const COMMON_SCHEMES = [
  ...[0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806],
  ...[0x0401, 0x0501, 0x0601, 0x0203, 0x0201],
];

/** Of how many suites servers are asked that choke on many. */
export const SHORT_SUITES = 60;

const NOTHING = new Uint8Array();

/** Extensions that are offered to see whether the server knows them. */
const EXTRAS: NonNullable<ClientHelloSpec["extra"]> = [
  // RFC 5746 §3.2
  { type: 65281, body: Uint8Array.of(0) },
  // RFC 7366 §2
  { type: 22, body: NOTHING },
  // RFC 6520 §2: the server may send heartbeats, and with that may get them.
  { type: 15, body: Uint8Array.of(1) },
];

/** What certificates may be signed with, however keys are: RFC 8446 §4.2.3. */
export const allSignaturesCert: { type: number; body: Uint8Array } = {
  type: 50,
  body: list16(schemes),
};

const SESSION_TICKET = 35;

/** No compression, and DEFLATE in front of it (RFC 3749 §2). */
const COMPRESSIONS = [1, 0];

/** What makes the hellos of one scan. */
export class Offers {
  readonly #serverName: string | undefined;
  readonly #frames = new Map<string, HelloFrame>();

  /**
   * Takes what all of them have in common.
   *
   * @param serverName The host that is wanted.
   */
  constructor(serverName: string | undefined) {
    this.#serverName = serverName;
  }

  /**
   * Makes a hello of one version.
   *
   * @param version The version, and no other.
   * @param offer What to offer.
   * @param style How much to say.
   * @returns The records to send.
   */
  records(
    version: number,
    offer: Offer,
    style: HelloStyle = "full",
  ): Uint8Array<ArrayBuffer> {
    const isOfSuites = Object.keys(offer).length === 1;
    if (!isOfSuites) return this.#made(version, offer, style);
    // Those that differ in their suites alone are most of them.
    const key = `${version} ${style}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = new HelloFrame(this.#made(version, { suites: [] }, style));
      this.#frames.set(key, frame);
    }
    return frame.around(offer.suites);
  }

  #made(
    version: number,
    offer: Offer,
    style: HelloStyle,
  ): Uint8Array<ArrayBuffer> {
    const isFull = style === "full";
    const is1_3 = version === TLS_1_3;
    const known = is1_3 ? groups1_3 : groupsTo1_2;
    const groups = offer.groups ?? (isFull ? known : COMMON_GROUPS);
    const signs = offer.schemes ?? (isFull ? schemes : COMMON_SCHEMES);
    const { sessionId } = offer;
    // A short hello asks for nothing that it can do without.
    const { ticket = isFull && !is1_3 ? NOTHING : null } = offer;
    const message = clientHello({
      versions: [version],
      cipherSuites: offer.suites,
      groups,
      ...version >= TLS_1_2 && { signatureAlgorithms: signs },
      ...this.#serverName !== undefined && { serverName: this.#serverName },
      ...offer.alpn && { alpn: offer.alpn },
      keyShares: offer.keyShares ?? (isFull || !is1_3 ? [] : [anyKey()]),
      statusRequest: isFull,
      extendedMasterSecret: isFull,
      ...isFull && !is1_3 && { compressions: COMPRESSIONS },
      ...sessionId && { sessionId },
      extra: version === SSL_3_0 ? [] : [
        ...isFull && !is1_3 ? EXTRAS : [],
        ...ticket ? [{ type: SESSION_TICKET, body: ticket }] : [],
        ...offer.schemes && version >= TLS_1_2 ? [allSignaturesCert] : [],
      ],
    });
    return handshakeRecords(message, version === SSL_3_0 ? SSL_3_0 : 0x0301);
  }
}

/** Where a hello in a record has its random octets, and its session's length. */
const RANDOM_AT = 5 + 4 + 2;
const SESSION_AT = RANDOM_AT + 32;

/** A hello in one record, around the suites that it offers. */
class HelloFrame {
  readonly #octets: Uint8Array;
  /** Where the list of suites begins. */
  readonly #at: number;

  /** Takes one that offers none. */
  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#at = SESSION_AT + 1 + octets[SESSION_AT]! + 2;
  }

  /** The same with suites, and fresh random octets. */
  around(suites: readonly number[]): Uint8Array<ArrayBuffer> {
    const own = this.#octets;
    const at = this.#at;
    const size = 2 * suites.length;
    const octets = new Uint8Array(own.length + size);
    octets.set(own.subarray(0, at));
    octets.set(own.subarray(at), at + size);
    const view = new DataView(octets.buffer);
    view.setUint16(3, octets.length - 5);
    view.setUint16(7, octets.length - 9);
    view.setUint16(at - 2, size);
    suites.forEach((suite, i) => view.setUint16(at + 2 * i, suite));
    crypto.getRandomValues(octets.subarray(RANDOM_AT, SESSION_AT));
    return octets;
  }
}

/**
 * A key of X25519 to offer. Any 32 octets are one; nobody has its secret half,
 * as nothing that is encrypted with it will be read.
 */
function anyKey(): { group: number; key: Uint8Array } {
  return { group: 29, key: crypto.getRandomValues(new Uint8Array(32)) };
}

function list16(numbers: readonly number[]): Uint8Array {
  const octets = new Uint8Array(2 + 2 * numbers.length);
  const view = new DataView(octets.buffer);
  view.setUint16(0, 2 * numbers.length);
  numbers.forEach((number, i) => view.setUint16(2 + 2 * i, number));
  return octets;
}
