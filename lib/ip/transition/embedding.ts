/**
 * Where an IPv4 address stands inside an IPv6 one under a translator's prefix.
 *
 * @module
 */

import { Address } from "../address.ts";
import { lowest } from "../prefix.ts";
import { Subnet, subnet } from "../subnet.ts";
import { takeSubnet } from "../checks.ts";

/** What an IPv4-embedded address holds. */
export interface Embedded {
  /** The IPv4 address. */
  readonly ipv4: Address;
  /** The translator's prefix. */
  readonly prefix: Subnet;
  /** The bits after the IPv4 address, which should be zero; `::` then. */
  readonly suffix: Address;
}

/**
 * The prefix of every translator that has no other.
 *
 * @see RFC 6052 §2.1
 */
export const WELL_KNOWN: Subnet = subnet("64:ff9b::/96");

/** The lengths that a prefix may have; with all others octets would be split. */
const LENGTHS = [32, 40, 48, 56, 64, 96];

/**
 * Takes a translator's prefix, and refuses what cannot be one.
 *
 * @param prefix The prefix, its text, or nothing for the well-known one.
 * @param what What it is for, as a verb phrase: `"make a NAT64 address"`.
 * @param name What the caller's documentation calls it.
 * @returns The prefix.
 * @throws {TypeError} If it is IPv4.
 * @throws {RangeError} If it has another length than there are, or ones in bits
 * 64 to 71.
 * @throws {ParseError} If it is text and no subnet.
 * @see RFC 6052 §2.2
 *
 * @example
 * ```ts
 * import { takePrefix } from "./embedding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => takePrefix("2001:db8::/33", "translate", "prefix"), RangeError);
 * ```
 */
export function takePrefix(
  prefix: string | Subnet | undefined,
  what: string,
  name: string,
): Subnet {
  if (prefix === undefined) return WELL_KNOWN;
  const one = takeSubnet(prefix, 6, what, name);
  if (!LENGTHS.includes(one.prefixLength)) {
    throw new RangeError(
      `Cannot ${what} as '${name}' must be 32, 40, 48, 56, 64 or 96 bits long: current value is ${one}`,
    );
  }
  if (one.network.w2 >>> 24 === 0) return one;
  throw new RangeError(
    `Cannot ${what} as '${name}' must have zeros in bits 64 to 71: current value is ${one}`,
  );
}

/**
 * Puts an IPv4 address under a prefix.
 *
 * @param ipv4 The IPv4 address.
 * @param prefix The prefix, taken by {@linkcode takePrefix}.
 * @param suffix What to put behind it: an address whose bits before are zero.
 * @returns The IPv6 address.
 * @throws {RangeError} If `suffix` has no room.
 * @see RFC 6052 §2.2
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { embed, WELL_KNOWN } from "./embedding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${embed(parse("192.0.2.33"), WELL_KNOWN)}`, "64:ff9b::c000:221");
 * ```
 */
export function embed(
  ipv4: Address,
  prefix: Subnet,
  suffix?: Address,
): Address {
  const { network: { w0, w1, w2 }, prefixLength } = prefix;
  const { w3 } = ipv4;
  if (suffix !== undefined) checkSuffix(suffix, prefix);
  if (prefixLength === 96) return new Address(6, w0, w1, w2, w3);
  // Bits 64 to 71, the first octet of w2, are kept zero and stepped over.
  const left = prefixLength - 32;
  const [m1, m2, m3] = prefixLength === 64
    ? [w1, w3 >>> 8, w3 << 24]
    : [w1 | w3 >>> left, w3 << 24 - left & 0xffffff, 0];
  return suffix === undefined
    ? new Address(6, w0, m1, m2, m3)
    : new Address(6, w0, m1, m2 | suffix.w2, m3 | suffix.w3);
}

function checkSuffix(suffix: Address, prefix: Subnet): void {
  const room = roomAfter(prefix.prefixLength);
  if (suffix.equals(suffixOf(suffix, room))) return;
  throw new RangeError(
    `Cannot embed an IPv4 address as 'suffix' must have its first ${
      128 - room
    } bits zero under ${prefix}, and no zone: current value is ${suffix}`,
  );
}

/** The last bits of an address, all others zero. */
function suffixOf(from: Address, room: number): Address {
  return Address.fromBigint(BigInt.asUintN(room, from.toBigint()), 6);
}

/** How many bits come after the IPv4 address. */
function roomAfter(prefixLength: number): number {
  return prefixLength === 96 ? 0 : 88 - prefixLength;
}

/**
 * Takes an IPv4 address out from under a prefix.
 *
 * @param from The IPv6 address.
 * @param prefix The prefix, taken by {@linkcode takePrefix}.
 * @returns What it holds, or `undefined` if it is not under the prefix or has
 * ones in bits 64 to 71.
 * @see RFC 6052 §2.3
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { extract, WELL_KNOWN } from "./embedding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${extract(parse("64:ff9b::c000:221"), WELL_KNOWN)?.ipv4}`, "192.0.2.33");
 * ```
 */
export function extract(from: Address, prefix: Subnet): Embedded | undefined {
  if (!prefix.contains(from) || from.w2 >>> 24 !== 0) return undefined;
  const room = roomAfter(prefix.prefixLength);
  return {
    ipv4: new Address(4, 0, 0, 0, wordUnder(from, prefix.prefixLength)),
    prefix,
    suffix: suffixOf(from, room),
  };
}

/** The IPv4 address under a prefix of a length. */
function wordUnder({ w1, w2, w3 }: Address, prefixLength: number): number {
  if (prefixLength === 96) return w3;
  if (prefixLength === 64) return w2 << 8 | w3 >>> 24;
  const left = prefixLength - 32;
  return w1 << left | (w2 & 0xffffff) >>> 24 - left;
}

/**
 * Finds the prefixes under which an address would hold one of some IPv4 addresses.
 *
 * @param from The IPv6 address.
 * @param words The IPv4 addresses, as signed words.
 * @returns What it holds under each such prefix, the shortest first; nothing with
 * ones in bits 64 to 71.
 * @see RFC 6052 §2.2
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { readings } from "./embedding.ts";
 * import assert from "node:assert/strict";
 *
 * const [only] = readings(parse("64:ff9b::c000:aa"), [parse("192.0.0.170").w3]);
 * assert.equal(`${only?.prefix}`, "64:ff9b::/96");
 * ```
 */
export function readings(from: Address, words: readonly number[]): Embedded[] {
  if (from.w2 >>> 24 !== 0) return [];
  return LENGTHS.filter((length) => words.includes(wordUnder(from, length)))
    .map((length) => extract(from, new Subnet(lowest(from, length), length))!);
}
