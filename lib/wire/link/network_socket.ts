/**
 * A raw IP socket that takes packets with their IP header: the way to this
 * machine's own addresses.
 *
 * Frames that a packet socket puts on loopback are heard by captures and then
 * dropped by the kernel, to which an address of its own is no possible sender of
 * what comes in by an interface (RFC 1812 §5.3.7 calls it a martian). What goes
 * through the kernel's own output arrives.
 *
 * @see raw(7), ipv6(7)
 * @module
 */

import { PermissionError } from "../../errors.ts";
import { check, errno, libc, systemError } from "../../ffi/libc.ts";
import { Readiness } from "../../ffi/readiness.ts";
import type { Address, Family } from "../../ip/address.ts";
import { interfaceIndex } from "../../linux/device.ts";
import { inside } from "../../linux/entering.ts";
import { RAW_HINT } from "./packet_socket.ts";

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
/** Says to the kernel that the header comes with the packet, and hears nothing. */
const IPPROTO_RAW = 255;
const SOL_SOCKET = 1;
const SO_BROADCAST = 6;
const MSG_DONTWAIT = 0x40;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;

/** Addresses that are remembered as the kernel takes them. */
const REMEMBERED = 1024;

/** Options for {@linkcode NetworkSocket.open}. */
export interface NetworkSocketOptions {
  /** Another network namespace: a descriptor of it, or its file. */
  namespace?: number | string | undefined;
}

/**
 * Sends packets that start with an IP header by the kernel's routes.
 *
 * The kernel fills in of an IPv4 header: total length and checksum always,
 * identification and source where they are 0. An IPv6 header goes as it is.
 *
 * @example
 * ```ts ignore
 * import { parse } from "../../ip/address.ts";
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { NetworkSocket } from "./network_socket.ts";
 *
 * using socket = NetworkSocket.open(4);
 * const to = parse("127.0.0.1");
 * socket.send(build(ipv4({ dst: to }), icmp({ type: "echoRequest" })).bytes, to);
 * ```
 */
export class NetworkSocket implements Disposable {
  /** The descriptor. */
  readonly fd: number;
  /** 4 or 6. */
  readonly family: Family;
  readonly #namespace: number | string | undefined;
  readonly #addresses = new Map<number | string, Uint8Array<ArrayBuffer>>();
  #readiness: Readiness | undefined;
  #isClosed = false;

  private constructor(
    fd: number,
    family: Family,
    namespace: number | string | undefined,
  ) {
    this.fd = fd;
    this.family = family;
    this.#namespace = namespace;
  }

  /**
   * Opens a socket. It hears nothing.
   *
   * @param family 4 or 6.
   * @param options In which namespace.
   * @returns The socket; dispose of it.
   * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
   * @throws {NetError} If the kernel has no such family.
   */
  static open(
    family: Family,
    options: NetworkSocketOptions = {},
  ): NetworkSocket {
    const { namespace } = options;
    const what = `IPv${family} packets`;
    return inside(namespace, () => {
      const { socket, setsockopt } = libc();
      const domain = family === 4 ? AF_INET : AF_INET6;
      const kind = SOCK_RAW | SOCK_NONBLOCK_CLOEXEC;
      const fd = socket(domain, kind, IPPROTO_RAW);
      if (fd < 0) {
        const error = systemError(errno(), "send", what);
        if (!(error instanceof PermissionError)) throw error;
        throw new PermissionError("operation not permitted (EPERM)", {
          code: error.code,
          op: "send",
          target: what,
          hint: RAW_HINT,
        });
      }
      // An answer to all on 127.0.0.0/8 is one to all.
      const yes = new Int32Array([1]);
      check(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, yes, 4), "send", what);
      return new NetworkSocket(fd, family, namespace);
    });
  }

  /**
   * Sends one packet.
   *
   * @param octets The packet, from its IP header on.
   * @param to Where the kernel sends it: mostly, the destination in the header.
   * @returns Whether the kernel took it; false when its queue is full.
   * @throws {NetError} If it refuses: `"too-large"`, `"unreachable"`, `"invalid"`.
   * @throws {TypeError} If `to` is of the other family.
   */
  send(octets: Uint8Array, to: Address): boolean {
    const name = this.#nameOf(to);
    const sent = libc().sendto(
      this.fd,
      octets as Uint8Array<ArrayBuffer>,
      octets.length,
      MSG_DONTWAIT,
      name,
      name.length,
    );
    if (sent >= 0) return true;
    const n = errno();
    if (n === EAGAIN || n === ENOBUFS || n === EINTR) return false;
    throw systemError(n, "send to", String(to));
  }

  /**
   * Waits until the kernel takes packets again.
   *
   * @returns True; false once the socket is disposed of.
   */
  waitToSend(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return (this.#readiness ??= new Readiness(this.fd)).writable();
  }

  /** An address as struct sockaddr_in or sockaddr_in6. */
  #nameOf(to: Address): Uint8Array<ArrayBuffer> {
    const known = this.#addresses.get(to.key);
    if (known !== undefined) return known;
    if (to.family !== this.family) {
      throw new TypeError(
        `Cannot send an IPv${this.family} packet as 'to' must be an IPv${this.family} address: current value is ${to}`,
      );
    }
    const octets = new Uint8Array(to.family === 4 ? 16 : 28);
    const view = new DataView(octets.buffer);
    view.setUint16(0, to.family === 4 ? AF_INET : AF_INET6, true);
    octets.set(to.toBytes(), to.family === 4 ? 4 : 8);
    if (to.zone !== undefined) view.setUint32(24, this.#scope(to), true);
    if (this.#addresses.size >= REMEMBERED) this.#addresses.clear();
    this.#addresses.set(to.key, octets);
    return octets;
  }

  #scope({ zone = "" }: Address): number {
    if (/^[0-9]+$/.test(zone)) return Number(zone);
    return inside(this.#namespace, () => interfaceIndex(zone));
  }

  /** Closes it; who waits is told. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#readiness?.[Symbol.dispose]();
    libc().close(this.fd);
  }
}
