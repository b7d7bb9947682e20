/**
 * Scanning a server: everything that it offers in TLS, and what is to be said
 * against it.
 *
 * @module
 */

import { Run } from "../../inspect/run.ts";
import { type Address, parse, tryParse } from "../../ip/address.ts";
import type { Endpoint, EndpointLike } from "../../socket/endpoint.ts";
import { failure } from "../../socket/failure.ts";
import { authorise } from "../../wire/authority.ts";
import { serverTarget } from "../inspecting/inspect_target.ts";
import { keyMaker } from "../probe/key_agreement.ts";
import { nodeCrypto } from "../probe/node_crypto.ts";
import { checkStartTls, type StartTls } from "../starttls.ts";
import { Prober } from "./prober.ts";
import type { ScannedSuite } from "./protocol.ts";
import { Scanner } from "./scanner.ts";
import { TlsScan } from "./scan_result.ts";

export { weaknessTable } from "./grade.ts";
export { TlsScan } from "./scan_result.ts";
export type { Preference } from "./favourites.ts";
export type { TlsFeatures } from "./features.ts";
export type { ProfileCheck, ProfileName } from "./profiles.ts";
export type { ScannedProtocol, ScannedSuite } from "./protocol.ts";
export type { Renegotiation } from "./renegotiation.ts";
export type { RobotOracle } from "./robot.ts";
export type { TlsScanFacts } from "./scan_result.ts";
export type { Resumption } from "./sessions.ts";
export type { SuiteStrength, SuiteVerdict } from "./suite.ts";
export type {
  Grade,
  ScanFacts,
  ScannedCertificate,
  Weakness,
  WeaknessEntry,
} from "./weakness.ts";

/** Options for {@linkcode scan}. */
export interface TlsScanOptions {
  /**
   * The host to ask for; `null` asks for none.
   * @default {the target's name; none for an address}
   */
  serverName?: string | null | undefined;
  /** What the server speaks before TLS begins. @default {nothing} */
  starttls?: StartTls | undefined;
  /** The most connections at a time, 1 to 64. @default {8} */
  concurrency?: number | undefined;
  /** How long each question may take, in milliseconds. @default {5000} */
  timeout?: number | undefined;
  /**
   * Whether to send a server that takes heartbeats one with the fault in it: see
   * the entry `"heartbleed"` of `weaknessTable`. @default {false}
   */
  heartbleed?: boolean | undefined;
  /**
   * Whether to send a server with RSA key exchange keys that are padded wrongly,
   * ten handshakes that it ends: see the entry `"robot"` of `weaknessTable`.
   * @default {true}
   */
  robot?: boolean | undefined;
  /**
   * Why one may do this, in a few words: `"my own server"`. Without it, this
   * machine and its own private subnets are all there is.
   */
  authorised?: string | undefined;
  /** Ends it; what waits rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A suite that was found while a scan goes on. */
export interface FoundSuite extends ScannedSuite {
  /** The version: `"TLS 1.2"`. */
  readonly protocol: string;
}

/**
 * Scans a server: versions, cipher suites, groups and signature schemes in its
 * own order, certificates, sessions, signals, known weaknesses, and a grade.
 *
 * To scan is to test: one does so to what one owns or may test. Other hosts than
 * this machine and its own private subnets are refused unless `authorised` says
 * why one may. The hellos are raw, so that nothing depends on what the runtime
 * would offer; it takes some 50 to 200 connections, none of which sends a
 * request, and most of which end before the handshake does.
 *
 * @param target `"host:port"`, `"host"` for port 443, `{ hostname, port }`, an
 * `https:` URL, or one of what is spoken before TLS: `"smtp://mail.example"`.
 * @param options The name to ask for, how many at a time, how long to wait.
 * @returns The scan: awaited, all of it; iterated, the suites as they are found.
 * @throws {NetError} `"not-tls"` if something else is spoken there, `"timeout"`
 * if the server says nothing, and as `net.tcp.connect`: `"refused"`, ….
 * @throws {PermissionError} `"not-authorised"` without leave.
 * @throws {ParseError} If the target is no host and port.
 * @throws {TypeError} If it is an address of another protocol, or a file.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 9325 (what to offer), RFC 8446, RFC 5246
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * // What is no TLS says so.
 * await using server = await net.tcp.serve({}, (conn) => conn.write("220 mail ESMTP\r\n"));
 * await assert.rejects(net.tls.scan(server.address).then(), { code: "not-tls" });
 * ```
 */
export function scan(
  target: EndpointLike | URL,
  options: TlsScanOptions = {},
): Run<FoundSuite, TlsScan> {
  const { concurrency = 8, timeout = 5000, signal } = options;
  const { peer, starttls = options.starttls } = serverTarget(target, "scan");
  const check = (
    name: string,
    value: number,
    isRight: boolean,
    must: string,
  ) => {
    if (isRight) return;
    throw new RangeError(
      `Cannot scan ${peer} as '${name}' must be ${must}: current value is ${value}`,
    );
  };
  check("port", peer.port, peer.port > 0, "1 to 65535");
  check(
    "concurrency",
    concurrency,
    Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 64,
    "a whole number from 1 to 64",
  );
  check("timeout", timeout, timeout > 0 && timeout < 2 ** 31, "above 0");
  if (starttls !== undefined) checkStartTls(starttls);
  return new Run<FoundSuite, TlsScan>(
    `Scan the TLS of ${peer}`,
    async (report) => {
      const at = new Date();
      const started = performance.now();
      // The first that fails ends the others.
      const over = new AbortController();
      const stop = () => over.abort(report.signal.reason);
      report.signal.addEventListener("abort", stop, { once: true });
      const addresses = await addressesOf(peer, report.signal);
      report.signal.throwIfAborted();
      await authorise({
        action: "scan the TLS of",
        targets: addresses.map((address) => address.withZone()),
      }, { authorised: options.authorised, signal: report.signal });
      const prober = new Prober(peer, {
        ...{ addresses, concurrency, timeout, starttls },
        signal: over.signal,
      });
      try {
        await prober.reach();
        const found = await new Scanner({
          ...{ peer, prober, over, starttls },
          serverName: options.serverName,
          heartbleed: options.heartbleed,
          robot: options.robot,
          keyPair: keyMaker(await nodeCrypto()),
          found: (protocol, suite) => {
            report.row({ ...suite, protocol });
            report.progress(prober.connections, Infinity);
          },
        }).scan();
        return new TlsScan({
          ...found,
          target: `${peer}`,
          address: `${prober.peer}`,
          at,
          ms: performance.now() - started,
          connections: prober.connections,
        });
      } finally {
        prober.close();
        report.signal.removeEventListener("abort", stop);
        over.abort(new DOMException("The scan is over", "AbortError"));
      }
    },
    {
      signal,
      line: ({ protocol, name, strength }) => `${protocol} ${name} ${strength}`,
    },
  );
}

/** All addresses of a host, which all want to be allowed. */
async function addressesOf(
  peer: Endpoint,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  const { hostname } = peer;
  const known = tryParse(hostname);
  if (known !== undefined) return [known];
  const { lookup } = await import("node:dns/promises");
  try {
    const found = await lookup(hostname, { all: true });
    return found.map(({ address }) => parse(address));
  } catch (error) {
    signal.throwIfAborted();
    throw failure(error, "scan the TLS of", peer);
  }
}
