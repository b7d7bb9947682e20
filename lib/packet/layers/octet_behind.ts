/**
 * The octet behind a header, for layers whose header does not say what follows.
 *
 * @module
 */

import type { LayerView } from "../layer.ts";

/**
 * Looks at the first octet behind a header.
 *
 * @param view The header.
 * @returns The octet, even if it is beyond the end of the packet; `undefined` at
 * the end of the buffer.
 *
 * @example
 * ```ts
 * import { octetBehind } from "./octet_behind.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(1, 2, 0x45);
 * assert.equal(octetBehind({ bytes: octets.subarray(0, 2) }), 0x45);
 * assert.equal(octetBehind({ bytes: octets }), undefined);
 * ```
 */
export function octetBehind(
  { bytes }: Pick<LayerView, "bytes">,
): number | undefined {
  const at = bytes.byteOffset + bytes.length;
  if (at >= bytes.buffer.byteLength) return undefined;
  return new Uint8Array(bytes.buffer, at, 1)[0];
}
