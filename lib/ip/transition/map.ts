/**
 * MAP: IPv4 over a provider's IPv6 network without any state, with or without
 * sharing IPv4 addresses, by encapsulation (MAP-E) or translation (MAP-T). Both
 * find addresses and ports alike.
 *
 * A destination outside a MAP-T domain is written by `nat64.encode` under the
 * border relay's prefix.
 *
 * @module
 */

import { Address } from "../address.ts";
import { lowest } from "../prefix.ts";
import { Subnet } from "../subnet.ts";
import { readBits, writeBits } from "../bits.ts";
import {
  takeAddress,
  takeBlock,
  takeFields,
  takeInteger,
  takeSubnet,
} from "../checks.ts";
import type { Mechanism } from "./mechanism.ts";
import { type PortRange, portSet, psidOf } from "./port_set.ts";

export { type PortBits, type PortRange, portSet, psidOf } from "./port_set.ts";

/** A mapping rule: what a provider has fixed for a group of customers. */
export interface Rule {
  /** The IPv6 prefix that their prefixes begin with. */
  ipv6Prefix: string | Subnet;
  /** The IPv4 prefix that their addresses begin with. */
  ipv4Prefix: string | Subnet;
  /**
   * Embedded-address bits: how many bits of a customer's IPv6 prefix, after
   * `ipv6Prefix`, hold the rest of its IPv4 address and its PSID. 0 to 48.
   */
  eaLength: number;
  /** Bits of a port before the PSID: 0 to 15. @default {6} */
  psidOffset?: number | undefined;
  /**
   * The PSID where it is provisioned and not embedded, which is when `eaLength`
   * is 0 and `ipv4Prefix` one address.
   *
   * @default {none}
   */
  psid?: number | undefined;
  /** Bits of a provisioned PSID. @default {0} */
  psidLength?: number | undefined;
}

/** Whom to find in a domain: an IPv4 address, and if it is shared also a port. */
export interface Customer {
  /** The IPv4 address, or one of those that the customer has. */
  ipv4: string | Address;
  /** One of its ports: 0 to 65,535. */
  port?: number | undefined;
  /** Its PSID, instead of a port. */
  psid?: number | undefined;
}

/** A customer's router (CE) in a MAP domain. */
export interface Parts {
  /** Its IPv4 address, shared or not, or the lowest of its IPv4 prefix. */
  readonly ipv4: Address;
  /** Its IPv4 prefix; a /32 unless it has several addresses. */
  readonly ipv4Prefix: Subnet;
  /** Which of those who share the address. */
  readonly psid: number;
  /** Bits of the PSID; 0 if the address is not shared. */
  readonly psidLength: number;
  /** Its ports, in order. */
  readonly ports: readonly PortRange[];
  /** Its IPv6 prefix. */
  readonly ipv6Prefix: Subnet;
  /** The IPv6 address that its IPv4 packets come from and go to. */
  readonly address: Address;
}

/** A rule, checked; letters as in RFC 7597. */
interface Checked {
  readonly ipv6: Subnet;
  readonly ipv4: Subnet;
  /** o: embedded bits. */
  readonly ea: number;
  /** Of these, bits of the IPv4 address. */
  readonly suffix: number;
  /** q or k: bits of the PSID, embedded or provisioned. */
  readonly psidLength: number;
  readonly psidOffset: number;
  /** The PSID if it is provisioned. */
  readonly psid: number;
}

function check(rule: Rule, what: string): Checked {
  takeFields(rule, what, "rule", "ipv6Prefix, ipv4Prefix and eaLength");
  const { eaLength, psidOffset = 6, psid = 0, psidLength = 0 } = rule;
  const ipv6 = takeSubnet(rule.ipv6Prefix, 6, what, "ipv6Prefix");
  const ipv4 = takeSubnet(rule.ipv4Prefix, 4, what, "ipv4Prefix");
  const most = Math.min(48, 128 - ipv6.prefixLength);
  takeInteger(eaLength, 0, most, what, "eaLength");
  const suffix = Math.min(eaLength, 32 - ipv4.prefixLength);
  const provisioned = eaLength === 0 && ipv4.prefixLength === 32;
  if (!provisioned && (psid !== 0 || psidLength !== 0)) {
    throw new RangeError(
      `Cannot ${what} as 'psid' and 'psidLength' must be left out where 'eaLength' is not 0 or 'ipv4Prefix' not one address: current value is ${psid} of ${psidLength} bits`,
    );
  }
  const length = provisioned ? psidLength : eaLength - suffix;
  const name = provisioned ? "psidLength" : "eaLength";
  takeInteger(psidOffset, 0, 15, what, "psidOffset");
  if (!Number.isInteger(length) || length < 0 || length > 16 - psidOffset) {
    throw new RangeError(
      `Cannot ${what} as '${name}' must leave a PSID of 0 to ${
        16 - psidOffset
      } bits after an offset of ${psidOffset}: current value is ${
        rule[name]
      }, for a PSID of ${length}`,
    );
  }
  takeInteger(psid, 0, 2 ** length - 1, what, "psid");
  return {
    ipv6,
    ipv4,
    ea: eaLength,
    suffix,
    psidLength: length,
    psidOffset,
    psid,
  };
}

