/**
 * How a socket of node:net reaches its connection.
 *
 * @module
 */

import type { Socket } from "node:net";
import { CLOSED, type Inflow } from "./inflow.ts";

const INFLOW = Symbol("inflow");
type Carrier = Socket & { [INFLOW]: Inflow };

/**
 * Hands what a socket tells to its incoming half.
 *
 * @param socket The socket.
 * @param inflow Where to.
 */
export function listenTo(socket: Socket, inflow: Inflow): void {
  // One set of listeners for all connections: a server has ten thousand.
  (socket as Carrier)[INFLOW] = inflow;
  socket.on("data", onData);
  socket.on("end", onEnd);
  socket.on("error", onError);
  socket.on("close", onClose);
}

function onData(this: Carrier, chunk: Uint8Array): void {
  this[INFLOW].arrive(chunk);
}
function onEnd(this: Carrier): void {
  this[INFLOW].end();
}
function onError(this: Carrier, error: Error): void {
  this[INFLOW].fail(error);
}
function onClose(this: Carrier): void {
  if (!this[INFLOW].ended) this[INFLOW].fail(CLOSED);
}
