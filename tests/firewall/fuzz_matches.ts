/**
 * Random matches, as text: what rules ask of packets.
 *
 * @module
 */

import { addressOf, type Dice, type Place, portOf } from "./dice.ts";

export type Hook =
  | "prerouting"
  | "input"
  | "forward"
  | "output"
  | "postrouting";
export type Kind = "filter" | "nat" | "route";
export type Layer4 = "tcp" | "udp" | "icmp" | "icmpv6" | undefined;

/** What a rule is about, which decides what can be said in it. */
export interface Subject {
  readonly l3: 4 | 6 | undefined;
  readonly l4: Layer4;
  readonly hook: Hook | undefined;
  readonly kind: Kind;
  readonly tableFamily: "inet" | "ip" | "ip6";
}

const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg"] as const;
const STATES = ["new", "established", "related", "invalid", "untracked"];

/** A match with an operator that takes numbers. */
function compared(dice: Dice, key: string, value: () => number): string {
  const [a, b] = [value(), value()].toSorted((x, y) => x - y) as [
    number,
    number,
  ];
  switch (dice.below(7)) {
    case 0:
      return `${key} != ${a}`;
    case 1:
      return `${key} ${dice.of(["<", ">", "<=", ">="])} ${Math.max(a, 1)}`;
    case 2:
      return a === b ? `${key} ${a}` : `${key} ${a}-${b}`;
    case 3:
      return a === b ? `${key} != ${a}` : `${key} != ${a}-${b}`;
    case 4:
      return `${key} ${dice.once(3) ? "!= " : ""}{ ${numbers(dice, value)} }`;
    default:
      return `${key} ${a}`;
  }
}

/** Elements of a set of numbers that do not overlap. */
export function numbers(dice: Dice, value: () => number): string {
  const points = [...new Set(dice.times(dice.within(2, 6), value))]
    .toSorted((a, b) => a - b);
  const parts: string[] = [];
  while (points.length > 0) {
    const from = points.shift()!;
    const to = points.length > 0 && dice.once(3) ? points.shift()! : from;
    parts.push(from === to ? `${from}` : `${from}-${to}`);
  }
  return parts.join(", ");
}

/** Elements of a set of addresses that do not overlap. */
export function addresses(
  dice: Dice,
  family: 4 | 6,
  place: Place,
  isInterval = true,
): string {
  const parts = new Set<string>();
  const net = place === "in" ? 1 : 2;
  if (!isInterval) {
    dice.times(5, () => parts.add(addressOf(dice, family, place)));
    return [...parts].join(", ");
  }
  const join = (high: number, low: number) =>
    family === 4 ? `10.${net}.${high}.${low}` : `fd00:${net}::${high}:${low}`;
  for (const high of dice.some([0, 1, 2, 3], dice.within(1, 3))) {
    switch (dice.below(4)) {
      case 0:
        parts.add(`${join(high, 0)}/${family === 4 ? 24 : 112}`);
        break;
      case 1:
        parts.add(`${join(high, 4)}/${family === 4 ? 30 : 126}`);
        break;
      case 2:
        parts.add(
          `${join(high, dice.within(1, 3))}-${join(high, dice.within(4, 6))}`,
        );
        break;
      default:
        parts.add(join(high, dice.within(1, 8)));
    }
  }
  return [...parts].join(", ");
}

/** Pairs of addresses; nft takes some that overlap in one order, and not in another. */
function pairs(dice: Dice, family: 4 | 6): string {
  const [a, b] = dice.some([0, 1, 2, 3], 2) as [number, number];
  const low = dice.within(1, 8);
  const out = addresses(dice, family, "out").split(", ");
  return family === 4
    ? `10.1.${a}.${low} . ${addressOf(dice, 4, "out")}, 10.1.${b}.0/24 . ${
      out[0]
    }`
    : `fd00:1::${a}:${low} . ${
      addressOf(dice, 6, "out")
    }, fd00:1::${b}:0/112 . ${out[0]}`;
}

