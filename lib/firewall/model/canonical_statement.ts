/**
 * Statements in canonical form: defaults left out, values by their types.
 *
 * @module
 */

import {
  canonicalExpression,
  canonicalMap,
  canonicalRight,
} from "./canonical_expression.ts";
import { asList, defined, nameOf, type Place } from "./canonical_selector.ts";
import { canonicalLimit, canonicalQuota } from "./canonical_rate.ts";
import { canonicalAddress, canonicalTarget } from "./canonical_target.ts";
import { type DataType, dataType } from "./data_types.ts";
import type {
  AnonymousSet,
  Counts,
  Element,
  Expression,
  Limit,
  Quota,
  Value,
} from "./expression.ts";
import { typesOf } from "./fields.ts";
import type { Match, Operator, Statement, Synproxy } from "./statement.ts";

type Fields = Readonly<Record<string, unknown>>;
type Of<K extends string> = Extract<Statement, Record<K, unknown>>;

/**
 * Makes a statement canonical.
 *
 * @param statement The statement, as people or `nft -j` write it.
 * @param place Where it stands.
 * @returns It in canonical form.
 * @throws {TypeError} If a field or value in it is not known to nft.
 */
export function canonicalStatement(
  statement: Statement,
  place: Place,
): Statement {
  for (const kind in statement) {
    const make = MAKERS[kind];
    if (make) return make(statement, place);
  }
  return statement;
}

type Maker = (statement: Statement, place: Place) => Statement;

const maker = <K extends string>(
  make: (what: Of<K>, place: Place) => Statement,
): Maker => make as unknown as Maker;

