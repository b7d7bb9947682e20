/**
 * The engine that watches its connections: node:http and a clock of our own.
 *
 * The runtime's own server tells nothing of its connections and ends none of
 * them. This one counts them, turns away those beyond the limit, and looks now
 * and then for those that take too long.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Endpoint } from "../../socket/endpoint.ts";
import { failure } from "../../socket/failure.ts";
import {
  type ConnectionLimits,
  ConnectionWatch,
  hangUp,
} from "./connection_watch.ts";
import type { Answerer, Engine, EngineOptions } from "./engine.ts";
import { requestOf, sendAnswer } from "./node_message.ts";
import { HttpProblem } from "./problem.ts";
import { headOf, takeoverOf } from "./upgrade.ts";

/**
 * Starts it.
 *
 * @param options Where to listen.
 * @param limits On connections.
 * @param bodyTime Milliseconds for a body to arrive.
 * @param answer What every request is handed to.
 * @returns The engine, which listens already.
 * @throws {NetError} `"in-use"` or `"not-local"`.
 */
export async function startLimitedEngine(
  options: EngineOptions,
  limits: ConnectionLimits,
  bodyTime: number,
  answer: Answerer,
): Promise<Engine> {
  const { local, wanted, tls, upgrades } = options;
  const { createServer, ServerResponse } = await import("node:http");
  const settings = {
    // Our own clock sees more of a connection than those of node:http.
    ...{ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 },
    // Whoever offers anything else, such as h2c, is answered as if without.
    shouldUpgradeCallback: ({ method, headers }: IncomingMessage) =>
      upgrades && method === "GET" &&
      headers.upgrade?.toLowerCase() === "websocket",
  };
  const listener = tls === undefined
    ? createServer(settings)
    : (await import("node:https")).createServer({ ...tls, ...settings });
  const listening = Promise.withResolvers<void>();
  listener.once("error", listening.reject);
  listener.listen(
    { host: local.hostname, port: local.port, backlog: 4096 },
    listening.resolve,
  );
  try {
    await listening.promise;
  } catch (error) {
    throw failure(error, "listen on", wanted);
  }
  listener.off("error", listening.reject);
  // Accepting may fail for a while, as when no more files may be open: those
  // who wait are accepted later.
  listener.on("error", () => {});
  const at = listener.address() as { address: string; port: number };
  const watch = new ConnectionWatch(limits, bodyTime, tls !== undefined);
  // Whoever is turned away must not come before node:http at all.
  const takers = listener.listeners("connection");
  listener.removeAllListeners("connection");
  listener.on("connection", (socket: Socket) => {
    if (!watch.admit(socket)) return;
    for (const take of takers) take.call(listener, socket);
  });
  const scheme = tls === undefined ? "http" : "https";
  const begin = (
    message: IncomingMessage,
    response: ServerResponse,
    giveAway?: (made: Response) => boolean,
  ) => {
    const work = watch.begin(message, response);
    void handle(message, response, scheme, answer, (waiting) => {
      work.waiting = waiting ? performance.now() : undefined;
    }, giveAway);
  };
  listener.on(
    "request",
    (message: IncomingMessage, response: ServerResponse) =>
      begin(message, response),
  );
  listener.on(
    "upgrade",
    (message: IncomingMessage, socket: Socket, rest: Uint8Array) => {
      // Who asks for this before an earlier answer is out follows no rule.
      if (watch.isBusy(socket)) return void socket.destroy();
      socket.pause();
      const response = new ServerResponse(message);
      response.shouldKeepAlive = false;
      response.assignSocket(socket);
      response.once("finish", () => hangUp(socket));
      begin(message, response, (made) => {
        const take = takeoverOf(made);
        if (take === undefined) return false;
        // For the watch it is at work on this until the connection ends.
        response.detachSocket(socket);
        socket.write(headOf(made));
        take(socket, rest);
        return true;
      });
    },
  );
  return {
    address: new Endpoint(at.address, at.port),
    connections: watch,
    shutdown() {
      listener.close();
      return watch.close();
    },
    giveUp: () => watch.drop(),
    abort() {
      listener.close();
      void watch.close();
      watch.drop();
    },
    finished: watch.finished,
  };
}

async function handle(
  message: IncomingMessage,
  response: ServerResponse,
  scheme: string,
  answer: Answerer,
  onWait: (waiting: boolean) => void,
  giveAway: (made: Response) => boolean = () => false,
): Promise<void> {
  let made: Response;
  try {
    const request = requestOf(message, response, scheme);
    const { remoteAddress = "", remotePort = 0 } = message.socket;
    made = await answer(request, {
      remoteAddr: {
        transport: "tcp",
        hostname: remoteAddress,
        port: remotePort,
      },
    });
  } catch {
    // The web has no requests with such a method or host.
    made = new HttpProblem(400, "the method or the host is none").toResponse();
  }
  if (made.status === 101) {
    if (giveAway(made)) return;
    made = new HttpProblem(501, "this connection is not given away")
      .toResponse();
  }
  try {
    await sendAnswer(response, made, onWait);
  } catch {
    response.destroy();
  }
}
