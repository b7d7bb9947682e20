/**
 * Objects that tell of the agent itself, and what it counts.
 *
 * @see RFC 3418 (snmp group), RFC 3412 §5, RFC 3414 §5, RFC 3411 §5
 * @module
 */

import { LONGEST } from "../message/outgoing.ts";
import type { LocalEngine } from "../message/local_engine.ts";
import { REFUSALS, type Usm } from "../message/usm.ts";
import type { AgentCounts } from "./counts.ts";
import type { Served } from "./options.ts";

/** Nothing so far. */
export function noAgentCounts(): AgentCounts {
  return {
    inPkts: 0,
    outPkts: 0,
    inBadVersions: 0,
    inBadCommunityNames: 0,
    inBadCommunityUses: 0,
    inASNParseErrs: 0,
    inTotalReqVars: 0,
    inTotalSetVars: 0,
    inGetRequests: 0,
    inGetNexts: 0,
    inSetRequests: 0,
    outGetResponses: 0,
    outTooBigs: 0,
    outNoSuchNames: 0,
    outBadValues: 0,
    outGenErrs: 0,
    outTraps: 0,
    silentDrops: 0,
  };
}

/** The system group before anybody has said anything about it. */
export function systemGroup(
  engine: LocalEngine,
): Record<string, Exclude<Served, undefined>> {
  const { os, arch } = Deno.build;
  return {
    sysDescr: `netrepl agent on ${os} ${arch}`,
    sysObjectID: "0.0",
    sysUpTime: () => engine.uptime,
    sysContact: "",
    sysName: "netrepl",
    sysLocation: "",
    // What works at layers 4 and 7 (RFC 3418 §2).
    sysServices: 72,
  };
}

/** The objects that tell what is counted. */
export function counterObjects(
  counts: AgentCounts,
  usm: Usm,
  engine: LocalEngine,
): Record<string, Exclude<Served, undefined>> {
  const served: Record<string, Exclude<Served, undefined>> = {
    snmpEngineID: engine.id,
    snmpEngineBoots: engine.boots,
    snmpEngineTime: () => engine.clock.time,
    snmpEngineMaxMessageSize: LONGEST,
    "1.3.6.1.6.3.11.2.1.1.0": 0,
  };
  for (const name of Object.keys(counts) as (keyof AgentCounts)[]) {
    served[`snmp${name[0]!.toUpperCase()}${name.slice(1)}`] = () =>
      counts[name] % 2 ** 32;
  }
  for (const [name, oid] of Object.entries(REFUSALS)) {
    served[oid] = () => usm.refused[name as keyof typeof REFUSALS] % 2 ** 32;
  }
  return served;
}
