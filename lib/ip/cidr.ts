/**
 * Subnet text to an address and a prefix length, and what to do with the bits
 * after the prefix.
 *
 * @module
 */

import { Address } from "./address.ts";
import { scanAddress, scanned, stop } from "./parse.ts";
import { hasHostBits, lowest, scanPrefixLength } from "./prefix.ts";

/** What to do with ones after the prefix. */
export type HostBits = "refuse" | "clear" | "keep";

/** A subnet's text, read. */
export interface Cidr {
  /** The lowest address. */
  readonly network: Address;
  /** Its length in bits. */
  readonly prefixLength: number;
  /** The address as it was written, if its host bits are kept. */
  readonly host?: Address | undefined;
}

/**
 * Reads a subnet's text; if it is none, {@linkcode scanned} says why.
 *
 * @param text The text.
 * @param hostBits What to do with ones after the prefix.
 * @returns Its parts, or `undefined`.
 * @see RFC 4632 §3.1, RFC 4291 §2.3
 *
 * @example
 * ```ts
 * import { readCidr } from "./cidr.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${readCidr("10.0.0.5/24", "clear")?.network}`, "10.0.0.0");
 * ```
 */
export function readCidr(text: string, hostBits: HostBits): Cidr | undefined {
  const slash = text.indexOf("/");
  const end = slash < 0 ? text.length : slash;
  const family = scanAddress(text, end, 0);
  scanned.kind = "a subnet";
  if (family === 0) return undefined;
  const { words, zoneStart } = scanned;
  if (zoneStart >= 0) return no(zoneStart - 1, "zone, which no subnet has");
  if (slash < 0) return no(end, "missing '/' and prefix length");
  // The words go into an address at once: a netmask is scanned into them too.
  const base = new Address(family, words[0]!, words[1]!, words[2]!, words[3]!);
  const prefixLength = scanPrefixLength(text, slash + 1, family);
  if (prefixLength < 0) return undefined;
  if (!hasHostBits(base, prefixLength)) return { network: base, prefixLength };
  if (hostBits === "refuse") {
    const hint = remedy(base, prefixLength);
    return no(slash + 1, `bits set after the first ${prefixLength} (${hint})`);
  }
  const network = lowest(base, prefixLength);
  const host = hostBits === "keep" ? base : undefined;
  return { network, prefixLength, host };
}

function no(offset: number, reason: string): undefined {
  stop(offset, reason);
}

/**
 * Says what to write in place of an address with host bits.
 *
 * @param base The address.
 * @param prefixLength The prefix length it was given.
 * @returns A hint for an error.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { remedy } from "./cidr.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(remedy(parse("10.0.0.5"), 24), /did you mean 10\.0\.0\.0\/24/);
 * ```
 */
export function remedy(base: Address, prefixLength: number): string {
  return `did you mean ${
    lowest(base, prefixLength)
  }/${prefixLength}? or pass { hostBits: "clear" } or "keep"`;
}

/**
 * Checks the option of what to do with host bits.
 *
 * @param hostBits What was given, if anything.
 * @returns What to do: `"refuse"` unless another was asked for.
 * @throws {TypeError} If it is none of the three.
 *
 * @example
 * ```ts
 * import { checkHostBits } from "./cidr.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkHostBits(undefined), "refuse");
 * ```
 */
export function checkHostBits(hostBits: HostBits | undefined): HostBits {
  if (hostBits === undefined) return "refuse";
  if (["refuse", "clear", "keep"].includes(hostBits)) return hostBits;
  throw new TypeError(
    `Cannot make a subnet as 'hostBits' must be "refuse", "clear" or "keep": current value is ${hostBits}`,
  );
}
