/**
 * What each rule of a table is good for.
 *
 * @module
 */

import type { Chain, Hook, Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import type { Ending, RuleReference } from "./answer.ts";
import { type Diagram, NONE, type PacketSet } from "./diagram.ts";
import type { Flow } from "./flow.ts";
import { sees } from "./journey.ts";
import { Matcher, type Written } from "./matching.ts";
import { atHook } from "./question.ts";
import { placeOf, referenceOf } from "./rows.ts";
import type { Space } from "./space.ts";
import { type Place, Walk } from "./walk.ts";

/** What is wrong with a rule. */
export interface Verdictless {
  readonly kind: "impossible" | "shadowed" | "unreachable" | "redundant";
  readonly by: readonly RuleReference[];
}

/** Packets that a rule took. */
interface Taking {
  readonly place: Place;
  readonly may: PacketSet;
  readonly must: PacketSet;
}

/** What happened in one base chain. */
interface Run {
  readonly chain: Chain;
  readonly matcher: Matcher;
  readonly start: PacketSet;
  /** In the order of time. */
  readonly takings: Taking[];
  /** What came to each chain, and what each rule meant of what came to it. */
  readonly entered: Map<Chain, PacketSet>;
  readonly matched: Map<Rule, PacketSet>;
}

/** Walks all base chains of a table, and judges rules by what came of it. */
export class ChainStudy {
  readonly #runs: readonly Run[];
  readonly #diagram: Diagram;
  readonly #removable = new Map<Rule, Verdictless>();
  readonly #left = new Set<Rule>();

  constructor(
    readonly space: Space,
    readonly table: Table,
    written: Written,
  ) {
    this.#diagram = space.diagram;
    this.#runs = table.chains.filter(({ base }) => base !== undefined)
      .map((chain) => this.#run(chain, written));
    // What nothing reaches does no other rule's work.
    for (const { rules } of table.chains) {
      for (const rule of rules) {
        const isMet = this.#runs.some(({ matched }) => matched.has(rule));
        if (!isMet) this.#left.add(rule);
      }
    }
    for (const run of this.#runs) this.#weigh(run);
  }

  #run(chain: Chain, written: Written): Run {
    const { space, table } = this;
    const diagram = this.#diagram;
    const { hook, type, priority } = chain.base!;
    const isTracked = hook === "prerouting" || hook === "output"
      ? priority >= -200
      : hook !== "ingress";
    const isIp = ["ip", "ip6", "inet"].includes(table.family);
    const start = [
      sees(space, { table, chain }),
      ...isIp ? [atHook(space, stageHook(hook))] : [],
      // Only what begins a connection meets chains that translate.
      ...type === "nat" ? [space.among(space.state, [[0, 0], [2, 2]])] : [],
    ].reduce((set, other) => diagram.and(set, other), space.valid);
    const run: Run = {
      ...{ chain, start, takings: [], entered: new Map(), matched: new Map() },
      matcher: new Matcher(
        space,
        { hook, isTracked, isPassedOn: false },
        written,
        false,
      ),
    };
    const add = <K>(to: Map<K, PacketSet>, key: K, set: PacketSet) => {
      to.set(key, diagram.or(to.get(key) ?? NONE, set));
    };
    const walk = new Walk(space, run.matcher, {
      arrived: ({ index, chain }, set) => {
        if (index === 0) add(run.entered, chain, set);
      },
      matched: ({ rule }, set) => add(run.matched, rule, set),
      took: (place, { may, must }) => run.takings.push({ place, may, must }),
      ended: () => {},
    });
    walk.chain(table, chain, [flowOf(start)]);
    return run;
  }

  /** Whether any packet comes to a chain; to one without rules, who knows. */
  isEntered(chain: Chain): boolean {
    return chain.rules.length === 0 ||
      this.#runs.some(({ entered }) => (entered.get(chain) ?? NONE) !== NONE);
  }

  /** What is wrong with a rule; nothing: it is of use. */
  judge(place: Place): Verdictless | undefined {
    const { rule } = place;
    const isMet = this.#runs.some(({ matched }) => matched.has(rule));
    return isMet ? this.#removable.get(rule) : this.#whyDead(place);
  }

  #whyDead(place: Place): Verdictless {
    const diagram = this.#diagram;
    const by = new Map<Rule, RuleReference>();
    let kind: Verdictless["kind"] = "impossible";
    for (const run of this.#runs) {
      if (this.#alone(run, place, run.start) === NONE) continue;
      if (kind === "impossible") kind = "unreachable";
      const entered = run.entered.get(place.chain) ?? NONE;
      let left = this.#alone(run, place, entered);
      if (left === NONE) continue;
      kind = "shadowed";
      for (const { place: earlier, may, must } of run.takings) {
        const taken = diagram.and(left, diagram.and(may, must));
        if (taken === NONE) continue;
        by.set(earlier.rule, placeOf(earlier));
        left = diagram.minus(left, taken);
        if (left === NONE) break;
      }
    }
    return { kind, by: [...by.values()] };
  }

  /** What a rule means of some packets, if they come to it as they are. */
  #alone(run: Run, { table, chain, index }: Place, set: PacketSet): PacketSet {
    if (set === NONE) return NONE;
    const diagram = this.#diagram;
    let found: PacketSet = NONE;
    const walk = new Walk(
      this.space,
      run.matcher,
      {
        matched: (_, set) => {
          found = diagram.or(found, set);
        },
        ended: () => {},
      },
      false,
    );
    walk.chain(table, chain, [flowOf(set)], index, index + 1);
    return found;
  }

  /** Finds the rules of a base chain without which all would end alike, from the last on. */
  #weigh(run: Run): void {
    const { chain } = run;
    const { table } = this;
    // What each rule would end, if everything came to it.
    const means = chain.rules.map((rule, index) =>
      this.#alone(run, { table, chain, index, rule }, run.start)
    );
    for (let index = chain.rules.length - 1; index >= 0; index--) {
      const rule = chain.rules[index]!;
      const set = run.matched.get(rule);
      if (set === undefined) continue;
      const ending = plainEnding(rule);
      if (ending === undefined) continue;
      if (ending === "") {
        this.#remove(rule, []);
        continue;
      }
      if (!this.#mayEndSo(run, index, set, ending, means)) continue;
      const by = this.#replaced(run, index, set, ending);
      if (by !== undefined) this.#remove(rule, by);
    }
  }

  #remove(rule: Rule, by: readonly RuleReference[]): void {
    this.#removable.set(rule, { kind: "redundant", by });
    this.#left.add(rule);
  }

  /** A quick look with one packet: whether it may end the same way further on. */
  #mayEndSo(
    { chain }: Run,
    index: number,
    set: PacketSet,
    ending: string,
    means: readonly PacketSet[],
  ): boolean {
    const one = sample(this.#diagram, set);
    for (let later = index + 1; later < chain.rules.length; later++) {
      const rule = chain.rules[later]!;
      if (this.#left.has(rule)) continue;
      if (!contains(this.#diagram, means[later]!, one)) continue;
      const other = plainEnding(rule);
      // Of anything but a plain end, a closer look tells.
      return other === undefined || other === "" || other === ending;
    }
    return ending === chain.base!.policy;
  }

  /** Who ends packets alike if a rule does not; nothing: nobody does for all. */
  #replaced(
    run: Run,
    index: number,
    set: PacketSet,
    ending: string,
  ): readonly RuleReference[] | undefined {
    const { table } = this;
    const { chain, matcher } = run;
    const by = new Map<object, RuleReference>();
    try {
      const walk = new Walk(
        this.space,
        matcher,
        {
          matched: ({ rule }) => {
            if (!rule.statements.every(isPlain)) throw new Otherwise();
          },
          doubted: () => {
            throw new Otherwise();
          },
          ended: (place, other) => {
            if (endingText(place.rule, other) !== ending) throw new Otherwise();
            by.set(place.rule, placeOf(place));
          },
        },
        true,
        this.#left,
      );
      const left = walk.chain(table, chain, [flowOf(set)], index + 1);
      if (left.length > 0) {
        if (chain.base!.policy !== ending) return undefined;
        by.set(chain, referenceOf({ table, chain }));
      }
    } catch (error) {
      if (error instanceof Otherwise) return undefined;
      throw error;
    }
    return [...by.values()];
  }
}

/** A packet would end otherwise. */
class Otherwise extends Error {}

/** Hooks that packets come to with an interface, and without. */
const stageHook = (hook: Hook): string =>
  hook === "egress" ? "postrouting" : hook;

/** Packets of which nothing is known but that they are there. */
const flowOf = (set: PacketSet): Flow => ({
  ...{ set, rewrites: new Map(), translations: [], settled: [] },
  isFirst: true,
});

/** Whether a statement changes nothing that anybody sees, beside its verdict. */
function isPlain(statement: Statement): boolean {
  if ("counter" in statement) {
    return statement.counter === null ||
      typeof statement.counter === "object" && "packets" in statement.counter;
  }
  return [
    ...["match", "vmap", "accept", "drop", "return", "continue", "jump"],
    ...["goto", "reject"],
  ].some((name) => name in statement);
}

const endingText = ({ statements }: Rule, ending: Ending): string => {
  const reject = statements.find((statement) => "reject" in statement);
  return ending === "reject" && reject !== undefined
    ? JSON.stringify(reject)
    : ending;
};

/** How a rule ends all packets that it means; "" if it does nothing at all; nothing: it is not so simple. */
function plainEnding(rule: Rule): string | undefined {
  const { statements } = rule;
  const last = statements.at(-1);
  if (last === undefined) return "";
  if (!statements.every(isPlain)) return undefined;
  if (
    statements.slice(0, -1).some((statement) =>
      !("match" in statement || "counter" in statement)
    )
  ) return undefined;
  if ("accept" in last) return "accept";
  if ("drop" in last) return "drop";
  if ("reject" in last) return endingText(rule, "reject");
  const counts = statements.some((statement) => "counter" in statement);
  return !counts && ("match" in last || "continue" in last) ? "" : undefined;
}

/** One packet: its bits by level. */
function sample(diagram: Diagram, set: PacketSet): ReadonlySet<number> {
  const ones = new Set<number>();
  for (let at = set; at > 1;) {
    const low = diagram.lowOf(at);
    if (low !== NONE) at = low;
    else {
      ones.add(diagram.levelOf(at));
      at = diagram.highOf(at);
    }
  }
  return ones;
}

function contains(
  diagram: Diagram,
  set: PacketSet,
  ones: ReadonlySet<number>,
): boolean {
  let at = set;
  while (at > 1) {
    at = ones.has(diagram.levelOf(at)) ? diagram.highOf(at) : diagram.lowOf(at);
  }
  return at === 1;
}
