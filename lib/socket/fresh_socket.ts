/**
 * A connected socket that nothing has gone through yet: a descriptor.
 *
 * For the runtime to take a socket over costs about as much as to connect it. So
 * it does with the first octets, and never for a connection that is only held,
 * or closed again.
 *
 * @module
 */

import type { Socket } from "node:net";
import { errnoName, libc } from "../ffi/libc.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Inflow, Tap } from "./inflow.ts";
import { wire } from "./wiring.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const FIONREAD = 0x541b;

/** A descriptor, until it is opened; from then on a socket of node:net. */
export class FreshSocket implements Tap {
  /** This side. */
  readonly localAddress: Endpoint;
  readonly #Socket: typeof Socket;
  #fd: number;
  #socket: Socket | undefined;
  /** Is told what comes once it is open. */
  inflow: Inflow | undefined;

  /**
   * Takes a descriptor, which is this one's from now on.
   *
   * @param fd Of a socket that is connected, or will be by its first write.
   * @param Made What it is to become, of node:net, which may not be loaded yet
   * where this file is.
   * @param local This side.
   */
  constructor(fd: number, Made: typeof Socket, local: Endpoint) {
    this.#fd = fd;
    this.#Socket = Made;
    this.localAddress = local;
  }

  /** The socket of node:net, which reads from now on; one that is destroyed after `drop`. */
  open(): Socket {
    return this.#socket ??= this.#open();
  }

  #open(): Socket {
    const fd = this.#fd;
    this.#fd = -1;
    const socket = fd < 0 ? new this.#Socket().destroy() : this.#take(fd);
    if (this.inflow) {
      wire(socket, this.inflow);
      socket.resume();
    }
    return socket;
  }

  #take(fd: number): Socket {
    try {
      return new this.#Socket({ fd, allowHalfOpen: true });
    } catch (cause) {
      // The runtime takes none that the other side has reset meanwhile.
      const error = new Int32Array(1);
      const { getsockopt, close } = libc();
      getsockopt(fd, SOL_SOCKET, SO_ERROR, error, new Uint32Array([4]));
      close(fd);
      const code = error[0] ? errnoName(error[0]) : "ECONNRESET";
      return new this.#Socket().destroy(
        Object.assign(new Error(code, { cause }), { code }),
      );
    }
  }

  /**
   * Closes it, if it was not opened and nothing came that nobody has read.
   *
   * @returns Whether it did; else it is to be opened, and closed with care.
   */
  drop(): boolean {
    const fd = this.#fd;
    const unread = new Int32Array(1);
    if (fd < 0 || libc().ioctl(fd, FIONREAD, unread) < 0 || unread[0] !== 0) {
      return false;
    }
    this.#fd = -1;
    libc().close(fd);
    return true;
  }

  /** Opens it, as somebody wants to read; one that was dropped stays closed. */
  resume(): void {
    if (this.#fd >= 0 || this.#socket) this.open().resume();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket?.pause();
  }
}

/**
 * Opens a socket if it is fresh.
 *
 * @param socket Of either kind.
 * @returns The socket of node:net.
 */
export function opened(socket: Socket | FreshSocket): Socket {
  return socket instanceof FreshSocket ? socket.open() : socket;
}
