/**
 * Tests of addresses: IPv4 and IPv6 hosts and nets, DECnet nodes.
 *
 * @module
 */

import { parse } from "../../ip/address.ts";
import { CARRIED, carries } from "./carries.ts";
import { all, any, compare, type Condition, masked } from "./condition.ts";
import { ends } from "./ends.ts";
import type { Layout } from "./layout.ts";
import { macHost } from "./mac_hosts.ts";
import type { Direction, Id, Qualifiers } from "./syntax.ts";

/** Where a protocol has its two addresses, from the network header. */
const PLACES: Readonly<Record<string, readonly [src: number, dst: number]>> = {
  ip: [12, 16],
  arp: [14, 24],
  rarp: [14, 24],
};
const IP6_PLACES = [8, 24] as const;

/**
 * Makes the test of an id that is a host or a net.
 *
 * @param layout Where the headers are.
 * @param id The address.
 * @param qualifiers The protocol, the direction, and which of the two it is.
 * @returns The test.
 *
 * @example
 * ```ts
 * import { hostOrNet } from "./hosts.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * const test = hostOrNet(layout, { kind: "ipv4", text: "10.0.0.1" }, {
 *   protocol: "ip",
 *   direction: "src",
 *   type: "host",
 * });
 * assert.equal(test.kind, "all");
 * ```
 */
export function hostOrNet(
  layout: Layout,
  id: Exclude<Id, { kind: "arcnet" }>,
  qualifiers: Qualifiers,
): Condition {
  const { protocol, direction } = qualifiers;
  const net = qualifiers.type === "net";
  switch (id.kind) {
    case "mac":
      if (protocol !== "link" || net) {
        throw layout.refuse("a MAC address goes with `ether host`");
      }
      return macHost(layout, id.text, direction);
    case "ipv6":
      return ip6(layout, id, qualifiers);
    case "name":
      throw layout.refuse(noName(id.text, protocol, net));
  }
  if (protocol === "decnet" && id.kind === "ipv4") {
    return decnet(layout, decnetAddress(layout, id.text), direction);
  }
  const [address, mask] = id.kind === "number"
    ? numbered(id.value, net)
    : ip4(layout, id, net);
  if (protocol === "decnet") return decnet(layout, address, direction);
  if (protocol === "link") {
    throw layout.refuse("a link layer address is written as 00:11:22:33:44:55");
  }
  if (protocol !== undefined) {
    return ip4Host(layout, address, mask, protocol, direction, net);
  }
  const hosts = (layout.labels > 0 ? ["ip"] : ["ip", "arp", "rarp"]).map((
    protocol,
  ) => ip4Host(layout, address, mask, protocol, direction, net));
  return any(...hosts);
}

function noName(
  name: string,
  protocol: string | undefined,
  net: boolean,
): string {
  const what = protocol === "link"
    ? "MAC address"
    : protocol === "decnet"
    ? "DECnet address"
    : net
    ? "net's address"
    : "address";
  return `"${name}" is no address, and names are not looked up: write the ${what}`;
}

/** A short net number stands for the first octets of an address. */
function numbered(value: number, net: boolean): [number, number] {
  let mask = 0xffffffff;
  while (net && value !== 0 && value >>> 24 === 0) {
    value = value << 8 >>> 0;
    mask = mask << 8 >>> 0;
  }
  return [value, mask];
}

/** An IPv4 address of which the last octets may be missing. */
function quad(layout: Layout, text: string): [number, number] {
  const octets = text.split(".").map((part) =>
    /^[0-9]+$/.test(part) ? Number(part) : 256
  );
  if (octets.some((octet) => octet > 255)) {
    throw layout.refuse(`"${text}" is no IPv4 address`);
  }
  const missing = 32 - octets.length * 8;
  const value = octets.reduce((value, octet) => value << 8 | octet, 0);
  return [value << missing >>> 0, -1 << missing >>> 0];
}

