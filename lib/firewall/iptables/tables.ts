/**
 * The tables and chains of iptables, and where nftables has the same.
 *
 * @see iptables(8), TABLES
 *
 * @module
 */

import type { ChainType, Hook } from "../model/ruleset.ts";

/** Where a chain that iptables has of its own stands. */
export interface BuiltIn {
  readonly type: ChainType;
  readonly hook: Hook;
  readonly priority: number;
}

const HOOKS: Readonly<Record<string, Hook>> = {
  PREROUTING: "prerouting",
  INPUT: "input",
  FORWARD: "forward",
  OUTPUT: "output",
  POSTROUTING: "postrouting",
};

const chains = (
  type: ChainType,
  priority: number,
  names: readonly string[],
): Readonly<Record<string, BuiltIn>> =>
  Object.fromEntries(
    names.map((name) => [name, { type, hook: HOOKS[name]!, priority }]),
  );

const SOURCE = 100;
const DESTINATION = -100;

/** The chains of each table, by name. */
export const builtIn: Readonly<
  Record<string, Readonly<Record<string, BuiltIn>>>
> = {
  raw: chains("filter", -300, ["PREROUTING", "OUTPUT"]),
  mangle: {
    ...chains("filter", -150, ["PREROUTING", "INPUT", "FORWARD"]),
    ...chains("route", -150, ["OUTPUT"]),
    ...chains("filter", -150, ["POSTROUTING"]),
  },
  nat: {
    ...chains("nat", DESTINATION, ["PREROUTING"]),
    ...chains("nat", SOURCE, ["INPUT"]),
    ...chains("nat", DESTINATION, ["OUTPUT"]),
    ...chains("nat", SOURCE, ["POSTROUTING"]),
  },
  filter: chains("filter", 0, ["INPUT", "FORWARD", "OUTPUT"]),
  security: chains("filter", 50, ["INPUT", "FORWARD", "OUTPUT"]),
};

/** A table's own chain of a name. */
export const builtInOf = (table: string, chain: string): BuiltIn | undefined =>
  Object.hasOwn(builtIn[table] ?? {}, chain)
    ? builtIn[table]![chain]
    : undefined;

/** Whether iptables has a table of a name. */
export const isTable = (name: string): boolean => Object.hasOwn(builtIn, name);
