/**
 * What a server can do besides versions and suites: sessions, signals,
 * extensions.
 *
 * @module
 */

import { tlsAlerts } from "../../packet/layers/tls/names.ts";
import type { ProbeResult } from "../probe/probe.ts";
import { accepted, favourites } from "./favourites.ts";
import { heartbleeds } from "./heartbleed.ts";
import { allSignaturesCert, schemes, TLS_1_3 } from "./offer.ts";
import type { ProtocolScan } from "./protocol.ts";
import type { Prober } from "./prober.ts";
import type { Renegotiation } from "./renegotiation.ts";
import { extension, type Reply } from "./reply.ts";
import type { RobotOracle } from "./robot.ts";
import { type Resumed1_3, resumes1_3, type Resumption } from "./sessions.ts";
import { type FeatureScanning, shake } from "./shaking.ts";
import { suiteVerdict } from "./suite.ts";

/**
 * What a server can do besides versions and suites. `undefined` is what could
 * not be told, or has no meaning with the versions that it speaks.
 */
export interface TlsFeatures {
  /** Whether it compresses (RFC 3749). */
  readonly compression: boolean | undefined;
  /** Whether it shakes hands a second time within a connection, and how. */
  readonly renegotiation: Renegotiation;
  /** Whether it minds clients that came down in versions without need (RFC 7507). */
  readonly fallbackScsv: boolean | undefined;
  /** Whether keys are tied to the whole handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean | undefined;
  /** Whether it can authenticate what is encrypted, in CBC suites (RFC 7366). */
  readonly encryptThenMac: boolean | undefined;
  /** Whether it takes heartbeats (RFC 6520). */
  readonly heartbeat: boolean | undefined;
  /** Whether a heartbeat makes it tell its memory; only where that was asked for. */
  readonly heartbleed: boolean | undefined;
  /**
   * What its answers tell of the padding of what is encrypted for its RSA key;
   * `undefined` as well if that was not asked for.
   */
  readonly robot: RobotOracle | undefined;
  /** Whether it goes on with sessions by their identifier, before TLS 1.3. */
  readonly sessionIds: Resumption | undefined;
  /** Whether it goes on with sessions by tickets, before TLS 1.3 (RFC 5077). */
  readonly sessionTickets: Resumption | undefined;
  /** Tickets that it gives out after a handshake of TLS 1.3. */
  readonly tickets1_3: number | undefined;
  /** Whether it goes on with sessions of TLS 1.3 by those (RFC 8446 §2.2). */
  readonly resumption1_3: Resumption | undefined;
  /**
   * Octets that its tickets allow before the handshake is over (RFC 8446 §2.3);
   * 0 for none.
   */
  readonly earlyData: number | undefined;
  /** Whether it then takes them, where they are allowed. */
  readonly earlyDataAccepted: boolean | undefined;
  /** Whether it staples the status of its certificate (RFC 6066 §8). */
  readonly ocspStapling: boolean | undefined;
  /** Whether it asks for the client's certificate. */
  readonly clientCertificateWanted: boolean | undefined;
  /** Protocols that it agrees on (RFC 7301), its favourite first. */
  readonly alpn: readonly string[];
}

/** Protocols that are asked for, as IANA has them in "TLS ALPN Protocol IDs". */
const PROTOCOLS: readonly string[] = [
  ...["h2", "http/1.1", "http/1.0", "http/0.9", "spdy/3"],
  ...["acme-tls/1", "dot", "imap", "pop3", "managesieve", "ftp", "nntp"],
  ...["xmpp-client", "xmpp-server", "mqtt", "postgresql", "irc", "sip/2"],
  ...["stun.turn", "stun.nat-discovery", "webrtc", "c-webrtc", "coap"],
  ...["ntske/1", "nnsp", "smb", "sunrpc", "tds/8.0", "dicom", "radius/1.0"],
];

const FALLBACK_SCSV = 0x5600;
const INAPPROPRIATE_FALLBACK = Number(
  Object.keys(tlsAlerts).find((number) =>
    tlsAlerts[Number(number)] === "inappropriate_fallback"
  ),
);
/** What handshakes of TLS 1.3 have shown. */
export interface Seen1_3 {
  /** The certificate chains, one for each kind of key. */
  readonly chains: readonly (readonly Uint8Array[])[];
  /** The features that are seen there. */
  readonly features: Pick<
    TlsFeatures,
    | keyof Resumed1_3
    | "tickets1_3"
    | "earlyData"
    | "ocspStapling"
    | "clientCertificateWanted"
  >;
}

/**
 * Shakes hands in TLS 1.3, where signatures, certificates and tickets are
 * encrypted, as often as the server has ways to sign.
 *
 * @param protocol TLS 1.3, which is told of the schemes.
 * @param scanning How to ask.
 * @returns What was seen; `undefined` if no handshake came about.
 */
