/**
 * Rules of nft in plain words.
 *
 * @module
 */

import type { Expression, Limit, Value } from "../model/expression.ts";
import type { Family } from "../model/ruleset.ts";
import type { Match, NatTarget, Statement } from "../model/statement.ts";
import { formatStatement } from "../text/format.ts";

const PROTOCOLS: Readonly<Record<string, string>> = {
  tcp: "TCP",
  udp: "UDP",
  icmp: "ICMP",
  "ipv6-icmp": "ICMPv6",
  sctp: "SCTP",
  dccp: "DCCP",
  udplite: "UDP-Lite",
};

/** Values with "or" between them. */
function list(right: Expression): string {
  if (typeof right === "object" && "set" in right) {
    const texts = (right.set as readonly Value[]).map(list);
    const last = texts.pop() ?? "nothing";
    return texts.length ? `${texts.join(", ")} or ${last}` : last;
  }
  if (Array.isArray(right)) {
    const texts = right.map(String);
    const last = texts.pop()!;
    return texts.length ? `${texts.join(", ")} or ${last}` : last;
  }
  if (typeof right !== "object") return String(right);
  if ("range" in right) return `${right.range[0]} to ${right.range[1]}`;
  if ("prefix" in right) return `${right.prefix.addr}/${right.prefix.len}`;
  return "a value";
}

const interfaces = (right: Expression): string =>
  list(right).replace(/(\S+)\*/g, "any $1…");

/** What a comparison asks for, by what it reads: the words before the value. */
const PHRASES: Readonly<Record<string, string>> = {
  "ip saddr": "from",
  "ip6 saddr": "from",
  "ip daddr": "to",
  "ip6 daddr": "to",
  "ether saddr": "from the network card",
  "ip ttl": "with a TTL of",
  "ip6 hoplimit": "with a hop limit of",
  "ip dscp": "of class",
  "ip6 dscp": "of class",
  "icmp type": "ICMP",
  "icmp code": "with the code",
  "icmpv6 type": "ICMPv6",
  "icmpv6 code": "with the code",
  "meta iifname": "that come in by",
  "meta oifname": "that leave by",
  "meta mark": "marked",
  "meta length": "of octets:",
  "meta pkttype": "sent to",
  "meta skuid": "of the user",
  "meta skgid": "of the group",
  "meta day": "on",
  "meta hour": "at (local time)",
  "meta time": "at (local time)",
  "ct mark": "of a connection marked",
  "ct helper": "of a connection that the helper expected:",
  "ct direction": "in the direction",
};

const STATES: Readonly<Record<string, string>> = {
  new: "that open a connection",
  established: "of a known connection",
  related: "that belong to a known connection",
  invalid: "that fit no connection",
  untracked: "that are not tracked",
};

function comparison(statement: Match, family: Family): string {
  const { op, left, right } = statement.match;
  const plain = () => `where ${formatStatement(statement, family)}`;
  if (typeof left !== "object") return plain();
  const e = left as Exclude<Expression, Value>;
  const no = op === "!=" ? "not " : "";
  if ("ct" in e && (e.ct.key === "state" || e.ct.key === "status")) {
    const bits = [right as string | readonly string[]].flat();
    if (e.ct.key === "state" && op === "in") {
      return bits.map((bit) => STATES[bit] ?? bit).join(" or ");
    }
    if (op === "in") return `of a connection that is ${list(right)}`;
  }
  if ("&" in e && "ct" in (e["&"][0] as object) && right === 0) {
    const [inner, mask] = e["&"];
    const { key } = (inner as { ct: { key: string } }).ct;
    return `whose connection is not ${list(mask)}${
      key === "state" ? "" : " yet"
    }`;
  }
  if ("&" in e && JSON.stringify(e["&"][0]) === TCP_FLAGS && op !== "in") {
    const isSyn = right === "syn" &&
      (e["&"][1] as readonly string[]).length === 4;
    if (isSyn) return `${no}TCP's opening segment (SYN alone)`;
    return `${no}with the TCP flags ${
      right === 0 ? "none" : [right].flat().join(", ")
    } of ${[e["&"][1]].flat().join(", ")}`;
  }
  if ("meta" in e && e.meta.key === "l4proto") {
    return `${no}${PROTOCOLS[String(right)] ?? `protocol ${list(right)}`}`;
  }
  if ("fib" in e && e.fib.result === "type") {
    const [flag] = e.fib.flags;
    return `${no}${flag === "saddr" ? "from" : "to"} an address that is ${
      list(right)
    }`;
  }
  if ("fib" in e && e.fib.result === "oif") {
    const there = (right === true) !== (op === "!=");
    return `whose sender is ${there ? "" : "not "}reached by the way they came`;
  }
  if ("payload" in e && "field" in e.payload) {
    const { protocol, field } = e.payload;
    if (field === "sport" || field === "dport") {
      const name = PROTOCOLS[protocol] ?? "";
      const side = field === "sport" ? "from" : "to";
      return `${name} ${no}${side} port${
        typeof right === "object" ? "s" : ""
      } ${limits(op)}${list(right)}`.trim();
    }
    const phrase = PHRASES[`${protocol} ${field}`];
    if (phrase) return `${no}${phrase} ${limits(op)}${list(right)}`;
  }
  const key = "meta" in e
    ? `meta ${e.meta.key}`
    : "ct" in e
    ? `ct ${e.ct.key}`
    : "";
  const phrase = PHRASES[key];
  if (phrase === undefined) return plain();
  return `${no}${phrase} ${limits(op)}${
    key.endsWith("name") ? interfaces(right) : list(right)
  }`;
}

