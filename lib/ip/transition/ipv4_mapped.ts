/**
 * IPv4-mapped addresses: how an IPv6 socket names an IPv4 peer.
 *
 * @module
 */

import { Address, address } from "../address.ts";
import { takeAddress } from "../checks.ts";
import type { Mechanism } from "./mechanism.ts";

/** What an IPv4-mapped address holds. */
export interface Parts {
  /** The IPv4 address. */
  readonly ipv4: Address;
}

/**
 * Writes an IPv4 address as an IPv6 one, in `::ffff:0:0/96`.
 *
 * @param ipv4 The IPv4 address or its text.
 * @returns The IPv4-mapped address.
 * @throws {TypeError} If `ipv4` is IPv6.
 * @throws {ParseError} If `ipv4` is text and no address.
 * @see RFC 4291 §2.5.5.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.transition.ipv4Mapped.encode("192.0.2.1")}`, "::ffff:192.0.2.1");
 * ```
 */
export function encode(ipv4: string | Address): Address {
  const { w3 } = takeAddress(ipv4, 4, "make an IPv4-mapped address", "ipv4");
  return new Address(6, 0, 0, 0xffff, w3);
}

/**
 * Takes the IPv4 address out of an IPv4-mapped one.
 *
 * @param from The address or its text.
 * @returns What it holds, or `undefined` if it is not IPv4-mapped.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.5.5.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { ipv4Mapped } = net.ip.transition;
 * assert.equal(`${ipv4Mapped.decode("::ffff:192.0.2.1")?.ipv4}`, "192.0.2.1");
 * assert.equal(ipv4Mapped.decode("::1"), undefined);
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const { w0, w1, w2, w3, family } = address(from);
  if (family === 4 || w0 !== 0 || w1 !== 0 || w2 !== 0xffff) return undefined;
  return { ipv4: new Address(4, 0, 0, 0, w3) };
}

/**
 * Says in a line what an IPv4-mapped address is.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` if it is not IPv4-mapped.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.5.5.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.ipv4Mapped.explain("::ffff:192.0.2.1"),
 *   "192.0.2.1 as an IPv6 socket names it; it never stands in a packet's header",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const parts = decode(from);
  return parts &&
    `${parts.ipv4} as an IPv6 socket names it; it never stands in a packet's header`;
}

/** What IPv4-mapped addresses are. */
export const about: Mechanism = {
  title: "IPv4-mapped",
  source: "RFC 4291 §2.5.5.2",
  recognise: explain,
};
