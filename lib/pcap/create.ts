/**
 * Writing capture files, in the pcap and the pcapng format.
 *
 * @see draft-ietf-opsawg-pcap §4; draft-ietf-opsawg-pcapng
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { Packet } from "../packet/packet.ts";
import { type AppendedFile, fileToAppend } from "./append.ts";
import {
  type EncodedPacket,
  PcapEncoder,
  PcapngEncoder,
  SNAP_LENGTH,
} from "./encode.ts";
import { CREATE, WRITE } from "./option_names.ts";
import { CHUNK } from "./records.ts";
import { turn } from "./source.ts";
import {
  openTarget,
  type Target,
  type TargetLike,
  targetPath,
} from "./target.ts";

/** Options for {@linkcode create}. */
export interface CreateOptions {
  /**
   * The file format: pcap has one link type for all packets, pcapng any number.
   *
   * @default {"pcapng" if the path ends so, else "pcap"}
   */
  format?: "pcap" | "pcapng" | undefined;
  /**
   * What each packet starts with, as numbered at tcpdump.org/linktypes.html.
   *
   * @default {that of the first packet written}
   */
  linkType?: number | undefined;
  /**
   * The unit of the time stamps: microseconds or nanoseconds.
   *
   * @default {"us" for pcap, "ns" for pcapng}
   */
  resolution?: "us" | "ns" | undefined;
  /** Whether a file that is there may be written over. @default {false} */
  overwrite?: boolean | undefined;
  /**
   * Whether to write behind what is there: format, octet order and, with pcap,
   * link type and resolution are those of the file. @default {false}
   */
  append?: boolean | undefined;
}

/** Options for {@linkcode CaptureWriter.write}. */
export interface WriteOptions {
  /** What to write on the packet, for people; pcapng only. */
  comments?: readonly string[] | undefined;
}

/** Octets that are gathered before they are written. */
const FULL = CHUNK / 4;
/** The longest time without a turn for the rest of the program, in milliseconds. */
const SLICE = 8;
/** The most octets of a comment, as its length has 16 bits. */
const MAX_COMMENT = 0xffff;
/** The option that holds one. */
const COMMENT = 1;

const WRITTEN = Promise.resolve();

/** The packet engine; a type, so that reading a capture does not load it. */
type PacketEngine = Pick<
  typeof import("../packet/packet.ts"),
  "frameOf" | "Packet"
>;

/**
 * A capture file that is being written: what {@linkcode create} gives.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const writer: net.pcap.CaptureWriter = await net.pcap.create(writable);
 * const read = new Response(readable).bytes();
 * await writer.write(net.packet.build(net.packet.ipv4({ dst: "192.0.2.1" }), "hello"));
 * await writer.close();
 * for await (const packet of await net.pcap.open(await read)) {
 *   assert.equal(`${packet.ipv4?.dst}`, "192.0.2.1");
 * }
 * ```
 */
export class CaptureWriter implements AsyncDisposable {
  /** The file format. */
  readonly format: "pcap" | "pcapng";
  readonly #target: Target;
  readonly #engine: PacketEngine;
  readonly #encoder: PcapEncoder | PcapngEncoder;
  readonly #snapLength: number;
  /** The interface of each link type, in pcapng. */
  readonly #interfaces = new Map<number, number>();
  #linkType: number | undefined;
  #count = 0;
  #isClosed = false;
  #writing: Promise<void> = WRITTEN;
  /** When the rest of the program had its last turn. */
  #since = performance.now();

  /**
   * Takes a target that is open; {@linkcode create} opens one.
   *
   * @param target Where the octets go.
   * @param engine Tells packets from other things, and where they lie.
   * @param options Format, link type and resolution.
   * @param file The file that the target writes to the end of, if it does.
   */
  constructor(
    target: Target,
    engine: PacketEngine,
    options: CreateOptions = {},
    file?: AppendedFile,
  ) {
    const { format = "pcap", linkType } = options;
    const { resolution = format === "pcap" ? "us" : "ns" } = options;
    const encoding = { resolution, little: true, ...file };
    this.format = format;
    this.#target = target;
    this.#engine = engine;
    this.#linkType = linkType;
    this.#snapLength = file?.snapLength || SNAP_LENGTH;
    if (format === "pcap") {
      const encoder = this.#encoder = new PcapEncoder(encoding);
      if (file !== undefined) this.#linkType = file.linkType;
      else if (linkType !== undefined) encoder.begin(linkType);
    } else {
      // A section of its own: what the last one says of itself stays true.
      const encoder = this.#encoder = new PcapngEncoder(encoding);
      encoder.begin();
      if (linkType !== undefined) this.#interface(encoder, linkType);
    }
  }

