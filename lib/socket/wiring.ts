/**
 * How a socket of node:net reaches its connection.
 *
 * @module
 */

import type { Socket } from "node:net";
import { NetError } from "../errors.ts";
import { Endpoint } from "./endpoint.ts";
import { CLOSED, type Inflow } from "./inflow.ts";

/** This side, as the socket knows it. */
export function localEnd(
  { localAddress = "", localPort = 0 }: Socket,
): Endpoint {
  return new Endpoint(localAddress, localPort);
}

/** The other side, as the socket knows it. */
export function remoteEnd(
  { remoteAddress = "", remotePort = 0 }: Socket,
): Endpoint {
  return new Endpoint(remoteAddress, remotePort);
}

type Carrier = Socket & { inflow: Inflow };

/**
 * Hands what a socket tells to its incoming half.
 *
 * @param socket The socket.
 * @param inflow Where to.
 */
export function wire(socket: Socket, inflow: Inflow): void {
  // Nagle's algorithm holds small writes back for the sake of slow lines,
  // and answers then come 40 ms late.
  socket.setNoDelay(true);
  // One set of listeners for all connections: a server has ten thousand.
  (socket as Carrier).inflow = inflow;
  socket.on("data", onData);
  socket.on("end", onEnd);
  socket.on("error", onError);
  socket.on("close", onClose);
}

/**
 * Resets a connection when no octet came or went for long.
 *
 * @param socket The socket.
 * @param inflow Its incoming half, which is told why.
 * @param ms For how long.
 */
export function limitIdleness(
  socket: Socket,
  inflow: Inflow,
  ms: number,
): void {
  if (ms > 0x7fffffff) return;
  socket.setTimeout(ms, () => {
    inflow.fail(
      new NetError(`idle for ${ms} ms`, {
        code: "timeout",
        op: "keep",
        target: `the connection to ${inflow.source}`,
      }),
    );
    socket.resetAndDestroy();
  });
}

function onData(this: Carrier, chunk: Uint8Array): void {
  this.inflow.arrive(chunk);
}
function onEnd(this: Carrier): void {
  this.inflow.end();
}
function onError(this: Carrier, error: Error): void {
  this.inflow.fail(error);
}
function onClose(this: Carrier): void {
  if (!this.inflow.ended) this.inflow.fail(CLOSED);
}
