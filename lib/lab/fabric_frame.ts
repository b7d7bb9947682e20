/**
 * Frames in the fabric's hands: read in bursts into memory that stays where it
 * is, tags put back in place, and sent on from there without a copy.
 *
 * @module
 */

import { errno, libc } from "../ffi/libc.ts";
import type { PacketSocket } from "./packet_socket.ts";

const MSG_DONTWAIT = 0x40;

/** Room in front of a frame for what may still be put in: some tags. */
const HEADROOM = 16;
/** Octets of a `struct virtio_net_hdr`. */
export const VIRTIO = 10;
/** From a frame's start to its EtherType, virtio header and addresses. */
const HEAD = VIRTIO + 12;
const TAG = 4;
/** A large segment (64 KiB), its headers, and room to spare. */
const SLOT = HEADROOM + 66 * 1024;
const BURST = 32;

const NEEDS_CHECKSUM = 1;
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
const SOL_PACKET = 263;
const PACKET_AUXDATA = 8;

/**
 * One frame, with its virtio header in front: 10 octets, of which the network
 * knows nothing. It is valid until the next burst is read.
 */
export class Frame {
  /** EtherType of the tag that stood in front, outside of the octets; 0 if none did. */
  tpid = 0;
  /** That tag's priority and VLAN. */
  tci = 0;
  /** Where the virtio header starts. */
  #start = HEADROOM;
  /** Octets from there to the end. */
  #length = 0;
  readonly #octets: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  /** The slot from each place where a frame may start, by fours. */
  readonly #from: readonly Uint8Array<ArrayBuffer>[];

