/**
 * Passing octets on between two connections: proxies, and what is made of them.
 *
 * @module
 */

import { connect, type ConnectOptions } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { endpoint, type EndpointLike } from "./endpoint.ts";
import {
  type Handler,
  serve,
  type ServeOptions,
  type Server,
} from "./server.ts";

/**
 * Copies both ways between two connections, no faster than each reads, until
 * both have closed their halves. If one breaks, the other is reset.
 *
 * @param a One side.
 * @param b The other.
 * @returns When both directions have ended.
 * @throws {NetError} `"reset"` or `"timeout"`, of the side that broke.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using far = await net.tcp.serve({}, net.tcp.echo);
 * await using near = await net.tcp.serve({}, async (conn) => {
 *   await using onward = await net.tcp.connect(far.address);
 *   await net.tcp.relay(conn, onward);
 * });
 * await using conn = await net.tcp.connect(near.address);
 * await conn.write("there and back\n");
 * assert.equal(await conn.readLine(), "there and back");
 * ```
 */
export async function relay(a: Connection, b: Connection): Promise<void> {
  try {
    await Promise.all([pass(a, b), pass(b, a)]);
  } catch (error) {
    a.reset();
    b.reset();
    throw error;
  }
}

async function pass(from: Connection, to: Connection): Promise<void> {
  await from.copyTo(to);
  await to.closeWrite();
}

/**
 * A {@linkcode Handler} that connects each client to a target and passes on
 * everything, both ways.
 *
 * @param target Where to.
 * @param options How to connect there.
 * @returns The handler.
 * @throws {ParseError} If the text is no host and port.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using far = await net.tcp.serve({}, (conn) => conn.write("hello\n"));
 * await using near = await net.tcp.serve({}, net.tcp.forward(far.address));
 * await using conn = await net.tcp.connect(near.address);
 * assert.equal(await conn.readLine(), "hello");
 * ```
 */
export function forward(
  target: EndpointLike,
  options: ConnectOptions = {},
): Handler {
  const to = endpoint(target);
  return async (client, { signal }) => {
    let onward: Connection;
    try {
      onward = await connect(to, { signal, ...options });
    } catch (error) {
      // An end would look like an answer that is empty.
      client.reset();
      throw error;
    }
    await using _ = onward;
    await relay(client, onward);
  };
}

/**
 * Serves a port by passing every connection on to a target.
 *
 * @param listen Where to listen.
 * @param target Where to pass connections on to.
 * @param options How to connect there.
 * @returns The server, which listens already.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {ParseError} If the text is no host and port.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using far = await net.tcp.serve({}, net.tcp.echo);
 * await using proxy = await net.tcp.proxy({ port: 0 }, far.address);
 * await using conn = await net.tcp.connect(proxy.address);
 * await conn.write("x\n");
 * assert.equal(await conn.readLine(), "x");
 * assert.equal(proxy.accepted, 1);
 * ```
 */
export async function proxy(
  listen: ServeOptions,
  target: EndpointLike,
  options: ConnectOptions = {},
): Promise<Server> {
  return await serve(listen, forward(target, options));
}
