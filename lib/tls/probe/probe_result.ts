/**
 * What a handshake of our own has shown.
 *
 * @module
 */

import type { TlsAlert } from "../watching/message_names.ts";
import type { ProbeMessage } from "./handshake_flow.ts";
import type { ProbeSession } from "./session.ts";

/** What `probe` has seen. */
export interface ProbeResult {
  /** The version that the server chose: 0x0304 is TLS 1.3. */
  readonly version: number;
  /** The cipher suite that the server chose. */
  readonly cipherSuite: number;
  /** The group of the key exchange, if it has one. */
  readonly group: number | undefined;
  /** How the server signed its part, from TLS 1.2 on. */
  readonly signatureScheme: number | undefined;
  /** The protocol that the server chose. */
  readonly alpn: string | undefined;
  /** The certificates in DER, as sent, the server's own first. */
  readonly certificates: readonly Uint8Array[];
  /** The stapled OCSP response in DER. */
  readonly ocspResponse: Uint8Array | undefined;
  /** Timestamps of Certificate Transparency from the handshake. */
  readonly timestamps: readonly Uint8Array[];
  /** Whether the server asked for a certificate of the client's. */
  readonly clientCertificateWanted: boolean;
  /** An alert that came, but did not keep us from reading what we wanted. */
  readonly alert: TlsAlert | undefined;
  /** All messages of both sides in order. */
  readonly messages: readonly ProbeMessage[];
  /** Milliseconds since connecting began. */
  readonly times: {
    /** When the connection stood, and TLS began. */
    readonly connected: number;
    /** When the ServerHello was there. */
    readonly serverHello: number;
    /** When the last message was there. */
    readonly done: number;
  };
  /** Whether the server asked for another ClientHello first. */
  readonly helloRetry: boolean;
  /** Whether both sides' Finished messages were exchanged and the server's was right. */
  readonly finished: boolean;
  /**
   * Whether the server took the second handshake; `undefined` if none was asked
   * for, or there was no answer.
   */
  readonly renegotiated: boolean | undefined;
  /** Whether the server went on with the session of TLS 1.3 that was offered. */
  readonly resumed: boolean;
  /** Whether it would have read data that came before the end of the handshake. */
  readonly earlyData: boolean;
  /** The sessions of TLS 1.3 that it gave tickets for. They are secret. */
  readonly sessions: readonly ProbeSession[];
}
