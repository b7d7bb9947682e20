/**
 * Address text to numbers, strictly: one pass over the character codes, no
 * regular expression, nothing allocated where the text is good.
 *
 * What only some programs take is refused (RFC 6943 §3.1.1 on why): octal and
 * hexadecimal octets, leading zeros, fewer than four octets, white space,
 * digits outside ASCII. A scan ends in one shared record, {@linkcode scanned}:
 * read it before the next scan.
 *
 * @module
 */

import { ParseError } from "../errors.ts";

/** What the last scan found, or why and where it stopped. */
export interface Scanned {
  /**
   * The address as four signed 32-bit words, most significant first; an IPv4
   * address is in the last word alone, and the others are then stale.
   */
  readonly words: Int32Array;
  /** Index of the zone's first character, or -1 without a zone. */
  zoneStart: number;
  /** What the text was taken for, with its article. */
  kind: string;
  /** Index of the first character that cannot be right; the end if more was wanted. */
  offset: number;
  /** What is wrong there. */
  reason: string;
}

/** The record that every scan of this file writes. */
export const scanned: Scanned = {
  words: new Int32Array(4),
  zoneStart: -1,
  kind: "",
  offset: 0,
  reason: "",
};

const PERCENT = 0x25;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/** The eight groups of the IPv6 address being scanned. */
const groups = new Uint16Array(8);

/**
 * Scans an address of either family.
 *
 * The first `.` or `:` tells which family the text means, so that the offset
 * of a mistake is where a reader of that family would point.
 *
 * @param text The text; it is scanned from its start.
 * @param end Index after the last character to scan.
 * @param family The only family wanted, or 0 for either.
 * @returns The family, or 0 if the text is no such address.
 * @see RFC 4291 §2.2, RFC 4007 §11, RFC 6943 §3.1.1
 *
 * @example
 * ```ts
 * import { scanAddress, scanned } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scanAddress("10.0.0.1", 8, 0), 4);
 * assert.equal(scanned.words[3], 0x0a000001);
 * ```
 */
export function scanAddress(
  text: string,
  end: number,
  family: 0 | 4 | 6,
): 0 | 4 | 6 {
  const meant = family === 0 ? familyMeant(text, end) : family;
  scanned.zoneStart = -1;
  if (meant === 4) {
    if (scanIpv4(text, 0, end)) return 4;
    scanned.kind = "an IPv4 address";
    return 0;
  }
  if (scanIpv6(text, end)) return 6;
  scanned.kind = "an IPv6 address";
  if (meant === 0) {
    scanned.kind = "an IP address";
    if (end > 0) scanned.reason = "neither '.' nor ':' in the text";
  }
  return 0;
}

function familyMeant(text: string, end: number): 0 | 4 | 6 {
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) return 4;
    if (code === COLON) return 6;
  }
  return 0;
}

/**
 * Scans a dotted quad into the last word.
 *
 * @param text The text that holds it.
 * @param start Index of its first character.
 * @param end Index after its last.
 * @returns Whether it is one.
 *
 * @example
 * ```ts
 * import { scanIpv4 } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(scanIpv4("mask 255.0.0.0", 5, 14));
 * ```
 */
export function scanIpv4(text: string, start: number, end: number): boolean {
  let word = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      if (digits > 0 && octet === 0) {
        return stop(i, "leading zero in an octet");
      }
      octet = octet * 10 + code - ZERO;
      if (octet > 255) return stop(i, "octet above 255");
      digits++;
    } else if (code === DOT) {
      if (digits === 0) return stop(i, "missing octet");
      if (dots === 3) return stop(i, "more than four octets");
      word = word << 8 | octet;
      octet = digits = 0;
      dots++;
    } else {
      return stop(i, strayInIpv4(code));
    }
  }
  if (start === end) return stop(end, "empty text");
  if (digits === 0) return stop(end, "missing octet");
  if (dots < 3) return stop(end, `only ${dots + 1} of 4 octets`);
  scanned.words[3] = word << 8 | octet;
  return true;
}