export async function see1_3(
  protocol: ProtocolScan,
  scanning: FeatureScanning,
): Promise<Seen1_3 | undefined> {
  const seen: ProbeResult[] = [];
  let resumed: Promise<Resumed1_3> | undefined;
  const { found } = await accepted(schemes, async (left) => {
    const result = await shake(protocol, scanning, {
      // The first one goes to its end, where the tickets are.
      finish: left === schemes,
      signatureAlgorithms: left,
      extra: [allSignaturesCert],
    });
    if (result) seen.push(result);
    // That needs nothing of what the others show.
    if (result && !resumed) {
      resumed = resumes1_3(protocol, scanning, result);
      // What is wrong with it is thrown where it is waited for.
      resumed.catch(() => {});
    }
    return result?.signatureScheme;
  });
  protocol.schemes = found;
  const [first] = seen;
  if (first === undefined || resumed === undefined) return undefined;
  const { sessions, finished } = first;
  return {
    chains: seen.map(({ certificates }) => certificates),
    features: {
      ...await resumed,
      tickets1_3: finished ? sessions.length : undefined,
      earlyData: finished
        ? Math.max(0, ...sessions.map(({ earlyData }) => earlyData))
        : undefined,
      ocspStapling: seen.some(({ ocspResponse }) => ocspResponse !== undefined),
      clientCertificateWanted: first.clientCertificateWanted,
    },
  };
}

/**
 * Finds the protocols that a server agrees on.
 *
 * @param protocol The latest version before TLS 1.3, or that one.
 * @param scanning How to ask.
 * @returns Their names, its favourite first.
 */
export function findProtocols(
  protocol: ProtocolScan,
  scanning: FeatureScanning,
): Promise<string[]> {
  return favourites(PROTOCOLS, async (left) => {
    if (protocol.version === TLS_1_3) {
      return (await shake(protocol, scanning, { alpn: left }))?.alpn;
    }
    const { hello } = await protocol.ask({
      suites: protocol.suites,
      alpn: left,
    });
    return extension(hello, "applicationProtocols")?.protocols[0];
  });
}

/**
 * Finds out whether a server minds a client that comes in a lower version than
 * it could, and says so.
 *
 * @param lower A version that the server speaks, but not its highest.
 * @returns Whether; `undefined` if it does something else.
 * @see RFC 7507 §3
 */
export async function mindsFallback(
  lower: ProtocolScan,
): Promise<boolean | undefined> {
  const reply = await lower.ask({ suites: [...lower.suites, FALLBACK_SCSV] });
  if (reply.alert === INAPPROPRIATE_FALLBACK) return true;
  return reply.outcome === "hello" ? false : undefined;
}

/**
 * Sends one heartbeat that asks for sixteen octets more than it brings, if that
 * was asked for and the server takes heartbeats.
 *
 * @param protocol A version before TLS 1.3.
 * @param prober Asks.
 * @returns Whether the server tells of its memory.
 */
export async function findHeartbleed(
  protocol: ProtocolScan,
  prober: Prober,
): Promise<boolean | undefined> {
  if (!takesHeartbeats(protocol.replies)) return false;
  return await heartbleeds(
    protocol.records({ suites: protocol.suites }),
    protocol.version,
    prober,
  );
}

function takesHeartbeats(replies: readonly Reply[]): boolean {
  return replies.some(({ hello }) => extension(hello, "heartbeat")?.mode === 1);
}

/**
 * What the answers of the versions before TLS 1.3 say by themselves.
 *
 * @param protocols Those that the server speaks.
 * @returns The features that are seen there; `undefined` of none.
 */
export function seenBefore1_3(
  protocols: readonly ProtocolScan[],
):
  & Pick<
    TlsFeatures,
    | "compression"
    | "extendedMasterSecret"
    | "encryptThenMac"
    | "heartbeat"
    | "ocspStapling"
    | "clientCertificateWanted"
  >
  & { readonly secureRenegotiation: boolean | undefined } {
  const replies = protocols.flatMap(({ replies }) => replies);
  // SSL 3.0 has no extensions.
  const extended = protocols.filter(({ version }) => version > 0x0300)
    .flatMap(({ replies }) => replies);
  const has = (
    among: readonly Reply[],
    test: (reply: Reply) => boolean,
  ): boolean | undefined => among.length > 0 ? among.some(test) : undefined;
  const answers = (
    kind: Parameters<typeof extension>[1],
  ): boolean | undefined =>
    has(extended, ({ hello }) => extension(hello, kind) !== undefined);
  const inCbc = extended.filter(({ hello }) =>
    /_CBC/.test(suiteVerdict(hello!.cipherSuite).cipher)
  );
  return {
    compression: has(
      replies,
      ({ hello }) => hello!.compressionMethod !== 0,
    ),
    secureRenegotiation: answers("renegotiationInfo"),
    extendedMasterSecret: answers("extendedMasterSecret"),
    encryptThenMac: has(
      inCbc,
      ({ hello }) => extension(hello, "encryptThenMac") !== undefined,
    ),
    heartbeat: extended.length > 0 ? takesHeartbeats(extended) : undefined,
    ocspStapling: has(
      extended,
      ({ ocspResponse }) => ocspResponse !== undefined,
    ),
    clientCertificateWanted: has(
      replies,
      ({ clientCertificateWanted }) => clientCertificateWanted,
    ),
  };
}
