/**
 * HTTP: ask servers, in sessions or by single calls, and look at whole answers;
 * serve routes, files and events.
 *
 * @module
 */

export * from "./client.ts";
export * from "./raw.ts";
export * from "./serve/conditions.ts";
export * from "./serve/cors.ts";
export * from "./serve/events.ts";
export * from "./serve/exchange.ts";
export * from "./serve/files.ts";
export * from "./serve/limits.ts";
export * from "./serve/media_types.ts";
export * from "./serve/metrics.ts";
export * from "./serve/openapi.ts";
export * from "./serve/problem.ts";
export * from "./serve/ranges.ts";
export * from "./serve/reply.ts";
export * from "./serve/resource.ts";
export * from "./serve/route.ts";
export * from "./serve/schema.ts";
export * from "./serve/schema_check.ts";
export * from "./serve/serve.ts";
export * from "./serve/server.ts";
export * from "./serve/store.ts";
