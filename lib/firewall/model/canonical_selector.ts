/**
 * Selectors in canonical form: by the names and with the families that nft
 * lists.
 *
 * @module
 */

import type { Expression, Literal } from "./expression.ts";
import {
  fieldAliases,
  tcpOptionAliases,
  tcpOptions,
  typesOf,
} from "./fields.ts";
import type { Family } from "./ruleset.ts";
import { explain } from "./value.ts";

/** Where an expression stands. */
export interface Place {
  readonly family: Family;
  /** What can't be done if it is wrong: `"use rule 1 of chain input"`. */
  readonly what: string;
  /** The family that the rule's earlier matches say, where the table has two. */
  readonly ip?: "ip" | "ip6" | undefined;
  /** The table is not known yet. */
  readonly building?: boolean;
}

/** An object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;
/** Every expression with parts. */
export type Structured = Exclude<Expression, Literal | readonly string[]>;

/** Whether something is an object, and no list. */
export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object without what is undefined. */
export function defined<T extends object>(what: T): T {
  for (const value of Object.values(what)) {
    if (value === undefined) {
      return Object.fromEntries(
        Object.entries(what).filter(([, value]) => value !== undefined),
      ) as T;
    }
  }
  return what;
}

/**
 * Names what an expression reads, as nft writes it.
 *
 * @param expression The expression.
 * @returns `"tcp dport"`, `"meta mark"`, `"ip saddr . tcp dport"`.
 */
export function nameOf(expression: Expression): string {
  if (!isObject(expression)) return String(expression);
  const e = expression as unknown as Structured;
  if ("payload" in e) {
    const { payload } = e;
    return "base" in payload
      ? `@${payload.base},${payload.offset},${payload.len}`
      : `${payload.protocol} ${payload.field}`;
  }
  if ("concat" in e) return e.concat.map(nameOf).join(" . ");
  for (const operator of ["&", "|", "^", "<<", ">>"] as const) {
    if (operator in e) {
      const [left, right] = (e as unknown as Record<string, Expression[]>)[
        operator
      ]!;
      return `${nameOf(left!)} ${operator} ${nameOf(right!)}`;
    }
  }
  const [[kind, what] = ["", ""]] = Object.entries(e) as [string, Fields][];
  const {
    name = "",
    key = "",
    field = "",
    result = "",
    dir = "",
    family = "",
  } = what as unknown as Record<string, string>;
  return [
    kind === "exthdr" ? "" : kind,
    ...[dir, family, name, field, key, result],
  ].filter((part) => part !== "").join(" ");
}

/** A list, where nft -j prints a lone one without brackets. */
export const asList = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

/** Refuses what nft does not know. */
export function checked(expression: Expression, place: Place): Expression {
  try {
    typesOf(expression, place.family);
    return expression;
  } catch (error) {
    throw explain(place.what, nameOf(expression), error);
  }
}

/** A field of a header, by its usual name. */
export function payload(
  e: Extract<Structured, { payload: unknown }>,
  place: Place,
): Expression {
  const { payload } = e;
  if ("base" in payload) {
    const { base, offset, len } = payload;
    if (base === "th" && len === 16 && (offset === 0 || offset === 16)) {
      const field = offset === 0 ? "sport" : "dport";
      return { payload: { protocol: "th", field } };
    }
    return e;
  }
  refuseFamily(payload.protocol, place);
  const alias = fieldAliases[payload.protocol]?.[payload.field];
  return checked(
    alias ? { payload: { protocol: payload.protocol, field: alias } } : e,
    place,
  );
}

/** Headers that never are in packets of a table's family. */
const NEVER: Readonly<Partial<Record<Family, readonly string[]>>> = {
  ip: ["ip6", "arp"],
  ip6: ["ip", "arp"],
  inet: ["arp"],
};
const WITH_ARP = ["arp", "ether", "vlan"];

function refuseFamily(protocol: string, place: Place): void {
  const { family } = place;
  const never = family === "arp"
    ? !WITH_ARP.includes(protocol)
    : NEVER[family]?.includes(protocol);
  if (!never || place.building) return;
  throw new TypeError(
    `Cannot ${place.what} as ${protocol} must not be matched in a table of family ${family}: it sees no such packets`,
  );
}

/** A key of conntrack, with its family where it has one. */
export function ct(
  e: Extract<Structured, { ct: unknown }>,
  place: Place,
): Expression {
  const { dir } = e.ct;
  let { key, family } = e.ct;
  const parts = /^(ip6?) ([sd]addr)$/.exec(key);
  if (parts) [family, key] = [parts[1] as "ip", parts[2]!];
  if (key !== "saddr" && key !== "daddr") family = undefined;
  else family ??= familyOf(place, `ct ${key}`);
  // Both ways alike: nft does not keep which was said.
  const alike = key === "l3proto" || key === "protocol";
  return checked({
    ct: defined({ key, family, dir: alike ? undefined : dir }),
  } as Expression, place);
}

/** The family that is meant, where none is said. */
export function familyOf(place: Place, name: string): "ip" | "ip6" {
  const family = place.ip ??
    (place.family === "ip" || place.family === "ip6"
      ? place.family
      : undefined);
  if (family) return family;
  throw new TypeError(
    `Cannot ${place.what} as ${name} must say "ip" or "ip6" in a table of family ${place.family}`,
  );
}

/** A field of a TCP option, by name where its kind has one. */
export function tcpOption(
  e: Extract<Structured, { "tcp option": unknown }>,
  place: Place,
): Expression {
  const option = e["tcp option"];
  if ("base" in option) {
    const known = Object.values(tcpOptions).find(({ number }) =>
      number === option.base
    );
    if (!known) return e;
    const { name } = known;
    if (option.offset === 0 && option.len === 8) {
      return { "tcp option": { name } };
    }
    const field = Object.values(known.fields).find(({ offset, bits }) =>
      offset === option.offset && bits === option.len
    );
    return field ? { "tcp option": { name, field: field.name } } : e;
  }
  const alias = tcpOptionAliases[option.name];
  return checked(
    alias ? { "tcp option": { ...option, name: alias } } : e,
    place,
  );
}
