/**
 * DS-Lite: IPv4 through a tunnel over IPv6, to a NAT at the provider.
 *
 * @module
 */

import { Address, address } from "../address.ts";
import { type Subnet, subnet } from "../subnet.ts";
import { takeAddress, takeFields, takeInteger } from "../checks.ts";
import type { Mechanism } from "./mechanism.ts";

/**
 * An end of a softwire: the customer's side ("basic bridging broadband"), or the
 * provider's, where the NAT is ("address family transition router").
 */
export type Role = "b4" | "aftr";

/** What an IPv4 address of 192.0.0.0/29 is for. */
export interface Parts {
  /** Whose it is; `undefined` if no one's in particular. */
  readonly role: Role | undefined;
  /** The IPv4 address. */
  readonly ipv4: Address;
}

/** The two ends of a softwire, as {@linkcode softwire} takes them. */
export interface Ends {
  /** The IPv6 address of the customer's side. */
  b4: string | Address;
  /** The IPv6 address of the provider's side. */
  aftr: string | Address;
  /** What an IPv6 packet may have on the way between, in octets. @default {1500} */
  mtu?: number | undefined;
}

/** An IPv4-in-IPv6 tunnel. */
export interface Softwire {
  /** Source of the outer packets towards the provider. */
  readonly b4: Address;
  /** Destination of the outer packets towards the provider. */
  readonly aftr: Address;
  /** The IPv4 address of the customer's side. */
  readonly b4Ipv4: Address;
  /** The IPv4 address of the provider's side, as traceroute shows it. */
  readonly aftrIpv4: Address;
  /** The IPv4 packets that pass without fragments, in octets. */
  readonly ipv4Mtu: number;
}

/** Where the addresses of both ends come from. */
const BLOCK: Subnet = subnet("192.0.0.0/29");

const IPV4: Readonly<Record<Role, Address>> = {
  aftr: new Address(4, 0, 0, 0, 0xc0000001),
  b4: new Address(4, 0, 0, 0, 0xc0000002),
};

/**
 * Gives the IPv4 address that each customer's side has, or each provider's.
 *
 * @param role Which side: `"b4"` or `"aftr"`.
 * @returns 192.0.0.2 or 192.0.0.1.
 * @throws {TypeError} If there is no such side.
 * @see RFC 6333 §5.7 and §6.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.transition.dsLite.encode("b4")}`, "192.0.0.2");
 * ```
 */
export function encode(role: Role): Address {
  if (Object.hasOwn(IPV4, role)) return IPV4[role];
  throw new TypeError(
    `Cannot give an address of a softwire as 'role' must be "b4" or "aftr": current value is ${role}`,
  );
}

/**
 * Says which side an IPv4 address of 192.0.0.0/29 is for.
 *
 * @param from The address or its text.
 * @returns The side, or `undefined` for an address outside 192.0.0.0/29.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 6333 §10, RFC 7335
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { dsLite } = net.ip.transition;
 * assert.equal(dsLite.decode("192.0.0.2")?.role, "b4");
 * assert.equal(dsLite.decode("192.0.2.1"), undefined);
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const ipv4 = address(from);
  if (!BLOCK.contains(ipv4)) return undefined;
  const role = ipv4.equals(IPV4.b4)
    ? "b4"
    : ipv4.equals(IPV4.aftr)
    ? "aftr"
    : undefined;
  return { role, ipv4 };
}

/**
 * Lays out the tunnel between a customer and its provider. There the NAT keeps
 * customers apart by `b4`, as all have the same IPv4 addresses.
 *
 * @param ends The IPv6 addresses of both.
 * @returns What stands in the packets, and how large they may be.
 * @throws {TypeError} If an address is IPv4.
 * @throws {RangeError} If both are one, one is multicast or `::`, or `mtu` is
 * less than 1280 or no integer.
 * @throws {ParseError} If a text is no address.
 * @see RFC 6333 §5.3 and §6.6, RFC 2473 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const wire = net.ip.transition.dsLite.softwire({ b4: "2001:db8:0:1::1", aftr: "2001:db8:0:2::1" });
 * assert.equal(wire.ipv4Mtu, 1460);
 * ```
 */
export function softwire(ends: Ends): Softwire {
  const { mtu = 1500 } = takeFields(ends, WHAT, "ends", "b4 and aftr");
  const b4 = takeEnd(ends.b4, "b4");
  const aftr = takeEnd(ends.aftr, "aftr");
  if (b4.equals(aftr)) {
    throw new RangeError(
      `Cannot ${WHAT} as 'aftr' must be another address than 'b4': current value is ${aftr}`,
    );
  }
  takeInteger(mtu, LEAST_MTU, 0xffff, WHAT, "mtu");
  return {
    b4,
    aftr,
    b4Ipv4: IPV4.b4,
    aftrIpv4: IPV4.aftr,
    ipv4Mtu: mtu - IPV6_HEADER,
  };
}

const WHAT = "lay out a softwire";

/** Octets of the header that goes around each packet. */
const IPV6_HEADER = 40;

/** What every IPv6 link carries (RFC 8200 §5). */
const LEAST_MTU = 1280;

function takeEnd(from: string | Address, name: Role): Address {
  const one = takeAddress(from, 6, WHAT, name);
  const unspecified = (one.w0 | one.w1 | one.w2 | one.w3) === 0;
  if (one.w0 >>> 24 !== 0xff && !unspecified) return one;
  throw new RangeError(
    `Cannot ${WHAT} as '${name}' must be a unicast address: current value is ${one}`,
  );
}

/**
 * Says in a line what an IPv4 address of 192.0.0.0/29 is for.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` for an address outside 192.0.0.0/29.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 6333 §10, RFC 7335
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.dsLite.explain("192.0.0.2"),
 *   "the customer's end (B4) of every DS-Lite softwire; IPv4 goes through it over IPv6",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const parts = decode(from);
  if (parts === undefined) return undefined;
  if (parts.role === "b4") {
    return "the customer's end (B4) of every DS-Lite softwire; IPv4 goes through it over IPv6";
  }
  return parts.role === "aftr"
    ? "the provider's end (AFTR) of every DS-Lite softwire; the NAT is there"
    : `in ${BLOCK}, for a host that has IPv4 only through DS-Lite or 464XLAT`;
}

/** What DS-Lite is. */
export const about: Mechanism = {
  title: "DS-Lite",
  source: "RFC 6333, RFC 7335",
  recognise: explain,
};