const MAKERS: Readonly<Record<string, Maker>> = {
  match: maker<"match">(match),
  vmap: maker<"vmap">(({ vmap }, place) => {
    const key = canonicalExpression(vmap.key, place);
    const types = typesOf(key, place.family);
    const data = canonicalMap(types, vmap.data, place, nameOf(key));
    return { vmap: { key, data } };
  }),
  mangle: maker<"mangle">(({ mangle }, place) => {
    const key = canonicalExpression(mangle.key, place);
    const types = typesOf(key, place.family);
    const value = canonicalRight(types, mangle.value, place, nameOf(key));
    return { mangle: { key, value } };
  }),
  snat: maker<"snat">(({ snat }, place) => ({
    snat: canonicalTarget(snat, place),
  })),
  dnat: maker<"dnat">(({ dnat }, place) => ({
    dnat: canonicalTarget(dnat, place),
  })),
  masquerade: maker<"masquerade">(({ masquerade }, place) => ({
    masquerade: orNull(canonicalTarget(masquerade ?? {}, place)),
  })),
  redirect: maker<"redirect">(({ redirect }, place) => ({
    redirect: orNull(canonicalTarget(redirect ?? {}, place)),
  })),
  reject: maker<"reject">(({ reject }, place) => {
    const { type, expr } = reject ?? {};
    const usual = USUAL_REJECT[place.family] ?? "icmpx";
    if (
      !type || type === usual && (expr ?? PORT_UNREACHABLE) === PORT_UNREACHABLE
    ) {
      return { reject: null };
    }
    if (type === "tcp reset") return { reject: { type } };
    const code = canonicalRight(
      [dataType(`${type}_code`)],
      expr ?? PORT_UNREACHABLE,
      place,
      `reject with ${type}`,
    );
    return { reject: { type, expr: code as string } };
  }),
  log: maker<"log">(({ log }) => {
    const { level, flags, ...rest } = log ?? {};
    const given = asList<LogFlag>(flags);
    const sorted = LOG_FLAGS.filter((flag) => given.includes(flag));
    return {
      log: orNull(defined({
        ...rest,
        level: level === "warn" ? undefined : level,
        flags: sorted.length ? sorted : undefined,
      }) as NonNullable<Of<"log">["log"]>),
    };
  }),
  queue: maker<"queue">(({ queue }, place) => {
    const { num, flags } = queue ?? {};
    const given = asList(flags);
    const sorted = (["bypass", "fanout"] as const).filter((flag) =>
      given.includes(flag)
    );
    return {
      queue: orNull(defined({
        num: num === undefined || num === 0
          ? undefined
          : canonicalRight([QUEUE], num, place, "queue"),
        flags: sorted.length ? sorted : undefined,
      }) as NonNullable<Of<"queue">["queue"]>),
    };
  }),
  limit: maker<"limit">(({ limit }, place) => ({
    limit: isObject(limit) && "rate" in limit
      ? canonicalLimit(limit as unknown as Limit)
      : canonicalExpression(limit as Expression, place),
  })),
  quota: maker<"quota">(({ quota }, place) => ({
    quota: isObject(quota) && "val" in quota
      ? canonicalQuota(quota as unknown as Quota)
      : canonicalExpression(quota as Expression, place),
  })),
  counter: maker<"counter">(({ counter }, place) => {
    if (!isObject(counter)) return { counter };
    if (!("packets" in counter)) {
      return { counter: canonicalExpression(counter as Expression, place) };
    }
    const { packets, bytes } = counter as unknown as Counts;
    return { counter: packets || bytes ? { packets, bytes } : null };
  }),
  "ct count": maker<"ct count">(({ "ct count": { val, inv } }) => ({
    "ct count": inv ? { val, inv } : { val },
  })),
  set: maker<"set">(({ set }, place) => ({
    set: {
      op: set.op,
      elem: updated(set.elem, place),
      set: set.set,
      ...set.stmt?.length && { stmt: statements(set.stmt, place) },
    },
  })),
  map: maker<"map">(({ map }, place) => {
    const elem = updated(map.elem, place);
    return {
      map: {
        op: map.op,
        elem,
        data: canonicalExpression(map.data, place),
        map: map.map,
        ...map.stmt?.length && { stmt: statements(map.stmt, place) },
      },
    };
  }),
  meter: maker<"meter">(({ meter }, place) => ({
    meter: {
      ...meter,
      key: updated(meter.key, place),
      stmt: canonicalStatement(meter.stmt, place),
    },
  })),
  fwd: maker<"fwd">(({ fwd }, place) => ({
    fwd: {
      ...fwd,
      dev: canonicalRight(INTERFACE, fwd.dev, place, "fwd"),
      ...fwd.addr !== undefined &&
        { addr: canonicalAddress(fwd.addr, fwd.family, place, "fwd to") },
    },
  })),
  dup: maker<"dup">(({ dup }, place) => ({
    dup: {
      addr: place.family === "netdev"
        ? canonicalRight(INTERFACE, dup.addr, place, "dup")
        : canonicalAddress(dup.addr, undefined, place, "dup to"),
      ...dup.dev !== undefined &&
        { dev: canonicalRight(INTERFACE, dup.dev, place, "dup device") },
    },
  })),
  tproxy: maker<"tproxy">(({ tproxy }, place) => ({
    tproxy: canonicalTarget(tproxy, place),
  })),
  synproxy: maker<"synproxy">(({ synproxy }, place) => {
    if (!isObject(synproxy)) return { synproxy };
    if ("map" in synproxy) {
      return { synproxy: canonicalExpression(synproxy as Expression, place) };
    }
    const { mss, wscale, flags } = synproxy as unknown as Synproxy;
    const given = asList<"timestamp" | "sack-perm">(flags as []);
    return {
      synproxy: orNull(defined({
        mss,
        wscale,
        flags: given.length
          ? (["timestamp", "sack-perm"] as const).filter((flag) =>
            given.includes(flag)
          )
          : undefined,
      })) as Of<"synproxy">["synproxy"],
    };
  }),
  reset: maker<"reset">(({ reset }, place) => ({
    reset: canonicalExpression(reset, place),
  })),
  last: maker<"last">(({ last }) => ({ last: last?.used ? last : null })),
  accept: () => ({ accept: null }),
  drop: () => ({ drop: null }),
  continue: () => ({ continue: null }),
  return: () => ({ return: null }),
};