function ip4(
  layout: Layout,
  { text, prefix, mask }: Id & { kind: "ipv4" },
  net: boolean,
): [number, number] {
  const [address, own] = quad(layout, text);
  if (prefix === undefined && mask === undefined) return [address, own];
  if (!net) throw layout.refuse("a prefix or a mask goes with `net` only");
  if (prefix !== undefined && prefix > 32) {
    throw layout.refuse("an IPv4 prefix has 32 bits at most");
  }
  const bits = mask === undefined
    ? prefix === 0 ? 0 : -1 << (32 - prefix!) >>> 0
    : quad(layout, mask)[0];
  if ((address & ~bits) !== 0) {
    throw layout.refuse(
      `${text} has bits set outside of its ${mask ? "mask" : "prefix"}`,
    );
  }
  return [address, bits];
}

function ip4Host(
  layout: Layout,
  address: number,
  mask: number,
  protocol: string,
  direction: Direction | undefined,
  net: boolean,
): Condition {
  const places = PLACES[protocol];
  if (places === undefined) {
    const what = net ? "an IPv4 net" : "an IPv4 host";
    throw layout.refuse(`'${protocol}' does not go with ${what}`);
  }
  return ends(layout, direction, (end) =>
    all(
      carries(layout, CARRIED[protocol]!),
      masked(
        layout.ofNetwork(4, places[end === "src" ? 0 : 1]),
        mask,
        address,
      ),
    ));
}

function ip6(
  layout: Layout,
  { text, prefix }: Id & { kind: "ipv6" },
  { protocol, direction, type }: Qualifiers,
): Condition {
  const { w0, w1, w2, w3 } = parse(text, { family: 6 });
  const length = prefix ?? 128;
  if (length > 128) throw layout.refuse("an IPv6 prefix has 128 bits at most");
  const words = [w0, w1, w2, w3].map((word, i) => {
    const bits = Math.max(0, Math.min(32, length - 32 * i));
    return { word, mask: bits === 0 ? 0 : -1 << (32 - bits) };
  });
  if (words.some(({ word, mask }) => (word & ~mask) !== 0)) {
    throw layout.refuse(`${text} has bits set outside of its prefix`);
  }
  if (length !== 128 && type !== "net") {
    throw layout.refuse("a prefix goes with `net` only");
  }
  if (protocol !== undefined && protocol !== "ip6") {
    const what = type === "net" ? "an IPv6 net" : "an IPv6 host";
    throw layout.refuse(`'${protocol}' does not go with ${what}`);
  }
  return ends(layout, direction, (end) => {
    const place = IP6_PLACES[end === "src" ? 0 : 1];
    return all(
      carries(layout, CARRIED.ip6!),
      ...words.map(({ word, mask }, i) =>
        masked(layout.ofNetwork(4, place + 4 * i), mask, word >>> 0)
      ),
    );
  });
}

/** `area.node`, with 6 and 10 bits. */
function decnetAddress(layout: Layout, text: string): number {
  const [area, node, ...rest] = text.split(".").map(Number);
  if (rest.length > 0) {
    throw layout.refuse(`"${text}" is no DECnet address, which is area.node`);
  }
  return (area! << 10 & 0xfc00) | (node! & 0x3ff);
}

/**
 * DECnet data packets, with a short header or a long one, with an octet of
 * padding or without; numbers are in little-endian order.
 */
function decnet(
  layout: Layout,
  address: number,
  direction: Direction | undefined,
): Condition {
  const swapped = (address & 0xff) << 8 | address >>> 8 & 0xff;
  return ends(layout, direction, (end) => {
    const short = end === "src" ? 3 : 1;
    const long = end === "src" ? 15 : 7;
    const header = (flags: number, offset: number) => [
      all(
        masked(layout.ofNetwork(1, 2), 0x07, flags),
        compare(layout.ofNetwork(2, 2 + offset), "=", swapped),
      ),
      all(
        masked(layout.ofNetwork(2, 2), 0xff07, 0x8100 | flags),
        compare(layout.ofNetwork(2, 3 + offset), "=", swapped),
      ),
    ];
    return all(
      carries(layout, CARRIED.decnet!),
      any(...header(0x02, short), ...header(0x06, long)),
    );
  });
}
