/**
 * Statements that say whether a rule of nft goes on, as matches of iptables.
 *
 * @module
 */

import type {
  ConnectionCount,
  Expression,
  Limit,
  Quota,
  Value,
} from "../model/expression.ts";
import type { Match, Statement } from "../model/statement.ts";
import { type Draft, not, type Place, Unwritable } from "./draft.ts";
import { tcpOptionNumber } from "./write_action.ts";
import { writeCt, writeMeta } from "./write_context.ts";
import { writeExtension } from "./write_extension.ts";
import {
  type Compared,
  elementsOf,
  spanOf,
  spanText,
  writePayload,
} from "./write_match.ts";
import { writeUpdate } from "./write_rates.ts";
import { writeRouting } from "./write_routing.ts";

/** One comparison, or another statement that says whether the rule goes on. */
export function writeComparison(
  statement: Statement,
  draft: Draft,
  place: Place,
  next: Match | undefined,
  absent: boolean,
): void {
  if ("limit" in statement) return writeLimit(statement.limit, draft);
  if ("quota" in statement) return writeQuota(statement.quota, draft);
  if ("ct count" in statement) {
    const { val, inv } = statement["ct count"] as ConnectionCount;
    draft.alone(
      "connlimit",
      `--connlimit-${inv ? "above" : "upto"} ${val} --connlimit-mask 0`,
    );
    return;
  }
  if ("set" in statement) return writeUpdate(statement, draft, place);
  const { match } = statement as Match;
  const masked = typeof match.left === "object" && "&" in match.left;
  const [left, mask] = masked
    ? (match.left as { "&": readonly [Expression, Expression] })["&"]
    : [match.left, undefined];
  const compared: Compared = {
    ...{ op: match.op, left, right: match.right as Expression },
    negated: match.op === "!=",
    ...mask !== undefined && { mask },
    ...next && { next },
  };
  if (typeof left !== "object") throw new Unwritable("it compares a constant");
  const e = left as Exclude<Expression, Value>;
  if ("payload" in e) return writePayload(draft, compared, place);
  if ("meta" in e) return writeMeta(draft, compared, place);
  if ("ct" in e) return writeCt(draft, compared, place);
  if ("fib" in e || "rt" in e || "socket" in e) {
    return writeRouting(draft, compared, place);
  }
  if ("exthdr" in e || "sctp chunk" in e) {
    return writeExtension(draft, compared, place);
  }
  if ("tcp option" in e) return writeTcpOption(draft, compared, absent);
  if ("numgen" in e) return writeStatistic(draft, compared);
  if ("concat" in e) return writeOtherCode(draft, compared);
  throw new Unwritable("iptables does not compare this");
}

function writeLimit(limit: Limit | Expression, draft: Draft): void {
  if (typeof limit !== "object" || !("rate" in limit)) {
    throw new Unwritable("its limit has a name");
  }
  const { rate, per, burst = 5, rate_unit, inv } = limit as Limit;
  if (rate_unit !== undefined || inv || per === "week") {
    throw new Unwritable(
      "iptables limits packets, up to a rate, a second, minute, hour or day",
    );
  }
  draft.alone("limit", `--limit ${rate}/${per} --limit-burst ${burst}`);
}

function writeQuota(quota: Quota | Expression, draft: Draft): void {
  if (typeof quota !== "object" || !("val" in quota)) {
    throw new Unwritable("its quota has a name");
  }
  const { val, val_unit, used, inv } = quota as Quota;
  if (used) throw new Unwritable("iptables starts a quota from nothing used");
  const size = val_unit === "mbytes"
    ? 1048576
    : val_unit === "kbytes"
    ? 1024
    : 1;
  draft.alone("quota", `${not(inv ?? false)}--quota ${val * size}`);
}

function writeTcpOption(
  draft: Draft,
  compared: Compared,
  absent: boolean,
): void {
  const option = (compared.left as {
    "tcp option": { name?: string; field?: string; base?: number };
  })["tcp option"];
  const { right, negated } = compared;
  draft.need("tcp");
  if (option.field === "size" && option.name === "maxseg") {
    const span = spanText(spanOf(compared, "ip", 65535));
    // For iptables, a packet without the option has another size.
    if (negated && !absent) draft.alone("tcp", "--tcp-option 2");
    draft.alone("tcpmss", `${not(negated)}--mss ${span}`);
    return;
  }
  const number = option.base ?? tcpOptionNumber(option.name ?? "");
  if (typeof right !== "boolean" || number === undefined) {
    throw new Unwritable("iptables asks only whether an option is there");
  }
  draft.alone("tcp", `${not(right === negated)}--tcp-option ${number}`);
}

function writeStatistic(draft: Draft, compared: Compared): void {
  const { mode, mod, offset = 0 } = (compared.left as {
    numgen: { mode: string; mod: number; offset?: number };
  }).numgen;
  const { op, right, negated } = compared;
  if (offset === 0 && typeof right === "number") {
    if (mode === "random" && (op === "<" || op === ">=")) {
      const probability = (right / mod).toFixed(11);
      if (mod === 0x80000000) {
        draft.alone(
          "statistic",
          `--mode random ${not(op === ">=")}--probability ${probability}`,
        );
        return;
      }
    }
    if (mode === "inc" && (op === "==" || op === "!=")) {
      draft.alone(
        "statistic",
        `--mode nth ${not(negated)}--every ${mod} --packet ${right}`,
      );
      return;
    }
  }
  throw new Unwritable(
    "iptables draws from 2147483648 numbers, or counts in turn",
  );
}

/** Not this type and code of ICMP. */
function writeOtherCode(draft: Draft, compared: Compared): void {
  const parts = (compared.left as { concat: readonly Expression[] }).concat;
  const names = parts.map((part) =>
    (part as { payload?: { protocol: string; field: string } }).payload
  );
  const [value, more] = elementsOf(compared.right);
  const [type, code] = names;
  const isIcmp = type?.field === "type" && code?.field === "code" &&
    names.length === 2 && type.protocol === code.protocol &&
    ["icmp", "icmpv6"].includes(type.protocol);
  if (!isIcmp || more !== undefined || !compared.negated) {
    throw new Unwritable("iptables compares one field at a time");
  }
  const [first, second] = (value as { concat: readonly Expression[] }).concat
    .map((right, i) =>
      spanOf({ ...compared, op: "==", left: parts[i]!, right }, "ip", 255)[0]
    );
  const v6 = type.protocol === "icmpv6";
  draft.need(v6 ? "ipv6-icmp" : "icmp");
  draft.alone(
    v6 ? "icmp6" : "icmp",
    `! --${v6 ? "icmpv6" : "icmp"}-type ${first}/${second}`,
  );
}
