/**
 * The names of priorities of base chains.
 *
 * @see nft(8), tables 6 and 7
 *
 * @module
 */

import type { Base, Family, Hook } from "../model/ruleset.ts";

/** A name: what it stands for, and where nft writes it. */
type Row = readonly [name: string, priority: number, hook?: Hook];

const USUAL: readonly Row[] = [
  ["raw", -300],
  ["mangle", -150],
  ["dstnat", -100, "prerouting"],
  ["filter", 0],
  ["security", 50],
  ["srcnat", 100, "postrouting"],
];
const BRIDGE: readonly Row[] = [
  ["dstnat", -300, "prerouting"],
  ["filter", -200],
  ["out", 100, "output"],
  ["srcnat", 300, "postrouting"],
];
const FILTER: readonly Row[] = [["filter", 0]];

const rowsOf = (family: Family): readonly Row[] =>
  family === "bridge"
    ? BRIDGE
    : family === "arp" || family === "netdev"
    ? FILTER
    : USUAL;

const named = (rows: readonly Row[]): ReadonlyMap<string, number> =>
  new Map(rows.map(([name, priority]) => [name, priority]));

const NAMES = named(USUAL);
const BRIDGE_NAMES = named(BRIDGE);

/** Numbers by the names that a family reads. */
export const priorityNames = (family: Family): ReadonlyMap<string, number> =>
  family === "bridge" ? BRIDGE_NAMES : NAMES;

/** Writes a priority as nft does: by the name of one at most 10 away. */
export function formatPriority(
  family: Family,
  { hook, priority }: Pick<Base, "hook" | "priority">,
): string {
  for (const [name, number, only] of rowsOf(family)) {
    const away = priority - number;
    if (Math.abs(away) > 10 || only !== undefined && only !== hook) continue;
    if (away === 0) return name;
    return `${name} ${away < 0 ? "-" : "+"} ${Math.abs(away)}`;
  }
  return `${priority}`;
}
