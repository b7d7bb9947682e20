/**
 * IP addresses and subnets: parse them, count with them, cut them up.
 *
 * Values of both families, immutable, read strictly and written as RFC 5952
 * asks. Wherever the library takes an address it takes its text as well.
 *
 * @module
 */

export * from "./address.ts";
export * from "./describe.ts";
export * from "./interface_id.ts";
export * from "./multicast.ts";
export * from "./sequence.ts";
export * from "./subnet.ts";
export * from "./unique_local.ts";
export * from "./mac/mac.ts";
export * from "./mac/oui.ts";
export * from "./plan/allocation.ts";
export * from "./plan/plan.ts";
export * from "./plan/space.ts";
export * from "./practice/practice.ts";
export * from "./practice/quiz.ts";
export * from "./registry/classify.ts";
export * from "./registry/registry.ts";
export * from "./set/listing.ts";
export * from "./set/range.ts";
export * from "./set/set.ts";
export * from "./set/summarize.ts";
export * from "./table/compiled.ts";
export * from "./table/route.ts";
export * from "./table/table.ts";
export * from "./transition/namespace.ts";
