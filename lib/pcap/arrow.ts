/**
 * Columns as Apache Arrow: what DuckDB, pandas, Polars, ClickHouse and Spark
 * take in without a look at each value.
 *
 * @see https://arrow.apache.org/docs/format/Columnar.html
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { Block } from "./arrow_schema.ts";
import { fullBatches, type RecordSource } from "./columns.ts";
import { checkAddresses, checkAsked, resolveFields } from "./columns_fields.ts";
import type { WriteColumnsOptions } from "./columns_text.ts";
import { WRITE_ARROW } from "./option_names.ts";
import { openTarget } from "./target.ts";

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
const ZEROS = new Uint8Array(8);

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
  checkAsked("write Arrow", capture, fields);
  onlyKnown("write Arrow", options, WRITE_ARROW);
  const { overwrite = false, addresses = "text", format = "file" } = options;
  checkAddresses("write Arrow", addresses);
  if (format !== "file" && format !== "stream") {
    throw new TypeError(
      `Cannot write Arrow as 'format' must be "file" or "stream": current value is ${format}`,
    );
  }
  const { arrowData, arrowField } = await import("./arrow_data.ts");
  const { batchMessage, END, FILE_START, fileEnd, schemaMessage } =
    await import("./arrow_schema.ts");
  const paths = await resolveFields(fields);
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
