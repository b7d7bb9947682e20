/**
 * 6rd: an IPv6 prefix for every customer of a provider, made from the customer's
 * IPv4 address and so known to all without any state.
 *
 * @module
 */

import type { Address } from "../address.ts";
import { lowest } from "../prefix.ts";
import { Subnet } from "../subnet.ts";
import { readBits, writeBits } from "../bits.ts";
import { takeAddress, takeBlock, takeFields, takeSubnet } from "../checks.ts";
import type { Mechanism } from "./mechanism.ts";

/** What a provider has fixed for all its customers. */
export interface Domain {
  /** The provider's IPv6 prefix for 6rd. */
  prefix: string | Subnet;
  /**
   * The block that all customers' IPv4 addresses are in. Its length is what the
   * RFC calls IPv4MaskLen: so many bits need not be carried.
   *
   * @default {"0.0.0.0/0", nothing in common}
   */
  ipv4Prefix?: string | Subnet | undefined;
  /** The IPv4 address of the border relay, the way out of the domain. @default {none} */
  relay?: string | Address | undefined;
}

/** What an address in a 6rd domain holds. */
export interface Parts {
  /** The IPv4 address of the customer's router. */
  readonly ipv4: Address;
  /** The prefix that the customer has. */
  readonly delegated: Subnet;
}

/** A domain, checked. */
interface Checked {
  readonly prefix: Subnet;
  readonly ipv4Prefix: Subnet;
  readonly relay: Address | undefined;
  /** Bits of the IPv4 address that are carried. */
  readonly carried: number;
  /** The length of a customer's prefix. */
  readonly delegatedLength: number;
}

function check(domain: Domain, what: string): Checked {
  const { ipv4Prefix: common = "0.0.0.0/0", relay } = takeFields(
    domain,
    what,
    "domain",
    "a prefix",
  );
  const prefix = takeSubnet(domain.prefix, 6, what, "prefix");
  const ipv4Prefix = takeSubnet(common, 4, what, "ipv4Prefix");
  const carried = 32 - ipv4Prefix.prefixLength;
  const delegatedLength = prefix.prefixLength + carried;
  if (delegatedLength > 128) {
    throw new RangeError(
      `Cannot ${what} as 'prefix' must leave room for ${carried} bits of an IPv4 address: current value is ${prefix}`,
    );
  }
  return {
    prefix,
    ipv4Prefix,
    relay: relay === undefined
      ? undefined
      : takeAddress(relay, 4, what, "relay"),
    carried,
    delegatedLength,
  };
}

/**
 * Gives the prefix that a customer has by its IPv4 address.
 *
 * @param ipv4 The IPv4 address of the customer's router, or its text.
 * @param domain What the provider has fixed.
 * @returns The delegated prefix; a customer can use it for SLAAC up to 64 bits.
 * @throws {TypeError} If an address or prefix is of the wrong family.
 * @throws {RangeError} If `ipv4` is outside the domain, or the domain's prefix
 * is too long for what it must carry.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 5969 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8" };
 * const delegated = net.ip.transition.sixRd.encode("10.100.100.1", domain);
 * assert.equal(`${delegated}`, "2001:db8:6464:100::/56");
 * ```
 */
export function encode(ipv4: string | Address, domain: Domain): Subnet {
  const what = "delegate a 6rd prefix";
  const checked = check(domain, what);
  const one = takeAddress(ipv4, 4, what, "ipv4");
  const { prefix, ipv4Prefix, carried, delegatedLength } = checked;
  if (!ipv4Prefix.contains(one)) {
    throw new RangeError(
      `Cannot ${what} as 'ipv4' must be in the domain's ${ipv4Prefix}: current value is ${one}`,
    );
  }
  const bits = readBits(one, 32 - carried, carried);
  return new Subnet(
    writeBits(prefix.network, prefix.prefixLength, carried, bits),
    delegatedLength,
  );
}

