/**
 * The memory that recvmmsg fills: frames, who sent them, and what the kernel
 * says of them.
 *
 * @module
 */

import { pointerTo, setPointer } from "../../ffi/pointer.ts";

/** Frames that one call takes. */
export const FRAMES = 64;
/** Octets of a tag. */
export const TAG = 4;
/** struct mmsghdr, and where it has what. */
export const HEADER = 64;
const NAME = 0;
export const NAME_LENGTH = 8;
const VECTOR = 16;
const VECTOR_COUNT = 24;
const CONTROL = 32;
export const CONTROL_LENGTH = 40;
export const RECEIVED = 56;
/** Octets for struct sockaddr_ll, and for the two control messages. */
export const ADDRESS = 20;
export const CONTROLS = 128;

/** The memory that frames are received into. */
export class Inbox {
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly headers = new Uint8Array(new ArrayBuffer(FRAMES * HEADER));
  readonly headerView = new DataView(this.headers.buffer);
  readonly controlView: DataView;
  readonly addresses = new Uint8Array(new ArrayBuffer(FRAMES * ADDRESS));
  readonly slot: number;
  readonly #vectors = new Uint8Array(new ArrayBuffer(FRAMES * 16));
  readonly #controls = new Uint8Array(new ArrayBuffer(FRAMES * CONTROLS));

  constructor(snapLength: number) {
    // Room in front, where a tag that the kernel took off is put back.
    this.slot = (snapLength + TAG + 7) & ~7;
    this.octets = new Uint8Array(new ArrayBuffer(this.slot * FRAMES));
    this.view = new DataView(this.octets.buffer);
    this.controlView = new DataView(this.#controls.buffer);
    const [octets, vectors, controls, addresses] = [
      this.octets,
      this.#vectors,
      this.#controls,
      this.addresses,
    ].map(pointerTo) as [number, number, number, number];
    const vectorView = new DataView(this.#vectors.buffer);
    const { headerView: header } = this;
    for (let i = 0; i < FRAMES; i++) {
      setPointer(vectorView, i * 16, octets + i * this.slot + TAG);
      vectorView.setUint32(i * 16 + 8, snapLength, true);
      setPointer(header, i * HEADER + NAME, addresses + i * ADDRESS);
      setPointer(header, i * HEADER + VECTOR, vectors + i * 16);
      header.setUint32(i * HEADER + VECTOR_COUNT, 1, true);
      setPointer(header, i * HEADER + CONTROL, controls + i * CONTROLS);
    }
  }
}
