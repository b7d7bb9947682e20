/**
 * Every transition mechanism there is, one line each.
 *
 * @module
 */

export type { OneOrMore } from "../checks.ts";
export type { Embedded } from "./embedding.ts";
export type { NonGlobalOption } from "./global.ts";
export type { Mechanism } from "./mechanism.ts";

export * as dns64 from "./dns64.ts";
export * as dsLite from "./ds_lite.ts";
export * as ipv4Compatible from "./ipv4_compatible.ts";
export * as ipv4Mapped from "./ipv4_mapped.ts";
export * as isatap from "./isatap.ts";
export * as map from "./map.ts";
export * as nat64 from "./nat64.ts";
export * as sixRd from "./six_rd.ts";
export * as sixToFour from "./six_to_four.ts";
export * as teredo from "./teredo.ts";
export * as xlat464 from "./xlat464.ts";
