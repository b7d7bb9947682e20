/**
 * `net.firewall.iptables`.
 *
 * @module
 */

export * as iptables from "./all.ts";
