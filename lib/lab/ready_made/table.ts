/**
 * The ready-made topologies by name.
 *
 * @module
 */

import type { ReadyMade } from "./entry.ts";
import { dmz, nat, nat64 } from "./guarded.ts";
import { chain, dualStack, ospf, router } from "./routed.ts";
import { lan, pair, ring, vlan } from "./switched.ts";

export type { ReadyMade };

/** The name of a ready-made topology. */
export type ReadyMadeName =
  | "pair"
  | "lan"
  | "router"
  | "vlan"
  | "dmz"
  | "nat"
  | "chain"
  | "ring"
  | "ospf"
  | "dual-stack"
  | "nat64";

/**
 * The topologies that {@linkcode readyMade} makes, simple ones first.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.match(net.lab.readyMades.dmz.description, /only the web server/);
 * assert.ok(Object.keys(net.lab.readyMades).includes("dual-stack"));
 * ```
 */
export const readyMades: Readonly<Record<ReadyMadeName, ReadyMade>> = {
  pair,
  lan,
  router,
  vlan,
  dmz,
  nat,
  chain,
  ring,
  ospf,
  "dual-stack": dualStack,
  nat64,
};
