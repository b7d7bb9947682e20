/**
 * Tables, chains, sets and maps, as people write them, to data.
 *
 * @module
 */

import { canonicalTables } from "../model/canonical.ts";
import type { Mapping, Value } from "../model/expression.ts";
import type {
  Base,
  Chain,
  Family,
  Hook,
  NamedMap,
  NamedObject,
  NamedSet,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import { parseTime } from "../model/time.ts";
import { wrongName } from "../text/own_name.ts";
import { verdictOf } from "./comparisons.ts";
import type { VerdictLike } from "./field.ts";
import { priorityOf } from "./priority.ts";
import { checkReferences } from "./references.ts";
import { isBuilt } from "./rule_builder.ts";
import type {
  BaseOptions,
  ChainSpec,
  MapSpec,
  RuleFamily,
  SetOptions,
  SetSpec,
  TableSpec,
} from "./table_spec.ts";

export * from "./table_spec.ts";

/**
 * Says that an object is a chain: TypeScript then checks that its rules can
 * stand in it.
 *
 * @param spec The chain.
 * @returns The same.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const input = net.firewall.chain({
 *   type: "filter",
 *   hook: "input",
 *   priority: "filter",
 *   policy: "drop",
 *   rules: [net.firewall.iif("lo").accept()],
 * });
 * assert.equal(input.rules?.length, 1);
 * ```
 */
export function chain<const F extends RuleFamily = "any">(
  spec: ChainSpec<F>,
): ChainSpec<F> {
  return spec;
}

/**
 * Says that an object is a set.
 *
 * @param spec The set.
 * @returns The same.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const blocked = net.firewall.set({
 *   type: "ipv4_addr",
 *   flags: ["interval"],
 *   elements: ["192.0.2.0/24"],
 * });
 * assert.equal(blocked.type, "ipv4_addr");
 * ```
 */
export function set(spec: SetSpec): SetSpec {
  return spec;
}

/**
 * Says that an object is a map.
 *
 * @param spec The map.
 * @returns The same.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const backends = net.firewall.map({
 *   type: "inet_service",
 *   value: "ipv4_addr",
 *   elements: [["http", "10.0.0.2"], [22, "10.0.0.3"]],
 * });
 * assert.equal(backends.elements?.length, 2);
 * ```
 */
export function map(spec: MapSpec): MapSpec {
  return spec;
}

/**
 * Makes a table.
 *
 * @param family Which packets it sees.
 * @param name Its name.
 * @param spec What it holds.
 * @returns The table in canonical form.
 * @throws {TypeError} If something in it is wrong: with the field, the rule
 * and the chain.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { tcp, ct } = net.firewall;
 * const filter = net.firewall.table("inet", "filter", {
 *   chains: {
 *     input: {
 *       type: "filter",
 *       hook: "input",
 *       priority: "filter",
 *       policy: "drop",
 *       rules: [
 *         ct.state("established", "related").accept(),
 *         tcp.dport.in(["ssh", "https"]).ct.state("new").accept(),
 *       ],
 *     },
 *   },
 * });
 * assert.equal(filter.chains[0]?.base?.priority, 0);
 * ```
 */
export function table<const F extends Family>(
  family: F,
  name: string,
  spec: TableSpec<F> = {},
): Table {
  if (!Object.hasOwn(HOOKS, family)) {
    throw new TypeError(
      `Cannot make a table as its family must be ${
        Object.keys(HOOKS).join(", ")
      }: current value is ${family}`,
    );
  }
  const must = typeof name === "string" ? wrongName(name) : "be a text";
  if (must) {
    throw new TypeError(
      `Cannot make a table as its name must ${must}: current value is ${
        JSON.stringify(name)
      }`,
    );
  }
  const { chains = {}, sets = {}, maps = {}, objects = {}, flags, comment } =
    spec;
  const where = `in table ${family} ${name}`;
  const given: Table = {
    family,
    name,
    ...flags && { flags },
    ...comment !== undefined && { comment },
    chains: Object.entries(chains).map(([name, chain]) =>
      chainOf(name, chain, family, where)
    ),
    sets: Object.entries(sets).map(([name, spec]): NamedSet => ({
      ...propertiesOf(name, spec),
      elements: (spec.elements ?? []).map(keyOf) as readonly Value[],
    })),
    maps: Object.entries(maps).map(([name, spec]): NamedMap =>
      mapOf(name, spec)
    ),
    objects: Object.entries(objects).map(([name, object]) =>
      ({ ...object, name }) as NamedObject
    ),
    flowtables: [],
  };
  const [made] = canonicalTables([given]);
  checkReferences(made!, where);
  return made!;
}

function chainOf(
  name: string,
  spec: ChainSpec,
  family: Family,
  where: string,
): Chain {
  const rules = (spec.rules ?? []).map((rule, index) => {
    if (isBuilt(rule) && rule.kind === "nat") {
      const { type } = spec;
      if (type !== undefined && type !== "nat") {
        throw new TypeError(
          `Cannot use rule ${
            index + 1
          } of chain ${name} ${where}: it translates addresses, which only a chain of type nat does; this one is of type ${type}`,
        );
      }
    }
    return "rule" in rule ? rule.rule : rule;
  });
  const { comment } = spec;
  const base = spec.type && baseOf(name, spec, family);
  return {
    name,
    ...base && { base },
    rules,
    ...comment !== undefined && { comment },
  };
}

const OF_IP: readonly Hook[] = [
  ...["prerouting", "input", "forward", "output", "postrouting"] as const,
];
/** Where chains of type filter stand. */
const HOOKS: Readonly<Record<Family, readonly Hook[]>> = {
  inet: [...OF_IP, "ingress", "egress"],
  ip: OF_IP,
  ip6: OF_IP,
  bridge: OF_IP,
  arp: ["input", "output"],
  netdev: ["ingress", "egress"],
};

function baseOf(
  name: string,
  spec: BaseOptions & { readonly type: Base["type"] },
  family: Family,
): Base {
  const { type, hook, policy = "accept", devices } = spec;
  const check = (what: string, value: string, words: readonly string[]) => {
    if (words.includes(value)) return;
    throw new TypeError(
      `Cannot use chain ${name} as ${what} must be ${
        words.join(", ")
      }: current value is ${value}`,
    );
  };
  check("its type", type, ["filter", "nat", "route"]);
  const hooks = type === "nat"
    ? ["prerouting", "input", "output", "postrouting"]
    : type === "route"
    ? ["output"]
    : HOOKS[family];
  check(`the hook of a chain of type ${type}`, hook, hooks);
  check("its policy", policy, ["accept", "drop"]);
  const priority = priorityOf(family, spec.priority);
  return { type, hook, priority, policy, ...devices && { devices } };
}

const keyOf = (key: unknown): unknown =>
  Array.isArray(key) && key.some((part) => typeof part !== "string")
    ? { concat: key }
    : key;

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T];

function propertiesOf(name: string, spec: SetOptions): SetProperties {
  const {
    type,
    timeout,
    with: stateful,
    flags,
    size,
    autoMerge,
    comment,
    policy,
  } = spec;
  return {
    name,
    type: listOf(type),
    ...flags && { flags },
    ...timeout !== undefined &&
      { timeout: typeof timeout === "number" ? timeout : parseTime(timeout) },
    ...size !== undefined && { size },
    ...policy && { policy },
    ...autoMerge && { autoMerge },
    ...stateful && { stateful: stateful.rule.statements },
    ...comment !== undefined && { comment },
  };
}

function mapOf(name: string, spec: MapSpec): NamedMap {
  const isVerdict = spec.value === "verdict";
  const elements = (spec.elements ?? []).map(([key, value]) =>
    [
      keyOf(key),
      isVerdict ? verdictOf(value as VerdictLike) : keyOf(value),
    ] as unknown as Mapping
  );
  return {
    ...propertiesOf(name, spec),
    map: listOf(spec.value as string | readonly string[]),
    elements,
  };
}
