/**
 * What automates certificates: `net.tls.acme`.
 *
 * @module
 */

// First, so that the comment above is not taken for the other's.
export type { AcmeChallengeType, AcmeIdentifier } from "./validation.ts";
export * as acme from "./all.ts";
