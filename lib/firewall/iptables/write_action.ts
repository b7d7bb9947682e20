/**
 * What a rule of nft does, as targets of iptables.
 *
 * @module
 */

import type { Expression, Literal, Value } from "../model/expression.ts";
import type { NamedObject } from "../model/ruleset.ts";
import type { NatTarget, Statement } from "../model/statement.ts";
import { type Draft, hex, type Place, quoted, Unwritable } from "./draft.ts";
import { logFlags, logLevels } from "./target_actions.ts";
import { writeMangle } from "./write_mangle.ts";

/** What a target needs to know beside its statement. */
export interface ActionPlace extends Place {
  readonly hook: string | undefined;
  readonly objects: readonly NamedObject[];
  /** What a chain is called in iptables. */
  chainName(name: string): string;
}

/** Writes the target, with `-j` or `-g` before it; undefined: it does nothing. */
export function writeAction(
  statement: Statement,
  draft: Draft,
  place: ActionPlace,
): string | undefined {
  const { family } = place;
  if ("accept" in statement) return "-j ACCEPT";
  if ("drop" in statement) return "-j DROP";
  if ("return" in statement) return "-j RETURN";
  if ("continue" in statement) return undefined;
  if ("jump" in statement) {
    return `-j ${place.chainName(statement.jump.target)}`;
  }
  if ("goto" in statement) {
    return `-g ${place.chainName(statement.goto.target)}`;
  }
  if ("reject" in statement) return reject(statement.reject, draft, family);
  if ("log" in statement) return log(statement.log ?? {});
  if ("queue" in statement) return queue(statement.queue ?? {});
  if ("snat" in statement) {
    return translation("SNAT", "--to-source", statement.snat, draft, place);
  }
  if ("dnat" in statement) {
    return translation(
      "DNAT",
      "--to-destination",
      statement.dnat,
      draft,
      place,
    );
  }
  if ("masquerade" in statement) {
    return `-j MASQUERADE${local(statement.masquerade, draft)}`;
  }
  if ("redirect" in statement) {
    return `-j REDIRECT${local(statement.redirect, draft)}`;
  }
  if ("mangle" in statement) return writeMangle(statement.mangle, draft, place);
  if ("notrack" in statement) return "-j CT --notrack";
  if ("ct helper" in statement) {
    const name = statement["ct helper"];
    const object = place.objects.find((each) => each.name === name);
    if (object?.kind !== "ct helper") {
      throw new Unwritable("the helper is no object of the table");
    }
    draft.need(object.protocol);
    return `-j CT --helper ${object.type}`;
  }
  if ("dup" in statement) {
    const { addr, dev } = statement.dup;
    if (
      typeof addr !== "string" || dev !== undefined && typeof dev !== "string"
    ) {
      throw new Unwritable("iptables copies to one address only");
    }
    return `-j TEE --gateway ${addr}${
      dev === undefined ? "" : ` --oif ${dev}`
    }`;
  }
  if ("synproxy" in statement) return synproxy(statement.synproxy, draft);
  if ("reset" in statement) {
    draft.need("tcp");
    return `-j TCPOPTSTRIP --strip-options ${optionNumber(statement.reset)}`;
  }
  if ("tproxy" in statement) {
    throw new Unwritable(
      "iptables drops what has no socket: a rule with the same matches that drops must follow at once",
    );
  }
  const [kind = "nothing"] = Object.keys(statement);
  throw new Unwritable(`iptables has no equal of ${kind}`);
}

const CODES: Readonly<Record<"ip" | "ip6", Readonly<Record<string, string>>>> =
  {
    ip: {
      "net-unreachable": "icmp-net-unreachable",
      "host-unreachable": "icmp-host-unreachable",
      "prot-unreachable": "icmp-proto-unreachable",
      "port-unreachable": "icmp-port-unreachable",
      "net-prohibited": "icmp-net-prohibited",
      "host-prohibited": "icmp-host-prohibited",
      "admin-prohibited": "icmp-admin-prohibited",
    },
    ip6: {
      "no-route": "icmp6-no-route",
      "admin-prohibited": "icmp6-adm-prohibited",
      "addr-unreachable": "icmp6-addr-unreachable",
      "port-unreachable": "icmp6-port-unreachable",
      "policy-fail": "icmp6-policy-fail",
      "reject-route": "icmp6-reject-route",
    },
  };