function addressMatch(
  dice: Dice,
  family: 4 | 6,
  hook: Hook | undefined,
): string {
  const end = dice.of(["saddr", "daddr"]);
  const key = `${family === 4 ? "ip" : "ip6"} ${end}`;
  const place: Place = dice.once(8) && hook !== "forward"
    ? "own"
    : dice.of(["in", "out"]);
  if (place === "own") return `${key} ${addressOf(dice, family, place)}`;
  const one = addressOf(dice, family, place);
  const no = dice.once(4) ? "!= " : "";
  switch (dice.below(7)) {
    case 0:
      return `${key} ${no}{ ${addresses(dice, family, place)} }`;
    case 1:
      return `${key} ${no}{ ${addresses(dice, family, place, false)} }`;
    case 2:
      return `${key} ${no}@${dice.of(["a", "i"])}${family}`;
    case 3:
      return family === 4
        ? `${key} & 255.255.0.3 == 10.${dice.within(1, 2)}.0.${dice.below(4)}`
        : `${key} & ffff:ffff::3 == fd00:${dice.within(1, 2)}::${
          dice.below(4)
        }`;
    case 4:
      return family === 4
        ? `${key} ${no}${one.replace(/\.\d+$/, ".0")}/24`
        : `${key} ${no}${one.replace(/:[^:]*$/, ":0")}/112`;
    default:
      return `${key} ${no}${one}`;
  }
}

