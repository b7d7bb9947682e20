/**
 * Interface identifiers, the last 64 bits of an IPv6 address: from a MAC, by a
 * secret, at random; and the addresses that they make with a prefix.
 *
 * An identifier is written as an address whose first 64 bits are zero: `::1`.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { Address, address } from "./address.ts";
import { Mac, mac } from "./mac/mac.ts";
import { STABLE_ID } from "./option_names.ts";
import type { Subnet } from "./subnet.ts";
import {
  takeAddress,
  takeFields,
  takeInteger,
  takeInterfaceId,
  takeSubnet,
} from "./checks.ts";

/** A hardware address: anything that {@linkcode mac} takes. */
export type Hardware = string | Uint8Array | Mac;

/** Options for {@linkcode stableInterfaceId}. */
export interface StableInterfaceIdOptions {
  /** Which interface of this host: its name, or what else stays the same. */
  interface: string;
  /** What only this host knows: 16 octets or more. */
  secretKey: Uint8Array;
  /** Which network it is, as an SSID. @default {"", not known} */
  networkId?: string | undefined;
  /** How many addresses another host has turned out to have: 0 to 255. @default {0} */
  dadCounter?: number | undefined;
}

/** Identifiers that no host may take: the first and last of each range. */
const RESERVED:
  readonly (readonly [first: bigint, last: bigint, use: string])[] = [
    [0n, 0n, "the subnet-router anycast address (RFC 4291 §2.6.1)"],
    [
      0x0200_5eff_fe00_0000n,
      0x0200_5eff_feff_ffffn,
      "IANA's Ethernet block (RFC 5453, RFC 6543)",
    ],
    [
      0xfdff_ffff_ffff_ff80n,
      0xfdff_ffff_ffff_ffffn,
      "subnet anycast addresses (RFC 2526)",
    ],
  ];

/** The bit of the first octet that says who gave the address: everyone, or one. */
const UNIVERSAL = 0x02;
/** The bit of the first octet that says that it is a group's. */
const GROUP = 0x01;

/**
 * Makes a modified EUI-64 interface identifier from a hardware address.
 *
 * @param hardware Six octets, or the eight of an EUI-64.
 * @returns The identifier: the octets, FF-FE in the midst of six, and the
 * universal bit turned over.
 * @throws {ParseError} If the text is no hardware address.
 * @throws {RangeError} If there are other than 6 or 8 octets, or it is a group's.
 * @see RFC 4291 appendix A, RFC 2464 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.eui64("34-56-78-9a-bc-de")}`, "::3656:78ff:fe9a:bcde");
 * ```
 */
export function eui64(hardware: Hardware): Address {
  const station = mac(hardware);
  if (station.isMulticast) {
    throw new RangeError(
      `Cannot make an interface identifier as 'hardware' must be the address of one station: current value is ${station}, a group's`,
    );
  }
  const octets = station.toBytes();
  const bytes = new Uint8Array(16);
  bytes.set(octets.subarray(0, octets.length / 2), 8);
  bytes.set(octets.subarray(octets.length / 2), 16 - octets.length / 2);
  if (octets.length === 6) bytes.set([0xff, 0xfe], 11);
  bytes[8]! ^= UNIVERSAL;
  return Address.fromBytes(bytes);
}

/**
 * Takes the MAC out of an address whose interface identifier was made from one.
 *
 * @param from The address or its text, or an identifier.
 * @returns The MAC, or `undefined` if it shows none.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 appendix A
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.macOf("fe80::3656:78ff:fe9a:bcde")}`, "34:56:78:9a:bc:de");
 * assert.equal(net.ip.macOf("fe80::1"), undefined);
 * ```
 */
export function macOf(from: string | Address): Mac | undefined {
  const one = address(from);
  const marked = (one.w2 & 0xff) === 0xff && one.w3 >>> 24 === 0xfe;
  if (one.family === 4 || !marked || one.w0 >>> 24 === 0xff) return undefined;
  const id = one.toBytes().subarray(8);
  if ((id[0]! & GROUP) !== 0) return undefined;
  id[0]! ^= UNIVERSAL;
  return Mac.fromBytes(Uint8Array.of(...id.subarray(0, 3), ...id.subarray(5)));
}

