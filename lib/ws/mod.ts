/**
 * WebSocket: connect and serve, with rooms, signs of life and limits.
 *
 * @module
 */

export * from "./close_codes.ts";
export * from "./connect.ts";
export * from "./facts.ts";
export * from "./keep_connected.ts";
export * from "./room.ts";
export * from "./route.ts";
export * from "./serve.ts";
export * from "./serve_options.ts";
export * from "./server.ts";
export * from "./socket.ts";