  /**
   * Makes an empty frame.
   *
   * @param octets Memory that is the frame's own.
   */
  constructor(octets: Uint8Array<ArrayBuffer>) {
    this.#octets = octets;
    this.#view = new DataView(
      octets.buffer,
      octets.byteOffset,
      octets.byteLength,
    );
    this.#from = Array.from(
      { length: HEADROOM / TAG + 1 },
      (_, n) => octets.subarray(n * TAG),
    );
  }

  /** Octets of the frame proper, from the destination address on. */
  get length(): number {
    return this.#length - VIRTIO;
  }

  /** Octets with the virtio header. */
  get byteLength(): number {
    return this.#length;
  }

  /** First four octets of the destination address. */
  get dst0(): number {
    return this.#view.getInt32(this.#start + VIRTIO);
  }

  /** Last two octets of the destination address. */
  get dst1(): number {
    return this.#view.getUint16(this.#start + VIRTIO + 4);
  }

  /** First four octets of the source address. */
  get src0(): number {
    return this.#view.getInt32(this.#start + VIRTIO + 6);
  }

  /** Last two octets of the source address. */
  get src1(): number {
    return this.#view.getUint16(this.#start + VIRTIO + 10);
  }

  /** How many frames it will be on a real cable: a large segment is several. */
  get frames(): number {
    const kind = this.#octets[this.#start + 1]!;
    if (kind === 0) return 1;
    const size = this.#view.getUint16(this.#start + 4, true);
    const headers = this.#view.getUint16(this.#start + 2, true);
    return size === 0
      ? 1
      : Math.max(1, Math.ceil((this.length - headers) / size));
  }

  /** How many octets those frames have together, headers repeated. */
  get octets(): number {
    const { frames, length } = this;
    return frames === 1
      ? length
      : length + (frames - 1) * this.#view.getUint16(this.#start + 2, true);
  }

  /** The frame with its virtio header, as it can be sent. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#octets.subarray(this.#start, this.#start + this.#length);
  }

  /** The frame without its virtio header. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(VIRTIO);
  }

  /**
   * Takes what was received into the slot.
   *
   * @param length Octets, virtio header included.
   * @param tpid The EtherType of the tag that the kernel took off, or 0.
   * @param tci The tag's priority and VLAN.
   */
  set(length: number, tpid: number, tci: number): void {
    this.#start = HEADROOM;
    this.#length = Math.min(length, SLOT - HEADROOM);
    this.tpid = tpid;
    this.tci = tci;
  }

  /** Puts the tag that stood beside the frame back into it, if there was one. */
  restoreTag(): void {
    if (this.tpid === 0) return;
    this.insertTag(this.tpid, this.tci);
    this.tpid = 0;
  }

  /**
   * Puts a tag in front of the EtherType.
   *
   * @param tpid The tag's own EtherType.
   * @param tci Its priority and VLAN.
   */
  insertTag(tpid: number, tci: number): void {
    const start = this.#start - TAG;
    this.#octets.copyWithin(start, this.#start, this.#start + HEAD);
    const view = this.#view;
    view.setUint16(start + HEAD, tpid);
    view.setUint16(start + HEAD + 2, tci);
    // What the virtio header counts from the frame's start moves with it.
    const [flags, kind] = [this.#octets[start]!, this.#octets[start + 1]!];
    if (kind !== 0) {
      view.setUint16(start + 2, view.getUint16(start + 2, true) + TAG, true);
    }
    if ((flags & NEEDS_CHECKSUM) !== 0) {
      view.setUint16(start + 6, view.getUint16(start + 6, true) + TAG, true);
    }
    this.#start = start;
    this.#length += TAG;
  }

  /**
   * Sends it as it stands.
   *
   * @param fd The socket.
   * @returns 0, or the errno.
   */
  send(fd: number): number {
    const from = this.#from[this.#start / TAG]!;
    return libc().send(fd, from, this.#length, MSG_DONTWAIT) < 0 ? errno() : 0;
  }
}

/** Memory for the frames that one call reads. */
export class Burst {
  /** The frames; those of the last read come first. */
  readonly frames: readonly Frame[];
  readonly #headers = new Uint32Array(BURST * 16);
  readonly #headerOctets = new Uint8Array(this.#headers.buffer);
  readonly #control: Uint32Array<ArrayBuffer>;
  /** What the headers point to must stay. */
  readonly #memory: readonly Uint8Array[];

  /** Lays out the headers of recvmmsg, once. */
  constructor() {
    const slots = new Uint8Array(BURST * SLOT);
    // An iovec is 16 octets; control data a cmsghdr (16) and 20, padded to 24.
    const vectors = new DataView(new ArrayBuffer(BURST * 16));
    const control = new Uint8Array(BURST * 40);
    const headers = new DataView(this.#headers.buffer);
    const addressOf = (memory: Uint8Array<ArrayBuffer>) =>
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
    const vectorsAt = addressOf(new Uint8Array(vectors.buffer));
    const controlAt = addressOf(control);
    const slotsAt = addressOf(slots);
    for (let i = 0; i < BURST; i++) {
      vectors.setBigUint64(
        i * 16,
        slotsAt + BigInt(i * SLOT + HEADROOM),
        true,
      );
      vectors.setBigUint64(i * 16 + 8, BigInt(SLOT - HEADROOM), true);
      headers.setBigUint64(i * 64 + 16, vectorsAt + BigInt(i * 16), true);
      headers.setBigUint64(i * 64 + 24, 1n, true);
      headers.setBigUint64(i * 64 + 32, controlAt + BigInt(i * 40), true);
    }
    this.#control = new Uint32Array(control.buffer);
    this.#memory = [slots, new Uint8Array(vectors.buffer), control];
    this.frames = Array.from(
      { length: BURST },
      (_, i) => new Frame(slots.subarray(i * SLOT, (i + 1) * SLOT)),
    );
  }

  /**
   * Reads the frames that wait at a socket, as many as there is room for.
   *
   * @param socket The socket.
   * @returns How many, or if none could be read the errno, negative.
   */
  receive(socket: PacketSocket): number {
    const headers = this.#headers;
    // The kernel writes over the lengths: of control data, and of names.
    for (let i = 0; i < BURST; i++) headers[i * 16 + 10] = 40;
    const count = libc().recvmmsg(
      socket.fd,
      this.#headerOctets,
      BURST,
      MSG_DONTWAIT,
      null,
    );
    if (count < 0) return -errno();
    for (let i = 0; i < count; i++) this.#take(i);
    return count;
  }

  #take(i: number): void {
    const length = this.#headers[i * 16 + 14]!;
    const control = this.#control;
    const at = i * 10;
    const isAux = this.#headers[i * 16 + 10]! >= 36 &&
      control[at + 2] === SOL_PACKET && control[at + 3] === PACKET_AUXDATA;
    const status = isAux ? control[at + 4]! : 0;
    if ((status & TP_STATUS_VLAN_VALID) === 0) {
      this.frames[i]!.set(length, 0, 0);
      return;
    }
    const tag = control[at + 8]!;
    const tpid = (status & TP_STATUS_VLAN_TPID_VALID) !== 0
      ? tag >>> 16
      : 0x8100;
    this.frames[i]!.set(length, tpid, tag & 0xffff);
  }
}
