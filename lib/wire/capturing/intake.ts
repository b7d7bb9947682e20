/**
 * Taking packets in from several sources: as they are wanted, and where nobody
 * wants them for a while, so that the kernel has room again.
 *
 * @module
 */

import { turn } from "../../pcap/source.ts";
import type { Batch, BufferUse, PacketSource } from "./source.ts";

/** The longest time without a turn for the rest of the program, in milliseconds. */
const SLICE = 20;
/**
 * Milliseconds from one look to the next at packets that nobody asks for. The
 * kernel has far fewer blocks than octets: some packets a second would fill them.
 */
const REST = 250;

/** One source, and what was taken from it before it was asked for. */
interface Lane {
  readonly source: PacketSource;
  readonly waiting: Batch[];
  octets: number;
  /** Whether nothing more will come. */
  isOver: boolean;
}

/** Options for {@linkcode Intake}. */
export interface IntakeOptions {
  /** Octets that may wait here, for each source. */
  readonly buffer: number;
  /** Is called from time to time, whether anybody reads or not. */
  readonly tick: () => void;
}

/** What brings the packets of a capture. */
export class Intake implements Disposable {
  readonly #lanes: readonly Lane[];
  readonly #buffer: number;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The lane that is to be looked at first. */
  #first = 0;
  #fault: unknown;
  #hasFault = false;
  #isClosed = false;
  /** When the rest of the program last had a turn. */
  #turned = performance.now();
  #asked = performance.now();

  /**
   * Takes sources over, which go with it.
   *
   * @param sources The sources.
   * @param options How much may wait.
   */
  constructor(sources: readonly PacketSource[], options: IntakeOptions) {
    this.#lanes = sources.map((source) => ({
      source,
      waiting: [],
      octets: 0,
      isOver: false,
    }));
    this.#buffer = options.buffer;
    this.#timer = setInterval(() => {
      if (performance.now() - this.#asked > REST) this.#store();
      options.tick();
    }, REST);
    // Who captures without reading does not want to wait for that.
    this.#timer.unref();
  }

  /** How many sources there are. */
  get count(): number {
    return this.#lanes.length;
  }

  /**
   * Takes what is at hand from one source.
   *
   * @param index Which.
   * @param use What may become of the memory.
   * @returns Packets, if there are any.
   */
  takeFrom(index: number, use: BufferUse): Batch | undefined {
    const lane = this.#lanes[index]!;
    this.#asked = performance.now();
    const stored = lane.waiting.shift();
    if (stored !== undefined) {
      lane.octets -= stored.octets.length;
      return stored;
    }
    return this.#take(lane, use);
  }

  #take(lane: Lane, use: BufferUse): Batch | undefined {
    if (lane.isOver || this.#isClosed) return undefined;
    try {
      return lane.source.take(use);
    } catch (error) {
      lane.isOver = true;
      this.fail(error);
      return undefined;
    }
  }

  /** Takes in what is there, as far as there is room. */
  #store(): void {
    for (const lane of this.#lanes) {
      while (lane.octets < this.#buffer) {
        const batch = this.#take(lane, "keep");
        if (batch === undefined) break;
        lane.waiting.push(batch);
        lane.octets += batch.octets.length;
      }
    }
  }

  /**
   * Gives the next packets of any source.
   *
   * @param use What may become of the memory.
   * @returns The packets; `undefined` when no more will come.
   * @throws {NetError} When all is given, if an interface went down or away.
   */
  async next(use: BufferUse): Promise<Batch | undefined> {
    for (;;) {
      await this.breathe();
      const { count } = this;
      for (let i = 0; i < count; i++) {
        const index = (this.#first + i) % count;
        const batch = this.takeFrom(index, use);
        if (batch === undefined) continue;
        this.#first = (index + 1) % count;
        return batch;
      }
      if (!await this.wait()) return undefined;
    }
  }

  /**
   * Gives the rest of the program a turn, if it has had none for a while.
   *
   * @returns A promise if so.
   */
  breathe(): Promise<void> | undefined {
    if (performance.now() - this.#turned < SLICE) return undefined;
    return turn().then(() => {
      this.#turned = performance.now();
    });
  }

  /** Whether no source has more than what waits here. */
  isOver(index: number): boolean {
    return this.#lanes[index]!.isOver;
  }

  /**
   * Waits until some source may have packets.
   *
   * @param limit Milliseconds that it waits at most. @default {no limit}
   * @returns True: look again; false: no more will come.
   * @throws {NetError} If no more will come as an interface went down or away.
   */
  async wait(limit?: number): Promise<boolean> {
    const open = this.#lanes.filter(({ isOver }) => !isOver);
    if (open.length === 0 || this.#isClosed) {
      if (this.#hasFault && !this.#isClosed) throw this.#fault;
      return false;
    }
    const timer = limit === undefined
      ? undefined
      : setTimeout(() => this.#cancel(), limit);
    const waits = open.map(async (lane) => {
      if (!await lane.source.wait()) lane.isOver = true;
    });
    if (waits.length === 1) await waits[0];
    else {
      await Promise.race(waits);
      // The others' waits would keep the program from its end.
      this.#cancel();
    }
    if (timer !== undefined) clearTimeout(timer);
    this.#turned = performance.now();
    return !this.#isClosed;
  }

  #cancel(): void {
    for (const { source } of this.#lanes) source.cancel();
  }

  /**
   * Ends all with an error, after what has come until now.
   *
   * @param error The error.
   */
  fail(error: unknown): void {
    if (!this.#hasFault) [this.#hasFault, this.#fault] = [true, error];
    this.stop();
  }

  /** Lets nothing more in; what has come can still be taken. */
  stop(): void {
    if (this.#isClosed) return;
    for (const { source } of this.#lanes) source.stop();
  }

  /** Ends all at once. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const lane of this.#lanes) {
      lane.waiting.length = 0;
      lane.source[Symbol.dispose]();
    }
  }
}
