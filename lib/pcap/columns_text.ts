/**
 * Columns as text: CSV, and JSON with a packet a line.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { passes, type RecordSource } from "./columns.ts";
import type { RowFormat, RowTarget, RowWriter } from "./columns_cells.ts";
import { checkAsked, resolveFields } from "./columns_fields.ts";
import { WRITE_TO } from "./option_names.ts";
import { openTarget } from "./target.ts";
import { asciiOf } from "./text_bytes.ts";

/** Options for {@linkcode writeCsv} and {@linkcode writeNdjson}. */
export interface WriteColumnsOptions {
  /** Whether a file that is there may be written over. @default {false} */
  overwrite?: boolean | undefined;
}

/** Octets that are gathered before they are given away. */
const CHUNK = 256 * 1024;
/** Packets that are read before they are written. */
const PASS = 2048;

/**
 * Writes fields of all packets as CSV: a line with the names, then one a packet.
 *
 * Addresses are text, times ISO 8601 in UTC, flags their names between spaces,
 * octets hexadecimal; what a packet lacks is empty. Memory is constant.
 *
 * @param capture The capture.
 * @param target A path or `file:` URL, or a stream.
 * @param fields What to write: `"frame.time"`, `"ipv4.src"`, `"tcp.flags"`.
 * @param options Whether a file may be written over.
 * @returns How many packets were written.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {DecodeError} If the capture ends within a packet; what is before it is
 * written.
 * @throws {NetError} If something cannot be read or written.
 * @see RFC 4180; lines end as on Unix.
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
 * const text = new Response(readable).text();
 * const fields = ["frame.time", "ipv4.dst", "udp.dstPort"];
 * await net.pcap.writeCsv(await net.pcap.open(file), writable, fields);
 * assert.equal(
 *   await text,
 *   "frame.time,ipv4.dst,udp.dstPort\n1970-01-01T00:00:01.000002Z,10.0.0.2,\n",
 * );
 * ```
 */
export async function writeCsv(
  capture: RecordSource,
  target: string | URL | WritableStream<Uint8Array>,
  fields: readonly string[],
  options: WriteColumnsOptions = {},
): Promise<number> {
  checkAsked("write CSV", capture, fields);
  onlyKnown("write CSV", options, WRITE_TO);
  const { csvCell } = await import("./columns_cells.ts");
  const head = `${fields.map(csvCell).join(",")}\n`;
  return await write(capture, target, fields, options, head, {
    isJson: false,
    before: fields.map((_, at) => at === 0 ? "" : ","),
    after: "\n",
    absent: "",
  });
}

/**
 * Writes fields of all packets as JSON, one packet a line (NDJSON).
 *
 * Addresses are text, times ISO 8601 in UTC, flags lists of their names, octets
 * hexadecimal text; what a packet lacks is `null`. Memory is constant.
 *
 * @param capture The capture.
 * @param target A path or `file:` URL, or a stream.
 * @param fields What to write: `"frame.time"`, `"ipv4.src"`, `"tcp.flags"`.
 * @param options Whether a file may be written over.
 * @returns How many packets were written.
 * @throws {TypeError} If there is no such field; the message has the nearest.
 * @throws {DecodeError} If the capture ends within a packet; what is before it is
 * written.
 * @throws {NetError} If something cannot be read or written.
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
 * const text = new Response(readable).text();
 * await net.pcap.writeNdjson(await net.pcap.open(file), writable, ["ipv4.ttl", "tcp.seq"]);
 * assert.equal(await text, '{"ipv4.ttl":64,"tcp.seq":null}\n');
 * ```
 */
export async function writeNdjson(
  capture: RecordSource,
  target: string | URL | WritableStream<Uint8Array>,
  fields: readonly string[],
  options: WriteColumnsOptions = {},
): Promise<number> {
  checkAsked("write NDJSON", capture, fields);
  onlyKnown("write NDJSON", options, WRITE_TO);
  return await write(capture, target, fields, options, "", {
    isJson: true,
    before: fields.map((field, at) =>
      `${at === 0 ? "{" : ","}${JSON.stringify(field)}:`
    ),
    after: fields.length === 0 ? "{}\n" : "}\n",
    absent: "null",
  });
}

async function write(
  capture: RecordSource,
  to: string | URL | WritableStream<Uint8Array>,
  fields: readonly string[],
  { overwrite = false }: WriteColumnsOptions,
  head: string,
  format: RowFormat,
): Promise<number> {
  const { rowWriter } = await import("./columns_cells.ts");
  const paths = await resolveFields(fields);
  const target = await openTarget(to, overwrite);
  let rows = 0;
  try {
    const out: RowTarget = { octets: new Uint8Array(CHUNK), at: 0, needed: 0 };
    await target.write(asciiOf(head));
    let writer: RowWriter | undefined;
    for await (
      const { columns, length } of passes(capture, paths, PASS)
    ) {
      writer ??= rowWriter(columns, format);
      let row = 0;
      while ((row = writer(out, columns, row, length)) < length) {
        await target.write(out.octets.subarray(0, out.at));
        out.at = 0;
        if (out.needed > out.octets.length) {
          out.octets = new Uint8Array(out.needed);
        }
      }
      rows += length;
    }
    await target.write(out.octets.subarray(0, out.at));
  } finally {
    await target.close();
  }
  return rows;
}
