/**
 * The outgoing half of a connection: what was written, and whether it has left.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { DeadlineOptions } from "../deadline.ts";
import { failure } from "./failure.ts";
import { CLOSED, type Inflow } from "./inflow.ts";
import { within } from "./waiting.ts";

/** What is waited for without a clock, on the path that servers take most. */
export const NO_LIMIT: DeadlineOptions = {};

const DONE = Promise.resolve();
const encoder = new TextEncoder();

/** Octets on their way from the program to a socket. */
export class Outflow {
  /** Octets that the system has taken. */
  sent = 0;
  readonly #socket: Socket;
  /** Knows the other side, and what went wrong first. */
  readonly #inflow: Inflow;
  #ended: Promise<void> | undefined;

  /**
   * @param socket Where the octets go.
   * @param inflow The other half.
   */
  constructor(socket: Socket, inflow: Inflow) {
    this.#socket = socket;
    this.#inflow = inflow;
  }

  /** Whether `end` was called. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Writes, and waits until the system has taken every octet.
   *
   * @param data Text or octets.
   * @param options How long to wait, and who may stop the wait.
   */
  write(data: string | Uint8Array, options: DeadlineOptions): Promise<void> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#inflow.failed) return this.#refuse();
    if (this.#ended) return this.#refuse(CLOSED);
    const octets = typeof data === "string" ? encoder.encode(data) : data;
    const { length } = octets;
    if (length === 0) return DONE;
    this.#inflow.show("sent", octets);
    let settle: ((error: Error | null | undefined) => void) | undefined;
    this.#socket.write(octets, (error) => settle?.(error));
    // Mostly the system takes all of it at once, and nobody has to wait.
    if (this.#socket.writableLength === 0 && this.#socket.writable) {
      this.sent += length;
      return DONE;
    }
    const flushed = new Promise<void>((resolve, reject) => {
      settle = (error) => {
        // What broke the socket tells more than that this write was called off.
        const cause = error && (this.#socket.errored ?? error);
        if (cause) return reject(this.#inflow.failure("write to", cause));
        this.sent += length;
        resolve();
      };
    });
    if (options === NO_LIMIT) return flushed;
    return within("write to", this.#inflow.source, flushed, options);
  }

  /** Says that no more will come; a second call gives the first one's promise. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  #end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      if (this.#inflow.failed) return reject(this.#inflow.failure("close"));
      this.#socket.end((error?: Error | null) =>
        error ? reject(this.#inflow.failure("close", error)) : resolve()
      );
    });
    // Not everyone who closes this half stays to see how it ends.
    ended.catch(() => {});
    return ended;
  }

  #refuse(cause?: unknown): Promise<never> {
    return Promise.reject(
      cause === undefined
        ? this.#inflow.failure("write to")
        : failure(cause, "write to", this.#inflow.source),
    );
  }
}
