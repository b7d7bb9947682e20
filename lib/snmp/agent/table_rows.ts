/**
 * Tables out of objects: each row's cells under the names that its index gives.
 *
 * @see RFC 2578 §7.7
 * @module
 */

import { compareOids, sendableOid } from "../asking/oid.ts";
import { kindOf } from "../message/wire_value.ts";
import type { MibBase, MibIndex, MibNode, MibValue } from "../mib/object.ts";
import type { MibStore } from "../mib/store.ts";
import { joinIndex } from "../mib/table_index.ts";
import type { SetType } from "../set.ts";
import type { ServedObject, Writer } from "./objects.ts";
import type {
  AgentTableOptions,
  Served,
  ServedRow,
  SetCell,
} from "./options.ts";
import { servedObject } from "./served_value.ts";

/** A column that is served. */
interface Column {
  readonly name: string;
  readonly oid: string;
  readonly type: SetType | undefined;
  readonly node: MibNode | undefined;
}

/** What a table is, by a MIB or by what was said. */
export interface TableShape {
  /** The table's name, for errors. */
  readonly name: string;
  /** Below which all its cells are. */
  readonly root: string;
  readonly columns: readonly Column[];
  readonly indexes: readonly MibIndex[];
}

const BASES: Readonly<Partial<Record<SetType, MibBase>>> = {
  OctetString: "OCTET STRING",
  ObjectIdentifier: "OBJECT IDENTIFIER",
  IpAddress: "IpAddress",
};

/**
 * Finds out what a table is.
 *
 * @param mib Where names come from.
 * @param name `"ifTable"`, or the object identifier of one that no MIB has.
 * @param options Its columns and index, if no MIB has them.
 * @throws {TypeError} If it is no table, or nobody says what it is.
 */
export function tableShape(
  mib: MibStore,
  name: string,
  options: AgentTableOptions,
): TableShape {
  const { columns, index } = options;
  if (columns !== undefined) {
    const root = mib.parseOid(name);
    const own = Object.entries(columns).map(([name, { number, type }]) => ({
      name,
      // The row is the only thing below a table, as number 1 (RFC 2578 §7.1.12).
      oid: sendableOid(`${root}.1.${number}`),
      type,
      node: undefined,
    }));
    const indexes = (index ?? []).map((part): MibIndex => {
      const type = columns[part]?.type;
      if (type === undefined) {
        throw new TypeError(
          `Cannot serve ${name} as 'index' must name columns: current value is ${part}`,
        );
      }
      const base = BASES[type] ?? "INTEGER";
      return {
        name: part,
        implied: false,
        syntax: { name: base, base },
        node: undefined,
      };
    });
    if (indexes.length === 0) {
      throw new TypeError(
        `Cannot serve ${name} as 'index' must name one column or more: current value is none`,
      );
    }
    return { name, root, columns: own, indexes };
  }
  const node = mib.tryFind(name);
  const row = node?.kind === "table"
    ? node.children().find(({ kind }) => kind === "row")
    : node?.kind === "row"
    ? node
    : undefined;
  if (row === undefined) {
    throw new TypeError(
      `Cannot serve ${name} as it must be a table of a MIB, or 'columns' and 'index' be said: current value is ${
        node === undefined ? "unknown" : `a ${node.kind}`
      }`,
    );
  }
  return {
    name,
    root: row.oid,
    columns: row.children().filter(({ kind }) => kind === "column").map(
      (node) => ({ name: node.name, oid: node.oid, type: undefined, node }),
    ),
    indexes: row.indexes,
  };
}

/**
 * Makes the cells of a table, in the order of a walk.
 *
 * @param mib Where names come from.
 * @param shape What the table is.
 * @param rows Its rows.
 * @param options What can be set.
 * @throws {TypeError} If a row lacks a part of its index, has what is no column,
 * or two rows have the same index.
 */
export function cellsOf(
  mib: MibStore,
  shape: TableShape,
  rows: readonly ServedRow[],
  options: AgentTableOptions,
): ServedObject[] {
  const { name, columns, indexes } = shape;
  const writable = new Set(options.writable);
  const known = new Set([
    ...columns.map(({ name }) => name),
    ...indexes.map(({ name }) => name),
  ]);
  const readOid = (text: string) => mib.parseOid(text);
  const placed = rows.map((row) => {
    for (const key of Object.keys(row)) {
      if (known.has(key)) continue;
      throw new TypeError(
        `Cannot serve ${name} as a row must have its columns alone (${
          [...known].join(", ")
        }): current value has ${key}`,
      );
    }
    const values = Object.fromEntries(
      indexes.map(({ name }) => [name, row[name] as MibValue]),
    );
    return { row, suffix: joinIndex(indexes, values, readOid).join(".") };
  });
  placed.sort((a, b) => compareOids(a.suffix, b.suffix));
  placed.forEach(({ suffix }, i) => {
    if (i === 0 || suffix !== placed[i - 1]!.suffix) return;
    throw new TypeError(
      `Cannot serve ${name} as each row must have another index: current value is ${suffix} twice`,
    );
  });
  const cells: ServedObject[] = [];
  for (const { name, oid, type, node } of columns) {
    // Such a part of the index is in each name already (RFC 2578 §7.7).
    if (node?.access === "not-accessible") continue;
    const kind = kindOf(node, name, type);
    for (const { row, suffix } of placed) {
      const served = row[name];
      if (served === undefined) continue;
      const cell = servedObject(
        mib,
        `${oid}.${suffix}`,
        kind,
        served,
        writable.has(name)
          ? {
            check: (value) => options.check?.({ column: name, row, value }),
            set: (value, _old, element) =>
              setCell({ column: name, row, value }, cell, element, options),
          }
          : undefined,
      );
      cells.push(cell);
    }
  }
  return cells;
}

async function setCell(
  cell: SetCell,
  object: ServedObject,
  element: Uint8Array,
  { onSet }: AgentTableOptions,
): Promise<void> {
  await onSet?.(cell);
  if (object.read !== undefined) return;
  object.element = element;
  const { row, column, value } = cell;
  if (!Object.isFrozen(row)) {
    (row as Record<string, Served>)[column] = value;
  }
}

/** The writer of one object that is no cell. */
export function scalarWriter(
  object: () => ServedObject,
  check: Writer["check"] | undefined,
  onSet: Writer["set"] | undefined,
): Writer {
  return {
    check: (value) => check?.(value),
    async set(value, old, element) {
      await onSet?.(value, old, element);
      if (object().read === undefined) object().element = element;
    },
  };
}
