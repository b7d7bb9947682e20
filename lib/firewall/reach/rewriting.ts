/**
 * What statements write into packets: marks, fields, translated addresses.
 *
 * @module
 */

import { dataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import { typesOf } from "../model/fields.ts";
import type { Table } from "../model/ruleset.ts";
import type { NatTarget, Statement } from "../model/statement.ts";
import { formatStatement } from "../text/format.ts";
import type { Ending } from "./answer.ts";
import { ALL, NONE, type PacketSet } from "./diagram.ts";
import { asCame, type Flow, rewritten } from "./flow.ts";
import type { Case, Known, Matcher } from "./matching.ts";
import type { Sets } from "./comparing.ts";
import { type Dimension, type Space, STATES } from "./space.ts";

/** What becomes of a flow, for some of its packets. */
export interface Change {
  readonly sets: Sets;
  readonly flow: Flow;
  readonly ending?: Ending;
}

const EVERY: Sets = { may: ALL, must: ALL };
const UNTRACKED = STATES.findIndex(({ text }) => text === "untracked");

/** How a statement changes a flow; nothing: it is no such statement. */
export function changeOf(
  space: Space,
  matcher: Matcher,
  table: Table,
  statement: Statement,
  flow: Flow,
): Change[] | undefined {
  const around = { space, matcher, table, flow };
  if ("mangle" in statement) {
    return mangle(around, statement.mangle.key, statement.mangle.value);
  }
  if ("notrack" in statement) {
    if (matcher.stage.isTracked) return [{ sets: EVERY, flow }];
    const set = space.equal(space.state, UNTRACKED);
    return [{
      sets: EVERY,
      flow: {
        ...flow,
        rewrites: rewritten(flow.rewrites, [[space.state, set]]),
        isFirst: false,
      },
    }];
  }
  if ("snat" in statement) {
    return translate(around, statement, "source", statement.snat);
  }
  if ("dnat" in statement) {
    return translate(around, statement, "destination", statement.dnat);
  }
  if ("masquerade" in statement) {
    const port = statement.masquerade?.port;
    return translate(around, statement, "source", port ? { port } : {}, "own");
  }
  if ("redirect" in statement) {
    const port = statement.redirect?.port;
    const to = port === undefined ? {} : { port };
    return translate(around, statement, "destination", to, "own");
  }
}

interface Around {
  readonly space: Space;
  readonly matcher: Matcher;
  readonly table: Table;
  readonly flow: Flow;
}

/** Sets of a dimension's values. */
const holding = (space: Space, dimension: Dimension, known: Known): PacketSet =>
  known === undefined ? ALL : space.among(dimension, [known]);

function mangle(
  { space, matcher, table, flow }: Around,
  key: Expression,
  value: Expression,
): Change[] {
  const reading = matcher.read(table, key);
  const dimension = reading?.dimension ?? reading?.above;
  if (
    reading === undefined || dimension === undefined ||
    dimension.codes !== undefined
  ) return [{ sets: EVERY, flow }];
  const { diagram } = space;
  const { guard } = reading;
  // What a hop has taken one off shows one less than it holds.
  const held = (known: Known): Known =>
    reading.above === undefined || known === undefined
      ? known
      : [(Number(known[0]) + 1) % 256, (Number(known[1]) + 1) % 256];
  const [type] = typesOf(key, table.family);
  return matcher.values(table, value, type ?? reading.type).map(
    ({ sets, value: [known] }): Change => ({
      sets: {
        may: diagram.and(guard, sets.may),
        must: diagram.and(guard, sets.must),
      },
      flow: {
        ...flow,
        rewrites: rewritten(flow.rewrites, [[
          dimension,
          known === undefined
            ? computed({ space, matcher, table, flow }, value, dimension)
            : holding(space, dimension, held(known)),
        ]]),
      },
    }),
  );
}

/** What is written, where it is made of what a flow holds. */
function computed(
  { space, matcher, table, flow }: Around,
  value: Expression,
  dimension: Dimension,
): PacketSet {
  const { diagram } = space;
  const bits = matcher.bits(table, value);
  if (bits === undefined || bits.length > dimension.bits) return ALL;
  let set: PacketSet = ALL;
  const spare = dimension.bits - bits.length;
  for (let i = 0; i < dimension.bits; i++) {
    const level = dimension.level + i;
    const bit = i < spare ? NONE : bits[i - spare]!;
    const now = asCame(space, { may: bit, must: bit }, flow.rewrites);
    const isNever = diagram.and(flow.set, now.may) === NONE;
    const isAlways = diagram.minus(flow.set, now.must) === NONE;
    if (isNever) set = diagram.minus(set, space.bit(level));
    else if (isAlways) set = diagram.and(set, space.bit(level));
  }
  return set;
}

const PORT = dataType("inet_service");
const WORDS = { source: "snat", destination: "dnat" } as const;

function translate(
  around: Around,
  statement: Statement,
  end: "source" | "destination",
  { family, addr, port, flags, type_flags }: NatTarget,
  own?: "own",
): Change[] {
  const { space, matcher, table, flow } = around;
  const { diagram } = space;
  const isWide =
    (family ?? (table.family === "ip6" || isIpv6(addr) ? "ip6" : "ip")) ===
      "ip6";
  const hasFamily = addr !== undefined || family !== undefined;
  const guard = hasFamily ? space.version(isWide ? 6 : 4) : ALL;
  const type = dataType(isWide ? "ipv6_addr" : "ipv4_addr");
  const isRandom =
    flags?.some((flag) => flag === "random" || flag === "fully-random") ??
      false;
  const nothing: Case<Known[]>[] = [{ sets: EVERY, value: [] }];
  const addresses = addr === undefined
    ? nothing
    : matcher.values(table, addr, type);
  const ports = port === undefined
    ? nothing
    : matcher.values(table, port, PORT);
  const isSource = end === "source";
  const to4 = isSource ? space.src4 : space.dst4;
  const to6 = isSource ? space.src6 : space.dst6;
  const toPort = isSource ? space.sport : space.dport;
  const isMapped = type_flags?.includes("prefix") ||
    (typeof addr === "object" && "prefix" in addr);
  const changes: Change[] = [];
  for (const { sets, value: to } of addresses) {
    for (const { sets: also, value: [at] } of ports) {
      const both: Sets = {
        may: diagram.and(guard, diagram.and(sets.may, also.may)),
        must: diagram.and(guard, diagram.and(sets.must, also.must)),
      };
      const written: [Dimension, PacketSet][] = [];
      if (own !== undefined) written.push([to4, ALL], [to6, ALL]);
      if (addr !== undefined) {
        const dimension = isWide ? to6 : to4;
        written.push([dimension, holding(space, dimension, to[0])]);
      }
      const portOf = to.length > 1 ? to[1] : at;
      if (portOf !== undefined || port !== undefined) {
        written.push([toPort, isRandom ? ALL : holding(space, toPort, portOf)]);
      }
      changes.push(
        ...settle(around, statement, end, both, written, {
          isExact: own === undefined && !isRandom && !isMapped &&
            (isSource || isOne(to[0]) && isOne(portOf)),
        }),
      );
    }
  }
  return changes.length > 0
    ? changes
    : [{ sets: { may: NONE, must: NONE }, flow }];
}

/** Whether it is one value alone: of several, the kernel picks one. */
const isOne = (known: Known) => known === undefined || known[0] === known[1];

/** Tells packets that are changed from those that are as they shall be. */
function settle(
  { space, table, flow }: Around,
  statement: Statement,
  end: "source" | "destination",
  sets: Sets,
  written: readonly (readonly [Dimension, PacketSet])[],
  { isExact }: { readonly isExact: boolean },
): Change[] {
  const { diagram } = space;
  const settled = [...flow.settled, end];
  const status = space.number("ct status", 32, dataType("ct_status"));
  const done = new Set(flow.translations.map((text) => text.split(" ")[0]!));
  const bits = (word: string) =>
    [...done, word].reduce(
      (sum, name) => sum | (isOfSource(name) ? 16 : name === "" ? 0 : 32),
      0,
    );
  const text = formatStatement(statement, table.family);
  const there = isExact
    ? written.reduce((set, [, held]) => diagram.and(set, held), ALL)
    : NONE;
  const same = asCame(space, { may: there, must: there }, flow.rewrites);
  return [
    {
      sets: {
        may: diagram.and(sets.may, same.may),
        must: diagram.and(sets.must, same.must),
      },
      flow: { ...flow, settled },
      ending: "accept",
    },
    {
      sets: {
        may: diagram.minus(sets.may, same.must),
        must: diagram.minus(sets.must, same.may),
      },
      flow: {
        ...flow,
        settled,
        translations: [...flow.translations, text],
        rewrites: rewritten(flow.rewrites, [
          ...written,
          [status, space.equal(status, bits(WORDS[end]))],
        ]),
      },
      ending: "accept",
    },
  ];
}

const isOfSource = (word: string) => word === "snat" || word === "masquerade";

function isIpv6(addr: Expression | undefined): boolean {
  return addr !== undefined &&
    /"[\da-f:.]*:[\da-f:.]*:[\da-f:.]*"/i.test(JSON.stringify(addr));
}
