/**
 * A capture that goes on: packets as they come, until it is ended.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { Packet } from "../../packet/packet.ts";
import type { BufferUse } from "../../pcap/records.ts";
import {
  BUFFER,
  checkEnd,
  type LiveCaptureOptions,
} from "./capture_options.ts";
import { Watch, type WatchOptions } from "../watching/watch.ts";
import { CaptureStatistics } from "./capture_statistics.ts";
import { Intake } from "./intake.ts";
import { merged } from "./merged.ts";
import { RETIRE } from "./ring.ts";
import { RotatingFile } from "./rotating.ts";
import type { Batch, PacketSource, Tier } from "./source.ts";

/** Milliseconds by which a packet may be later than one of another interface. */
const LATE = RETIRE + 5;
/** setTimeout fires at once for more. */
const LONGEST = 0x7fffffff;

/**
 * A running capture. It captures from the call of {@linkcode capture} on,
 * whether anybody reads or not, and ends with its loop, its signal,
 * `close()`, or as its options say.
 *
 * One loop at a time reads it: `for await (const packet of capture)` for
 * packets, which stay as they are for ever; {@linkcode LiveCapture.batches} for
 * speed. When the loop is left, the capture is closed.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * using capture = net.wire.capture("eth0", { filter: "arp", count: 5 });
 * for await (const packet of capture) console.log(packet);
 * console.log(capture.statistics);
 * ```
 */
export class LiveCapture implements AsyncIterable<Packet>, Disposable {
  /** The names of its interfaces, between commas. */
  readonly name: string;
  /** The names of its interfaces. */
  readonly interfaces: readonly string[];
  /** How packets come; of several interfaces, those of the first. */
  readonly tier: Tier;
  /**
   * What packets start with, as numbered at tcpdump.org/linktypes.html; of
   * several interfaces, those of the first.
   */
  readonly linkType: number;
  /** The most octets of a packet that are kept. */
  readonly snapLength: number;
  readonly #sources: readonly PacketSource[];
  readonly #intake: Intake;
  readonly #file: RotatingFile | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop = (): void => this.stop();
  readonly #most: number;
  #captured = 0;
  #batch: { readonly batch: Batch; readonly before: number } | undefined;
  #isRead = false;
  #isClosed = false;

