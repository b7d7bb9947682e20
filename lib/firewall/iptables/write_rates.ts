/**
 * Sets in which each element keeps count, as hashlimit and connlimit.
 *
 * @module
 */

import type {
  ConnectionCount,
  Expression,
  Limit,
} from "../model/expression.ts";
import type { SetUpdate } from "../model/statement.ts";
import { addressIn } from "./basics.ts";
import { type Draft, type Place, Unwritable } from "./draft.ts";
import { PORT_PROTOCOLS } from "./extension.ts";

const ALL = { ip: 32, ip6: 128 } as const;

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86400,
};

interface Key {
  readonly field: string;
  readonly length: number;
}

/** Addresses, masked or not, and ports. */
function keysOf(elem: Expression, { family }: Place, draft: Draft): Key[] {
  const parts = typeof elem === "object" && "concat" in elem
    ? elem.concat as readonly Expression[]
    : [elem];
  return parts.map((part) => {
    const masked = typeof part === "object" && "&" in part;
    const [left, mask] = masked
      ? (part as { "&": readonly [Expression, string] })["&"]
      : [part, undefined];
    const payload = typeof left === "object" && "payload" in left
      ? left.payload as { protocol: string; field: string }
      : undefined;
    if (!payload) {
      throw new Unwritable("iptables counts by address and port only");
    }
    const { protocol, field } = payload;
    if (protocol === family && (field === "saddr" || field === "daddr")) {
      const bits = mask === undefined
        ? ALL[family]
        : lengthOf(mask as string, family);
      return { field, length: bits };
    }
    if (PORT_PROTOCOLS.has(protocol) && field.endsWith("port")) {
      draft.need(protocol);
      return { field, length: 16 };
    }
    throw new Unwritable("iptables counts by address and port only");
  });
}

function lengthOf(mask: string, family: "ip" | "ip6"): number {
  const number = addressIn({ text: mask, offset: 0, quoted: false }, family);
  const bits = number.toString(2);
  const ones = bits.lastIndexOf("1") + 1;
  if (bits.length !== ALL[family] || bits.slice(0, ones).includes("0")) {
    throw new Unwritable(
      "iptables counts by the first bits of an address only",
    );
  }
  return ones;
}

const MODES: Readonly<Record<string, string>> = {
  saddr: "srcip",
  sport: "srcport",
  daddr: "dstip",
  dport: "dstport",
};

/** `update @name { ip saddr limit rate … }` and `add @name { ip saddr ct count … }`. */
export function writeUpdate(
  { set: update }: SetUpdate,
  draft: Draft,
  place: Place,
): void {
  const { op, elem, stmt = [] } = update;
  const name = update.set.slice(1);
  const set = place.sets.find((each) => each.name === name);
  const [only, more] = stmt;
  if (
    !set || !only || more || typeof elem === "object" && "elem" in elem ||
    set.elements.length > 0 || set.flags?.includes("interval")
  ) throw new Unwritable(`the set @${name} has a name, and is no bucket`);
  const keys = keysOf(elem as Expression, place, draft);
  const { family } = place;
  if ("ct count" in only && op === "add" && set.timeout === undefined) {
    const [key, other] = keys;
    const { val, inv } = only["ct count"] as ConnectionCount;
    if (!key || other || key.field.endsWith("port")) {
      throw new Unwritable("connlimit counts by one address");
    }
    draft.alone(
      "connlimit",
      `--connlimit-${inv ? "above" : "upto"} ${val}`,
      `--connlimit-mask ${key.length}`,
      `--connlimit-${key.field}`,
    );
    place.useSet(name);
    return;
  }
  if (!("limit" in only) || op !== "update" || set.timeout === undefined) {
    throw new Unwritable(
      `iptables has no equal of what the set @${name} keeps`,
    );
  }
  const { rate, per, burst = 5, rate_unit, inv } = only.limit as Limit;
  if (rate === undefined || rate_unit !== undefined || !SECONDS[per]) {
    throw new Unwritable(
      "hashlimit counts packets, a second, minute, hour or day",
    );
  }
  const options = [
    `--hashlimit-${inv ? "above" : "upto"} ${rate}/${per}`,
    `--hashlimit-burst ${burst}`,
    `--hashlimit-mode ${keys.map(({ field }) => MODES[field]).join(",")}`,
    `--hashlimit-name ${name}`,
  ];
  for (const { field, length } of keys) {
    if (length === ALL[family] || field.endsWith("port")) continue;
    const side = field === "saddr" ? "src" : "dst";
    options.push(`--hashlimit-${side}mask ${length}`);
  }
  if (set.timeout !== SECONDS[per]) {
    options.push(`--hashlimit-htable-expire ${Math.round(set.timeout * 1000)}`);
  }
  if (set.size !== undefined && set.size !== 65535) {
    options.push(`--hashlimit-htable-max ${set.size}`);
  }
  draft.alone("hashlimit", ...options);
  place.useSet(name);
}
