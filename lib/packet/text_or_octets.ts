/**
 * Text where it is text: fields that mostly hold words, and may hold anything.
 *
 * @module
 */

import type { Format } from "./format.ts";
import { type Length, lengthAt } from "./formats.ts";
import { randomText, valueText } from "./value.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Control characters that no text has; a NUL may end it. */
const CONTROL = /(?![\t\n\r]|\0$)\p{Cc}/u;

/**
 * Reads octets as UTF-8, if they are, and are no binary data to the eye: text
 * has no control characters but tabs, ends of lines, and a NUL at its own end.
 *
 * @param octets The octets.
 * @returns The text, which gives the same octets again; else the octets.
 *
 * @example
 * ```ts
 * import { asText } from "./text_or_octets.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(asText(Uint8Array.of(104, 105)), "hi");
 * assert.deepEqual(asText(Uint8Array.of(0xff)), Uint8Array.of(0xff));
 * ```
 */
export function asText(octets: Uint8Array): string | Uint8Array {
  try {
    const text = decoder.decode(octets);
    return CONTROL.test(text) ? octets : text;
  } catch {
    return octets;
  }
}

/**
 * Text in UTF-8 that loses nothing: octets that are no text stay octets.
 *
 * @param length How many octets it takes; a field that states it is worked out
 * in building.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { textOrOctets } from "./text_or_octets.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 105, 0xff), 0, 3);
 * assert.equal(textOrOctets(2).read(cursor), "hi");
 * assert.deepEqual(textOrOctets().read(cursor), Uint8Array.of(0xff));
 * ```
 */
export function textOrOctets(length?: Length): Format<string | Uint8Array> {
  return {
    about: length === undefined
      ? "text"
      : `text of as many octets as ${
        typeof length === "function" ? "other fields say" : length
      }`,
    empty: "",
    isQuiet: typeof length !== "number",
    lengthIn: typeof length === "string" ? length : undefined,
    takesOctets: true,
    read: (from) => asText(from.bytes(lengthAt(length, from))),
    write(to, value = "") {
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        to.refuse("be text or octets", value);
      }
      const octets = typeof value === "string" ? encoder.encode(value) : value;
      if (typeof length !== "number") return to.bytes(octets);
      if (octets.length !== length) {
        to.refuse(`be ${length} octets`, octets, RangeError);
      }
      to.bytes(octets);
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
 * Text in a place of fixed length, filled up with NULs; a place that holds
 * anything else stays octets.
 *
 * @param length How many octets.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { paddedText } from "./text_or_octets.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 105, 0, 0), 0, 4);
 * assert.equal(paddedText(4).read(cursor), "hi");
 * ```
 */
export function paddedText(length: number): Format<string | Uint8Array> {
  return {
    about: `text of up to ${length} octets`,
    empty: "",
    takesOctets: true,
    read(from) {
      const octets = from.bytes(length);
      const end = octets.indexOf(0);
      if (end < 0) return asText(octets);
      if (octets.subarray(end).some((octet) => octet !== 0)) return octets;
      return asText(octets.subarray(0, end));
    },
    write(to, value = "") {
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        to.refuse("be text or octets", value);
      }
      const octets = typeof value === "string" ? encoder.encode(value) : value;
      if (octets.length > length) {
        to.refuse(`be up to ${length} octets`, octets, RangeError);
      }
      // The buffer may be another one after room().
      const at = to.room(length);
      to.octets.set(octets, at);
    },
    random: (random) => randomText(Math.floor(random() * length), random),
    text: (value) => valueText(value),
  };
}

/**
 * Text that a NUL ends; what is no text stays octets.
 *
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { terminatedTextOrOctets } from "./text_or_octets.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 105, 0, 1), 0, 4);
 * assert.equal(terminatedTextOrOctets().read(cursor), "hi");
 * assert.equal(cursor.left, 1);
 * ```
 */
export function terminatedTextOrOctets(): Format<string | Uint8Array> {
  return {
    about: "text, ended by a NUL",
    empty: "",
    takesOctets: true,
    read(from) {
      const end = from.octets.subarray(0, from.end).indexOf(0, from.at);
      if (end < 0) return from.fail("text without an end");
      const octets = from.bytes(end - from.at);
      from.take(1);
      return asText(octets);
    },
    write(to, value = "") {
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        to.refuse("be text or octets", value);
      }
      const octets = typeof value === "string" ? encoder.encode(value) : value;
      if (octets.includes(0)) to.refuse("be without a NUL", value);
      to.bytes(octets);
      to.u8(0);
    },
    random: (random) => randomText(Math.floor(random() * 12), random),
    text: (value) => valueText(value),
  };
}
