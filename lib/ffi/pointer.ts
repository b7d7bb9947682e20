/**
 * Pointers, as the kernel's structs have them.
 *
 * @module
 */

/**
 * Gives the address of octets, which stay where they are as long as they live.
 *
 * @param octets The octets, in a buffer of their own: the engine moves short
 * ones that are not.
 */
export function pointerTo(octets: Uint8Array<ArrayBuffer>): number {
  return Number(Deno.UnsafePointer.value(Deno.UnsafePointer.of(octets)));
}

/**
 * Writes a pointer of 64 bits; as two halves, for a bigint each time is slow.
 *
 * @param view Where to.
 * @param at At which octet.
 * @param pointer The pointer.
 */
export function setPointer(view: DataView, at: number, pointer: number): void {
  view.setUint32(at, pointer >>> 0, true);
  view.setUint32(at + 4, pointer / 2 ** 32, true);
}
