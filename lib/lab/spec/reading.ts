/**
 * Readers for the network's words: names, addresses, MACs, VLANs.
 *
 * @module
 */

import { type Address, tryParse } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import { Subnet, subnet, trySubnet } from "../../ip/subnet.ts";
import { type Item, shown } from "./item.ts";

/** An interface's address: itself and the subnet that it is in. */
export interface Cidr {
  /** The address. */
  readonly address: Address;
  /** The subnet. */
  readonly subnet: Subnet;
}

/** A DNS label (RFC 1123 §2.1). */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Without a dot, which sets off a VLAN, as sysctl's names would be cut there. */
const INTERFACE = /^[a-z0-9][a-z0-9_-]{0,14}$/i;

/**
 * Checks a node's name.
 *
 * @param name What was written.
 * @param item Where.
 * @param part Whether it was written as a key.
 * @returns Whether it will do.
 */
export function checkNodeName(
  name: string,
  item: Item,
  part: "key" | "value",
): boolean {
  if (!LABEL.test(name)) {
    item.broken(
      `${
        shown(name)
      } is no name for a node: it takes 1 to 63 letters, digits and hyphens, none of those at an end`,
      part,
    );
    return false;
  }
  if (name.toLowerCase() !== "localhost") return true;
  item.broken("localhost is every node's own name: choose another", part);
  return false;
}

/**
 * Checks an interface's name.
 *
 * @param name What was written.
 * @param item Where.
 * @param part Whether it was written as a key.
 * @returns Whether it will do.
 */
export function checkInterfaceName(
  name: string,
  item: Item,
  part: "key" | "value",
): boolean {
  if (!INTERFACE.test(name)) {
    item.broken(
      `${
        shown(name)
      } is no name for an interface: it takes 1 to 15 letters, digits, hyphens and underscores`,
      part,
    );
    return false;
  }
  if (!["lo", "all", "default"].includes(name)) return true;
  item.broken(
    `${name} means something else to the kernel: choose another name for the interface`,
    part,
  );
  return false;
}

/**
 * Reads an interface's address.
 *
 * @param item `10.0.0.1/24`.
 * @param text What was written, if that is a part of the item only.
 * @returns It, or `undefined` if it is none.
 */
export function cidr(
  item: Item,
  text: string | undefined = item.text("an address, as 10.0.0.1/24"),
): Cidr | undefined {
  if (text === undefined) return undefined;
  const bare = tryParse(text);
  if (bare !== undefined) {
    return item.wrong(
      `${text} lacks its prefix length: write ${text}/${
        bare.family === 4 ? 24 : 64
      }, if that is its subnet's`,
    );
  }
  const net = trySubnet(text, { hostBits: "keep" });
  if (net === undefined) {
    return item.wrong(`${reason(text)}; write an address as 10.0.0.1/24`);
  }
  const address = net.host ?? net.network;
  const fault = unfit(address, net);
  if (fault !== undefined) {
    return item.wrong(`${text} can be no interface's address: ${fault}`);
  }
  return { address, subnet: new Subnet(net.network, net.prefixLength) };
}

/** Why text is no subnet, in the parser's words. */
function reason(text: string): string {
  try {
    subnet(text);
  } catch (error) {
    return (error as Error).message.replace(/ at offset \d+$/, "");
  }
  return `${shown(text)} is no address`;
}

const NEVER: readonly (readonly [subnet: Subnet, why: string])[] = [
  [subnet("127.0.0.0/8"), "it is a loopback address"],
  [subnet("224.0.0.0/4"), "it is a multicast address"],
  [subnet("0.0.0.0/8"), "that block means this network"],
  [subnet("240.0.0.0/4"), "that block is reserved"],
  [subnet("ff00::/8"), "it is a multicast address"],
  [subnet("::1/128"), "it is the loopback address"],
  [subnet("::/128"), "it is the unspecified address"],
];

function unfit(address: Address, net: Subnet): string | undefined {
  const [, why] = NEVER.find(([block]) => block.contains(address)) ?? [];
  if (why !== undefined) return why;
  if (net.family === 6 || net.prefixLength > 30) return undefined;
  const hosts = `hosts there have ${net.first} to ${net.last}`;
  if (address.equals(net.network)) {
    return `it is the subnet's own number; ${hosts}`;
  }
  return address.equals(net.broadcast)
    ? `it is the subnet's broadcast address; ${hosts}`
    : undefined;
}

/**
 * Reads an address without a prefix length.
 *
 * @param item `10.0.0.1`.
 * @param text What was written, if that is a part of the item only.
 * @returns It, or `undefined` if it is none.
 */
export function plainAddress(
  item: Item,
  text: string | undefined = item.text("an address, as 10.0.0.1"),
): Address | undefined {
  if (text === undefined) return undefined;
  const address = tryParse(text);
  if (address !== undefined && address.zone === undefined) return address;
  return item.wrong(
    address === undefined && trySubnet(text, { hostBits: "keep" })
      ? `${text} is more than an address: leave the prefix length out`
      : `${shown(text)} is not an address, as 10.0.0.1`,
  );
}

/**
 * Reads a subnet.
 *
 * @param item `10.0.0.0/8`.
 * @param text What was written, if that is a part of the item only.
 * @returns It, or `undefined` if it is none.
 */
export function plainSubnet(
  item: Item,
  text: string | undefined = item.text("a subnet, as 10.0.0.0/8"),
): Subnet | undefined {
  if (text === undefined) return undefined;
  const net = trySubnet(text);
  return net ?? item.wrong(`${reason(text)}; write a subnet as 10.0.0.0/8`);
}

/**
 * Reads a unicast MAC address.
 *
 * @param item `02:00:00:00:00:01`, in any usual notation.
 * @returns Lower case with colons, or `undefined` if it is none.
 */
export function macText(item: Item): string | undefined {
  const text = item.text("a MAC address, as 02:00:00:00:00:01");
  if (text === undefined) return undefined;
  const mac = tryMac(text);
  const bytes = mac?.toBytes();
  if (mac === undefined || bytes?.length !== 6) {
    return item.wrong(
      `${shown(text)} is not a MAC address, as 02:00:00:00:00:01`,
    );
  }
  if (bytes[0]! & 1 || bytes.every((octet) => octet === 0)) {
    return item.wrong(`${mac} is no address of a single interface`);
  }
  return `${mac}`;
}

/**
 * Reads the number of a VLAN.
 *
 * @param id What was written.
 * @param item Where.
 * @param part Whether it was written as a key.
 * @returns 1 to 4094, or `undefined` if it is none.
 */
export function vlanId(
  id: unknown,
  item: Item,
  part: "key" | "value",
): number | undefined {
  const number = typeof id === "string" && /^\d{1,5}$/.test(id)
    ? Number(id)
    : id;
  if (
    typeof number === "number" && Number.isInteger(number) &&
    number >= 1 && number <= 4094
  ) return number;
  return item.broken(
    `${shown(id)} is no VLAN: they go from 1 to 4094`,
    part,
  );
}
