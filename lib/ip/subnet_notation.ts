/**
 * Writes subnets in the notations of routers, access lists and name servers.
 * Each is one entry in a table.
 *
 * @module
 */

import type { Address } from "./address.ts";
import { notationEntry, writeArpa, writeBinary } from "./notation.ts";

/**
 * A way to write a subnet, shown for `192.0.2.0/24`:
 *
 * - `"cidr"`: `192.0.2.0/24`
 * - `"exploded"`: the same, with every digit of an IPv6 address
 * - `"netmask"`: `192.0.2.0/255.255.255.0`
 * - `"wildcard"`: `192.0.2.0 0.0.0.255`, as access lists of routers have it
 * - `"range"`: `192.0.2.0-192.0.2.255`
 * - `"binary"`: `11000000.00000000.00000010|00000000`, cut after the prefix
 * - `"arpa"`: `2.0.192.in-addr.arpa`, its zone in the reverse DNS tree
 */
export type SubnetNotation =
  | "cidr"
  | "exploded"
  | "netmask"
  | "wildcard"
  | "range"
  | "binary"
  | "arpa";

/** A subnet as its parts. */
export interface SubnetParts {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** The lowest address. */
  readonly network: Address;
  /** The highest address. */
  readonly broadcast: Address;
  /** As many ones as the prefix is long. */
  readonly netmask: Address;
  /** The netmask turned over. */
  readonly wildcard: Address;
  /** How many leading bits are the prefix. */
  readonly prefixLength: number;
}

const WRITERS: Readonly<
  Record<SubnetNotation, (subnet: SubnetParts) => string>
> = {
  cidr,
  exploded: ({ network, prefixLength }) =>
    `${network.format("exploded")}/${prefixLength}`,
  netmask: ({ network, netmask }) => `${network}/${netmask}`,
  wildcard: ({ network, wildcard }) => `${network} ${wildcard}`,
  range: ({ network, broadcast }) => `${network}-${broadcast}`,
  binary: ({ network, prefixLength }) => writeBinary(network, prefixLength),
  arpa: reverseZone,
};

function cidr({ network, prefixLength }: SubnetParts): string {
  return `${network}/${prefixLength}`;
}

function reverseZone(subnet: SubnetParts): string {
  const { family, network, prefixLength } = subnet;
  const step = family === 4 ? 8 : 4;
  const whole = prefixLength - prefixLength % step;
  if (whole === prefixLength) return writeArpa(network, prefixLength);
  if (family === 4 && prefixLength > 24) {
    return `${network.w3 & 255}/${prefixLength}.${writeArpa(network, 24)}`;
  }
  throw new RangeError(
    `Cannot write ${
      cidr(subnet)
    } as one zone as 'prefixLength' must be a multiple of ${step}: current value is ${prefixLength}. Try: .split(${
      whole + step
    })`,
  );
}

/**
 * Writes a subnet in a notation.
 *
 * @param subnet The subnet.
 * @param notation Which.
 * @returns The text.
 * @throws {TypeError} If there is no such notation.
 * @throws {RangeError} If no one zone fits the prefix length, for `"arpa"`.
 *
 * @example
 * ```ts
 * import { subnet } from "./subnet.ts";
 * import { writeSubnet } from "./subnet_notation.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(writeSubnet(subnet("10.0.0.0/8"), "arpa"), "10.in-addr.arpa");
 * ```
 */
export function writeSubnet(
  subnet: SubnetParts,
  notation: SubnetNotation,
): string {
  return notationEntry(WRITERS, notation, "a subnet", "write")(subnet);
}
