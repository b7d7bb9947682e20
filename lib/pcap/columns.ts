/**
 * Captures as columns: fields chosen by name become typed arrays.
 *
 * A table of packets is read column by column by whatever counts, sorts and
 * joins large tables; this is where such programs take over.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { FieldPath } from "../packet/fields.ts";
import type { Column } from "../packet/scan_column.ts";
import type { ScanSource } from "../packet/scan_source.ts";
import { checkAsked, checkCapture, resolveFields } from "./columns_fields.ts";
import type { CountKey } from "./columns_tally.ts";
import { BATCHES } from "./option_names.ts";

/** A capture, as far as columns are read from it: `Capture` is one. */
export interface RecordSource {
  /** What it was read from. */
  readonly name: string;
  /**
   * Reads the records without an object a packet.
   *
   * @param use Whether buffers may be used again.
   * @returns A cursor, once a buffer.
   */
  records(use?: "keep" | "reuse"): AsyncIterable<ScanSource>;
}

/** Options for {@linkcode columnBatches}. */
export interface ColumnBatchesOptions {
  /** Packets a batch, the last one's perhaps less. @default {16384} */
  size?: number | undefined;
}

/** Columns by the names that they were asked for. */
export type Columns<P extends string = string> = {
  readonly [K in P]: Column;
};

/** Packets that are read before they are counted: their column fits the cache. */
const PASS = 4096;
/** Packets a batch. */
const BATCH = 16_384;

/**
 * Reads fields of all packets into columns.
 *
 * Of packets that a filter chooses: `columns(capture.filter("tcp"), …)`. Memory
 * grows with the packets, by some octets a field;
 * {@linkcode columnBatches} has it constant.
 *
 * @param capture The capture.
 * @param fields What to read: `"frame.time"`, `"ipv4.src"`, `"tcp.flags.SYN"`.
 * @returns One column a field, by name.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const writer = await net.pcap.create(writable);
 * const octets = new Response(readable).bytes();
 * for (const dstPort of [53, 123]) {
 *   await writer.write(build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort })));
 * }
 * await writer.close();
 * const table = await net.pcap.columns(await net.pcap.open(await octets), [
 *   "ipv4.dst",
 *   "udp.dstPort",
 *   "tcp.seq",
 * ]);
 * assert.deepEqual(table["udp.dstPort"].values, Uint16Array.of(53, 123));
 * assert.equal(`${table["ipv4.dst"].at(0)}`, "192.0.2.1");
 * assert.equal(table["tcp.seq"].at(0), undefined);
 * ```
 */
export async function columns<const P extends string>(
  capture: RecordSource,
  fields: readonly P[],
): Promise<Columns<P>> {
  checkAsked("read columns", capture, fields);
  const paths = await resolveFields(fields);
  const { Column } = await import("../packet/scan_column.ts");
  const parts: (readonly Column[])[] = [];
  for await (const batch of fullBatches(capture, paths, BATCH, "keep")) {
    parts.push(batch.columns.map((column) => column.head(batch.length)));
  }
  return named(
    fields,
    paths.map((path, at) => Column.join(path, parts.map((part) => part[at]!))),
  );
}

/**
 * Reads fields of all packets into columns, some thousand packets at a time, in
 * constant memory. Each batch has arrays of its own.
 *
 * @param capture The capture.
 * @param fields What to read: `"frame.time"`, `"ipv4.src"`, `"tcp.flags.SYN"`.
 * @param options How many packets a batch.
 * @returns The batches: one column a field, by name, all of one length.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {RangeError} If `size` is no possible number.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
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
 * const capture = await net.pcap.open(file);
 * for await (const batch of net.pcap.columnBatches(capture, ["ipv4.dst"])) {
 *   assert.deepEqual(batch["ipv4.dst"].values, Uint32Array.of(0x0a000002));
 * }
 * ```
 */
export async function* columnBatches<const P extends string>(
  capture: RecordSource,
  fields: readonly P[],
  options: ColumnBatchesOptions = {},
): AsyncGenerator<Columns<P>, void, void> {
  checkAsked("read columns", capture, fields);
  onlyKnown("read columns", options, BATCHES);
  const { size = BATCH } = options;
  if (!(Number.isInteger(size) && size > 0)) {
    throw new RangeError(
      `Cannot read columns as 'size' must be a whole number, 1 or more: current value is ${size}`,
    );
  }
  const paths = await resolveFields(fields);
  for await (const batch of fullBatches(capture, paths, size, "keep")) {
    yield named(
      fields,
      batch.columns.map((column) => column.head(batch.length)),
    );
  }
}

