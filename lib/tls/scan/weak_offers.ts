/**
 * What is known against versions, suites and groups that a server offers: one
 * entry each.
 *
 * @module
 */

import { SSL_3_0, TLS_1_2 } from "./offer.ts";
import type { ScannedSuite } from "./protocol.ts";
import { type Detect, some, type WeaknessRule } from "./weakness.ts";

/** Shorter primes have been broken, or will be soon (NIST SP 800-57 part 1 §5.6). */
const LEAST_PRIME = 2048;
const LEAST_CURVE = 224;

/** Sees it in suites, of all versions or of some. */
function inSuites(
  test: (suite: ScannedSuite) => boolean,
  versions: (version: number) => boolean = () => true,
): Detect {
  return ({ protocols }) =>
    some(
      protocols.filter(({ version }) => versions(version))
        .flatMap(({ suites }) => suites).filter(test).map(({ name }) => name),
    );
}

function offered(test: (version: number) => boolean): Detect {
  return ({ protocols }) =>
    some(
      protocols.filter((one) => one.offered && test(one.version))
        .map(({ name }) => name),
    );
}

/** Sees it in the prime of a key exchange. */
function inPrimes(test: (bits: number) => boolean): Detect {
  return ({ protocols }) =>
    some(
      protocols.flatMap(({ suites }) => suites).flatMap(({ primeBits = 0 }) =>
        primeBits > 0 && test(primeBits) ? [`a prime of ${primeBits} bits`] : []
      ),
    );
}

const isExport = ({ name }: ScannedSuite) => /_EXPORT/.test(name);

/** Size of a curve by its name; of others it is enough. */
function curveBits(name: string): number {
  return Number(/^(?:sect|secp)(\d+)/.exec(name)?.[1] ?? Infinity);
}

