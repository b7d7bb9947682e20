/**
 * An interface of this thread's network namespace, asked by ioctl: what takes a
 * netlink socket too long, or what netlink does not tell.
 *
 * @see netdevice(7)
 * @module
 */

import { check, cString, libc } from "../ffi/libc.ts";

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCGIFMTU = 0x8921;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const SIOCETHTOOL = 0x8946;
const IFF_UP = 0x1;
const ETHTOOL_GLINK = 0xa;

/** Calls ioctl with a `struct ifreq` that names an interface. */
function request(
  name: string,
  number: number,
  op: string,
  fill: (view: DataView) => void = () => {},
): DataView {
  const octets = new Uint8Array(40);
  octets.set(cString(name).subarray(0, 15));
  const view = new DataView(octets.buffer);
  fill(view);
  const { socket, ioctl, close } = libc();
  const fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), op, name);
  try {
    check(ioctl(fd, number, octets), op, name);
  } finally {
    close(fd);
  }
  return view;
}

/**
 * Gives the number of an interface of this thread's namespace.
 *
 * @param name The interface.
 * @returns Its index, 1 or more.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { interfaceIndex } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.equal(interfaceIndex("lo"), 1);
 * ```
 */
export function interfaceIndex(name: string): number {
  return request(name, SIOCGIFINDEX, "find interface").getInt32(16, true);
}

/**
 * Gives the MAC address of an interface of this thread's namespace.
 *
 * @param name The interface.
 * @returns Its six octets.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { interfaceMac } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.deepEqual([...interfaceMac("lo")], [0, 0, 0, 0, 0, 0]);
 * ```
 */
export function interfaceMac(name: string): Uint8Array {
  const view = request(name, SIOCGIFHWADDR, "find interface");
  return new Uint8Array(view.buffer, 18, 6).slice();
}

/**
 * Gives the kind of an interface of this thread's namespace: what its frames
 * start with.
 *
 * @param name The interface.
 * @returns Its ARPHRD_… number: 1 Ethernet, 772 loopback, 65534 none.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 * @see linux/if_arp.h
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { hardwareType } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.equal(hardwareType("lo"), 772);
 * ```
 */
export function hardwareType(name: string): number {
  return request(name, SIOCGIFHWADDR, "find interface").getUint16(16, true);
}

/**
 * Gives the MTU of an interface of this thread's namespace.
 *
 * @param name The interface.
 * @returns The most octets that a packet on it may have, without its link header.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { interfaceMtu } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.ok(interfaceMtu("lo") >= 1280);
 * ```
 */
export function interfaceMtu(name: string): number {
  return request(name, SIOCGIFMTU, "find interface").getInt32(16, true);
}

/**
 * Tells whether an interface of this thread's namespace is administratively up.
 *
 * @param name The interface.
 * @returns Whether it is.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { isUp } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.equal(typeof isUp("lo"), "boolean");
 * ```
 */
export function isUp(name: string): boolean {
  const flags = request(name, SIOCGIFFLAGS, "find interface");
  return (flags.getUint16(16, true) & IFF_UP) !== 0;
}

/** Calls ethtool's ioctl with a `struct ethtool_value`; gives its value. */
function ethtool(
  name: string,
  command: number,
  op: string,
  value: number = 0,
): number {
  // In a buffer of its own, which stays where it is.
  const words = new Uint32Array(new ArrayBuffer(8));
  words.set([command, value]);
  const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(words));
  request(name, SIOCETHTOOL, op, (view) => {
    view.setBigUint64(16, pointer, true);
  });
  return words[1]!;
}

/**
 * Tells whether an interface of this thread's namespace is up, and its cable
 * plugged in at both ends.
 *
 * @param name The interface.
 * @returns Whether it is; false for one that is gone.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../ffi/libc.ts";
 * import { isRunning } from "./device.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.equal(isRunning("none0"), false);
 * ```
 */
export function isRunning(name: string): boolean {
  try {
    // Not IFF_RUNNING, which may be a second behind (linkwatch).
    return ethtool(name, ETHTOOL_GLINK, "look at") === 1;
  } catch {
    return false;
  }
}

/**
 * Switches an interface of this thread's namespace on or off; the other end of
 * a virtual cable sees its carrier come or go.
 *
 * @param name The interface.
 * @param up Whether it should be up.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 * @throws {PermissionError} Without CAP_NET_ADMIN in the namespace.
 *
 * @example
 * ```ts ignore
 * import { setUp } from "./device.ts";
 *
 * setUp("eth0", false);
 * ```
 */
export function setUp(name: string, up: boolean): void {
  const op = up ? "switch on" : "switch off";
  const flags = request(name, SIOCGIFFLAGS, op).getUint16(16, true);
  request(name, SIOCSIFFLAGS, op, (view) => {
    view.setUint16(16, up ? flags | IFF_UP : flags & ~IFF_UP, true);
  });
}

/** ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO of linux/ethtool.h. */
const OFFLOADS = [0x17, 0x1f, 0x24];

/**
 * Switches the work that an interface of this thread's namespace leaves to its
 * hardware on or off: checksums, and cutting large segments.
 *
 * A virtual cable has no hardware, so with it on frames cross uncut and with
 * half a checksum, as captures show. With it off, each frame that leaves by the
 * interface is one that could be on a real cable.
 *
 * @param name The interface.
 * @param on Whether it should leave work undone.
 * @throws {NetError} With code `"not-found"` if there is none of that name.
 * @throws {PermissionError} Without CAP_NET_ADMIN in the namespace.
 * @see ethtool(8) `--offload`
 *
 * @example
 * ```ts ignore
 * import { setOffloads } from "./device.ts";
 *
 * setOffloads("eth0", false);
 * ```
 */
export function setOffloads(name: string, on: boolean): void {
  // The last two need the first.
  for (const command of OFFLOADS) {
    ethtool(name, command, "set offloads of", on ? 1 : 0);
  }
}
