/**
 * 6to4: an IPv6 /48 for every site that has an IPv4 address.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { Address, address } from "../address.ts";
import { SITE, SIX_TO_FOUR } from "../option_names.ts";
import { Subnet } from "../subnet.ts";
import { takeAddress, takeInteger, takeInterfaceId } from "../checks.ts";
import { checkGlobal, localUse, type NonGlobalOption } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** What a 6to4 address holds. */
export interface Parts {
  /** The IPv4 address of the site's router. */
  readonly ipv4: Address;
  /** Which of the site's 2¹⁶ links. */
  readonly subnetId: number;
  /** Which interface on the link: an address whose first 64 bits are zero. */
  readonly interfaceId: Address;
}

/** Options for {@linkcode encode}. */
export interface EncodeOptions extends NonGlobalOption {
  /** Which of the site's links: 0 to 65,535. @default {0} */
  subnetId?: number | undefined;
  /** Which interface on the link: `"::1"`. @default {"::"} */
  interfaceId?: string | Address | undefined;
}

const WHAT = "make a 6to4 address";

/**
 * The IPv4 anycast address of the nearest relay, which no one may use any more.
 *
 * @see RFC 3068 §2.4, RFC 7526 §4
 */
const RELAY = new Address(4, 0, 0, 0, 0xc0586301);

/**
 * Makes a 6to4 address from the IPv4 address of the site's router.
 *
 * @param ipv4 The router's global IPv4 address or its text.
 * @param options Link and interface within the site.
 * @returns The IPv6 address, in `2002::/16`.
 * @throws {TypeError} If `ipv4` is IPv6.
 * @throws {RangeError} If `ipv4` is not global, or an option is out of range.
 * @throws {ParseError} If a text is no address.
 * @see RFC 3056 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const host = net.ip.transition.sixToFour.encode("192.0.2.4", { subnetId: 1, interfaceId: "::1" });
 * assert.equal(`${host}`, "2002:c000:204:1::1");
 * ```
 */
export function encode(
  ipv4: string | Address,
  options: EncodeOptions = {},
): Address {
  onlyKnown(WHAT, options, SIX_TO_FOUR);
  const { subnetId = 0, interfaceId = "::" } = options;
  const { w3 } = takeSite(ipv4, options);
  takeInteger(subnetId, 0, 0xffff, WHAT, "subnetId");
  const id = takeInterfaceId(interfaceId, WHAT, "interfaceId");
  return new Address(
    6,
    0x20020000 | w3 >>> 16,
    w3 << 16 | subnetId,
    id.w2,
    id.w3,
  );
}

/**
 * Gives the prefix of the site whose router has an IPv4 address.
 *
 * @param ipv4 The router's global IPv4 address or its text.
 * @param options Whether to take one that is not global.
 * @returns The /48.
 * @throws {TypeError} If `ipv4` is IPv6.
 * @throws {RangeError} If `ipv4` is not global.
 * @throws {ParseError} If `ipv4` is text and no address.
 * @see RFC 3056 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.transition.sixToFour.site("192.0.2.4")}`, "2002:c000:204::/48");
 * ```
 */
export function site(
  ipv4: string | Address,
  options: NonGlobalOption = {},
): Subnet {
  onlyKnown(WHAT, options, SITE);
  return siteOf(takeSite(ipv4, options));
}

function takeSite(ipv4: string | Address, options: NonGlobalOption): Address {
  const one = takeAddress(ipv4, 4, WHAT, "ipv4");
  checkGlobal(one, options, WHAT, "ipv4", "RFC 3056 §2");
  return one;
}

function siteOf({ w3 }: Address): Subnet {
  return new Subnet(
    new Address(6, 0x20020000 | w3 >>> 16, w3 << 16, 0, 0),
    48,
  );
}

/**
 * Takes a 6to4 address apart.
 *
 * @param from The address or its text.
 * @returns Its parts, or `undefined` if it is not in `2002::/16`.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 3056 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const parts = net.ip.transition.sixToFour.decode("2002:c000:204:1::1");
 * assert.equal(`${parts?.ipv4} link ${parts?.subnetId}`, "192.0.2.4 link 1");
 * ```
 */
export function decode(from: string | Address): Parts | undefined {
  const { w0, w1, w2, w3, family } = address(from);
  if (family === 4 || w0 >>> 16 !== 0x2002) return undefined;
  return {
    ipv4: new Address(4, 0, 0, 0, w0 << 16 | w1 >>> 16),
    subnetId: w1 & 0xffff,
    interfaceId: new Address(6, 0, 0, w2, w3),
  };
}

/**
 * Says in a line what a 6to4 address is, or the anycast address of the relays.
 *
 * @param from The address or its text.
 * @returns The line, or `undefined` if it has nothing to do with 6to4.
 * @throws {ParseError} If `from` is text and no address.
 * @see RFC 3056 §2 and §9, RFC 7526 §4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.sixToFour.explain("2002:c000:204:1::1"),
 *   "interface ::1 on link 1 of the site 2002:c000:204::/48, whose router is 192.0.2.4",
 * );
 * ```
 */
export function explain(from: string | Address): string | undefined {
  const one = address(from);
  if (one.equals(RELAY)) return `the nearest 6to4 relay; ${RETIRED}`;
  const parts = decode(one);
  if (parts === undefined) return undefined;
  const { ipv4, subnetId, interfaceId } = parts;
  if (ipv4.equals(RELAY)) return `the nearest 6to4 relay, ${ipv4}; ${RETIRED}`;
  const use = localUse(ipv4);
  const fate = use === undefined
    ? ""
    : `; that is for ${use}, so packets with it are dropped`;
  return `interface ${interfaceId} on link ${subnetId} of the site ${
    siteOf(ipv4)
  }, whose router is ${ipv4}${fate}`;
}

const RETIRED = "the anycast address is deprecated and must not be used";

/** What 6to4 is. */
export const about: Mechanism = {
  title: "6to4",
  source: "RFC 3056, RFC 7526",
  recognise: explain,
};
