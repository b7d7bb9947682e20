/**
 * Fields by their names: the door to the packet engine, which is loaded when
 * somebody asks for fields.
 *
 * @module
 */

import type { FieldPath } from "../packet/fields.ts";

/**
 * Finds fields of packets by their names.
 *
 * @param names The names: `"frame.time"`, `"ipv4.src"`, `"tcp.flags.SYN"`.
 * @returns The fields, in the same order.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 *
 * @example
 * ```ts
 * import { resolveFields } from "./columns_fields.ts";
 * import assert from "node:assert/strict";
 *
 * const [ttl] = await resolveFields(["ipv4.ttl"]);
 * assert.equal(ttl!.bits, 8);
 * ```
 */
export async function resolveFields(
  names: readonly string[],
): Promise<FieldPath[]> {
  const { resolveField } = await import("../packet/fields.ts");
  return names.map((name) => resolveField(name));
}
