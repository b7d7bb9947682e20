/**
 * Kinds of practice questions about one IPv4 subnet, one entry each: the
 * question, the answer, the slips that people make, and the way to the answer.
 *
 * @module
 */

import type { Address } from "../address.ts";
import {
  type Draw,
  drawBits,
  type Drill,
  type Kind,
  type Slip,
  TOO_LONG,
  TOO_SHORT,
} from "./drill.ts";
import { type Subnet, subnet } from "../subnet.ts";

/** A host and the subnet that it is on. */
interface Lan {
  readonly net: Subnet;
  readonly host: Address;
  /** The host with its prefix length, as interfaces are configured. */
  readonly text: string;
  /** The subnets if the prefix is taken for one bit longer or shorter. */
  readonly longer: Subnet;
  readonly shorter: Subnet;
  /** The bits of host, mask, network and broadcast. */
  readonly bits: readonly string[];
}

function drawLan(draw: Draw): Lan {
  const net = draw.net(draw.prefixLength());
  const host = draw.host(net);
  const around = (length: number) =>
    subnet(host, length, { hostBits: "clear" });
  return {
    net,
    host,
    text: `${host}/${net.prefixLength}`,
    longer: around(net.prefixLength + 1),
    shorter: around(net.prefixLength - 1),
    bits: drawBits([
      ["host", host],
      ["netmask", net.netmask],
      ["network", net.network],
      ["broadcast", net.broadcast],
    ], net.prefixLength),
  };
}

/** The four questions for an address of a host's subnet. */
function addressOf(
  end: "network" | "broadcast" | "first" | "last",
  name: string,
  how: string,
): Kind["make"] {
  return (draw) => {
    const { net, host, text, longer, shorter, bits } = drawLan(draw);
    return {
      text: `Which is the ${name} of the subnet that ${text} is on?`,
      form: "address",
      answer: net[end],
      slips: [
        [
          net.network,
          "that is the network address: its host bits are all zero",
        ],
        [
          net.broadcast,
          "that is the broadcast address: its host bits are all one",
        ],
        [net.first, "that is the first host, one above the network address"],
        [net.last, "that is the last host, one below the broadcast address"],
        [longer[end], TOO_LONG],
        [shorter[end], TOO_SHORT],
        [host, "that is the host itself"],
      ],
      working: [...bits, how],
    };
  };
}

/** The question for one of the two masks of a prefix length. */
function maskOf(
  mask: "netmask" | "wildcard",
  other: "netmask" | "wildcard",
  hint: string,
): Kind["make"] {
  return (draw) => {
    const net = draw.net(draw.prefixLength());
    const { prefixLength } = net;
    return {
      text: `Which ${mask} goes with a prefix length of ${prefixLength}?`,
      form: "address",
      answer: net[mask],
      slips: [
        [net[other], hint],
        [subnet("0.0.0.0", prefixLength + 1)[mask], TOO_LONG],
        [subnet("0.0.0.0", prefixLength - 1)[mask], TOO_SHORT],
      ],
      working: [
        ...drawBits(
          [["netmask", net.netmask], ["wildcard", net.wildcard]],
          prefixLength,
        ),
        "the netmask has ones for the prefix, the wildcard for the rest",
      ],
    };
  };
}

/** The slips of an answer that is a prefix length. */
function lengthSlips(
  length: number,
  long = TOO_LONG,
  short = TOO_SHORT,
): Slip[] {
  return [
    [length + 1, long],
    [length - 1, short],
    [32 - length, "those are the bits for hosts: count the ones of the mask"],
  ];
}

function hostCount(draw: Draw): Drill {
  const net = draw.net(draw.prefixLength());
  const bits = 32 - net.prefixLength;
  return {
    text: `How many hosts fit into ${net}?`,
    form: "count",
    answer: net.hostCount,
    slips: [
      [net.size, "you counted the network and broadcast addresses too"],
      [
        net.size - 1n,
        "not one but two are set apart: the network and broadcast addresses",
      ],
      [net.size * 2n - 2n, "one bit too many for the hosts"],
      [net.size / 2n - 2n, "one bit too few for the hosts"],
    ],
    working: [
      ...drawBits([["netmask", net.netmask]], net.prefixLength),
      `32 - ${net.prefixLength} = ${bits} bits for hosts`,
      `2^${bits} = ${net.size} addresses`,
      `${net.size} - 2 = ${net.hostCount} without the network and broadcast addresses`,
    ],
  };
}