/** The weaknesses of what is offered. */
export const weakOffers: readonly WeaknessRule[] = [
  [
    {
      id: "ssl2",
      name: "SSL 2.0 (DROWN)",
      what:
        "With SSL 2.0 a server lets others decrypt what it protects with the same key in any version.",
      best: "F",
      change: "Turn SSL 2.0 off, wherever the key is in use.",
      source: "RFC 6176; CVE-2016-0800",
    },
    ({ ssl2 }) =>
      ssl2 && (ssl2.length > 0 ? some(ssl2) : "SSL 2.0, without ciphers"),
  ],
  [
    {
      id: "poodle",
      name: "SSL 3.0 (POODLE)",
      what:
        "SSL 3.0 does not protect its padding, from which cookies can be read octet by octet.",
      best: "C",
      change: "Turn SSL 3.0 off.",
      source: "RFC 7568; CVE-2014-3566",
    },
    offered((version) => version === SSL_3_0),
  ],
  [
    {
      id: "old-version",
      name: "TLS 1.0 or 1.1",
      what: "They rest on MD5 and SHA-1, and clients have given them up.",
      best: "B",
      change: "Offer TLS 1.2 and TLS 1.3 alone.",
      source: "RFC 8996",
    },
    offered((version) => version > SSL_3_0 && version < TLS_1_2),
  ],
  [
    {
      id: "no-current-version",
      name: "Neither TLS 1.2 nor 1.3",
      what: "Current clients do not connect, or fall back to what is weak.",
      best: "C",
      change: "Offer TLS 1.3 and TLS 1.2.",
      source: "RFC 9325 §3.1.1",
    },
    ({ protocols }) => {
      const speaks = protocols.filter((one) => one.offered);
      const isOld = speaks.every(({ version }) => version < TLS_1_2);
      return speaks.length > 0 && isOld
        ? `at most ${speaks[0]!.name}`
        : undefined;
    },
  ],
  [
    {
      id: "null",
      name: "Suites without encryption",
      what: "Everybody on the way can read along.",
      best: "F",
      change: "Take all NULL suites out of the list.",
      source: "RFC 9325 §4.1",
    },
    inSuites(({ bits }) => bits === 0),
  ],
  [
    {
      id: "anonymous",
      name: "Suites without authentication",
      what: "Anybody on the way can be the server.",
      best: "F",
      change: "Take all anonymous suites (aNULL, DH_anon) out of the list.",
      source: "RFC 5246 §F.1.1.1",
    },
    inSuites(({ authentication }) => authentication === "anonymous"),
  ],
  [
    {
      id: "export",
      name: "Export suites (FREAK, LOGJAM)",
      what:
        "Keys made short by law of the 1990s; clients can be brought down to them unnoticed.",
      best: "F",
      change: "Take all EXPORT suites out of the list.",
      source: "CVE-2015-0204, CVE-2015-4000; RFC 9325 §4.1",
    },
    inSuites(isExport),
  ],
  [
    {
      id: "short-key",
      name: "Ciphers with keys below 112 bits",
      what: "All keys can be tried.",
      best: "E",
      change: "Take all DES, RC2 and 40- or 56-bit suites out of the list.",
      source: "RFC 9325 §4.1",
    },
    inSuites((suite) => suite.bits > 0 && suite.bits < 112 && !isExport(suite)),
  ],
  [
    {
      id: "rc4",
      name: "RC4",
      what: "Its output is not even enough: what is sent often can be guessed.",
      best: "C",
      change: "Take all RC4 suites out of the list.",
      source: "RFC 7465; CVE-2013-2566, CVE-2015-2808",
    },
    inSuites(({ cipher }) => /^RC4/.test(cipher)),
  ],
  [
    {
      id: "sweet32",
      name: "Blocks of 64 bits (SWEET32)",
      what:
        "After some gigabytes in one session blocks repeat, and tell of each other.",
      best: "C",
      change: "Take all 3DES, IDEA and DES suites out of the list.",
      source: "CVE-2016-2183; RFC 8429",
    },
    inSuites(({ cipher, bits }) =>
      bits >= 112 && /^(?:3DES|IDEA)/.test(cipher)
    ),
  ],
  [
    {
      id: "short-dh",
      name: "Diffie-Hellman below 1,024 bits",
      what: "Such keys can be worked out on the spot.",
      best: "F",
      change: "Use ECDHE, or a group of RFC 7919 with 2,048 bits or more.",
      source: "CVE-2015-4000; RFC 9325 §4.4",
    },
    inPrimes((bits) => bits < 1024),
  ],
  [
    {
      id: "logjam",
      name: "Diffie-Hellman below 2,048 bits (LOGJAM)",
      what:
        "Many share such a prime, and who works it through once reads them all.",
      best: "C",
      change: "Use ECDHE, or a group of RFC 7919 with 2,048 bits or more.",
      source: "CVE-2015-4000; RFC 9325 §4.4",
    },
    inPrimes((bits) => bits >= 1024 && bits < LEAST_PRIME),
  ],
  [
    {
      id: "weak-curve",
      name: "Curves below 224 bits",
      what: "Keys on them are within reach.",
      best: "C",
      change: "Offer x25519, secp256r1 and secp384r1.",
      source: "RFC 8422 §5.1.1; NIST SP 800-57 part 1 §5.6",
    },
    ({ protocols }) =>
      some(
        protocols.flatMap(({ groups }) => groups)
          .filter((name) => curveBits(name) < LEAST_CURVE),
      ),
  ],
  [
    {
      id: "no-forward-secrecy",
      name: "Suites without forward secrecy",
      what:
        "Who records now and gets the server's key later reads everything then.",
      best: "B",
      change: "Offer ECDHE suites alone.",
      source: "RFC 9325 §4.1, §4.2",
    },
    inSuites(({ isForwardSecret }) => !isForwardSecret),
  ],
  [
    {
      id: "beast",
      name: "CBC in TLS 1.0 (BEAST)",
      what:
        "The next block's start is known beforehand, which lets guesses be tested.",
      best: "B",
      change: "Turn TLS 1.0 and SSL 3.0 off.",
      source: "CVE-2011-3389",
    },
    inSuites(
      ({ cipher }) => /_CBC/.test(cipher),
      (version) => version <= 0x0301,
    ),
  ],
];
