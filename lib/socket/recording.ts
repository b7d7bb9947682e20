/**
 * What went over a connection, kept and shown in hexadecimal.
 *
 * @module
 */

import { hexdump } from "../bytes/hexdump.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, duration } from "../inspect/units.ts";
import type { Connection } from "./connection.ts";
import { checkSize } from "./inflow.ts";

/** Octets that went one way at one moment. */
export interface RecordedChunk {
  /** Milliseconds since the recording began. */
  readonly time: number;
  /** Which way, seen from this side. */
  readonly direction: "received" | "sent";
  /** The octets, in a buffer of their own. */
  readonly octets: Uint8Array;
}

/** Options for {@linkcode record}. */
export interface RecordOptions {
  /** The most octets to keep, both ways together. @default {1048576, 1 MiB} */
  limit?: number | undefined;
}

/**
 * A transcript of a connection; {@linkcode record} begins it. At the prompt it
 * is a hex dump with the direction and time of each part.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * using recording = net.tcp.record(conn);
 * await conn.write("ping");
 * await conn.readExactly(4);
 * assert.deepEqual(
 *   recording.chunks.map(({ direction }) => direction),
 *   ["sent", "received"],
 * );
 * ```
 */
export class Recording implements Disposable {
  /** What was kept, in the order in which it went. */
  readonly chunks: RecordedChunk[] = [];
  /** Both ends: `"127.0.0.1:5000 -> 127.0.0.1:80"`. */
  readonly title: string;
  #omitted = 0;
  #left: number;
  readonly #stop: () => void;

  /**
   * Begins to record; {@linkcode record} does the same.
   *
   * @param connection What to record.
   * @param options The most octets to keep.
   * @throws {RangeError} If `limit` is no whole number of octets.
   */
  constructor(connection: Connection, options: RecordOptions = {}) {
    const { limit = 1024 * 1024 } = options;
    checkSize("record", "limit", limit);
    this.title = `${connection.localAddress} -> ${connection.remoteAddress}`;
    this.#left = limit;
    const start = performance.now();
    this.#stop = connection.observe((direction, octets) => {
      const kept = octets.slice(0, this.#left);
      this.#omitted += octets.length - kept.length;
      this.#left -= kept.length;
      if (kept.length === 0) return;
      const time = performance.now() - start;
      this.chunks.push({ time, direction, octets: kept });
    });
  }

  /** Octets that were not kept, as there were too many. */
  get omitted(): number {
    return this.#omitted;
  }

  /**
   * Gives all octets of one direction.
   *
   * @param direction Which way, seen from this side.
   * @returns The octets that were kept.
   */
  octets(direction: "received" | "sent"): Uint8Array {
    const parts = this.chunks.filter((chunk) => chunk.direction === direction)
      .map(({ octets }) => octets);
    const whole = new Uint8Array(
      parts.reduce((n, { length }) => n + length, 0),
    );
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  }

  /** Ends the recording; what was kept stays. */
  stop(): void {
    this.#stop();
  }

  /** Ends it, as `stop` does. */
  [Symbol.dispose](): void {
    this.#stop();
  }

  /** Both ends and the parts, octets as hexadecimal text. */
  toJSON(): {
    title: string;
    omitted: number;
    chunks: { time: number; direction: string; octets: string }[];
  } {
    return {
      title: this.title,
      omitted: this.#omitted,
      chunks: this.chunks.map(({ time, direction, octets }) => ({
        time,
        direction,
        octets: octets.toHex(),
      })),
    };
  }

  /** The transcript: a line for each part, and its hex dump below. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const lines = [paint("heading", this.title, room)];
    for (const { time, direction, octets } of this.chunks) {
      const [arrow, role] = direction === "sent"
        ? ["-> sent", "accent"] as const
        : ["<- received", "good"] as const;
      lines.push(
        `${paint(role, arrow, room)} ${bytes(octets.length)} after ${
          duration(time)
        }`,
        hexdump(octets, { canvas: room }),
      );
    }
    if (this.#omitted > 0) {
      lines.push(paint("muted", `and ${bytes(this.#omitted)} more`, room));
    }
    return lines.join("\n");
  }
}

/**
 * Keeps what goes over a connection from now on, both ways.
 *
 * @param connection Any connection, in a handler too.
 * @param options The most octets to keep.
 * @returns The recording, which goes on until it is stopped.
 * @throws {RangeError} If `limit` is no whole number of octets.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * const recording = net.tcp.record(conn, { limit: 1000 });
 * await conn.write("hello");
 * assert.equal(recording.octets("sent").length, 5);
 * ```
 */
export function record(
  connection: Connection,
  options: RecordOptions = {},
): Recording {
  return new Recording(connection, options);
}
