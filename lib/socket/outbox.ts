/**
 * Datagrams that leave together: many a call (sendmmsg), and where the kernel
 * cuts (UDP_SEGMENT), many a message.
 *
 * @see sendmmsg(2), udp(7)
 * @module
 */

import { errno, libc } from "../ffi/libc.ts";
import { pointerTo, setPointer } from "../ffi/pointer.ts";
import { HEADER, MSG_DONTWAIT, VECTOR } from "./inbox.ts";

/** Messages that one call sends. */
const MESSAGES = 64;
/** Datagrams that one message is cut into at most; all kernels that cut take so many. */
const SEGMENTS = 64;
/** Octets of all datagrams of one call: as many as 16 of the longest. */
const OCTETS = 1 << 20;
/** Octets of one message, however many datagrams it is cut into. */
const LONGEST = 65_507;

const SOL_UDP = 17;
const UDP_SEGMENT = 103;
/** A struct cmsghdr with 16 bits of data, padded. */
const CONTROL = 24;

const NAME_LENGTH = 8;
const VECTORS = 16;
const VECTOR_COUNT = 24;
const CONTROL_POINTER = 32;
const CONTROL_LENGTH = 40;

/** Datagrams on their way into the kernel. */
export class Outbox {
  readonly #octets = new Uint8Array(new ArrayBuffer(OCTETS));
  readonly #headers = new Uint8Array(new ArrayBuffer(HEADER * MESSAGES));
  readonly #vectors = new Uint8Array(new ArrayBuffer(VECTOR * MESSAGES));
  readonly #controls = new Uint8Array(new ArrayBuffer(CONTROL * MESSAGES));
  readonly #headerView = new DataView(this.#headers.buffer);
  readonly #vectorView = new DataView(this.#vectors.buffer);
  readonly #controlView = new DataView(this.#controls.buffer);
  readonly #base = pointerTo(this.#octets);
  readonly #controlBase = pointerTo(this.#controls);
  /** Structs that the headers point to must outlive the call. */
  readonly #names: (Uint8Array<ArrayBuffer> | undefined)[] = [];
  /** Datagrams in each message, octets of each of them, and of all. */
  readonly #segments = new Int32Array(MESSAGES);
  readonly #sizes = new Int32Array(MESSAGES);
  readonly #lengths = new Int32Array(MESSAGES);
  #count = 0;
  #used = 0;
  /** The last header's name, as a pointer. */
  #pointer = 0;

  constructor() {
    const vectors = pointerTo(this.#vectors);
    for (let i = 0; i < MESSAGES; i++) {
      const header = i * HEADER;
      setPointer(this.#headerView, header + VECTORS, vectors + i * VECTOR);
      this.#headerView.setUint32(header + VECTOR_COUNT, 1, true);
      const control = i * CONTROL;
      this.#controlView.setUint32(control, 18, true);
      this.#controlView.setInt32(control + 8, SOL_UDP, true);
      this.#controlView.setInt32(control + 12, UDP_SEGMENT, true);
    }
  }

  /** Empties it. */
  clear(): void {
    this.#count = 0;
    this.#used = 0;
    this.#names.length = 0;
  }

  /**
   * Adds a datagram.
   *
   * @param data Its octets; they are copied.
   * @param name Where to, as the kernel takes it; nothing on a connected socket.
   * @param join Whether it may share a message with those before it.
   * @returns Whether there was room.
   */
  add(
    data: Uint8Array,
    name: Uint8Array<ArrayBuffer> | undefined,
    join: boolean,
  ): boolean {
    const size = data.length;
    if (this.#used + size > OCTETS) return false;
    const last = this.#count - 1;
    // The last of a message may be shorter than the rest, and ends it.
    const joins = join && last >= 0 && this.#names[last] === name &&
      size > 0 && size <= this.#sizes[last]! &&
      this.#segments[last]! < SEGMENTS &&
      this.#lengths[last]! === this.#sizes[last]! * this.#segments[last]! &&
      this.#lengths[last]! + size <= LONGEST;
    if (!joins && this.#count === MESSAGES) return false;
    const at = this.#used;
    if (size < 128) {
      // To copy so few by a view takes longer.
      for (let i = 0; i < size; i++) this.#octets[at + i] = data[i]!;
    } else this.#octets.set(data, at);
    this.#used += size;
    if (joins) {
      this.#segments[last]!++;
      this.#lengths[last]! += size;
      this.#vectorView.setUint32(
        last * VECTOR + 8,
        this.#lengths[last]!,
        true,
      );
      return true;
    }
    const i = this.#count++;
    const header = i * HEADER;
    if (i === 0 || this.#names[i - 1] !== name) {
      this.#pointer = name === undefined ? 0 : pointerTo(name);
    }
    this.#names[i] = name;
    this.#segments[i] = 1;
    this.#sizes[i] = size;
    this.#lengths[i] = size;
    setPointer(this.#headerView, header, this.#pointer);
    this.#headerView.setUint32(header + NAME_LENGTH, name?.length ?? 0, true);
    setPointer(this.#vectorView, i * VECTOR, this.#base + at);
    this.#vectorView.setUint32(i * VECTOR + 8, size, true);
    return true;
  }

  /**
   * Hands all of it to the kernel, without waiting.
   *
   * @param fd The socket.
   * @returns How many datagrams it took, and the number of the error that kept it
   * from the next; 0 for none.
   */
  send(fd: number): { taken: number; error: number } {
    for (let i = 0; i < this.#count; i++) {
      const isJoined = this.#segments[i]! > 1;
      const header = i * HEADER;
      if (isJoined) {
        this.#controlView.setUint16(i * CONTROL + 16, this.#sizes[i]!, true);
      }
      setPointer(
        this.#headerView,
        header + CONTROL_POINTER,
        isJoined ? this.#controlBase + i * CONTROL : 0,
      );
      this.#headerView.setUint32(
        header + CONTROL_LENGTH,
        isJoined ? CONTROL : 0,
        true,
      );
    }
    const { sendmmsg } = libc();
    let taken = 0;
    let error = 0;
    for (let i = 0; i < this.#count;) {
      const headers = i === 0
        ? this.#headers
        : this.#headers.subarray(i * HEADER);
      const sent = sendmmsg(fd, headers, this.#count - i, MSG_DONTWAIT);
      if (sent < 0) {
        // The number would be that of the call before, had this one gone well.
        error = errno();
        break;
      }
      for (const end = i + sent; i < end; i++) taken += this.#segments[i]!;
    }
    return { taken, error };
  }
}

let shared: Outbox | undefined;

/** Gives the memory that all sockets of this thread send from, empty. */
export function outbox(): Outbox {
  shared ??= new Outbox();
  shared.clear();
  return shared;
}
