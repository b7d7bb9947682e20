/**
 * Network namespaces as descriptors: nothing is left under a name that someone
 * would have to clean up.
 *
 * A namespace belongs to a thread. Whatever is opened while the thread is in
 * one stays there: sockets, started programs, Workers. What is only begun and
 * goes on elsewhere (an asynchronous file or name look-up) would end up in
 * either of the two, so the inside is strictly synchronous.
 *
 * @module
 */

import { check, cString, libc } from "./libc.ts";

/** CLONE_NEWNET of sched.h. */
export const CLONE_NEWNET = 0x40000000;
const O_CLOEXEC = 0o2000000;
const HERE = "/proc/thread-self/ns/net";

/**
 * Opens a namespace.
 *
 * @param path A file that stands for one: `/proc/<pid>/ns/net`,
 * `/run/netns/<name>`. @default {this thread's}
 * @returns A descriptor, which a program that is started does not inherit;
 * close it with `libc().close`.
 * @throws {NetError} If there is no such file.
 * @throws {PermissionError} If it is another user's, or without `--allow-ffi`.
 *
 * @example
 * ```ts
 * import { libc, libcAllowed } from "./libc.ts";
 * import { openNamespace } from "./namespace.ts";
 *
 * if (libcAllowed()) libc().close(openNamespace());
 * ```
 */
export function openNamespace(path: string = HERE): number {
  return check(libc().open(cString(path), O_CLOEXEC, 0), "open", path);
}

/**
 * Tells which namespace it is, in a way that can be compared.
 *
 * @param namespace A descriptor of it. @default {this thread's}
 * @returns Its kind and number, as the kernel writes them: `net:[4026531840]`.
 * @throws {NetError} If the descriptor is none.
 * @see namespaces(7)
 *
 * @example
 * ```ts
 * import { libcAllowed } from "./libc.ts";
 * import { namespaceId } from "./namespace.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.match(namespaceId(), /^net:\[\d+\]$/);
 * ```
 */
export function namespaceId(namespace?: number): string {
  const path = namespace === undefined ? HERE : `/proc/self/fd/${namespace}`;
  const target = new Uint8Array(64);
  const length = check(
    libc().readlink(cString(path), target, target.length),
    "look at",
    path,
  );
  return new TextDecoder().decode(target.subarray(0, length));
}

/**
 * Makes an empty network namespace, with a loopback interface that is down.
 *
 * It lives as long as something holds it: the descriptor, a process, a socket.
 *
 * @returns A descriptor; close it with `libc().close`.
 * @throws {PermissionError} Unless root, in a user namespace or out of one.
 * @see unshare(2), network_namespaces(7)
 *
 * @example
 * ```ts ignore
 * import { libc } from "./libc.ts";
 * import { createNetworkNamespace, inNamespace } from "./namespace.ts";
 *
 * const host = createNetworkNamespace();
 * inNamespace(host, () => Deno.networkInterfaces());
 * libc().close(host);
 * ```
 */
export function createNetworkNamespace(): number {
  const home = openNamespace();
  try {
    check(libc().unshare(CLONE_NEWNET), "make", "a network namespace");
    try {
      return openNamespace();
    } finally {
      check(libc().setns(home, CLONE_NEWNET), "return to", "the own namespace");
    }
  } finally {
    libc().close(home);
  }
}

/**
 * Calls a function with the thread in another network namespace, and always
 * comes back.
 *
 * @param namespace A descriptor of it.
 * @param f Strictly synchronous: what it awaits would happen outside.
 * @returns What `f` gave.
 * @throws {TypeError} If `f` gave a promise.
 * @throws {PermissionError} If the namespace is another user's.
 * @see setns(2)
 *
 * @example
 * ```ts ignore
 * import { createNetworkNamespace, inNamespace } from "./namespace.ts";
 *
 * using server = inNamespace(createNetworkNamespace(), () => Deno.listen({ port: 80 }));
 * ```
 */
export function inNamespace<T>(namespace: number, f: () => T): T {
  const { setns, close } = libc();
  const home = openNamespace();
  try {
    check(setns(namespace, CLONE_NEWNET), "enter", `namespace ${namespace}`);
    let result: T;
    try {
      result = f();
    } finally {
      check(setns(home, CLONE_NEWNET), "return to", "the own namespace");
    }
    if (
      typeof (result as { then?: unknown } | undefined)?.then === "function"
    ) {
      throw new TypeError(
        "Cannot run a function in a namespace as 'f' must be synchronous: current value gives a promise",
      );
    }
    return result;
  } finally {
    close(home);
  }
}
