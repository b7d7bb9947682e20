/**
 * Certificates by themselves: a client that obtains them, answers to what
 * servers ask, and a small server for the lab.
 *
 * @see RFC 8555
 * @module
 */

export * from "./answers.ts";
export * from "./client.ts";
export * from "./server.ts";
