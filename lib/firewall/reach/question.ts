/**
 * What is asked: which packets, on which way.
 *
 * @module
 */

import { type Addresses, set as addressSet } from "../../ip/set/set.ts";
import { onlyKnown, type OptionNames } from "../../known_options.ts";
import { dataType, numberOf } from "../model/data_types.ts";
import type { RulesetData } from "../model/ruleset.ts";
import { areFlagsValid, INVALID, nextState } from "../simulate/tcp_states.ts";
import { ALL, type Interval, type PacketSet } from "./diagram.ts";
import type { CtState, Ports, Question, ReachOptions } from "./answer.ts";
import { type Space, STATES } from "./space.ts";

const WAYS = ["input", "forward", "output", "prerouting", "postrouting"];

const OPTIONS: OptionNames<ReachOptions> = {
  hook: true,
  from: true,
  to: true,
  protocol: true,
  port: true,
  srcPort: true,
  state: true,
  iifname: true,
  oifname: true,
  mark: true,
  rows: true,
};

/** Says what is wrong with a question. */
export function checkQuestion(options: ReachOptions): void {
  onlyKnown("ask which packets pass", options, OPTIONS);
  const { hook, state, mark, rows = 1 } = options;
  if (!(Number.isInteger(rows) && rows > 0)) {
    throw new RangeError(
      `Cannot ask which packets pass as 'rows' must be a whole number, 1 or more: current value is ${rows}`,
    );
  }
  if (!WAYS.includes(hook)) {
    throw new TypeError(
      `Cannot ask which packets pass as 'hook' must be one of ${
        WAYS.join(", ")
      }: current value is ${JSON.stringify(hook)}`,
    );
  }
  const known = ["any", ...STATES.map(({ text }) => text)];
  for (const name of [state ?? "new"].flat()) {
    if (!known.includes(name)) {
      throw new TypeError(
        `Cannot ask which packets pass as 'state' must be of ${
          known.join(", ")
        }: current value is ${JSON.stringify(name)}`,
      );
    }
  }
  if (
    mark !== undefined &&
    !(Number.isInteger(mark) && mark >= 0 && mark <= 0xffffffff)
  ) {
    throw new RangeError(
      `Cannot ask which packets pass as 'mark' must be a whole number of 32 bits: current value is ${mark}`,
    );
  }
}

/** The packets that a question is about. */
export function asked(
  space: Space,
  question: Question,
  isTracked: boolean,
): PacketSet {
  const { diagram } = space;
  let set = diagram.and(space.valid, space.version(4, 6));
  const narrow = (other: PacketSet) => {
    set = diagram.and(set, other);
  };
  const { hook, from, to, protocol, port, srcPort, iifname, oifname } =
    question;
  if (from !== undefined) narrow(addresses(space, "src", from));
  if (to !== undefined) narrow(addresses(space, "dst", to));
  if (protocol !== undefined) narrow(protocols(space, protocol));
  if (port !== undefined || srcPort !== undefined) {
    narrow(space.among(space.protocol, WITH_PORTS.map((n) => [n, n])));
  }
  if (port !== undefined) {
    narrow(space.among(space.dport, portsOf(port, "port")));
  }
  if (srcPort !== undefined) {
    narrow(space.among(space.sport, portsOf(srcPort, "srcPort")));
  }
  narrow(atHook(space, hook));
  if (iifname !== undefined) narrow(device(space, "iif", iifname));
  if (oifname !== undefined) narrow(device(space, "oif", oifname));
  if (isTracked) {
    const states = [question.state ?? "new"].flat();
    if (!states.includes("any")) {
      narrow(
        space.coding(
          space.state,
          ({ text }) => states.includes(text as CtState),
        ).must,
      );
    }
    narrow(possible(space));
  }
  return set;
}

const WITH_PORTS = [6, 17, 33, 132, 136];

/** Interfaces as they are on each way: what comes in has one, what is from here has none. */
export function atHook(space: Space, hook: string): PacketSet {
  const { diagram, iif, oif } = space;
  const most = iif.codes!.length - 1;
  const has = (dimension: typeof iif, isThere: boolean) =>
    space.among(dimension, isThere ? [[1, most]] : [[0, 0]]);
  switch (hook) {
    case "input":
    case "ingress":
      return diagram.and(has(iif, true), has(oif, false));
    case "forward":
      return diagram.and(has(iif, true), has(oif, true));
    case "output":
      return diagram.and(has(iif, false), has(oif, true));
    case "prerouting":
      return has(iif, true);
    default:
      return has(oif, true);
  }
}

function device(space: Space, which: "iif" | "oif", name: string): PacketSet {
  return space.coding(space[which], ({ value }) => value === name).must;
}

