/**
 * Columns as Apache Parquet: files of columns, compressed, with statistics.
 *
 * The only door to npm:hyparquet-writer.
 *
 * @see https://parquet.apache.org/docs/file-format/
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { WriteTableOptions } from "./arrow.ts";
import { fullBatches, type RecordSource } from "./columns.ts";
import { checkAddresses, checkAsked, resolveFields } from "./columns_fields.ts";
import { WRITE_TABLE } from "./option_names.ts";
import type { SchemaElement } from "./parquet_cells.ts";
import { openTarget } from "./target.ts";

/** Packets a row group: what is held in memory at a time. */
const ROW_GROUP = 8192;

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
  checkAsked("write Parquet", capture, fields);
  onlyKnown("write Parquet", options, WRITE_TABLE);
  const { overwrite = false, addresses = "text" } = options;
  checkAddresses("write Parquet", addresses);
  const { cells, elements } = await import("./parquet_cells.ts");
  const paths = await resolveFields(fields);
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
        // Made when the column's turn has come, and gone after it.
        get data() {
          return cells(column.head(length), asText);
        },
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