  /** The file's path, or `"stream"`. */
  get path(): string {
    return this.#target.name;
  }

  /**
   * What packets start with, those of the first in a pcapng file; not known
   * before the first, if it was not given.
   */
  get linkType(): number | undefined {
    return this.#linkType;
  }

  /** How many packets were written. */
  get count(): number {
    return this.#count;
  }

  /**
   * Writes a packet behind the others. It is in the buffer or in the file at
   * once; waiting gives the rest of the program its turn, and a stream's reader
   * time to read.
   *
   * @param packet The packet; octets get the time of now.
   * @param options What to write besides.
   * @returns When there is room for the next.
   * @throws {RangeError} If its link type is not that of a pcap file, it is too
   * long, or its time cannot be written.
   * @throws {TypeError} If it is neither packet nor octets, the file is closed,
   * or there is a comment in a pcap file.
   * @throws {NetError} If the system cannot write (`"io"`).
   */
  write(
    packet: Packet | Uint8Array,
    options?: WriteOptions,
  ): Promise<void> {
    try {
      this.#write(packet, options === undefined ? [] : commentsIn(options));
      return this.#encoder.used < FULL ? WRITTEN : this.#flush();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Writes what is still in the buffer, and ends the file. A file without a
   * packet is a whole one too, of Ethernet if nothing else was said.
   *
   * @throws {NetError} If the system cannot write (`"io"`).
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      if (this.#linkType === undefined) this.#begin(1);
      await this.#flush();
    } finally {
      await this.#target.close();
    }
  }

  /** Closes the file at the end of its scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Shows at the prompt as one line. */
  [Symbol.for("Deno.customInspect")](): string {
    const state = this.#isClosed ? "closed" : "open";
    return `CaptureWriter { ${this.path}, ${this.#count} packets, ${state} }`;
  }

  #write(packet: Packet | Uint8Array, comments: readonly string[]): void {
    const refuse = (must: string, value: unknown, Kind = RangeError) =>
      new Kind(
        `Cannot write a packet as ${must}: current value is ${value}`,
      );
    if (this.#isClosed) {
      throw refuse(`${this.path} must be open`, "closed", TypeError);
    }
    const { frameOf, Packet } = this.#engine;
    const isPacket = packet instanceof Packet;
    if (!isPacket && !(packet instanceof Uint8Array)) {
      throw refuse("'packet' must be a Packet or octets", packet, TypeError);
    }
    const frame = isPacket ? placeOf(packet, frameOf) : octetsFrame(packet);
    const captured = frame.end - frame.start;
    if (captured > this.#snapLength) {
      throw refuse(
        `'packet' must be up to ${this.#snapLength} octets`,
        captured,
      );
    }
    const linkType = isPacket ? packet.linkType : this.#linkType ?? 1;
    const encoder = this.#encoder;
    if (encoder instanceof PcapngEncoder) {
      const options = comments.map((comment) => {
        const value = new TextEncoder().encode(comment);
        if (value.length <= MAX_COMMENT) return { code: COMMENT, value };
        const must = `a comment must be up to ${MAX_COMMENT} octets`;
        throw refuse(must, value.length);
      });
      encoder.packet(this.#interface(encoder, linkType), frame, options);
    } else {
      if (comments.length > 0) {
        const must = "'comments' must be empty in a pcap file";
        throw refuse(must, comments, TypeError);
      }
      if (this.#linkType === undefined) this.#begin(linkType);
      if (linkType !== this.#linkType) {
        throw refuse(
          `its link type must be ${this.#linkType}, as of all in ${this.path}`,
          linkType,
        );
      }
      encoder.packet(frame);
    }
    this.#count++;
  }

  /** Puts in front what a file starts with. */
  #begin(linkType: number): void {
    this.#linkType = linkType;
    const encoder = this.#encoder;
    if (encoder instanceof PcapEncoder) encoder.begin(linkType);
    else this.#interface(encoder, linkType);
  }

  #interface(encoder: PcapngEncoder, linkType: number): number {
    let index = this.#interfaces.get(linkType);
    if (index === undefined) {
      index = encoder.interface({ linkType });
      this.#interfaces.set(linkType, index);
      this.#linkType ??= linkType;
    }
    return index;
  }

