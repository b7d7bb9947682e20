/**
 * An interface to ask on: one socket that hears, and one that speaks.
 *
 * Two, since the kernel never tells a packet socket of what it sent itself; of
 * what others send it does, with the time when it left.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { libc } from "../../ffi/libc.ts";
import type { Packet } from "../../packet/packet.ts";
import { LinkSocket } from "../link/link_socket.ts";
import { attachFilter } from "../link/packet_socket.ts";

const SOL_SOCKET = 1;
const SO_DETACH_FILTER = 27;
/** Frames that one call takes at most, and calls that empty any socket. */
const FULL = 64;
const CALLS = 256;

/** Where frames go out and come in. */
export class Line implements Disposable {
  /** The interface's name. */
  readonly name: string;
  /** After how many changes around it was opened. */
  readonly born: number;
  /** What hears. */
  readonly ear: LinkSocket;
  readonly #namespace: number | undefined;
  #mouth: LinkSocket | undefined;
  #isFiltered = false;

  /**
   * Opens an interface.
   *
   * @param name The interface.
   * @param namespace Where it is.
   * @param born After how many changes there it is opened.
   * @throws {NetError} If there is no such interface.
   * @throws {PermissionError} Without CAP_NET_RAW.
   */
  constructor(name: string, namespace: number | undefined, born: number) {
    this.name = name;
    this.born = born;
    this.#namespace = namespace;
    this.ear = LinkSocket.open(name, { namespace });
  }

  /**
   * Sends a frame.
   *
   * @param frame The frame, with its link header.
   * @returns Whether the kernel took it; false when its queue is full.
   * @throws {NetError} If it refuses it.
   */
  send(frame: Uint8Array): boolean {
    this.#mouth ??= LinkSocket.open(this.name, {
      receive: false,
      namespace: this.#namespace,
    });
    return trySend(this.#mouth, frame);
  }

  /** Throws away what came before it was of use. */
  drain(): void {
    for (let n = 0; n < CALLS; n++) {
      if (this.ear.receive() < FULL) return;
    }
  }

  /**
   * Lets through only what a filter does.
   *
   * @param program struct sock_filter, eight octets each; nothing for all.
   * @throws {NetError} If the kernel finds it wrong.
   */
  filter(program: Uint8Array<ArrayBuffer> | undefined): void {
    if (program !== undefined) attachFilter(this.ear.fd, this.name, program);
    else if (this.#isFiltered) {
      const none = new Int32Array(1);
      libc().setsockopt(this.ear.fd, SOL_SOCKET, SO_DETACH_FILTER, none, 4);
    }
    this.#isFiltered = program !== undefined;
  }

  /** Closes both sockets. */
  [Symbol.dispose](): void {
    this.ear[Symbol.dispose]();
    this.#mouth?.[Symbol.dispose]();
  }
}

/** Codes of a queue that is full for the moment. */
const FOR_NOW: readonly string[] = ["enobufs", "eagain"];

/**
 * Sends a frame, if there is room for it now.
 *
 * @param socket By which socket.
 * @param frame The frame, with its link header.
 * @returns Whether the kernel took it; false when its queue is full.
 * @throws {NetError} If it refuses it.
 */
export function trySend(socket: LinkSocket, frame: Uint8Array): boolean {
  try {
    socket.send(frame);
    return true;
  } catch (error) {
    if (error instanceof NetError && FOR_NOW.includes(error.code)) return false;
    throw error;
  }
}

/**
 * Tells whether a frame that was heard is a packet that was sent, on its way.
 *
 * @param packet The packet, as it was sent.
 * @param octets What the frame lies in.
 * @param start Where it starts.
 * @param end Where it ends.
 * @param isLoopback Whether it went by the kernel's own IP, which gave it a new
 * link header, and a header of IP that may differ.
 * @returns Whether it is.
 */
export function isCopy(
  packet: Packet,
  octets: Uint8Array,
  start: number,
  end: number,
  isLoopback: boolean,
): boolean {
  const { bytes } = packet;
  if (!isLoopback) return isSame(bytes, 0, octets, start, end);
  const ip = start + ETHERNET;
  if (end - ip !== bytes.length || octets[ip] !== bytes[0]) return false;
  if (bytes[0]! >> 4 === 6) return isSame(bytes, 0, octets, ip, end);
  // The kernel sets an identification, and then the checksum.
  const header = (bytes[0]! & 0xf) * 4;
  return isSame(bytes.subarray(0, 20), 12, octets, ip + 12, ip + 20) &&
    isSame(bytes, header, octets, ip + header, end);
}

/** Octets of an Ethernet header. */
const ETHERNET = 14;

function isSame(
  bytes: Uint8Array,
  from: number,
  octets: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (end - start !== bytes.length - from) return false;
  for (let i = start, j = from; i < end; i++, j++) {
    if (octets[i] !== bytes[j]) return false;
  }
  return true;
}
