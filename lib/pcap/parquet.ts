/**
 * Columns as Apache Parquet: files of columns, compressed, with statistics.
 *
 * The only door to npm:hyparquet-writer.
 *
 * @see https://parquet.apache.org/docs/file-format/
 *
 * @module
 */

import { type FieldPath, resolveField } from "../packet/fields.ts";
import { type Column, flagNames } from "../packet/scan_column.ts";
import type { WriteTableOptions } from "./arrow.ts";
import { fullBatches, type RecordSource } from "./columns.ts";
import { plainText } from "./columns_cells.ts";
import { openTarget } from "./target.ts";

/** Packets a row group: what is held in memory at a time. */
const ROW_GROUP = 16_384;

/** A node of a Parquet schema, as hyparquet has it. */
interface SchemaElement {
  name: string;
  type?: "BOOLEAN" | "INT32" | "INT64" | "BYTE_ARRAY" | "FIXED_LEN_BYTE_ARRAY";
  type_length?: number;
  num_children?: number;
  repetition_type?: "REQUIRED" | "OPTIONAL" | "REPEATED";
  converted_type?:
    | "UTF8"
    | "LIST"
    | "UINT_8"
    | "UINT_16"
    | "UINT_32"
    | "UINT_64";
  logical_type?: {
    type: "TIMESTAMP";
    isAdjustedToUTC: boolean;
    unit: "NANOS";
  };
}

/**
 * Writes fields of all packets as Apache Parquet, in constant memory.
 *
 * Numbers are unsigned of their width, times nanoseconds since 1970 in UTC, flags
 * lists of their names, octets binary; what a packet lacks is null.
 *
 * @param capture The capture.
 * @param target A path or `file:` URL, or a stream.
 * @param fields What to write: `"frame.time"`, `"ipv4.src"`, `"tcp.flags"`.
 * @param options How addresses are written, and whether a file may be written over.
 * @returns How many packets were written.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {DecodeError} If the capture ends within a packet; what is written is
 * then no whole file.
 * @throws {NetError} If something cannot be read or written.
 * @see https://parquet.apache.org/docs/file-format/
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" + // raw IP
 *     "00000001 00000002 00000014 00000014" +
 *     "45000014000000004011000000000000 0a000002",
 * );
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const written = new Response(readable).bytes();
 * await net.pcap.writeParquet(await net.pcap.open(file), writable, ["ipv4.dst"]);
 * assert.equal(new TextDecoder().decode((await written).subarray(-4)), "PAR1");
 * ```
 */
export async function writeParquet(
  capture: RecordSource,
  target: string | URL | WritableStream<Uint8Array>,
  fields: readonly string[],
  options: WriteTableOptions = {},
): Promise<number> {
  const { overwrite = false, addresses = "text" } = options;
  const paths = fields.map((field) => resolveField(field));
  const asText = addresses === "text";
  const { ByteWriter, ParquetWriter } = await import(
    "hyparquet-writer"
  );
  const out = await openTarget(target, overwrite);
  let rows = 0;
  try {
    const writer = Object.assign(new ByteWriter(), {
      async flush() {
        await out.write(writer.getBytes());
        writer.index = 0;
      },
    });
    const schema: SchemaElement[] = [
      { name: "packets", num_children: paths.length },
      ...paths.flatMap((path, at) => elements(path, fields[at]!, asText)),
    ];
    const file = new ParquetWriter({ writer, schema });
    for await (
      const { columns, length } of fullBatches(
        capture,
        paths,
        ROW_GROUP,
        "reuse",
      )
    ) {
      const columnData = columns.map((column, at) => ({
        name: fields[at]!,
        data: cells(column.head(length), asText),
      }));
      await file.write({ columnData, rowGroupSize: ROW_GROUP });
      rows += length;
    }
    await file.finish();
    await writer.flush();
  } finally {
    await out.close();
  }
  return rows;
}

/** The part of the schema that says what a column is. */
function elements(
  { kind, bits }: FieldPath,
  name: string,
  asText: boolean,
): SchemaElement[] {
  const repetition_type = kind === "present" ? "REQUIRED" : "OPTIONAL";
  const one = (element: Omit<SchemaElement, "name">): SchemaElement[] => [
    { name, repetition_type, ...element },
  ];
  const text = one({ type: "BYTE_ARRAY", converted_type: "UTF8" });
  switch (kind) {
    case "present":
    case "flag":
      return one({ type: "BOOLEAN" });
    case "unsigned":
      if (bits > 32) return one({ type: "INT64", converted_type: "UINT_64" });
      return one({
        type: "INT32",
        converted_type: bits <= 8
          ? "UINT_8"
          : bits <= 16
          ? "UINT_16"
          : "UINT_32",
      });
    case "ipv4":
      return asText ? text : one({ type: "INT32", converted_type: "UINT_32" });
    case "mac":
      return asText ? text : one({ type: "INT64", converted_type: "UINT_64" });
    case "ipv6":
      return asText
        ? text
        : one({ type: "FIXED_LEN_BYTE_ARRAY", type_length: 16 });
    case "time":
      return one({
        type: "INT64",
        logical_type: {
          type: "TIMESTAMP",
          isAdjustedToUTC: true,
          unit: "NANOS",
        },
      });
    case "octets":
      return one({ type: "BYTE_ARRAY" });
    case "flags":
      return [
        { name, repetition_type, num_children: 1, converted_type: "LIST" },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        {
          name: "element",
          repetition_type: "REQUIRED",
          type: "BYTE_ARRAY",
          converted_type: "UTF8",
        },
      ];
    default:
      return text;
  }
}

/** A column's values as the writer takes them; `undefined` where there is none. */
function cells(
  column: Column,
  asText: boolean,
): unknown[] | Uint32Array | BigInt64Array {
  const { values, length, valid, path: { kind, flags } } = column;
  if (valid === undefined && values instanceof Uint32Array) return values;
  const each = (cell: (row: number) => unknown): unknown[] =>
    Array.from(
      { length },
      (_, row) => column.has(row) ? cell(row) : undefined,
    );
  switch (kind) {
    case "ipv4":
    case "mac":
    case "ipv6":
      if (asText) return each((row) => String(column.at(row)));
      if (kind === "mac") {
        return each((row) => BigInt(values[row] as number | bigint));
      }
      if (kind === "ipv4") return each((row) => values[row]);
      return each((row) =>
        (column.at(row) as { toBytes(): Uint8Array }).toBytes()
      );
    case "unsigned":
      return values instanceof Float64Array
        ? each((row) => BigInt(values[row]!))
        : each((row) => values[row]);
    case "flags": {
      const lists: string[][] = [];
      return each((row) => {
        const bits = values[row] as number;
        return lists[bits] ??= flagNames(bits, flags);
      });
    }
    case "present":
    case "flag":
      return each((row) => column.at(row));
    case "time":
    case "octets":
      return each((row) => values[row]);
    default:
      return each((row) => plainText(values[row]));
  }
}
