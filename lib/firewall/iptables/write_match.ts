/**
 * Comparisons of nft as matches of iptables: headers.
 *
 * @module
 */

import { dataType, numberOf } from "../model/data_types.ts";
import type { Expression, Literal, Value } from "../model/expression.ts";
import { typesOf } from "../model/fields.ts";
import type { Match } from "../model/statement.ts";
import { endsOf } from "../model/value.ts";
import { addressText } from "./basics.ts";
import {
  type Draft,
  hex,
  not,
  OtherFamily,
  type Place,
  Unwritable,
} from "./draft.ts";
import { PORT_PROTOCOLS } from "./extension.ts";

/** A comparison taken apart. */
export interface Compared {
  readonly op: Match["match"]["op"];
  /** What is read; without the mask. */
  readonly left: Expression;
  readonly mask?: Expression;
  readonly right: Expression;
  readonly negated: boolean;
  /** What follows in the rule. */
  readonly next?: Match;
}

/** The elements of a set that stands in the rule, or the value alone. */
export function elementsOf(right: Expression): readonly Value[] {
  if (typeof right === "string" && right.startsWith("@")) {
    throw new Unwritable(`the set ${right} has a name`);
  }
  if (typeof right === "object" && "set" in right) {
    const { set } = right as { set: readonly Value[] };
    if (set.some((each) => typeof each === "object" && "elem" in each)) {
      throw new Unwritable("elements of a set carry more than values");
    }
    return set;
  }
  return [right as Value];
}

/** The one number, or the range, that it is compared with. */
export function spanOf(
  { op, right, left }: Compared,
  family: "ip" | "ip6",
  max: number,
): readonly [low: number, high: number] {
  const [value, more] = elementsOf(right);
  if (more !== undefined || value === undefined) {
    throw new Unwritable("iptables compares it with one value only");
  }
  const [type] = typesOf(left, family);
  const [low, high] = endsOf(type!, value).map(Number) as [number, number];
  switch (op) {
    case "<":
      return [0, low - 1];
    case "<=":
      return [0, low];
    case ">":
      return [low + 1, max];
    case ">=":
      return [low, max];
    default:
      return [low, high];
  }
}

/** One number, compared for equality. */
export function numberAlone(compared: Compared, family: "ip" | "ip6"): number {
  const [low, high] = spanOf(compared, family, 0xffffffff);
  const { op } = compared;
  if (low === high && (op === "==" || op === "!=" || op === "in")) return low;
  throw new Unwritable("iptables compares it with one value only");
}

/** `5`, or `5:10`. */
export const spanText = ([low, high]: readonly [number, number]): string =>
  low === high ? `${low}` : `${low}:${high}`;

/** The bits that count, as a number. */
export function maskNumber({ left, mask }: Compared, family: "ip" | "ip6") {
  if (mask === undefined) return undefined;
  const [type] = typesOf(left, family);
  return Number(numberOf(type!, mask as Literal | readonly string[]));
}

/** A comparison with a field of a header. */
export function writePayload(
  draft: Draft,
  compared: Compared,
  place: Place,
): void {
  const { payload } = compared.left as {
    payload: { protocol: string; field: string };
  };
  if ("base" in payload) return writeRaw(draft, compared, place);
  const { protocol, field } = payload;
  switch (protocol) {
    case "ip":
    case "ip6":
      if (protocol !== place.family) throw new OtherFamily();
      return writeNetwork(draft, field, compared, place);
    case "ether":
      if (field === "saddr" && !compared.mask) {
        const [address, more] = elementsOf(compared.right);
        if (more !== undefined || typeof address !== "string") break;
        draft.alone("mac", `${not(compared.negated)}--mac-source ${address}`);
        return;
      }
      break;
    case "icmp":
    case "icmpv6":
      return writeIcmp(draft, protocol, field, compared, place);
    case "th":
      if (!draft.protocol || !PORT_PROTOCOLS.has(draft.protocol)) {
        throw new Unwritable("iptables must know of which protocol a port is");
      }
      return writePorts(draft, draft.protocol, field, compared);
    case "esp":
    case "ah":
    case "comp": {
      if (protocol === "ah" && place.family === "ip6") break;
      const option = { esp: "--espspi", ah: "--ahspi", comp: "--ipcompspi" };
      if (field !== "spi" && field !== "cpi" || compared.mask) break;
      const name = protocol === "comp" ? "ipcomp" : protocol;
      const span = spanOf(compared, place.family, 0xffffffff);
      draft.need(name);
      draft.alone(
        name,
        `${not(compared.negated)}${option[protocol]} ${spanText(span)}`,
      );
      return;
    }
    default:
      if (PORT_PROTOCOLS.has(protocol)) {
        draft.need(protocol);
        if (field === "sport" || field === "dport") {
          return writePorts(draft, protocol, field, compared);
        }
        if (protocol === "tcp" && field === "flags") {
          return writeFlags(draft, compared);
        }
        if (protocol === "dccp" && field === "type") {
          const types = elementsOf(compared.right).map((type) =>
            String(type).toUpperCase()
          );
          draft.add(
            "dccp",
            `${not(compared.negated)}--dccp-types`,
            types.join(","),
          );
          return;
        }
      }
  }
  throw new Unwritable(`iptables does not compare ${protocol} ${field}`);
}

