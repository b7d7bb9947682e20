/**
 * IPv4-compatible addresses, of the first automatic tunnels; deprecated.
 *
 * @module
 */

import { Address, address } from "../address.ts";
import { takeAddress } from "../checks.ts";
import type { Mechanism } from "./mechanism.ts";

/** What an IPv4-compatible address holds. */
export interface Parts {
  /** The IPv4 address. */
  readonly ipv4: Address;
}

/**
 * Writes an IPv4 address into the last 32 bits of `::/96`.
 *
 * @param ipv4 The IPv4 address or its text; none of 0.0.0.0/8, where `::` and
 * `::1` are.
 * @returns The IPv4-compatible address.
 * @throws {TypeError} If `ipv4` is IPv6.
 * @throws {RangeError} If it is in 0.0.0.0/8.
 * @throws {ParseError} If `ipv4` is text and no address.
 * @see RFC 4291 §2.5.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.transition.ipv4Compatible.encode("192.0.2.1")}`, "::c000:201");
 * ```
 */
export function encode(ipv4: string | Address): Address {
  const what = "make an IPv4-compatible address";
  const one = takeAddress(ipv4, 4, what, "ipv4");
  if (one.w3 >>> 24 !== 0) return new Address(6, 0, 0, 0, one.w3);
  throw new RangeError(
    `Cannot ${what} as 'ipv4' must be a host's address, outside 0.0.0.0/8: current value is ${one}`,
  );
}

/**
 * Takes the IPv4 address out of an IPv4-compatible one.
 *
 * @param from The address or its text.
 * @returns What it holds, or `undefined` if it is not IPv4-compatible, as `::`,
 * `::1` and all others below `::1.0.0.0` are not.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.5.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { ipv4Compatible } = net.ip.transition;
 * assert.equal(`${ipv4Compatible.decode("::192.0.2.1")?.ipv4}`, "192.0.2.1");
 * assert.equal(ipv4Compatible.decode("::1"), undefined);
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const { w0, w1, w2, w3, family } = address(from);
  const inside = family === 6 && w0 === 0 && w1 === 0 && w2 === 0;
  if (!inside || w3 >>> 24 === 0) return undefined;
  return { ipv4: new Address(4, 0, 0, 0, w3) };
}

/**
 * Says in a line what an IPv4-compatible address is.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` if it is not IPv4-compatible.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.5.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.ipv4Compatible.explain("::192.0.2.1"),
 *   "192.0.2.1 as the far end of an automatic tunnel; deprecated, no one uses it",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const parts = decode(from);
  return parts &&
    `${parts.ipv4} as the far end of an automatic tunnel; deprecated, no one uses it`;
}

/** What IPv4-compatible addresses are. */
export const about: Mechanism = {
  title: "IPv4-compatible (deprecated)",
  source: "RFC 4291 §2.5.5.1",
  recognise: explain,
};
