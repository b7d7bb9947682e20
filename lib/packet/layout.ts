/**
 * Where the fields of a table lie in the header.
 *
 * @module
 */

import type { FieldSpec, FieldTable, Slot } from "./layer.ts";

/** Names that every layer's view has of its own, so no field can have them. */
const RESERVED: ReadonlySet<string> = new Set([
  "name",
  "offset",
  "headerLength",
  "bytes",
  "constructor",
  "toJSON",
  "toString",
]);

/**
 * Gives every field of a table its place, and refuses tables that no header
 * can have. It runs once a layer, when the layer is defined.
 *
 * @param layer The layer's name, for errors.
 * @param fields The table.
 * @returns The fields in the order of the wire.
 * @throws {TypeError} If a name is taken or a field cannot lie where it would.
 *
 * @example
 * ```ts
 * import { layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const slots = layout("vlan", { priority: 3, dropEligible: 1, id: 12, type: 16 });
 * assert.deepEqual(slots.map((slot) => slot.at), [0, 3, 4, 16]);
 * ```
 */
export function layout(layer: string, fields: FieldTable): readonly Slot[] {
  const slots: Slot[] = [];
  let at = 0;
  let open = false;
  const refuse = (name: string, must: string, value: unknown): never => {
    throw new TypeError(
      `Cannot lay out ${layer} as '${name}' must ${must}: current value is ${
        JSON.stringify(value)
      }`,
    );
  };
  for (const [name, spec] of Object.entries(fields)) {
    // Names become source text in codec.ts.
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || RESERVED.has(name)) {
      refuse(name, "be a free name in camelCase", name);
    }
    if (open) refuse(name, "come before the octets that take the rest", spec);
    const slot = place(name, spec, at);
    const aligned = at % 8 === 0 && slot.bits % 8 === 0;
    if (slot.kind === "unsigned" || slot.kind === "flags") {
      const fits = slot.bits <= 32 || (slot.bits <= 48 && aligned);
      if (!(slot.bits >= 1 && fits && Number.isInteger(slot.bits))) {
        refuse(name, "be 1 to 32 bits wide, or up to 6 whole octets", spec);
      }
      if (slot.eitherOrder && !(aligned && slot.bits === 32)) {
        refuse(name, "be 32 bits between octets to be in either order", spec);
      }
    } else if (!aligned) {
      refuse(name, "start and end between octets", spec);
    }
    open = slot.kind === "octets" && slot.bits === 0;
    slots.push(slot);
    at += slot.bits;
  }
  if (at % 8 !== 0) refuse("fields", "fill whole octets", at);
  return slots;
}

const WIDTH = { ipv4: 32, ipv6: 128, mac: 48, octets: 0 } as const;

function place(name: string, spec: FieldSpec, at: number): Slot {
  const plain = { name, at, flags: [], hex: false, eitherOrder: false };
  if (typeof spec === "number") {
    return { ...plain, kind: "unsigned", bits: spec };
  }
  if (typeof spec === "string") {
    return { ...plain, kind: spec, bits: WIDTH[spec] };
  }
  if ("bits" in spec) {
    return {
      ...plain,
      kind: "unsigned",
      bits: spec.bits,
      hex: spec.show === "hex",
      eitherOrder: spec.order === "either",
    };
  }
  if ("octets" in spec) {
    return { ...plain, kind: "octets", bits: spec.octets * 8 };
  }
  return { ...plain, kind: "flags", bits: spec.length, flags: spec };
}
