/**
 * The packets of a question on their whole way: hook by hook, base chain by
 * base chain.
 *
 * @module
 */

import type {
  Chain,
  Hook,
  Rule,
  RulesetData,
  Table,
} from "../model/ruleset.ts";
import { dataType, sizedType } from "../model/data_types.ts";
import { Program } from "../simulate/program.ts";
import type { Ending, Question } from "./answer.ts";
import { NONE, type PacketSet } from "./diagram.ts";
import { asCame, type Flow, joined } from "./flow.ts";
import { Matcher, type Written, writtenSets } from "./matching.ts";
import { asked, tracks } from "./question.ts";
import type { Space } from "./space.ts";
import { type Place, Walk, type Watcher } from "./walk.ts";

/** What decided packets: a rule, or a base chain's policy where there is none. */
export interface Decider {
  readonly table: Table;
  readonly chain: Chain;
  readonly place?: Place | undefined;
}

/** Packets that something decided. */
export interface Decided {
  readonly by: Decider | undefined;
  readonly set: PacketSet;
  readonly ending: Ending;
  readonly translations: readonly string[];
}

/** A condition that only the moment decides, and the packets that it is for. */
export interface Doubt {
  readonly set: PacketSet;
  readonly why: string;
}

/** What became of the packets of a question. */
export interface Journey {
  /** All that was asked about. */
  readonly asked: PacketSet;
  /** Who decided what; sets overlap where nobody can tell. */
  readonly decided: readonly Decided[];
  /** Packets that may pass, and that may not. */
  readonly passed: PacketSet;
  readonly stopped: PacketSet;
  readonly doubts: readonly Doubt[];
  /** Whether connections are tracked. */
  readonly isTracked: boolean;
}

const WAYS: Readonly<Record<Question["hook"], readonly Hook[]>> = {
  input: ["ingress", "prerouting", "input"],
  forward: ["ingress", "prerouting", "forward", "postrouting", "egress"],
  output: ["output", "postrouting", "egress"],
  prerouting: ["prerouting"],
  postrouting: ["postrouting"],
};

const TRACK = -200;
const NAT_DST = -100;
const NAT_SRC = 100;

/** A base chain that packets meet. */
interface Station {
  readonly table: Table;
  readonly chain: Chain;
}

/** What a base chain let pass. */
interface Passing {
  readonly station: Station;
  readonly rules: Map<Rule, { place: Place; set: PacketSet }>;
  policy: PacketSet;
}

/** Follows the packets of a question. */
export function follow(
  space: Space,
  ruleset: RulesetData,
  question: Question,
): Journey {
  return new Traveller(space, ruleset, question).go();
}

class Traveller {
  readonly #matchers = new Map<string, Matcher>();
  readonly #written: Written;
  readonly #doubts: Doubt[] = [];
  #isPassedOn = false;
  readonly #records: Passing[] = [];
  readonly #stopped = new Map<
    object,
    { by: Decider; set: PacketSet; ending: Ending }
  >();

  constructor(
    readonly space: Space,
    readonly ruleset: RulesetData,
    readonly question: Question,
  ) {
    // It refuses loops of jumps.
    new Program(ruleset.tables);
    this.#written = writtenSets(ruleset.tables);
  }

