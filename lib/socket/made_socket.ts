/**
 * Sockets made through the C library: for what has to be set before they connect
 * or listen, and where many connect. The runtime takes them over after.
 *
 * Calls of the C library go past the runtime's permissions: who calls this has
 * asked for them.
 *
 * @module
 */

import type { Server } from "node:net";
import { makeRoom } from "../ffi/descriptors.ts";
import { errno, errnoName, libc } from "../ffi/libc.ts";
import { Readiness } from "../ffi/readiness.ts";
import { type Endpoint, isIpv6 } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { FreshSocket } from "./fresh_socket.ts";
import type { SocketOptions } from "./option_table.ts";
import { yieldTurn } from "./pump.ts";
import {
  ADDRESS_SIZE,
  decodeEndpoint,
  encodeEndpoint,
  Interfaces,
} from "./socket_address.ts";
import { openWith } from "./socket_options.ts";

const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

/** What may end a wait. */
export interface Stop {
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
  /** Throws the reason if it is. */
  throwIfOver(): void;
}

/** What getsockname fills. */
const name = new Uint8Array(ADDRESS_SIZE);
const nameSize = new Uint32Array(1);

/** Loaded with the first connection. */
let nodeNet: typeof import("node:net") | undefined;

function familyFor({ hostname }: Endpoint): "ipv4" | "ipv6" {
  return isIpv6(hostname) ? "ipv6" : "ipv4";
}

/** Makes the errno of a call that just failed into the library's error. */
function lastError(op: string, target: Endpoint, syscall: string): Error {
  const code = errnoName(errno());
  return failure({ code, syscall, message: code }, op, target);
}

/**
 * Connects a socket, with options that are set before. The socket is made before
 * this waits for anything: in a namespace that the thread is in, it stays there.
 *
 * @param peer An address and a port, which the runtime lets us reach.
 * @param local Where to leave from, or nothing for the system's choice.
 * @param options Those to set before.
 * @param stop Ends the wait.
 * @returns The connected socket and its end here; with `fastOpen` it connects at
 * its first write.
 */
export async function connectMade(
  peer: Endpoint,
  local: Endpoint | undefined,
  options: SocketOptions,
  stop: Stop,
): Promise<FreshSocket> {
  const { bind, getsockname, close } = libc();
  const fd = openWith(familyFor(peer), `the connection to ${peer}`, options);
  try {
    makeRoom(fd);
    const interfaces = new Interfaces(fd);
    if (local) {
      const from = encodeEndpoint(local, interfaces);
      if (bind(fd, from, from.length) < 0) {
        throw lastError("connect from", local, "bind");
      }
    }
    const to = nameOf(peer, interfaces);
    if (!isConnected(fd, to, peer)) {
      // On this machine the handshake is over by now: there is only nobody told.
      await yieldTurn();
      stop.throwIfOver();
      while (!isConnected(fd, to, peer)) await handshake(fd, stop.signal);
    }
    const { Socket } = nodeNet ??= await import("node:net");
    nameSize[0] = ADDRESS_SIZE;
    if (getsockname(fd, name, nameSize) < 0) {
      throw lastError("connect to", peer, "getsockname");
    }
    return new FreshSocket(fd, Socket, decodeEndpoint(name, interfaces));
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** The last that was connected to, as who opens many does so to few. */
let latest:
  | { readonly peer: Endpoint; readonly name: Uint8Array<ArrayBuffer> }
  | undefined;

function nameOf(
  peer: Endpoint,
  interfaces: Interfaces,
): Uint8Array<ArrayBuffer> {
  const { hostname, port } = peer;
  if (latest?.peer.hostname === hostname && latest.peer.port === port) {
    return latest.name;
  }
  const name = encodeEndpoint(peer, interfaces);
  // A zone is of one namespace, and may be another's number later.
  if (!hostname.includes("%")) latest = { peer, name };
  return name;
}

/** Connects, or tells how that went since it was begun. */
function isConnected(
  fd: number,
  to: Uint8Array<ArrayBuffer>,
  peer: Endpoint,
): boolean {
  if (libc().connect(fd, to, to.length) >= 0) return true;
  const code = errnoName(errno());
  if (code === "EISCONN") return true;
  if (code === "EINPROGRESS" || code === "EALREADY") return false;
  // What the engine did since may have left an errno of its own.
  const state = stateOf(fd);
  if (state === ESTABLISHED) return true;
  if (state === SYN_SENT) return false;
  throw lastError("connect to", peer, "connect");
}

const ESTABLISHED = 1;
const SYN_SENT = 2;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;

/** Where a TCP connection stands: the first octet of TCP_INFO. */
function stateOf(fd: number): number | undefined {
  const info = new Uint8Array(8);
  const { getsockopt } = libc();
  const length = new Uint32Array([info.length]);
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length) < 0
    ? undefined
    : info[0];
}

async function handshake(fd: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  using readiness = new Readiness(fd);
  const stop = () => readiness[Symbol.dispose]();
  signal.addEventListener("abort", stop, { once: true });
  await readiness.writable();
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
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
  try {
    // As the runtime does for its own: a port of connections past is free.
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Int32Array([1]), 4);
    const at = encodeEndpoint(local, new Interfaces(fd));
    if (bind(fd, at, at.length) < 0) {
      throw lastError("listen on", local, "bind");
    }
  } catch (error) {
    close(fd);
    throw error;
  }
  server.listen({ fd, backlog });
}
