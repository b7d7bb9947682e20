/**
 * A server whose key is not the one that it should be.
 *
 * @module
 */

import { AuthError } from "../../errors.ts";
import type { HostKeyVerdict } from "./known_hosts.ts";

/**
 * A host's key was refused: it is not known, it is another one than before, or
 * it must not be trusted.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { publicKey } = await net.ssh.generateKey();
 * const check = net.ssh.hostKeyChecker({ hostKeys: "strict", knownHosts: [] });
 * await assert.rejects(check("web", 22, publicKey), (error) => {
 *   assert.ok(error instanceof net.ssh.HostKeyError);
 *   assert.equal(error.code, "host-key-unknown");
 *   return true;
 * });
 * ```
 */
export class HostKeyError extends AuthError {
  /** The fingerprint of the key that the host shows. */
  readonly offered: string;
  /** The fingerprint that was expected, if there is one. */
  readonly expected: string | undefined;
  /** What the files say. */
  readonly verdict: HostKeyVerdict;

  /**
   * Builds the message from its parts.
   *
   * @param reason Why it was refused, without a final full stop.
   * @param facts What the files say, and what to do.
   */
  constructor(
    reason: string,
    facts: {
      readonly code:
        | "host-key-changed"
        | "host-key-unknown"
        | "host-key-revoked";
      readonly verdict: HostKeyVerdict;
      readonly hint: string;
      readonly expected?: string | undefined;
    },
  ) {
    const { code, verdict, hint, expected } = facts;
    super(reason, { code, op: "trust", target: verdict.name, hint });
    this.offered = verdict.fingerprint;
    this.expected = expected;
    this.verdict = verdict;
  }
}
