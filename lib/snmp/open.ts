/**
 * Opening a session with an agent.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { SnmpSession } from "./client.ts";
import { OPEN } from "./option_names.ts";
import type { OpenOptions, SnmpTarget } from "./options.ts";

/**
 * Opens a session with an agent. Nothing is sent yet: whether anybody answers, the
 * first question tells.
 *
 * @param target `"192.0.2.1"`, `"switch7"`, `"host:1161"`, `"[2001:db8::1]:161"`,
 * `{ hostname, port }`.
 * @param options Version and who asks: a community, `"public"` unless said
 * otherwise, or a user of version 3; and how long answers are waited for.
 * @returns The session.
 * @throws {NetError} `"not-found"` for a name without address, `"unreachable"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {TypeError} If version, community and user do not fit each other, or an
 * option is none.
 * @throws {RangeError} If a number or a password's length is out of range.
 * @see RFC 3411 (architecture), RFC 3416 (operations), RFC 3414 (users)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using session = await net.snmp.open("127.0.0.1", {
 *   user: {
 *     name: "ada",
 *     auth: { protocol: "sha256", password: "the first programmer" },
 *     priv: { protocol: "aes", password: "analytical engine" },
 *   },
 * });
 * assert.equal(session.version, "3");
 * ```
 */
export async function open(
  target: SnmpTarget,
  options: OpenOptions = {},
): Promise<SnmpSession> {
  onlyKnown("open an SNMP session", options, OPEN);
  return await SnmpSession.open(target, options);
}
