/**
 * Capture files as a sequence of packets.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { onlyKnown } from "../known_options.ts";
import type { Packet } from "../packet/packet.ts";
import type { Block, Interface } from "./block.ts";
import { type Columns, columns, countBy } from "./columns.ts";
import type { CountKey } from "./columns_tally.ts";
import type { Compression } from "./compressed.ts";
import { WRITE_TO } from "./option_names.ts";
import type { CaptureReader } from "./reader.ts";
import type { CaptureHeader } from "./reading.ts";
import type { BufferUse, Records } from "./records.ts";
import { captureCard } from "./show.ts";
import { sql, type SqlOptions } from "./sql.ts";
import type { SqlResult } from "./sql_result.ts";
import { rewrite } from "./rewrite.ts";
import {
  filterStage,
  type SliceOptions,
  sliceStage,
  whereStage,
} from "./select.ts";
import { type SplitBy, splitFiles, type SplitOptions } from "./split.ts";
import { openTarget, type TargetLike } from "./target.ts";

/** Options for {@linkcode Capture.writeTo}. */
export interface WriteToOptions {
  /** Whether a file that is there may be written over. @default {false} */
  overwrite?: boolean | undefined;
}

/**
 * A capture: what its header says, and its packets, read as they are asked for.
 *
 * Memory does not grow with the capture. A file is open only while somebody
 * reads it, so a capture can be read as often as wanted, and by two loops at
 * once; a stream can be read once.
 *
 * A packet stays as it is after the next one has come: buffers are not used
 * again while a packet lies in them.
 *
 * {@linkcode Capture.filter} and {@linkcode Capture.slice} give captures of
 * fewer packets, of the same file, without reading it yet.
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
 * await using capture = await net.pcap.open(file);
 * for await (const packet of capture) {
 *   assert.equal(`${packet.ipv4?.dst}`, "10.0.0.2");
 *   assert.equal(`${packet.timestamp}`, "1970-01-01T00:00:01.000002Z");
 * }
 * ```
 */
export class Capture implements AsyncIterable<Packet>, AsyncDisposable {
  /** The file's path, or what else it was read from. */
  readonly name: string;
  /** The files that it is read from: none, one, or those that were merged. */
  readonly paths: readonly string[];
  /** The file format. */
  readonly format: "pcap" | "pcapng";
  /** How the file is compressed, if it is. */
  readonly compression: Compression | undefined;
  /**
   * What each packet starts with, as numbered at tcpdump.org/linktypes.html; in
   * a pcapng file, those of the first interface.
   */
  readonly linkType: number;
  /** The most octets of a packet that were to be kept; 0 for all. */
  readonly snapLength: number;
  /**
   * The unit of the time stamps: microseconds or nanoseconds. For a pcapng file,
   * nanoseconds if any of its interfaces says more than microseconds hold.
   */
  readonly resolution: "us" | "ns";
  /** The octet order of the machine that wrote the file. */
  readonly byteOrder: "big" | "little";
  /** The interfaces that are described before the first packet. */
  readonly interfaces: readonly Interface[];
  readonly #reader: CaptureReader;

  /**
   * Takes what reads the capture; {@linkcode open} is the way in.
   *
   * @param reader The reader.
   */
  constructor(reader: CaptureReader) {
    const { header } = reader;
    this.name = reader.name;
    this.paths = reader.paths;
    this.format = header.format;
    this.compression = header.compression;
    this.linkType = header.linkType;
    this.snapLength = header.snapLength;
    this.resolution = header.resolution;
    this.byteOrder = header.byteOrder;
    this.interfaces = header.interfaces;
    this.#reader = reader;
  }

  /**
   * Reads the packets from the first to the last.
   *
   * @returns The packets.
   * @throws {DecodeError} After the last whole packet, if the file ends within
   * one; at a record that is impossible.
   * @throws {NetError} If the file cannot be read any more.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, void> {
    const { Packet } = await import("../packet/packet.ts");
    for await (const records of this.records("keep")) {
      while (records.next()) {
        yield new Packet(records.frame());
        this.#reader.checkOpen();
      }
    }
  }

  /**
   * Reads the records without an object a packet: for work where speed counts.
   * The cursor comes again each time its buffer has been filled anew; then
   * `while (records.next())` goes through the records that are whole in it.
   *
   * @param use What becomes of a buffer that has been read: `"reuse"` fills it
   * again, `"keep"` leaves it to whoever still holds octets of it.
   * @returns The cursor, once a buffer.
   * @throws {DecodeError} If the file ends within a record; at a record that is
   * impossible.
   * @throws {NetError} If the file cannot be read any more.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000002 00000003 00000014  450000",
   * );
   * const capture = await net.pcap.open(file);
   * let missing = 0;
   * for await (const records of capture.records()) {
   *   while (records.next()) missing += records.length - (records.end - records.start);
   * }
   * assert.equal(missing, 17);
   * ```
   */
  records(use: BufferUse = "reuse"): AsyncGenerator<Records, void, void> {
    return this.#reader.read(use);
  }

