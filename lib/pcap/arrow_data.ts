/**
 * Columns as Apache Arrow lays them out.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html
 *
 * @module
 */

import type { FieldPath } from "../packet/fields.ts";
import { type Column, flagNames } from "../packet/scan_column.ts";
import type { ArrowData, ArrowField, ArrowType } from "./arrow_schema.ts";
import { plainText } from "./columns_cells.ts";
import { putIpv4, putIpv6, putMac } from "./text_bytes.ts";

const NONE = new Uint8Array(0);

export function arrowField(
  path: FieldPath,
  name: string,
  addresses: "text" | "number",
): ArrowField {
  const nullable = path.kind !== "present";
  return { name, nullable, type: arrowType(path, addresses === "text") };
}

function arrowType({ kind, bits }: FieldPath, asText: boolean): ArrowType {
  switch (kind) {
    case "present":
    case "flag":
      return { is: "bool" };
    case "unsigned":
      return {
        is: "unsigned",
        bits: bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : 64,
      };
    case "ipv4":
      return asText ? { is: "text" } : { is: "unsigned", bits: 32 };
    case "mac":
      return asText ? { is: "text" } : { is: "unsigned", bits: 64 };
    case "ipv6":
      return asText ? { is: "text" } : { is: "fixed", octets: 16 };
    case "flags":
      return { is: "texts" };
    case "time":
    case "octets":
      return { is: kind };
    default:
      return { is: "text" };
  }
}

/** Lays a column's values out. */
export function arrowData(column: Column, { type }: ArrowField): ArrowData {
  const { length, valid = NONE } = column;
  const absent = valid.length === 0 ? 0 : length - ones(valid, length);
  const node = [length, absent] as const;
  const one = (...buffers: Uint8Array[]): ArrowData => ({
    nodes: [node],
    buffers: [valid, ...buffers],
  });
  const values = column.values;
  switch (type.is) {
    case "bool":
      return one(bitsOf(values as Uint8Array));
    case "unsigned":
      return one(
        values instanceof Float64Array ? wide(values) : octetsOf(values),
      );
    case "time":
      return one(octetsOf(values));
    case "fixed":
      return one(networkOrder(values as Uint32Array));
    case "octets":
      return one(...joined(column, (row) => values[row] as Uint8Array));
    case "text":
      return one(...texts(column));
    case "texts": {
      const [ends, items, count] = flagLists(column);
      return {
        nodes: [node, [count, 0]],
        buffers: [valid, ends, NONE, ...items],
      };
    }
  }
}

/** Lists of flags: where each ends, their names, and how many there are. */
function flagLists(
  column: Column,
): [ends: Uint8Array, items: [Uint8Array, Uint8Array], count: number] {
  const { length, values, path: { flags } } = column;
  const lists: Uint8Array[][] = [];
  const ends = new Int32Array(length + 1);
  const names: Uint8Array[] = [];
  for (let row = 0; row < length; row++) {
    if (column.has(row)) {
      const bits = values[row] as number;
      names.push(
        ...lists[bits] ??= flagNames(bits, flags).map((name) =>
          text.encode(name)
        ),
      );
    }
    ends[row + 1] = names.length;
  }
  const items = gathered(names.length, (at) => names[at]);
  return [octetsOf(ends), items, names.length];
}

const text = new TextEncoder();

function ones(bits: Uint8Array, length: number): number {
  let count = 0;
  for (let row = 0; row < length; row++) {
    count += bits[row >> 3]! >> (row & 7) & 1;
  }
  return count;
}

function bitsOf(values: Uint8Array): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, row) => bits[row >> 3]! |= value << (row & 7));
  return bits;
}

function octetsOf(values: Column["values"] | Int32Array): Uint8Array {
  const { buffer, byteOffset, byteLength } = values as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Whole numbers as 64 bits each. */
function wide(values: Float64Array): Uint8Array {
  const words = new Uint32Array(values.length * 2);
  values.forEach((value, row) => {
    words[row * 2] = value >>> 0;
    words[row * 2 + 1] = Math.floor(value / 4294967296);
  });
  return octetsOf(words);
}

function networkOrder(words: Uint32Array): Uint8Array {
  const octets = new Uint8Array(words.length * 4);
  const view = new DataView(octets.buffer);
  words.forEach((word, at) => view.setUint32(at * 4, word));
  return octets;
}

/** Runs of octets one behind the other, and where each ends. */
function gathered(
  count: number,
  octetsAt: (at: number) => Uint8Array | undefined,
): [ends: Uint8Array, octets: Uint8Array] {
  const ends = new Int32Array(count + 1);
  const runs: Uint8Array[] = [];
  for (let at = 0; at < count; at++) {
    const run = octetsAt(at);
    if (run !== undefined) runs.push(run);
    ends[at + 1] = ends[at]! + (run?.length ?? 0);
  }
  const octets = new Uint8Array(ends[count]!);
  let place = 0;
  for (const run of runs) {
    octets.set(run, place);
    place += run.length;
  }
  return [octetsOf(ends), octets];
}

function joined(
  column: Column,
  octetsAt: (row: number) => Uint8Array,
): [ends: Uint8Array, octets: Uint8Array] {
  return gathered(
    column.length,
    (row) => column.has(row) ? octetsAt(row) : undefined,
  );
}

/** Text of a column's values; addresses without a text for each. */
function texts(column: Column): [ends: Uint8Array, octets: Uint8Array] {
  const { path: { kind }, length, values } = column;
  const words = values as Uint32Array;
  const most = kind === "ipv4" ? 15 : kind === "ipv6" ? 45 : 17;
  if (kind !== "ipv4" && kind !== "ipv6" && kind !== "mac") {
    return joined(column, (row) => text.encode(plainText(values[row])));
  }
  const ends = new Int32Array(length + 1);
  const octets = new Uint8Array(length * most);
  let at = 0;
  for (let row = 0; row < length; row++) {
    if (column.has(row)) {
      if (kind === "ipv4") at = putIpv4(octets, at, words[row]!);
      else if (kind === "mac") at = putMac(octets, at, words[row]!);
      else {
        const [a, b, c, d] = words.subarray(row * 4, row * 4 + 4);
        at = putIpv6(octets, at, a!, b!, c!, d!);
      }
    }
    ends[row + 1] = at;
  }
  return [octetsOf(ends), octets.subarray(0, at)];
}
