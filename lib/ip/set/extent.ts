/**
 * Whatever names addresses in a row, as the lowest and the highest of them.
 *
 * @module
 */

import { Address, address, tryParse } from "../address.ts";
import { fault, scanAddress, scanned, stop } from "../parse.ts";
import { Subnet, type SubnetOptions, trySubnet } from "../subnet.ts";

/** Addresses without a gap, of one family and without a zone. */
export interface Extent {
  /** The lowest. */
  readonly start: Address;
  /** The highest, not below the lowest. */
  readonly end: Address;
}

/**
 * Reads a row of addresses that text names in one of two ways: its ends with a
 * `-` between them, or a subnet.
 *
 * @param text Such as `"10.0.0.1-10.0.0.9"`, `"10.0.0.1 - 10.0.0.9"` or `"10.0.0.0/24"`.
 * @param options What to do with bits set after a subnet's prefix.
 * @returns The row, or `undefined` with the reason in `scanned`.
 *
 * @example
 * ```ts
 * import { readExtent } from "./extent.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${readExtent("10.0.0.0/24")?.end}`, "10.0.0.255");
 * assert.equal(readExtent("10.0.0.1-9"), undefined);
 * ```
 */
export function readExtent(
  text: string,
  options?: SubnetOptions,
): Extent | undefined {
  if (text.includes("/")) {
    const net = trySubnet(text, options);
    return net && extentOf(net);
  }
  const spaced = text.indexOf(" - ");
  const end = spaced < 0 ? text.indexOf("-") : spaced;
  const next = spaced < 0 ? end + 1 : end + 3;
  const start = readEnd(text, 0, end < 0 ? text.length : end);
  if (start === undefined) return undefined;
  if (end < 0) return no(text.length, "missing '-' and the last address");
  const last = readEnd(text, next, text.length);
  if (last === undefined) return noEnd(start, text, next);
  if (last.family !== start.family) {
    return no(
      next,
      `IPv${last.family} address after one of IPv${start.family}`,
    );
  }
  if (start.compare(last) > 0) {
    return no(next, `end below the start (did you mean ${last}-${start}?)`);
  }
  return { start, end: last };
}

/** Reads the address at one end of a range. */
function readEnd(text: string, at: number, end: number): Address | undefined {
  const part = text.slice(at, end);
  const family = scanAddress(part, part.length, 0);
  scanned.kind = "a range";
  if (family === 0) return no(at + scanned.offset, scanned.reason);
  const { words, zoneStart } = scanned;
  if (zoneStart >= 0) return no(at + zoneStart - 1, "zone, which no range has");
  return new Address(family, words[0]!, words[1]!, words[2]!, words[3]!);
}

/** Says why there is no address at the end, and what may be meant. */
function noEnd(start: Address, text: string, at: number): undefined {
  const { offset, reason } = scanned;
  const meant = tryParse(`${start}`.replace(/\d+$/, text.slice(at)));
  scanned.kind = "a range";
  if (meant?.family !== 4 || start.compare(meant) > 0) {
    return no(offset, reason);
  }
  return no(at, `only the last octet (did you mean ${start}-${meant}?)`);
}

function no(offset: number, reason: string): undefined {
  stop(offset, reason);
}

/**
 * Takes an address, a subnet or the text of either or of a range, to look for
 * it among numbers; so the zone of an address is dropped.
 *
 * @param from What names the addresses.
 * @returns The lowest and the highest.
 * @throws {ParseError} If the text is none of them.
 * @throws {TypeError} If `from` is none of them.
 *
 * @example
 * ```ts
 * import { extentOf } from "./extent.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${extentOf("::1").start}`, "::1");
 * ```
 */
export function extentOf(from: string | Address | Subnet): Extent {
  if (from instanceof Subnet) {
    return { start: from.network, end: from.broadcast };
  }
  if (typeof from === "string" && isRow(from)) {
    const extent = readExtent(from);
    if (extent === undefined) throw fault(from);
    return extent;
  }
  const one = address(from).withZone();
  return { start: one, end: one };
}

/**
 * Tells whether text can only mean a subnet or a range.
 *
 * @param text The text.
 * @returns Whether it has a `/`, or a `-` that is not in a zone.
 *
 * @example
 * ```ts
 * import { isRow } from "./extent.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isRow("::1-::9") && !isRow("fe80::1%br-lan"));
 * ```
 */
export function isRow(text: string): boolean {
  return /[/]|^[^%]*-/.test(text);
}
