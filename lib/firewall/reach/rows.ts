/**
 * What became of packets, in rows that one can read.
 *
 * @module
 */

import { set } from "../../ip/set/set.ts";
import { formatRule } from "../text/format.ts";
import type {
  PacketClass,
  Question,
  ReachRow,
  RuleReference,
} from "./answer.ts";
import { type Interval, NONE, type PacketSet } from "./diagram.ts";
import { type Box, boxesOf, isOpen, prefixesOf, valuesText } from "./boxes.ts";
import type { Decided, Decider, Journey } from "./journey.ts";
import type { Dimension, Space } from "./space.ts";
import type { Place } from "./walk.ts";
import { witnessOf } from "./witness.ts";

/** Names a rule. */
export function referenceOf({ table, chain, place }: Decider): RuleReference {
  if (place !== undefined) return placeOf(place);
  return {
    ...{ family: table.family, table: table.name, chain: chain.name },
    text: `policy ${chain.base?.policy}`,
  };
}

/** Names the rule at a place. */
export function placeOf(
  { table, chain, index, rule }: Place,
): RuleReference {
  return {
    ...{ family: table.family, table: table.name, chain: chain.name },
    ...{ index, rule },
    text: formatRule(rule, table.family, { counters: false }),
  };
}

/** Where a rule stands, in short. */
export const whereText = (by: RuleReference | undefined): string =>
  by === undefined
    ? "no chain"
    : [by.table, by.chain, ...by.index === undefined ? [] : [by.index]]
      .join(" ");

/** Rows, and whether they are all. */
export interface Rows {
  readonly rows: readonly ReachRow[];
  readonly isComplete: boolean;
}

/** The most rows of one rule. */
const MOST_OF_ONE = 25;

/** Makes rows of what was decided. */
export function rowsOf(
  space: Space,
  journey: Journey,
  decided: readonly Decided[],
  most: number,
  { mark = 0, state = "new" }: Pick<Question, "mark" | "state">,
): Rows {
  const { diagram } = space;
  // One state alone needs no telling.
  const isOneState = state !== "any" && [state].flat().length === 1;
  const hidden = [...space.unread, ...isOneState ? [space.state] : []];
  const shared = contested(space, journey);
  const rows: ReachRow[] = [];
  let isComplete = true;
  for (const { by, set, ending, translations } of decided) {
    const doubtful = diagram.and(set, shared);
    for (
      const [part, isCertain] of [
        [diagram.minus(set, shared), true],
        [doubtful, false],
      ] as const
    ) {
      if (part === NONE) continue;
      const room = Math.min(MOST_OF_ONE, most - rows.length);
      if (room <= 0) {
        isComplete = false;
        continue;
      }
      const boxes = boxesOf(space, space.some(part, ...hidden), room + 1);
      if (boxes.length > room) isComplete = false;
      for (const box of boxes.slice(0, room)) {
        const inside = diagram.and(part, setOf(space, box));
        const witness = witnessOf(space, inside, journey.isTracked, mark);
        const conditions = conditionsOf(box);
        if (!isCertain) {
          for (const doubt of journey.doubts) {
            if (
              !conditions.includes(doubt.why) &&
              diagram.and(doubt.set, inside) !== NONE
            ) conditions.push(doubt.why);
          }
        }
        rows.push({
          ...classOf(space, box),
          verdict: ending,
          by: by && referenceOf(by),
          isCertain: isCertain && conditions.length === 0,
          conditions,
          translations,
          ...witness !== undefined && { witness },
        });
      }
    }
  }
  return { rows, isComplete };
}

/** Packets of which nobody can tell who decides them. */
function contested(space: Space, { decided, doubts }: Journey): PacketSet {
  if (doubts.length === 0) return NONE;
  const { diagram } = space;
  let once: PacketSet = NONE;
  let twice: PacketSet = NONE;
  for (const { set } of decided) {
    twice = diagram.or(twice, diagram.and(once, set));
    once = diagram.or(once, set);
  }
  return twice;
}

