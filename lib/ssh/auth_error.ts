/**
 * The error of a login.
 *
 * @module
 */

import { AuthError } from "../errors.ts";

/**
 * Not let in, and why: what was tried, and what the server would take.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({ users: { ada: "secret" } });
 * const options = { password: "wrong", hostKeys: "any" } as const;
 * const login = net.ssh.connect(`ada@127.0.0.1:${server.port}`, options);
 * await assert.rejects(login, (error) => {
 *   assert.ok(error instanceof net.ssh.SshAuthError);
 *   assert.ok(error.offered.includes("password"));
 *   return true;
 * });
 * ```
 */
export class SshAuthError extends AuthError {
  /** What was tried, in order: `"publickey ~/.ssh/id_rsa"`, `"password"`. */
  readonly tried: readonly string[];
  /** The methods that the server takes. */
  readonly offered: readonly string[];

  /**
   * Builds the message from its parts.
   *
   * @param reason Why, without a final full stop.
   * @param facts Who wanted to log in where, what was tried and offered, and
   * what to do.
   */
  constructor(
    reason: string,
    facts: {
      readonly target: string;
      readonly tried: readonly string[];
      readonly offered: readonly string[];
      readonly code?: string;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    const { target, tried, offered, code = "auth", hint, cause } = facts;
    super(reason, { code, op: "log in to", target, hint, cause });
    this.tried = tried;
    this.offered = offered;
  }
}