/**
 * Gives the last 64 bits of an address.
 *
 * @param from The IPv6 address or its text.
 * @returns The identifier, without a zone.
 * @throws {TypeError} If `from` is IPv4.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 4291 §2.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.interfaceId("2001:db8::42:1")}`, "::42:1");
 * ```
 */
export function interfaceId(from: string | Address): Address {
  const what = "give an interface identifier";
  const { w2, w3 } = takeAddress(from, 6, what, "from");
  return new Address(6, 0, 0, w2, w3);
}

/**
 * Says what an interface identifier is reserved for, so that no host takes it.
 *
 * @param from An address or an identifier, or the text of either.
 * @returns Its use, or `undefined` if it is free to take.
 * @throws {TypeError} If `from` is IPv4.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 5453 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.reservedInterfaceId("2001:db8::"),
 *   "the subnet-router anycast address (RFC 4291 §2.6.1)",
 * );
 * assert.equal(net.ip.reservedInterfaceId("::1"), undefined);
 * ```
 */
export function reservedInterfaceId(
  from: string | Address,
): string | undefined {
  const id = interfaceId(from).toBigint();
  return RESERVED.find(([first, last]) => id >= first && id <= last)?.[2];
}

/**
 * Makes an interface identifier that stays the same in one network and tells
 * nothing in another. It is HMAC-SHA-256 under the secret key, over the prefix,
 * the counter, and both names, each after its length; reserved ones are passed
 * over by counting on.
 *
 * @param prefix The network's /64 or its text.
 * @param options Interface, secret and network.
 * @returns The identifier, of which {@linkcode slaac} makes the address.
 * @throws {TypeError} If `prefix` is IPv4, or an option is of another type.
 * @throws {RangeError} If `prefix` is no unicast /64, the key too short or the
 * counter out of range.
 * @throws {ParseError} If `prefix` is text and no subnet.
 * @see RFC 7217 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const secretKey = crypto.getRandomValues(new Uint8Array(32));
 * const id = await net.ip.stableInterfaceId("2001:db8::/64", { interface: "eth0", secretKey });
 * assert.ok(net.ip.slaac("2001:db8::/64", id).equals(net.ip.parse("2001:db8::").offset(id.toBigint())));
 * ```
 */
