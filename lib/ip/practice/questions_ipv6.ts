/**
 * Kinds of practice questions about IPv6, one entry each.
 *
 * @module
 */

import { Address } from "../address.ts";
import {
  type Draw,
  drawBits,
  type Drill,
  type Kind,
  type Slip,
} from "./drill.ts";
import { type Subnet, subnet } from "../subnet.ts";

/** What providers hand out, by level; each ends at a hex digit. */
const SITES = { 1: [48], 2: [52, 56, 60], 3: [36, 40, 44] } as const;

const NO_RESERVED =
  "nothing is set apart: IPv6 has no broadcast, and /64s are not hosts";

function lanOfHost(draw: Draw): Drill {
  const net = draw.net6(64);
  const host = draw.host(net);
  const around = (length: number): Subnet =>
    subnet(host, length, { hostBits: "clear" });
  return {
    text: `Which /64 is the host ${host} on?`,
    form: "subnet",
    answer: net,
    slips: [48, 52, 56, 60, 72, 80, 96].map((length): Slip => [
      around(length),
      `that is its /${length}: 64 bits are four groups`,
    ]),
    working: [
      ...drawBits([["host", host], ["network", net.network]], 64),
      "the first four groups are the prefix, the others are zero in it",
    ],
  };
}

function countOfLans(draw: Draw): Drill {
  const length = draw.pick(SITES[draw.level]);
  const net = draw.net6(length);
  const bits = 64 - length;
  const answer = 2n ** BigInt(bits);
  return {
    text: `How many /64 subnets does ${net} have?`,
    form: "count",
    answer,
    slips: [
      [answer - 2n, NO_RESERVED],
      [answer - 1n, NO_RESERVED],
      [bits, `those are the bits: two to the power of ${bits} is wanted`],
      [answer * 2n, "one bit too many"],
      [answer / 2n, "one bit too few"],
    ],
    working: [
      ...drawBits([["prefix", net.network]], length),
      `64 - ${length} = ${bits} bits number the subnets: 2^${bits} = ${answer}`,
    ],
  };
}

function nthLan(draw: Draw): Drill {
  const length = draw.pick(SITES[draw.level]);
  const net = draw.net6(length);
  const lans = net.split(64);
  // From 10 on a decimal number and its hex digits are not the same.
  const place = draw.between(10, Math.min(2 ** (64 - length) - 2, 4095));
  const slips: Slip[] = [
    [lans.at(place - 1), `that is number ${place - 1}: the first is number 0`],
    [lans.at(place + 1), `that is number ${place + 1}`],
  ];
  const misread = lans.at(parseInt(`${place}`, 16));
  if (misread !== undefined) {
    slips.push([misread, `groups are hexadecimal: ${place} is ${hex(place)}`]);
  }
  return {
    text:
      `The /64 subnets of ${net} are numbered from 0. Which is number ${place}?`,
    form: "subnet",
    answer: lans.at(place)!,
    slips,
    working: [
      `${place} is ${hex(place)} in hex`,
      ...drawBits([
        ["prefix", net.network],
        ["subnet", lans.at(place)!.network],
      ], 64),
    ],
  };
}

function hex(n: number): string {
  return `0x${n.toString(16)}`;
}

/** An address with groups of zeros to leave out, and digits to leave out. */
function drawSparse(draw: Draw): Address {
  const groups = Array.from(
    { length: 6 },
    () =>
      draw.between(0, 1) === 0
        ? 0
        : draw.between(1, 2 ** draw.pick([4, 8, 12, 16]) - 1),
  );
  // At least two zeros side by side, so that there is something to write as "::".
  const at = draw.between(0, 4);
  groups.fill(0, at, at + 2);
  const value = [0x2001, 0xdb8, ...groups]
    .reduce((n, group) => n << 16n | BigInt(group), 0n);
  return Address.fromBigint(value, 6);
}

function compress(draw: Draw): Drill {
  const address = drawSparse(draw);
  return {
    text: `How does RFC 5952 write ${address.format("exploded")}?`,
    form: "compressed",
    answer: `${address}`,
    slips: [],
    working: [
      address.format("exploded"),
      address.format("exploded").replace(/\b0{1,3}/g, ""),
      `${address}`,
      "zeros at the start of a group go, and the longest run of two or more zero groups (the first of equals) becomes ::",
    ],
  };
}

