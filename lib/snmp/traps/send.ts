/**
 * Sending notifications.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { NOTIFY } from "../option_names.ts";
import { LocalEngine } from "../message/local_engine.ts";
import type { SnmpTarget } from "../options.ts";
import { acknowledged } from "./acknowledged.ts";
import type { InformOptions, TrapOptions, TrapVariables } from "./options.ts";
import { route } from "./route.ts";
import { sendTrap } from "./send_trap.ts";

/**
 * Sends a trap: one datagram, of which nobody says whether it arrives.
 *
 * In version 3 the sender's engine signs. The receiver must know its ID, as
 * snmptrapd does after `createUser -e 0xID …`; the ID stays, `engineBoots` grows.
 *
 * @param target To whom: `"192.0.2.1"`, `"host:1162"`, `{ hostname, port }`.
 * @param name Which one: `"linkDown"`, `"IF-MIB::linkDown"`, or numbers.
 * @param variables What it carries, by name with instance, or in a list.
 * @param options Version and who sends.
 * @returns When the system has taken it.
 * @throws {NetError} `"not-found"` for a name without address, `"unreachable"`,
 * `"timeout"`.
 * @throws {ParseError} If there is no such name.
 * @throws {TypeError} If a value is not of its type, or version and user do not
 * fit, or a trap of version 3 has no `engineId`.
 * @throws {RangeError} If a number does not fit.
 * @see RFC 1157 §4.1.6, RFC 3416 §4.2.6, RFC 3584 §3.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.snmp.listenTraps({ hostname: "127.0.0.1", port: 0 });
 * await net.snmp.trap(`${listener.address}`, "linkUp", { "ifIndex.3": 3 }, { version: "1" });
 * const { name, version } = await listener.receive({ timeout: 1000 });
 * assert.deepEqual([name, version], ["IF-MIB::linkUp", "1"]);
 * ```
 */
export async function trap(
  target: SnmpTarget,
  name: string,
  variables: TrapVariables = {},
  options: TrapOptions = {},
): Promise<void> {
  onlyKnown("send a trap", options, NOTIFY);
  const { engineId } = options;
  if (options.user !== undefined && engineId === undefined) {
    throw new TypeError(
      `Cannot send a trap as 'engineId' must be set for version 3, as the receiver knows the sender by it: engineId: "8000000001020304", another for each sender; or send an inform`,
    );
  }
  await sendTrap(target, name, variables, options, () =>
    // The program's clock, so that one count of starts lasts for all its traps.
    new LocalEngine(options, 0));
}

/**
 * Sends an inform, and again, until the receiver has acknowledged it. In version
 * 3 it is made for the receiver's engine, which is asked for first.
 *
 * @param target To whom: `"192.0.2.1"`, `"host:1162"`, `{ hostname, port }`.
 * @param name Which one: `"linkDown"`, `"IF-MIB::linkDown"`, or numbers.
 * @param variables What it carries, by name with instance, or in a list.
 * @param options Version, who sends, how long and how often.
 * @returns When it is acknowledged.
 * @throws {NetError} `"timeout"` if nobody acknowledges it, `"refused"` if nothing
 * listens there; what {@linkcode trap} throws.
 * @throws {AuthError} What version 3 refuses with: `"unknown-user"`, `"wrong-digest"`, ….
 * @throws {TypeError} In version 1, which has none; and what {@linkcode trap} throws.
 * @throws {RangeError} If a number does not fit.
 * @see RFC 3416 §4.2.7
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.snmp.listenTraps({ hostname: "127.0.0.1", port: 0 });
 * await net.snmp.inform(`${listener.address}`, "warmStart");
 * assert.equal((await listener.receive()).kind, "inform");
 * await listener.close();
 * await assert.rejects(
 *   net.snmp.inform(`${listener.address}`, "warmStart", {}, { timeout: 20, retries: 1 }),
 *   net.NetError,
 * );
 * ```
 */
export async function inform(
  target: SnmpTarget,
  name: string,
  variables: TrapVariables = {},
  options: InformOptions = {},
): Promise<void> {
  onlyKnown("send an inform", options, NOTIFY);
  const { timeout = 1000, retries = 3 } = options;
  if (options.version === "1") {
    throw new TypeError(
      `Cannot send an inform as 'version' must be "2c" or "3": current value is "1", which has traps alone`,
    );
  }
  if (!(timeout > 0) || !(Number.isInteger(retries) && retries >= 0)) {
    throw new RangeError(
      `Cannot send an inform as 'timeout' must be above 0 milliseconds and 'retries' 0 or more: current values are ${timeout} and ${retries}`,
    );
  }
  const way = await route("send an inform", target, name, variables, options);
  await acknowledged(way, timeout, retries, options.signal);
}
