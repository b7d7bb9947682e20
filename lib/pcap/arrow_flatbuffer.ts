/**
 * Flatbuffers, as far as the headers of Apache Arrow's messages need them: a
 * tree of tables, written from the root on.
 *
 * @see https://flatbuffers.dev/internals/
 *
 * @module
 */

/** A table: its fields by their number in the schema; `undefined` has its default. */
export type Table = readonly (Field | undefined)[];

/** A number of so many octets; or what lies elsewhere, with its place here. */
export type Field =
  | { readonly size: 1 | 2 | 4 | 8; readonly value: number }
  | { readonly table: Table }
  | { readonly text: string }
  | { readonly tables: readonly Table[] }
  | { readonly structs: Structs };

/** Structures of one kind in a row, each of some numbers of 64 bits. */
export interface Structs {
  /** How many there are. */
  readonly count: number;
  /** All their numbers. */
  readonly words: readonly number[];
}

/**
 * Makes a field of a number.
 *
 * @param bits Its width.
 * @param value A whole number, up to 2^53.
 * @returns The field.
 *
 * @example
 * ```ts
 * import { int } from "./arrow_flatbuffer.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(int(16, 4), { size: 2, value: 4 });
 * ```
 */
export function int(bits: 8 | 16 | 32 | 64, value: number): Field {
  return { size: bits / 8 as 1 | 2 | 4 | 8, value };
}

/**
 * Writes a tree of tables.
 *
 * @param root The root table.
 * @returns The octets, a multiple of eight.
 *
 * @example
 * ```ts
 * import { flatbuffer, int } from "./arrow_flatbuffer.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = flatbuffer([int(16, 7)]);
 * const view = new DataView(octets.buffer);
 * const table = view.getUint32(0, true);
 * const fields = table - view.getInt32(table, true);
 * assert.equal(view.getUint16(table + view.getUint16(fields + 4, true), true), 7);
 * ```
 */
export function flatbuffer(root: Table): Uint8Array {
  const writer = new Writer();
  writer.reserve(4);
  writer.refer(0, writer.table(root));
  return writer.finish();
}

const text = new TextEncoder();

class Writer {
  #octets = new Uint8Array(1024);
  #view = new DataView(this.#octets.buffer);
  #length = 0;

  /** Makes room behind everything so far; gives its place. */
  reserve(size: number, align = 4): number {
    const at = Math.ceil(this.#length / align) * align;
    this.#length = at + size;
    if (this.#length > this.#octets.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#octets);
      this.#octets = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  /** Writes at a place how far from there something lies. */
  refer(at: number, target: number): void {
    this.#view.setUint32(at, target - at, true);
  }

  finish(): Uint8Array {
    this.reserve(0, 8);
    return this.#octets.subarray(0, this.#length);
  }

  table(fields: Table): number {
    // Before the table stands where each field lies in it.
    const list = this.reserve(4 + fields.length * 2);
    const at = this.reserve(4, 8);
    const places = fields.map((field) => {
      if (field === undefined) return 0;
      const size = "size" in field ? field.size : 4;
      return this.reserve(size, size);
    });
    const view = this.#view;
    view.setUint16(list, 4 + fields.length * 2, true);
    view.setUint16(list + 2, this.#length - at, true);
    view.setInt32(at, at - list, true);
    places.forEach((place, i) =>
      this.#view.setUint16(list + 4 + i * 2, place && place - at, true)
    );
    fields.forEach((field, i) => {
      const place = places[i]!;
      if (field === undefined) return;
      if ("size" in field) this.#number(place, field.size, field.value);
      else this.refer(place, this.#elsewhere(field));
    });
    return at;
  }

  #number(at: number, size: number, value: number): void {
    const view = this.#view;
    if (size === 1) view.setUint8(at, value);
    else if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setInt32(at, value, true);
    else view.setBigInt64(at, BigInt(value), true);
  }

  #elsewhere(field: Exclude<Field, { size: number }>): number {
    if ("table" in field) return this.table(field.table);
    if ("text" in field) {
      const octets = text.encode(field.text);
      const at = this.reserve(4 + octets.length + 1);
      this.#view.setUint32(at, octets.length, true);
      this.#octets.set(octets, at + 4);
      return at;
    }
    if ("structs" in field) {
      const { count, words } = field.structs;
      // The count is of 32 bits, and the numbers behind it are aligned.
      const at = this.reserve(8 + words.length * 8, 8) + 4;
      this.#view.setUint32(at, count, true);
      words.forEach((word, i) => this.#number(at + 4 + i * 8, 8, word));
      return at;
    }
    const at = this.reserve(4 + field.tables.length * 4);
    this.#view.setUint32(at, field.tables.length, true);
    field.tables.forEach((table, i) =>
      this.refer(at + 4 + i * 4, this.table(table))
    );
    return at;
  }
}
