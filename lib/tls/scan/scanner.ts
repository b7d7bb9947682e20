/**
 * The steps of a scan, those beside each other that need not wait for others.
 *
 * @module
 */

import { DecodeError, NetError } from "../../errors.ts";
import { tryParse } from "../../ip/address.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { Certificate } from "../certificate.ts";
import type { KeyMaker } from "../probe/key_agreement.ts";
import { probe } from "../probe/probe.ts";
import type { StartTls } from "../starttls.ts";
import {
  findHeartbleed,
  findProtocols,
  mindsFallback,
  see1_3,
  type Seen1_3,
  seenBefore1_3,
  type TlsFeatures,
} from "./features.ts";
import { Offers, TLS_1_3, VERSIONS } from "./offer.ts";
import type { Prober } from "./prober.ts";
import { ProtocolScan, type ScannedSuite } from "./protocol.ts";
import { isRenegotiating } from "./renegotiation.ts";
import { findRobot } from "./robot.ts";
import { resumes } from "./sessions.ts";
import type { FeatureScanning } from "./shaking.ts";
import { ssl2Hello, Ssl2Reader } from "./ssl2.ts";
import type { ScanFacts, ScannedCertificate } from "./weakness.ts";

/** What a {@linkcode Scanner} needs to know. */
export interface ScannerFacts {
  /** Whom it scans, as it was named. */
  readonly peer: Endpoint;
  /** Asks. */
  readonly prober: Prober;
  /** Ends all questions. */
  readonly over: AbortController;
  /** The host to ask for; `null` for none. @default {the target's name} */
  readonly serverName?: string | null | undefined;
  /** What the server speaks before TLS. */
  readonly starttls?: StartTls | undefined;
  /** Makes our half of a key exchange. */
  readonly keyPair: KeyMaker;
  /** Whether to look for Heartbleed. */
  readonly heartbleed?: boolean | undefined;
  /** Whether to look for ROBOT. */
  readonly robot?: boolean | undefined;
  /** Is told of each suite that is found. */
  readonly found: (protocol: string, suite: ScannedSuite) => void;
}

/** The steps of one scan. */
export class Scanner {
  readonly #prober: Prober;
  readonly #features: FeatureScanning;
  readonly #heartbleed: boolean;
  readonly #robot: boolean;
  readonly #peer: Endpoint;
  readonly #over: AbortController;
  readonly #protocols: readonly ProtocolScan[];