/**
 * Finds the customer that an address or a prefix belongs to.
 *
 * @param from An IPv6 address, a prefix at least as long as the customer's, or
 * the text of either.
 * @param domain What the provider has fixed.
 * @returns Its IPv4 address and whole prefix, or `undefined` outside the domain.
 * @throws {TypeError} If an address or prefix of the domain is of the wrong family.
 * @throws {RangeError} If the domain's prefix is too long for what it must carry.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 5969 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8" };
 * const customer = net.ip.transition.sixRd.decode("2001:db8:6464:100::1", domain);
 * assert.equal(`${customer?.ipv4}`, "10.100.100.1");
 * ```
 */
export function decode(
  from: string | Address | Subnet,
  domain: Domain,
): Parts | undefined {
  return find(from, check(domain, "find a 6rd customer"));
}

function find(
  from: string | Address | Subnet,
  checked: Checked,
): Parts | undefined {
  const { prefix, ipv4Prefix, carried, delegatedLength } = checked;
  const [one, length] = takeBlock(from);
  if (length < delegatedLength || !prefix.contains(one)) return undefined;
  const bits = readBits(one, prefix.prefixLength, carried);
  return {
    ipv4: writeBits(ipv4Prefix.network, 32 - carried, carried, bits),
    delegated: new Subnet(lowest(one, delegatedLength), delegatedLength),
  };
}

/**
 * Gives the IPv4 address that a customer's router sends a packet to: the other
 * customer's inside the domain, the border relay's outside.
 *
 * @param destination The packet's IPv6 destination, or its text.
 * @param domain What the provider has fixed, with its relay.
 * @returns The destination of the IPv4 packet around it.
 * @throws {TypeError} If an address or prefix is of the wrong family.
 * @throws {RangeError} If the relay is needed and the domain names none.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 5969 §9
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8", relay: "10.0.0.1" };
 * const { sixRd } = net.ip.transition;
 * assert.equal(`${sixRd.tunnelTo("2001:db8:64c8:200::1", domain)}`, "10.100.200.2");
 * assert.equal(`${sixRd.tunnelTo("2606:4700::1111", domain)}`, "10.0.0.1");
 * ```
 */
export function tunnelTo(
  destination: string | Address,
  domain: Domain,
): Address {
  const what = "choose the end of a 6rd tunnel";
  const checked = check(domain, what);
  const one = takeAddress(destination, 6, what, "destination");
  const end = find(one, checked)?.ipv4 ?? checked.relay;
  if (end !== undefined) return end;
  throw new RangeError(
    `Cannot ${what} as 'relay' must be given for destinations outside ${checked.prefix}: current value is ${checked.relay}`,
  );
}

/**
 * Says in a line what an address in a 6rd domain is.
 *
 * @param from An IPv6 address, a customer's prefix or a part of one, or the text
 * of any.
 * @param domain What the provider has fixed.
 * @returns The line, or `undefined` outside the domain.
 * @throws {TypeError} If an address or prefix of the domain is of the wrong family.
 * @throws {RangeError} If the domain's prefix is too long for what it must carry.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 5969 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8" };
 * assert.equal(
 *   net.ip.transition.sixRd.explain("2001:db8:6464:100::1", domain),
 *   "in 2001:db8:6464:100::/56, the prefix of the customer 10.100.100.1: 24 bits of its address after 2001:db8::/32",
 * );
 * ```
 */
export function explain(
  from: string | Address | Subnet,
  domain: Domain,
): string | undefined {
  const checked = check(domain, "find a 6rd customer");
  const parts = find(from, checked);
  if (parts === undefined) return undefined;
  const { prefix, carried, relay } = checked;
  const out = relay === undefined ? "" : `; the way out is by ${relay}`;
  return `in ${parts.delegated}, the prefix of the customer ${parts.ipv4}: ${carried} bits of its address after ${prefix}${out}`;
}

/** What 6rd is. Its addresses look like a provider's other addresses. */
export const about: Mechanism = { title: "6rd", source: "RFC 5969" };
