/**
 * Sets of packets on their way through the rules of a chain.
 *
 * @module
 */

import type { Verdict } from "../model/expression.ts";
import type { Chain, Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { formatStatement } from "../text/format.ts";
import type { Ending } from "./answer.ts";
import { ALL, NONE, type PacketSet } from "./diagram.ts";
import { asCame, type Flow, joined } from "./flow.ts";
import type { Matcher } from "./matching.ts";
import type { Sets } from "./comparing.ts";
import { type Change, changeOf } from "./rewriting.ts";
import type { Space } from "./space.ts";

/** A rule, and where it stands. */
export interface Place {
  readonly table: Table;
  readonly chain: Chain;
  readonly index: number;
  readonly rule: Rule;
}

/** Who is told what happens. */
export interface Watcher {
  /** Packets come to a rule. */
  arrived?(place: Place, set: PacketSet): void;
  /** A rule means packets: they come to its end, or to a statement that does something. */
  matched?(place: Place, set: PacketSet): void;
  /** A rule takes packets out of the way: they may be taken, and those of `must` are. */
  took?(place: Place, sets: Sets): void;
  /** A rule ends packets. */
  ended(place: Place, ending: Ending, flow: Flow): void;
  /** Nobody can tell whether a rule means packets. */
  doubted?(place: Place, set: PacketSet, why: string): void;
}

/** A part of a flow on its way through one rule. */
interface Part {
  readonly flow: Flow;
  /** Which of its packets may be here, and which are for certain. */
  readonly may: PacketSet;
  readonly must: PacketSet;
  readonly isChanged: boolean;
}

/** What a flow's way through a rule costs at least, in steps of the diagram. */
const STEPS = 400;
const STEPS_OF_CASE = 20;

/** Walks chains at one stage. */
export class Walk {
  readonly #chains = new Map<Table, Map<string, Chain>>();

  constructor(
    readonly space: Space,
    readonly matcher: Matcher,
    readonly watcher: Watcher,
    /** Whether jumps are followed. */
    readonly follows = true,
    /** Rules that are as if they were not there. */
    readonly left: ReadonlySet<Rule> = new Set(),
  ) {}

  /** Leads flows through a chain, or the rest of it; gives those that come out at its end. */
  chain(
    table: Table,
    chain: Chain,
    flows: readonly Flow[],
    from = 0,
    to = Infinity,
  ): Flow[] {
    const { diagram } = this.space;
    let live: readonly Flow[] = flows;
    const returned: Flow[] = [];
    const end = Math.min(to, chain.rules.length);
    for (let index = from; index < end && live.length > 0; index++) {
      const place = { table, chain, index, rule: chain.rules[index]! };
      if (this.left.has(place.rule)) continue;
      live = new Passage(this, place, returned).lead(live);
    }
    return joined([...live, ...returned], diagram);
  }

  /** A chain by name. */
  target(table: Table, name: string): Chain {
    let chains = this.#chains.get(table);
    if (chains === undefined) {
      chains = new Map(table.chains.map((chain) => [chain.name, chain]));
      this.#chains.set(table, chains);
    }
    const found = chains.get(name);
    if (found !== undefined) return found;
    throw new TypeError(
      `Cannot follow packets in table "${table.name}" as it must have every chain that its rules name: there is no chain "${name}"`,
    );
  }
}

/** The way through one rule. */
class Passage {
  readonly #next: Flow[] = [];
  /** What is left of the flow for the next rule. */
  #rest: PacketSet = NONE;

  constructor(
    readonly walk: Walk,
    readonly place: Place,
    readonly returned: Flow[],
  ) {}

  /** Leads flows through; gives those that come to the next rule. */
  lead(flows: readonly Flow[]): Flow[] {
    const { walk, place } = this;
    const { diagram } = walk.space;
    for (const flow of flows) {
      diagram.spend(STEPS);
      walk.watcher.arrived?.(place, flow.set);
      this.#rest = flow.set;
      let parts: Part[] = [{ flow, may: ALL, must: ALL, isChanged: false }];
      for (const statement of place.rule.statements) {
        parts = parts.flatMap((part) => this.#statement(part, statement));
        if (parts.length === 0) break;
      }
      for (const part of parts) {
        const flow = this.#flowOf(part);
        if (flow.set !== NONE) walk.watcher.matched?.(place, flow.set);
        if (part.isChanged) this.#goOn(flow, part.must);
      }
      if (this.#rest !== NONE) this.#next.push({ ...flow, set: this.#rest });
    }
    return joined(this.#next, diagram);
  }

  /** The packets of a part, as a flow of their own. */
  #flowOf({ flow, may }: Part): Flow {
    const set = this.walk.space.diagram.and(flow.set, may);
    return { ...flow, set };
  }

  /** Packets leave the rule otherwise than they came. */
  #goOn(flow: Flow, must: PacketSet): void {
    this.#rest = this.walk.space.diagram.minus(this.#rest, must);
    if (flow.set !== NONE) this.#next.push(flow);
  }

  /** The part for which something holds. */
  #narrow(part: Part, sets: Sets): Part[] {
    return this.#split(part, [sets]).filter((found) => found !== undefined);
  }

  /** The parts for which each of several things holds. */
  #split(part: Part, cases: readonly Sets[]): (Part | undefined)[] {
    const { space } = this.walk;
    const { diagram } = space;
    const { flow } = part;
    diagram.spend(cases.length * STEPS_OF_CASE);
    const all = cases.map((sets) => asCame(space, sets, flow.rewrites));
    if (part.isChanged) {
      // What was written stays, though the rule ends.
      const must = diagram.union(all.map(({ must }) => must));
      const may = diagram.union(all.map(({ may }) => may));
      const { set } = this.#flowOf(part);
      this.#goOn(
        { ...flow, set: diagram.minus(set, must) },
        diagram.minus(part.must, may),
      );
    }
    return all.map(({ may, must }) => {
      const both = diagram.and(part.may, may);
      return both === NONE
        ? undefined
        : { ...part, may: both, must: diagram.and(part.must, must) };
    });
  }

  /** Nobody can tell whether the rule goes on for them. */
  #doubt(part: Part, statement: Statement): Part[] {
    this.#tell(part, statement);
    return this.#narrow(part, { may: ALL, must: NONE });
  }

  #tell(part: Part, statement: Statement): void {
    const { walk, place } = this;
    const { family } = place.table;
    const { set } = this.#flowOf(part);
    if (set === NONE) return;
    walk.watcher.doubted?.(
      place,
      set,
      formatStatement(statement, family, { counters: false }),
    );
  }

  #statement(part: Part, statement: Statement): Part[] {
    const { walk: { matcher }, place: { table } } = this;
    if ("match" in statement) {
      const sets = matcher.match(table, statement.match);
      const found = this.#narrow(part, sets);
      if (sets.may !== sets.must) {
        found.forEach((part) => this.#tell(part, statement));
      }
      return found;
    }
    if ("vmap" in statement) {
      const { key, data } = statement.vmap;
      const cases = matcher.cases(table, key, data);
      this.#split(part, cases.map(({ sets }) => sets)).forEach((found, i) => {
        if (found === undefined) return;
        const { sets: { may, must }, value } = cases[i]!;
        if (may !== must) this.#tell(found, statement);
        this.#verdict(found, value as Verdict);
      });
      return [];
    }
    if (isVerdict(statement)) {
      this.#verdict(part, statement);
      return [];
    }
    return this.#other(part, statement);
  }

  #verdict(part: Part, verdict: Verdict): void {
    const { walk, place: { table } } = this;
    if ("accept" in verdict) return this.#end(part, "accept");
    if ("drop" in verdict) return this.#end(part, "drop");
    const flow = this.#flowOf(part);
    if (flow.set === NONE) return;
    walk.watcher.matched?.(this.place, flow.set);
    if ("return" in verdict) {
      this.#take(part, flow);
      this.returned.push(flow);
    } else if ("jump" in verdict || "goto" in verdict) {
      const name = "jump" in verdict
        ? verdict.jump.target
        : verdict.goto.target;
      this.#take(part, flow, "goto" in verdict);
      if (!walk.follows) return;
      const back = walk.chain(table, walk.target(table, name), [flow]);
      ("jump" in verdict ? this.#next : this.returned).push(...back);
    } else if (part.isChanged) this.#goOn(flow, part.must);
  }

  #take({ must }: Part, { set }: Flow, isTold = true): void {
    const { walk, place } = this;
    this.#rest = walk.space.diagram.minus(this.#rest, must);
    if (isTold) walk.watcher.took?.(place, { may: set, must });
  }

  #end(part: Part, ending: Ending): void {
    const flow = this.#flowOf(part);
    if (flow.set === NONE) return;
    this.walk.watcher.matched?.(this.place, flow.set);
    this.#take(part, flow);
    this.walk.watcher.ended(this.place, ending, flow);
  }

  #other(part: Part, statement: Statement): Part[] {
    const { walk: { matcher, space, watcher }, place: { table } } = this;
    if (watcher.matched !== undefined) {
      // It is done, though a later match may end the rule.
      const { set } = this.#flowOf(part);
      if (set !== NONE) watcher.matched(this.place, set);
    }
    const change = changeOf(
      space,
      matcher,
      table,
      statement,
      "mangle" in statement ? this.#flowOf(part) : part.flow,
    );
    if (change !== undefined) return this.#change(part, change);
    if ("reject" in statement) {
      const type = statement.reject?.type;
      const guard = type === "tcp reset"
        ? space.equal(space.protocol, 6)
        : type === "icmp"
        ? space.version(4)
        : type === "icmpv6"
        ? space.version(6)
        : ALL;
      for (const found of this.#narrow(part, { may: guard, must: guard })) {
        this.#end(found, "reject");
      }
      return [];
    }
    if ("queue" in statement) {
      this.#tell(part, statement);
      this.#end(part, "queue");
      return [];
    }
    if ("fwd" in statement) {
      this.#end(part, "stolen");
      return [];
    }
    if ("synproxy" in statement) {
      const guard = space.equal(space.protocol, 6);
      return this.#narrow(part, { may: guard, must: guard }).flatMap(
        (found) => {
          const [doubted] = this.#doubt(found, statement);
          if (doubted !== undefined) this.#end(doubted, "stolen");
          return [found];
        },
      );
    }
    return mayEnd(statement) ? this.#doubt(part, statement) : [part];
  }

  #change(part: Part, changes: readonly Change[]): Part[] {
    const parts = this.#split(part, changes.map(({ sets }) => sets));
    return parts.flatMap((found, i): Part[] => {
      if (found === undefined) return [];
      const { flow, ending } = changes[i]!;
      const changed: Part = {
        ...found,
        flow: { ...flow, set: part.flow.set },
        isChanged: true,
      };
      if (ending === undefined) return [changed];
      this.#end(changed, ending);
      return [];
    });
  }
}

const isVerdict = (statement: Statement): statement is Verdict =>
  "accept" in statement || "drop" in statement || "return" in statement ||
  "continue" in statement || "jump" in statement || "goto" in statement;

/** Whether a statement may end its rule, as nobody can tell before. */
function mayEnd(statement: Statement): boolean {
  if ("counter" in statement) {
    return typeof statement.counter === "object" &&
      statement.counter !== null && "map" in statement.counter;
  }
  if ("set" in statement) return (statement.set.stmt?.length ?? 0) > 0;
  if ("map" in statement) return (statement.map.stmt?.length ?? 0) > 0;
  return ["limit", "quota", "ct count", "meter", "tproxy", "xt"].some((name) =>
    name in statement
  );
}
