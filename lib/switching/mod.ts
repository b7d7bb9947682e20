/**
 * `net.switching`: switches and routers, simulated step by step. Pure: it sends nothing.
 *
 * @module
 */

export * from "./forwarding.ts";
export * from "./learning_switch.ts";
export * from "./port_rule.ts";
export * from "./reserved.ts";
export * from "./switched.ts";
export * from "./stp/bpdu.ts";
export * from "./stp/rstp_bridge.ts";
export * from "./stp/stp_bridge.ts";
export * from "./stp/vector.ts";
export * from "./stp/run.ts";
export * from "./stp/simulation.ts";
export * from "./stp/step.ts";
export * from "./stp/tree.ts";
export * from "./routing/distance_vector.ts";
export * from "./routing/link_state.ts";
export * from "./routing/link_state_step.ts";
export * from "./routing/router_table.ts";
export * from "./routing/simulation.ts";
export * from "./routing/spf_run.ts";
export * from "./routing/vector_step.ts";
