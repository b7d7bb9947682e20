/**
 * Packets out of a stream in a capture format, as they come: a capture that
 * another program makes.
 *
 * @module
 */

import type { Frame } from "../../packet/frame.ts";
import { BlockType, PcapngRecords } from "../../pcap/pcapng_records.ts";
import { begin, type Reading, recordsOf } from "../../pcap/reading.ts";
import type { Records } from "../../pcap/records.ts";
import { openSource, type Source } from "../../pcap/source.ts";
import { staleBatch } from "./ring_batch.ts";
import type {
  Batch,
  BatchCheck,
  BufferUse,
  PacketSource,
  SourceStatistics,
} from "./source.ts";
import { readStatistics } from "./statistics_block.ts";

/** Options for {@linkcode StreamSource.open}. */
export interface StreamSourceOptions {
  /** What to call the interface if the stream does not say. @default {"stream"} */
  name?: string | undefined;
  /** Gives up while the stream's head has not come. */
  signal?: AbortSignal | undefined;
  /**
   * Asks whoever writes the stream to end it, with all that there is until then.
   *
   * @default {the stream is let go of}
   */
  stop?: (() => void) | undefined;
}

/** Octets that are taken from the stream at once, and that are held at most. */
const PIECE = 64 * 1024;
const HELD = 1024 * 1024;

/**
 * A stream in a capture format as a source of packets. It reads on while nobody
 * takes packets, up to a mebibyte; then the stream has to wait.
 *
 * @example
 * ```ts ignore
 * import { StreamSource } from "./stream_source.ts";
 *
 * const tcpdump = new Deno.Command("tcpdump", { args: ["-w", "-"], stdout: "piped" }).spawn();
 * using source = await StreamSource.open(tcpdump.stdout);
 * while (await source.wait()) {
 *   const batch = source.take();
 *   while (batch?.next()) console.log(batch.length);
 * }
 * ```
 */
export class StreamSource implements PacketSource {
  /** The name of the stream's first interface. */
  readonly interface: string;
  /** What packets of that interface start with. */
  readonly linkType: number;
  /** The most octets of a packet that are kept. */
  readonly snapLength: number;
  /** What brings the packets. */
  readonly tier = "stream";
  /** Is asked of each packet, once. */
  check: BatchCheck | undefined;
  readonly #source: Source;
  readonly #ask: (() => void) | undefined;
  readonly #records: Records;
  /** What has come and is not in the cursor's buffer yet. */
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Whether there are packets in the cursor's buffer that are to stay. */
  #isKept = false;
  #last: StreamBatch | undefined;
  /** Whether the head, which may hold packets, is still to be looked at. */
  #isFresh = true;
  #isEnded = false;
  #isStopped = false;
  #error: unknown;
  #wake = () => {};
  #makeRoom = () => {};
  /** Packets of each interface. */
  readonly #counts: number[] = [];
  /** What the stream has said last of each interface. */
  readonly #told: SourceStatistics[] = [];

  private constructor(
    reading: Reading,
    { name = "stream", stop }: StreamSourceOptions,
  ) {
    this.#ask = stop;
    const [face] = reading.header.interfaces;
    this.interface = face?.name ?? name;
    this.linkType = reading.header.linkType;
    this.snapLength = reading.header.snapLength;
    this.#source = reading.source;
    this.#records = recordsOf(reading);
    this.#pump();
  }

  /**
   * Reads the head of a stream.
   *
   * @param stream Octets in the pcapng or the pcap format.
   * @param options A name, and a signal.
   * @returns The source; the stream is its own from now on.
   * @throws {DecodeError} If it is no capture.
   * @throws What the stream fails with.
   */
  static async open(
    stream: ReadableStream<Uint8Array>,
    options: StreamSourceOptions = {},
  ): Promise<StreamSource> {
    const { signal } = options;
    const reading = await begin(await openSource(stream), { signal });
    return new StreamSource(reading, options);
  }

