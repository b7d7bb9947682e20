/**
 * Writing capture files, in the classic pcap format.
 *
 * @see draft-ietf-opsawg-pcap §4; pcap-savefile(5)
 *
 * @module
 */

import { Packet } from "../packet/packet.ts";
import { FILE_HEADER, RECORD_HEADER } from "./format.ts";
import { openTarget, type Target } from "./target.ts";

/** Options for {@linkcode create}. */
export interface CreateOptions {
  /**
   * What each packet starts with, as numbered at tcpdump.org/linktypes.html.
   *
   * @default {that of the first packet written}
   */
  linkType?: number | undefined;
  /** The unit of the time stamps: microseconds or nanoseconds. @default {"us"} */
  resolution?: "us" | "ns" | undefined;
  /** Whether a file that is there may be written over. @default {false} */
  overwrite?: boolean | undefined;
}

/** The most octets that a packet of a capture file may have, as in libpcap. */
const SNAP_LENGTH = 262_144;
/** Octets that are gathered before they are written. */
const CHUNK = 65_536;

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
  readonly #target: Target;
  readonly #scale: number;
  readonly #magic: number;
  #linkType: number | undefined;
  #count = 0;
  #octets = new Uint8Array(CHUNK);
  #view = new DataView(this.#octets.buffer);
  #used = 0;
  #isClosed = false;

  /**
   * Takes a target that is open; {@linkcode create} opens one.
   *
   * @param target Where the octets go.
   * @param options Link type and resolution.
   */
  constructor(target: Target, options: CreateOptions = {}) {
    const { linkType, resolution = "us" } = options;
    this.#target = target;
    this.#linkType = linkType;
    this.#scale = resolution === "ns" ? 1 : 1000;
    this.#magic = resolution === "ns" ? 0xa1b23c4d : 0xa1b2c3d4;
    if (linkType !== undefined) this.#begin(linkType);
  }

  /** The file's path, or `"stream"`. */
  get path(): string {
    return this.#target.name;
  }

  /** What each packet starts with; not known before the first, if it was not given. */
  get linkType(): number | undefined {
    return this.#linkType;
  }

  /** How many packets were written. */
  get count(): number {
    return this.#count;
  }

  /**
   * Writes a packet behind the others.
   *
   * @param packet The packet; octets get the time of now.
   * @returns When it is in the buffer or, if that was full, in the file.
   * @throws {RangeError} If its link type is not the file's, or it is too long.
   * @throws {TypeError} If it is neither packet nor octets, or the file is closed.
   * @throws {NetError} If the system cannot write (`"io"`).
   */
  async write(packet: Packet | Uint8Array): Promise<void> {
    const refuse = (must: string, value: unknown, Kind = RangeError) =>
      new Kind(
        `Cannot write a packet as ${must}: current value is ${value}`,
      );
    if (this.#isClosed) {
      throw refuse(`${this.path} must be open`, "closed", TypeError);
    }
    const isPacket = packet instanceof Packet;
    if (!isPacket && !(packet instanceof Uint8Array)) {
      throw refuse("'packet' must be a Packet or octets", packet, TypeError);
    }
    const bytes = isPacket ? packet.bytes : packet;
    const length = isPacket ? packet.length : bytes.length;
    const linkType = isPacket ? packet.linkType : this.#linkType ?? 1;
    if (bytes.length > SNAP_LENGTH) {
      throw refuse(
        `'packet' must be up to ${SNAP_LENGTH} octets`,
        bytes.length,
      );
    }
    if (this.#linkType === undefined) this.#begin(linkType);
    if (linkType !== this.#linkType) {
      throw refuse(
        `its link type must be ${this.#linkType}, as of all in ${this.path}`,
        linkType,
      );
    }
    const needed = RECORD_HEADER + bytes.length;
    // Waited for at the end: else a write that came later would get in before.
    const room = this.#octets.length - this.#used;
    const flushed = needed > room ? this.#flush(needed) : undefined;
    const time = isPacket ? packet.timestamp : undefined;
    const ns = (time ?? Temporal.Now.instant()).epochNanoseconds;
    const view = this.#view;
    view.setUint32(this.#used, Number(ns / NS));
    view.setUint32(this.#used + 4, Number(ns % NS) / this.#scale);
    view.setUint32(this.#used + 8, bytes.length);
    view.setUint32(this.#used + 12, length);
    this.#octets.set(bytes, this.#used + RECORD_HEADER);
    this.#used += needed;
    this.#count++;
    await flushed;
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
    if (this.#linkType === undefined) this.#begin(1);
    try {
      await this.#flush(0);
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

  /** Puts the file's header in front. */
  #begin(linkType: number): void {
    this.#linkType = linkType;
    [this.#magic, 0x0002_0004, 0, 0, SNAP_LENGTH, linkType].forEach((word, i) =>
      this.#view.setUint32(4 * i, word)
    );
    this.#used = FILE_HEADER;
  }

  /** Takes a new buffer with room for so many octets at once, and writes the old. */
  #flush(needed: number): Promise<void> {
    const full = this.#octets.subarray(0, this.#used);
    // Whoever does not wait for a write must not have it written over.
    this.#octets = new Uint8Array(Math.max(CHUNK, needed));
    this.#view = new DataView(this.#octets.buffer);
    this.#used = 0;
    const earlier = this.#writing;
    return this.#writing = earlier.then(() => this.#target.write(full));
  }

  #writing: Promise<void> = Promise.resolve();
}

/** Nanoseconds in a second. */
const NS = 1_000_000_000n;

/**
 * Creates a capture file.
 *
 * @param target A path or `file:` URL, or a stream.
 * @param options Link type, resolution, and whether to write over a file.
 * @returns What writes packets into it; `await using` closes it.
 * @throws {NetError} If there is such a file (`"exists"`), no such folder
 * (`"not-found"`), or the system gives another reason (`"io"`).
 * @throws {PermissionError} If it may not be written.
 * @throws {RangeError} If `linkType` is no whole number of 16 bits.
 * @throws {TypeError} If `target` is something else.
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
  target: string | URL | WritableStream<Uint8Array>,
  options: CreateOptions = {},
): Promise<CaptureWriter> {
  const { linkType, resolution = "us", overwrite = false } = options;
  if (
    linkType !== undefined &&
    !(Number.isInteger(linkType) && linkType >= 0 && linkType <= 0xffff)
  ) {
    throw new RangeError(
      `Cannot create a capture as 'linkType' must be a whole number from 0 to 65535: current value is ${linkType}`,
    );
  }
  if (resolution !== "us" && resolution !== "ns") {
    throw new TypeError(
      `Cannot create a capture as 'resolution' must be "us" or "ns": current value is ${resolution}`,
    );
  }
  return new CaptureWriter(await openTarget(target, overwrite), options);
}
