/**
 * Reads the options that most packets have: those whose kinds have fixed fields
 * only, at the length that they should have. One compiled function for all kinds
 * takes a tenth of what a cursor for each option does.
 *
 * @module
 */

import { READ_SCOPE, readExpression } from "./expression.ts";
import type { Cursor } from "./format.ts";
import type { FieldTable, FixedSpec } from "./layer.ts";
import { isFormat, places } from "./layout.ts";

/** How options lie, as far as it matters here. */
export interface PlainForm {
  /** What the length counts: the whole option, or its value alone. */
  readonly covers: "option" | "value";
  /** Octets in one unit of the length. */
  readonly unit: number;
  /** Kinds that have no length. */
  readonly single: readonly number[];
  /** The kind that ends the options. */
  readonly end: number | undefined;
  /** The kinds that are known. */
  readonly kinds: Readonly<
    Record<number, readonly [name: string, fields: FieldTable]>
  >;
}

/**
 * Reads options up to the first that must be looked at closer; says whether one
 * of them has ended the list.
 */
export type PlainReader = (from: Cursor, items: unknown[]) => boolean;

/**
 * Makes the reader of options with an octet for the kind and one for the length.
 *
 * @param form How they lie, and which there are.
 * @returns The reader.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { plainOptions } from "./options_plain.ts";
 * import assert from "node:assert/strict";
 *
 * const read = plainOptions({
 *   covers: "option",
 *   unit: 1,
 *   single: [1],
 *   end: 0,
 *   kinds: { 1: ["nop", {}], 2: ["mss", { mss: 16 }] },
 * });
 * const items: unknown[] = [];
 * const cursor = new Cursor(Uint8Array.of(1, 2, 4, 5, 180, 9, 2), 0, 7);
 * assert.equal(read(cursor, items), false);
 * assert.deepEqual(items, [{ kind: "nop" }, { kind: "mss", mss: 1460 }]);
 * assert.equal(cursor.at, 5);
 * ```
 */
export function plainOptions(form: PlainForm): PlainReader {
  const { covers, unit, single, end, kinds } = form;
  const lists: string[] = [];
  const cases = Object.entries(kinds).flatMap(([key, [name, fields]]) => {
    const entries = Object.entries(fields);
    if (entries.some(([, spec]) => isFormat(spec))) return [];
    const slots = places(name, entries as [string, FixedSpec][]);
    const size = slots.reduce((bits, slot) => bits + slot.bits, 0) >> 3;
    const head = single.includes(Number(key)) ? 1 : 2;
    const stated = (size + (covers === "option" ? head : 0)) / unit;
    if (head === 1 && size > 0 || !Number.isInteger(stated)) return [];
    const at = { octets: "b", view: "d", at: `o + ${head}` };
    const values = slots.map((slot) => {
      const flags = `flags${lists.length}`;
      if (slot.kind === "flags") {
        lists.push(`const ${flags} = flagList(${JSON.stringify(slot.flags)});`);
      }
      return `${slot.name}: ${readExpression(slot, size, at, flags)}`;
    });
    const option = `{ ${
      [`kind: ${JSON.stringify(name)}`, ...values].join(", ")
    } }`;
    const isFit = head === 1
      ? "true"
      : `o + ${2 + size} <= end && b[o + 1] === ${stated}`;
    const after = Number(key) === end
      ? "from.at = end; return true;"
      : `o += ${head + size}; continue;`;
    return [
      `case ${key}: if (${isFit}) { items.push(${option}); ${after} } break;`,
    ];
  });
  const make = new Function(
    ...Object.keys(READ_SCOPE),
    `${lists.join("\n")}
return (from, items) => {
  const b = from.octets, d = from.view, end = from.end;
  let o = from.at;
  while (o < end) {
    switch (b[o]) {
      ${cases.join("\n      ")}
    }
    break;
  }
  from.at = o;
  return false;
};`,
  );
  return make(...Object.values(READ_SCOPE));
}
