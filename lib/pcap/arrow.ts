/**
 * Columns as Apache Arrow: what DuckDB, pandas, Polars, ClickHouse and Spark
 * take in without a look at each value.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html
 *
 * @module
 */

import { type FieldPath, resolveField } from "../packet/fields.ts";
import { type Column, flagNames } from "../packet/scan_column.ts";
import {
  type ArrowData,
  type ArrowField,
  type ArrowType,
  batchMessage,
  type Block,
  END,
  FILE_START,
  fileEnd,
  schemaMessage,
} from "./arrow_schema.ts";
import { fullBatches, type RecordSource } from "./columns.ts";
import { plainText } from "./columns_cells.ts";
import type { WriteColumnsOptions } from "./columns_text.ts";
import { openTarget } from "./target.ts";
import { putIpv4, putIpv6, putMac } from "./text_bytes.ts";

/** Options for {@linkcode writeArrow} and {@linkcode writeParquet}. */
export interface WriteTableOptions extends WriteColumnsOptions {
  /**
   * Addresses as text, or as numbers: IPv4 in 32 bits, MAC in 64, IPv6 as 16
   * octets. @default {text}
   */
  addresses?: "text" | "number" | undefined;
}

/** Options for {@linkcode writeArrow}. */
export interface WriteArrowOptions extends WriteTableOptions {
  /**
   * A file that can be read from anywhere (also called Feather, version 2), or a
   * stream that is read from its start. @default {file}
   */
  format?: "file" | "stream" | undefined;
}

/** Packets a batch. */
const BATCH = 16_384;

/**
 * Writes fields of all packets as Apache Arrow, in constant memory.
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
 * then a stream without its end.
 * @throws {NetError} If something cannot be read or written.
 * @see https://arrow.apache.org/docs/format/Columnar.html
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
 * await net.pcap.writeArrow(await net.pcap.open(file), writable, ["ipv4.dst"]);
 * assert.equal(new TextDecoder().decode((await written).subarray(0, 6)), "ARROW1");
 * ```
 */
export async function writeArrow(
  capture: RecordSource,
  target: string | URL | WritableStream<Uint8Array>,
  fields: readonly string[],
  options: WriteArrowOptions = {},
): Promise<number> {
  const { overwrite = false, addresses = "text", format = "file" } = options;
  const paths = fields.map((field) => resolveField(field));
  const out = await openTarget(target, overwrite);
  let offset = 0;
  const put = async (octets: Uint8Array) => {
    offset += octets.length;
    if (octets.length > 0) await out.write(octets);
  };
  let rows = 0;
  try {
    const isFile = format === "file";
    if (isFile) await put(FILE_START);
    const schema = paths.map((path, at) =>
      arrowField(path, fields[at]!, addresses)
    );
    await put(schemaMessage(schema));
    const blocks: Block[] = [];
    for await (
      const { columns, length } of fullBatches(capture, paths, BATCH, "reuse")
    ) {
      const data = columns.map((column, at) =>
        arrowData(column.head(length), schema[at]!)
      );
      const { head, body, bodyLength } = batchMessage(length, data);
      blocks.push({ offset, head: head.length, body: bodyLength });
      await put(head);
      for (const octets of body) {
        await put(octets);
        await put(ZEROS.subarray(0, -octets.length & 7));
      }
      rows += length;
    }
    await put(END);
    if (isFile) await put(fileEnd(schema, blocks));
  } finally {
    await out.close();
  }
  return rows;
}

const ZEROS = new Uint8Array(8);
const NONE = new Uint8Array(0);

function arrowField(
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
function arrowData(column: Column, { type }: ArrowField): ArrowData {
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
