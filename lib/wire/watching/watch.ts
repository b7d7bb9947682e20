/**
 * A capture that is looked at while it goes on.
 *
 * @module
 */

import { checkOptions, type OptionKinds } from "../../linux/option_kinds.ts";
import type { Canvas } from "../../inspect/canvas.ts";
import { type Report, Run } from "../../inspect/run.ts";
import { Packet } from "../../packet/packet.ts";
import type { Capture } from "../../pcap/capture.ts";
import type { Batch } from "../capturing/source.ts";
import { Kept } from "./watch_keep.ts";
import { Tally } from "./watch_tally.ts";
import { drawWatched, roomForPackets } from "./watch_view.ts";

/** Options of `watch`. */
const WATCH: OptionKinds<WatchOptions> = {
  keep: "numeric",
  signal: "signal",
};

/** Options for {@linkcode watch}. */
export interface WatchOptions {
  /** Octets of the last packets that are kept, and given at the end. @default {64 MiB} */
  keep?: number | undefined;
  /** Ends it; it then fails with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What can be watched: a live capture. */
export interface WatchSource {
  /** The interfaces' names. */
  readonly interfaces: readonly string[];
  /** What packets start with, mostly: a packet may say otherwise. */
  readonly linkType: number;
  /** What was counted so far. */
  readonly statistics: {
    /** Packets for which there was no time. */
    readonly dropped: number;
    /** Packets that the interfaces dropped. */
    readonly interfaceDropped: number;
  };
  /** The files that it writes, the last one last. */
  readonly files: readonly string[];
  /** Packets as they come, until it is ended. */
  batches(): AsyncIterable<Batch>;
  /** Ends it behind the packets that have come. */
  stop(): void;
  /** Ends it at once. */
  close(): void;
}

/** Octets that are kept, unless told. */
const KEEP = 64 * 1024 * 1024;

/**
 * A capture that is being watched: what `capture.watch()` gives. Awaited, it
 * gives the last packets as a capture, once the view is left with `q` or the
 * live capture has ended.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * using _stage = net.inspect.stage(Deno);
 * const capture = await net.wire.capture("eth0").watch();
 * for await (const packet of capture) console.log(String(packet));
 * ```
 */
export class Watch extends Run<never, Capture> {
  readonly #watching: Watching;

  /**
   * Starts to look at a capture.
   *
   * @param source The live capture, which this closes at the end.
   * @param options How much to keep, and a signal.
   * @throws {RangeError} If `keep` is negative or not a number.
   */
  constructor(source: WatchSource, options: WatchOptions = {}) {
    checkOptions("watch a capture", options, WATCH);
    if (!Array.isArray(source?.interfaces)) {
      throw new TypeError(
        `Cannot watch a capture as 'source' must be one, such as net.wire.capture("eth0"): current value is ${
          Deno.inspect(source, { depth: 0 })
        }`,
      );
    }
    const { keep = KEEP, signal } = options;
    if (!(keep >= 0)) {
      throw new RangeError(
        `Cannot watch a capture as 'keep' must be 0 or more octets: current value is ${keep}`,
      );
    }
    const watching = new Watching(source, keep);
    super(
      `Watch ${source.interfaces.join(", ")}`,
      (report) => watching.run(report),
      { signal, view: watching },
    );
    this.#watching = watching;
  }

  /**
   * Gives what is kept so far: also while it goes on, and when it has failed.
   *
   * @returns A capture of the last packets, which does not grow.
   */
  kept(): Promise<Capture> {
    return this.#watching.capture();
  }
}

/**
 * Looks at a live capture: packets as they come, rates, who sends and what. Left
 * with `q`, it gives the last packets as a capture.
 *
 * @param source The live capture; it is closed at the end.
 * @param options How much to keep, and a signal.
 * @returns What is going on, to be awaited.
 * @throws {RangeError} If `keep` is negative or not a number.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * using _stage = net.inspect.stage(Deno);
 * const capture = await net.wire.watch(net.wire.capture("eth0"));
 * await capture.writeTo("seen.pcapng");
 * ```
 */
export function watch(source: WatchSource, options?: WatchOptions): Watch {
  return new Watch(source, options);
}

/** The work of a watch, and its view. */
class Watching {
  readonly wholeScreen = true;
  readonly #source: WatchSource;
  readonly #kept: Kept;
  readonly #started = performance.now();
  #tally = new Tally(this.#started);
  /** The lines that stand still. */
  #still: string[] | undefined;

  constructor(source: WatchSource, keep: number) {
    this.#source = source;
    const { interfaces, linkType } = source;
    this.#kept = new Kept(
      keep,
      interfaces.map((name) => ({ name, linkType })),
    );
  }

  async run({ signal }: Report<never>): Promise<Capture> {
    const source = this.#source;
    const end = () => source.close();
    signal.addEventListener("abort", end, { once: true });
    try {
      for await (const batch of source.batches()) {
        while (batch.next()) {
          this.#tally.add(batch);
          this.#kept.add(batch);
        }
        if (signal.aborted) break;
      }
    } finally {
      signal.removeEventListener("abort", end);
      source.close();
    }
    signal.throwIfAborted();
    return await this.capture();
  }

  async capture(): Promise<Capture> {
    const { open } = await import("../../pcap/open.ts");
    return await open(this.#kept.file());
  }

  key(name: string): boolean {
    if (name === "q") {
      this.#source.stop();
      return true;
    }
    if (name === "space") {
      this.#still = this.#still ? undefined : this.#lines(100);
    } else if (name === "c") {
      this.#tally = new Tally(performance.now());
    }
    return false;
  }

  draw(page: Canvas, height: number): string {
    const now = performance.now();
    this.#tally.tick(now);
    const { interfaces, statistics, files } = this.#source;
    return drawWatched(
      {
        interfaces,
        elapsed: now - this.#started,
        tally: this.#tally,
        dropped: statistics.dropped + statistics.interfaceDropped,
        isPaused: this.#still !== undefined,
        lines: this.#still ?? this.#lines(roomForPackets(height)),
        kept: this.#kept,
        file: files.at(-1),
      },
      page,
      height,
    );
  }

  /** The last packets as lines; nothing else is decoded. */
  #lines(count: number): string[] {
    const several = this.#source.interfaces.length > 1;
    return this.#kept.last(count).map((frame) => {
      const line = brief(`${new Packet(frame)}`);
      return several ? `${frame.interface} ${line}` : line;
    });
  }
}

/** A packet's line with milliseconds, and without the header that all have. */
function brief(line: string): string {
  return line.replace(
    /^(\d\d:\d\d:\d\d\.\d{3})\d*( )(?:ethernet [^/]* \/ )?/,
    "$1$2",
  );
}