  /**
   * Reads what stands in the file, block by block: also what a pcapng file says
   * of interfaces, names, losses and keys, and of a packet besides its octets.
   *
   * @returns The blocks, as plain data; of packets, those of this capture.
   * @throws {DecodeError} If the file ends within a block; at a block that is
   * impossible.
   * @throws {NetError} If the file cannot be read any more.
   * @see draft-ietf-opsawg-pcapng §4
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const { readable, writable } = new TransformStream<Uint8Array>();
   * const octets = new Response(readable).bytes();
   * const file = await net.pcap.create(writable, { format: "pcapng" });
   * await file.write(net.packet.build(net.packet.ipv4()), { comments: ["mine"] });
   * await file.close();
   * const capture = await net.pcap.open(await octets);
   * for await (const block of capture.blocks()) {
   *   if (block.type === "packet") assert.deepEqual(block.comments, ["mine"]);
   * }
   * ```
   */
  async *blocks(): AsyncGenerator<Block, void, void> {
    const { blocksOf } = await import("./pcapng_blocks.ts");
    for await (const records of this.#reader.read("keep")) {
      for (const block of blocksOf(records)) {
        yield block;
        this.#reader.checkOpen();
      }
    }
  }

  /**
   * Counts the packets, without a look into them.
   *
   * @returns How many there are.
   * @throws {DecodeError} If the file ends within a packet.
   * @throws {NetError} If the file cannot be read any more.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const empty = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001",
   * );
   * const capture = await net.pcap.open(empty);
   * assert.equal(await capture.count(), 0);
   * ```
   */
  async count(): Promise<number> {
    let packets = 0;
    for await (const records of this.records()) {
      while (records.next()) packets++;
    }
    return packets;
  }

  /**
   * Gives the capture of those packets that pass a test. Nothing is read yet.
   *
   * @param test A filter as tcpdump has it (pcap-filter(7)), which is quick; or
   * a function of packets.
   * @returns The capture of fewer packets.
   * @throws {ParseError} If the filter does not parse, or asks what the link
   * type does not have.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000002 00000014 00000014" +
   *     "45000014000000004011000000000000 0a000002",
   * );
   * const capture = await net.pcap.open(file);
   * assert.equal(await capture.filter("dst net 10.0.0.0/8").count(), 1);
   * assert.equal(await capture.filter((packet) => packet.tcp !== undefined).count(), 0);
   * ```
   */
  filter(test: string | ((packet: Packet) => boolean)): Capture {
    return new Capture(
      this.#reader.part(filterStage(test, this.#reader.header)),
    );
  }

