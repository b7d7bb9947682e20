/**
 * Columns as the Parquet writer takes them.
 *
 * @see https://parquet.apache.org/docs/file-format/
 *
 * @module
 */

import type { FieldPath } from "../packet/fields.ts";
import { type Column, flagNames } from "../packet/scan_column.ts";
import { plainText } from "./columns_cells.ts";

/** A node of a Parquet schema, as hyparquet has it. */
export interface SchemaElement {
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
 * Gives the part of the schema that says what a column is.
 *
 * @param path The field.
 * @param name The column's name.
 * @param asText Whether addresses are text.
 * @returns One node, or for a list three.
 *
 * @example
 * ```ts
 * import { resolveField } from "../packet/fields.ts";
 * import { elements } from "./parquet_cells.ts";
 * import assert from "node:assert/strict";
 *
 * const [column] = elements(resolveField("tcp.seq"), "tcp.seq", true);
 * assert.equal(column!.converted_type, "UINT_32");
 * ```
 */
export function elements(
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

/**
 * Gives a column's values as the writer takes them. Of what it gives, little is
 * an object on the heap: the writer keeps a column's values for some time.
 *
 * @param column The column.
 * @param asText Whether addresses are text.
 * @returns The values; `undefined` where there is none.
 *
 * @example
 * ```ts
 * import { resolveField } from "../packet/fields.ts";
 * import { Column } from "../packet/scan_column.ts";
 * import { cells } from "./parquet_cells.ts";
 * import assert from "node:assert/strict";
 *
 * const column = new Column(resolveField("tcp.flags"), 2);
 * column.put(0, ["SYN", "ACK"]);
 * assert.deepEqual(cells(column, true), [["SYN", "ACK"], undefined]);
 * ```
 */
export function cells(
  column: Column,
  asText: boolean,
): unknown[] | Uint32Array | BigInt64Array {
  const { values, length, valid, path: { kind, flags } } = column;
  const each = (cell: (row: number) => unknown): unknown[] => {
    const all = new Array<unknown>(length).fill(undefined);
    for (let row = 0; row < length; row++) {
      if (column.has(row)) all[row] = cell(row);
    }
    return all;
  };
  /** The same, but what is made of equal numbers is made once. */
  const eachOnce = (cell: (row: number) => unknown): unknown[] => {
    const known = new Map<unknown, unknown>();
    return each((row) => {
      const key = values[row];
      let made = known.get(key);
      if (made === undefined) known.set(key, made = cell(row));
      return made;
    });
  };
  const hasAll = valid === undefined || isFull(column);
  switch (kind) {
    case "ipv4":
    case "mac":
      if (asText) return eachOnce((row) => String(column.at(row)));
      if (kind === "ipv4") return each((row) => values[row]);
      return each((row) => BigInt(values[row] as number));
    case "ipv6":
      if (asText) return each((row) => String(column.at(row)));
      return each((row) =>
        (column.at(row) as { toBytes(): Uint8Array }).toBytes()
      );
    case "unsigned":
      if (hasAll && values instanceof Uint32Array) return values;
      if (!(values instanceof Float64Array)) return each((row) => values[row]);
      return hasAll
        ? BigInt64Array.from(values, BigInt)
        : each((row) => BigInt(values[row]!));
    case "flags":
      return eachOnce((row) => flagNames(values[row] as number, flags));
    case "present":
    case "flag":
      return each((row) => column.at(row));
    case "time":
      if (hasAll && values instanceof BigInt64Array) return values;
      return each((row) => values[row]);
    case "octets":
      return each((row) => values[row]);
    default:
      return each((row) => plainText(values[row]));
  }
}

function isFull(column: Column): boolean {
  let row = 0;
  while (row < column.length && column.has(row)) row++;
  return row === column.length;
}