function expand(draw: Draw): Drill {
  const address = drawSparse(draw);
  return {
    text: `Write ${address} with all its eight groups of four digits.`,
    form: "expanded",
    answer: address.format("exploded"),
    slips: [],
    working: [
      `${address}`,
      address.format("exploded").replace(/\b0{1,3}/g, ""),
      address.format("exploded"),
      "the :: stands for as many zero groups as make eight",
    ],
  };
}

/** Octets as the last groups of an address. */
function lastOctets(start: bigint, octets: readonly number[]): Address {
  const low = octets.reduce((n, octet) => n << 8n | BigInt(octet), 0n);
  return Address.fromBigint(start | low, 6);
}

function octetText(octets: readonly number[]): string {
  return octets.map((octet) => octet.toString(16).padStart(2, "0")).join(":");
}

const LINK_LOCAL = 0xfe80n << 112n;

function eui64(draw: Draw): Drill {
  // Bit 8 of a MAC address set would make it a group's.
  const mac = Array.from(
    { length: 6 },
    (_, i) => i === 0 ? draw.between(0, 127) * 2 : draw.between(0, 255),
  );
  const [first, second, third, ...rest] = mac as [number, number, number];
  const id = (octet: number) => [octet, second, third, 0xff, 0xfe, ...rest];
  const answer = lastOctets(LINK_LOCAL, id(first ^ 2));
  return {
    text: `Which link-local address does an interface with the MAC address ${
      octetText(mac)
    } form from it (modified EUI-64)?`,
    form: "address",
    answer,
    slips: [
      [
        lastOctets(LINK_LOCAL, id(first)),
        "turn over the universal/local bit, the second lowest of the first octet",
      ],
      [
        lastOctets(LINK_LOCAL, mac),
        "48 bits are too few: ff:fe goes into the middle",
      ],
      [
        lastOctets(LINK_LOCAL, [first ^ 2, ...mac.slice(1)]),
        "48 bits are too few: ff:fe goes into the middle",
      ],
    ],
    working: [
      `MAC address      ${octetText(mac)}`,
      `ff:fe between    ${octetText(id(first))}`,
      `bit turned over  ${octetText(id(first ^ 2))}`,
      `behind fe80::    ${answer}`,
    ],
  };
}

const SOLICITED = 0xff02_0000_0000_0000_0000_0001_ff00_0000n;

function solicitedNode(draw: Draw): Drill {
  const host = draw.host(draw.net6(64));
  const number = host.toBigint();
  const answer = Address.fromBigint(SOLICITED | number & 0xff_ffffn, 6);
  return {
    text:
      `To which multicast address does a neighbour solicitation for ${host} go?`,
    form: "address",
    answer,
    slips: [
      [
        Address.fromBigint(SOLICITED | number & 0xffffn, 6),
        "24 bits of the address are taken, not 16",
      ],
      [
        Address.fromBigint(
          (SOLICITED >> 32n << 32n) | number & 0xffff_ffffn,
          6,
        ),
        "24 bits of the address are taken, not 32: the octet before them is ff",
      ],
      [host, "that is the address itself"],
    ],
    working: [
      `address        ${host.format("exploded")}`,
      `last 24 bits   ${(number & 0xff_ffffn).toString(16).padStart(6, "0")}`,
      `behind ff02::1:ff  ${answer}`,
    ],
  };
}

/** The kinds of questions about IPv6, by name. */
export const IPV6_KINDS = {
  "ipv6-lan": { title: "/64 of a host", family: 6, level: 1, make: lanOfHost },
  "ipv6-count": {
    title: "number of /64s",
    family: 6,
    level: 1,
    make: countOfLans,
  },
  "ipv6-nth-subnet": {
    title: "/64 of a number",
    family: 6,
    level: 1,
    make: nthLan,
  },
  "ipv6-compress": {
    title: "shortest writing",
    family: 6,
    level: 1,
    make: compress,
  },
  "ipv6-expand": { title: "full writing", family: 6, level: 1, make: expand },
  "eui-64": { title: "address from a MAC", family: 6, level: 3, make: eui64 },
  "solicited-node": {
    title: "solicited-node address",
    family: 6,
    level: 3,
    make: solicitedNode,
  },
} as const satisfies Readonly<Record<string, Kind>>;