export async function stableInterfaceId(
  prefix: string | Subnet,
  options: StableInterfaceIdOptions,
): Promise<Address> {
  const what = "make a stable interface identifier";
  takeFields(options, what, "options", "interface and secretKey");
  onlyKnown(what, options, STABLE_ID);
  const { networkId = "", dadCounter = 0, secretKey } = options;
  const { network } = takeLink(prefix, what);
  const names = [
    takeName(options.interface, what, "interface"),
    takeName(networkId, what, "networkId"),
  ];
  takeInteger(dadCounter, 0, 255, what, "dadCounter");
  if (!(secretKey instanceof Uint8Array) || secretKey.length < 16) {
    throw new RangeError(
      `Cannot ${what} as 'secretKey' must be 16 octets or more: current value is ${
        secretKey instanceof Uint8Array
          ? `${secretKey.length} octets`
          : typeof secretKey
      }`,
    );
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey(
    "raw",
    new Uint8Array(secretKey),
    algorithm,
    false,
    ["sign"],
  );
  for (let counter = dadCounter;; counter++) {
    const input = Uint8Array.of(
      ...network.toBytes().subarray(0, 8),
      ...uint32(counter),
      ...names.flatMap((name) => [...uint32(name.length), ...name]),
    );
    const mac = await crypto.subtle.sign(algorithm.name, key, input);
    const id = interfaceId(Address.fromBytes(new Uint8Array(mac, 16)));
    if (reservedInterfaceId(id) === undefined) return id;
  }
}

function takeName(name: string, what: string, label: string): Uint8Array {
  if (typeof name === "string" && name.length <= 1024) {
    return new TextEncoder().encode(name);
  }
  throw new TypeError(
    `Cannot ${what} as '${label}' must be text of up to 1024 characters: current value is ${
      typeof name === "string" ? `${name.length} characters` : typeof name
    }`,
  );
}

function uint32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

/**
 * Draws an interface identifier at random, as for a temporary address.
 *
 * @returns The identifier; none that is reserved.
 * @see RFC 8981 §3.3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const address = net.ip.slaac("2001:db8::/64", net.ip.randomInterfaceId());
 * assert.ok(net.ip.subnet("2001:db8::/64").contains(address));
 * ```
 */
export function randomInterfaceId(): Address {
  for (;;) {
    const [w2, w3] = crypto.getRandomValues(new Int32Array(2));
    const id = new Address(6, 0, 0, w2!, w3!);
    if (reservedInterfaceId(id) === undefined) return id;
  }
}

/**
 * Makes the address that a host configures for itself from an announced prefix.
 *
 * @param prefix The prefix, a /64, or its text.
 * @param from A hardware address, or an interface identifier such as `"::1"`.
 * @returns The address.
 * @throws {TypeError} If `prefix` is IPv4 or `from` neither of the two.
 * @throws {RangeError} If `prefix` is no unicast /64, or `from` not as it should be.
 * @throws {ParseError} If a text does not parse.
 * @see RFC 4862 §5.5.3, RFC 4291 §2.5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const address = net.ip.slaac("2001:db8::/64", "34:56:78:9a:bc:de");
 * assert.equal(`${address}`, "2001:db8::3656:78ff:fe9a:bcde");
 * assert.throws(() => net.ip.slaac("2001:db8::/48", "::1"), /64 bits long/);
 * ```
 */
export function slaac(
  prefix: string | Subnet,
  from: Hardware | Address,
): Address {
  const what = "configure an address";
  const { network: { w0, w1 } } = takeLink(prefix, what);
  const { w2, w3 } = takeId(from, what);
  return new Address(6, w0, w1, w2, w3);
}

/**
 * Makes the link-local address of an interface.
 *
 * @param from A hardware address, or an interface identifier such as `"::1"`.
 * @param zone The interface, which is the address's zone. @default {none}
 * @returns The address, in `fe80::/64`.
 * @throws {TypeError} If `from` is neither of the two.
 * @throws {RangeError} If `from` or `zone` is not as it should be.
 * @throws {ParseError} If a text does not parse.
 * @see RFC 4862 §5.3, RFC 4291 §2.5.6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const address = net.ip.linkLocal("34:56:78:9a:bc:de", "eth0");
 * assert.equal(`${address}`, "fe80::3656:78ff:fe9a:bcde%eth0");
 * ```
 */
export function linkLocal(from: Hardware | Address, zone?: string): Address {
  const { w2, w3 } = takeId(from, "make a link-local address");
  return new Address(6, 0xfe800000, 0, w2, w3, zone);
}

/** Takes an identifier, or makes it: its text has a "::", a MAC's never. */
function takeId(from: Hardware | Address, what: string): Address {
  const isId = from instanceof Address ||
    typeof from === "string" && from.includes("::");
  return isId ? takeInterfaceId(from, what, "from") : eui64(from);
}

/** Takes the prefix of a link on which hosts configure themselves. */
function takeLink(prefix: string | Subnet, what: string): Subnet {
  const one = takeSubnet(prefix, 6, what, "prefix");
  if (one.prefixLength !== 64) {
    const hint = one.prefixLength < 64
      ? `take one of its /64s, as ${one.network}/64`
      : "64 bits are left to the interface";
    throw new RangeError(
      `Cannot ${what} as 'prefix' must be 64 bits long: current value is ${one} (${hint})`,
    );
  }
  if (one.network.w0 >>> 24 !== 0xff) return one;
  throw new RangeError(
    `Cannot ${what} as 'prefix' must be unicast: current value is ${one}`,
  );
}
