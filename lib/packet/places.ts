/**
 * Which octets belong to which field, and the other way round.
 *
 * @module
 */

import type { Fields, Mark } from "./format.ts";
import { type Header, LAYER, PARSE } from "./header.ts";
import type { LayerView } from "./layer.ts";
import { valueText } from "./value.ts";

/** A field's place in a packet. */
export interface FieldPlace {
  /** The way to it: `"tcp.options[0].mss"`. */
  readonly path: string;
  /** The place of its layer among the packet's layers, from 0. */
  readonly layer: number;
  /** Its first bit, counted from the start of the packet. */
  readonly start: number;
  /** The bit after its last. */
  readonly end: number;
  /** Its value, for people. */
  readonly text: string;
}

/**
 * Gives the places of all fields.
 *
 * @param layers The layers of a packet.
 * @returns The fields in the order of the octets; what is made of fields comes
 * before them.
 *
 * @example
 * ```ts
 * import { decode } from "./packet.ts";
 * import { fieldPlaces } from "./places.ts";
 * import assert from "node:assert/strict";
 *
 * const { layers } = decode(Uint8Array.of(0, 0, 0, 7), { linkType: 108 });
 * assert.deepEqual(fieldPlaces(layers), [
 *   { path: "loopback.family", layer: 0, start: 0, end: 32, text: "7" },
 * ]);
 * ```
 */
export function fieldPlaces(layers: readonly LayerView[]): FieldPlace[] {
  return layers.flatMap((layer, index) => placesOf(layer as Header, index));
}

function placesOf(view: Header, layer: number): FieldPlace[] {
  const { name, slots, size } = view[LAYER];
  const fields = view as unknown as Fields;
  const from = view.offset * 8;
  const found = slots.map((slot): FieldPlace => ({
    path: `${name}.${slot.name}`,
    layer,
    start: from + slot.at,
    end: from + slot.at + slot.bits,
    text: valueText(fields[slot.name], slot),
  }));
  if (view[PARSE] === undefined) return found;
  const marks: Mark[] = [];
  view[PARSE](marks);
  // Counted from wherever the header lies in its buffer.
  const base = Math.min(...marks.map(({ start }) => start)) - size * 8;
  const tail = marks.filter(({ start, end }) => end > start)
    .map((mark): FieldPlace => ({
      path: `${name}.${mark.path}`,
      layer,
      start: mark.start - base + from,
      end: mark.end - base + from,
      text: valueText(valueAt(fields, mark.path)),
    }));
  // Fields are marked when they have been read: those around them come later.
  tail.sort((a, b) =>
    a.start - b.start || b.end - a.end || a.path.length - b.path.length
  );
  return [...found, ...tail];
}

/** Follows a path such as `options[0].mss`. */
function valueAt(fields: Fields, path: string): unknown {
  let value: unknown = fields;
  for (const [step] of path.matchAll(/[^.[\]]+/g)) {
    value = (value as Fields | undefined)?.[step];
  }
  return value;
}

/**
 * Tells whether a field is a part of another.
 *
 * @param inner The field.
 * @param outer The other.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { isWithin } from "./places.ts";
 * import assert from "node:assert/strict";
 *
 * const place = { layer: 0, start: 0, end: 8, text: "" };
 * const list = { ...place, path: "tcp.options" };
 * assert.ok(isWithin({ ...place, path: "tcp.options[0]" }, list));
 * ```
 */
export function isWithin(inner: FieldPlace, outer: FieldPlace): boolean {
  if (inner.layer !== outer.layer) return false;
  return inner.path.startsWith(outer.path) &&
    /^[.[]/.test(inner.path.slice(outer.path.length));
}
