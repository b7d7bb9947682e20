/**
 * Rulesets from a few words: `net.firewall.patterns`.
 *
 * @module
 */

export * as patterns from "./all.ts";
