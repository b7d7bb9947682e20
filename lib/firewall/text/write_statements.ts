/**
 * Statements as `nft list ruleset` prints them.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type {
  AnonymousSet,
  Counts,
  Element,
  Expression,
  Limit,
  Quota,
  Value,
} from "../model/expression.ts";
import type { Family } from "../model/ruleset.ts";
import type { Log, Match, Statement, Synproxy } from "../model/statement.ts";
import { formatTime } from "../model/time.ts";
import { operatorOf, writeExpression } from "./write_expressions.ts";
import {
  connectionsText,
  countsText,
  keyText,
  limitText,
  mapText,
  nameText,
  quotaText,
  quote,
  referenceText,
  setText,
  type Style,
  valueText,
  verdictText,
} from "./write_values.ts";
import {
  addressText,
  isIpv6,
  isObject,
  natText,
  PORT,
  portText,
} from "./write_nat.ts";

const STRING = [dataType("string")];
const INTERFACE = [dataType("iface_index")];

/** Writes a statement. */
export function writeStatement(
  statement: Statement,
  family: Family,
  style: Style,
): string {
  for (const kind in statement) {
    switch (kind) {
      case "match":
        return matchText((statement as Match).match, family);
      case "accept":
      case "drop":
      case "continue":
      case "return":
      case "notrack":
        return kind;
    }
    const write = WRITERS[kind];
    if (write) return write(statement, family, style);
    break;
  }
  throw new TypeError(
    `Cannot write a statement as it must be one of nftables: current value is ${
      JSON.stringify(statement)
    }`,
  );
}

type Of<K extends string> = Extract<Statement, Record<K, unknown>>;
type Writer = (statement: Statement, family: Family, style: Style) => string;

const writer = <K extends string>(
  write: (statement: Of<K>, family: Family, style: Style) => string,
): Writer => write as unknown as Writer;

/** An object by its name, or by a map. */
const objectText = (object: Expression, family: Family): string =>
  typeof object === "string"
    ? quote(object)
    : writeExpression(object, family, STRING).text;

