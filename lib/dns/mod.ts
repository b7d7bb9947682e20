/**
 * The Domain Name System: ask any server, follow a name from the roots, find out
 * whether an answer can be trusted.
 *
 * @module
 */

export * from "./answer.ts";
export * from "./dnssec.ts";
export * from "./forward.ts";
export * from "./mdns_announce.ts";
export * from "./mdns_browse.ts";
export * from "./message.ts";
export * from "./message_parts.ts";
export * from "./query.ts";
export * from "./query_all.ts";
export * from "./record.ts";
export * from "./resolve.ts";
export * from "./serve.ts";
export * from "./trace.ts";
export * from "./transfer.ts";
export * from "./zone_parse.ts";
