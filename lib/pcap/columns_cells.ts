/**
 * Makes the function that writes rows of columns as text, for CSV and for JSON:
 * one straight run of statements a row, as writers that are chosen cell by cell
 * take four times as long.
 *
 * @module
 */

import type { FieldPath } from "../packet/fields.ts";
import { type Column, flagNames } from "../packet/scan_column.ts";
import { plain } from "../packet/value.ts";
import {
  asciiOf,
  putAscii,
  putDecimal,
  putHex,
  putIpv4,
  putIpv6,
  putMac,
} from "./text_bytes.ts";
import { TIME_WIDTH, timeWriter } from "./text_time.ts";

/** How rows are written. */
export interface RowFormat {
  /** Whether what is no number stands between quotation marks. */
  readonly isJson: boolean;
  /** Before each column's cell: ASCII. */
  readonly before: readonly string[];
  /** After the last cell: ASCII. */
  readonly after: string;
  /** In place of a cell that has no value: ASCII. */
  readonly absent: string;
}

/** Where rows are written to. */
export interface RowTarget {
  /** The octets; there may be more behind `at` than are asked for. */
  octets: Uint8Array;
  /** The place to go on at. */
  at: number;
  /** How many octets the row needs that has not been written for want of room. */
  needed: number;
}

/**
 * Writes rows until there are no more or the next does not fit; gives the row
 * to go on with.
 */
export type RowWriter = (
  target: RowTarget,
  columns: readonly Column[],
  row: number,
  length: number,
) => number;

/**
 * Makes the writer of some columns' rows.
 *
 * @param columns The columns; their values may change later, the arrays not.
 * @param format What stands around and between the cells.
 * @returns The writer.
 *
 * @example
 * ```ts
 * import { resolveField } from "../packet/fields.ts";
 * import { Column } from "../packet/scan_column.ts";
 * import { rowWriter } from "./columns_cells.ts";
 * import assert from "node:assert/strict";
 *
 * const column = new Column(resolveField("tcp.flags"), 1);
 * column.put(0, ["SYN", "ACK"]);
 * const format = { isJson: true, before: ["{"], after: "}", absent: "null" };
 * const target = { octets: new Uint8Array(256), at: 0, needed: 0 };
 * assert.equal(rowWriter([column], format)(target, [column], 0, 1), 1);
 * assert.equal(
 *   new TextDecoder().decode(target.octets.subarray(0, target.at)),
 *   '{["SYN","ACK"]}',
 * );
 * ```
 */
export function rowWriter(
  columns: readonly Column[],
  format: RowFormat,
): RowWriter {
  const scope: Record<string, unknown> = {
    putAscii,
    putDecimal,
    putIpv4,
    putIpv6,
    putMac,
  };
  const { after, before, absent } = format;
  let width = after.length;
  const measures: string[] = [];
  const variables: string[] = [];
  const cells = columns.map((column, index) => {
    const cell = cellCode(column, index, format, scope);
    const around = before[index]!;
    width += around.length + Math.max(cell.width, absent.length);
    if (cell.made) variables.push(`let ${cell.made};`);
    const has = column.valid === undefined
      ? "true"
      : `v${index}[row >> 3] & (1 << (row & 7))`;
    if (cell.measure) {
      measures.push(`if (${has}) needed += ${cell.measure};`);
    }
    const write = `${literal(around)}\n    `;
    return column.valid === undefined
      ? write + cell.code
      : `${write}if (${has}) { ${cell.code} } else { ${literal(absent)} }`;
  });
  const source = `"use strict";
return (target, columns, row, length) => {
  ${
    columns.map((_, i) =>
      `const c${i} = columns[${i}].values, v${i} = columns[${i}].valid;`
    ).join("\n  ")
  }
  const to = target.octets, limit = to.length;
  let at = target.at;
  ${variables.join(" ")}
  for (; row < length; row++) {
    let needed = ${width};
    ${measures.join("\n    ")}
    if (at + needed > limit) { target.needed = needed; break; }
    ${cells.join("\n    ")}
    ${literal(after)}
  }
  target.at = at;
  return row;
};`;
  const make = new Function(...Object.keys(scope), source);
  return make(...Object.values(scope));
}

