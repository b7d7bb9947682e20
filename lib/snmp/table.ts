/**
 * Tables: columns of one index as rows with names and real values.
 *
 * @see RFC 2578 §7.1.12, §7.7 (INDEX), §7.8 (AUGMENTS)
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { compareOids } from "./asking/oid.ts";
import { plainValue } from "./asking/values.ts";
import type { MibNode } from "./mib/object.ts";
import type { MibStore } from "./mib/store.ts";
import type { AskOptions } from "./options.ts";
import type { SnmpValue } from "./value.ts";
import type { VarBind } from "./varbind.ts";

/** Options for {@linkcode SnmpSession.table}. */
export interface TableOptions extends AskOptions {
  /** The columns to fetch, by name, and no others. @default {all} */
  columns?: readonly string[] | undefined;
  /** Whether tables that add columns to these rows (AUGMENTS) are joined: `ifXTable` to `ifTable`. @default {true} */
  augment?: boolean | undefined;
  /** Variables that each answer brings at most, from version 2c on. @default {the session's} */
  maxRepetitions?: number | undefined;
}

/**
 * One row: the values of its index and of its columns by their names. A cell that
 * the agent does not have is missing.
 */
export type SnmpRow = Readonly<Record<string, SnmpValue>>;

/** Cells that a column keeps where there is little room. */
const LEAST = 12;

/**
 * A table as it was fetched. Iterate over it, or take its `rows`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const mib = net.snmp.builtin;
 * const row = mib.find("ifEntry");
 * const node = mib.find("ifDescr");
 * const lo = new net.snmp.VarBind(`${node.oid}.1`, "OctetString", net.bytes.parseHex("6c6f"), { mib, node });
 * const table = new net.snmp.SnmpTable(["ifTable"], [{ row: row.oid, node: row }], [lo], mib);
 * assert.deepEqual(table.rows, [{ ifIndex: 1, ifDescr: "lo" }]);
 * ```
 */
export class SnmpTable implements Iterable<SnmpRow> {
  /** Its names, the joined ones too: `["ifTable", "ifXTable"]`. */
  readonly names: readonly string[];
  /** The columns that there are, those of the index first. */
  readonly columns: readonly string[];
  /** The rows, in the order of the index. */
  readonly rows: readonly SnmpRow[];
  readonly #cells: readonly ReadonlyMap<string, VarBind>[];
  readonly #suffixes: readonly string[];
  readonly #mib: MibStore;

  /**
   * Joins variables to rows.
   *
   * @param names What the table is called.
   * @param nodes The tables, the one with the index first.
   * @param found Their variables.
   * @param mib Where names come from.
   */
  constructor(
    names: readonly string[],
    nodes: readonly TablePlace[],
    found: readonly VarBind[],
    mib: MibStore,
  ) {
    const bySuffix = new Map<string, Map<string, VarBind>>();
    const order = new Map<string, number>();
    for (const one of found) {
      const cell = cellOf(nodes, one.oid);
      if (cell === undefined) continue;
      const name = one.node?.name ?? cell.column;
      let row = bySuffix.get(cell.suffix);
      if (row === undefined) bySuffix.set(cell.suffix, row = new Map());
      row.set(name, one);
      const table = nodes.findIndex(({ row }) => one.oid.startsWith(`${row}.`));
      order.set(name, table * 1e10 + Number(cell.column));
    }
    const suffixes = [...bySuffix.keys()].sort(compareOids);
    const columns = [...order.keys()].sort((a, b) =>
      order.get(a)! - order.get(b)!
    );
    const indexes = suffixes.map((suffix) => indexOf(mib, nodes[0], suffix));
    this.names = names;
    this.columns = [
      ...new Set([...Object.keys(indexes[0] ?? {}), ...columns]),
    ];
    this.rows = suffixes.map((suffix, i) => {
      const row: Record<string, SnmpValue> = { ...indexes[i] };
      const cells = bySuffix.get(suffix)!;
      for (const column of columns) {
        const cell = cells.get(column);
        if (cell !== undefined) row[column] = cell.value;
      }
      return row;
    });
    this.#cells = suffixes.map((suffix) => bySuffix.get(suffix)!);
    this.#suffixes = suffixes;
    this.#mib = mib;
  }

  /** How many rows there are. */
  get size(): number {
    return this.rows.length;
  }

  /**
   * Finds the variable behind a cell: its name, its type, its value as it came.
   *
   * @param row Which row, from 0.
   * @param column The column's name.
   * @returns The variable; nothing for what belongs to the index alone, or is not there.
   */
  cell(row: number, column: string): VarBind | undefined {
    return this.#cells[row]?.get(column);
  }

  /**
   * The numbers that a row has behind each column's OID.
   *
   * @param row Which row, from 0.
   * @returns Numbers with dots between: `"1"`, `"4.127.0.0.1"`.
   */
  suffix(row: number): string | undefined {
    return this.#suffixes[row];
  }

  /** The rows. */
  [Symbol.iterator](): Iterator<SnmpRow> {
    return this.rows[Symbol.iterator]();
  }

  /** The rows as plain data, with bigints and octets as text. */
  toJSON(): Record<string, unknown>[] {
    return this.rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, plainValue(value)]),
      )
    );
  }

  /** Draws the table, with as many columns as there is room for. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const texts = this.rows.map((row, i) =>
      Object.fromEntries(
        this.columns.map((column) => [
          column,
          this.#shown(this.cell(i, column), row[column]),
        ]),
      )
    );
    return table(texts, {
      title: this.names.join(" + "),
      // Cells cut to a letter or two tell nothing: rather fewer columns.
      columns: this.columns.map((key) => ({ key, minWidth: LEAST })),
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }

  /** A cell in few letters: names without their modules, states without numbers. */
  #shown(cell: VarBind | undefined, value: SnmpValue): unknown {
    if (typeof cell?.raw === "string" && cell.type === "ObjectIdentifier") {
      return this.#mib.formatOid(cell.raw, "name");
    }
    const isPlain = typeof value === "string" || typeof value === "number";
    return isPlain && cell?.type !== "TimeTicks" ? value : cell?.text ?? value;
  }
}

/** A table by its row's OID. */
export interface TablePlace {
  /** Its numbers, dotted. */
  readonly row: string;
  /** The row, if a MIB has it. */
  readonly node: MibNode | undefined;
}

function cellOf(
  places: readonly TablePlace[],
  oid: string,
): { column: string; suffix: string } | undefined {
  const place = places.find(({ row }) => oid.startsWith(`${row}.`));
  if (place === undefined) return undefined;
  const start = place.row.length + 1;
  const dot = oid.indexOf(".", start);
  if (dot < 0) return undefined;
  return { column: oid.slice(start, dot), suffix: oid.slice(dot + 1) };
}

/** A row's index by the names of its parts; as it is, where it does not fit them. */
function indexOf(
  mib: MibStore,
  place: TablePlace | undefined,
  suffix: string,
): Record<string, SnmpValue> {
  const { node } = place ?? {};
  if (node === undefined || node.indexes.length === 0) return { index: suffix };
  try {
    return mib.decodeIndex(node, suffix);
  } catch (error) {
    if (error instanceof SyntaxError) return { index: suffix };
    throw error;
  }
}