const WRITERS: Readonly<Record<string, Writer>> = {
  jump: writer<"jump">(verdictText),
  goto: writer<"goto">(verdictText),
  vmap: writer<"vmap">(({ vmap }, family) => {
    const { text, types } = writeExpression(vmap.key, family);
    return `${text} vmap ${mapText(types, [], vmap.data)}`;
  }),
  mangle: writer<"mangle">(({ mangle }, family) => {
    const { text, types } = writeExpression(mangle.key, family);
    return `${text} set ${writeExpression(mangle.value, family, types).text}`;
  }),
  counter: writer<"counter">(({ counter }, family, { counters }) => {
    if (isObject(counter) && "packets" in counter) {
      return counters
        ? `counter${countsText(counter as unknown as Counts)}`
        : "counter";
    }
    return counter === null
      ? "counter"
      : `counter name ${objectText(counter as Expression, family)}`;
  }),
  limit: writer<"limit">(({ limit }, family) =>
    isObject(limit) && "rate" in limit
      ? `limit ${limitText(limit as unknown as Limit)}`
      : `limit name ${objectText(limit as Expression, family)}`
  ),
  quota: writer<"quota">(({ quota }, family, { counters }) => {
    if (!isObject(quota) || !("val" in quota)) {
      return `quota name ${objectText(quota as Expression, family)}`;
    }
    const { used: _, used_unit: __, ...rest } = quota as unknown as Quota;
    return `quota ${quotaText(counters ? quota as unknown as Quota : rest)}`;
  }),
  "ct count": writer<"ct count">((statement) =>
    `ct count ${connectionsText(statement["ct count"])}`
  ),
  "ct helper": writer<"ct helper">((statement, family) =>
    `ct helper set ${objectText(statement["ct helper"], family)}`
  ),
  "ct timeout": writer<"ct timeout">((statement, family) =>
    `ct timeout set ${objectText(statement["ct timeout"], family)}`
  ),
  "ct expectation": writer<"ct expectation">((statement, family) =>
    `ct expectation set ${objectText(statement["ct expectation"], family)}`
  ),
  secmark: writer<"secmark">(({ secmark }, family) =>
    `meta secmark set ${objectText(secmark, family)}`
  ),
  last: writer<"last">(({ last }) =>
    last?.used ? `last used ${formatTime(last.used)}` : "last used never"
  ),
  log: writer<"log">(({ log }) => logText(log)),
  reject: writer<"reject">(({ reject }) => {
    const { type, expr = "port-unreachable" } = reject ?? {};
    return type === undefined
      ? "reject"
      : type === "tcp reset"
      ? "reject with tcp reset"
      : `reject with ${type} ${expr}`;
  }),
  queue: writer<"queue">(({ queue }, family) => {
    const { num = 0, flags } = queue ?? {};
    const chosen = flags?.length ? ` flags ${flags.join(",")}` : "";
    return `queue${chosen} to ${writeExpression(num, family, PORT).text}`;
  }),
  snat: writer<"snat">(({ snat }, family) => natText("snat", snat, family)),
  dnat: writer<"dnat">(({ dnat }, family) => natText("dnat", dnat, family)),
  masquerade: writer<"masquerade">(({ masquerade }, family) =>
    natText("masquerade", masquerade ?? {}, family)
  ),
  redirect: writer<"redirect">(({ redirect }, family) =>
    natText("redirect", redirect ?? {}, family)
  ),
  tproxy: writer<"tproxy">(({ tproxy }, family) => {
    const { family: given, addr, port } = tproxy;
    const v6 = (given ?? family) === "ip6" || isIpv6(addr);
    const where = addr === undefined
      ? ""
      : addressText(addr, v6, typeof addr === "string", family);
    return `tproxy ${given ? `${given} ` : ""}to ${where}${
      portText(port, family)
    }`;
  }),
  synproxy: writer<"synproxy">(({ synproxy }, family) => {
    if (synproxy === null) return "synproxy";
    return isObject(synproxy) && !("map" in synproxy)
      ? `synproxy${synproxyText(synproxy as Synproxy, " ")}`
      : `synproxy name ${objectText(synproxy as Expression, family)}`;
  }),
  set: writer<"set">(({ set }, family, style) => {
    const inside = updatedText(set.elem, set.stmt, family, style);
    return `${set.op} ${referenceText(set.set)} { ${inside} }`;
  }),
  map: writer<"map">(({ map }, family, style) => {
    const inside = updatedText(map.elem, map.stmt, family, style);
    const { data } = map;
    const value = isObject(data) &&
        ("accept" in data || "drop" in data || "continue" in data ||
          "return" in data || "jump" in data || "goto" in data)
      ? verdictText(data as never)
      : writeExpression(data, family).text;
    return `${map.op} ${referenceText(map.map)} { ${inside} : ${value} }`;
  }),
  meter: writer<"meter">(({ meter }, family, style) => {
    const { name, key, size, stmt } = meter;
    const room = size === undefined ? "" : ` size ${size}`;
    return `meter ${nameText(name)}${room} { ${
      updatedText(key, [stmt], family, style)
    } }`;
  }),
  fwd: writer<"fwd">(({ fwd }, family) => {
    const dev = writeExpression(fwd.dev, family, INTERFACE).text;
    if (fwd.addr === undefined) return `fwd to ${dev}`;
    const to = fwd.family ?? "ip";
    return `fwd ${to} to ${
      addressText(fwd.addr, to === "ip6", false, family)
    } device ${dev}`;
  }),
  dup: writer<"dup">(({ dup: { addr, dev } }, family) => {
    const to = family === "netdev"
      ? writeExpression(addr, family, INTERFACE).text
      : addressText(addr, family === "ip6" || isIpv6(addr), false, family);
    return dev === undefined
      ? `dup to ${to}`
      : `dup to ${to} device ${writeExpression(dev, family, INTERFACE).text}`;
  }),
  flow: writer<"flow">(({ flow }) =>
    `flow add ${referenceText(flow.flowtable)}`
  ),
  reset: writer<"reset">(({ reset }, family) => {
    const { base } = (reset as { "tcp option": { base?: number } })[
      "tcp option"
    ];
    return base === undefined
      ? `reset ${writeExpression(reset, family).text}`
      : `reset tcp option ${base}`;
  }),
  xt: writer<"xt">(({ xt }) =>
    xt === null ? "xt" : `xt ${xt.type} ${quote(xt.name)}`
  ),
};

