/**
 * Handshakes that go further than a hello, within a scan.
 *
 * @module
 */

import type { ClientHelloSpec } from "../probe/client_hello.ts";
import { canAgree, type KeyMaker } from "../probe/key_agreement.ts";
import {
  type DeepProbeOptions,
  probe,
  type ProbeResult,
} from "../probe/probe.ts";
import { suiteFacts } from "../probe/suite_facts.ts";
import type { StartTls } from "../starttls.ts";
import type { Prober } from "./prober.ts";
import type { ProtocolScan } from "./protocol.ts";
import { suiteVerdict } from "./suite.ts";

/** What the questions need. */
export interface FeatureScanning {
  /** Asks the server. */
  readonly prober: Prober;
  /** The host that is wanted. */
  readonly serverName: string | undefined;
  /** What the server speaks before TLS. */
  readonly starttls: StartTls | undefined;
  /** Makes our half of a key exchange. */
  readonly keyPair: KeyMaker;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** What differs from handshake to handshake. */
export interface Shaking
  extends
    Pick<DeepProbeOptions, "finish" | "alpn" | "renegotiate" | "session">,
    Pick<ClientHelloSpec, "extra"> {
  /** @default {all that the server has} */
  readonly cipherSuites?: readonly number[];
  /** @default {those that the server has, as far as they are known} */
  readonly groups?: readonly number[] | undefined;
  /** @default {the usual} */
  readonly signatureAlgorithms?: readonly number[];
}

/**
 * Shakes hands in one version.
 *
 * @param protocol The version, whose suites are known.
 * @param scanning How to ask.
 * @param shaking How far to go, and with what.
 * @returns What was seen; `undefined` if no handshake came about.
 */
export async function shake(
  protocol: ProtocolScan,
  { prober, serverName, starttls, signal, keyPair }: FeatureScanning,
  shaking: Shaking,
): Promise<ProbeResult | undefined> {
  const { cipherSuites, signatureAlgorithms, extra, groups: _, ...options } =
    shaking;
  const { groups = protocol.groups.filter(canAgree) } = shaking;
  try {
    return await prober.run(() =>
      probe(prober.peer, {
        ...{
          serverName: serverName ?? null,
          starttls,
          signal,
          keyPair,
          ...options,
        },
        timeout: prober.timeout,
        versions: [protocol.version],
        hello: {
          cipherSuites: cipherSuites ?? protocol.suites,
          ...groups.length > 0 && { groups },
          ...signatureAlgorithms && { signatureAlgorithms },
          ...extra && { extra },
        },
      })
    );
  } catch (error) {
    signal.throwIfAborted();
    // Then it is not known; the scan goes on.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/**
 * The suites of a version before TLS 1.3 with which a handshake can be brought to
 * its end.
 *
 * @param protocol The version.
 * @returns Their numbers; none of SSL 3.0.
 */
export function finishable(
  { version, suites }: Pick<ProtocolScan, "version" | "suites">,
): number[] {
  if (version <= 0x0300) return [];
  return suites.filter((one) => {
    const { keyExchange, authentication } = suiteVerdict(one);
    return /^(?:ECDHE|DHE|RSA)$/.test(keyExchange) &&
      /^(?:RSA|ECDSA|DSS)$/.test(authentication) &&
      suiteFacts(one)?.cipher !== undefined;
  });
}
