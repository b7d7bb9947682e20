/**
 * MAC address text to octets, strictly.
 *
 * @module
 */

import { scanned, stop } from "../parse.ts";

/** Where digits are put until the text proves good. */
const octets = new Uint8Array(8);

/** How many digits a group may have, by those of the first one. */
const SIZES: readonly number[] = [0, 2, 2, 0, 4, 0, 6, 0, 8];

/**
 * Scans a MAC address of 48 or 64 bits.
 *
 * @param text The whole text.
 * @returns The octets, to be read before the next scan; `undefined` if the text
 * is no such address, and the shared record of parse.ts then says why.
 * @see IEEE 802-2014 §8.1
 *
 * @example
 * ```ts
 * import { scanMac } from "./scan.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...scanMac("0:11:22:a:b:c")!], [0, 0x11, 0x22, 10, 11, 12]);
 * ```
 */
export function scanMac(text: string): Uint8Array | undefined {
  scanned.kind = "a MAC address";
  const length = scan(text);
  return length === 0 ? undefined : octets.subarray(0, length);
}

/** Gives the number of octets, or 0. */
function scan(text: string): 0 | 6 | 8 {
  let separator = ""; // once there was one, the only one
  let size = 16; // the digits of a group
  let digits = 0; // of the present group
  let total = 0; // with the zeros that were left out
  let stripped = false; // whether a group left its leading zero out
  let padded = false; // whether one wrote it
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length ? hexDigit(text.charCodeAt(i)) : -1;
    if (digit >= 0) {
      if (total === 16) return no(i, "more than 8 octets");
      if (digits === size) return no(i, `digit too many in a group of ${size}`);
      if ((total & 1) === 0) octets[total >> 1] = digit << 4;
      else octets[total >> 1]! |= digit;
      digits++;
      total++;
      continue;
    }
    const end = i === text.length;
    if (!end) {
      const here = text[i]!;
      if (!":-. ".includes(here)) return no(i, stray(here));
      if (separator !== "" && here !== separator) {
        return no(i, `'${here}' after '${separator}'`);
      }
      if (separator === "") {
        separator = here;
        size = SIZES[digits] || size;
      }
    }
    // A group ends here, or all of the text.
    if (digits === 0) {
      return no(i, text === "" ? "empty text" : "missing hex digits");
    }
    if (separator === "") break;
    if (size === 2 && digits === 1 && separator === ":") {
      octets[total >> 1]! >>= 4;
      total++;
      stripped = true;
    } else if (digits !== size) {
      return no(i, `group of ${digits === 1 ? "1 digit" : `${digits} digits`}`);
    } else if (size === 2 && octets[total - 1 >> 1]! < 16) padded = true;
    // Who writes 00 would not write 5: the end of a group is lost.
    if (stripped && padded) {
      return no(i, "leading zero written in one group, left out in another");
    }
    digits = 0;
  }
  if (total === 12) return 6;
  if (total === 16) return 8;
  const found = separator === "" ? `${total} digits` : `${total / 2} octets`;
  const wanted = separator === "" ? "12 or 16" : "6 or 8";
  return no(text.length, `${found} instead of ${wanted}`);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function no(offset: number, reason: string): 0 {
  stop(offset, reason);
  return 0;
}

function stray(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x09 && code <= 0x0d) return "white space other than a space";
  return code > 0x7f
    ? "character outside ASCII"
    : "character other than hex digits and ':', '-', '.' or a space";
}
