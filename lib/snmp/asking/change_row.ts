/**
 * Rows of tables, made, changed and taken away by the names of their columns.
 *
 * @see RFC 2579 §2 (RowStatus)
 * @module
 */

import type { MibNode } from "../mib/object.ts";
import type { MibStore } from "../mib/store.ts";
import type { AskOptions, CreateRowOptions } from "../options.ts";
import type { RowIndex, RowValues, SetValue, SetVariable } from "../set.ts";
import type { VarBind } from "../varbind.ts";
import { rowOf } from "./fetch_table.ts";
import { type Asker, get, limited } from "./questions.ts";
import { setVariables } from "./set_variables.ts";

/** Which row of which table is meant. */
export interface RowPlace {
  /** The table's name as it was given. */
  readonly table: string;
  readonly index: RowIndex;
}

/** A row that the MIB knows, whether the agent has it or not. */
interface Row {
  readonly mib: MibStore;
  readonly table: string;
  readonly node: MibNode;
  /** The numbers behind each column's OID. */
  readonly suffix: string;
}

function rowAt(mib: MibStore, { table, index }: RowPlace): Row {
  const { node } = rowOf(mib, table);
  if (node === undefined) {
    throw new TypeError(
      `Cannot name a row as 'table' must be one that a MIB has: current value is ${table}`,
    );
  }
  const isOnePart = typeof index !== "object" || index instanceof Uint8Array;
  const suffix = mib.encodeIndex(node, isOnePart ? [index] : index);
  return { mib, table, node, suffix };
}

/** The column that says whether the row is there and used. */
function statusOf({ node, table }: Row): MibNode {
  const found = node.children()
    .find(({ syntax }) => syntax?.convention === "RowStatus");
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot create or destroy a row as 'table' must have a column of RowStatus: current value is ${table}`,
  );
}

/** A column of the row, or of one that adds columns to it. */
function columnOf({ mib, node, table }: Row, name: string): MibNode {
  const column = mib.find(name);
  const { parent } = column;
  const isOwn = parent?.oid === node.oid || parent?.augments?.oid === node.oid;
  if (isOwn) return column;
  throw new TypeError(
    `Cannot set a row of ${table} as 'values' must be columns of it: current value is ${name}`,
  );
}

const oidOf = ({ suffix }: Row, column: MibNode) => `${column.oid}.${suffix}`;

/** A cell to set, by its name, which errors then tell. */
function cell(row: Row, column: MibNode, value: SetValue): SetVariable {
  return { name: row.mib.formatOid(oidOf(row, column)), value };
}

/**
 * Makes a row with one question.
 *
 * @param asker The session's parts.
 * @param place Which one.
 * @param values Its columns.
 * @param options Whether it is used at once, and the limit.
 * @returns Its status as the agent says then.
 */
export async function createRow(
  asker: Asker,
  place: RowPlace,
  values: RowValues,
  options: CreateRowOptions,
): Promise<VarBind> {
  const row = rowAt(asker.varBinds.mib, place);
  const status = statusOf(row);
  const cells = [cell(row, status, options.status ?? "createAndGo")];
  for (const [name, value] of Object.entries(values)) {
    const column = columnOf(row, name);
    if (column.oid === status.oid) {
      throw new TypeError(
        `Cannot create a row of ${row.table} as 'values' must not have ${name}, which the option 'status' says: current value is ${value}`,
      );
    }
    cells.push(cell(row, column, value));
  }
  return await limited(asker, "set", options, async (signal) => {
    await setVariables(asker, cells, { signal }, "create");
    // Not every agent refuses a row that lacks columns: some leave it notReady.
    return (await get(asker, [oidOf(row, status)], signal))[0]!;
  });
}

/**
 * Sets columns of a row together.
 *
 * @param asker The session's parts.
 * @param place Which one.
 * @param values The columns.
 * @param options The limit.
 * @returns The columns as the agent says that they are.
 */
export async function setRow(
  asker: Asker,
  place: RowPlace,
  values: RowValues,
  options: AskOptions,
): Promise<VarBind[]> {
  const row = rowAt(asker.varBinds.mib, place);
  const cells = Object.entries(values)
    .map(([name, value]) => cell(row, columnOf(row, name), value));
  return await setVariables(asker, cells, options);
}

/**
 * Takes a row away.
 *
 * @param asker The session's parts.
 * @param place Which one.
 * @param options The limit.
 */
export async function destroyRow(
  asker: Asker,
  place: RowPlace,
  options: AskOptions,
): Promise<void> {
  const status = statusOf(rowAt(asker.varBinds.mib, place));
  await setRow(asker, place, { [status.oid]: "destroy" }, options);
}