  /** Writes what has been gathered. */
  #flush(): Promise<void> {
    const target = this.#target;
    const encoder = this.#encoder;
    if (target.writeSync !== undefined) {
      target.writeSync(encoder.take());
      if (performance.now() - this.#since < SLICE) return WRITTEN;
      return turn().then(() => {
        this.#since = performance.now();
      });
    }
    const full = encoder.take();
    // Whoever does not wait for a write must not have it written over.
    encoder.leave();
    const earlier = this.#writing;
    return this.#writing = earlier.then(() => target.write(full));
  }
}

function commentsIn(options: WriteOptions): readonly string[] {
  onlyKnown("write a packet", options, WRITE);
  const { comments = [] } = options;
  if (Array.isArray(comments) && comments.every(isText)) return comments;
  throw new TypeError(
    `Cannot write a packet as 'comments' must be a list of texts: current value is ${
      Deno.inspect(comments)
    }`,
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** A packet's place and time; one that was built is of now. */
function placeOf(
  packet: Packet,
  frameOf: PacketEngine["frameOf"],
): EncodedPacket {
  const { octets, start, end, length, seconds, nanoseconds } = frameOf(packet);
  if (seconds === undefined) return { ...octetsFrame(packet.bytes), length };
  return { octets, start, end, length, seconds, nanoseconds };
}

function octetsFrame(octets: Uint8Array): EncodedPacket {
  const now = Date.now();
  return {
    octets,
    start: 0,
    end: octets.length,
    length: octets.length,
    seconds: Math.floor(now / 1000),
    nanoseconds: now % 1000 * 1e6,
  };
}

/**
 * Creates a capture file, or opens one to write to its end.
 *
 * @param target A path or `file:` URL, or a stream.
 * @param options Format, link type, resolution, and what to do with a file that
 * is there.
 * @returns What writes packets into it; `await using` closes it.
 * @throws {NetError} If there is such a file (`"exists"`), no such folder
 * (`"not-found"`), or the system gives another reason (`"io"`).
 * @throws {DecodeError} With `append`, if what is there is no whole capture.
 * @throws {PermissionError} If it may not be written.
 * @throws {RangeError} If `linkType` is no whole number of 16 bits, or with
 * `append` not the file's.
 * @throws {TypeError} If `target` is something else, or an option is not what it
 * can be.
 * @see draft-ietf-opsawg-pcap §4
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using file = await net.pcap.create("syn.pcap", { overwrite: true });
 * const { build, ethernet, ipv4, tcp } = net.packet;
 * await file.write(build(ethernet(), ipv4({ dst: "192.0.2.1" }), tcp({ flags: ["SYN"] })));
 * ```
 */
export async function create(
  target: TargetLike,
  options: CreateOptions = {},
): Promise<CaptureWriter> {
  const refuse = (must: string, value: unknown, Kind = TypeError) =>
    new Kind(`Cannot create a capture as ${must}: current value is ${value}`);
  onlyKnown("create a capture", options, CREATE);
  const { linkType, resolution, overwrite = false, append = false } = options;
  if (
    linkType !== undefined &&
    !(Number.isInteger(linkType) && linkType >= 0 && linkType <= 0xffff)
  ) {
    const must = "'linkType' must be a whole number from 0 to 65535";
    throw refuse(must, linkType, RangeError);
  }
  if (!["us", "ns", undefined].includes(resolution)) {
    throw refuse(`'resolution' must be "us" or "ns"`, resolution);
  }
  if (!["pcap", "pcapng", undefined].includes(options.format)) {
    throw refuse(`'format' must be "pcap" or "pcapng"`, options.format);
  }
  const isStream = target instanceof WritableStream;
  if (append && isStream) {
    throw refuse("'append' must be false for a stream", append);
  }
  if (append && overwrite) {
    throw refuse("'append' must be false where 'overwrite' is true", append);
  }
  const path = isStream ? "" : targetPath(target);
  const file = append ? await fileToAppend(path, options) : undefined;
  const format = file?.format ?? options.format ??
    (path.endsWith(".pcapng") ? "pcapng" : "pcap");
  const engine = await import("../packet/packet.ts");
  const opened = await openTarget(target, overwrite, { append });
  return new CaptureWriter(opened, engine, { ...options, format }, file);
}
