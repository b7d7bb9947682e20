/**
 * Connecting to one address: through the runtime, or with a socket of one's own.
 *
 * The runtime checks, asks for and logs what a program may reach. So it opens the
 * first connections to an endpoint, and all where the C library may not be
 * called. Who opens many gets the rest from the kernel, at half the price.
 *
 * @module
 */

import type { Socket } from "node:net";
import { libcAllowed } from "../ffi/libc.ts";
import { tryParse } from "../ip/address.ts";
import type { Endpoint } from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";
import type { FreshSocket } from "./fresh_socket.ts";
import { connectMade, type Stop } from "./made_socket.ts";
import type { SocketOptions } from "./option_table.ts";
import { yieldTurn } from "./pump.ts";

/** A connected socket. */
export type Dialled = Socket | FreshSocket;

/** How one address is connected to: what is the same for all of a name's. */
export type Dial = (peer: Endpoint, stop: Stop) => Promise<Dialled>;

/** So many connections to one endpoint are the runtime's own. */
const FIRST = 16;
/** Endpoints that are counted; then they are forgotten. */
const COUNTED = 1024;

/** How many connections to an endpoint there were so far, up to {@linkcode FIRST}. */
const counts = new Map<string, number>();

/** Whether there were many connections to an endpoint, this one counted. */
function isFrequent(place: string): boolean {
  const count = counts.get(place) ?? 0;
  if (count >= FIRST) return true;
  if (counts.size >= COUNTED) counts.clear();
  counts.set(place, count + 1);
  return false;
}

/** The last that was, and in which turn: who opens many does so in few turns. */
let latest:
  | { readonly peer: Endpoint; readonly turn: Promise<void> }
  | undefined;

/** Whether a socket of one's own is to go there, and may without asking. */
function isOurs(peer: Endpoint): boolean {
  const { hostname, port } = peer;
  const isLatest = latest?.peer.hostname === hostname &&
    latest.peer.port === port;
  if (isLatest && latest?.turn === yieldTurn()) return true;
  const host = permissionHost(peer);
  const isOurs = isFrequent(`${peer}`) && libcAllowed() &&
    tryParse(hostname) !== undefined &&
    Deno.permissions.querySync({ name: "net", host }).state === "granted";
  latest = isOurs ? { peer, turn: yieldTurn() } : undefined;
  return isOurs;
}

/**
 * Tells how to connect.
 *
 * @param local Where to leave from, or nothing for the system's choice.
 * @param localPort The port to leave from.
 * @param options Those to set before.
 */
export function dialWith(
  local: Endpoint | undefined,
  localPort: number,
  options?: SocketOptions,
): Dial {
  if (options && Object.values(options).some((value) => value !== undefined)) {
    return (peer, stop) => connectAsked(peer, local, options, stop);
  }
  return (peer, stop) =>
    isOurs(peer)
      ? connectMade(peer, local, {}, stop)
      : connectByRuntime(peer, local, localPort, stop);
}

async function connectAsked(
  peer: Endpoint,
  local: Endpoint | undefined,
  options: SocketOptions,
  stop: Stop,
): Promise<FreshSocket> {
  const { state } = await Deno.permissions.request({
    name: "net",
    host: permissionHost(peer),
  });
  if (state !== "granted") throw notAllowed("connect to", peer);
  return await connectMade(peer, local, options, stop);
}

async function connectByRuntime(
  peer: Endpoint,
  local: Endpoint | undefined,
  localPort: number,
  { signal }: Stop,
): Promise<Socket> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({
    host: peer.hostname,
    port: peer.port,
    allowHalfOpen: true,
    ...(local && { localAddress: local.hostname, localPort }),
  });
  const stop = () => {
    // What comes after we stopped waiting is of no interest to anyone.
    socket.on("error", () => {});
    socket.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  socket.once("error", (error) => {
    signal.removeEventListener("abort", stop);
    const { syscall } = error as { syscall?: string };
    reject(
      syscall === "bind" && local
        ? failure(error, "connect from", local)
        : failure(error, "connect to", peer),
    );
  });
  socket.once("connect", () => {
    signal.removeEventListener("abort", stop);
    socket.removeAllListeners("error");
    // Until the connection listens, errors must not end the program.
    socket.pause();
    resolve(socket);
  });
  return await promise;
}