function addresses(
  space: Space,
  end: "src" | "dst",
  given: Addresses,
): PacketSet {
  const { diagram } = space;
  const { bounds4, bounds6 } = addressSet(given);
  const narrow: Interval[] = [];
  for (let i = 0; i < bounds4.length; i += 2) {
    narrow.push([bounds4[i]!, (bounds4[i + 1] ?? 2 ** 32) - 1]);
  }
  const wide: Interval[] = [];
  const number = (at: number) =>
    at >= bounds6.length ? 1n << 128n : [0, 1, 2, 3].reduce(
      (sum, i) => sum << 32n | BigInt(bounds6[at + i]!),
      0n,
    );
  for (let i = 0; i < bounds6.length; i += 8) {
    wide.push([number(i), number(i + 4) - 1n]);
  }
  return diagram.or(
    diagram.and(space.version(4), space.among(space[`${end}4`], narrow)),
    diagram.and(space.version(6), space.among(space[`${end}6`], wide)),
  );
}

function protocols(space: Space, given: string | number): PacketSet {
  const { diagram } = space;
  const is = (number: number) => space.equal(space.protocol, number);
  if (given === "icmp") {
    return diagram.or(
      diagram.and(space.version(4), is(1)),
      diagram.and(space.version(6), is(58)),
    );
  }
  return is(Number(numberOf(dataType("inet_proto"), given)));
}

function portsOf(given: Ports, name: string): Interval[] {
  const type = dataType("inet_service");
  return [given].flat().map((port): Interval => {
    const text = `${port}`;
    const dash = text.indexOf("-", 1);
    const isRange = dash > 0 && /^\d+\s*-\s*\d+$/.test(text);
    const [first, last] = isRange
      ? [Number(text.slice(0, dash)), Number(text.slice(dash + 1))]
      : [0, 0].map(() => Number(numberOf(type, port as number | string)));
    if (first! > last! || last! > 65535) {
      throw new RangeError(
        `Cannot ask which packets pass as '${name}' must be ports from 0 to 65535: current value is ${text}`,
      );
    }
    return [first!, last!];
  });
}

/** ICMP that begins a connection, and ICMPv6 that is never tracked. */
const STARTS = [8, 13, 15, 17];
const STARTS6 = [128, 139];
const NEVER: Interval[] = [[130, 136], [143, 143]];

/** What states packets can be in: no handshake begins with a FIN. */
function possible(space: Space): PacketSet {
  const { diagram } = space;
  const state = (name: CtState) =>
    space.coding(space.state, ({ text }) => text === name).must;
  const is = (version: 4 | 6, number: number) =>
    diagram.and(space.version(version), space.equal(space.protocol, number));
  const flags = space.number("tcp flags", 8, dataType("tcp_flag"));
  const beginnings: Interval[] = [];
  for (let value = 0; value < 256; value++) {
    if (areFlagsValid(value) && nextState(false, value, 0) < INVALID) {
      beginnings.push([value, value]);
    }
  }
  const type4 = space.number("icmp type", 8, dataType("icmp_type"));
  const type6 = space.number("icmpv6 type", 8, dataType("icmpv6_type"));
  const never = diagram.and(is(6, 58), space.among(type6, NEVER));
  const impossible = diagram.union([
    diagram.minus(never, state("untracked")),
    diagram.minus(state("untracked"), never),
    diagram.and(
      state("new"),
      diagram.union([
        diagram.minus(
          space.equal(space.protocol, 6),
          space.among(flags, beginnings),
        ),
        diagram.minus(is(4, 1), space.among(type4, STARTS.map((n) => [n, n]))),
        diagram.minus(
          is(6, 58),
          space.among(type6, STARTS6.map((n) => [n, n])),
        ),
      ]),
    ),
  ]);
  return diagram.minus(ALL, impossible);
}

/** Names of interfaces in a question. */
export const namesIn = ({ iifname, oifname }: Question): string[] =>
  [iifname, oifname].filter((name) => name !== undefined);

/** Whether rules ask for connections, so that packets are tracked. */
export function tracks({ tables }: RulesetData): boolean {
  return tables.some(({ family, flags, chains }) =>
    ["ip", "ip6", "inet"].includes(family) && !flags?.includes("dormant") &&
    chains.some(({ base, rules }) =>
      base?.type === "nat" ||
      rules.some(({ statements }) => statements.some(asksConnection))
    )
  );
}

const TRACKING = [
  ...["ct", "snat", "dnat", "masquerade", "redirect", "ct count", "ct helper"],
  ...["ct timeout", "ct expectation", "synproxy", "notrack", "flow"],
];

function asksConnection(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(asksConnection);
  if ("rt" in value) return false;
  return TRACKING.some((name) => name in value) ||
    Object.values(value).some(asksConnection);
}
