/**
 * Asking one server many times: a connection for each question, some of them
 * beside each other.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import type { Address } from "../../ip/address.ts";
import { connect } from "../../socket/connect.ts";
import type { Connection } from "../../socket/connection.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { type StartTls, startTls } from "../starttls.ts";
import {
  type Reply,
  type ReplyEnd,
  ReplyReader,
  type ReplyReading,
} from "./reply.ts";

/** What a {@linkcode Prober} needs to know. */
export interface ProberOptions {
  /** The addresses of the target. */
  readonly addresses: readonly Address[];
  /** The most connections at a time. */
  readonly concurrency: number;
  /** How long each question may take, connecting included, in milliseconds. */
  readonly timeout: number;
  /** What the server speaks before TLS. */
  readonly starttls: StartTls | undefined;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** How long to wait before a connection that failed is tried again, in milliseconds. */
const PAUSES = [50, 250];

/**
 * Asks one server questions. A server that says no, hangs up or keeps silent has
 * answered; one that can no longer be connected to ends the scan.
 */
export class Prober {
  /** Connections made so far. */
  connections = 0;
  /** Where all of them go: the address that answered first. */
  peer: Endpoint;
  /** How long each question may take, in milliseconds. */
  readonly timeout: number;
  readonly #target: Endpoint;
  readonly #options: ProberOptions;
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #first: Connection | undefined;

  /**
   * Asks nothing yet.
   *
   * @param target Whom to ask.
   * @param options How.
   */
  constructor(target: Endpoint, options: ProberOptions) {
    this.#target = target;
    this.peer = target;
    this.#options = options;
    this.timeout = options.timeout;
    this.#free = options.concurrency;
  }

  /**
   * Finds out whether the server can be reached; the connection is kept for the
   * first question.
   *
   * @throws {NetError} As `connect` does.
   */
  async reach(): Promise<void> {
    const { timeout, signal, addresses } = this.#options;
    const connection = await connect(this.#target, {
      ...{ timeout, signal },
      lookup: () => Promise.resolve(addresses),
    });
    this.connections++;
    this.#first = connection;
    this.peer = connection.remoteAddress;
  }

  /**
   * Sends octets and reads the answer.
   *
   * @param octets What to send.
   * @returns The answer.
   */
  ask(octets: Uint8Array): Promise<Reply> {
    return this.askWith(octets, new ReplyReader());
  }

  /**
   * Sends octets and reads an answer of any kind.
   *
   * @param octets What to send.
   * @param reading Reads it.
   * @param more Is called with the connection when the answer is complete, and
   * may go on with it.
   * @returns What the reading makes of it.
   */
  async askWith<T>(
    octets: Uint8Array,
    reading: ReplyReading<T>,
    more?: (connection: Connection, deadline: Deadline) => Promise<void>,
  ): Promise<T> {
    const { timeout, signal, starttls } = this.#options;
    return await this.#within(async () => {
      const connection = await this.#connection();
      using deadline = new Deadline("read from", `${this.peer}`, {
        timeout,
        signal,
      });
      try {
        if (starttls !== undefined) {
          await startTls(connection, starttls, {
            ...{ timeout, signal },
            host: this.#target.hostname,
          });
        }
        const end = await this.#talk(connection, octets, reading, deadline);
        if (more && end === undefined) await more(connection, deadline);
        return reading.finish(end ?? "closed");
      } finally {
        // There is nothing to be said any more, and no state to keep for it.
        connection.reset();
      }
    });
  }

  /**
   * Does something that makes one connection of its own, when it is its turn.
   *
   * @param work Does it.
   * @returns What it gives.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#within(() => {
      this.connections++;
      return work();
    });
  }

  async #within<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      this.#options.signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  /** How the octets ended; `undefined` if the answer was complete before. */
  async #talk(
    connection: Connection,
    octets: Uint8Array,
    reading: ReplyReading<unknown>,
    deadline: Deadline,
  ): Promise<ReplyEnd | undefined> {
    try {
      // Some answer and close before they have read everything.
      connection.write(octets).catch(() => {});
      for (;;) {
        const chunk = await deadline.race(connection.read());
        if (chunk === null) return "closed";
        if (reading.push(chunk)) return undefined;
      }
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (!(error instanceof NetError)) throw error;
      return error.code === "timeout" ? "silent" : "reset";
    }
  }

  async #connection(): Promise<Connection> {
    const first = this.#first;
    if (first) {
      this.#first = undefined;
      return first;
    }
    const { timeout, signal } = this.#options;
    for (const pause of [...PAUSES, undefined]) {
      try {
        const connection = await connect(this.peer, { timeout, signal });
        this.connections++;
        return connection;
      } catch (error) {
        signal.throwIfAborted();
        if (pause === undefined) throw error;
        // Its queue may be full for a moment.
        await sleep(pause, signal);
      }
    }
    throw new Error("unreachable");
  }

  /** Lets go of the first connection, if nobody has used it. */
  close(): void {
    this.#first?.reset();
    this.#first = undefined;
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