const TCP_FLAGS = JSON.stringify({
  payload: { protocol: "tcp", field: "flags" },
});

const limits = (op: string): string =>
  ({ "<": "below ", ">": "above ", "<=": "at most ", ">=": "at least " })[op] ??
    "";

const rate = ({ rate, rate_unit, per, burst, inv }: Limit): string =>
  `${inv ? "beyond" : "no more than"} ${rate} ${
    rate_unit ?? "packets"
  } a ${per}${burst === undefined ? "" : ` (${burst} at once)`}`;

function target({ addr, port, flags = [] }: NatTarget): string {
  const where = addr === undefined ? "the same address" : list(addr);
  return `${where}${port === undefined ? "" : `, port ${list(port)}`}${
    flags.includes("random") || flags.includes("fully-random")
      ? ", at random"
      : ""
  }`;
}

/** What is done to a packet that fits. */
function action(statement: Statement, family: Family): string {
  if ("accept" in statement) return "let them pass";
  if ("drop" in statement) return "throw them away";
  if ("return" in statement) return "go back to the chain that came here";
  if ("continue" in statement) return "go on";
  if ("jump" in statement) return `look at chain ${statement.jump.target}`;
  if ("goto" in statement) {
    return `go to chain ${statement.goto.target} for good`;
  }
  if ("counter" in statement) return "count them";
  if ("reject" in statement) {
    const { type, expr } = statement.reject ?? {};
    return type === "tcp reset"
      ? "refuse them with a TCP reset"
      : `refuse them (${expr ?? "port-unreachable"})`;
  }
  if ("log" in statement) {
    const { prefix, group } = statement.log ?? {};
    return `${
      group === undefined ? "log them" : `send them to log group ${group}`
    }${prefix === undefined ? "" : ` as ${JSON.stringify(prefix)}`}`;
  }
  if ("dnat" in statement) {
    return `send them to ${target(statement.dnat)} instead`;
  }
  if ("snat" in statement) {
    return `make them come from ${target(statement.snat)}`;
  }
  if ("masquerade" in statement) {
    return "make them come from the address that they leave by";
  }
  if ("redirect" in statement) {
    const port = statement.redirect?.port;
    return `send them to this host${
      port === undefined ? "" : `, port ${list(port)}`
    }`;
  }
  if ("queue" in statement) return "hand them to a program";
  if ("notrack" in statement) return "do not track them";
  return formatStatement(statement, family);
}

/**
 * Says in a sentence what a rule does.
 *
 * @param statements The rule's statements.
 * @param family Its table's family.
 * @returns `"Packets TCP to port 22: let them pass."`
 */
export function inWords(
  statements: readonly Statement[],
  family: Family,
): string {
  const conditions: string[] = [];
  const actions: string[] = [];
  for (const statement of statements) {
    if ("match" in statement) conditions.push(comparison(statement, family));
    else if ("limit" in statement && "rate" in (statement.limit as object)) {
      conditions.push(rate(statement.limit as Limit));
    } else if ("set" in statement && !Array.isArray(statement.set)) {
      const [only] = statement.set.stmt ?? [];
      const bucket = only && "limit" in only && "rate" in (only.limit as object)
        ? `${rate(only.limit as Limit)}, for each key of ${statement.set.set}`
        : `that ${statement.set.set} counts`;
      conditions.push(bucket);
    } else if ("ct count" in statement || "quota" in statement) {
      conditions.push(`while ${formatStatement(statement, family)}`);
    } else actions.push(action(statement, family));
  }
  // A reset says of itself which packets it is for.
  const resets = statements.some((statement) =>
    "reject" in statement && statement.reject?.type === "tcp reset"
  );
  if (resets && !conditions.some((text) => text.startsWith("TCP"))) {
    conditions.unshift("TCP");
  }
  const what = conditions.length
    ? `Packets ${conditions.join(", ")}`
    : "All packets";
  return `${what}: ${actions.join(", then ") || "go on"}.`;
}
