/**
 * Opening UDP sockets: bound, or connected with one peer.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { libcAllowed } from "../ffi/libc.ts";
import { tryParse } from "../ip/address.ts";
import {
  Endpoint,
  endpoint,
  type EndpointLike,
  isLoopback,
  ownEndpoint,
} from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";
import { bindable } from "./local.ts";
import { lookUp } from "./look_up.ts";
import { familyOf } from "./socket_address.ts";
import { needsKernel, type OpenOptions } from "./udp_carrier.ts";
import { openKernel } from "./udp_kernel_open.ts";
import { openRuntime } from "./udp_runtime.ts";
import { Socket } from "./udp_socket.ts";
import { checkTarget } from "./udp_target.ts";

function checkQueue(queue: number, op: string, target: Endpoint): void {
  if (queue >= 1) return;
  throw new RangeError(
    `Cannot ${op} ${target} as 'queue' must be 1 or more datagrams: current value is ${queue}`,
  );
}

/**
 * Opens a UDP socket.
 *
 * @param options Where to bind it, how many datagrams may wait, and its options
 * by name.
 * @returns The socket; its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` for an address that no interface
 * has, `"not-found"` for a name without address, `"unsupported"` for options that
 * take `--allow-ffi`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port, the queue's length or an option is out of range.
 * @throws {TypeError} If an option is of the wrong type.
 * @see RFC 768
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using socket = await net.udp.open({ options: { ttl: 4 } });
 * assert.equal(socket.options.get("ttl"), 4);
 * await assert.rejects(socket.receive({ timeout: 5 }), { code: "timeout" });
 * ```
 */
export async function open(options: OpenOptions = {}): Promise<Socket> {
  const { queue = 1024, signal } = options;
  const wanted = ownEndpoint("open", options);
  checkQueue(queue, "open", wanted);
  using deadline = new Deadline("open", `${wanted}`, { signal });
  deadline.signal.throwIfAborted();
  const local = await bindable("open", wanted, deadline);
  signal?.throwIfAborted();
  const carrier = isKernel(options)
    ? openKernel(local, undefined, options)
    : await openRuntime(local, undefined, options);
  return new Socket(carrier, options);
}

/** Whether the kernel is asked itself; a namespace takes that. */
function isKernel({ namespace }: OpenOptions): boolean {
  if (libcAllowed()) return true;
  if (namespace === undefined) return false;
  throw needsKernel("open a UDP socket in another namespace");
}

/**
 * Opens a UDP socket that talks with one peer alone: nobody else's datagrams
 * arrive, `send` needs no target, and what the way there says (a closed port, no
 * route) is an error of the next `send` or `receive`, which takes `--allow-ffi`.
 *
 * @param target The peer: `"host:port"`, `"[2001:db8::1]:port"`, `{ hostname, port }`.
 * @param options As for {@linkcode open}; `hostname` and `port` are this side's.
 * @returns The socket.
 * @throws {NetError} `"not-found"`, `"unreachable"`, `"in-use"`, `"not-local"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If a port or another number is out of range.
 * @see RFC 1122 §4.1.3.3 (errors that come back)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, net.udp.echo);
 * await using socket = await net.udp.connect(server.address);
 * await socket.send("ping");
 * assert.equal((await socket.receive({ timeout: 1000 })).text(), "ping");
 * ```
 */
export async function connect(
  target: EndpointLike,
  options: OpenOptions = {},
): Promise<Socket> {
  const { hostname, port = 0, queue = 1024, signal } = options;
  const wanted = endpoint(target);
  checkQueue(queue, "connect to", wanted);
  checkTarget(
    wanted,
    endpoint({ hostname: hostname ?? wanted.hostname, port }),
  );
  using deadline = new Deadline("connect to", `${wanted}`, { signal });
  deadline.signal.throwIfAborted();
  const { state } = await Deno.permissions.request({
    name: "net",
    host: permissionHost(wanted),
  });
  if (state !== "granted") throw notAllowed("connect to", wanted);
  const found = await deadline.race(lookUp("connect to", wanted));
  const remote = new Endpoint(
    `${tryParse(found.hostname) ?? found.hostname}`,
    found.port,
  );
  const kernel = isKernel(options);
  const local = hostname === undefined && port === 0 && kernel
    ? undefined
    : await bindable(
      "connect from",
      endpoint({ hostname: hostname ?? ownSide(remote), port }),
      deadline,
    );
  signal?.throwIfAborted();
  try {
    const carrier = kernel
      ? openKernel(local, remote, options)
      : await openRuntime(local!, remote, options);
    return new Socket(carrier, options);
  } catch (error) {
    throw failure(error, "connect to", remote);
  }
}

/** What to bind where nothing is said: that by which the peer can be reached. */
function ownSide({ hostname }: Endpoint): string {
  const isIpv6 = familyOf(hostname) === 6;
  if (isLoopback(hostname)) return isIpv6 ? "::1" : "127.0.0.1";
  return isIpv6 ? "::" : "0.0.0.0";
}
