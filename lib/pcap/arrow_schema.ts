/**
 * The messages of Apache Arrow's format between processes: schema, batch, end.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html
 *
 * @module
 */

import { type Field, flatbuffer, int, type Table } from "./arrow_flatbuffer.ts";

/** A column's type. */
export type ArrowType =
  | { readonly is: "unsigned"; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly is: "bool" | "text" | "octets" | "time" | "texts" }
  | { readonly is: "fixed"; readonly octets: number };

/** One column of a schema. */
export interface ArrowField {
  /** Its name. */
  readonly name: string;
  /** Its type. */
  readonly type: ArrowType;
  /** Whether values may be absent. */
  readonly nullable: boolean;
}

/** The values of one column in a batch, as Arrow lays them out. */
export interface ArrowData {
  /** Lengths and counts of absent values, of the column and what is in it. */
  readonly nodes: readonly (readonly [length: number, absent: number])[];
  /** The octets of validity bits, offsets and values. */
  readonly buffers: readonly Uint8Array[];
}

/** Metadata version 5, of Arrow 1.0 and later. */
const VERSION = 4;
const SCHEMA = 1;
const RECORD_BATCH = 3;

/** Numbers of the types in Arrow's union of them. */
const TYPE = {
  unsigned: 2,
  octets: 4,
  text: 5,
  bool: 6,
  time: 10,
  texts: 12,
  fixed: 15,
} as const;
const NANOSECONDS = 3;

function typeTable(type: ArrowType): Table {
  switch (type.is) {
    case "unsigned":
      return [int(32, type.bits), int(8, 0)];
    case "fixed":
      return [int(32, type.octets)];
    case "time":
      return [int(16, NANOSECONDS), { text: "UTC" }];
    default:
      return [];
  }
}

function fieldTable({ name, type, nullable }: ArrowField): Table {
  const item: ArrowField = { name: "item", type: { is: "text" }, nullable };
  return [
    { text: name },
    int(8, nullable ? 1 : 0),
    int(8, TYPE[type.is]),
    { table: typeTable(type) },
    undefined,
    { tables: type.is === "texts" ? [fieldTable(item)] : [] },
  ];
}

function schemaTable(fields: readonly ArrowField[]): Table {
  return [int(16, 0), { tables: fields.map(fieldTable) }];
}

/** Puts a message's header into its envelope. */
function envelope(kind: number, header: Table, body: number): Uint8Array {
  const message: Table = [
    int(16, VERSION),
    int(8, kind),
    { table: header },
    int(64, body),
  ];
  const octets = flatbuffer(message);
  const whole = new Uint8Array(8 + octets.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, 0xffffffff, true);
  view.setUint32(4, octets.length, true);
  whole.set(octets, 8);
  return whole;
}

/**
 * Makes the message that comes first: what columns there are.
 *
 * @param fields The columns.
 * @returns The octets.
 *
 * @example
 * ```ts
 * import { schemaMessage } from "./arrow_schema.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = schemaMessage([
 *   { name: "udp.srcPort", type: { is: "unsigned", bits: 16 }, nullable: true },
 * ]);
 * assert.deepEqual(octets.subarray(0, 4), new Uint8Array(4).fill(0xff));
 * assert.equal(octets.length % 8, 0);
 * ```
 */
export function schemaMessage(fields: readonly ArrowField[]): Uint8Array {
  return envelope(SCHEMA, schemaTable(fields), 0);
}

const padded = (size: number): number => Math.ceil(size / 8) * 8;

/** A batch's message. */
export interface BatchMessage {
  /** What comes before the values. */
  readonly head: Uint8Array;
  /** The values, each followed by zeros up to a multiple of eight octets. */
  readonly body: readonly Uint8Array[];
  /** Octets of the body, with those zeros. */
  readonly bodyLength: number;
}

/**
 * Makes the message of some rows.
 *
 * @param length How many rows.
 * @param columns Their values, column by column.
 * @returns The message.
 *
 * @example
 * ```ts
 * import { batchMessage } from "./arrow_schema.ts";
 * import assert from "node:assert/strict";
 *
 * const { bodyLength } = batchMessage(3, [
 *   { nodes: [[3, 0]], buffers: [new Uint8Array(0), Uint8Array.of(1, 2, 3)] },
 * ]);
 * assert.equal(bodyLength, 8);
 * ```
 */
export function batchMessage(
  length: number,
  columns: readonly ArrowData[],
): BatchMessage {
  const nodes = columns.flatMap((column) => column.nodes);
  const body = columns.flatMap((column) => column.buffers);
  let bodyLength = 0;
  const places = body.flatMap((buffer) => {
    const place = bodyLength;
    bodyLength += padded(buffer.length);
    return [place, buffer.length];
  });
  const header: Table = [
    int(64, length),
    structs(nodes.length, nodes.flat()),
    structs(body.length, places),
  ];
  return { head: envelope(RECORD_BATCH, header, bodyLength), body, bodyLength };
}

function structs(count: number, words: readonly number[]): Field {
  return { structs: { count, words } };
}

/** What ends a stream of messages. */
export const END: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);

const MAGIC = new TextEncoder().encode("ARROW1");

/** What a file starts with, before the messages. */
export const FILE_START: Uint8Array = new Uint8Array(8);
FILE_START.set(MAGIC);

/** Where a batch lies in a file. */
export interface Block {
  /** Octets before its message. */
  readonly offset: number;
  /** Octets of its head. */
  readonly head: number;
  /** Octets of its body. */
  readonly body: number;
}

/**
 * Makes what ends a file: the schema once more, and where the batches are.
 *
 * @param fields The columns.
 * @param blocks The batches.
 * @returns The octets.
 *
 * @example
 * ```ts
 * import { fileEnd } from "./arrow_schema.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = fileEnd([], []);
 * assert.equal(new TextDecoder().decode(octets.subarray(-6)), "ARROW1");
 * ```
 */
export function fileEnd(
  fields: readonly ArrowField[],
  blocks: readonly Block[],
): Uint8Array {
  // The head's length is of 32 bits, with as many of padding behind it.
  const words = blocks.flatMap((
    { offset, head, body },
  ) => [offset, head, body]);
  const footer = flatbuffer([
    int(16, VERSION),
    { table: schemaTable(fields) },
    structs(0, []),
    structs(blocks.length, words),
  ]);
  const whole = new Uint8Array(footer.length + 4 + MAGIC.length);
  whole.set(footer);
  new DataView(whole.buffer).setUint32(footer.length, footer.length, true);
  whole.set(MAGIC, footer.length + 4);
  return whole;
}