/**
 * Counts packets by what a field of theirs says; packets without it do not
 * count.
 *
 * @param capture The capture.
 * @param field The field: `"ipv4.dst"`, `"tcp.dstPort"`, `"tcp.flags"`.
 * @returns How many packets have each value, the most frequent first. Addresses
 * are text, flags their names between spaces.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
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
 * const counts = await net.pcap.countBy(await net.pcap.open(file), "ipv4.dst");
 * assert.deepEqual(counts, new Map([["10.0.0.2", 1]]));
 * ```
 */
export async function countBy(
  capture: RecordSource,
  field: string,
): Promise<Map<CountKey, number>> {
  checkCapture("count packets", capture);
  const { tallyOf } = await import("./columns_tally.ts");
  const paths = await resolveFields([field]);
  const tally = tallyOf(paths[0]!);
  for await (const batch of passes(capture, paths, PASS)) {
    tally.add(batch.columns[0]!, batch.length);
  }
  return new Map([...tally.counts()].sort(([, a], [, b]) => b - a));
}

/** Columns, and how many of their rows are filled. */
export interface FilledColumns {
  /** One column a field. */
  readonly columns: readonly Column[];
  /** Rows that are filled, at least one. */
  readonly length: number;
}

/**
 * Reads fields into columns that are filled again and again: what was read must
 * be used before the next is asked for.
 *
 * @param capture The capture.
 * @param paths The fields.
 * @param size How many packets at most at a time.
 * @returns The same columns each time.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import { resolveField } from "../packet/fields.ts";
 * import { open } from "./open.ts";
 * import { passes } from "./columns.ts";
 * import assert from "node:assert/strict";
 *
 * const empty = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * for await (const _ of passes(await open(empty), [resolveField("tcp")], 64)) {
 *   assert.fail("there are no packets");
 * }
 * ```
 */
export async function* passes(
  capture: RecordSource,
  paths: readonly FieldPath[],
  size: number,
): AsyncGenerator<FilledColumns, void, void> {
  const { Scan } = await import("../packet/scan.ts");
  const scan = new Scan(paths);
  const columns = scan.room(size);
  for await (const records of capture.records(scan.keeps ? "keep" : "reuse")) {
    let length: number;
    do {
      length = scan.fill(records, columns, 0, size);
      if (length === 0) break;
      yield { columns, length };
      for (const column of columns) column.clear();
    } while (length === size);
  }
}

/**
 * The same, but all are full except the last.
 *
 * @param capture The capture.
 * @param paths The fields.
 * @param size How many packets at a time.
 * @param use Whether the same columns are filled again, or what was read may be
 * kept.
 * @returns The columns.
 * @throws {DecodeError} If the file ends within a packet.
 * @throws {NetError} If the file cannot be read.
 *
 * @example
 * ```ts
 * import { resolveField } from "../packet/fields.ts";
 * import { open } from "./open.ts";
 * import { fullBatches } from "./columns.ts";
 * import assert from "node:assert/strict";
 *
 * const empty = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * for await (const _ of fullBatches(await open(empty), [resolveField("tcp")], 64, "keep")) {
 *   assert.fail("there are no packets");
 * }
 * ```
 */
export async function* fullBatches(
  capture: RecordSource,
  paths: readonly FieldPath[],
  size: number,
  use: "keep" | "reuse",
): AsyncGenerator<FilledColumns, void, void> {
  const { Scan } = await import("../packet/scan.ts");
  const scan = new Scan(paths);
  let columns = scan.room(size);
  let length = 0;
  for await (const records of capture.records(scan.keeps ? "keep" : "reuse")) {
    for (;;) {
      length = scan.fill(records, columns, length, size);
      if (length < size) break;
      yield { columns, length };
      if (use === "keep") columns = scan.room(size);
      else for (const column of columns) column.clear();
      length = 0;
    }
  }
  if (length > 0) yield { columns, length };
}

function named<P extends string>(
  fields: readonly P[],
  columns: readonly Column[],
): Columns<P> {
  return Object.fromEntries(
    fields.map((field, at) => [field, columns[at]!]),
  ) as Columns<P>;
}
