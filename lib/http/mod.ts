/**
 * HTTP: ask a server, look at the whole answer.
 *
 * @module
 */

export * from "./client.ts";
