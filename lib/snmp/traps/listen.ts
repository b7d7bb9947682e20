/**
 * Opening a listener for notifications.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { LISTEN } from "../option_names.ts";
import { TrapListener } from "./listener.ts";
import type { ListenOptions } from "./options.ts";

/**
 * Listens for traps and informs of all versions, as snmptrapd does: informs are
 * acknowledged, traps of version 1 named as in the later ones.
 *
 * In version 3 an inform is made for the receiver's engine, which its sender finds
 * out; a trap for the sender's. snmptrapd must be told the engine ID of each
 * sender (`createUser -e`). Here one is learnt from the first message that is
 * signed with the user's password, unless the user has an `engineId`.
 *
 * Nothing is thrown away silently: what is not taken is counted, by why.
 *
 * @param options Where to listen, which communities and users count, how many
 * notifications may wait.
 * @returns The listener, at work.
 * @throws {PermissionError} If the port takes more rights: 162 does.
 * @throws {NetError} `"in-use"`, `"not-local"`.
 * @throws {TypeError} If a user is none.
 * @throws {RangeError} If a number, an engine ID or a password's length is out of range.
 * @see RFC 3416 §4.2.6, §4.2.7, RFC 3584 §3.1, RFC 3414 §3.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.snmp.listenTraps({ hostname: "127.0.0.1", port: 0 });
 * await net.snmp.trap(`${listener.address}`, "linkDown", { "ifIndex.2": 2 });
 * const { name, variables } = await listener.receive({ timeout: 1000 });
 * assert.equal(name, "IF-MIB::linkDown");
 * assert.equal(`${variables[0]}`, "IF-MIB::ifIndex.2 = 2");
 * ```
 */
export async function listenTraps(
  options: ListenOptions = {},
): Promise<TrapListener> {
  onlyKnown("listen for notifications", options, LISTEN);
  return await TrapListener.open(options);
}
