/**
 * HTTP: ask servers, in sessions or by single calls, and look at whole answers.
 *
 * @module
 */

export * from "./client.ts";
export * from "./raw.ts";
