/**
 * `net.lab`: a throw-away network of hosts, switches and routers on this machine, without root.
 *
 * @module
 */

export * from "./daemon.ts";
export * from "./daemon_state.ts";
export * from "./doctor.ts";
export * from "./draw/draw.ts";
export * from "./host.ts";
export * from "./host_net.ts";
export * from "./lab.ts";
export * from "./lab_topology.ts";
export * from "./link.ts";
export * from "./probe.ts";
export * from "./process.ts";
export * from "./reachability.ts";
export * from "./ready_made/table.ts";
export * from "./specification.ts";
export * from "./switch_report.ts";
export * from "./topology.ts";
export * from "./topology_error.ts";
export * from "./up.ts";
