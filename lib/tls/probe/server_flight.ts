/**
 * What the steps of a probe hand to each other.
 *
 * @module
 */

import type { TlsServerHello } from "../../packet/layers/tls/handshake.ts";
import type { ClientHelloSpec } from "./client_hello.ts";
import type { HandshakeFlow } from "./handshake_flow.ts";
import type { KeyMaker, KeyPair } from "./key_agreement.ts";
import type { NodeCrypto } from "./node_crypto.ts";
import type { ProbeSession } from "./session.ts";

/** What the rest of a handshake adds to the hellos. */
export interface ServerFlight {
  /** The group of the key exchange. */
  group?: number | undefined;
  /** How the server signed its part. */
  signatureScheme?: number | undefined;
  /** The protocol that it chose. */
  alpn?: string | undefined;
  /** Certificates in DER. */
  certificates: readonly Uint8Array[];
  /** The stapled OCSP response in DER. */
  ocspResponse?: Uint8Array | undefined;
  /** Timestamps of Certificate Transparency. */
  timestamps: readonly Uint8Array[];
  /** Whether the server asked for a certificate of the client's. */
  clientCertificateWanted: boolean;
  /** Whether both sides' Finished messages were exchanged. */
  finished: boolean;
  /** Whether the server took a second handshake, where one was begun. */
  renegotiated?: boolean | undefined;
  /** Whether the server went on with the session that was offered. */
  resumed: boolean;
  /** Whether it would have read data that came before the end of the handshake. */
  earlyData: boolean;
  /** What its tickets stand for. */
  sessions: readonly ProbeSession[];
}

/** What the steps behind the hellos need to know. */
export interface ProbeFacts {
  /** The runtime's cryptography. */
  readonly crypto: NodeCrypto;
  /** Messages to and fro. */
  readonly flow: HandshakeFlow;
  /** What was offered. */
  readonly spec: ClientHelloSpec;
  /** What the server chose. */
  readonly hello: TlsServerHello;
  /** The client's random octets. */
  readonly random: Uint8Array;
  /** Makes our half of a key exchange. */
  readonly keyPair: KeyMaker;
  /** Our half of the key exchange in TLS 1.3. */
  readonly keys: KeyPair | undefined;
  /** Whether to go on to the end. */
  readonly finish: boolean;
  /** Whether to begin a second handshake then, before TLS 1.3. */
  readonly renegotiate: boolean;
  /** The session that was offered. */
  readonly session: ProbeSession | undefined;
  /** Told of each secret, by its name in key logs. */
  readonly onSecret?: ((label: string, secret: Uint8Array) => void) | undefined;
}

/**
 * A flight in which nothing has been seen yet.
 *
 * @returns A fresh one.
 *
 * @example
 * ```ts
 * import { emptyFlight } from "./server_flight.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(emptyFlight().finished, false);
 * ```
 */
export function emptyFlight(): ServerFlight {
  return {
    certificates: [],
    timestamps: [],
    clientCertificateWanted: false,
    finished: false,
    resumed: false,
    earlyData: false,
    sessions: [],
  };
}
