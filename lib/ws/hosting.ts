/**
 * The sockets that a handler serves, from handshake to end.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import type { Endpoint } from "../socket/endpoint.ts";
import { Running } from "../socket/running.ts";
import type { SocketLimits } from "./facts.ts";
import { Room } from "./room.ts";
import { Socket } from "./socket.ts";
import type { Agreement } from "./upgrade.ts";

/** How sockets are served. */
export interface Hosting {
  /** What each may take. */
  readonly limits: SocketLimits;
  /** Aborts when the server begins to close. */
  readonly stopping: AbortSignal;
}

/** The sockets of a server, or of a route of one. */
export class Hosted {
  /** Those being served, the oldest first. */
  readonly running = new Running<Socket>();
  /** All that are open. */
  readonly all: Room;
  readonly #hosting: Hosting;

  /**
   * Begins without any.
   *
   * @param hosting How to serve them.
   */
  constructor(hosting: Hosting) {
    this.#hosting = hosting;
    this.all = new Room({ limit: hosting.limits.highWater });
    hosting.stopping.addEventListener("abort", () => {
      // The end of each is waited for with the handler that has it.
      for (const socket of this.running) void socket.close(1001, "going away");
    }, { once: true });
  }

  /**
   * Takes a connection over behind its handshake, and serves it to its end.
   *
   * @param connection The connection, paused.
   * @param rest Octets that came behind the request.
   * @param peer Who is at its other end.
   * @param agreement What was agreed on.
   * @param attend Serves it.
   * @param onError Is told of what that threw.
   */
  async serve(
    connection: NodeSocket,
    rest: Uint8Array,
    peer: Endpoint,
    { protocol, deflate }: Agreement,
    attend: (socket: Socket) => Promise<void> | void,
    onError: (error: unknown, socket: Socket) => void,
  ): Promise<void> {
    const { limits, stopping } = this.#hosting;
    const socket = new Socket(connection, rest, {
      ...limits,
      role: "server",
      protocol,
      deflate,
      peer: `${peer}`,
      remoteAddress: peer,
    });
    this.all.add(socket);
    this.running.add(socket);
    let code = 1000;
    try {
      await attend(socket);
    } catch (error) {
      // A handler that was asked to stop, and did.
      const obeyed = stopping.aborted && error === stopping.reason;
      if (!obeyed) onError(error, socket);
      code = 1011;
    }
    await socket.close(stopping.aborted ? 1001 : code);
    this.running.delete(socket);
  }
}
