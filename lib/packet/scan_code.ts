/**
 * JavaScript that reads fixed fields in place, for the functions that scans are
 * made of: over `b`, the octets, `d`, a view of the same, and `at`, the header's
 * first octet.
 *
 * @module
 */

import { readExpression } from "./expression.ts";
import type { Layer, Slot } from "./layer.ts";

const NAMES = { octets: "b", view: "d", at: "at" } as const;

/**
 * Finds a field that lies at a fixed place.
 *
 * @param layer The layer.
 * @param field The field's name.
 * @returns Its place; `undefined` if it has none of its own.
 *
 * @example
 * ```ts
 * import { tcp } from "./layers/tcp.ts";
 * import { slotOf } from "./scan_code.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(slotOf(tcp, "seq")?.at, 32);
 * assert.equal(slotOf(tcp, "options"), undefined);
 * ```
 */
export function slotOf(
  layer: Pick<Layer, "slots">,
  field: string,
): Slot | undefined {
  return layer.slots.find(({ name }) => name === field);
}

/**
 * Writes an expression for a field as its layer's view gives it; flags as a
 * number.
 *
 * @param layer The layer.
 * @param slot One of its fixed fields.
 * @param flags A function that is to be given the number of flags. @default {none}
 * @returns The expression.
 *
 * @example
 * ```ts
 * import { tcp } from "./layers/tcp.ts";
 * import { fieldCode } from "./scan_code.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fieldCode(tcp, tcp.slots[1]!), "(d.getUint16(at + 2))");
 * ```
 */
export function fieldCode(
  layer: Pick<Layer, "size">,
  slot: Slot,
  flags = "",
): string {
  return `(${readExpression(slot, layer.size, NAMES, flags)})`;
}

/**
 * Writes an expression for a word of a header.
 *
 * @param slot The field that it starts.
 * @param octet Octets from there.
 * @param type How it is read: `"Uint16"`, `"Uint32"`, `"Int32"`.
 * @returns The expression.
 *
 * @example
 * ```ts
 * import { wordCode } from "./scan_code.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(wordCode({ at: 96 }, 4, "Uint32"), "d.getUint32(at + 16)");
 * ```
 */
export function wordCode(
  slot: Pick<Slot, "at">,
  octet: number,
  type: "Uint16" | "Uint32" | "Int32",
): string {
  return `d.get${type}(at + ${(slot.at >> 3) + octet})`;
}
