/**
 * Reads some fields of many packets into columns, without an object a packet.
 *
 * From the fields that are wanted one function is made that goes through the
 * records of a buffer, walks down each as far as those fields lie, by the same
 * tables and the same rules as {@linkcode walk}, and writes them into columns.
 * What a field's octets alone do not tell is asked of the layer's own view.
 *
 * @module
 */

import type { FieldPath } from "./fields.ts";
import { Packet } from "./packet.ts";
import { Column } from "./scan_column.ts";
import { compileScan } from "./scan_compile.ts";
import { definition, scanGraph, unknownHooks } from "./scan_graph.ts";
import type { Fill, ScanSource } from "./scan_source.ts";

/**
 * Reads fields of many packets into columns.
 *
 * @example
 * ```ts
 * import { resolveField } from "./fields.ts";
 * import { Scan } from "./scan.ts";
 * import assert from "node:assert/strict";
 *
 * const scan = new Scan([resolveField("ipv4.src"), resolveField("tcp.flags.SYN")]);
 * assert.deepEqual(scan.room(8).map(({ path }) => path.path), [
 *   "ipv4.src",
 *   "tcp.flags.SYN",
 * ]);
 * assert.equal(scan.isCompiled, true);
 * ```
 */
export class Scan {
  /** The fields, in the order of the columns. */
  readonly paths: readonly FieldPath[];
  /**
   * Whether values may lie in the buffer that the records lie in, so that it
   * must not be filled again while they are in use.
   */
  readonly keeps: boolean;
  /** Whether packets are walked by a function made for it, not by `Packet`. */
  readonly isCompiled: boolean;
  readonly #fill: Fill;

  /**
   * Makes a scan.
   *
   * @param paths The fields.
   */
  constructor(paths: readonly FieldPath[]) {
    this.paths = paths;
    this.keeps = paths.some(({ kind }) =>
      kind === "octets" || kind === "value"
    );
    this.isCompiled = scanGraph().nodes.every(({ layer }) =>
      unknownHooks(layer).length === 0
    );
    this.#fill = this.isCompiled ? compileScan(paths) : slowFill(paths);
  }

  /**
   * Makes columns for a scan's fields.
   *
   * @param capacity How many packets there is to be room for.
   * @returns One column a field; those of one layer share what says which
   * packets have it.
   */
  room(capacity: number): Column[] {
    const shared = new Map<string, Uint8Array>();
    return this.paths.map((path) => {
      const key = sharedKey(path);
      const column = new Column(
        path,
        capacity,
        key === undefined ? undefined : shared.get(key),
      );
      if (key !== undefined && column.valid) shared.set(key, column.valid);
      return column;
    });
  }

  /**
   * Reads records until the buffer has no more of them or the columns are full.
   *
   * @param records The cursor.
   * @param columns From {@linkcode Scan.room}, empty from `row` on.
   * @param row The first row to fill.
   * @param capacity Rows that the columns have.
   * @returns The row after the last that is filled; if it is `capacity`, there
   * may be more records in the buffer.
   */
  fill(
    records: ScanSource,
    columns: readonly Column[],
    row: number,
    capacity: number,
  ): number {
    return this.#fill(records, columns, row, capacity);
  }
}

/** Columns with one key have a value in the same packets: those with the layer. */
function sharedKey({ kind, layer }: FieldPath): string | undefined {
  if (kind === "present" || kind === "value") return undefined;
  return definition(layer) === undefined ? undefined : layer;
}

/** Reads by `Packet`: right whatever layers do, and some ten times slower. */
function slowFill(paths: readonly FieldPath[]): Fill {
  return (records, columns, row, capacity) => {
    while (row < capacity && records.next()) {
      const packet = new Packet(records.frame());
      paths.forEach((path, at) =>
        columns[at]!.put(row, path.read(packet, records.number))
      );
      row++;
    }
    return row;
  };
}
