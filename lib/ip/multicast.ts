/**
 * How far an address reaches, and what a multicast address says of itself.
 *
 * @module
 */

import { Address, address } from "./address.ts";
import { Mac } from "./mac/mac.ts";
import { lowest } from "./prefix.ts";
import { IPV6_SCOPES, type MulticastScope } from "./registry/scopes.ts";
import { Subnet } from "./subnet.ts";
import { takeAddress } from "./checks.ts";

/** How far an address reaches; `"none"` is what the unspecified address has. */
export type Scope = Exclude<MulticastScope, "local"> | "none";

/** What a multicast address says of itself. */
export interface Multicast {
  /** The address. */
  readonly address: Address;
  /** How far it reaches. */
  readonly scope: Scope;
  /** Whether it is not one that IANA gave out for good (flag T). */
  readonly transient: boolean;
  /** Whether it is for one sender only, whom the receivers name (SSM). */
  readonly sourceSpecific: boolean;
  /** The network that gave it out, where that is written in it (flag P). */
  readonly prefix: Subnet | undefined;
  /** The router where senders and receivers meet, where that is written in it (flag R). */
  readonly rendezvousPoint: Address | undefined;
  /**
   * Which group: its last 112 bits, 32 after a network, or of IPv4 the last 28,
   * as an address whose other bits are zero.
   */
  readonly groupId: Address;
}

/** IPv4 addresses by their first bits; what is not listed is global. */
const IPV4_SCOPES: readonly (readonly [bits: number, value: number, Scope])[] =
  [
    [32, 0, "none"],
    [8, 127, "link-local"], // RFC 6724 §3.2
    [16, 0xa9fe, "link-local"],
    [32, 0xffffffff, "link-local"], // limited broadcast, never forwarded
    [24, 0xe00000, "link-local"], // RFC 5771 §4
    [16, 0xefff, "realm-local"], // RFC 2365 sets these beside IPv6's
    [14, 0xefc0 >>> 2, "organization-local"],
  ];

/**
 * First octets of blocks from which everyone gives out groups: each sender, each
 * autonomous system, each network, each site (RFC 5771 §3).
 */
const IPV4_TRANSIENT = [232, 233, 234, 239];

/**
 * Says how far an address reaches.
 *
 * Unique local addresses are of global scope, as they are private addresses of
 * IPv4: their reach ends at borders that people draw. IPv4-mapped addresses
 * reach as far as the IPv4 address.
 *
 * @param from The address or its text, unicast or multicast.
 * @returns The name of its scope.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4007 §4, RFC 4291 §2.7, RFC 7346 §2, RFC 6724 §3, RFC 2365
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.scope("fe80::1"), "link-local");
 * assert.equal(net.ip.scope("ff05::2"), "site-local");
 * assert.equal(net.ip.scope("10.0.0.1"), "global");
 * ```
 */
export function scope(from: string | Address): Scope {
  const { family, w0, w1, w2, w3 } = address(from);
  if (family === 4) return ipv4Scope(w3);
  if (w0 >>> 24 === 0xff) return IPV6_SCOPES[w0 >>> 16 & 0xf]!;
  if (w0 === 0 && w1 === 0) {
    if (w2 === 0xffff) return ipv4Scope(w3);
    if (w2 === 0 && w3 === 0) return "none";
    if (w2 === 0 && w3 === 1) return "link-local"; // RFC 4291 §2.5.3
  }
  if (w0 >>> 22 === 0xfe80 >>> 6) return "link-local";
  return w0 >>> 22 === 0xfec0 >>> 6 ? "site-local" : "global";
}

function ipv4Scope(word: number): Scope {
  const found = IPV4_SCOPES.find(([bits, value]) =>
    word >>> 32 - bits === value
  );
  return found?.[2] ?? "global";
}

/**
 * Reads the flags and fields of a multicast address.
 *
 * @param from The address or its text.
 * @returns What it says, or `undefined` if it is not multicast.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.7, RFC 3306 §4, RFC 3956 §4, RFC 4607 §1, RFC 5771
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const group = net.ip.multicast("ff7e:140:2001:db8:beef:feed::1234");
 * assert.equal(`${group?.prefix}`, "2001:db8:beef:feed::/64");
 * assert.equal(`${group?.rendezvousPoint}`, "2001:db8:beef:feed::1");
 * assert.equal(group?.scope, "global");
 * ```
 */
