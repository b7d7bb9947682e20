/**
 * Kinds of practice questions about several IPv4 subnets: cut up, counted,
 * summed up, matched, shared out.
 *
 * @module
 */

import {
  type Draw,
  drawBits,
  type Drill,
  type Kind,
  type Slip,
  TOO_LONG,
  TOO_SHORT,
} from "./drill.ts";
import { plan } from "../plan/plan.ts";
import { Subnet, subnet } from "../subnet.ts";

function split(draw: Draw): Drill {
  const net = draw.net(
    draw.level === 2 ? draw.between(22, 27) : draw.prefixLength(),
  );
  const bits = draw.between(1, Math.min(30 - net.prefixLength, 6));
  const parts = draw.between(2 ** (bits - 1) + 1, 2 ** bits);
  const length = net.prefixLength + bits;
  return {
    text:
      `${net} is to be cut into at least ${parts} equal subnets, as large as can be. Which prefix length have they?`,
    form: "prefix",
    answer: length,
    slips: [
      [length + 1, `one bit too long: ${2 ** bits} subnets are enough`],
      [length - 1, `one bit too short: that makes ${2 ** (bits - 1)} subnets`],
      [bits, "those are the bits more: add them to the prefix length"],
    ],
    working: [
      `2^${bits - 1} = ${2 ** (bits - 1)} subnets are too few, 2^${bits} = ${
        2 ** bits
      } are enough`,
      `${net.prefixLength} + ${bits} = ${length}`,
    ],
  };
}

/** A subnet cut into parts, and the place of one of them. */
function drawParts(draw: Draw): { net: Subnet; part: Subnet; place: number } {
  const [from, low, high] = draw.level === 3 ? [16, 18, 23] : [24, 26, 29];
  const net = draw.net(from);
  const length = draw.between(low, high);
  const place = draw.between(1, 2 ** (length - from) - 2);
  return { net, place, part: net.split(length).at(place)! };
}

function partBits(
  { net, part, place }: ReturnType<typeof drawParts>,
): string[] {
  const bits = part.prefixLength - net.prefixLength;
  const drawn = place.toString(2).padStart(bits, "0");
  return [
    ...drawBits([["subnet", part.network]], part.prefixLength),
    `bits ${
      net.prefixLength + 1
    } to ${part.prefixLength} are ${drawn}, which is ${place}`,
  ];
}

function subnetNumber(draw: Draw): Drill {
  const parts = drawParts(draw);
  const { net, part, place } = parts;
  const host = draw.host(part);
  return {
    text:
      `${net} is cut into subnets of /${part.prefixLength}, numbered from 0. Which number has the one with the host ${host}?`,
    form: "count",
    answer: place,
    slips: [
      [place + 1, "one too many: the first is number 0"],
      [place - 1, "one too few"],
      [2 * place, TOO_LONG],
      [2 * place + 1, TOO_LONG],
      [Math.floor(place / 2), TOO_SHORT],
    ],
    working: [
      ...drawBits([["host  ", host]], part.prefixLength),
      ...partBits(parts),
    ],
  };
}

function nthSubnet(draw: Draw): Drill {
  const parts = drawParts(draw);
  const { net, part, place } = parts;
  const all = net.split(part.prefixLength);
  return {
    text:
      `${net} is cut into subnets of /${part.prefixLength}, numbered from 0. Which is number ${place}?`,
    form: "subnet",
    answer: part,
    slips: [
      [all.at(place - 1), `that is number ${place - 1}: the first is number 0`],
      [all.at(place + 1), `that is number ${place + 1}`],
    ],
    working: [
      ...partBits(parts),
      `each has ${part.size} addresses: ${place} x ${part.size} = ${
        BigInt(place) * part.size
      } above ${net.network}`,
    ],
  };
}

function summarise(draw: Draw): Drill {
  const length = draw.between(20, 26);
  const first = draw.net(length);
  const room = first.parent(17).split(length);
  // Three in four times they do not begin at a multiple of four.
  const start = draw.between(0, Number(room.length) - 4);
  const nets = [0, 1, 2, 3].map((i) => room.at(start + i)!);
  const [low, high] = [nets[0]!, nets[3]!];
  const shared = low.network.commonPrefixLength(high.network);
  const answer = low.parent(shared);
  const halves = answer.split(shared + 1);
  return {
    text: `Which is the smallest subnet that has all of ${nets.join(", ")}?`,
    form: "subnet",
    answer,
    slips: [
      ...[halves.first, halves.last].map((half): Slip => [
        half,
        `one bit too long: it leaves out ${
          nets.find((net) => !half.contains(net))
        }`,
      ]),
      [answer.parent(), "one bit too short: half of it has them all"],
      ...nets.map((net): Slip => [net, "that is one of the four"]),
    ],
    working: [
      ...drawBits(nets.map((net) => [`${net}`, net.network]), shared),
      `the first ${shared} bits are the same in all four`,
    ],
  };
}

