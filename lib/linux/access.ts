/**
 * Which way leads to the kernel: rtnetlink where the C library may be called,
 * the program `ip` where only that may be run.
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { libc, libcAllowed } from "../ffi/libc.ts";
import { inNamespace, openNamespace } from "../ffi/namespace.ts";
import type { IpJson } from "./ip_json.ts";
import { NetlinkSocket } from "./netlink.ts";
import type { ReadOptions } from "./read_options.ts";

export type { ReadOptions };

/**
 * Calls a function with a socket that is closed afterwards.
 *
 * @param namespace Where to open it.
 * @param f Is given the socket, and is synchronous.
 * @returns What `f` gave.
 * @throws {PermissionError} Without `--allow-ffi`, or for another's namespace.
 */
export function withSocket<T>(
  namespace: number | string | undefined,
  f: (socket: NetlinkSocket) => T,
): T {
  using socket = openSocket(namespace);
  return f(socket);
}

function openSocket(namespace: number | string | undefined): NetlinkSocket {
  if (namespace === undefined) return NetlinkSocket.open();
  if (typeof namespace === "number") {
    return inNamespace(namespace, () => NetlinkSocket.open());
  }
  const fd = openNamespace(namespace);
  try {
    return inNamespace(fd, () => NetlinkSocket.open());
  } finally {
    libc().close(fd);
  }
}

/** Whether `ip` may be run without asking. */
function ipAllowed(): boolean {
  return Deno.permissions.querySync({ name: "run", command: "ip" }).state ===
    "granted";
}

/**
 * Reads something, one way or the other.
 *
 * @param options Where.
 * @param native Reads it through a socket.
 * @param fallback Reads it through `ip -j`.
 * @returns What they gave.
 * @throws {PermissionError} If neither is allowed.
 */
export async function readEither<T>(
  options: ReadOptions,
  native: (socket: NetlinkSocket) => T,
  fallback: (ip: IpJson) => Promise<T>,
): Promise<T> {
  const { namespace, signal } = options;
  signal?.throwIfAborted();
  if (libcAllowed()) {
    try {
      libc();
    } catch (error) {
      // A system with another C library, such as musl, still has ip.
      if (!(error instanceof NetError && ipAllowed())) throw error;
      return await throughIp(namespace, signal, fallback);
    }
    return withSocket(namespace, native);
  }
  if (ipAllowed()) return await throughIp(namespace, signal, fallback);
  throw new PermissionError("this program was given no way to it", {
    code: "not-permitted",
    op: "ask",
    target: "the kernel about its network",
    hint: "run it with --allow-ffi, or with --allow-run=ip",
  });
}

async function throughIp<T>(
  namespace: number | string | undefined,
  signal: AbortSignal | undefined,
  fallback: (ip: IpJson) => Promise<T>,
): Promise<T> {
  const { IpJson } = await import("./ip_json.ts");
  return await fallback(new IpJson(namespace, signal));
}
