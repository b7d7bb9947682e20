/**
 * Where the fields of a table lie in the header.
 *
 * @module
 */

import type { Format } from "./format.ts";
import { octets } from "./formats.ts";
import type {
  FieldSpec,
  FieldTable,
  FixedSpec,
  Slot,
  TailField,
} from "./layer.ts";

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

/** A header's fields: those in fixed places, and those behind them. */
export interface Layout {
  /** The fixed fields in the order of the wire. */
  readonly slots: readonly Slot[];
  /** The fields from the first of no fixed length on. */
  readonly tail: readonly TailField[];
  /** Octets of the fixed fields. */
  readonly size: number;
}

/**
 * Gives the fields of a layer their places, and refuses tables that no header
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
 * const { slots } = layout("vlan", { priority: 3, dropEligible: 1, id: 12, type: 16 });
 * assert.deepEqual(slots.map((slot) => slot.at), [0, 3, 4, 16]);
 * ```
 */
export function layout(layer: string, fields: FieldTable): Layout {
  const entries = Object.entries(fields);
  const variable = entries.findIndex(([, spec]) => isFormat(spec));
  const fixed = variable < 0 ? entries : entries.slice(0, variable);
  const tail = entries.slice(fixed.length).map(([name, spec]): TailField => {
    checkName(layer, name, RESERVED);
    if (isFormat(spec)) return { name, format: formatOf(spec) };
    throw refusal(
      layer,
      name,
      "be maybe(…) or when(…), as a packet may end before it",
      spec,
    );
  });
  for (const [name] of fixed) checkName(layer, name, RESERVED);
  const slots = places(layer, fixed as Fixed);
  const size = slots.reduce((bits, slot) => bits + slot.bits, 0) >> 3;
  return { slots, tail, size };
}

type Fixed = readonly (readonly [name: string, spec: FixedSpec])[];

/**
 * Tells whether a field has no fixed length.
 *
 * @param spec The field.
 * @returns Whether it is read by a format.
 *
 * @example
 * ```ts
 * import { isFormat } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isFormat("octets") && !isFormat({ octets: 4 }));
 * ```
 */
export function isFormat(
  spec: FieldSpec,
): spec is "octets" | Format<unknown, never> {
  return spec === "octets" || typeof spec === "object" && "read" in spec;
}

/**
 * Gives the format of a field that has no fixed length.
 *
 * @param spec The field.
 * @returns How it is read.
 *
 * @example
 * ```ts
 * import { formatOf } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatOf("octets").about, "octets");
 * ```
 */
export function formatOf(
  spec: "octets" | Format<unknown, never>,
): Format<unknown, never> {
  return spec === "octets" ? REST : spec;
}

const REST = octets();

/**
 * Makes sure that a name can be that of a field.
 *
 * @param owner What the table is of, for the error.
 * @param name The name.
 * @param taken Names that mean something else there.
 * @throws {TypeError} If it cannot.
 *
 * @example
 * ```ts
 * import { checkName } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkName("vlan", "a-b"), /free name in camelCase/);
 * ```
 */
export function checkName(
  owner: string,
  name: string,
  taken: ReadonlySet<string> = new Set(),
): void {
  // Names become source text in codec.ts and table.ts.
  if (/^[a-z][A-Za-z0-9]*$/.test(name) && !taken.has(name)) return;
  throw refusal(owner, name, "be a free name in camelCase", name);
}

function refusal(owner: string, name: string, must: string, value: unknown) {
  return new TypeError(
    `Cannot lay out ${owner} as '${name}' must ${must}: current value is ${
      JSON.stringify(value)
    }`,
  );
}

/**
 * Gives fixed fields their places, one behind the other.
 *
 * @param owner What they belong to, for errors.
 * @param fields The fields; together they fill whole octets.
 * @returns The fields with their places.
 * @throws {TypeError} If one cannot lie where it would.
 *
 * @example
 * ```ts
 * import { places } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(places("x", [["a", 4], ["b", 12]])[1]?.at, 4);
 * ```
 */
export function places(owner: string, fields: Fixed): readonly Slot[] {
  const slots: Slot[] = [];
  let at = 0;
  for (const [name, spec] of fields) {
    const slot = place(name, spec, at);
    const { bits, kind } = slot;
    const refuse = (must: string): never => {
      throw refusal(owner, name, must, spec);
    };
    const aligned = at % 8 === 0 && bits % 8 === 0;
    if (kind === "unsigned" || kind === "flags") {
      const fits = bits <= 32 || ((bits <= 48 || bits === 64) && aligned);
      if (!(bits >= 1 && fits && Number.isInteger(bits))) {
        refuse("be 1 to 32 bits wide, up to 6 whole octets, or 8");
      }
      if (slot.order === "little" && !aligned) {
        refuse("start and end between octets to be little-endian");
      }
      if (slot.order === "either" && !(aligned && bits === 32)) {
        refuse("be 32 bits between octets to be in either order");
      }
    } else if (!aligned) {
      refuse("start and end between octets");
    }
    slots.push(slot);
    at += bits;
  }
  if (at % 8 !== 0) throw refusal(owner, "fields", "fill whole octets", at);
  return slots;
}

const WIDTH = { ipv4: 32, ipv6: 128, mac: 48 } as const;

function place(name: string, spec: FixedSpec, at: number): Slot {
  const plain = {
    name,
    at,
    flags: [],
    hex: false,
    order: "big",
    names: undefined,
  } as const;
  if (typeof spec === "number") {
    return { ...plain, kind: "unsigned", bits: spec };
  }
  if (typeof spec === "string") {
    return { ...plain, kind: spec, bits: WIDTH[spec] };
  }
  if ("bits" in spec) {
    const { bits, show, order = "big", names } = spec;
    return {
      ...plain,
      kind: "unsigned",
      bits,
      hex: show === "hex",
      order,
      names,
    };
  }
  if ("octets" in spec) {
    return { ...plain, kind: "octets", bits: spec.octets * 8 };
  }
  if ("text" in spec) return { ...plain, kind: "text", bits: spec.text * 8 };
  if ("flags" in spec) {
    const { flags, order = "big" } = spec;
    return { ...plain, kind: "flags", bits: flags.length, flags, order };
  }
  return { ...plain, kind: "flags", bits: spec.length, flags: spec };
}
