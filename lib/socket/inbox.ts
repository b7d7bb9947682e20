/**
 * What a socket has for us, many messages a call (recvmmsg), each with what the
 * kernel tells of it beside its octets.
 *
 * A call and what is made of it run to their end before anything else does, so
 * one stretch of memory serves all sockets of this thread.
 *
 * @see recvmmsg(2), cmsg(3)
 * @module
 */

import { errno, libc } from "../ffi/libc.ts";
import { pointerTo, setPointer } from "../ffi/pointer.ts";
import { ADDRESS_SIZE } from "./socket_address.ts";

/** Messages that one call takes. */
const MESSAGES = 64;
/** Octets of the longest: an IP packet, whole. */
const SLOT = 65_536;
/** Octets for what the kernel tells of each. */
const CONTROLS = 256;

/** struct mmsghdr and struct iovec on 64 bits, and where the first has what. */
export const HEADER = 64;
/** Octets of a struct iovec. */
export const VECTOR = 16;
const NAME_LENGTH = 8;
const VECTORS = 16;
const VECTOR_COUNT = 24;
const CONTROL = 32;
const CONTROL_LENGTH = 40;
const FLAGS = 48;
const RECEIVED = 56;

/** MSG_TRUNC of sys/socket.h. */
const MSG_TRUNC = 0x20;
/** MSG_DONTWAIT of sys/socket.h. */
export const MSG_DONTWAIT = 0x40;
/** MSG_ERRQUEUE of sys/socket.h. */
export const MSG_ERRQUEUE = 0x2000;

/** One control message. */
export interface Control {
  /** SOL_SOCKET, IPPROTO_IP, … */
  readonly level: number;
  /** What it is, at that level. */
  readonly type: number;
  /** Where its data start in {@linkcode Inbox.controls}. */
  readonly at: number;
  /** Octets of data. */
  readonly length: number;
}

/** The memory that messages are received into. */
export class Inbox {
  /** All messages' octets. */
  readonly octets = new Uint8Array(new ArrayBuffer(SLOT * MESSAGES));
  /** Their senders: struct sockaddr. */
  readonly names = new Uint8Array(new ArrayBuffer(ADDRESS_SIZE * MESSAGES));
  /** Their control messages. */
  readonly controls = new DataView(new ArrayBuffer(CONTROLS * MESSAGES));
  readonly #headers = new Uint8Array(new ArrayBuffer(HEADER * MESSAGES));
  readonly #vectors = new Uint8Array(new ArrayBuffer(VECTOR * MESSAGES));
  readonly #view = new DataView(this.#headers.buffer);

  constructor() {
    const octets = pointerTo(this.octets);
    const names = pointerTo(this.names);
    const controls = pointerTo(new Uint8Array(this.controls.buffer));
    const vectors = pointerTo(this.#vectors);
    const vectorView = new DataView(this.#vectors.buffer);
    for (let i = 0; i < MESSAGES; i++) {
      setPointer(vectorView, i * VECTOR, octets + i * SLOT);
      vectorView.setUint32(i * VECTOR + 8, SLOT, true);
      const header = i * HEADER;
      setPointer(this.#view, header, names + i * ADDRESS_SIZE);
      setPointer(this.#view, header + VECTORS, vectors + i * VECTOR);
      this.#view.setUint32(header + VECTOR_COUNT, 1, true);
      setPointer(this.#view, header + CONTROL, controls + i * CONTROLS);
    }
  }

  /**
   * Takes what has come, without waiting; what was taken before is written over.
   *
   * @param fd The socket.
   * @param flags MSG_ERRQUEUE for its errors, 0 for its messages.
   * @returns How many there are now; below 0 the number of the error, negated.
   */
  receive(fd: number, flags: number): number {
    const view = this.#view;
    for (let header = 0; header < HEADER * MESSAGES; header += HEADER) {
      view.setUint32(header + NAME_LENGTH, ADDRESS_SIZE, true);
      view.setUint32(header + CONTROL_LENGTH, CONTROLS, true);
    }
    const count = libc().recvmmsg(
      fd,
      this.#headers,
      MESSAGES,
      flags | MSG_DONTWAIT,
      null,
    );
    return count < 0 ? -errno() : count;
  }

  /** Whether a call that gave so many found no more. */
  isLast(count: number): boolean {
    return count < MESSAGES;
  }

  /** Where a message starts in {@linkcode Inbox.octets}. */
  start(i: number): number {
    return i * SLOT;
  }

  /** Octets of a message. */
  length(i: number): number {
    return this.#view.getUint32(i * HEADER + RECEIVED, true);
  }

  /** Where its sender starts in {@linkcode Inbox.names}. */
  name(i: number): number {
    return i * ADDRESS_SIZE;
  }

  /** Whether its end was cut off. */
  isCut(i: number): boolean {
    return (this.#view.getUint32(i * HEADER + FLAGS, true) & MSG_TRUNC) !== 0;
  }

  /**
   * Goes through what the kernel tells of a message.
   *
   * @param i Which.
   * @param visit Called with each control message.
   */
  eachControl(i: number, visit: (control: Control) => void): void {
    const start = i * CONTROLS;
    const end = start +
      this.#view.getUint32(i * HEADER + CONTROL_LENGTH, true);
    for (let at = start; at + 16 <= end;) {
      const size = this.controls.getUint32(at, true);
      if (size < 16) return;
      visit({
        level: this.controls.getInt32(at + 8, true),
        type: this.controls.getInt32(at + 12, true),
        at: at + 16,
        length: size - 16,
      });
      at += (size + 7) & ~7;
    }
  }
}

let shared: Inbox | undefined;

/**
 * Gives the memory that all sockets of this thread receive into; what is in it
 * lasts until the next call.
 */
export function inbox(): Inbox {
  return shared ??= new Inbox();
}