/** What tables of both families say, in each. */
const BOTH: Readonly<Record<string, readonly [ip: string, ip6: string]>> = {
  "port-unreachable": ["port-unreachable", "port-unreachable"],
  "admin-prohibited": ["admin-prohibited", "admin-prohibited"],
  "no-route": ["net-unreachable", "no-route"],
  "host-unreachable": ["host-unreachable", "addr-unreachable"],
};

function reject(
  given: { readonly type?: string; readonly expr?: string } | null,
  draft: Draft,
  family: "ip" | "ip6",
): string {
  const { type, expr } = given ?? {};
  if (type === "tcp reset") {
    draft.need("tcp");
    return "-j REJECT --reject-with tcp-reset";
  }
  const name = type === "icmpx"
    ? BOTH[expr ?? ""]?.[family === "ip" ? 0 : 1]
    : expr ?? "port-unreachable";
  const code = CODES[family][name ?? ""];
  const fits = type === undefined || type === "icmpx" ||
    (type === "icmp") === (family === "ip");
  if (code === undefined || !fits) {
    throw new Unwritable("iptables has no such answer");
  }
  return name === "port-unreachable"
    ? "-j REJECT"
    : `-j REJECT --reject-with ${code}`;
}

type LogFields = NonNullable<Extract<Statement, { log: unknown }>["log"]>;

function log(given: LogFields): string {
  const { prefix, level, group, snaplen, flags = [] } = given;
  const words: string[] = [];
  if (group !== undefined) {
    words.push("-j NFLOG");
    if (prefix !== undefined) {
      checkPrefix(prefix, 63);
      words.push(`--nflog-prefix ${quoted(prefix)}`);
    }
    words.push(`--nflog-group ${group}`);
    if (snaplen !== undefined) words.push(`--nflog-size ${snaplen}`);
    const threshold = given["queue-threshold"];
    if (threshold !== undefined) words.push(`--nflog-threshold ${threshold}`);
    return words.join(" ");
  }
  if (level === "audit") return "-j AUDIT --type accept";
  words.push("-j LOG");
  if (prefix !== undefined) {
    checkPrefix(prefix, 29);
    words.push(`--log-prefix ${quoted(prefix)}`);
  }
  if (level !== undefined) {
    words.push(`--log-level ${logLevels.indexOf(level)}`);
  }
  const all = flags.includes("all");
  for (const [option, flag] of Object.entries(logFlags)) {
    if (all || flags.includes(flag)) words.push(option);
  }
  return words.join(" ");
}

function checkPrefix(prefix: string, most: number): void {
  if (prefix.length <= most) return;
  throw new Unwritable(`iptables keeps ${most} letters of a prefix`);
}

type QueueFields = NonNullable<Extract<Statement, { queue: unknown }>["queue"]>;

function queue({ num = 0, flags = [] }: QueueFields): string {
  const words = ["-j NFQUEUE"];
  if (typeof num === "number") words.push(`--queue-num ${num}`);
  else if (typeof num === "object" && "range" in num) {
    words.push(`--queue-balance ${num.range.join(":")}`);
  } else throw new Unwritable("iptables chooses a queue by number");
  if (flags.includes("bypass")) words.push("--queue-bypass");
  if (flags.includes("fanout")) words.push("--queue-cpu-fanout");
  return words.join(" ");
}

const FLAGS = {
  random: " --random",
  "fully-random": " --random-fully",
  persistent: " --persistent",
} as const;

const natFlags = ({ flags = [] }: Pick<NatTarget, "flags">): string =>
  flags.map((flag) => flag === "netmap" ? "" : FLAGS[flag]).join("");

function portText(port: Expression, draft: Draft): string {
  if (draft.protocol === undefined) {
    throw new Unwritable("iptables must know of which protocol a port is");
  }
  if (typeof port === "number") return `${port}`;
  if (typeof port === "object" && "range" in port) {
    return (port as { range: readonly Literal[] }).range.join("-");
  }
  throw new Unwritable("iptables takes a port or a range of ports only");
}