function prefixLength(draw: Draw): Drill {
  const net = draw.net(draw.prefixLength());
  return {
    text: `Which prefix length is the netmask ${net.netmask}?`,
    form: "prefix",
    answer: net.prefixLength,
    slips: lengthSlips(
      net.prefixLength,
      "one bit too long",
      "one bit too short",
    ),
    working: [
      ...drawBits([["netmask", net.netmask]], net.prefixLength),
      `${net.prefixLength} ones stand before the first zero`,
    ],
  };
}

function sameSubnet(draw: Draw): Drill {
  const { net, host, text } = drawLan(draw);
  const same = draw.between(0, 1) === 1;
  const sibling = net.parent().split(net.prefixLength);
  const [low, high] = [sibling.first, sibling.last];
  const other = same ? net : net.equals(low) ? high : low;
  let peer = draw.host(other);
  while (peer.equals(host)) peer = draw.host(other);
  const shared = host.commonPrefixLength(peer);
  return {
    text: `Is ${peer} on the same subnet as the host ${text}?`,
    form: "choice",
    answer: same ? "yes" : "no",
    choices: ["yes", "no"],
    slips: [[
      same ? "no" : "yes",
      `compare the first ${net.prefixLength} bits, not the digits`,
    ]],
    working: [
      ...drawBits([["host", host], ["other", peer]], net.prefixLength),
      `the first bit that differs is number ${shared + 1}, ${
        same ? "after" : "within"
      } the first ${net.prefixLength}`,
    ],
  };
}

/** The most host bits that a question of the level asks for. */
const HOST_BITS = { 1: 7, 2: 10, 3: 16 } as const;

function smallestPrefix(draw: Draw): Drill {
  const bits = draw.between(3, HOST_BITS[draw.level]);
  // Half of them lie where it is easy to forget the two addresses set apart.
  const most = 2 ** bits - 2;
  const hosts = draw.pick([
    draw.between(2 ** (bits - 1) - 1, most),
    draw.pick([2 ** (bits - 1) - 1, 2 ** (bits - 1), most]),
  ]);
  const half = 2 ** (bits - 1);
  return {
    text:
      `A subnet is to have room for ${hosts} hosts. Which is the longest prefix length that will do?`,
    form: "prefix",
    answer: 32 - bits,
    slips: lengthSlips(
      32 - bits,
      half >= hosts
        ? `one bit too long: of its ${half} addresses 2 are not for hosts`
        : `one bit too long: it has ${half} addresses`,
      "one bit too short: half of that has room for them all",
    ),
    working: [
      `2^${bits - 1} - 2 = ${half - 2} hosts are too few`,
      `2^${bits} - 2 = ${most} hosts are enough`,
      `32 - ${bits} = ${32 - bits}`,
    ],
  };
}

/** The kinds of questions about one IPv4 subnet, by name. */
export const SUBNET_KINDS = {
  "network": {
    title: "network address",
    family: 4,
    level: 1,
    make: addressOf("network", "network address", "clear all host bits"),
  },
  "broadcast": {
    title: "broadcast address",
    family: 4,
    level: 1,
    make: addressOf("broadcast", "broadcast address", "set all host bits"),
  },
  "first-host": {
    title: "first host",
    family: 4,
    level: 1,
    make: addressOf("first", "first host", "one above the network address"),
  },
  "last-host": {
    title: "last host",
    family: 4,
    level: 1,
    make: addressOf("last", "last host", "one below the broadcast address"),
  },
  "host-count": {
    title: "number of hosts",
    family: 4,
    level: 1,
    make: hostCount,
  },
  "netmask": {
    title: "netmask",
    family: 4,
    level: 1,
    make: maskOf(
      "netmask",
      "wildcard",
      "that mask is the wildcard: turn it over",
    ),
  },
  "prefix-length": {
    title: "prefix length",
    family: 4,
    level: 1,
    make: prefixLength,
  },
  "wildcard": {
    title: "wildcard mask",
    family: 4,
    level: 1,
    make: maskOf(
      "wildcard",
      "netmask",
      "that mask is the netmask: turn it over",
    ),
  },
  "same-subnet": {
    title: "same subnet or not",
    family: 4,
    level: 1,
    make: sameSubnet,
  },
  "smallest-prefix": {
    title: "room for hosts",
    family: 4,
    level: 1,
    make: smallestPrefix,
  },
} as const satisfies Readonly<Record<string, Kind>>;
