/**
 * Text of protocols that know no encoding: each character is one octet, and no
 * octet is lost.
 *
 * @module
 */

import type { Format } from "./format.ts";
import { type Length, lengthAt } from "./formats.ts";
import { randomText, valueText } from "./value.ts";

/**
 * Text in which each octet is the character of the same number (ISO 8859-1).
 *
 * @param length How many octets it takes; a field that states it is worked out
 * in building.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { latin1 } from "./latin1.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(104, 233), 0, 2);
 * assert.equal(latin1().read(cursor), "hé");
 * ```
 */
export function latin1(length?: Length): Format<string> {
  return {
    about: "text, one octet a character",
    empty: "",
    isQuiet: true,
    lengthIn: typeof length === "string" ? length : undefined,
    read: (from) => latin1Text(from.bytes(lengthAt(length, from))),
    write(to, value = "") {
      if (typeof value !== "string") to.refuse("be text", value);
      const at = to.room(value.length);
      for (let i = 0; i < value.length; i++) {
        const octet = value.charCodeAt(i);
        if (octet > 255) {
          to.refuse("be text of characters up to U+00FF", value, RangeError);
        }
        to.octets[at + i] = octet;
      }
    },
    random: (random) => randomText(Math.floor(random() * 12), random),
    text: (value) => valueText(value),
  };
}

/** The most characters that one call makes; its arguments lie on the stack. */
const AT_ONCE = 8192;

/**
 * Reads octets as text in ISO 8859-1.
 *
 * @param octets The octets.
 * @returns As many characters.
 *
 * @example
 * ```ts
 * import { latin1Text } from "./latin1.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(latin1Text(Uint8Array.of(104, 105)), "hi");
 * ```
 */
export function latin1Text(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += AT_ONCE) {
    text += String.fromCharCode(...octets.subarray(at, at + AT_ONCE));
  }
  return text;
}