const local = (
  target: Pick<NatTarget, "port" | "flags"> | null,
  draft: Draft,
): string =>
  target === null
    ? ""
    : `${
      target.port === undefined
        ? ""
        : ` --to-ports ${portText(target.port, draft)}`
    }${natFlags(target)}`;

function translation(
  name: "SNAT" | "DNAT",
  option: string,
  target: NatTarget,
  draft: Draft,
  { family, hook }: ActionPlace,
): string {
  const { addr, port, flags = [] } = target;
  if (flags.includes("netmap")) {
    const sides = name === "DNAT"
      ? ["prerouting", "output", undefined]
      : ["postrouting", "input", undefined];
    const value = addr as Value;
    if (
      typeof value !== "object" || !("prefix" in value) || port !== undefined ||
      !sides.includes(hook)
    ) throw new Unwritable("NETMAP takes one network");
    return `-j NETMAP --to ${value.prefix.addr}/${value.prefix.len}`;
  }
  const range = typeof addr === "object" && "range" in addr
    ? (addr as { range: readonly Literal[] }).range.join("-")
    : typeof addr === "string" && !addr.startsWith("@")
    ? addr
    : addr === undefined
    ? ""
    : prefixRange(addr);
  const ports = port === undefined ? "" : `:${portText(port, draft)}`;
  const text = family === "ip6" && range !== "" && ports !== ""
    ? `[${range}]`
    : range;
  return `-j ${name} ${option} ${text}${ports}${natFlags(target)}`;
}

function prefixRange(addr: Expression): string {
  if (typeof addr === "object" && "prefix" in addr) {
    throw new Unwritable("iptables takes a range of addresses, and no prefix");
  }
  throw new Unwritable(
    "iptables takes an address or a range of addresses only",
  );
}

/** The option that a statement takes out, by its number. */
function optionNumber(option: Expression): string {
  if (typeof option === "object" && "tcp option" in option) {
    const found = option["tcp option"];
    if ("base" in found) return `${found.base}`;
    const number = OPTIONS[found.name];
    if (number !== undefined) return `${number}`;
  }
  throw new Unwritable("iptables takes out options of TCP only");
}

const OPTIONS: Readonly<Record<string, number>> = {
  maxseg: 2,
  window: 3,
  "sack-perm": 4,
  sack: 5,
  timestamp: 8,
  md5sig: 19,
  mptcp: 30,
  fastopen: 34,
};

/** The number of a TCP option that nft has a name for. */
export const tcpOptionNumber = (name: string): number | undefined =>
  OPTIONS[name];

function synproxy(
  given: Extract<Statement, { synproxy: unknown }>["synproxy"],
  draft: Draft,
): string {
  draft.need("tcp");
  const words = ["-j SYNPROXY"];
  if (given === null) return words[0]!;
  if (typeof given !== "object" || "map" in given) {
    throw new Unwritable("the proxy is an object");
  }
  const { mss, wscale, flags = [] } = given as {
    mss?: number;
    wscale?: number;
    flags?: readonly string[];
  };
  if (flags.includes("sack-perm")) words.push("--sack-perm");
  if (flags.includes("timestamp")) words.push("--timestamp");
  if (wscale !== undefined) words.push(`--wscale ${wscale}`);
  if (mss !== undefined) words.push(`--mss ${mss}`);
  return words.join(" ");
}

/** Two targets that are one: the halves of an octet, options, CT. */
export function joinedTargets(
  first: string,
  second: string,
): string | undefined {
  const dscp = /^-j DSCP --set-dscp (0x[0-9a-f]+)$/.exec(first);
  const ecn = /^-j TOS --set-tos (0x[0-9a-f]+)\/0x3$/.exec(second);
  if (dscp && ecn) {
    return `-j TOS --set-tos ${
      hex(Number(dscp[1]) << 2 | Number(ecn[1]))
    }/0xff`;
  }
  const strip = "-j TCPOPTSTRIP --strip-options ";
  if (first.startsWith(strip) && second.startsWith(strip)) {
    return `${first},${second.slice(strip.length)}`;
  }
  if (first.startsWith("-j CT ") && second.startsWith("-j CT ")) {
    return `${first} ${second.slice("-j CT ".length)}`;
  }
  return undefined;
}
