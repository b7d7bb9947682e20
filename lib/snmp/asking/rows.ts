/**
 * The first rows of a table, several columns with one question: little is asked,
 * however long the table is.
 *
 * @module
 */

import { SnmpTable, type TablePlace } from "../table.ts";
import type { VarBind } from "../varbind.ts";
import { isBelow } from "./oid.ts";
import { type Asker, checkOrder, checkStatus, next } from "./questions.ts";
import { countOf } from "./var_binds.ts";

/** Variables in one answer: some 1,400 octets, the size of a frame. */
const AN_ANSWER = 60;
const TOO_BIG = 1;

/** What was fetched. */
export interface SomeRows {
  readonly table: SnmpTable;
  /** Whether there are more. */
  readonly isCut: boolean;
}

/**
 * Fetches the first rows of a table.
 *
 * @param asker The session's parts.
 * @param names Its columns; those that no MIB knows are left out.
 * @param limit How many rows.
 * @param signal Stops it.
 */
export async function firstRows(
  asker: Asker,
  names: readonly string[],
  limit: number,
  signal: AbortSignal | undefined,
): Promise<SomeRows> {
  const { mib } = asker.varBinds;
  const nodes = names.map((name) => mib.tryFind(name))
    .filter((node) => node !== undefined);
  const places: TablePlace[] = [];
  for (const { parent } of nodes) {
    if (places.some(({ row }) => row === parent!.oid)) continue;
    places.push({ row: parent!.oid, node: parent });
  }
  const found: VarBind[] = [];
  let columns = nodes.map(({ oid }) => ({ root: oid, at: oid, rows: 0 }));
  let isCut = false;
  while (columns.length > 0) {
    const answer = await askRow(asker, columns.map(({ at }) => at), signal);
    const open = new Set(columns);
    answer.forEach((one, i) => {
      const column = columns[i % columns.length]!;
      if (!open.has(column)) return;
      if (!one.exists || !isBelow(one.oid, column.root)) open.delete(column);
      else if (column.rows === limit) {
        isCut = true;
        open.delete(column);
      } else {
        column.at = one.oid;
        column.rows++;
        found.push(one);
      }
    });
    columns = [...open];
  }
  const titles = places.map(({ node }) => node!.parent!.name);
  return { table: new SnmpTable(titles, places, found, mib), isCut };
}

/** What comes behind some names: as many rows as fit, or one in version 1. */
async function askRow(
  asker: Asker,
  oids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<VarBind[]> {
  const { engine, varBinds } = asker;
  if (engine.settings.version === "1") return await next(asker, oids, signal);
  const rows = Math.max(1, Math.floor(AN_ANSWER / oids.length));
  const pdu = await engine.bulk(oids, 0, rows, signal);
  if (pdu.errorStatus === TOO_BIG) return await next(asker, oids, signal);
  checkStatus(asker, "get", pdu, oids);
  if (countOf(pdu) < oids.length) return await next(asker, oids, signal);
  const before = [...oids];
  for (let i = 0; i < countOf(pdu); i++) {
    const column = i % oids.length;
    before[column] = checkOrder(asker, pdu, i, before[column]!);
  }
  return varBinds.readAll(pdu);
}
