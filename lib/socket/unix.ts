/**
 * Unix sockets: streams between programs of one machine, found by a path.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { Connection } from "./connection.ts";
import { failure, notAllowed } from "./failure.ts";
import { checkHandler } from "./local.ts";
import {
  checkNumbers,
  type Listener,
  listening,
  type ListenOptions as TcpListenOptions,
  newServer,
} from "./listener.ts";
import {
  type Handler,
  type ServeOptions as TcpServeOptions,
  Server,
} from "./server.ts";
import { UnixEndpoint } from "./unix_endpoint.ts";

export * from "./unix_endpoint.ts";
export { Connection } from "./connection.ts";
export { echo, Server } from "./server.ts";
export { Listener } from "./listener.ts";
export type { DeadlineOptions, Handler };

/** Options for {@linkcode connect}. */
export interface ConnectOptions extends DeadlineOptions {
  /** How long to wait for the connection, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Reset when no octet came or went for so many milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
}

/** What listening at a path adds. */
export interface PathOptions {
  /** Where: a path of at most 107 octets, or `"\0"` and a name that is in no directory. */
  path: string;
  /** Remove a socket there that nobody listens on any more. @default {false} */
  replace?: boolean | undefined;
}

/** Options for {@linkcode listen}. */
export interface ListenOptions
  extends
    PathOptions,
    Omit<TcpListenOptions, "hostname" | "port" | "options"> {}

/** Options for {@linkcode serve}. */
export interface ServeOptions
  extends PathOptions, Omit<TcpServeOptions, "hostname" | "port" | "options"> {}

/**
 * Connects to whoever listens at a path.
 *
 * @param path The path, or `"\0"` and an abstract name.
 * @param options How long to wait.
 * @returns The open connection, the same as over TCP.
 * @throws {NetError} `"not-found"`, `"refused"` where nobody listens any more,
 * `"timeout"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @see unix(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using docker = await net.unix.connect("/var/run/docker.sock");
 * await docker.write("GET /version HTTP/1.0\r\n\r\n");
 * ```
 */
export async function connect(
  path: string,
  options: ConnectOptions = {},
): Promise<Connection> {
  const { timeout = 10_000, signal, idleTimeout } = options;
  const peer = await located(path);
  checkNumbers(`connect to ${peer}`, options);
  using deadline = new Deadline("connect to", `${peer}`, { timeout, signal });
  deadline.signal.throwIfAborted();
  await mayUse("connect to", peer);
  const { connect } = await import("node:net");
  deadline.signal.throwIfAborted();
  const socket: Socket = connect({
    path: peer.path,
    allowHalfOpen: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  socket.once("error", reject);
  socket.once("connect", () => {
    const localAddress = new UnixEndpoint("");
    resolve(
      new Connection(socket, {
        idleTimeout,
        localAddress,
        remoteAddress: peer,
      }),
    );
    socket.off("error", reject);
  });
  try {
    return await deadline.race(promise);
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw failure(error, "connect to", peer);
  }
}

/**
 * Listens at a path, which must not exist yet; closing removes it.
 *
 * @param options Where, and how many may wait.
 * @returns The listener.
 * @throws {NetError} `"in-use"` if something is there.
 * @throws {PermissionError} If the runtime or the system bars it.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using listener = await net.unix.listen({ path: "/tmp/app.sock" });
 * await using connection = await listener.accept();
 * ```
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { replace = false, backlog = 4096, signal } = options;
  const wanted = await located(options.path);
  const { path } = wanted;
  checkNumbers(`listen on ${wanted}`, { backlog, ...options });
  signal?.throwIfAborted();
  await mayUse("listen on", wanted);
  if (replace) await removeAbandoned(path);
  const server = await newServer();
  signal?.throwIfAborted();
  return await listening(
    server,
    wanted,
    options,
    () => server.listen({ path, backlog }),
  );
}

/**
 * Serves at a path: runs a handler for every connection, all at the same time.
 *
 * @param options Where to listen, how many to serve at once.
 * @param handler What to do with each connection; those for TCP do.
 * @returns The server, which listens already.
 * @throws {NetError} `"in-use"` if something is there.
 * @throws {PermissionError} If the runtime or the system bars it.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using server = await net.unix.serve({ path: "/tmp/echo.sock" }, net.unix.echo);
 * await using conn = await net.unix.connect("/tmp/echo.sock");
 * ```
 */
export async function serve(
  options: ServeOptions,
  handler: Handler,
): Promise<Server> {
  checkNumbers("serve", options);
  checkHandler(handler);
  return new Server(await listen(options), handler, options);
}

/** The runtime takes whole paths alone. */
async function located(path: string): Promise<UnixEndpoint> {
  const named = new UnixEndpoint(path);
  if (path === "") {
    throw new RangeError(
      "Cannot make a unix endpoint as 'path' must be a path: current value is \"\"",
    );
  }
  if (/^[/\0]/.test(path)) return named;
  const { resolve } = await import("node:path");
  return new UnixEndpoint(resolve(path));
}

/** Settles that the runtime lets us: node:net would throw from a callback. */
async function mayUse(op: string, at: UnixEndpoint): Promise<void> {
  // An abstract name stands in no flag: who may all may use it.
  const { path } = at;
  const wanted: Deno.PermissionDescriptor[] = path.startsWith("\0")
    ? [{ name: "net" }, { name: "read" }, { name: "write" }]
    : [
      { name: "net", host: `unix:${path}` },
      { name: "read", path },
      { name: "write", path },
    ];
  for (const permission of wanted) {
    const { state } = await Deno.permissions.request(permission);
    if (state !== "granted") throw notAllowed(op, at);
  }
}

/** Removes a socket that refuses connections; what else is there stays. */
async function removeAbandoned(path: string): Promise<void> {
  try {
    const connection = await connect(path, { timeout: 1000 });
    await connection.close();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "refused") await Deno.remove(path);
  }
}
