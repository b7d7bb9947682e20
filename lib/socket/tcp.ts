/**
 * TCP: connect to a port, listen on one, serve many clients at once.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Address } from "../ip/address.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { checkNumbers } from "./listener.ts";
import { bindable } from "./local.ts";

export * from "./connection.ts";
export { Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
export { listen, Listener, type ListenOptions } from "./listener.ts";
export * from "./server.ts";

/** Options for {@linkcode connect}. */
export interface ConnectOptions extends DeadlineOptions, ConnectionOptions {
  /** How long to wait for the connection, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops the attempt; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The address of this machine to connect from. @default {the system's choice} */
  localAddress?: string | Address | undefined;
  /** The port to connect from, with `localAddress`. @default {0, a free one} */
  localPort?: number | undefined;
}

/**
 * Opens a TCP connection.
 *
 * @param target `"host:port"`, `"[2001:db8::1]:port"` or `{ hostname, port }`.
 * @param options How long to wait, and from which address.
 * @returns The open connection.
 * @throws {NetError} `"refused"`, `"timeout"`, `"not-found"` for a name without
 * address, `"unreachable"`, `"reset"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {ParseError} If the text is no host and port.
 * @throws {RangeError} If the port is 0 or above 65535.
 * @see RFC 9293 §3.5 (the three-way handshake)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("hello\n"));
 * await using conn = await net.tcp.connect(server.address);
 * assert.equal(await conn.readLine(), "hello");
 * ```
 */
export async function connect(
  target: EndpointLike,
  options: ConnectOptions = {},
): Promise<Connection> {
  const {
    timeout = 10_000,
    signal,
    localAddress,
    localPort = 0,
    idleTimeout,
  } = options;
  const peer = endpoint(target);
  if (peer.port === 0) {
    throw new RangeError(
      `Cannot connect to ${peer} as 'port' must be an integer from 1 to 65535: current value is 0`,
    );
  }
  checkNumbers(`connect to ${peer}`, options);
  using deadline = new Deadline("connect to", `${peer}`, { timeout, signal });
  deadline.signal.throwIfAborted();
  const local = localAddress === undefined ? undefined : await bindable(
    "connect from",
    new Endpoint(`${localAddress}`, localPort),
    deadline,
  );
  const node = await import("node:net");
  deadline.signal.throwIfAborted();
  const socket = node.connect({
    host: peer.hostname,
    port: peer.port,
    allowHalfOpen: true,
    ...(local && { localAddress: local.hostname, localPort }),
  });
  const connected = new Promise<Connection>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("connect", () => {
      // From its first moment the connection hears of its errors itself.
      resolve(new Connection(socket, { idleTimeout }));
      socket.off("error", reject);
    });
  });
  let connection: Connection;
  try {
    connection = await deadline.race(connected);
  } catch (error) {
    // What comes after we stopped waiting is of no interest to anyone.
    socket.on("error", () => {});
    socket.destroy();
    if (deadline.signal.aborted) throw deadline.signal.reason;
    const { syscall } = error as { syscall?: string };
    throw syscall === "bind" && local
      ? failure(error, "connect from", local)
      : failure(error, "connect to", peer);
  }
  const { localAddress: here, remoteAddress: there } = connection;
  if (`${here}` === `${there}`) {
    // The local port may happen to be the very port that is being tried, and
    // TCP then connects it with itself (simultaneous open, RFC 9293 §3.5).
    connection.reset();
    throw new NetError(
      `connection refused, nothing listens on port ${peer.port} there`,
      { code: "refused", op: "connect to", target: `${peer}` },
    );
  }
  return connection;
}
