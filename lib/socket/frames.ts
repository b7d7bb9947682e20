/**
 * A connection as a row of frames.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Connection } from "./connection.ts";
import type { Framing } from "./framing.ts";

/**
 * The frames of a connection, to read and to send; {@linkcode frames} makes it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   const lines = net.tcp.frames(conn, net.tcp.lines());
 *   for await (const line of lines) await lines.send(line.toUpperCase());
 * });
 * await using conn = await net.tcp.connect(server.address);
 * const lines = net.tcp.frames(conn, net.tcp.lines());
 * await lines.send("hello");
 * assert.equal(await lines.read({ timeout: 1000 }), "HELLO");
 * ```
 */
export class Frames<T> implements AsyncIterable<T> {
  /** What they are read from and sent on. */
  readonly connection: Connection;
  /** How its octets are cut. */
  readonly framing: Framing<T>;
  #received = 0;
  #sent = 0;

  /**
   * Takes the two as they are; {@linkcode frames} does the same.
   *
   * @param connection What to read from and to send on.
   * @param framing How its octets are cut.
   */
  constructor(connection: Connection, framing: Framing<T>) {
    this.connection = connection;
    this.framing = framing;
  }

  /** Frames read so far. */
  get received(): number {
    return this.#received;
  }

  /** Frames sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Reads the next frame.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The frame; `null` when the other side has closed its half after a
   * whole one.
   * @throws {NetError} `"too-long"` for a frame above the framing's `max`, of
   * which nothing is taken; `"malformed"` for one that means nothing;
   * `"closed"` if the other side closes in the middle of one; `"reset"` or
   * `"timeout"`.
   */
  async read(options: DeadlineOptions = {}): Promise<T | null> {
    const frame = await this.connection.readFrame(this.framing, options);
    if (frame !== null) this.#received++;
    return frame;
  }

  /**
   * Sends a frame, and waits until the system has taken it.
   *
   * @param frame What to send.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   * @throws {RangeError} If the other side could not cut it like that: too
   * long, or the delimiter in it.
   */
  async send(frame: T, options: DeadlineOptions = {}): Promise<void> {
    await this.connection.writeFrame(this.framing, frame, options);
    this.#sent++;
  }

  /** Frame after frame, until the other side closes its half. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    let frame: T | null;
    while ((frame = await this.read()) !== null) yield frame;
  }

  /** Both ends, what is cut, and how many frames each way, plain. */
  toJSON(): {
    localAddress: string;
    remoteAddress: string;
    framing: string;
    received: number;
    sent: number;
  } {
    return {
      localAddress: `${this.connection.localAddress}`,
      remoteAddress: `${this.connection.remoteAddress}`,
      framing: this.framing.name,
      received: this.#received,
      sent: this.#sent,
    };
  }

  /** One line: the other side, what is cut, and how many frames each way. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const peer = paint("name", `${this.connection.remoteAddress}`, room);
    return `Frames of ${peer}, each a ${this.framing.name} of at most ${
      count(this.framing.max)
    } octets: ${count(this.#received)} received, ${count(this.#sent)} sent`;
  }
}

/**
 * Cuts a connection into frames, and sends such frames on it.
 *
 * A frame may come in many pieces or many frames in one; no more is kept in
 * memory than a frame may have, so a peer that sends more gets an error made of
 * it instead of memory.
 *
 * @param connection What to read from and to send on.
 * @param framing How: `lines`, `jsonLines`, `delimited`, `lengthPrefixed`,
 * `fixed`, or one of your own.
 * @returns The frames, to iterate over, `read` and `send`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * const messages = net.tcp.frames(conn, net.tcp.lengthPrefixed({ bits: "varint" }));
 * await messages.send(new Uint8Array(300));
 * assert.equal((await messages.read())?.length, 300);
 * ```
 */
export function frames<T>(
  connection: Connection,
  framing: Framing<T>,
): Frames<T> {
  return new Frames(connection, framing);
}
