/**
 * IP addresses and subnets: parse them, count with them, cut them up.
 *
 * Values of both families, immutable, read strictly and written as RFC 5952
 * asks. Wherever the library takes an address it takes its text as well.
 *
 * @module
 */

export * from "./address.ts";
export * from "./sequence.ts";
export * from "./subnet.ts";
