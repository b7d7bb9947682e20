/**
 * Arguments of the addressing functions, taken in and refused.
 *
 * @module
 */

import { Address, address, type Family } from "./address.ts";
import { Subnet, subnet } from "./subnet.ts";

/**
 * Takes an address of one family.
 *
 * @param from The address or its text.
 * @param family The family that it must have.
 * @param what What it is for, as a verb phrase: `"make a Teredo address"`.
 * @param name What the caller's documentation calls it.
 * @returns The address.
 * @throws {TypeError} If it is of the other family, or neither text nor address.
 * @throws {ParseError} If the text is no address.
 *
 * @example
 * ```ts
 * import { takeAddress } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => takeAddress("::1", 4, "make a pair", "left"), /'left' must be IPv4/);
 * ```
 */
export function takeAddress(
  from: string | Address,
  family: Family,
  what: string,
  name: string,
): Address {
  if (typeof from !== "string" && !(from instanceof Address)) {
    throw new TypeError(
      `Cannot ${what} as '${name}' must be an IPv${family} address or its text: current value is ${from}`,
    );
  }
  const one = address(from);
  if (one.family === family) return one;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be IPv${family}: current value is ${one}`,
  );
}

/**
 * Takes a subnet of one family.
 *
 * @param from The subnet or its text.
 * @param family The family that it must have.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @returns The subnet.
 * @throws {TypeError} If it is of the other family, or neither text nor subnet.
 * @throws {ParseError} If the text is no subnet.
 *
 * @example
 * ```ts
 * import { takeSubnet } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(takeSubnet("2001:db8::/32", 6, "map", "prefix").prefixLength, 32);
 * ```
 */
export function takeSubnet(
  from: string | Subnet,
  family: Family,
  what: string,
  name: string,
): Subnet {
  if (typeof from !== "string" && !(from instanceof Subnet)) {
    throw new TypeError(
      `Cannot ${what} as '${name}' must be an IPv${family} subnet or its text: current value is ${from}`,
    );
  }
  const one = subnet(from);
  if (one.family === family) return one;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be IPv${family}: current value is ${one}`,
  );
}

/**
 * Refuses what is no object with fields, such as nothing at all.
 *
 * @param value What was given.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @param fields Which fields it should have had, in words.
 * @returns The object.
 * @throws {TypeError} If it is none.
 *
 * @example
 * ```ts
 * import { takeFields } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => takeFields(undefined, "map", "rule", "eaLength"), TypeError);
 * ```
 */
export function takeFields<T extends object>(
  value: T | undefined,
  what: string,
  name: string,
  fields: string,
): T {
  if (typeof value === "object" && value !== null) return value;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be an object with ${fields}: current value is ${
      String(value)
    }`,
  );
}

/**
 * Refuses what is no integer within bounds.
 *
 * @param value What was given.
 * @param least The least that will do.
 * @param most The most that will do.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @returns The value.
 * @throws {RangeError} If it is no integer or out of bounds.
 *
 * @example
 * ```ts
 * import { takeInteger } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => takeInteger(70_000, 0, 65_535, "knock", "port"), RangeError);
 * ```
 */
export function takeInteger(
  value: number,
  least: number,
  most: number,
  what: string,
  name: string,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot ${what} as '${name}' must be an integer from ${least} to ${most}: current value is ${
      String(value)
    }`,
  );
}

/**
 * Takes an address, or a subnet, or the text of either.
 *
 * @param from What was given.
 * @returns The address, or the lowest of the subnet, and how many bits are fixed.
 * @throws {ParseError} If the text is neither.
 * @throws {TypeError} If it is none of them.
 *
 * @example
 * ```ts
 * import { takeBlock } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(takeBlock("2001:db8::1")[1], 128);
 * assert.equal(takeBlock("2001:db8::/56")[1], 56);
 * ```
 */
export function takeBlock(
  from: string | Address | Subnet,
): readonly [network: Address, prefixLength: number] {
  const isSubnet = from instanceof Subnet ||
    typeof from === "string" && from.includes("/");
  if (isSubnet) {
    const { network, prefixLength } = subnet(from);
    return [network, prefixLength];
  }
  const one = address(from);
  return [one, one.bits];
}

/** One value, or any number of them. */
export type OneOrMore<T extends object> = string | T | Iterable<string | T>;

/**
 * Takes one value, or any number of them, as an array. A text is one value, not
 * its characters.
 *
 * @param from What was given.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @returns The values.
 * @throws {TypeError} If it is neither.
 *
 * @example
 * ```ts
 * import { takeList } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(takeList("::1", "look", "addresses"), ["::1"]);
 * ```
 */
export function takeList<T extends object>(
  from: OneOrMore<T>,
  what: string,
  name: string,
): (string | T)[] {
  if (typeof from === "string") return [from];
  if (typeof from === "object" && from !== null) {
    return Symbol.iterator in from ? [...from] : [from];
  }
  throw new TypeError(
    `Cannot ${what} as '${name}' must be one or a list of them: current value is ${from}`,
  );
}

/**
 * Takes an interface identifier: an IPv6 address whose first 64 bits are zero.
 *
 * @param from The identifier or its text: `"::1"`.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @returns The identifier.
 * @throws {TypeError} If it is IPv4, or neither text nor address.
 * @throws {RangeError} If a bit is set in the first 64, or it has a zone.
 * @throws {ParseError} If the text is no address.
 * @see RFC 4291 §2.5.1
 *
 * @example
 * ```ts
 * import { takeInterfaceId } from "./checks.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => takeInterfaceId("fe80::1", "join", "id"), /did you mean ::1/);
 * ```
 */
export function takeInterfaceId(
  from: string | Address,
  what: string,
  name: string,
): Address {
  const one = takeAddress(from, 6, what, name);
  const low = new Address(6, 0, 0, one.w2, one.w3);
  if (one.equals(low)) return low;
  throw new RangeError(
    `Cannot ${what} as '${name}' must be an interface identifier, with the first 64 bits zero and no zone: current value is ${one} (did you mean ${low}?)`,
  );
}