const INTERFACE = [dataType("iface_index")];
const QUEUE: DataType = { ...dataType("inet_service"), what: "a queue" };

const PORT_UNREACHABLE = "port-unreachable";
const USUAL_REJECT: Readonly<Record<string, string>> = {
  ip: "icmp",
  ip6: "icmpv6",
};

type LogFlag = NonNullable<NonNullable<Of<"log">["log"]>["flags"]>[number];
const LOG_FLAGS: readonly LogFlag[] = [
  "tcp sequence",
  "tcp options",
  "ip options",
  "skuid",
  "ether",
  "all",
];

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const orNull = <T extends object>(what: T): T | null =>
  Object.keys(what).length ? what : null;

const statements = (list: readonly Statement[], place: Place) =>
  list.map((statement) => canonicalStatement(statement, place));

/** What a set is told to take in. */
function updated(
  elem: Expression | Element,
  place: Place,
): Expression | Element {
  if (!isObject(elem) || !("elem" in elem)) {
    return canonicalExpression(elem as Expression, place);
  }
  const { val, ...rest } = (elem as unknown as Element).elem;
  const made = canonicalExpression(val, place);
  return Object.keys(rest).length ? { elem: { val: made, ...rest } } : made;
}

function match({ match }: Match, place: Place): Statement {
  const left = canonicalExpression(match.left, place);
  const types = typesOf(left, place.family);
  const field = nameOf(left);
  const bits = types.length === 1 &&
    (types[0]!.kind === "bitmask" || types[0]!.kind === "label");
  const right = canonicalRight(types, match.right, place, field);
  const alone = lone(right);
  const given = (match.op ?? (bits ? "in" : "==")) as Operator | "!";
  if (alone !== undefined) {
    const op = given === "==" && bits ? "in" : given;
    return compared(left, op, alone, types, bits);
  }
  return compared(left, given, right, types, bits);
}

/** The only element of a set that is nothing but a value. */
function lone(right: Expression | string): Expression | undefined {
  if (!isObject(right) || !("set" in right)) return undefined;
  const { set } = right as unknown as AnonymousSet;
  const [only] = set;
  if (set.length !== 1 || only === "*") return undefined;
  return isObject(only) && ("elem" in only || "concat" in only)
    ? undefined
    : only as Value;
}

function compared(
  left: Expression,
  op: Operator | "!",
  right: Expression,
  types: readonly DataType[],
  bits: boolean,
): Match {
  if (op === "!") {
    const mask = { "&": [left, right] } as const;
    return { match: { op: "==", left: mask, right: 0 } };
  }
  if (op === "in" && (!bits || isObject(right) || isReference(right))) {
    return { match: { op: "==", left, right } };
  }
  if (isObject(left) && "&" in left && (op === "==" || op === "!=")) {
    const [inner, mask] = left["&"] as readonly [Expression, Expression];
    if (bits && op === "!=" && right === 0 && isObject(inner)) {
      return { match: { op: "in", left: inner, right: mask } };
    }
    const len = prefixLength(types[0], mask);
    if (len !== undefined && typeof right === "string") {
      const prefix = { prefix: { addr: right, len } };
      return { match: { op, left: inner, right: prefix } };
    }
  }
  return { match: { op, left, right } };
}

const isReference = (right: unknown) =>
  typeof right === "string" && right.startsWith("@");

/** The length of an IPv4 mask that is a prefix's. */
function prefixLength(
  type: DataType | undefined,
  mask: Expression,
): number | undefined {
  if (type?.name !== "ipv4_addr" || typeof mask !== "string") return undefined;
  const parts = mask.split(".").map(Number);
  const bits = parts.map((part) => part.toString(2).padStart(8, "0")).join("");
  const length = bits.indexOf("0");
  if (length < 1 || bits.indexOf("1", length) >= 0) return undefined;
  return length;
}
