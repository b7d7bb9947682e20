/**
 * What is known against what a server does besides, and against its
 * certificates: one entry each.
 *
 * @module
 */

import { TLS_1_2 } from "./offer.ts";
import type { Certificate } from "../certificate.ts";
import { type Detect, some, type WeaknessRule } from "./weakness.ts";

/** Shorter keys have been broken, or will be soon (NIST SP 800-57 part 1 §5.6). */
const LEAST_RSA = 2048;
const LEAST_CURVE = 224;

const WEAK_DIGEST = /md[245]|sha-?1(?!\d)/i;

function ofCertificates(
  says: (certificate: Certificate, place: number) => string | undefined,
): Detect {
  return ({ certificates }) =>
    some(
      certificates.flatMap(({ chain }) => chain.map(says))
        .filter((text) => text !== undefined),
    );
}

/** The weaknesses of what a server does, and of its certificates. */
export const weakAnswers: readonly WeaknessRule[] = [
  [
    {
      id: "heartbleed",
      name: "Heartbleed",
      what: "The server sends pieces of its memory to anybody, keys included.",
      best: "F",
      change: "Update OpenSSL, then replace keys, certificates and passwords.",
      source: "CVE-2014-0160",
    },
    ({ features }) =>
      features.heartbleed
        ? "a heartbeat that brought nothing was answered with 16 octets"
        : undefined,
  ],
  [
    {
      id: "robot",
      name: "An oracle for RSA (ROBOT)",
      what:
        "By asking often enough, others decrypt what was recorded, or sign as the server.",
      best: "F",
      change:
        "Take all suites with RSA key exchange out of the list, and update.",
      source: "CVE-2017-13099 and others; RFC 5246 §7.4.7.1",
    },
    ({ features }) =>
      features.robot === "strong"
        ? "each fault in the padding of a key has an answer of its own"
        : features.robot === "weak"
        ? "a key that is padded wrongly has an answer of its own"
        : undefined,
  ],
  [
    {
      id: "heartbeat",
      name: "Heartbeats",
      what:
        "Nobody needs them over TCP, and with an old OpenSSL they bleed: { heartbleed: true } tells.",
      best: "A",
      change: "Turn heartbeats off.",
      source: "RFC 6520; CVE-2014-0160",
    },
    ({ features }) =>
      features.heartbeat && features.heartbleed === undefined
        ? "the extension is accepted"
        : undefined,
  ],
  [
    {
      id: "crime",
      name: "Compression (CRIME)",
      what: "How much a request shrinks tells of the secrets in it.",
      best: "C",
      change: "Turn TLS compression off.",
      source: "CVE-2012-4929; RFC 9325 §3.3",
    },
    ({ features }) => features.compression ? "DEFLATE was chosen" : undefined,
  ],
  [
    {
      id: "insecure-renegotiation",
      name: "No secure renegotiation",
      what:
        "Somebody on the way may put words of their own in front of a client's.",
      best: "D",
      change: "Update the server, or turn renegotiation off.",
      source: "RFC 5746; CVE-2009-3555",
    },
    ({ features: { renegotiation: { secure, clientInitiated } } }) =>
      secure !== false
        ? undefined
        : clientInitiated
        ? "a client's second handshake was begun, untied to the first"
        : "renegotiation_info was not answered",
  ],
  [
    {
      id: "client-renegotiation",
      name: "Handshakes that clients begin again",
      what:
        "One connection can keep the server at work that costs the client next to nothing.",
      best: "B",
      change: "Turn renegotiation off, or leave it to the server to begin it.",
      source: "CVE-2011-1473; RFC 5746, RFC 9325 §3.5",
    },
    ({ features }) =>
      features.renegotiation.clientInitiated
        ? "a hello within the connection was answered by another"
        : undefined,
  ],
  [
    {
      id: "short-certificate-key",
      name: "A short key in a certificate",
      what: "It can be worked out, and with it somebody else is the server.",
      best: "C",
      change: "Have it made anew with RSA of 2,048 bits or more, or P-256.",
      source: "RFC 9325 §4.5; CA/Browser Forum BR §6.1.5",
    },
    ofCertificates(({ subject, key: { algorithm, bits } }) =>
      /^(?:RSA|DSA)/.test(algorithm) && bits < LEAST_RSA ||
        algorithm === "EC" && bits > 0 && bits < LEAST_CURVE
        ? `${algorithm} of ${bits} bits in ${subject}`
        : undefined
    ),
  ],
  [
    {
      id: "weak-certificate-signature",
      name: "A certificate signed with MD5 or SHA-1",
      what: "Another certificate with the same signature can be made.",
      best: "C",
      change: "Have it issued anew with SHA-256.",
      source: "RFC 6194, RFC 9155; CA/Browser Forum BR §7.1.3.2",
    },
    // Nobody checks how a certificate signed itself.
    ofCertificates(({ selfIssued, subject, signatureAlgorithm }) =>
      !selfIssued && WEAK_DIGEST.test(
          `${signatureAlgorithm.name} ${signatureAlgorithm.hash ?? ""}`,
        )
        ? `${signatureAlgorithm.name} on ${subject}`
        : undefined
    ),
  ],
  [
    {
      id: "weak-signature-scheme",
      name: "Keys signed with MD5 or SHA-1 (SLOTH)",
      what: "A handshake could be passed off as another with the same digest.",
      best: "A",
      change: "Allow no signature scheme below SHA-256.",
      source: "RFC 9155; CVE-2015-7575",
    },
    ({ protocols }) =>
      some(
        protocols.flatMap(({ signatureSchemes }) => signatureSchemes)
          .filter((name) => /_(?:md5|sha1)$/.test(name)),
      ),
  ],
  [
    {
      id: "no-fallback-scsv",
      name: "No protection against falling back",
      what: "A client that tries lower versions can be brought down unnoticed.",
      best: "A",
      change: "Update the server, or offer TLS 1.2 and TLS 1.3 alone.",
      source: "RFC 7507",
    },
    // From TLS 1.3 to 1.2 nobody is brought down: the ServerHello's random tells
    // (RFC 8446 §4.1.3).
    ({ features, protocols }) =>
      features.fallbackScsv === false &&
        protocols.some(({ offered, version }) => offered && version < TLS_1_2)
        ? "TLS_FALLBACK_SCSV was passed over"
        : undefined,
  ],
  [
    {
      id: "no-extended-master-secret",
      name: "No extended master secret",
      what: "Two sessions can be made to share their keys.",
      best: "A",
      change: "Update the server.",
      source: "RFC 7627; CVE-2015-6112",
    },
    ({ features }) =>
      features.extendedMasterSecret === false
        ? "extended_master_secret was not answered"
        : undefined,
  ],
  [
    {
      id: "early-data",
      name: "Early data",
      what:
        "What comes before the handshake is over can be sent once more by others.",
      best: "A",
      change:
        "Take early data for requests that may be repeated, or turn it off.",
      source: "RFC 8446 §8, RFC 8470",
    },
    ({ features: { earlyData = 0 } }) =>
      earlyData > 0 ? `up to ${earlyData} octets` : undefined,
  ],
];
