/**
 * What a capture is read through: as often as asked for, from its start, the
 * packets that are asked for.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import {
  begin,
  type CaptureHeader,
  fill,
  type Reading,
  recordsOf,
} from "./reading.ts";
import type { BufferUse, Records } from "./records.ts";
import { type Stage, startStages } from "./select.ts";
import type { Source } from "./source.ts";

/** Options for {@linkcode CaptureReader.read}. */
export interface ReadOptions {
  /** Whether the buffers are to be the reader's own, to be changed. @default {false} */
  readonly copy?: boolean;
  /** Whether the lengths of sections are to be struck out in them. @default {false} */
  readonly unsized?: boolean;
}

/**
 * Reads a capture, or a part of one.
 *
 * @example
 * ```ts
 * import { CaptureReader } from "./reader.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * const reader = await CaptureReader.open(await openSource(octets));
 * assert.equal(reader.header.format, "pcap");
 * ```
 */
export class CaptureReader {
  /** The file's path, or what else is read. */
  readonly name: string;
  /** What the capture says of itself. */
  readonly header: CaptureHeader;
  /** The files that are read. */
  readonly paths: readonly string[];
  readonly #signal: AbortSignal | undefined;
  readonly #again: Source["again"];
  readonly #stages: readonly Stage[];
  /** The reader that this one reads a part of. */
  readonly #whole: CaptureReader | undefined;
  readonly #open = new Set<Source>();
  /** The reading that comes next, where there can be but one. */
  #reading: Reading | undefined;
  #closed = false;

  private constructor(
    facts: Pick<CaptureReader, "name" | "header" | "paths">,
    signal: AbortSignal | undefined,
    again: Source["again"],
    stages: readonly Stage[],
    whole?: CaptureReader,
  ) {
    this.name = facts.name;
    this.header = facts.header;
    this.paths = facts.paths;
    this.#signal = signal;
    this.#again = again;
    this.#stages = stages;
    this.#whole = whole;
  }

  /**
   * Reads the head of a capture. What can be opened again is not left open.
   *
   * @param source Where it comes from, at its start.
   * @param signal Stops this and all reading.
   * @returns The reader.
   * @throws {DecodeError} If it is no capture.
   */
  static async open(
    source: Source,
    signal?: AbortSignal,
  ): Promise<CaptureReader> {
    signal?.throwIfAborted();
    const reading = await begin(source, { signal });
    const { header, again } = reading;
    const { name, paths = [] } = reading.source;
    const reader = new CaptureReader(
      { name, header, paths },
      signal,
      again,
      [],
    );
    if (again !== undefined) {
      await reading.source.close();
    } else {
      reader.#reading = reading;
      reader.#open.add(reading.source);
    }
    return reader;
  }

  /** Whether packets are handed out while reading, which must stay as they are. */
  get keeps(): boolean {
    return this.#stages.some(({ keeps }) => keeps);
  }

  /** Whether packets are left out. */
  get isPart(): boolean {
    return this.#stages.length > 0;
  }

  /**
   * Makes a reader of fewer packets.
   *
   * @param stage Which.
   * @returns The reader.
   */
  part(stage: Stage): CaptureReader {
    const stages = [...this.#stages, stage];
    return new CaptureReader(this, this.#signal, this.#again, stages, this);
  }

  /**
   * Reads the records from the first.
   *
   * @param use What becomes of a buffer that has been read.
   * @param options Whether buffers may be changed, and are.
   * @returns The cursor, once a buffer.
   */
  async *read(
    use: BufferUse,
    options: ReadOptions = {},
  ): AsyncGenerator<Records, void, void> {
    const check = await startStages(this.#stages);
    const reading = await this.#start(options.copy ?? false);
    const { source } = reading;
    const readers = this.#lineage();
    for (const reader of readers) reader.#open.add(source);
    const { unsized } = options;
    const records = recordsOf(reading, { check, unsized });
    try {
      yield* fill(reading, records, this.keeps ? "keep" : use, {
        signal: this.#signal,
        check: () => this.checkOpen(),
      });
    } finally {
      for (const reader of readers) reader.#open.delete(source);
      await source.close();
    }
  }

  /**
   * Checks that it can be read: before a file is made for what is read.
   *
   * @throws {NetError} If it is closed, or can be read once and has been.
   * @throws {ParseError} If a display filter names a field that there is not.
   */
  async checkReadable(): Promise<void> {
    this.#checkSource();
    await startStages(this.#stages);
  }

  #checkSource(): void {
    this.checkOpen();
    const root = this.#lineage().at(-1)!;
    if (this.#again !== undefined || root.#reading !== undefined) return;
    throw new NetError("a stream can be read once, and has been", {
      code: "consumed",
      op: "read",
      target: this.name,
      hint: "save it in a file, and open that",
    });
  }

  /**
   * Checks that it has not been closed.
   *
   * @throws {NetError} If it has.
   */
  checkOpen(): void {
    if (!this.#lineage().some((reader) => reader.#closed)) return;
    throw new NetError("it was closed", {
      code: "closed",
      op: "read",
      target: this.name,
      hint: "open it again",
    });
  }

  /** Ends every reading under way, of this reader and of its parts. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(Array.from(this.#open, (source) => source.close()));
  }

  /** This reader, what it is a part of, and so on. */
  #lineage(): CaptureReader[] {
    const readers: CaptureReader[] = [this];
    for (let reader = this.#whole; reader; reader = reader.#whole) {
      readers.push(reader);
    }
    return readers;
  }

  async #start(copy: boolean): Promise<Reading> {
    this.#checkSource();
    const signal = this.#signal;
    if (this.#again !== undefined) {
      return await begin(await this.#again(), { signal, copy });
    }
    const root = this.#lineage().at(-1)!;
    const reading = root.#reading!;
    root.#reading = undefined;
    return reading;
  }
}
