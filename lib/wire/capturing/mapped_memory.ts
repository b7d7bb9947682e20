/**
 * Memory that others than this runtime know of: the kernel, or the C library.
 * Nobody can reach it any more once it is given back.
 *
 * @see mmap(2)
 * @module
 */

import { check, errno, libc, systemError } from "../../ffi/libc.ts";

const PROT_READ_WRITE = 3;
const MAP_SHARED = 0x01;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const FAILED = 0xffff_ffff_ffff_ffffn;

/** Mapped memory. */
export class MappedMemory implements Disposable {
  /** The memory; of length 0 once it is given back. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The same, for numbers. */
  readonly view: DataView<ArrayBuffer>;
  /** The same, for words that both sides change. */
  readonly words: Int32Array<ArrayBuffer>;
  readonly #pointer: Deno.PointerObject;
  readonly #size: number;

  /**
   * Maps memory.
   *
   * @param fd What it belongs to, to be shared with it; -1 for memory of its own.
   * @param size Octets.
   * @param op What for, for the error.
   * @param target Of what.
   * @throws {NetError} If the kernel refuses.
   */
  constructor(fd: number, size: number, op: string, target: string) {
    const { mmap } = libc();
    const flags = fd < 0 ? MAP_PRIVATE_ANONYMOUS : MAP_SHARED;
    const pointer = mmap(0, size, PROT_READ_WRITE, flags, fd, 0);
    if (pointer === null || Deno.UnsafePointer.value(pointer) === FAILED) {
      throw systemError(errno(), op, target);
    }
    this.#pointer = pointer;
    this.#size = size;
    const memory = Deno.UnsafePointerView.getArrayBuffer(pointer, size);
    this.octets = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
  }

  /** Gives it back. Whoever still holds views of it holds views of nothing. */
  [Symbol.dispose](): void {
    const { buffer } = this.octets;
    if (buffer.detached) return;
    // Detached first: what is unmapped must not be read, or the program dies.
    buffer.transfer(0);
    const { munmap } = libc();
    check(munmap(this.#pointer, this.#size), "give back", "mapped memory");
  }
}