/** Scans an IPv6 address, with or without a zone, into all four words. */
function scanIpv6(text: string, end: number): boolean {
  let count = 0; // groups read
  let gap = -1; // how many of them stand before "::"
  let group = 0;
  let digits = 0;
  let i = 0;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    const digit = hexDigit(code);
    if (digit >= 0) {
      if (digits === 4) return stop(i, "fifth hex digit in a group");
      if (digits === 0) {
        // No digit yet, so this can only follow the ':' at index 0.
        if (i === 1) return stop(i, "single ':' at the start");
        if (gap === 7) return stop(i, "'::' that stands for no group");
      }
      group = group << 4 | digit;
      digits++;
    } else if (code === COLON) {
      if (digits > 0) {
        groups[count++] = group;
        group = digits = 0;
        if (count === 8) return stop(i, "more than eight groups");
        if (count === 7 && gap >= 0) {
          return stop(i, "'::' that stands for no group");
        }
      } else if (i > 0) {
        if (gap >= 0) return stop(i, "second '::'");
        gap = count;
      }
    } else if (code === DOT && digits > 0) {
      if (gap < 0 ? count !== 6 : count > 5) {
        return stop(i, "IPv4 part outside the last 32 bits");
      }
      const start = i - digits;
      while (i < end && text.charCodeAt(i) !== PERCENT) i++;
      if (!scanIpv4(text, start, i)) return false;
      groups[count++] = scanned.words[3]! >>> 16;
      groups[count++] = scanned.words[3]!;
      digits = 0;
      break;
    } else if (code === PERCENT) {
      break;
    } else {
      return stop(i, strayInIpv6(code));
    }
  }
  if (digits > 0) groups[count++] = group;
  else if (i > 0 && gap !== count && text.charCodeAt(i - 1) === COLON) {
    return stop(i, "single ':' at the end");
  }
  if (gap < 0 && count < 8) {
    return stop(i, end === 0 ? "empty text" : `only ${count} of 8 groups`);
  }
  if (i < end) {
    const bad = strayInZone(text, i + 1, end);
    if (bad >= 0) {
      return stop(
        bad,
        bad === end ? "empty zone" : "character barred in zones",
      );
    }
    scanned.zoneStart = i + 1;
  }
  if (gap >= 0) {
    const shift = 8 - count;
    for (let k = count - 1; k >= gap; k--) groups[k + shift] = groups[k]!;
    groups.fill(0, gap, gap + shift);
  }
  const { words } = scanned;
  words[0] = groups[0]! << 16 | groups[1]!;
  words[1] = groups[2]! << 16 | groups[3]!;
  words[2] = groups[4]! << 16 | groups[5]!;
  words[3] = groups[6]! << 16 | groups[7]!;
  return true;
}

function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/**
 * Finds the first character that no zone may hold.
 *
 * RFC 4007 §11.2 leaves the characters to the system. Taken is all of printable
 * ASCII but the space and what delimits an address elsewhere: `%`, `/`, `[`, `]`.
 *
 * @param text The text that holds the zone.
 * @param start Index of the zone's first character.
 * @param end Index after its last.
 * @returns The index of the character, `end` for an empty zone, -1 for a good one.
 *
 * @example
 * ```ts
 * import { strayInZone } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(strayInZone("eth0", 0, 4), -1);
 * assert.equal(strayInZone("eth 0", 0, 5), 3);
 * ```
 */
export function strayInZone(text: string, start: number, end: number): number {
  if (start === end) return end;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (
      code <= 0x20 || code >= 0x7f || code === PERCENT || code === SLASH ||
      code === 0x5b || code === 0x5d
    ) return i;
  }
  return -1;
}

/**
 * Makes the error that tells how the last scan ended.
 *
 * @param text The whole text as it was given.
 * @returns The error, to throw.
 *
 * @example
 * ```ts
 * import { fault, scanAddress } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * scanAddress("1.2.3", 5, 0);
 * assert.equal(fault("1.2.3").offset, 5);
 * ```
 */
export function fault(text: string): ParseError {
  const { kind, offset, reason } = scanned;
  return new ParseError(kind, text, offset, reason);
}

/**
 * Records where and why a scan ends.
 *
 * @param offset Index of the first character that cannot be right.
 * @param reason What is wrong there, without the place.
 * @returns `false`, for the scan to return.
 *
 * @example
 * ```ts
 * import { scanned, stop } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(stop(4, "white space"), false);
 * assert.equal(scanned.offset, 4);
 * ```
 */
export function stop(offset: number, reason: string): false {
  scanned.offset = offset;
  scanned.reason = reason;
  return false;
}

function strayInIpv4(code: number): string {
  if (code === COLON) return "':' (a port is no part of an address)";
  if (code === PERCENT) return "'%' (only an IPv6 address has a zone)";
  return strayAnywhere(code, "character other than 0-9 and '.'");
}

function strayInIpv6(code: number): string {
  if (code === 0x5b || code === 0x5d) {
    return "bracket (only around an address that has a port)";
  }
  return strayAnywhere(code, "character other than hex digits and ':'");
}

function strayAnywhere(code: number, otherwise: string): string {
  if (code === SLASH) return "'/' (with a prefix length it is a subnet)";
  if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return "white space";
  return code > 0x7f ? "character outside ASCII" : otherwise;
}