export function multicast(from: string | Address): Multicast | undefined {
  const one = address(from);
  if (one.family === 4) {
    const first = one.w3 >>> 24;
    if (first >>> 4 !== 0xe) return undefined;
    return {
      address: one,
      scope: scope(one),
      transient: IPV4_TRANSIENT.includes(first),
      sourceSpecific: first === 232,
      prefix: undefined,
      rendezvousPoint: undefined,
      groupId: new Address(4, 0, 0, 0, one.w3 & 0x0fffffff),
    };
  }
  if (one.w0 >>> 24 !== 0xff) return undefined;
  const flags = one.w0 >>> 20 & 0xf;
  const byPrefix = (flags & PREFIX_BASED) === PREFIX_BASED;
  const length = one.w0 & 0xff;
  const prefix = byPrefix && length > 0 && length <= 64
    ? new Subnet(lowest(new Address(6, one.w1, one.w2, 0, 0), length), length)
    : undefined;
  const meets = (flags & EMBEDDED_RP) === EMBEDDED_RP;
  const routerId = one.w0 >>> 8 & 0xf;
  return {
    address: one,
    scope: scope(one),
    transient: (flags & TRANSIENT) !== 0,
    // RFC 4607 §1: ff3x::/32, which names no prefix.
    sourceSpecific: flags === PREFIX_BASED && (one.w0 & 0xffff) === 0,
    prefix,
    rendezvousPoint: meets && prefix !== undefined && routerId > 0
      ? prefix.network.offset(routerId)
      : undefined,
    groupId: byPrefix
      ? new Address(6, 0, 0, 0, one.w3)
      : new Address(6, one.w0 & 0xffff, one.w1, one.w2, one.w3),
  };
}

/** Flags, of the 4 bits `0RPT`; P stands only with T, R only with both. */
const TRANSIENT = 1;
const PREFIX_BASED = 3;
const EMBEDDED_RP = 7;

/**
 * Gives the multicast address on which a host hears questions for its own.
 *
 * @param from The host's IPv6 address or its text; its zone is kept.
 * @returns The address, in `ff02::1:ff00:0/104`.
 * @throws {TypeError} If `from` is IPv4.
 * @throws {RangeError} If `from` is multicast.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.7.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.solicitedNode("4037::1:800:200e:8c6c")}`, "ff02::1:ff0e:8c6c");
 * ```
 */
export function solicitedNode(from: string | Address): Address {
  const what = "give a solicited-node address";
  const { w0, w3, zone } = takeAddress(from, 6, what, "from");
  if (w0 >>> 24 !== 0xff) {
    return new Address(6, 0xff020000, 0, 1, 0xff000000 | w3, zone);
  }
  throw new RangeError(
    `Cannot ${what} as 'from' must be unicast or anycast: current value is ${
      address(from)
    }`,
  );
}

/**
 * Gives the Ethernet address that packets to a multicast address go to.
 *
 * @param from The multicast address or its text.
 * @returns The MAC: `33:33` and 32 bits for IPv6, `01:00:5e` and 23 bits for
 * IPv4, where 32 addresses share each.
 * @throws {RangeError} If `from` is not multicast.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 2464 §7, RFC 1112 §6.4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.multicastMac("ff02::1:ff0e:8c6c")}`, "33:33:ff:0e:8c:6c");
 * assert.equal(`${net.ip.multicastMac("224.0.0.251")}`, "01:00:5e:00:00:fb");
 * ```
 */
export function multicastMac(from: string | Address): Mac {
  const one = address(from);
  if (multicast(one) === undefined) {
    throw new RangeError(
      `Cannot give a multicast MAC as 'from' must be a multicast address: current value is ${one}`,
    );
  }
  const octets = one.toBytes().subarray(-4);
  if (one.family === 6) {
    return Mac.fromBytes(Uint8Array.of(0x33, 0x33, ...octets));
  }
  octets[0] = 0x5e;
  octets[1]! &= 0x7f;
  return Mac.fromBytes(Uint8Array.of(0x01, 0x00, ...octets));
}
