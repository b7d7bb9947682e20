/**
 * Octets where a value would be.
 *
 * @module
 */

/**
 * A field's octets as they are to be written, whatever its format: how a field
 * is built that no value says.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const options = new net.packet.Verbatim(Uint8Array.of(1, 0, 7, 7));
 * assert.deepEqual([...net.packet.build(net.packet.ipv4({ options })).bytes.slice(20)], [1, 0, 7, 7]);
 * ```
 */
export class Verbatim {
  /**
   * Takes octets.
   *
   * @param octets The octets.
   */
  constructor(readonly octets: Uint8Array) {}
}