  go(): Journey {
    const { space, ruleset, question } = this;
    const { diagram } = space;
    const isTracked = tracks(ruleset);
    const start = asked(space, question, isTracked);
    let flows = joined(this.#start(start, isTracked), diagram);
    for (const hook of WAYS[question.hook]) {
      if (hook === "forward") {
        flows = this.#decrement(flows);
        this.#isPassedOn = true;
      }
      flows = this.#hook(hook, flows);
    }
    const passed = diagram.union(flows.map(({ set }) => set));
    const stopped = diagram.union([
      ...[...this.#stopped.values()].map(({ set }) => set),
    ]);
    return {
      asked: start,
      decided: [...this.#passes(flows, passed), ...this.#stops()],
      passed,
      stopped,
      doubts: this.#doubts,
      isTracked,
    };
  }

  #start(set: PacketSet, isTracked: boolean): Flow[] {
    const { space, question } = this;
    const { diagram } = space;
    const zero = (name: string, type: string, value = 0) => {
      const { bits } = dataType(type);
      const dimension = space.number(name, bits ?? 32, dataType(type));
      return [dimension, space.equal(dimension, value)] as const;
    };
    const mark = zero("meta mark", "mark", question.mark);
    const flow = {
      ...{ translations: [], settled: [], isFirst: false },
      ...{ set, rewrites: new Map([mark]) },
    };
    if (!isTracked) return [flow];
    const isNew = space.equal(space.state, 0);
    return [
      { ...flow, set: diagram.minus(set, isNew) },
      {
        ...flow,
        set: diagram.and(set, isNew),
        isFirst: true,
        rewrites: new Map([
          ...[mark, zero("ct mark", "mark"), zero("ct status", "ct_status")],
          zero("ct direction", "ct_dir"),
        ]),
      },
    ];
  }

  /** What has used up its hops goes no further; it is no rule's doing. */
  #decrement(flows: readonly Flow[]): Flow[] {
    const { space } = this;
    const { diagram } = space;
    const hops = sizedType("integer", 8);
    const used = diagram.union(([4, 6] as const).map((version) =>
      diagram.and(
        space.version(version),
        space.among(
          space.number(version === 4 ? "ip ttl" : "ip6 hoplimit", 8, hops),
          [[0, 1]],
        ),
      )
    ));
    return joined(
      flows.map((flow) => {
        const now = { may: used, must: used };
        const { must } = asCame(space, now, flow.rewrites);
        return { ...flow, set: diagram.minus(flow.set, must) };
      }),
      diagram,
    );
  }

  #matcher(hook: Hook, isTracked: boolean): Matcher {
    const key = `${hook} ${isTracked}`;
    const isPassedOn = this.#isPassedOn;
    let made = this.#matchers.get(key);
    if (made === undefined) {
      made = new Matcher(
        this.space,
        { hook, isTracked, isPassedOn },
        this.#written,
      );
      this.#matchers.set(key, made);
    }
    return made;
  }

  #hook(hook: Hook, flows: readonly Flow[]): Flow[] {
    let live = [...flows];
    for (const { chains, isNat } of stations(this.ruleset, hook)) {
      live = isNat
        ? this.#translate(hook, chains, live)
        : this.#base(hook, chains[0]!, live);
    }
    return live;
  }

  /** The nat chains of a hook: one after another, until one has settled. */
  #translate(
    hook: Hook,
    chains: readonly Station[],
    flows: readonly Flow[],
  ): Flow[] {
    const end = hook === "prerouting" || hook === "output"
      ? "destination"
      : "source";
    const done = flows.filter(({ isFirst }) => !isFirst);
    let live = flows.filter(({ isFirst }) => isFirst);
    for (const station of chains) {
      const out = this.#base(hook, station, live);
      live = [];
      for (const flow of out) {
        (flow.settled.includes(end) ? done : live).push(flow);
      }
    }
    return joined([...done, ...live], this.space.diagram);
  }

  /** One base chain. */
  #base(hook: Hook, station: Station, flows: readonly Flow[]): Flow[] {
    const { space } = this;
    const { diagram } = space;
    const { table, chain } = station;
    const base = chain.base!;
    const seen = sees(space, station);
    const inside: Flow[] = [];
    const accepted: Flow[] = [];
    for (const flow of flows) {
      const set = diagram.and(flow.set, seen);
      const past = diagram.minus(flow.set, seen);
      if (set !== NONE) inside.push({ ...flow, set });
      if (past !== NONE) accepted.push({ ...flow, set: past });
    }
    if (inside.length === 0) return [...flows];
    const record: Passing = { station, rules: new Map(), policy: NONE };
    this.#records.push(record);
    const watcher: Watcher = {
      ended: (place, ending, flow) => {
        if (ending === "accept" || ending === "queue") {
          accepted.push(flow);
          const known = record.rules.get(place.rule);
          const set = diagram.or(known?.set ?? NONE, flow.set);
          record.rules.set(place.rule, { place, set });
        }
        if (ending !== "accept") {
          this.#stop(place.rule, { table, chain, place }, ending, flow.set);
        }
      },
      doubted: (_, set, why) => this.#doubts.push({ set, why }),
    };
    const isTracked = hook === "prerouting" || hook === "output"
      ? base.priority >= TRACK
      : hook !== "ingress";
    const matcher = this.#matcher(hook, isTracked);
    const left = new Walk(space, matcher, watcher).chain(table, chain, inside);
    if (base.policy === "drop") {
      for (const { set } of left) {
        this.#stop(chain, { table, chain }, "drop", set);
      }
    } else {
      accepted.push(...left);
      record.policy = diagram.union(left.map(({ set }) => set));
    }
    return joined(accepted, diagram);
  }

  #stop(key: object, by: Decider, ending: Ending, set: PacketSet): void {
    const known = this.#stopped.get(key);
    this.#stopped.set(key, {
      ...{ by, ending },
      set: this.space.diagram.or(known?.set ?? NONE, set),
    });
  }

  #stops(): Decided[] {
    return [...this.#stopped.values()].filter(({ set }) => set !== NONE)
      .map((stop) => ({ ...stop, translations: [] }));
  }

  /** Who let packets pass: the last rule that did, or else the last policy. */
  #passes(flows: readonly Flow[], passed: PacketSet): Decided[] {
    const { diagram } = this.space;
    const decided: Decided[] = [];
    let left = passed;
    const add = (by: Decider | undefined, set: PacketSet) => {
      for (const { set: end, translations } of flows) {
        const both = diagram.and(set, end);
        if (both === NONE) continue;
        decided.push({ by, set: both, ending: "accept", translations });
      }
    };
    // Chains that translate decide nothing but that.
    const records = this.#records.filter(({ station }) =>
      station.chain.base!.type !== "nat"
    ).reverse();
    for (const { station, rules, policy } of records) {
      let all: PacketSet = NONE;
      for (const { place, set } of rules.values()) {
        add({ ...station, place }, diagram.and(set, left));
        all = diagram.or(all, set);
      }
      left = diagram.minus(left, diagram.minus(all, policy));
    }
    for (const { station, policy } of records) {
      const set = diagram.and(policy, left);
      add(station, set);
      left = diagram.minus(left, set);
    }
    add(undefined, left);
    return decided;
  }
}

