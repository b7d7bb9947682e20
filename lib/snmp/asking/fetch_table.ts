/**
 * Fetching tables: their walks, a few at once, and what is joined to them.
 *
 * @module
 */

import type { MibNode } from "../mib/object.ts";
import type { MibStore } from "../mib/store.ts";
import { SnmpTable, type TableOptions, type TablePlace } from "../table.ts";
import type { VarBind } from "../varbind.ts";
import { type Asker, limited } from "./questions.ts";
import { walk } from "./walk.ts";

/** Walks under way at once for one table. */
const AT_ONCE = 4;

/**
 * Finds the rows that add columns to one.
 *
 * @param mib Where to look.
 * @param row The row.
 */
function augmenting(mib: MibStore, row: MibNode): MibNode[] {
  const found: MibNode[] = [];
  const look = (node: MibNode): void => {
    if (node.augments?.oid === row.oid) found.push(node);
    if (node.kind !== "row") node.children().forEach(look);
  };
  look(mib.at("1").node);
  return found;
}

/** The row that a name is, or has below it, or is a column of. */
export function rowOf(mib: MibStore, name: string): TablePlace {
  const oid = mib.parseOid(name);
  const { node, suffix } = mib.at(oid);
  if (suffix === "") {
    if (node.kind === "row") return { row: oid, node };
    if (node.kind === "column") {
      return { row: node.parent!.oid, node: node.parent };
    }
    if (node.kind === "table") {
      const row = node.children()[0];
      return { row: row?.oid ?? `${oid}.1`, node: row };
    }
    if (node.kind === "scalar") {
      throw new TypeError(
        `Cannot read ${name} as a table as it must be one: current value is a ${node.kind}`,
      );
    }
  }
  // A table that no MIB knows: its row is mostly the first thing below.
  return { row: `${oid}.1`, node: undefined };
}

/**
 * Fetches tables of one index and joins them.
 *
 * @param asker The session's parts.
 * @param names Their names.
 * @param options Which columns, and whether others are joined.
 */
export async function fetchTable(
  asker: Asker,
  names: readonly string[],
  options: TableOptions,
): Promise<SnmpTable> {
  const { augment = true, columns } = options;
  const { mib } = asker.varBinds;
  const places: TablePlace[] = [];
  const add = (place: TablePlace) => {
    if (!places.some(({ row }) => row === place.row)) places.push(place);
  };
  names.forEach((name) => add(rowOf(mib, name)));
  for (const { node } of augment ? [...places] : []) {
    if (node === undefined) continue;
    for (const row of augmenting(mib, node)) add({ row: row.oid, node: row });
  }
  const roots = columns === undefined
    ? places.map(({ row }) => row)
    : columns.map((name) => {
      const oid = mib.parseOid(name);
      if (places.some(({ row }) => oid.startsWith(`${row}.`))) return oid;
      throw new TypeError(
        `Cannot fetch ${name} as 'columns' must be of ${
          names.join(", ")
        }: current value is ${mib.formatOid(oid)}`,
      );
    });
  const titles = places.map(({ row, node }) =>
    node?.parent?.name ?? row.replace(/\.1$/, "")
  );
  const found = await limited(
    asker,
    "get",
    options,
    (signal) => walkAll(asker, roots, options.maxRepetitions, signal),
  );
  const joined = titles.filter((_, i) =>
    i < names.length ||
    found.some(({ oid }) => oid.startsWith(`${places[i]!.row}.`))
  );
  return new SnmpTable(joined, places, found, mib);
}

/** Walks several branches, a few at once; the first failure ends all. */
export async function walkAll(
  asker: Asker,
  roots: readonly string[],
  repetitions: number | undefined,
  signal: AbortSignal | undefined,
): Promise<VarBind[]> {
  const { maxRepetitions } = asker.engine.settings;
  const ended = new AbortController();
  const stop = () => ended.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stop, { once: true });
  const lists: VarBind[][] = roots.map(() => []);
  const waiting = roots.map((root, i) => [root, lists[i]!] as const);
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const [root, list] = one;
      await walk(asker, root, repetitions ?? maxRepetitions, (found) => {
        for (const variable of found) list.push(variable);
      }, ended.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    signal?.removeEventListener("abort", stop);
    ended.abort();
  }
  return lists.flat();
}