function writeNetwork(
  draft: Draft,
  field: string,
  compared: Compared,
  place: Place,
): void {
  const { family } = place;
  const { negated } = compared;
  switch (field) {
    case "saddr":
    case "daddr":
      return writeAddress(draft, field, compared, place);
    case "protocol":
      if (compared.mask) break;
      return writeProtocol(draft, compared);
    case "ttl":
    case "hoplimit": {
      if (compared.mask) break;
      const name = field === "ttl" ? "ttl" : "hl";
      const [low, high] = spanOf(compared, family, 255);
      const option = low === high && !["<", ">"].includes(compared.op)
        ? `${not(negated)}--${name}-eq ${low}`
        : negated
        ? undefined
        : low === 0
        ? `--${name}-lt ${high + 1}`
        : high === 255
        ? `--${name}-gt ${low - 1}`
        : undefined;
      if (option === undefined || high > 254 && low === 0) break;
      draft.alone(name, option);
      return;
    }
    case "dscp":
      draft.alone(
        "dscp",
        `${not(negated)}--dscp ${hex(numberAlone(compared, family))}`,
      );
      return;
    case "ecn":
      draft.alone(
        "ecn",
        `${not(negated)}--ecn-ip-ect ${numberAlone(compared, family)}`,
      );
      return;
    case "frag-off":
      if (maskNumber(compared, family) !== 0x1fff || compared.right !== 0) {
        break;
      }
      draft.basics.set("-f", `${not(!negated)}-f`);
      return;
  }
  throw new Unwritable(`iptables does not compare ${family} ${field} so`);
}

function writeAddress(
  draft: Draft,
  field: "saddr" | "daddr",
  compared: Compared,
  { family }: Place,
): void {
  const { negated, mask } = compared;
  const name = field === "saddr" ? "-s" : "-d";
  const type = dataType(family === "ip" ? "ipv4_addr" : "ipv6_addr");
  const values = elementsOf(compared.right);
  const range = (value: Value) => {
    const [low, high] = endsOf(type, value);
    const side = field === "saddr" ? "--src-range" : "--dst-range";
    const first = addressText(BigInt(low), family);
    const last = addressText(BigInt(high), family);
    draft.alone("iprange", `${not(negated)}${side} ${first}-${last}`);
  };
  const plain = (value: Value) =>
    typeof value === "string"
      ? value
      : typeof value === "object" && "prefix" in value
      ? `${value.prefix.addr}/${value.prefix.len}`
      : undefined;
  const texts = values.map(plain);
  const isPlain = texts.every((text) => text !== undefined) &&
    !draft.basics.has(name) && (values.length === 1 || !negated) &&
    (compared.op === "==" || compared.op === "!=");
  if (isPlain) {
    const text = mask === undefined ? texts.join(",") : `${texts[0]}/${mask}`;
    draft.basics.set(name, `${not(negated)}${name} ${text}`);
  } else if (mask === undefined && (values.length === 1 || negated)) {
    values.forEach(range);
  } else throw new Unwritable("iptables has no equal of this set of addresses");
}

/** `-p`, from whatever says it. */
export function writeProtocol(draft: Draft, compared: Compared): void {
  const [value, more] = elementsOf(compared.right);
  if (more !== undefined) {
    throw new Unwritable("iptables takes one protocol in a rule");
  }
  if (!compared.negated) draft.need(String(value));
  else if (draft.basics.has("-p")) {
    throw new Unwritable("it says twice of which protocol it is");
  } else draft.basics.set("-p", `! -p ${value}`);
}

