/**
 * Firewalls: nftables as data that is built, read, checked, compared, simulated,
 * explained and applied, with a way back.
 *
 * One changes only machines that one owns or may change.
 *
 * @module
 */

export * from "./build/field.ts";
export * from "./build/roots.ts";
export * from "./build/steps.ts";
export * from "./build/table.ts";
export * from "./build/value_types.ts";
export * from "./build/words.ts";
export * from "./diff.ts";
export * from "./draw/chains.ts";
export * from "./draw/hooks.ts";
export * from "./iptables/namespace.ts";
export * from "./json/write.ts";
export * from "./kernel/apply.ts";
export * from "./kernel/check.ts";
export * from "./kernel/list.ts";
export * from "./kernel/watch.ts";
export * from "./model/expression.ts";
export * from "./model/ruleset.ts";
export * from "./model/statement.ts";
export * from "./patterns/namespace.ts";
export * from "./reach/answer.ts";
export * from "./reach/compare.ts";
export * from "./reach/reach.ts";
export * from "./reach/shadowed.ts";
export * from "./ruleset.ts";
export * from "./simulate/context.ts";
export * from "./simulate/packet_facts.ts";
export * from "./simulate/result.ts";
export * from "./simulate/simulator.ts";
export * from "./simulate/state.ts";
export * from "./text/format.ts";
