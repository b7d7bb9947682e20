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

import { check, libc } from "../ffi/libc.ts";
import { interfaceIndex } from "../linux/device.ts";

const AF_PACKET = 17;
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