  /**
   * Takes packets that have come.
   *
   * @param use Whether they may lie where later ones are put. @default {"reuse"}
   * @returns The packets; `undefined` if there are none at the moment.
   * @throws {DecodeError} Once all before it have been taken, if the stream is
   * malformed or ends within a packet.
   * @throws Likewise what the stream failed with.
   */
  take(use: BufferUse = "reuse"): Batch | undefined {
    this.#last?.retire();
    this.#isFresh = false;
    const records = this.#records;
    for (;;) {
      const batch = this.#batch();
      if (batch !== undefined) {
        if (use === "keep") this.#isKept = true;
        else this.#last = batch;
        return batch;
      }
      const [piece] = this.#pieces;
      if (piece === undefined) return this.#finish();
      const { octets } = records;
      const room = records.room(this.#isKept ? "keep" : use);
      if (records.octets !== octets) this.#isKept = false;
      const some = piece.subarray(0, room.length);
      room.set(some);
      records.added(some.length);
      if (some.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(some.length);
      this.#held -= some.length;
      if (this.#held < HELD) this.#makeRoom();
    }
  }

  /** The packets in the cursor's buffer, if there are any. */
  #batch(): StreamBatch | undefined {
    const records = this.#records;
    const batch = new StreamBatch(records, () => this.check);
    try {
      while (records.stepBlock()) {
        if (records.isPacket) {
          const { interface: index } = records;
          const number = this.#counts[index] = (this.#counts[index] ?? 0) + 1;
          batch.add({
            start: records.start,
            end: records.end,
            length: records.length,
            seconds: records.seconds ?? 0,
            nanoseconds: records.nanoseconds,
            linkType: records.linkType,
            interface: records.interfaces[index]?.name ?? this.interface,
            number,
          });
        } else if (records instanceof PcapngRecords) this.#note(records);
      }
    } catch (error) {
      this.#leave();
      this.#pieces = [];
      this.#error = error;
    }
    return batch.isEmpty ? undefined : batch;
  }

  /** Nothing is at hand: either not yet, or never again. */
  #finish(): undefined {
    if (!this.#isEnded) return undefined;
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
    if (this.#isStopped) return undefined;
    this.#isStopped = true;
    this.#records.finish();
  }

  /** Takes note of what is no packet: counters. */
  #note(records: PcapngRecords): void {
    if (records.blockType !== BlockType.statistics) return;
    const told = readStatistics(records.block);
    if (told === undefined || told.index >= records.interfaces.length) return;
    const { received = this.#counts[told.index] ?? 0 } = told;
    this.#told[told.index] = { ...told, received };
  }

  /**
   * Waits until there may be packets.
   *
   * @returns True: look again; false: no more will come.
   */
  async wait(): Promise<boolean> {
    if (this.#isFresh || this.#pieces.length > 0 || this.#error !== undefined) {
      return true;
    }
    if (this.#isEnded) return !this.#isStopped;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
    return true;
  }

  /** Ends a wait that is under way. */
  cancel(): void {
    this.#wake();
  }

  /** Lets no more packets in. Those that have come can still be taken. */
  stop(): void {
    if (this.#isEnded) return;
    if (this.#ask === undefined) this.#leave();
    else this.#ask();
  }

  /** Lets go of the stream. */
  #leave(): void {
    if (this.#isStopped) return;
    this.#isStopped = this.#isEnded = true;
    this.#source.close();
    this.#makeRoom();
    this.#wake();
  }

  /**
   * Sums up what the stream has said, or else its packets.
   *
   * @returns The counters.
   */
  statistics(): SourceStatistics {
    const sum = { received: 0, dropped: 0, interfaceDropped: 0 };
    this.#records.interfaces.forEach((_, i) => {
      const told = this.#told[i];
      sum.received += told?.received ?? this.#counts[i] ?? 0;
      sum.dropped += told?.dropped ?? 0;
      sum.interfaceDropped += told?.interfaceDropped ?? 0;
    });
    return sum;
  }

  /** Lets go of the stream, and of what has come. */
  [Symbol.dispose](): void {
    this.#leave();
    this.#pieces = [];
    this.#held = 0;
  }

  async #pump(): Promise<void> {
    const piece = new Uint8Array(PIECE);
    try {
      while (!this.#isEnded) {
        const count = await this.#source.read(piece);
        if (count === 0 || this.#isEnded) break;
        this.#pieces.push(piece.slice(0, count));
        this.#held += count;
        this.#wake();
        if (this.#held < HELD) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#makeRoom = resolve;
        await promise;
      }
    } catch (error) {
      if (!this.#isStopped) this.#error = error;
    }
    this.#isEnded = true;
    this.#wake();
  }
}

/** Where a packet lies in the buffer, and what the stream says of it. */
type Place = Omit<Batch, "octets" | "view" | "next" | "frame">;

/** The packets of one buffer. */
class StreamBatch implements Batch {
  readonly octets: Uint8Array;
  readonly view: DataView;
  start = 0;
  end = 0;
  length = 0;
  seconds = 0;
  nanoseconds = 0;
  linkType = 0;
  interface = "";
  number = 0;
  readonly #places: Place[] = [];
  readonly #check: () => BatchCheck | undefined;
  #at = 0;
  #isRetired = false;

  constructor({ octets, view }: Records, check: () => BatchCheck | undefined) {
    this.octets = octets;
    this.view = view;
    this.#check = check;
  }

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  /** Takes in the packet that the cursor is at. */
  add(place: Place): void {
    this.#places.push(place);
  }

  /** Makes it throw from now on: its memory is about to be used again. */
  retire(): void {
    this.#isRetired = true;
  }

  next(): boolean {
    if (this.#isRetired) throw staleBatch(this.interface);
    for (;;) {
      const place = this.#places[this.#at];
      if (place === undefined) return false;
      this.#at++;
      this.start = place.start;
      this.end = place.end;
      this.length = place.length;
      this.seconds = place.seconds;
      this.nanoseconds = place.nanoseconds;
      this.linkType = place.linkType;
      this.interface = place.interface;
      this.number = place.number;
      const check = this.#check();
      if (check === undefined || check(this)) return true;
    }
  }

  frame(): Frame {
    const { octets, view, start, end, length, linkType } = this;
    const { seconds, nanoseconds, interface: name } = this;
    return {
      octets,
      view,
      start,
      end,
      linkType,
      length,
      seconds,
      nanoseconds,
      interface: name,
    };
  }
}