  /**
   * Takes sources of packets, which go with it; {@linkcode capture} is the way
   * in.
   *
   * @param sources The sources, one at least.
   * @param options When it ends, and where it is written to.
   * @throws {RangeError} If a number is out of range.
   * @throws {NetError} If a file cannot be written.
   * @throws The signal's reason, if it has aborted already.
   */
  constructor(
    sources: readonly PacketSource[],
    options: LiveCaptureOptions = {},
  ) {
    const { count = Infinity, duration, signal, writeTo } = options;
    checkEnd(options);
    signal?.throwIfAborted();
    const [first] = sources as readonly [PacketSource];
    this.interfaces = sources.map((source) => source.interface);
    this.name = this.interfaces.join(", ");
    this.tier = first.tier;
    this.linkType = first.linkType;
    this.snapLength = first.snapLength;
    this.#sources = sources;
    this.#most = count;
    if (writeTo !== undefined) {
      this.#file = RotatingFile.open(
        writeTo,
        sources.map(({ interface: name, linkType, snapLength }) => ({
          name,
          linkType,
          snapLength,
        })),
      );
    }
    this.#intake = new Intake(sources, {
      buffer: options.buffer ?? BUFFER,
      tick: () => this.#flush(),
    });
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop, { once: true });
    if (duration !== undefined && duration <= LONGEST) {
      this.#timer = setTimeout(this.#stop, duration);
      // Only who reads waits for its end.
      this.#timer.unref();
    }
  }

  /** What it has counted so far; when it is closed, all in all. */
  get statistics(): CaptureStatistics {
    const all = this.#sources.map((source) => source.statistics());
    const sum = (key: keyof (typeof all)[number]) =>
      all.reduce((n, counts) => n + counts[key], 0);
    return new CaptureStatistics({
      captured: this.#captured + this.#looked,
      received: sum("received"),
      dropped: sum("dropped"),
      interfaceDropped: sum("interfaceDropped"),
    });
  }

  /** Packets of the batch at hand that have been looked at, unless each is counted. */
  get #looked(): number {
    if (this.#batch === undefined) return 0;
    const { batch, before } = this.#batch;
    return batch.number - before;
  }

  /** The files that it is written to, the oldest first. */
  get files(): readonly string[] {
    return this.#file?.files ?? [];
  }

  /** Whether it is closed: nothing can be read any more. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /**
   * Reads the packets, in the order of their stamps. Each has octets that nobody
   * writes over, and knows its interface.
   *
   * @returns The packets; when the loop is left, the capture is closed.
   * @throws {NetError} After the last packet, if an interface went down
   * (`"down"`) or away (`"gone"`); if the file cannot be written (`"no-space"`);
   * if another loop reads it (`"busy"`), or it was closed (`"closed"`).
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Packet, void, void> {
    this.#begin();
    const intake = this.#intake;
    try {
      if (intake.count > 1) {
        const late = this.tier === "socket" ? 0 : LATE;
        for await (const [record, source] of merged(intake, late)) {
          yield this.#packet(record, source);
          if (this.#isDone) return;
        }
        return;
      }
      for (let batch; (batch = await intake.next("keep")) !== undefined;) {
        while (batch.next()) {
          yield this.#packet(batch, 0);
          if (this.#isDone) return;
          const turn = intake.breathe();
          if (turn !== undefined) await turn;
        }
      }
    } finally {
      this.close();
    }
  }

  /** Whether no further packet is to be handed out. */
  get #isDone(): boolean {
    return this.#captured >= this.#most || this.#isClosed;
  }

  /** Makes a packet of what a cursor stands at. */
  #packet(record: Batch, source: number): Packet {
    this.#count(record, source);
    return new Packet(record.frame());
  }

  /** Writes what a cursor stands at, and counts it. */
  #count(record: Batch, source: number): void {
    this.#file?.write(
      record.octets,
      record.start,
      record.end,
      record.length,
      record.seconds,
      record.nanoseconds,
      source,
    );
    this.#captured++;
  }

  /**
   * Reads the packets where they lie, without an object or a copy each: for
   * speed. A batch is a cursor over packets of one interface, good until the
   * next batch is asked for.
   *
   * @returns The batches; when the loop is left, the capture is closed.
   * @throws {NetError} As the loop over packets does.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * let octets = 0;
   * for await (const batch of net.wire.capture("eth0", { duration: 1000 }).batches()) {
   *   while (batch.next()) octets += batch.length;
   * }
   * ```
   */
  batches(): AsyncGenerator<Batch, void, void> {
    return this.records("reuse");
  }

  /**
   * Reads the packets in batches, as capture files give theirs: so columns of
   * fields, and counts by a field, can be had of a capture that goes on.
   *
   * @param use `"reuse"`: a batch lies where later packets are put. `"keep"`: it
   * has memory of its own.
   * @returns The batches; when the loop is left, the capture is closed.
   * @throws {NetError} As the loop over packets does.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const capture = net.wire.capture("eth0", { duration: 10_000 });
   * console.log(await net.pcap.countBy(capture, "ipv4.dst"));
   * ```
   */
  async *records(
    use: BufferUse = "reuse",
  ): AsyncGenerator<Batch, void, void> {
    this.#begin();
    try {
      const counts = this.#file !== undefined || this.#most < Infinity;
      this.#sources.forEach((source, index) => {
        if (counts) source.check = (record) => this.#isCounted(record, index);
      });
      for (let batch; (batch = await this.#intake.next(use)) !== undefined;) {
        if (!counts) this.#batch = { batch, before: batch.number };
        yield batch;
        if (this.#isClosed) return;
        // What was not looked at was captured nevertheless.
        while (batch.next());
        this.#captured += this.#looked;
        this.#batch = undefined;
        if (this.#captured >= this.#most) return;
      }
    } finally {
      this.close();
    }
  }

  /** Says whether a packet of a batch still counts; then it is written, too. */
  #isCounted(record: Batch, source: number): boolean {
    if (this.#captured >= this.#most) return false;
    this.#count(record, source);
    return true;
  }

  /**
   * Captures to the end without showing anything: to a file, or to count.
   *
   * @returns What it has counted.
   * @throws {NetError} As the loop over packets does.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * const capture = net.wire.capture("eth0", { duration: 60_000, writeTo: "lab.pcapng" });
   * console.log(await capture.run());
   * ```
   */
  async run(): Promise<CaptureStatistics> {
    for await (const batch of this.batches()) while (batch.next());
    return this.statistics;
  }

  /**
   * Looks at what comes: packets, rates, who sends and what. On a stage, as the
   * prompt is one, it fills the screen, and is left with `q`.
   *
   * @param options How much to keep.
   * @returns When it is left, the last packets as a capture.
   * @throws {NetError} As the loop over packets does.
   *
   * @example
   * ```ts ignore
   * import * as net from "netrepl";
   *
   * using _ = net.inspect.stage(Deno, { console });
   * const seen = await net.wire.capture("eth0").watch();
   * console.log(await seen.filter("arp").count());
   * ```
   */
  watch(options: WatchOptions = {}): Watch {
    return new Watch(this, options);
  }

  #begin(): void {
    if (this.#isClosed) {
      throw new NetError("it was closed", {
        code: "closed",
        op: "capture on",
        target: this.name,
        hint: "capture anew",
      });
    }
    if (this.#isRead) {
      throw new NetError("another loop reads it", {
        code: "busy",
        op: "capture on",
        target: this.name,
        hint: "one capture for each",
      });
    }
    this.#isRead = true;
  }

  #flush(): void {
    try {
      this.#file?.flush();
    } catch (error) {
      this.#intake.fail(error);
    }
  }

  /**
   * Lets no more packets in. What was captured until now can still be read; then
   * a loop over it ends.
   */
  stop(): void {
    this.#intake.stop();
  }

  /**
   * Ends it at once, with what was captured and not read; a second time does
   * nothing. Who waits for packets gets none.
   *
   * @throws {NetError} If the end of its file cannot be written (`"no-space"`).
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#stop);
    this.#intake[Symbol.dispose]();
    this.#file?.close();
  }

  /** As {@linkcode LiveCapture.close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Gives what it is, and what it has counted, as plain data.
   *
   * @returns Interfaces, tier, link type, statistics.
   */
  toJSON(): Record<string, unknown> {
    const { interfaces, tier, linkType, snapLength, closed, files } = this;
    const statistics = this.statistics.toJSON();
    return {
      interfaces,
      tier,
      linkType,
      snapLength,
      closed,
      files,
      statistics,
    };
  }

  /**
   * Shows what it is, and what it has counted.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { files, tier, linkType, statistics } = this;
    return card(`capture on ${this.name}`, [
      ["state", this.#isClosed ? "closed" : "running"],
      ["packets come by", tier],
      ["link type", `${linkType}`],
      ["packets", `${statistics}`],
      ...files.length > 0 ? [["files", files.join(", ")] as const] : [],
    ], canvas({ colors: options?.colors ?? false }));
  }
}
