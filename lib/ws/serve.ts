/**
 * Starts a WebSocket server.
 *
 * @module
 */

import type { Server as NodeServer, Socket as NodeSocket } from "node:net";
import { Deadline } from "../deadline.ts";
import { Endpoint, ownEndpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";
import { bindable, checkHandler, checkPem } from "../socket/local.ts";
import { checkNumbers } from "./numbers.ts";
import { Server } from "./server.ts";
import type { Socket } from "./socket.ts";
import type { Handler, ServeOptions } from "./serve_options.ts";

/**
 * Serves WebSocket: runs a handler for every socket, all at the same time.
 *
 * @param options Where to listen, what to speak, how much to take.
 * @param handler What to do with each socket.
 * @returns The server, which listens already: its `url` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or another number is out of range.
 * @throws {TypeError} If the handler is none, or `tls` no certificate and key.
 * @see RFC 6455 §4.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({}, net.ws.echo);
 * await using socket = await net.ws.connect(server.url);
 * await socket.send("hello");
 * assert.equal(await socket.receive({ timeout: 1000 }), "hello");
 * assert.equal(server.open, 1);
 * ```
 */
export async function serve(
  options: ServeOptions,
  handler: Handler,
): Promise<Server> {
  const { signal, tls } = options;
  const wanted = ownEndpoint("serve", options);
  checkHandler(handler);
  checkPem(wanted, tls);
  checkNumbers(`serve on ${wanted}`, options);
  using deadline = new Deadline("listen on", `${wanted}`, { signal });
  const local = await bindable("listen on", wanted, deadline);
  const listener = tls === undefined
    ? (await import("node:net")).createServer({ allowHalfOpen: true })
    : (await import("node:tls")).createServer({
      ...tls,
      allowHalfOpen: true,
    }) as NodeServer;
  signal?.throwIfAborted();
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
  const at = listener.address() as { address: string; port: number };
  const server = new Server(
    new Endpoint(at.address, at.port),
    () => listener.close(),
    handler,
    options,
  );
  listener.on(
    "error",
    (error) => server.record(failure(error, "accept on", wanted)),
  );
  listener.on("tlsClientError", () => {});
  listener.on(
    tls === undefined ? "connection" : "secureConnection",
    (socket: NodeSocket) => server.take(socket),
  );
  const stop = () => void server.close();
  signal?.addEventListener("abort", stop, { once: true });
  server.finished.then(() => signal?.removeEventListener("abort", stop));
  return server;
}

/**
 * A {@linkcode Handler} that sends back what it receives, no faster than the
 * client reads.
 *
 * @param socket The client's.
 * @returns When the client has closed.
 * @throws {NetError} How the socket broke.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({}, net.ws.echo);
 * await using socket = await net.ws.connect(server.url);
 * await socket.send(Uint8Array.of(1, 2, 3));
 * assert.deepEqual(await socket.receive(), Uint8Array.of(1, 2, 3));
 * ```
 */
export async function echo(socket: Socket): Promise<void> {
  for await (const message of socket) await socket.send(message);
}
