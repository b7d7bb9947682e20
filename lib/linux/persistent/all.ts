/**
 * The forms in which a network's configuration lasts, one line each.
 *
 * @module
 */

export { ifupdown } from "./ifupdown.ts";
export { netplan, type NetplanOptions } from "./netplan.ts";
export { networkd } from "./networkd.ts";