  /**
   * Gives the capture of those packets that a display filter takes: one that goes
   * by the names of layers and fields, as deep as they are decoded. Nothing is
   * read yet.
   *
   * @param expression The filter: `tcp.flags.SYN && ipv4.ttl < 5`.
   * @returns The capture of fewer packets; numbers count those of this capture.
   * @throws {ParseError} If it does not parse; it says where. If there is no such
   * field, reading the capture says so, and what may be meant.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000002 00000014 00000014" +
   *     "45000014000000004011000000000000 0a000002",
   * );
   * const capture = await net.pcap.open(file);
   * assert.equal(await capture.where("ipv4.dst == 10.0.0.0/8").count(), 1);
   * ```
   */
  where(expression: string): Capture {
    return new Capture(this.#reader.part(whereStage(expression)));
  }

  /**
   * Gives the capture of those packets from one number to another, or of a time.
   * Nothing is read yet, and nothing behind the last number ever is.
   *
   * @param options Numbers from 1, both in the slice; times, the latter not in it.
   * @returns The capture of fewer packets; numbers count those of this capture.
   * @throws {RangeError} If a number is not from 1, or the last below the first.
   * @throws {ParseError} If a time is text, but not of the form
   * `2024-05-06T07:08:09.5Z`.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000000 00000001 00000001 aa" +
   *     "00000002 00000000 00000001 00000001 bb",
   * );
   * const capture = await net.pcap.open(file);
   * assert.equal(await capture.slice({ to: 1 }).count(), 1);
   * for await (const packet of capture.slice({ since: "1970-01-01T00:00:02Z" })) {
   *   assert.deepEqual(packet.bytes, Uint8Array.of(0xbb));
   * }
   * ```
   */
  slice(options: SliceOptions): Capture {
    return new Capture(this.#reader.part(sliceStage(options)));
  }

  /**
   * Reads fields of all packets into columns: typed arrays, one a field.
   *
   * @param fields What to read: `"frame.time"`, `"ipv4.src"`, `"tcp.flags.SYN"`.
   * @returns One column a field, by name. Memory grows with the packets;
   * {@linkcode columnBatches} has it constant.
   * @throws {TypeError} If there is no such field; the message has the nearest.
   * @throws {DecodeError} If the file ends within a packet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000002 00000014 00000014" +
   *     "45000014000000004011000000000000 0a000002",
   * );
   * const capture = await net.pcap.open(file);
   * const { "ipv4.ttl": ttl } = await capture.columns(["ipv4.ttl"]);
   * assert.deepEqual(ttl.values, Uint8Array.of(64));
   * ```
   */
  columns<const P extends string>(fields: readonly P[]): Promise<Columns<P>> {
    return columns(this, fields);
  }

  /**
   * Counts the packets by the value of a field.
   *
   * @param field The field: `"ipv4.dst"`.
   * @returns How many packets have each value, the most frequent first; packets
   * without the field are not counted.
   * @throws {TypeError} If there is no such field; the message has the nearest.
   * @throws {DecodeError} If the file ends within a packet.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const file = net.bytes.parseHex(
   *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065" +
   *     "00000001 00000002 00000014 00000014" +
   *     "45000014000000004011000000000000 0a000002",
   * );
   * const capture = await net.pcap.open(file);
   * assert.deepEqual([...await capture.countBy("ipv4.dst")], [["10.0.0.2", 1]]);
   * ```
   */
  countBy(field: string): Promise<Map<CountKey, number>> {
    return countBy(this, field);
  }

  /**
   * Asks DuckDB about the packets, which it sees as a table `packets` with a
   * column for each field that the query names.
   *
   * @param query The query: `select ipv4.src, count(*) from packets group by 1`.
   * @param options Other fields, and a signal.
   * @returns The rows.
   * @throws {NetError} If DuckDB is not installed (`"not-installed"`), or refuses
   * the query.
   * @throws {PermissionError} Without `--allow-ffi`.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const capture = await net.pcap.open("lab.pcapng");
   * console.log(await capture.sql("select ipv4.src, count(*) n from packets group by 1"));
   * ```
   */
  sql(query: string, options: SqlOptions = {}): Promise<SqlResult> {
    return sql(this, query, options);
  }

  /**
   * Writes the capture to a file or a stream, in its own format, uncompressed.
   *
   * What is written is copied octet for octet: a whole capture is the same file
   * again. Of a pcapng capture, all blocks but packets are written in any case.
   *
   * @param target A path or `file:` URL, or a stream.
   * @param options Whether to write over a file that is there.
   * @returns How many packets were written.
   * @throws {NetError} If there is such a file (`"exists"`), it is this very
   * file (`"same-file"`), or the system cannot write (`"io"`).
   * @throws {DecodeError} When the packets before it are written, if the capture
   * ends within a packet, or has an impossible one.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const capture = await net.pcap.open("lab.pcap.gz");
   * console.log(await capture.filter("tcp port 443").writeTo("tls.pcap"));
   * ```
   */
  async writeTo(
    target: TargetLike,
    options: WriteToOptions = {},
  ): Promise<number> {
    onlyKnown("write a capture", options, WRITE_TO);
    await this.#reader.checkReadable();
    const { isPart: unsized } = this.#reader;
    const reads = this.paths;
    const to = await openTarget(target, options.overwrite ?? false, { reads });
    try {
      const buffers = this.#reader.read("reuse", { copy: true, unsized });
      return await rewrite(buffers, to);
    } finally {
      await to.close();
    }
  }

  /**
   * Writes the capture to files in its own format, so many packets, seconds or
   * octets a file. Each is a capture for itself.
   *
   * @param by Where to cut: the most packets or octets of a file, or seconds, in
   * steps from the first packet's time.
   * @param path Gives each file's path for its number, from 0.
   * @param options Whether to write over files that are there.
   * @returns The paths of the files; one at least.
   * @throws {NetError} If there is such a file (`"exists"`), or the system cannot
   * write (`"io"`).
   * @throws {RangeError} If the limit is not above 0.
   * @throws {DecodeError} When the packets before it are written, if the capture
   * ends within a packet, or has an impossible one.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const capture = await net.pcap.open("lab.pcap");
   * await capture.split({ seconds: 60 }, (i) => `lab-${i}.pcap`);
   * ```
   */
  async split(
    by: SplitBy,
    path: (index: number) => string,
    options: SplitOptions = {},
  ): Promise<string[]> {
    onlyKnown("split a capture", options, WRITE_TO);
    if (typeof path !== "function") {
      throw new TypeError(
        `Cannot split a capture as 'path' must be a function of a file's number, such as (i) => \`part-\${i}.pcap\`: current value is ${
          Deno.inspect(path)
        }`,
      );
    }
    await this.#reader.checkReadable();
    const buffers = this.#reader.read("reuse", { copy: true, unsized: true });
    return await splitFiles(buffers, by, path, {
      ...options,
      reads: this.paths,
    });
  }

  /**
   * Ends every reading that is under way, of this capture and of those that were
   * made of it, and closes its file or stream.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.close();
  }

  /**
   * Gives what the header says as plain data.
   *
   * @returns Name, format, link type, snap length, resolution, octet order,
   * interfaces.
   */
  toJSON(): CaptureHeader & { readonly name: string } {
    return { name: this.name, ...this.#reader.header };
  }

  /**
   * Shows what the header says.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const colors = options?.colors ?? false;
    return captureCard(this.name, this.#reader.header, canvas({ colors }));
  }
}
