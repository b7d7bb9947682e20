/**
 * Fields of plain octets and text whose length is told by other fields, by the
 * octets themselves, or by where the header ends.
 *
 * @module
 */

import type { Cursor, Fields, Format } from "./format.ts";
import { type Code, coded, type FieldNames } from "./read_code.ts";
import { randomText, valueText } from "./value.ts";

/**
 * How long something is: so many octets; what a field of the same table or of
 * the header states, by its name; what a function works out of the fields. Not
 * given: all that is left.
 */
export type Length = number | string | Test<number> | undefined;

/**
 * A function of the fields so far. It may say in its parameter's type which of
 * them it reads.
 */
export type Test<R> = { of(fields: Fields): R }["of"];

/**
 * Works out how long something is.
 *
 * @param length What was said of it.
 * @param from Where the reading stands.
 * @returns Octets, or items.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { lengthAt } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2, 3), 0, 3);
 * cursor.fields = { size: 2 };
 * assert.deepEqual([lengthAt("size", cursor), lengthAt(undefined, cursor)], [2, 3]);
 * ```
 */
export function lengthAt(length: Length, from: Cursor): number {
  switch (typeof length) {
    case "undefined":
      return from.left;
    case "number":
      return length;
    case "string":
      return Number(fieldOf(length, from.fields, from.header));
    default: {
      const octets = length(from.fields);
      if (octets >= 0) return octets;
      return from.fail(`length of ${octets} octets`);
    }
  }
}

/**
 * Writes an expression for how long something is.
 *
 * @param length What was said of it.
 * @param code The source that it becomes a part of.
 * @param fields What the fields are called there.
 * @returns The expression; it may give a number that is no length.
 *
 * @example
 * ```ts
 * import { lengthCode } from "./formats.ts";
 * import { Code } from "./read_code.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = { object: "header", of: (name: string) => `header.${name}` };
 * assert.equal(lengthCode("size", new Code(), fields), "Number(header.size)");
 * ```
 */
export function lengthCode(
  length: Length,
  code: Code,
  fields: FieldNames,
): string {
  switch (typeof length) {
    case "undefined":
      return "e - o";
    case "number":
      return `${length}`;
    case "string":
      return `Number(${fields.of(length)})`;
    default:
      return `${code.known("length", length)}(${fields.object})`;
  }
}

/**
 * Reads something that takes as many octets as was said; of what is cut short,
 * what is there is worth having.
 *
 * @param from Where it starts.
 * @param length How long it is.
 * @param read Reads it, up to where it may.
 * @returns What it gave; the cut is noted.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { asFarAsThere } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2), 0, 2);
 * assert.equal(asFarAsThere(cursor, 3, (from) => from.left), 2);
 * assert.equal(cursor.trouble?.needed, 3);
 * ```
 */
export function asFarAsThere<T>(
  from: Cursor,
  length: Length,
  read: (from: Cursor) => T,
): T {
  if (length === undefined) return read(from);
  const octets = lengthAt(length, from);
  if (octets <= from.left) return from.within(octets, read);
  const cut = from.cut(octets);
  const value = read(from);
  from.trouble ??= cut;
  return value;
}

/**
 * Looks a field up, in the table at hand and then in the header.
 *
 * @param name The field's name.
 * @param fields The fields of the table.
 * @param header The fields of the header.
 * @returns Its value.
 *
 * @example
 * ```ts
 * import { fieldOf } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fieldOf("a", { b: 1 }, { a: 2 }), 2);
 * ```
 */
export function fieldOf(name: string, fields: Fields, header: Fields): unknown {
  return name in fields ? fields[name] : header[name];
}

/**
 * A run of octets.
 *
 * @param length How long it is; a field that states it is worked out in building.
 * @returns The format; its values are views, not copies.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { octets } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2, 3), 0, 3);
 * assert.deepEqual([...octets(2).read(cursor)], [1, 2]);
 * ```
 */
export function octets(length?: Length): Format<Uint8Array> {
  return {
    about: length === undefined
      ? "octets"
      : `octets, as many as ${said(length)}`,
    empty: NOTHING,
    isQuiet: typeof length !== "number",
    lengthIn: typeof length === "string" ? length : undefined,
    read: coded(
      (from) => from.bytes(lengthAt(length, from)),
      (code, into, fields) => {
        const n = code.name("n");
        return `const ${n} = ${lengthCode(length, code, fields)};
if (!(${n} >= 0 && ${n} <= e - o)) return -1;
${into} = b.subarray(o, o + ${n}); o += ${n};`;
      },
    ),
    write(to, value) {
      if (value === undefined) {
        if (typeof length === "number") to.room(length);
        return;
      }
      if (!(value instanceof Uint8Array)) to.refuse("be octets", value);
      if (typeof length === "number" && value.length !== length) {
        to.refuse(`be ${length} octets`, value, RangeError);
      }
      to.bytes(value);
    },
    random: (random, fields) => {
      const count = typeof length === "number"
        ? length
        : typeof length === "function"
        ? length(fields)
        : Math.floor(random() * 20);
      return Uint8Array.from(
        { length: count },
        () => Math.floor(random() * 256),
      );
    },
    text: (value) => valueText(value),
  };
}

const NOTHING = new Uint8Array();

function said(length: NonNullable<Length>): string {
  return typeof length === "function" ? "other fields say" : `${length}`;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Text in UTF-8.
 *
 * @param length How many octets it takes; a field that states it is worked out
 * in building.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { text } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 105), 0, 2);
 * assert.equal(text().read(cursor), "hi");
 * ```
 */
export function text(length?: Length): Format<string> {
  return {
    about: length === undefined
      ? "text"
      : `text of as many octets as ${said(length)}`,
    empty: "",
    isQuiet: typeof length !== "number",
    lengthIn: typeof length === "string" ? length : undefined,
    read: (from) => decoder.decode(from.bytes(lengthAt(length, from))),
    write(to, value = "") {
      if (typeof value !== "string") to.refuse("be text", value);
      const octets = encoder.encode(value);
      if (typeof length === "number") {
        if (octets.length > length) {
          to.refuse(`be text of up to ${length} octets`, octets, RangeError);
        }
        // The room may be in another buffer.
        const at = to.room(length);
        to.octets.set(octets, at);
      } else to.bytes(octets);
    },
    random: (random) =>
      randomText(
        typeof length === "number" ? length : Math.floor(random() * 12),
        random,
      ),
    text: (value) => valueText(value),
  };
}

/**
 * Text that a NUL ends.
 *
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { terminatedText } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 105, 0, 1), 0, 4);
 * assert.equal(terminatedText().read(cursor), "hi");
 * assert.equal(cursor.left, 1);
 * ```
 */
export function terminatedText(): Format<string> {
  return {
    about: "text, ended by a NUL",
    empty: "",
    read(from) {
      const end = from.octets.indexOf(0, from.at);
      if (end < 0 || end >= from.end) {
        return from.fail("text without an end");
      }
      const value = decoder.decode(from.bytes(end - from.at));
      from.take(1);
      return value;
    },
    write(to, value = "") {
      if (typeof value !== "string" || value.includes("\0")) {
        to.refuse("be text without a NUL", value);
      }
      to.bytes(encoder.encode(value));
      to.u8(0);
    },
    random: (random) => randomText(Math.floor(random() * 12), random),
    text: (value) => valueText(value),
  };
}
