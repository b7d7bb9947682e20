/**
 * Opening an agent.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { AGENT } from "../option_names.ts";
import { Agent } from "./agent.ts";
import type { AgentOptions } from "./options.ts";

/**
 * Opens an agent that serves values of this program, in all versions: values by
 * name, functions that are asked each time, tables out of arrays of objects,
 * variables that can be set. The system group and SNMP's own counters are there
 * from the beginning.
 *
 * @param options Where it listens, and who may see and set what: without more, all
 * on this machine may read with community `"public"`.
 * @returns The agent, at work.
 * @throws {PermissionError} If the port takes more rights: 161 does.
 * @throws {NetError} `"in-use"`, `"not-local"`.
 * @throws {TypeError} If a user or a right is none.
 * @throws {RangeError} If a number, an engine ID or a password's length is out of range.
 * @see RFC 3411 (architecture), RFC 3416 (operations), RFC 3414 (users)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using agent = await net.snmp.agent({ port: 0, communities: { public: "read", secret: "write" } });
 * agent.set("sysContact", "ops@example.net", { writable: true });
 * agent.table("ifTable", [{ ifIndex: 1, ifDescr: "lo" }, { ifIndex: 2, ifDescr: "eth0" }]);
 *
 * await using session = await net.snmp.open(`${agent.address}`, { community: "secret" });
 * assert.equal((await session.get("ifDescr.2")).value, "eth0");
 * await session.set("sysContact", "noc@example.net");
 * assert.equal((await agent.get("sysContact")).value, "noc@example.net");
 * ```
 */
export async function agent(options: AgentOptions = {}): Promise<Agent> {
  onlyKnown("open an SNMP agent", options, AGENT);
  return await Agent.open(options);
}