/** The packets of a box. */
export function setOf(space: Space, box: Box): PacketSet {
  let set: PacketSet = 1;
  for (const [dimension, intervals] of box) {
    if (isOpen(dimension, intervals)) continue;
    set = space.diagram.and(set, space.among(dimension, intervals));
  }
  return set;
}

function conditionsOf(box: Box): string[] {
  return [...box].filter(([dimension, intervals]) =>
    dimension.isCondition && !isOpen(dimension, intervals)
  ).map(([{ name }, intervals]) =>
    intervals[0]![0] == 0 ? `not: ${name}` : name
  );
}

/** What a box says of its packets. */
export function classOf(space: Space, box: Box): PacketClass {
  const told = (dimension: Dimension): readonly Interval[] | undefined => {
    const intervals = box.get(dimension);
    return isOpen(dimension, intervals) ? undefined : intervals;
  };
  const text = (dimension: Dimension): string | undefined => {
    const intervals = told(dimension);
    return intervals && valuesText(dimension, intervals);
  };
  const family = text(space.family);
  const addresses = (end: "src" | "dst") => {
    const [v4, v6] = [space[`${end}4`], space[`${end}6`]];
    const held = [v4, v6].flatMap((dimension) => {
      const intervals = told(dimension);
      return intervals ? prefixesOf(dimension, intervals) : [];
    });
    return held.length === 0 ? undefined : held;
  };
  // No interface is told by the way, and is no news.
  const device = (dimension: Dimension) => {
    const intervals = told(dimension);
    const most = dimension.codes!.length - 1;
    const [first, last] = intervals?.[0] ?? [0, 0];
    if (last === 0 || first === 1 && last === most) return undefined;
    return intervals && valuesText(dimension, intervals);
  };
  const named = new Set<Dimension>([
    ...[space.family, space.iif, space.oif, space.state, space.protocol],
    ...[space.dport, space.sport, space.src4, space.dst4],
    ...[space.src6, space.dst6],
  ]);
  const said = {
    family: family === "ipv4" || family === "ipv6" ? family : undefined,
    from: addresses("src"),
    to: addresses("dst"),
    protocol: text(space.protocol),
    ports: text(space.dport),
    srcPorts: text(space.sport),
    iifname: device(space.iif),
    oifname: device(space.oif),
    state: text(space.state),
  };
  return {
    ...Object.fromEntries(
      Object.entries(said).filter(([, value]) => value !== undefined),
    ),
    more: [...box].filter(([dimension, intervals]) =>
      !named.has(dimension) && !dimension.isCondition &&
      !isOpen(dimension, intervals)
    ).map(([dimension, intervals]) =>
      `${dimension.name} ${valuesText(dimension, intervals)}`
    ),
  };
}

/** The cells of a class, for a table. */
export function cellsOf(row: PacketClass): { [key: string]: string } {
  const { family, from, to, protocol, ports, srcPorts, more } = row;
  const list = (items: readonly string[] | undefined): string => {
    if (items === undefined) return family ?? "any";
    if (items.length <= 3) return items.join(", ");
    // All but a few are better said so.
    const rest = [
      ...set(items[0]!.includes(":") ? "::/0" : "0.0.0.0/0")
        .difference(items),
    ].map((subnet) => `${subnet}`.replace(/\/(32|128)$/, ""));
    return rest.length < items.length
      ? `not ${rest.slice(0, 3).join(", ")}${andMore(rest.length - 3)}`
      : `${items.slice(0, 3).join(", ")}${andMore(items.length - 3)}`;
  };
  return {
    from: list(from),
    to: list(to),
    protocol: protocol ?? "any",
    ports: ports ?? "any",
    ...row.iifname !== undefined && { in: row.iifname },
    ...row.oifname !== undefined && { out: row.oifname },
    more: [
      ...srcPorts === undefined ? [] : [`sport ${srcPorts}`],
      ...row.state === undefined ? [] : [`ct state ${row.state}`],
      ...more,
    ].join("; "),
  };
}

const andMore = (count: number) => count > 0 ? ` … (${count} more)` : "";
