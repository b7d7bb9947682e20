/**
 * What issues certificates: `net.tls.authority`.
 *
 * @module
 */

export * as authority from "./all.ts";
