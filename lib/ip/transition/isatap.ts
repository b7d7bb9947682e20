/**
 * ISATAP: IPv6 between the hosts of a site whose network is IPv4.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { Address, address } from "../address.ts";
import { ISATAP } from "../option_names.ts";
import { Subnet } from "../subnet.ts";
import { takeAddress, takeSubnet } from "../checks.ts";
import { localUse } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** What an ISATAP address holds. */
export interface Parts {
  /** The IPv4 address of the host. */
  readonly ipv4: Address;
  /** The first 64 bits. */
  readonly prefix: Subnet;
  /** Whether the host takes its IPv4 address for globally unique. */
  readonly universal: boolean;
}

/** Options for {@linkcode encode}. */
export interface EncodeOptions {
  /** The /64 of the address. @default {"fe80::/64", link-local} */
  prefix?: string | Subnet | undefined;
  /** Whether the IPv4 address is globally unique. @default {as it is registered} */
  universal?: boolean | undefined;
}

const WHAT = "make an ISATAP address";

/**
 * Makes the ISATAP address of a host from its IPv4 address.
 *
 * @param ipv4 The host's IPv4 address or its text, global or private.
 * @param options Prefix, and whether the IPv4 address is unique.
 * @returns The IPv6 address.
 * @throws {TypeError} If `ipv4` is IPv6 or `prefix` IPv4.
 * @throws {RangeError} If `prefix` is not a unicast /64.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 5214 §6.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { isatap } = net.ip.transition;
 * assert.equal(`${isatap.encode("10.0.0.1")}`, "fe80::5efe:a00:1");
 * assert.equal(
 *   `${isatap.encode("192.0.2.1", { prefix: "2001:db8::/64" })}`,
 *   "2001:db8::200:5efe:c000:201",
 * );
 * ```
 */
export function encode(
  ipv4: string | Address,
  options: EncodeOptions = {},
): Address {
  onlyKnown(WHAT, options, ISATAP);
  const one = takeAddress(ipv4, 4, WHAT, "ipv4");
  const { prefix = "fe80::/64", universal = localUse(one) === undefined } =
    options;
  if (typeof universal !== "boolean") {
    throw new TypeError(
      `Cannot ${WHAT} as 'universal' must be true or false: current value is ${universal}`,
    );
  }
  const subnet = takeSubnet(prefix, 6, WHAT, "prefix");
  if (subnet.prefixLength !== 64 || subnet.network.w0 >>> 24 === 0xff) {
    throw new RangeError(
      `Cannot ${WHAT} as 'prefix' must be a unicast /64: current value is ${subnet}`,
    );
  }
  const { w0, w1 } = subnet.network;
  return new Address(6, w0, w1, universal ? UNIVERSAL : LOCAL, one.w3);
}

/** The octets 00-00-5E of IANA and FE, without and with the universal bit. */
const LOCAL = 0x00005efe;
const UNIVERSAL = 0x02005efe;

/**
 * Takes an ISATAP address apart.
 *
 * @param from The address or its text.
 * @returns Its parts, or `undefined` if its interface identifier is none of
 * ISATAP's.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 5214 §6.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const parts = net.ip.transition.isatap.decode("fe80::5efe:10.0.0.1");
 * assert.equal(`${parts?.ipv4} in ${parts?.prefix}`, "10.0.0.1 in fe80::/64");
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const { w0, w1, w2, w3, family } = address(from);
  const marked = w2 === LOCAL || w2 === UNIVERSAL;
  // Multicast has no interface identifiers.
  if (family === 4 || !marked || w0 >>> 24 === 0xff) return undefined;
  return {
    ipv4: new Address(4, 0, 0, 0, w3),
    prefix: new Subnet(new Address(6, w0, w1, 0, 0), 64),
    universal: w2 === UNIVERSAL,
  };
}

/**
 * Says in a line what an ISATAP address is.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` if its interface identifier is none of
 * ISATAP's.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 5214 §6.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.isatap.explain("fe80::5efe:10.0.0.1"),
 *   "the host 10.0.0.1, to which the site's IPv4 network carries IPv6, in fe80::/64",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const parts = decode(from);
  return parts &&
    `the host ${parts.ipv4}, to which the site's IPv4 network carries IPv6, in ${parts.prefix}`;
}

/** What ISATAP is. */
export const about: Mechanism = {
  title: "ISATAP",
  source: "RFC 5214 §6.1",
  recognise: explain,
};