/**
 * Gives the IPv6 address of the customer who has an IPv4 address and port, as
 * other customers and the border relay find it.
 *
 * @param customer IPv4 address, and a port or PSID if the address is shared.
 * @param rule What the provider has fixed.
 * @returns The MAP address of the customer's router.
 * @throws {TypeError} If an address or prefix is of the wrong family.
 * @throws {RangeError} If the address is outside the rule, the port is no one's,
 * a port or PSID is lacking or there are both, or the rule does not add up.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 7597 §5 and §6, RFC 7599 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rule = { ipv6Prefix: "2001:db8::/40", ipv4Prefix: "192.0.2.0/24", eaLength: 16 };
 * const router = net.ip.transition.map.encode({ ipv4: "192.0.2.18", port: 1232 }, rule);
 * assert.equal(`${router}`, "2001:db8:12:3400:0:c000:212:34");
 * ```
 */
export function encode(customer: Customer, rule: Rule): Address {
  const what = "find a MAP customer";
  const checked = check(rule, what);
  const { ipv6, ipv4, ea, suffix, psidLength } = checked;
  takeFields(customer, what, "customer", "ipv4, and port or psid");
  const one = takeAddress(customer.ipv4, 4, what, "ipv4");
  if (!ipv4.contains(one)) {
    throw new RangeError(
      `Cannot ${what} as 'ipv4' must be in the rule's ${ipv4}: current value is ${one}`,
    );
  }
  const psid = takePsid(customer, checked, what);
  const embedded = readBits(one, ipv4.prefixLength, suffix);
  const bits = ea === 0 ? 0n : embedded << BigInt(psidLength) | BigInt(psid);
  const prefix = writeBits(ipv6.network, ipv6.prefixLength, ea, bits);
  const own = lowest(one, ipv4.prefixLength + suffix);
  return addressOf(prefix, ipv6.prefixLength + ea, own, psid);
}

/** Finds the PSID from what was given of the customer. */
function takePsid(
  { port, psid }: Customer,
  { psidLength, psidOffset, psid: provisioned, ea }: Checked,
  what: string,
): number {
  if (port !== undefined && psid !== undefined) {
    throw new RangeError(
      `Cannot ${what} as 'psid' must be left out beside 'port': current value is ${psid}`,
    );
  }
  if (psidLength === 0) {
    if (port !== undefined) takeInteger(port, 0, 0xffff, what, "port");
    return takeInteger(psid ?? 0, 0, 0, what, "psid");
  }
  if (port === undefined && psid === undefined && ea > 0) {
    throw new RangeError(
      `Cannot ${what} as 'port' must be given, or 'psid', where ${
        2 **
          psidLength
      } share an address: current value is undefined`,
    );
  }
  const found = port === undefined
    ? takeInteger(psid ?? provisioned, 0, 2 ** psidLength - 1, what, "psid")
    : psidOf(port, { psidLength, psidOffset });
  if (found === undefined) {
    throw new RangeError(
      `Cannot ${what} as 'port' must be ${
        2 ** (16 - psidOffset)
      } or above, those below being no one's: current value is ${port}`,
    );
  }
  if (ea > 0 || found === provisioned) return found;
  throw new RangeError(
    `Cannot ${what} as '${
      port === undefined ? "psid" : "port"
    }' must be of the rule's PSID ${provisioned}: current value is ${
      port ?? psid
    }`,
  );
}

/** The prefix, and below it the interface identifier as far as there is room. */
function addressOf(
  prefix: Address,
  prefixLength: number,
  ipv4: Address,
  psid: number,
): Address {
  const below = new Address(
    6,
    0,
    0,
    ipv4.w3 >>> 16,
    ipv4.w3 << 16 | psid,
  );
  const bits = readBits(prefix, 0, prefixLength);
  return writeBits(below, 0, prefixLength, bits);
}

