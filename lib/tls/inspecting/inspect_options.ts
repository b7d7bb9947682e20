/**
 * What can be asked of a look at a server's TLS.
 *
 * @module
 */

import type { KeyLogLike } from "../watching/captured_connections.ts";
import type { VerifyOptions } from "../path.ts";
import type { ProbeOptions } from "../probe/probe.ts";

/** Options for `inspect`. */
export interface InspectOptions
  extends
    Omit<ProbeOptions, "finish" | "onKeyLog" | "renegotiate" | "session">,
    Omit<VerifyOptions, "lists" | "answers" | "requireRevocation"> {
  /** The host to verify for. @default {the name asked for, else the target's} */
  host?: string | undefined;
  /** Whether to ask live whether the certificates were revoked. @default {false} */
  revocation?: boolean | undefined;
  /**
   * Whether to try two more handshakes, without a name and with one that nobody
   * has. @default {false}
   */
  tryNames?: boolean | undefined;
  /** Of a capture: the secrets of its connections. @default {those in the file} */
  keyLog?: KeyLogLike | undefined;
}
