/**
 * Making UDP sockets of the kernel's own.
 *
 * @see udp(7), ip(7), ipv6(7)
 * @module
 */

import { check, errno, libc } from "../ffi/libc.ts";
import { inNamespace, openNamespace } from "../ffi/namespace.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  AF_INET,
  AF_INET6,
  encodeEndpoint,
  familyOf,
  Interfaces,
} from "./socket_address.ts";
import type { OpenOptions } from "./udp_carrier.ts";
import { kernelFailure } from "./udp_errors.ts";
import { askForFacts } from "./udp_facts.ts";
import { KernelCarrier } from "./udp_kernel.ts";
import { optionsIn, setKernelOption, setNumber } from "./udp_options.ts";

const SOCK_DGRAM = 2;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const SOL_UDP = 17;
const UDP_GRO = 104;
/** IP_MULTICAST_ALL and IPV6_MULTICAST_ALL. */
const MULTICAST_ALL = { 4: [0, 49], 6: [41, 29] } as const;
/** IP_RECVERR and IPV6_RECVERR. */
const ERRORS = { 4: [0, 11], 6: [41, 25] } as const;

/**
 * Opens a socket.
 *
 * @param local Where to bind, by address; nothing for a socket that connects.
 * @param remote The one to connect to, by address.
 * @param options What `open` was told.
 * @throws {NetError} `"in-use"`, `"not-local"`, `"unreachable"`.
 */
export function openKernel(
  local: Endpoint | undefined,
  remote: Endpoint | undefined,
  options: OpenOptions,
): KernelCarrier {
  const wanted = (local ?? remote)!;
  const settings = optionsIn(options.options ?? {});
  const family = familyOf(wanted.hostname);
  const { socket, bind, connect, close } = libc();
  const kind = SOCK_DGRAM | SOCK_NONBLOCK_CLOEXEC;
  const fd = inside(
    options.namespace,
    () =>
      check(socket(family === 4 ? AF_INET : AF_INET6, kind, 0), "open", "UDP"),
  );
  try {
    const interfaces = new Interfaces(fd);
    const place = { fd, family, interfaces, multicastInterface: "" };
    // A socket hears the groups that it joined, not those of others here.
    const [level, option] = MULTICAST_ALL[family];
    setNumber(fd, level, option, 0, "multicast");
    for (const [name, value] of settings) setKernelOption(place, name, value);
    if (options.offload) {
      // Kernels before 5.0 do not join; then each comes by itself.
      libc().setsockopt(fd, SOL_UDP, UDP_GRO, new Int32Array([1]), 4);
    }
    if (options.facts) askForFacts(fd, family);
    if (local !== undefined) {
      const name = encodeEndpoint(local, interfaces);
      if (bind(fd, name, name.length) < 0) {
        throw kernelFailure(errno(), "open", local);
      }
    }
    if (remote !== undefined) {
      const [level, option] = ERRORS[family];
      setNumber(fd, level, option, 1, "errors");
      const name = encodeEndpoint(remote, interfaces);
      if (connect(fd, name, name.length) < 0) {
        throw kernelFailure(errno(), "connect to", remote);
      }
    }
    return new KernelCarrier(fd, remote, options);
  } catch (error) {
    close(fd);
    throw error;
  }
}

/** Calls a function in a namespace; it must be synchronous. */
export function inside<T>(
  namespace: number | string | undefined,
  f: () => T,
): T {
  if (namespace === undefined) return f();
  if (typeof namespace === "number") return inNamespace(namespace, f);
  const fd = openNamespace(namespace);
  try {
    return inNamespace(fd, f);
  } finally {
    libc().close(fd);
  }
}
