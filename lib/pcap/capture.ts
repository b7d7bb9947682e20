/**
 * Capture files as a sequence of packets.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import { Packet } from "../packet/packet.ts";
import { linkTypeName } from "../packet/stack.ts";
import { decodeFileHeader, FILE_HEADER, type FileHeader } from "./format.ts";
import { type BufferUse, Records } from "./records.ts";
import { openSource, type Source } from "./source.ts";

/** Options for {@linkcode open}. */
export interface OpenOptions {
  /** Stops opening and reading; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** One reading of a capture from its start. */
interface Reading {
  readonly header: FileHeader;
  readonly records: Records;
  readonly source: Source;
}

/** Makes a capture: only {@linkcode open} does. */
let capture: (reading: Reading, signal: AbortSignal | undefined) => Capture;

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
  /** What each packet starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The most octets of a packet that were to be kept. */
  readonly snapLength: number;
  /** The unit of the time stamps: microseconds or nanoseconds. */
  readonly resolution: "us" | "ns";
  /** The octet order of the machine that wrote the file. */
  readonly byteOrder: "big" | "little";
  readonly #signal: AbortSignal | undefined;
  readonly #open = new Set<Source>();
  /** The reading that comes next, where there can be but one. */
  #reading: Reading | undefined;
  readonly #again: (() => Promise<Source>) | undefined;
  #closed = false;

  static {
    capture = (reading, signal) => new Capture(reading, signal);
  }

  private constructor(reading: Reading, signal: AbortSignal | undefined) {
    const { header, source } = reading;
    this.name = source.name;
    this.linkType = header.linkType;
    this.snapLength = header.snapLength;
    this.resolution = header.resolution;
    this.byteOrder = header.byteOrder;
    this.#signal = signal;
    this.#again = source.again;
    if (source.again === undefined) {
      this.#reading = reading;
      this.#open.add(source);
    }
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
    for await (const records of this.#buffers("keep")) {
      while (records.next()) {
        yield new Packet(records.frame());
        this.#checkOpen();
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
    for await (const records of this.#buffers("reuse")) {
      while (records.next()) packets++;
    }
    return packets;
  }

  /** Ends every reading that is under way, and closes its file or stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#open, (source) => source.close()));
  }

  /**
   * Gives what the header says as plain data.
   *
   * @returns Name, link type, snap length, resolution and octet order.
   */
  toJSON(): FileHeader & { readonly name: string } {
    const { name, linkType, snapLength, resolution, byteOrder } = this;
    return { name, linkType, snapLength, resolution, byteOrder };
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
    const link = linkTypeName(this.linkType);
    return card(`capture ${this.name}`, [
      ["link type", `${this.linkType}${link ? ` (${link})` : ""}`],
      ["snap length", `${count(this.snapLength)} octets`],
      ["resolution", this.resolution],
      ["byte order", this.byteOrder],
    ], canvas({ colors: options?.colors ?? false }));
  }

  /** Fills the buffer time and again; each time the records in it can be read. */
  async *#buffers(use: BufferUse): AsyncGenerator<Records, void, void> {
    const { records, source } = await this.#start();
    using deadline = new Deadline("read", this.name, { signal: this.#signal });
    try {
      for (;;) {
        yield records;
        this.#checkOpen();
        // Octets in memory are all there, and are not ours to make room in.
        if (source.octets !== undefined) break;
        const got = await deadline.race(source.read(records.room(use)));
        if (got === 0) break;
        records.added(got);
      }
      // What our own close has cut off is no fault of the file.
      this.#checkOpen();
      records.finish();
    } finally {
      this.#open.delete(source);
      await source.close();
    }
  }

  async #start(): Promise<Reading> {
    this.#checkOpen();
    if (this.#again !== undefined) {
      const reading = await begin(await this.#again(), this.#signal);
      this.#open.add(reading.source);
      return reading;
    }
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading === undefined) {
      throw new NetError("a stream can be read once, and has been", {
        code: "consumed",
        op: "read",
        target: this.name,
        hint: "save it in a file, and open that",
      });
    }
    return reading;
  }

  #checkOpen(): void {
    if (!this.#closed) return;
    throw new NetError("it was closed", {
      code: "closed",
      op: "read",
      target: this.name,
      hint: "open it again",
    });
  }
}

/**
 * Opens a capture in the pcap format: either octet order, micro- or nanoseconds.
 *
 * @param source A path or `file:` URL, a stream of octets, or octets, which are
 * not copied: packets lie in them.
 * @param options A signal that stops the reading.
 * @returns The capture.
 * @throws {NetError} If there is no such file (`"not-found"`), or it is a
 * directory (`"is-directory"`), or the system gives another reason (`"io"`).
 * @throws {PermissionError} If it may not be read; the hint says what to do.
 * @throws {DecodeError} If it is no pcap file; the hint says how to make one.
 * @throws {TypeError} If `source` is none of these.
 * @see draft-ietf-opsawg-pcap
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(net.pcap.open(net.bytes.parseHex("0a0d0d0a")), {
 *   message: "Cannot decode pcap: a pcapng file at octet 0. " +
 *     "Try: editcap -F pcap in out",
 * });
 * ```
 */
export async function open(
  source: string | URL | ReadableStream<Uint8Array> | Uint8Array,
  options: OpenOptions = {},
): Promise<Capture> {
  const { signal } = options;
  signal?.throwIfAborted();
  const reading = await begin(await openSource(source), signal);
  // What can be opened again is open only while somebody reads it.
  if (reading.source.again !== undefined) await reading.source.close();
  return capture(reading, signal);
}

/** Reads the file header; if it is none, the source is closed. */
async function begin(
  source: Source,
  signal: AbortSignal | undefined,
): Promise<Reading> {
  const { name, path, octets = new Uint8Array(FILE_HEADER) } = source;
  using deadline = new Deadline("read", name, { signal });
  try {
    let filled = source.octets?.length ?? 0;
    while (filled < FILE_HEADER) {
      const got = await deadline.race(source.read(octets.subarray(filled)));
      if (got === 0) break;
      filled += got;
    }
    const header = decodeFileHeader(octets.subarray(0, filled), path);
    return { header, records: new Records(header, octets), source };
  } catch (error) {
    await source.close();
    throw error;
  }
}