  /**
   * Asks nothing yet.
   *
   * @param facts Whom to ask, and how.
   */
  constructor(facts: ScannerFacts) {
    const { peer, prober, over, found, starttls, serverName: given } = facts;
    const isName = tryParse(peer.hostname) === undefined;
    const name = given === undefined && isName ? peer.hostname : given;
    const serverName = name?.replace(/\.$/, "") || undefined;
    this.#peer = peer;
    this.#prober = prober;
    this.#heartbleed = facts.heartbleed ?? false;
    this.#robot = facts.robot ?? true;
    this.#over = over;
    this.#features = {
      ...{ prober, serverName, starttls, signal: over.signal },
      keyPair: facts.keyPair,
    };
    const offers = new Offers(serverName);
    this.#protocols = VERSIONS.map((version) =>
      new ProtocolScan(version, { prober, offers, found })
    );
  }

  /**
   * Asks everything.
   *
   * @returns What was found.
   * @throws {NetError} If nobody speaks TLS there, or nobody is there any more.
   */
  async scan(): Promise<
    ScanFacts & { readonly serverName: string | undefined }
  > {
    const suites = this.#protocols.map((one) => one.scanSuites());
    const [ssl2, seen1_3, ofAll, ofFirst] = await this.#all([
      this.#prober.askWith(ssl2Hello(), new Ssl2Reader()),
      this.#of1_3(suites),
      this.#ofAll(suites),
      this.#ofFirst(suites),
    ]);
    const before = this.#speaks.filter(({ version }) => version < TLS_1_3);
    if (this.#speaks.length === 0 && ssl2 === undefined) await this.#isTls();
    const [first] = before;
    // The last of all: some take their time once they have said no to it.
    const clientInitiated = first &&
      await isRenegotiating(first, this.#features);
    return {
      serverName: this.#features.serverName,
      protocols: this.#protocols.map((one) => one.result()),
      ssl2,
      certificates: certificatesOf([
        ...before.flatMap(({ replies }) =>
          replies.map(({ certificates }) => certificates)
        ),
        ...seen1_3?.chains ?? [],
      ]),
      features: merged(
        { ...seenBefore1_3(before), ...ofAll, ...ofFirst },
        clientInitiated,
        seen1_3,
      ),
    };
  }

  /** The versions that the server speaks, as far as their suites are found. */
  get #speaks(): ProtocolScan[] {
    return this.#protocols.filter(({ isOffered }) => isOffered);
  }

  /** TLS 1.3, which waits for none of the others. */
  async #of1_3(suites: readonly Promise<void>[]): Promise<Seen1_3 | undefined> {
    const latest = this.#protocols[0]!;
    await suites[0];
    if (!latest.isOffered) return undefined;
    const [seen] = await this.#all([
      see1_3(latest, this.#features),
      latest.scanGroups(),
    ]);
    return seen;
  }

  /** What is seen only when the suites of all versions are there. */
  async #ofAll(
    suites: readonly Promise<void>[],
  ): Promise<Pick<TlsFeatures, "fallbackScsv" | "robot">> {
    await this.#all(suites);
    const [, second] = this.#speaks;
    const before = this.#speaks.filter(({ version }) => version < TLS_1_3);
    const [fallbackScsv, robot] = await this.#all([
      second && mindsFallback(second),
      this.#robot ? findRobot(before, this.#prober) : undefined,
    ]);
    return { fallbackScsv, robot };
  }

  /** What is asked in the latest version before TLS 1.3. */
  async #ofFirst(suites: readonly Promise<void>[]): Promise<OfFirst> {
    const scanning = this.#features;
    const [latest, ...before] = this.#protocols;
    for (const [i, first] of before.entries()) {
      await suites[i + 1];
      if (!first.isOffered) continue;
      const [sessionIds, sessionTickets, heartbleed, alpn] = await this.#all([
        resumes(first, scanning, "id"),
        resumes(first, scanning, "ticket"),
        this.#heartbleed ? findHeartbleed(first, this.#prober) : undefined,
        findProtocols(first, scanning),
        first.scanGroups(),
        first.scanSchemes(),
      ]);
      return { sessionIds, sessionTickets, heartbleed, alpn };
    }
    await suites[0];
    return {
      sessionIds: undefined,
      sessionTickets: undefined,
      heartbleed: undefined,
      alpn: latest!.isOffered ? await findProtocols(latest!, scanning) : [],
    };
  }

  /** All of them; the first that fails ends the others, which are waited for. */
  async #all<T extends readonly unknown[]>(
    steps: readonly [...T],
  ): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    try {
      return await Promise.all(steps);
    } catch (error) {
      this.#over.abort(error);
      await Promise.allSettled(steps);
      throw error;
    }
  }

  /**
   * Nothing was accepted: if nobody speaks TLS there at all, this says what is
   * spoken.
   */
  async #isTls(): Promise<void> {
    const refusals = this.#protocols.map(({ refused }) => refused?.outcome);
    if (refusals.some((one) => one === "alert" || one === "hello")) return;
    const { serverName, starttls, signal } = this.#features;
    const { timeout, peer } = this.#prober;
    await this.#prober.run(() =>
      probe(peer, {
        ...{ serverName: serverName ?? null, starttls, signal, timeout },
      })
    ).catch((error) => {
      signal.throwIfAborted();
      if (!(error instanceof NetError) || error.code === "alert") return;
      throw new NetError(
        error.message.replace(/^Cannot [^:]* \S+: |\. Try: .*$/g, ""),
        {
          code: error.code,
          op: "scan the TLS of",
          target: `${this.#peer}`,
          hint: error.hint,
          cause: error,
        },
      );
    });
  }
}

/** What the latest version before TLS 1.3 shows. */
type OfFirst = Pick<
  TlsFeatures,
  "sessionIds" | "sessionTickets" | "heartbleed" | "alpn"
>;

/** What is seen of all versions but TLS 1.3. */
type SeenBefore =
  & ReturnType<typeof seenBefore1_3>
  & OfFirst
  & Pick<TlsFeatures, "fallbackScsv" | "robot">;

const NOT_SEEN: Seen1_3["features"] = {
  tickets1_3: undefined,
  resumption1_3: undefined,
  earlyData: undefined,
  earlyDataAccepted: undefined,
  ocspStapling: undefined,
  clientCertificateWanted: undefined,
};

function merged(
  { secureRenegotiation: secure, ...before }: SeenBefore,
  clientInitiated: boolean | undefined,
  seen1_3: Seen1_3 | undefined,
): TlsFeatures {
  const since = seen1_3?.features ?? NOT_SEEN;
  return {
    ...before,
    ...since,
    renegotiation: { secure, clientInitiated },
    ocspStapling: either(before.ocspStapling, since.ocspStapling),
    clientCertificateWanted: either(
      before.clientCertificateWanted,
      since.clientCertificateWanted,
    ),
  };
}

/** Whether one of the two is so, as far as it is known. */
function either(
  first: boolean | undefined,
  second: boolean | undefined,
): boolean | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return first || second;
}

/** Each chain once. */
function certificatesOf(
  chains: readonly (readonly Uint8Array[])[],
): ScannedCertificate[] {
  const found = new Map<string, ScannedCertificate>();
  for (const der of chains) {
    const [own] = der;
    if (own === undefined) continue;
    const text = own.toBase64();
    if (!found.has(text)) found.set(text, readChain(der));
  }
  return [...found.values()];
}

function readChain(der: readonly Uint8Array[]): ScannedCertificate {
  const chain: Certificate[] = [];
  let problem: string | undefined;
  for (const one of der) {
    try {
      chain.push(new Certificate(one));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      problem = error.message;
      break;
    }
  }
  return { kind: chain[0]?.key.algorithm ?? "unknown", chain, der, problem };
}
