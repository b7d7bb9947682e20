/**
 * SQL over a capture, through DuckDB.
 *
 * The only door to npm:@duckdb/node-api, which need not be installed.
 *
 * @see https://duckdb.org/docs/sql/introduction
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { onlyKnown } from "../known_options.ts";
import type { FieldPath } from "../packet/fields.ts";
import type { Column } from "../packet/scan_column.ts";
import { passes, type RecordSource } from "./columns.ts";
import { checkCapture, checkFields } from "./columns_fields.ts";
import { resolveFields } from "./columns_fields.ts";
import { SQL } from "./option_names.ts";
import { SqlResult } from "./sql_result.ts";

/** Options for {@linkcode sql}. */
export interface SqlOptions {
  /**
   * The table's columns. @default {the fields that the query names; if it names
   * none, time, lengths, addresses and ports}
   */
  fields?: readonly string[] | undefined;
  /** Stops reading and asking; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What a table has if neither the query nor anybody else says. */
const USUAL = [
  "frame.number",
  "frame.time",
  "frame.length",
  "ipv4.src",
  "ipv4.dst",
  "ipv6.src",
  "ipv6.dst",
  "tcp.srcPort",
  "tcp.dstPort",
  "tcp.flags",
  "udp.srcPort",
  "udp.dstPort",
] as const;

/** Rows that DuckDB takes at a time. */
const CHUNK = 2048;

/** What there is of DuckDB; loaded when it is asked for. */
type DuckDb = typeof import("@duckdb/node-api");

/**
 * Asks something of a capture in SQL. Its packets are the table `packets`, with
 * one column a field: `select ipv4.src, count(*) from packets group by all`.
 *
 * Fields may stand in the query as they are, or between quotation marks. Numbers
 * are unsigned, addresses `VARCHAR`, times `TIMESTAMP_NS` in UTC, flags lists of
 * their names, octets `BLOB`; what a packet lacks is null. The columns are held in
 * memory, and DuckDB runs as a library in this process.
 *
 * @param capture The capture.
 * @param query The question.
 * @param options The table's columns.
 * @returns The answer's columns and rows.
 * @throws {NetError} If DuckDB cannot be loaded (`"not-installed"`), if it refuses
 * the query (`"refused"`), or if the file cannot be read.
 * @throws {PermissionError} If this program may not load it.
 * @throws {TypeError} If `fields` has one that there is not.
 * @throws {DecodeError} If the capture ends within a packet.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const empty = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001",
 * );
 * const capture = await net.pcap.open(empty);
 * try {
 *   const { rows } = await net.pcap.sql(capture, "select count(*) as n from packets");
 *   assert.deepEqual(rows, [{ n: 0 }]);
 * } catch (error) {
 *   // It is a native library: a program needs --allow-ffi, and the package.
 *   assert.ok(error instanceof net.NetError);
 * }
 * ```
 */
export async function sql(
  capture: RecordSource,
  query: string,
  options: SqlOptions = {},
): Promise<SqlResult> {
  onlyKnown("ask for rows", options, SQL);
  checkCapture("ask for rows", capture);
  const { signal } = options;
  if (typeof query !== "string") {
    throw new TypeError(
      `Cannot ask for rows as 'query' must be text: current value is ${query}`,
    );
  }
  signal?.throwIfAborted();
  const { quotePaths } = await import("./sql_paths.ts");
  const found = quotePaths(query);
  if (options.fields !== undefined) {
    checkFields("ask for rows", options.fields);
  }
  const names = options.fields ?? found.paths;
  const paths = await resolveFields(names.length === 0 ? USUAL : names);
  const { flagNames } = await import("../packet/scan_column.ts");
  const { plainText } = await import("./columns_cells.ts");
  const duck = await load(capture.name);
  const database = await duck.DuckDBInstance.create(":memory:");
  try {
    const connection = await database.connect();
    const stop = () => connection.interrupt();
    signal?.addEventListener("abort", stop);
    try {
      const types = paths.map((path) => columnType(duck, path));
      const list = paths.map(({ path }, at) => `"${path}" ${types[at]}`);
      await connection.run(`create table packets (${list.join(", ")})`);
      const appender = await connection.createAppender("packets");
      const chunk = duck.DuckDBDataChunk.create(types, CHUNK);
      for await (
        const { columns, length } of passes(capture, paths, CHUNK)
      ) {
        signal?.throwIfAborted();
        chunk.rowCount = length;
        columns.forEach((column, at) =>
          chunk.setColumnValues(
            at,
            cells(duck, column, length, { flagNames, plainText }) as never,
          )
        );
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
      appender.closeSync();
      const answer = await connection.runAndReadAll(found.query);
      const columns = answer.deduplicatedColumnNames();
      return new SqlResult(columns, answer.getRowObjects());
    } catch (error) {
      signal?.throwIfAborted();
      throw refusal(error, capture.name, found.hint);
    } finally {
      signal?.removeEventListener("abort", stop);
      connection.closeSync();
    }
  } finally {
    database.closeSync();
  }
}

/** Loads DuckDB, or says how to. */
async function load(target: string): Promise<DuckDb> {
  try {
    return await import("@duckdb/node-api");
  } catch (cause) {
    const facts = { op: "ask in SQL of", target, cause };
    if (cause instanceof Deno.errors.NotCapable) {
      throw new PermissionError("this program may not load DuckDB's library", {
        ...facts,
        code: "permission",
        hint: "deno run --allow-ffi …",
      });
    }
    throw new NetError("DuckDB is not installed", {
      ...facts,
      code: "not-installed",
      hint: "deno add npm:@duckdb/node-api",
    });
  }
}

/** DuckDB's own errors as ours; those of reading stay as they are. */
function refusal(
  error: unknown,
  target: string,
  hint: string | undefined,
): unknown {
  if (error instanceof NetError || !(error instanceof Error)) return error;
  if (error.constructor !== Error) return error;
  return new NetError(error.message.trim().split("\n", 1)[0]!, {
    code: "refused",
    op: "ask in SQL of",
    target,
    hint,
    cause: error,
  });
}

function columnType(duck: DuckDb, { kind, bits }: FieldPath) {
  switch (kind) {
    case "present":
    case "flag":
      return duck.BOOLEAN;
    case "unsigned":
      if (bits <= 8) return duck.UTINYINT;
      if (bits <= 16) return duck.USMALLINT;
      return bits <= 32 ? duck.UINTEGER : duck.UBIGINT;
    case "time":
      return duck.TIMESTAMP_NS;
    case "octets":
      return duck.BLOB;
    case "flags":
      return duck.LIST(duck.VARCHAR);
    default:
      return duck.VARCHAR;
  }
}

/** Says values as text. */
interface Texts {
  flagNames(bits: number, flags: readonly string[]): string[];
  plainText(value: unknown): string;
}

/** A column's values as DuckDB's package takes them. */
function cells(
  duck: DuckDb,
  column: Column,
  length: number,
  { flagNames, plainText }: Texts,
): unknown[] {
  const { values, path: { kind, flags, bits } } = column;
  const each = (cell: (row: number) => unknown): unknown[] =>
    Array.from(
      { length },
      (_, row) => column.has(row) ? cell(row) : null,
    );
  switch (kind) {
    case "present":
    case "flag":
      return each((row) => values[row] === 1);
    case "unsigned":
      return bits <= 32
        ? each((row) => values[row])
        : each((row) => BigInt(values[row] as number | bigint));
    case "time":
      return each((row) =>
        new duck.DuckDBTimestampNanosecondsValue(values[row] as bigint)
      );
    case "octets":
      return each((row) => new duck.DuckDBBlobValue(values[row] as Uint8Array));
    case "flags":
      return each((row) =>
        duck.listValue(flagNames(values[row] as number, flags))
      );
    case "ipv4":
    case "ipv6":
    case "mac":
      return each((row) => String(column.at(row)));
    default:
      return each((row) => plainText(values[row]));
  }
}