/** A match that suits the subject. */
export function match(dice: Dice, subject: Subject): string {
  const { l3, l4, hook } = subject;
  const ip = l3 === 4 ? "ip" : "ip6";
  const port = () => portOf(dice);
  const choices: (() => string)[] = [
    () => compared(dice, "meta length", () => dice.within(28, 90)),
    () => compared(dice, "meta mark", () => dice.below(4)),
    () => `meta mark & 0x${dice.within(1, 3)} == 0x${dice.below(2)}`,
    () =>
      `ct state ${dice.once(4) ? "!= " : ""}${
        dice.some(STATES, dice.within(1, 3)).join(",")
      }`,
    () => `ct state { ${dice.some(STATES, 2).join(", ")} }`,
    () => `ct direction ${dice.of(["original", "reply"])}`,
    () => compared(dice, "ct mark", () => dice.below(4)),
    () =>
      `ct status ${
        dice.of(["dnat", "snat", "seen-reply", "assured", "confirmed"])
      }`,
    () => `numgen inc mod ${dice.within(2, 4)} ${dice.below(2)}`,
  ];
  if (l4 === undefined) {
    choices.push(() =>
      `meta l4proto ${
        dice.of(["tcp", "udp", "icmp", "ipv6-icmp", "{ tcp, udp }", "!= tcp"])
      }`
    );
    if (l3 === 4) {
      choices.push(() =>
        `ip protocol ${dice.of(["tcp", "udp", "icmp", "!= udp"])}`
      );
    } else if (l3 === 6) {
      choices.push(() =>
        `ip6 nexthdr ${dice.of(["tcp", "udp", "ipv6-icmp", "!= udp"])}`
      );
    }
  }
  if (subject.tableFamily === "inet" && l3 === undefined) {
    choices.push(() => `meta nfproto ${dice.of(["ipv4", "ipv6"])}`);
  }
  if (hook === undefined || hook !== "output" && hook !== "postrouting") {
    choices.push(
      () =>
        `iifname ${
          dice.of(['"in0"', '"out0"', '!= "in0"', '"in*"', '{ "in0", "lo" }'])
        }`,
      () => `iif ${dice.of(['"in0"', '"out0"'])}`,
      () => `fib daddr type ${dice.of(["local", "unicast"])}`,
    );
  }
  if (hook === "forward" || hook === "output" || hook === "postrouting") {
    choices.push(
      () => `oifname ${dice.of(['"in0"', '"out0"', '!= "in0"'])}`,
      () => `oif ${dice.of(['"in0"', '"out0"'])}`,
    );
  }
  if (l3 !== undefined) {
    const address = () => addressMatch(dice, l3, hook);
    choices.push(address, address, address, address);
    choices.push(
      () => `${ip} dscp ${dice.of(["cs1", "!= cs0", "{ cs1, af11 }", "ef"])}`,
      () =>
        `jhash ${ip} saddr mod 4 seed 0x${dice.below(256).toString(16)} ${
          dice.below(4)
        }`,
      () => `ct original ${ip} saddr ${addressOf(dice, l3, "in")}`,
      () => `${ip} saddr . ${ip} daddr { ${pairs(dice, l3)} }`,
    );
  }
  if (l3 === 4) {
    choices.push(
      () => compared(dice, "ip ttl", () => dice.within(61, 66)),
      () => compared(dice, "ip length", () => dice.within(28, 70)),
      () => `@nh,96,16 0x0a0${dice.within(1, 2)}`,
      () => `ip frag-off & 0x${dice.of(["1fff", "2000"])} != 0`,
      () => "ip frag-off & 0x3fff == 0",
      () => `ip hdrlength 5`,
    );
  }
  if (l3 === 6) {
    choices.push(
      () => compared(dice, "ip6 hoplimit", () => dice.within(61, 66)),
      () =>
        `exthdr ${dice.of(["frag", "dst"])} ${dice.of(["exists", "missing"])}`,
      () => `frag frag-off ${dice.of(["0", "!= 0", "3"])}`,
      () => `frag more-fragments ${dice.below(2)}`,
      () => compared(dice, "ip6 length", () => dice.within(8, 40)),
    );
  }
  if (l4 === "tcp" || l4 === "udp") {
    const ports = () =>
      compared(dice, `${l4} ${dice.of(["sport", "dport", "dport"])}`, port);
    choices.push(ports, ports, ports, ports);
    choices.push(
      () => `${l4} dport ${dice.once(3) ? "!= " : ""}@p`,
      () => compared(dice, "th dport", port),
      () => `meta l4proto ${l4} ct original proto-dst ${port()}`,
      () => `@th,16,16 ${port()}`,
    );
    if (l3 !== undefined) {
      choices.push(() => `${ip} saddr . ${l4} dport @c${l3}`);
    }
  }
  if (l4 === "tcp") {
    choices.push(
      () => `tcp flags ${dice.of(FLAGS)}`,
      () =>
        `tcp flags & (${dice.some(FLAGS, 3).join("|")}) == ${dice.of(FLAGS)}`,
      () => `tcp flags & (${dice.some(FLAGS, 2).join("|")}) != 0`,
      () => `tcp flags ! ${dice.of(FLAGS)}`,
      () => `tcp flags { syn, syn|ack, ack }`,
      () =>
        `tcp option maxseg ${
          dice.of(["exists", "missing", "size 1460", "size < 1400"])
        }`,
      () => compared(dice, "tcp sequence", () => dice.within(1, 1000)),
    );
  }
  if (l4 === "udp") {
    choices.push(() => compared(dice, "udp length", () => dice.within(8, 24)));
  }
  if (l4 === "icmp") {
    choices.push(
      () =>
        `icmp type ${
          dice.of([
            "echo-request",
            "echo-reply",
            "{ echo-request, destination-unreachable }",
            "!= echo-request",
          ])
        }`,
      () => `icmp code ${dice.below(4)}`,
      () => `icmp id ${dice.within(1, 4)}`,
    );
  }
  if (l4 === "icmpv6") {
    choices.push(
      () =>
        `icmpv6 type ${
          dice.of([
            "echo-request",
            "echo-reply",
            "{ echo-request, packet-too-big }",
            "!= echo-reply",
          ])
        }`,
      () => `icmpv6 id ${dice.within(1, 4)}`,
    );
  }
  return dice.of(choices)();
}