/** Statements that write some characters. */
function literal(ascii: string): string {
  return Array.from(ascii, (letter) => `to[at++] = ${letter.charCodeAt(0)};`)
    .join(" ");
}

/** How a cell is written that has a value. */
interface CellCode {
  /** Statements over `to`, `at` and `row`. */
  readonly code: string;
  /** The most octets that it takes. */
  readonly width: number;
  /** An expression for how many more this one takes. */
  readonly measure?: string;
  /** A variable that goes from `measure` to `code`. */
  readonly made?: string;
}

function cellCode(
  { path, values }: Column,
  index: number,
  { isJson }: RowFormat,
  scope: Record<string, unknown>,
): CellCode {
  const value = `c${index}[row]`;
  const named = (name: string, thing: unknown): string => {
    scope[`${name}${index}`] = thing;
    return `${name}${index}`;
  };
  const quoted = (width: number, code: string): CellCode =>
    isJson
      ? { width: width + 2, code: `to[at++] = 34; ${code} to[at++] = 34;` }
      : { width, code };
  switch (path.kind) {
    case "flag":
    case "present":
      return {
        width: 5,
        code: `if (${value} === 1) { ${literal("true")} } else { ${
          literal("false")
        } }`,
      };
    case "ipv4":
      return quoted(15, `at = putIpv4(to, at, ${value});`);
    case "ipv6": {
      const words = [0, 1, 2, 3].map((n) => `c${index}[row * 4 + ${n}]`);
      return quoted(45, `at = putIpv6(to, at, ${words.join(", ")});`);
    }
    case "mac":
      return quoted(17, `at = putMac(to, at, ${value});`);
    case "time": {
      const put = named("time", timeWriter(values as BigInt64Array));
      return quoted(TIME_WIDTH, `at = ${put}(to, at, row);`);
    }
    case "flags":
      return {
        width: path.flags.reduce((sum, flag) => sum + flag.length + 3, 2),
        code: `at = putAscii(to, at, ${
          named("flags", flagTexts(path, isJson))
        }(${value}));`,
      };
    case "octets":
      return {
        ...quoted(2, `at = ${named("hex", putHex)}(to, at, ${value});`),
        measure: `${value}.length * 2`,
      };
  }
  if (!Array.isArray(values) && !(values instanceof BigUint64Array)) {
    return { width: 16, code: `at = putDecimal(to, at, ${value});` };
  }
  const made = `made${index}`;
  return {
    width: 0,
    code: `to.set(${made}, at); at += ${made}.length;`,
    measure: `(${made} = ${
      named("text", isJson ? jsonText : csvText)
    }(${value})).length`,
    made,
  };
}

/** Lists of flags: few of the possible ones occur, each is made once. */
function flagTexts(
  { flags }: FieldPath,
  isJson: boolean,
): (bits: number) => Uint8Array {
  const known: Uint8Array[] = [];
  const textOf = (bits: number): Uint8Array => {
    const names = flagNames(bits, flags);
    return asciiOf(isJson ? JSON.stringify(names) : names.join(" "));
  };
  if (flags.length > KEPT_BITS) return textOf;
  return (bits) => known[bits] ??= textOf(bits);
}

/** Up to this many bits the text of each number that occurs is kept. */
const KEPT_BITS = 12;

/**
 * Writes what is neither number nor address: text as it is, all else as JSON.
 *
 * @param value The value.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { plainText } from "./columns_cells.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(plainText([{ kind: 2, value: Uint8Array.of(5) }]), '[{"kind":2,"value":"05"}]');
 * ```
 */
export function plainText(value: unknown): string {
  const simple = plain(value);
  return typeof simple === "string" ? simple : JSON.stringify(simple);
}

function csvText(value: unknown): Uint8Array {
  return asciiOf(csvCell(plainText(value)));
}

function jsonText(value: unknown): Uint8Array {
  return asciiOf(JSON.stringify(plain(value)));
}

/**
 * Writes text as a cell of a CSV file: between quotation marks where it must.
 *
 * @param text The text.
 * @returns The cell.
 * @see RFC 4180 §2
 *
 * @example
 * ```ts
 * import { csvCell } from "./columns_cells.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(csvCell('says "no"'), '"says ""no"""');
 * ```
 */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