const LETTERS = ["A", "B", "C"] as const;

function longestMatch(draw: Draw): Drill {
  const target = draw.host(draw.net(16));
  const lengths = [
    draw.between(8, 14),
    draw.between(15, 20),
    draw.between(21, 28),
  ];
  const routes = lengths.map((length, i) => {
    const net = subnet(target, length, { hostBits: "clear" });
    // The first always matches, so that there is an answer.
    if (i === 0 || draw.between(0, 2) > 0) return net;
    const pair = net.parent().split(length);
    return net.equals(pair.first) ? pair.last : pair.first;
  });
  const best = routes.findLast((net) => net.contains(target))!;
  const shown = draw.shuffle(routes);
  const letterOf = (net: Subnet) => LETTERS[shown.indexOf(net)]!;
  const list = shown.map((net) => `${letterOf(net)} ${net}`).join(", ");
  return {
    text:
      `A router knows the routes ${list}. Which does a packet to ${target} take?`,
    form: "choice",
    answer: letterOf(best),
    choices: LETTERS,
    slips: routes.map((net) => [
      letterOf(net),
      net.contains(target)
        ? `that route matches, but ${best} matches with more bits`
        : `that route does not match: ${target} is not in ${net}`,
    ]),
    working: [
      `target  ${target.format("binary")}`,
      ...shown.map((net) =>
        `${letterOf(net)}       ${net.format("binary")}  ${
          !net.contains(target)
            ? "does not match"
            : net === best
            ? `matches ${net.prefixLength} bits, the most`
            : `matches ${net.prefixLength} bits`
        }`
      ),
    ],
  };
}

function vlsm(draw: Draw): Drill {
  const net = draw.net(draw.pick([22, 23, 24]));
  // From half down: each of another size, so that their order is plain.
  const sizes = [1, 2, 3, 4].map((n) => 32 - net.prefixLength - n);
  const hosts = sizes.slice(0, draw.between(3, 4)).map((bits) =>
    draw.between(2 ** (bits - 1) - 1, 2 ** bits - 2)
  );
  const { allocations } = plan(
    net,
    hosts.map((n) => ({ name: `${n}`, hosts: n })),
  );
  const place = draw.between(1, hosts.length - 1);
  const answer = allocations[place]!.subnet;
  const { network, prefixLength } = answer;
  return {
    text:
      `${net} is shared out from its start, the largest subnet first, each as small as can be: for ${
        draw.shuffle(hosts).join(", ")
      } hosts. Which is the subnet for the ${hosts[place]} hosts?`,
    form: "subnet",
    answer,
    slips: [
      ...allocations.map((
        { name, subnet },
      ): Slip => [subnet, `that is the one for ${name} hosts`]),
      [
        new Subnet(network, prefixLength + 1),
        `one bit too long for ${hosts[place]} hosts`,
      ],
      [
        subnet(network, prefixLength - 1, { hostBits: "clear" }),
        "one bit too short: half of it has room for them all",
      ],
    ],
    working: allocations.map(({ name, subnet, capacity }) =>
      `${
        name.padStart(4)
      } hosts: ${subnet} holds ${capacity} and ends at ${subnet.broadcast}`
    ),
  };
}

/** The kinds of questions about several IPv4 subnets, by name. */
export const PARTS_KINDS = {
  "split": { title: "equal subnets", family: 4, level: 1, make: split },
  "subnet-number": {
    title: "number of a subnet",
    family: 4,
    level: 2,
    make: subnetNumber,
  },
  "nth-subnet": {
    title: "subnet of a number",
    family: 4,
    level: 2,
    make: nthSubnet,
  },
  "summarise": {
    title: "summary of four",
    family: 4,
    level: 3,
    make: summarise,
  },
  "longest-match": {
    title: "longest match",
    family: 4,
    level: 3,
    make: longestMatch,
  },
  "vlsm": {
    title: "subnets of different sizes",
    family: 4,
    level: 3,
    make: vlsm,
  },
} as const satisfies Readonly<Record<string, Kind>>;