/** What a rule compares. */
function matchText(
  { op, left, right }: Match["match"],
  family: Family,
): string {
  const { text, types } = writeExpression(left, family);
  const [type] = types;
  const bits = type !== undefined && types.length === 1 &&
    (type.kind === "bitmask" || type.kind === "label");
  if (typeof left === "object") {
    if ("&" in left && bits) {
      const masked = bitsText(left["&"], op, right, type, family);
      if (masked !== undefined) return masked;
    }
    // A number of an option, where it is only asked whether it is there.
    if ("tcp option" in left && typeof right === "boolean") {
      const option = left["tcp option"];
      if ("base" in option) {
        const not = op === "!=" ? "!= " : "";
        return `tcp option ${option.base} ${not}${
          right ? "exists" : "missing"
        }`;
      }
    }
  }
  const value = typeof right === "object" && "set" in right
    ? setText(types, right as AnonymousSet)
    : isReferenceText(right)
    ? referenceText(right)
    : keyText(types, right as Value);
  // What is computed is compared by a sign; bits too, or they need only meet.
  const said = op === "in" || op === "==" && !(bits && isLone(right)) &&
      !(typeof left === "object" && operatorOf(left) !== undefined);
  return said ? `${text} ${value}` : `${text} ${op} ${value}`;
}

const isReferenceText = (right: unknown): right is `@${string}` =>
  typeof right === "string" && right.charCodeAt(0) === 64;

const isLone = (right: Match["match"]["right"]): boolean =>
  typeof right === "object"
    ? Array.isArray(right)
    : typeof right !== "string" || !isReferenceText(right);

/** Bits under a mask: `tcp flags syn / fin,syn`, `tcp flags ! syn`. */
function bitsText(
  [field, mask]: readonly [Expression, Expression],
  op: string,
  right: Match["match"]["right"],
  type: DataType,
  family: Family,
): string | undefined {
  if (typeof mask === "object" && !Array.isArray(mask)) return undefined;
  const { text } = writeExpression(field, family);
  const bits = valueText(type, mask as Value);
  if (right === 0 && op === "==") return `${text} ! ${bits}`;
  if (!Array.isArray(mask) || op !== "==" && op !== "!=") return undefined;
  if (right === 0) return `${text} & (${mask.join(" | ")}) != 0`;
  if (typeof right === "object" && !Array.isArray(right)) return undefined;
  const not = op === "!=" ? "!= " : "";
  return `${text} ${not}${valueText(type, right as Value)} / ${bits}`;
}

const LOG_ORDER = ["group", "snaplen", "queue-threshold"] as const;

function logText(log: Log["log"]): string {
  if (log === null) return "log";
  let text = "log";
  if (log.prefix !== undefined) text += ` prefix ${quote(log.prefix)}`;
  if (log.level !== undefined) text += ` level ${log.level}`;
  for (const key of LOG_ORDER) {
    if (log[key] !== undefined) text += ` ${key} ${log[key]}`;
  }
  const flags = log.flags ?? [];
  if (flags.includes("all")) return `${text} flags all`;
  const tcp = flags.filter((flag) => flag.startsWith("tcp "));
  if (tcp.length > 0) {
    text += ` flags tcp ${tcp.map((flag) => flag.slice(4)).join(",")}`;
  }
  for (const flag of flags) {
    if (!flag.startsWith("tcp ")) text += ` flags ${flag}`;
  }
  return text;
}

/** What a synproxy tells, each with a separator before it. */
export function synproxyText(
  { mss, wscale, flags }: Synproxy,
  separator: string,
): string {
  let text = "";
  if (mss !== undefined || wscale !== undefined) {
    text += `${separator}mss ${mss ?? 0}${separator}wscale ${wscale ?? 0}`;
  }
  return flags?.length ? `${text}${separator}${flags.join(" ")}` : text;
}

/** What a set is told to take in, with what stands with it. */
function updatedText(
  elem: Expression | Element,
  stmt: readonly Statement[] | undefined,
  family: Family,
  style: Style,
): string {
  let text: string;
  if (isObject(elem) && "elem" in elem) {
    const { val, timeout, comment } = (elem as unknown as Element).elem;
    text = writeExpression(val, family).text;
    if (timeout !== undefined) text += ` timeout ${formatTime(timeout)}`;
    if (comment !== undefined) text += ` comment ${quote(comment)}`;
  } else text = writeExpression(elem as Expression, family).text;
  for (const one of stmt ?? []) {
    text += ` ${writeStatement(one, family, style)}`;
  }
  return text;
}