/** The packets that a base chain sees. */
export function sees(space: Space, { table, chain }: Station): PacketSet {
  const { diagram } = space;
  const { family } = table;
  const { devices, hook } = chain.base!;
  let set = family === "ip"
    ? space.version(4)
    : family === "ip6"
    ? space.version(6)
    : family === "inet"
    ? space.version(4, 6)
    : family === "arp"
    ? space.equal(space.family, 2)
    : 1;
  if (devices !== undefined) {
    const dimension = hook === "egress" ? space.oif : space.iif;
    set = diagram.and(
      set,
      space.coding(
        dimension,
        ({ value, isPrefix }) => !isPrefix && devices.includes(value as string),
      ).must,
    );
  }
  return set;
}

/** What packets meet at a hook of IP, in order. */
function stations(
  { tables }: RulesetData,
  hook: Hook,
): { chains: Station[]; isNat: boolean }[] {
  const isDevice = hook === "ingress" || hook === "egress";
  const families = isDevice ? ["netdev", "inet"] : ["ip", "ip6", "inet"];
  const here = tables.filter(({ family, flags }) =>
    families.includes(family) && !flags?.includes("dormant")
  ).flatMap((table) =>
    table.chains.filter(({ base }) => base?.hook === hook)
      .map((chain) => ({ table, chain }))
  );
  const priority = ({ chain }: Station) => chain.base!.priority;
  const isNat = ({ chain }: Station) => chain.base!.type === "nat";
  const nat = here.filter(isNat).sort((a, b) => priority(a) - priority(b));
  const meetings = here.filter((station) => !isNat(station)).map((station) => ({
    ...{ chains: [station], isNat: false, at: priority(station) },
  }));
  if (nat.length > 0) {
    const at = hook === "prerouting" || hook === "output" ? NAT_DST : NAT_SRC;
    meetings.push({ chains: nat, isNat: true, at });
  }
  // Of two with one priority the kernel runs first what came last.
  return meetings.reverse().sort((a, b) => a.at - b.at);
}
