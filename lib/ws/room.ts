/**
 * Many sockets that hear the same.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { type Message, payloadOf, type Socket } from "./socket.ts";

/** Options for {@linkcode Room}. */
export interface RoomOptions {
  /** Octets that may wait for one member. @default {1048576, 1 MiB} */
  limit?: number | undefined;
  /**
   * What becomes of a member that is further behind: it misses messages, or is
   * closed with 1013 (try again later). @default {"skip"}
   */
  slow?: "skip" | "close" | undefined;
}

/** Options for the `broadcast` of a room. */
export interface BroadcastOptions {
  /** Who does not hear it: the one who said it. */
  except?: Socket | undefined;
}

/**
 * Sockets that hear what is said to all. One that reads slowly holds nobody up:
 * above a limit it misses messages, or has to leave. Members that close leave
 * by themselves.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const room = new net.ws.Room();
 * await using server = await net.ws.serve({}, async (socket) => {
 *   room.add(socket);
 *   for await (const message of socket) room.broadcast(message);
 * });
 * await using ada = await net.ws.connect(server.url);
 * await using bob = await net.ws.connect(server.url);
 * await ada.ping();
 * await bob.ping();
 * await ada.send("hello, all");
 * assert.equal(await bob.receive(), "hello, all");
 * ```
 */
export class Room implements Iterable<Socket> {
  readonly #members = new Set<Socket>();
  readonly #limit: number;
  readonly #slow: "skip" | "close";
  #skipped = 0;
  #said = 0;

  /**
   * Begins empty.
   *
   * @param options How far behind a member may be.
   * @throws {RangeError} If `limit` is not above 0.
   */
  constructor(options: RoomOptions = {}) {
    const { limit = 1024 * 1024, slow = "skip" } = options;
    if (!(limit > 0)) {
      throw new RangeError(
        `Cannot make a room as 'limit' must be above 0: current value is ${limit}`,
      );
    }
    this.#limit = limit;
    this.#slow = slow;
  }

  /** How many members it has. */
  get size(): number {
    return this.#members.size;
  }

  /** Messages said to all. */
  get said(): number {
    return this.#said;
  }

  /** Messages that members missed, as they were too far behind. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Takes a member in.
   *
   * @param socket An open socket.
   * @returns Whether it is new here; false also for one that is closed.
   */
  add(socket: Socket): boolean {
    if (this.#members.has(socket) || socket.state !== "open") return false;
    this.#members.add(socket);
    socket.closed.then(() => this.#members.delete(socket));
    return true;
  }

  /**
   * Lets a member go; its socket stays open.
   *
   * @param socket The member.
   * @returns Whether it was one.
   */
  delete(socket: Socket): boolean {
    return this.#members.delete(socket);
  }

  /**
   * Whether a socket is a member.
   *
   * @param socket Any socket.
   */
  has(socket: Socket): boolean {
    return this.#members.has(socket);
  }

  /**
   * Says something to all.
   *
   * @param message A text, or octets.
   * @param options Who does not hear it.
   * @returns How many it was sent to.
   */
  broadcast(message: Message, options: BroadcastOptions = {}): number {
    const [opcode, payload] = payloadOf(message);
    // Members of the same kind get the very same octets.
    const frames = new Map<string, Uint8Array>();
    let sent = 0;
    this.#said++;
    for (const socket of this.#members) {
      if (socket === options.except || socket.state !== "open") continue;
      if (socket.bufferedAmount > this.#limit) {
        this.#skipped++;
        if (this.#slow === "close") {
          this.#members.delete(socket);
          void socket.close(1013, "too far behind");
        }
        continue;
      }
      let frame = frames.get(socket.kind);
      if (frame === undefined) {
        frames.set(socket.kind, frame = socket.frame(opcode, payload));
      }
      socket.sendFrame(frame).catch(() => {});
      sent++;
    }
    return sent;
  }

  /** The members, the oldest first. */
  [Symbol.iterator](): Iterator<Socket> {
    return this.#members.values();
  }

  /** Counters, plain. */
  toJSON(): { size: number; said: number; skipped: number } {
    return { size: this.size, said: this.#said, skipped: this.#skipped };
  }

  /** One line: members and counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const missed = this.#skipped === 0
      ? ""
      : `, ${paint("warn", `${count(this.#skipped)} missed`, room)}`;
    return `Room of ${paint("number", count(this.size), room)}, ${
      count(this.#said)
    } ${this.#said === 1 ? "message" : "messages"} said${missed}`;
  }
}
