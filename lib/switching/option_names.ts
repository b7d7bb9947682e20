/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `acces` would make a port without VLANs.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";

/** Options of a `ForwardingTable`. */
export const FORWARDING = {
  ageing: true,
  limit: true,
} as const;

/** Options of `learningSwitch`. */
export const SWITCH = {
  ...FORWARDING,
  ports: true,
} as const;

/** Options of `portRule`. */
export const PORT = {
  access: true,
  trunk: true,
  native: true,
  tunnel: true,
  tpid: true,
  ingressFilter: true,
} as const;

/** Options of both simulations of routing. */
export const TOPOLOGY = {
  routers: true,
  links: true,
} as const;

/** Options of a link between routers. */
export const ROUTER_LINK = {
  ends: true,
  name: true,
  cost: true,
} as const;

/** Options of `distanceVector`. */
export const DISTANCE_VECTOR = {
  ...TOPOLOGY,
  splitHorizon: true,
  triggered: true,
  infinity: true,
  update: true,
  timeout: true,
  garbage: true,
} as const;

/** Options of `linkState`. */
export const LINK_STATE = {
  ...TOPOLOGY,
  deadInterval: true,
} as const;

/** Options of `run` and `steps`. */
export const RUN = {
  limit: true,
} as const;

/** Options of `fail`. */
export const FAILURE = {
  silent: true,
} as const;

/** Options of `spanningTree`. */
export const SPANNING_TREE = {
  bridges: true,
  links: true,
  protocol: true,
  pathCost: true,
  helloTime: true,
  maxAge: true,
  forwardDelay: true,
} as const;

/** Options of a bridge of `spanningTree`. */
export const SIMULATED_BRIDGE = {
  priority: true,
  mac: true,
  protocol: true,
} as const;

/** Options of a link of `spanningTree`. */
export const SIMULATED_LINK = {
  ends: true,
  name: true,
  speed: true,
  cost: true,
  portPriority: true,
} as const;

/** Options of a bridge. */
export const BRIDGE = {
  id: true,
  ports: true,
  helloTime: true,
  maxAge: true,
  forwardDelay: true,
} as const;

/** Options of a bridge's port. */
export const BRIDGE_PORT = {
  pathCost: true,
  priority: true,
  pointToPoint: true,
  edge: true,
  autoEdge: true,
} as const;

/** What switches call options of `portRule`. */
export const PORT_ELSEWHERE: Elsewhere = {
  vlan: "access, or trunk for a list",
  vid: "access, or trunk for a list",
  pvid: "access, or native beside trunk",
  allowed: "trunk",
};

/** What other programs call the cost of a link. */
export const LINK_ELSEWHERE: Elsewhere = { metric: "cost", weight: "cost" };
