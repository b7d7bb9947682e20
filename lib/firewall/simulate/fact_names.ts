/**
 * The names of what a simulation is told: who mistypes one shall hear of it.
 *
 * @module
 */

import type { OptionNames } from "../../known_options.ts";
import type { Context } from "./context.ts";
import type { PacketFacts } from "./packet_facts.ts";

/** The names of {@linkcode PacketFacts}. */
export const FACTS: OptionNames<PacketFacts> = {
  src: true,
  dst: true,
  protocol: true,
  srcPort: true,
  dstPort: true,
  flags: true,
  seq: true,
  ack: true,
  type: true,
  code: true,
  id: true,
  ttl: true,
  dscp: true,
  payload: true,
  srcMac: true,
  dstMac: true,
};

/** The names of what a {@linkcode Context} has. */
export const CONTEXT: OptionNames<Context> = {
  iifname: true,
  oifname: true,
  interfaces: true,
  routes: true,
  forwarding: true,
  stations: true,
  sockets: true,
  mark: true,
  priority: true,
  time: true,
  skuid: true,
  skgid: true,
  cgroup: true,
  cpu: true,
  random: true,
  state: true,
  checksums: true,
  queues: true,
  tracking: true,
  answer: true,
};
