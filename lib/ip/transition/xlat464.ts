/**
 * 464XLAT: IPv4 programs on an IPv6 network, by two translators: one on the host
 * (the CLAT), one at the provider (the PLAT, which is a NAT64).
 *
 * @module
 */

import { type Address, address } from "../address.ts";
import type { Subnet } from "../subnet.ts";
import { takeAddress, takeFields, takeSubnet } from "../checks.ts";
import { embed, extract, takePrefix, WELL_KNOWN } from "./embedding.ts";
import { checkGlobal, type NonGlobalOption } from "./global.ts";
import type { Mechanism } from "./mechanism.ts";

/** Two addresses of one family, as they stand in a packet. */
export interface Flow {
  /** Who sends. */
  readonly source: Address;
  /** Who is to have it. */
  readonly destination: Address;
}

/** A {@linkcode Flow} as it may be given: addresses or their texts. */
export interface FlowInput {
  /** Who sends. */
  source: string | Address;
  /** Who is to have it. */
  destination: string | Address;
}

/** What the two translators have been set to. */
export interface Translators extends NonGlobalOption {
  /**
   * The CLAT's prefix, 32, 40, 48, 56, 64 or 96 bits long, for the addresses
   * behind it; or an IPv6 address with `/128`, if it has but that one.
   */
  clat: string | Subnet;
  /** The PLAT's prefix. @default {"64:ff9b::/96", the well-known prefix} */
  plat?: string | Subnet | undefined;
  /**
   * The IPv4 address that a CLAT of one IPv6 address stands for; others behind
   * it come through a NAT44 first.
   *
   * @default {"192.0.0.4"}
   */
  clatIpv4?: string | Address | undefined;
}

/** Translators, checked. */
interface Checked {
  readonly clat: Subnet;
  readonly plat: Subnet;
  readonly clatIpv4: Address;
}

const WHAT = "translate a flow";

function check(translators: Translators): Checked {
  takeFields(translators, WHAT, "translators", "clat, and plat if it has one");
  const { clatIpv4 = "192.0.0.4" } = translators;
  const asked = takeSubnet(translators.clat, 6, WHAT, "clat");
  const clat = asked.prefixLength === 128
    ? asked
    : takePrefix(asked, WHAT, "clat");
  const plat = takePrefix(translators.plat, WHAT, "plat");
  if (clat.overlaps(plat)) {
    throw new RangeError(
      `Cannot ${WHAT} as 'clat' must be apart from the PLAT's ${plat}: current value is ${clat}`,
    );
  }
  return {
    clat,
    plat,
    clatIpv4: takeAddress(clatIpv4, 4, WHAT, "clatIpv4"),
  };
}

/**
 * Gives the IPv6 addresses that the CLAT puts for the IPv4 addresses of a packet.
 *
 * @param flow The IPv4 source and destination.
 * @param translators What the two have been set to.
 * @returns The IPv6 source, the CLAT's, and destination, the PLAT's.
 * @throws {TypeError} If an address or prefix is of the wrong family.
 * @throws {RangeError} If a prefix cannot be one, the two overlap, the source is
 * not the CLAT's, or the destination may not stand under the well-known prefix.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6877 §6 and appendix A, RFC 7335
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const flow = net.ip.transition.xlat464.encode(
 *   { source: "192.168.1.2", destination: "198.51.100.1" },
 *   { clat: "2001:db8:aaaa::/96", plat: "2001:db8:1234::/96" },
 * );
 * assert.equal(`${flow.source}`, "2001:db8:aaaa::c0a8:102");
 * assert.equal(`${flow.destination}`, "2001:db8:1234::c633:6401");
 * ```
 */
export function encode(flow: FlowInput, translators: Translators): Flow {
  const { clat, plat, clatIpv4 } = check(translators);
  takeFields(flow, WHAT, "flow", "source and destination");
  const source = takeAddress(flow.source, 4, WHAT, "source");
  const destination = takeAddress(flow.destination, 4, WHAT, "destination");
  if (plat.equals(WELL_KNOWN)) {
    const rule = "RFC 6052 §3.1";
    checkGlobal(destination, translators, WHAT, "destination", rule);
  }
  if (clat.prefixLength < 128) {
    return {
      source: embed(source, clat),
      destination: embed(destination, plat),
    };
  }
  if (!source.equals(clatIpv4)) {
    throw new RangeError(
      `Cannot ${WHAT} as 'source' must be ${clatIpv4}, for which a CLAT of one IPv6 address stands (a NAT44 comes before): current value is ${source}`,
    );
  }
  return { source: clat.network, destination: embed(destination, plat) };
}

/**
 * Gives back the IPv4 addresses that a CLAT had translated. The PLAT restores
 * the destination alike, and puts an address of its own pool for the source.
 *
 * @param flow The IPv6 source and destination.
 * @param translators What the two have been set to.
 * @returns The IPv4 source and destination, or `undefined` if the source is not
 * the CLAT's or the destination not the PLAT's.
 * @throws {TypeError} If a prefix is IPv4.
 * @throws {RangeError} If a prefix cannot be one, or the two overlap.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6877 §6 and appendix A
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const flow = net.ip.transition.xlat464.decode(
 *   { source: "2001:db8::464", destination: "64:ff9b::c633:6401" },
 *   { clat: "2001:db8::464/128" },
 * );
 * assert.equal(`${flow?.source} to ${flow?.destination}`, "192.0.0.4 to 198.51.100.1");
 * ```
 */
export function decode(
  flow: FlowInput,
  translators: Translators,
): Flow | undefined {
  const { clat, plat, clatIpv4 } = check(translators);
  takeFields(flow, WHAT, "flow", "source and destination");
  const from = address(flow.source);
  const single = clat.prefixLength === 128;
  const source = single
    ? clat.contains(from) ? clatIpv4 : undefined
    : extract(from, clat)?.ipv4;
  const destination = extract(address(flow.destination), plat)?.ipv4;
  return source && destination && { source, destination };
}

/**
 * Says in a line how both translators carry a flow.
 *
 * @param flow The IPv4 source and destination.
 * @param translators What the two have been set to.
 * @returns The line.
 * @throws {TypeError} If an address or prefix is of the wrong family.
 * @throws {RangeError} If {@linkcode encode} would throw one.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 6877 §6 and appendix A
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   net.ip.transition.xlat464.explain(
 *     { source: "192.0.0.4", destination: "198.51.100.1" },
 *     { clat: "2001:db8::464/128" },
 *   ),
 *   "192.0.0.4 to 198.51.100.1: the CLAT makes it 2001:db8::464 to 64:ff9b::c633:6401, the PLAT sends it on to 198.51.100.1 from an IPv4 address of its pool",
 * );
 * ```
 */
export function explain(flow: FlowInput, translators: Translators): string {
  const { source, destination } = encode(flow, translators);
  return `${flow.source} to ${flow.destination}: the CLAT makes it ${source} to ${destination}, the PLAT sends it on to ${flow.destination} from an IPv4 address of its pool`;
}

/** What 464XLAT is. Its addresses look like a host's and a NAT64's others. */
export const about: Mechanism = {
  title: "464XLAT",
  source: "RFC 6877, RFC 7335",
};
