/**
 * The common MIBs, without any file: names, numbers, syntax, indexes, access.
 *
 * Facts alone, in a notation of our own. Whoever wants the texts that explain
 * them loads the files over them: {@linkcode MibStore.load}.
 *
 * @module
 */

import { bridge } from "./builtin/bridge.ts";
import { enterprises } from "./builtin/enterprises.ts";
import { entity } from "./builtin/entity.ts";
import { events } from "./builtin/events.ts";
import { interfaces } from "./builtin/interfaces.ts";
import { internet } from "./builtin/internet.ts";
import { ipv6 } from "./builtin/ipv6.ts";
import { lldp } from "./builtin/lldp.ts";
import { mib2 } from "./builtin/mib2.ts";
import { netSnmp } from "./builtin/net_snmp.ts";
import { power } from "./builtin/power.ts";
import { rmon } from "./builtin/rmon.ts";
import { routing } from "./builtin/routing.ts";
import { smi } from "./builtin/smi.ts";
import { snmp } from "./builtin/snmp.ts";
import { system } from "./builtin/system.ts";
import { ucd } from "./builtin/ucd.ts";
import { MibStore } from "./store.ts";

/**
 * The common MIBs: read at the first question, in a few milliseconds.
 *
 * Modules of your own can be added to it, for everything that asks it from then
 * on, or to a {@linkcode MibStore.clone}.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { builtin } = net.snmp;
 * assert.equal(builtin.parseOid("ifDescr.1"), "1.3.6.1.2.1.2.2.1.2.1");
 * assert.equal(builtin.formatOid("1.3.6.1.2.1.1.3.0"), "SNMPv2-MIB::sysUpTime.0");
 * assert.equal(builtin.formatValue("ifOperStatus", 1), "up(1)");
 * assert.deepEqual(builtin.decodeIndex("ipAdEntIfIndex", "10.0.0.1"), {
 *   ipAdEntAddr: "10.0.0.1",
 * });
 * ```
 */
export const builtin: MibStore = new MibStore(() => [
  // Where an OID has several names, the first one's is shown.
  smi,
  system,
  interfaces,
  internet,
  ipv6,
  snmp,
  bridge,
  entity,
  lldp,
  rmon,
  routing,
  power,
  events,
  ucd,
  netSnmp,
  mib2,
  enterprises,
]);
