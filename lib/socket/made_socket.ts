/**
 * Sockets made through the C library, for what has to be set before they
 * connect or listen; the runtime takes them over after.
 *
 * Calls of the C library go past the runtime's permissions, so these are asked
 * for here.
 *
 * @module
 */

import type { Server, Socket } from "node:net";
import { check, errno, errnoName, libc } from "../ffi/libc.ts";
import { Readiness } from "../ffi/readiness.ts";
import { parse } from "../ip/address.ts";
import { type Endpoint, isIpv6 } from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";
import type { SocketOptions } from "./option_table.ts";
import { openWith } from "./socket_options.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_REUSEADDR = 2;

/** struct sockaddr_in or sockaddr_in6. */
export function socketAddress(
  { hostname, port }: Endpoint,
): Uint8Array<ArrayBuffer> {
  const address = parse(hostname);
  const octets = new Uint8Array(address.family === 4 ? 16 : 28);
  const view = new DataView(octets.buffer);
  view.setUint16(0, address.family === 4 ? 2 : 10, true);
  view.setUint16(2, port);
  octets.set(address.toBytes(), address.family === 4 ? 4 : 8);
  const { zone } = address;
  if (zone !== undefined) {
    const index = /^\d+$/.test(zone)
      ? Number(zone)
      : libc().if_nametoindex(new TextEncoder().encode(`${zone}\0`));
    view.setUint32(24, index, true);
  }
  return octets;
}

function familyFor({ hostname }: Endpoint): "ipv4" | "ipv6" {
  return isIpv6(hostname) ? "ipv6" : "ipv4";
}

/** Makes the errno of a call that just failed into the library's error. */
function lastError(op: string, target: Endpoint, syscall: string): Error {
  return errorOf(errno(), op, target, syscall);
}

function errorOf(
  n: number,
  op: string,
  target: Endpoint,
  syscall: string,
): Error {
  const code = errnoName(n);
  return failure({ code, syscall, message: code }, op, target);
}

/**
 * Connects a socket with options that are set before.
 *
 * @param peer An address and a port.
 * @param local Where to leave from, or nothing for the system's choice.
 * @param options Those to set before.
 * @param signal Ends the wait.
 * @returns The connected socket; with `fastOpen` it connects at its first write.
 */
export async function connectMade(
  peer: Endpoint,
  local: Endpoint | undefined,
  options: SocketOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const { state } = await Deno.permissions.request({
    name: "net",
    host: permissionHost(peer),
  });
  if (state !== "granted") throw notAllowed("connect to", peer);
  const { Socket } = await import("node:net");
  const { bind, connect, getsockopt, close } = libc();
  const fd = openWith(familyFor(peer), `the connection to ${peer}`, options);
  try {
    if (local) {
      const from = socketAddress(local);
      if (bind(fd, from, from.length) < 0) {
        throw lastError("connect from", local, "bind");
      }
    }
    const to = socketAddress(peer);
    if (connect(fd, to, to.length) < 0) {
      if (errnoName(errno()) !== "EINPROGRESS") {
        throw lastError("connect to", peer, "connect");
      }
      using readiness = new Readiness(fd);
      const stop = () => readiness[Symbol.dispose]();
      signal.addEventListener("abort", stop, { once: true });
      await readiness.writable();
      signal.removeEventListener("abort", stop);
      signal.throwIfAborted();
      const error = new Int32Array(1);
      const length = new Uint32Array([4]);
      check(
        getsockopt(fd, SOL_SOCKET, SO_ERROR, error, length),
        "connect to",
        `${peer}`,
      );
      if (error[0] !== 0) {
        throw errorOf(error[0]!, "connect to", peer, "connect");
      }
    }
    const socket = new Socket({ fd, allowHalfOpen: true });
    // Nothing is read before the connection listens.
    return socket.pause();
  } catch (error) {
    close(fd);
    throw error;
  }
}

/**
 * Lets a server listen on a socket with options that are set before.
 *
 * @param server Of node:net, which does not listen yet.
 * @param local An address and a port, which the runtime lets us bind.
 * @param options Those to set before; connections that come in have most of
 * them too.
 * @param backlog Connections that may wait in the system.
 */
export function listenMade(
  server: Server,
  local: Endpoint,
  options: SocketOptions,
  backlog: number,
): void {
  const { bind, setsockopt, close } = libc();
  const fd = openWith(familyFor(local), `the listener on ${local}`, options);
  // As the runtime does for its own: a port of connections past is free.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]), 4);
  const at = socketAddress(local);
  if (bind(fd, at, at.length) < 0) {
    const error = lastError("listen on", local, "bind");
    close(fd);
    throw error;
  }
  server.listen({ fd, backlog });
}
