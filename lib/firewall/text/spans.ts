/**
 * How far what has no fixed length goes.
 *
 * @module
 */

import { DIGIT, HEX, is, LETTER } from "./tokens.ts";

/** The end of an address with colons whose first part ends at `colon`, or 0. */
export function endOfAddress(
  text: string,
  start: number,
  colon: number,
): number {
  for (let at = start; at < colon; at++) {
    if (!is(text.charCodeAt(at), HEX)) return 0;
  }
  let pos = colon + 1;
  const second = text.charCodeAt(pos);
  if (second !== 58 && !is(second, HEX)) return 0;
  for (; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code !== 58 && !is(code, HEX)) break;
  }
  // An IPv4 address may end an IPv6 one.
  if (text.charCodeAt(pos) === 46 && is(text.charCodeAt(pos + 1), DIGIT)) {
    while (
      pos < text.length && is(text.charCodeAt(pos), DIGIT | HEX) ||
      text.charCodeAt(pos) === 46
    ) pos++;
  }
  // "22:drop" is a key and its verdict, and so is "fe:accept".
  if (pos < text.length && is(text.charCodeAt(pos), LETTER)) return 0;
  return pos;
}

/** The offset behind a backslash and the line's end after it, or 0. */
export function endOfContinuation(text: string, pos: number): number {
  let at = pos + 1;
  if (text.charCodeAt(at) === 13) at++;
  return text.charCodeAt(pos) === 92 && text.charCodeAt(at) === 10 ? at + 1 : 0;
}

/**
 * The end of an IPv4 address, or 0.
 *
 * @param text The script.
 * @param dot Where its first dot is.
 * @param first The number before that.
 */
export function endOfIpv4(text: string, dot: number, first: number): number {
  if (first > 255) return 0;
  let pos = dot;
  for (let part = 1; part < 4; part++) {
    if (text.charCodeAt(pos) !== 46) return 0;
    const from = ++pos;
    let octet = 0;
    for (; pos < text.length; pos++) {
      const code = text.charCodeAt(pos);
      if (code < 48 || code > 57) break;
      octet = octet * 10 + code - 48;
    }
    if (pos === from || octet > 255) return 0;
    // 01 would be octal.
    if (pos > from + 1 && text.charCodeAt(from) === 48) return 0;
  }
  const code = pos < text.length ? text.charCodeAt(pos) : 0;
  return code === 46 || is(code, LETTER) ? 0 : pos;
}