function writePorts(
  draft: Draft,
  protocol: string,
  field: string,
  compared: Compared,
): void {
  if (compared.mask) throw new Unwritable("iptables takes no mask of a port");
  const left = { payload: { protocol: "tcp", field } } as const;
  const spans = elementsOf(compared.right).map((right) =>
    spanText(spanOf({ ...compared, left, right }, "ip", 65535))
  );
  const before = not(compared.negated);
  const taken = draft.matches.some(({ name, options }) =>
    name === protocol && options.some((each) => each.includes(`--${field}`))
  );
  if (spans.length === 1 && protocol !== "udplite" && !taken) {
    draft.add(protocol, `${before}--${field}`, spans[0]!);
    return;
  }
  const slots = spans.reduce(
    (sum, span) => sum + (span.includes(":") ? 2 : 1),
    0,
  );
  if (slots > 15) {
    throw new Unwritable("multiport takes 15 ports, and a range counts twice");
  }
  draft.alone("multiport", `${before}--${field}s ${spans.join(",")}`);
}

const FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

const FLAG = dataType("tcp_flag");

function flagsText(value: Expression): string {
  const bits = Number(numberOf(FLAG, value as Literal | readonly string[]));
  if (bits > 0x3f) throw new Unwritable("iptables knows six flags of TCP here");
  const names = FLAGS.filter((_, bit) => bits >> bit & 1);
  return names.length ? names.join(",") : "NONE";
}

function writeFlags(draft: Draft, compared: Compared): void {
  const { op, mask, right, negated } = compared;
  const bit = mask ?? right;
  if (bit === "cwr" || bit === "ecn") {
    const zero = mask !== undefined && right === 0 && op === "==";
    if (op !== "in" && !zero) {
      throw new Unwritable("iptables asks only whether this flag is set");
    }
    const name = bit === "cwr" ? "cwr" : "ece";
    draft.alone("ecn", `${not(zero)}--ecn-tcp-${name}`);
    return;
  }
  if (op === "in") {
    const text = flagsText(right);
    draft.alone("tcp", `! --tcp-flags ${text} NONE`);
    return;
  }
  if (mask === undefined) {
    throw new Unwritable(
      "iptables compares six flags of TCP, and not all eight",
    );
  }
  const isSyn = flagsText(mask) === "FIN,SYN,RST,ACK" && right === "syn";
  draft.alone(
    "tcp",
    isSyn
      ? `${not(negated)}--syn`
      : `${not(negated)}--tcp-flags ${flagsText(mask)} ${flagsText(right)}`,
  );
}

/** A type, and the code that the next comparison asks for. */
function writeIcmp(
  draft: Draft,
  protocol: "icmp" | "icmpv6",
  field: string,
  compared: Compared,
  { family }: Place,
): void {
  if ((protocol === "icmp") !== (family === "ip")) throw new OtherFamily();
  const [name, option] = protocol === "icmp"
    ? ["icmp", "--icmp-type"]
    : ["icmp6", "--icmpv6-type"];
  const number = numberAlone(compared, family);
  draft.need(protocol === "icmp" ? "icmp" : "ipv6-icmp");
  const last = draft.matches.at(-1);
  if (field === "type") {
    draft.alone(name, `${not(compared.negated)}${option} ${number}`);
  } else if (
    field === "code" && !compared.negated && last?.name === name &&
    /^--\S+ \d+$/.test(last.options[0]!)
  ) last.options[0] += `/${number}`;
  else {throw new Unwritable(
      `iptables does not compare ${protocol} ${field} so`,
    );}
}

/** The octet of the class of traffic. */
function writeRaw(draft: Draft, compared: Compared, { family }: Place): void {
  const { payload } = compared.left as {
    payload: { base: string; offset: number; len: number };
  };
  if (
    payload.base !== "nh" || payload.len !== 8 ||
    payload.offset !== (family === "ip" ? 8 : 4)
  ) throw new Unwritable("iptables has no equal of this place in the packet");
  const value = numberAlone(compared, family);
  const mask = maskNumber(compared, family) ?? 0xff;
  draft.alone(
    "tos",
    `${not(compared.negated)}--tos ${hex(value)}/${hex(mask)}`,
  );
}
