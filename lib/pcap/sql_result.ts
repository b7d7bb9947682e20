/**
 * What a question in SQL is answered by.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { count } from "../inspect/units.ts";

/** How many rows are shown. */
const SHOWN = 40;

/**
 * Rows, as DuckDB gave them.
 *
 * Whole numbers are numbers, beyond 2^53 bigints; times `Temporal.Instant`; lists
 * arrays; blobs octets; what JavaScript has no type for is text.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { rows } = new net.pcap.SqlResult(["n"], [{ n: 7n }]);
 * assert.deepEqual(rows, [{ n: 7 }]);
 * ```
 */
export class SqlResult {
  /** The columns' names. */
  readonly columns: readonly string[];
  /** The rows, each with a value a column. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];

  /**
   * Takes an answer.
   *
   * @param columns The columns' names.
   * @param rows The rows, with values of DuckDB's.
   */
  constructor(
    columns: readonly string[],
    rows: readonly Readonly<Record<string, unknown>>[],
  ) {
    this.columns = columns;
    this.rows = rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, plain(value)]),
      )
    );
  }

  /**
   * Goes through the rows.
   *
   * @returns The rows.
   */
  [Symbol.iterator](): Iterator<Readonly<Record<string, unknown>>> {
    return this.rows[Symbol.iterator]();
  }

  /**
   * Gives the answer as plain data.
   *
   * @returns The rows; bigints and times as text, octets in hexadecimal.
   */
  toJSON(): Record<string, unknown>[] {
    return this.rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, json(value)]),
      )
    );
  }

  /**
   * Shows the answer as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { length } = this.rows;
    return table(this.toJSON(), {
      title: `${count(length)} ${length === 1 ? "row" : "rows"}`,
      columns: this.columns,
      maxRows: SHOWN,
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

function json(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.toHex();
  if (Array.isArray(value)) return value.map(json);
  return typeof value === "bigint" || value instanceof Temporal.Instant
    ? String(value)
    : value;
}

/** A value of DuckDB's as JavaScript has it. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
      ? Number(value)
      : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  if (Array.isArray(fields.items)) return fields.items.map(plain);
  if (fields.bytes instanceof Uint8Array) return new Uint8Array(fields.bytes);
  const nanoseconds = instant(value.constructor.name, fields);
  if (nanoseconds !== undefined) {
    return Temporal.Instant.fromEpochNanoseconds(nanoseconds);
  }
  // A decimal, a date, an interval: all of them say themselves.
  return /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : String(value);
}

/** Nanoseconds since 1970 of DuckDB's kinds of times. */
function instant(
  kind: string,
  { nanos, micros, millis, seconds }: Readonly<Record<string, unknown>>,
): bigint | undefined {
  if (!kind.startsWith("DuckDBTimestamp")) return undefined;
  if (typeof nanos === "bigint") return nanos;
  if (typeof micros === "bigint") return micros * 1000n;
  if (typeof millis === "bigint") return millis * 1_000_000n;
  return typeof seconds === "bigint" ? seconds * 1_000_000_000n : undefined;
}
