/**
 * Whole rulesets from a few words, as an expert would write them, with a reason
 * for each rule.
 *
 * @module
 */

export { blockList, type BlockListOptions } from "./block_list.ts";
export { combine } from "./combine.ts";
export { dmz, type DmzOptions, type DmzOutgoing } from "./dmz.ts";
export { Explanation, type ExplanationRow } from "./explanation.ts";
export type { Publication } from "./forward.ts";
export { gateway, type GatewayOptions } from "./gateway.ts";
export { host, type HostOptions, type Outgoing } from "./host.ts";
export type { GuardOptions } from "./input.ts";
export { isolateVlans, type IsolateVlansOptions } from "./isolate_vlans.ts";
export { Pattern } from "./pattern.ts";
export { portKnocking, type PortKnockingOptions } from "./port_knocking.ts";
export { rateLimit, type RateLimitOptions } from "./rate_limit.ts";
export type { OneOrMore, Open, Opening, Service } from "./matching.ts";
