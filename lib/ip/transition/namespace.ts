/**
 * What the transition mechanisms add to `net.ip`.
 *
 * @module
 */

// First, so that the comment above is not taken for the other's.
export * from "./recognise.ts";
export * as transition from "./all.ts";
