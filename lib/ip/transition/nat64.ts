/**
 * NAT64: IPv4 addresses inside IPv6 ones, under a prefix that a translator
 * answers for.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { type Address, address } from "../address.ts";
import { NAT64, PREFIX } from "../option_names.ts";
import { type Subnet, subnet } from "../subnet.ts";
import { takeAddress } from "../checks.ts";
import {
  embed,
  type Embedded,
  extract,
  takePrefix,
  WELL_KNOWN,
} from "./embedding.ts";
import { checkGlobal, localUse, type NonGlobalOption } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** Options for {@linkcode decode} and {@linkcode explain}. */
export interface PrefixOption {
  /**
   * The translator's prefix, 32, 40, 48, 56, 64 or 96 bits long.
   *
   * @default {"64:ff9b::/96", the well-known prefix}
   */
  prefix?: string | Subnet | undefined;
}

/** Options for {@linkcode encode}. */
export interface EncodeOptions extends PrefixOption, NonGlobalOption {
  /** What to put after the IPv4 address, all bits before zero: `"::1"`. @default {"::"} */
  suffix?: string | Address | undefined;
}

/**
 * Where prefixes for use within one network are taken from. Only that network
 * knows how long they are.
 *
 * @see RFC 8215 §5
 */
const LOCAL_USE = subnet("64:ff9b:1::/48");

/**
 * Embeds an IPv4 address under a translator's prefix.
 *
 * @param ipv4 The IPv4 address or its text; a global one under the well-known
 * prefix.
 * @param options Prefix and suffix.
 * @returns The IPv6 address.
 * @throws {TypeError} If `ipv4` is IPv6 or `prefix` IPv4.
 * @throws {RangeError} If the prefix has another length than there are, or ones
 * in bits 64 to 71; if `ipv4` may not stand under it; or if `suffix` has no room.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6052 §2.2 and §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { nat64 } = net.ip.transition;
 * assert.equal(`${nat64.encode("192.0.2.33")}`, "64:ff9b::c000:221");
 * assert.equal(
 *   `${nat64.encode("192.0.2.33", { prefix: "2001:db8:122::/48" })}`,
 *   "2001:db8:122:c000:2:2100::",
 * );
 * ```
 */
export function encode(
  ipv4: string | Address,
  options: EncodeOptions = {},
): Address {
  const what = "make a NAT64 address";
  onlyKnown(what, options, NAT64);
  const one = takeAddress(ipv4, 4, what, "ipv4");
  const prefix = takePrefix(options.prefix, what, "prefix");
  if (prefix.equals(WELL_KNOWN)) {
    const remedy = "a prefix of the network's own is free of this, and ";
    checkGlobal(one, options, what, "ipv4", "RFC 6052 §3.1", remedy);
  }
  const { suffix } = options;
  return suffix === undefined
    ? embed(one, prefix)
    : embed(one, prefix, takeAddress(suffix, 6, what, "suffix"));
}

/**
 * Takes the IPv4 address out of an address under a translator's prefix. A suffix
 * that is not zero is no obstacle.
 *
 * @param from The address or its text.
 * @param options The prefix.
 * @returns Its parts, or `undefined` if it is not under the prefix or has ones
 * in bits 64 to 71.
 * @throws {TypeError} If `prefix` is IPv4.
 * @throws {RangeError} If `prefix` cannot be one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6052 §2.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { nat64 } = net.ip.transition;
 * assert.equal(`${nat64.decode("64:ff9b::c000:221")?.ipv4}`, "192.0.2.33");
 * assert.equal(nat64.decode("2001:db8::1"), undefined);
 * ```
 */
export function decode(
  from: string | Address,
  options: PrefixOption = {},
): Embedded | undefined {
  const what = "read a NAT64 address";
  onlyKnown(what, options, PREFIX);
  const prefix = takePrefix(options.prefix, what, "prefix");
  return extract(address(from), prefix);
}

/**
 * Says in a line what an address under a translator's prefix is.
 *
 * @param from The address or its text.
 * @param options The prefix.
 * @returns The line, or `undefined` if it is neither under the prefix nor under
 * that for local use, `64:ff9b:1::/48`.
 * @throws {TypeError} If `prefix` is IPv4.
 * @throws {RangeError} If `prefix` cannot be one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6052 §2.3 and §3.1, RFC 8215 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.nat64.explain("64:ff9b::c000:221"),
 *   "192.0.2.33, reached through a translator at 64:ff9b::/96, the well-known prefix",
 * );
 * ```
 */
export function explain(
  from: string | Address,
  options: PrefixOption = {},
): string | undefined {
  const one = address(from);
  const parts = decode(one, options);
  if (parts === undefined) {
    return LOCAL_USE.contains(one)
      ? `an address behind a translator of this network, in ${LOCAL_USE}; where the IPv4 address stands only the network knows`
      : undefined;
  }
  const { ipv4, prefix } = parts;
  const known = prefix.equals(WELL_KNOWN) ? ", the well-known prefix" : "";
  const use = known === "" ? undefined : localUse(ipv4);
  const fate = use === undefined
    ? ""
    : `; ${ipv4} is for ${use}, so translators drop it`;
  return `${ipv4}, reached through a translator at ${prefix}${known}${fate}`;
}

/** What NAT64 is. */
export const about: Mechanism = {
  title: "NAT64",
  source: "RFC 6052, RFC 6146, RFC 8215",
  recognise: (address) => explain(address),
};