/**
 * Finds the customer that an IPv6 address or prefix belongs to.
 *
 * @param from An IPv6 address, a prefix at least as long as the customer's, or
 * the text of either.
 * @param rule What the provider has fixed.
 * @returns Its IPv4 address, ports and addresses, or `undefined` outside the
 * rule. A packet of MAP comes from the `address` among them and from no other.
 * @throws {TypeError} If a prefix of the rule is of the wrong family.
 * @throws {RangeError} If the rule does not add up.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 7597 §5.2 and §6, RFC 7599 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rule = { ipv6Prefix: "2001:db8::/40", ipv4Prefix: "192.0.2.0/24", eaLength: 16 };
 * const router = net.ip.transition.map.decode("2001:db8:12:3400::/56", rule);
 * assert.equal(`${router?.ipv4}`, "192.0.2.18");
 * assert.equal(router?.psid, 0x34);
 * ```
 */
export function decode(
  from: string | Address | Subnet,
  rule: Rule,
): Parts | undefined {
  const checked = check(rule, "find a MAP customer");
  const { ipv6, ipv4, ea, suffix, psidLength, psidOffset } = checked;
  const [one, given] = takeBlock(from);
  const length = ipv6.prefixLength + ea;
  if (given < length || !ipv6.contains(one)) return undefined;
  const bits = readBits(one, ipv6.prefixLength, ea);
  const psid = ea === 0
    ? checked.psid
    : Number(BigInt.asUintN(psidLength, bits));
  const own = writeBits(
    ipv4.network,
    ipv4.prefixLength,
    suffix,
    bits >> BigInt(ea - suffix),
  );
  const prefix = lowest(one, length);
  return {
    ipv4: own,
    ipv4Prefix: new Subnet(own, ipv4.prefixLength + suffix),
    psid,
    psidLength,
    ports: portSet(psid, { psidLength, psidOffset }),
    ipv6Prefix: new Subnet(prefix, length),
    address: addressOf(prefix, length, own, psid),
  };
}

/**
 * Says in a line whose an IPv6 address or prefix in a MAP domain is.
 *
 * @param from An IPv6 address, a prefix at least as long as the customer's, or
 * the text of either.
 * @param rule What the provider has fixed.
 * @returns The line, or `undefined` outside the rule.
 * @throws {TypeError} If a prefix of the rule is of the wrong family.
 * @throws {RangeError} If the rule does not add up.
 * @throws {ParseError} If a text is neither address nor subnet.
 * @see RFC 7597 §5 and §6, RFC 7599 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rule = { ipv6Prefix: "2001:db8::/40", ipv4Prefix: "192.0.2.0/24", eaLength: 16 };
 * assert.equal(
 *   net.ip.transition.map.explain("2001:db8:12:3400::/56", rule),
 *   "the customer 2001:db8:12:3400::/56 has 192.0.2.18 with PSID 0x34 of 8 bits: ports 1232-1235, 2256-2259, … 64720-64723 (252 in 63 ranges); its packets are from 2001:db8:12:3400:0:c000:212:34",
 * );
 * ```
 */
export function explain(
  from: string | Address | Subnet,
  rule: Rule,
): string | undefined {
  const parts = decode(from, rule);
  if (parts === undefined) return undefined;
  const { ipv4, ipv4Prefix, psid, psidLength, ports, ipv6Prefix } = parts;
  const shared = psidLength > 0;
  const what = shared
    ? `${ipv4} with PSID 0x${psid.toString(16)} of ${psidLength} bits: ports ${
      portText(ports)
    }`
    : `${ipv4Prefix.prefixLength < 32 ? ipv4Prefix : ipv4} with all ports`;
  return `the customer ${ipv6Prefix} has ${what}; its packets are from ${parts.address}`;
}

function portText(ports: readonly PortRange[]): string {
  const texts = ports.map(({ first, last }) => `${first}-${last}`);
  if (texts.length <= 3) return texts.join(", ");
  const count = ports.length * (ports[0]!.last - ports[0]!.first + 1);
  return `${texts[0]}, ${texts[1]}, … ${
    texts.at(-1)
  } (${count} in ${texts.length} ranges)`;
}

/** What MAP is. Its addresses look like a provider's other addresses. */
export const about: Mechanism = {
  title: "MAP-E and MAP-T",
  source: "RFC 7597, RFC 7599",
};
