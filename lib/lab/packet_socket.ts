/**
 * AF_PACKET sockets: all frames of an interface, whole, in and out.
 *
 * Each frame has a virtio header in front (PACKET_VNET_HDR), in which the two
 * sides of a virtual cable leave work to each other: a checksum that is only
 * begun, a segment of 64 KiB that is yet to be cut. Handed on together with
 * that header it stays valid, and many times cheaper than frame by frame.
 *
 * @module
 */

import { check, cString, libc } from "../ffi/libc.ts";

const AF_PACKET = 17;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;

const SOL_SOCKET = 1;
const SOL_PACKET = 263;
/** SO_RCVBUFFORCE and SO_RCVBUF, SO_SNDBUFFORCE and SO_SNDBUF. */
const BUFFERS = [[33, 8], [32, 7]] as const;
const PACKET_STATISTICS = 6;
const PACKET_AUXDATA = 8;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;

const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const SIOCGIFHWADDR = 0x8927;
const SIOCGIFINDEX = 0x8933;
const SIOCETHTOOL = 0x8946;
const IFF_UP = 0x1;
const ETHTOOL_GLINK = 0xa;

/** What waits in the kernel for us, at most, a socket. */
const BUFFER = 4 * 1024 * 1024;

/** A socket on one interface that gets and sends whole frames; it never waits. */
export class PacketSocket implements Disposable {
  /** The descriptor, of this process. */
  readonly fd: number;
  /** The interface's name, in the namespace where the socket was opened. */
  readonly interface: string;
  #drops = 0;

  /** Wraps a descriptor; see {@linkcode PacketSocket.open}. */
  private constructor(fd: number, name: string) {
    this.fd = fd;
    this.interface = name;
  }

  /**
   * Opens a socket on an interface of this thread's namespace.
   *
   * What it sends itself it does not get back. Tags of VLANs, which the kernel
   * takes off, come beside the frame (PACKET_AUXDATA).
   *
   * @param name The interface.
   * @returns The socket; dispose of it.
   * @throws {NetError} With code `"not-found"` if there is no such interface.
   * @throws {PermissionError} Without CAP_NET_RAW in the namespace.
   * @see packet(7)
   *
   * @example
   * ```ts ignore
   * import { PacketSocket } from "./packet_socket.ts";
   *
   * using socket = PacketSocket.open("eth0");
   * ```
   */
  static open(name: string): PacketSocket {
    const { bind, close, socket, setsockopt } = libc();
    const kind = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    // Protocol 0 hears nothing; bind names the protocol with the interface, so
    // that no frame of another one slips in between.
    const fd = check(socket(AF_PACKET, kind, 0), "capture on", name);
    try {
      const set = (level: number, option: number, value: number) =>
        setsockopt(fd, level, option, new Int32Array([value]), 4);
      for (
        const option of [
          PACKET_AUXDATA,
          PACKET_VNET_HDR,
          PACKET_IGNORE_OUTGOING,
        ]
      ) {
        check(set(SOL_PACKET, option, 1), "capture on", name);
      }
      // Beyond the system's limit only root of the whole machine may go.
      for (const [force, ask] of BUFFERS) {
        if (set(SOL_SOCKET, force, BUFFER) < 0) set(SOL_SOCKET, ask, BUFFER);
      }
      const address = new DataView(new ArrayBuffer(20));
      address.setUint16(0, AF_PACKET, true);
      address.setUint16(2, ETH_P_ALL);
      address.setInt32(4, interfaceIndex(name), true);
      const octets = new Uint8Array(address.buffer);
      check(bind(fd, octets, octets.length), "capture on", name);
    } catch (error) {
      close(fd);
      throw error;
    }
    return new PacketSocket(fd, name);
  }

  /** Counts the frames so far that found the socket's buffer full. */
  get drops(): number {
    const counts = new Uint32Array(2);
    const size = new Uint32Array([8]);
    // The kernel starts again at 0 each time it is asked.
    if (
      libc().getsockopt(
        this.fd,
        SOL_PACKET,
        PACKET_STATISTICS,
        counts,
        size,
      ) ===
        0
    ) this.#drops += counts[1]!;
    return this.#drops;
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    libc().close(this.fd);
  }
}

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
 * import { interfaceIndex } from "./packet_socket.ts";
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
 * import { interfaceMac } from "./packet_socket.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) assert.deepEqual([...interfaceMac("lo")], [0, 0, 0, 0, 0, 0]);
 * ```
 */
export function interfaceMac(name: string): Uint8Array {
  const view = request(name, SIOCGIFHWADDR, "find interface");
  return new Uint8Array(view.buffer, 18, 6).slice();
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
 * import { isRunning } from "./packet_socket.ts";
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
 * import { setUp } from "./packet_socket.ts";
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
 * import { setOffloads } from "./packet_socket.ts";
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
