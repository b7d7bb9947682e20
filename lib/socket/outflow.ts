/**
 * The outgoing half of a connection: what was written, and whether it has left.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { DeadlineOptions } from "../deadline.ts";
import { failure } from "./failure.ts";
import { type FreshSocket, opened } from "./fresh_socket.ts";
import { CLOSED, type Inflow, type Reader } from "./inflow.ts";
import { octetsOf } from "./octets.ts";
import { within } from "./waiting.ts";

/** What is waited for without a clock, on the path that servers take most. */
export const NO_LIMIT: DeadlineOptions = {};

const DONE = Promise.resolve();

/** Octets on their way from the program to a socket. */
export class Outflow {
  /** Octets that the system has taken. */
  sent = 0;
  #socket: Socket | FreshSocket;
  /** Knows the other side, and what went wrong first. */
  readonly #inflow: Inflow;
  #ended: Promise<void> | undefined;

  /**
   * @param socket Where the octets go.
   * @param inflow The other half.
   */
  constructor(socket: Socket | FreshSocket, inflow: Inflow) {
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
    const octets = octetsOf(data);
    const { length } = octets;
    if (length === 0) return DONE;
    this.#inflow.show("sent", octets);
    let settle: ((error: Error | null | undefined) => void) | undefined;
    const socket = this.#socket = opened(this.#socket);
    socket.write(octets, (error) => settle?.(error));
    // Mostly the system takes all of it at once, and nobody has to wait.
    if (socket.writableLength === 0 && socket.writable) {
      this.sent += length;
      return DONE;
    }
    const flushed = new Promise<void>((resolve, reject) => {
      settle = (error) => {
        // What broke the socket tells more than that this write was called off.
        const cause = error && (socket.errored ?? error);
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

  /** Ends it where nothing was written, and the socket is closed already. */
  drop(): void {
    this.#ended = DONE;
  }

  #end(): Promise<void> {
    const socket = this.#socket = opened(this.#socket);
    const ended = new Promise<void>((resolve, reject) => {
      if (this.#inflow.failed) return reject(this.#inflow.failure("close"));
      socket.end((error?: Error | null) =>
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

/**
 * Writes whatever comes, each piece when the one before has left.
 *
 * @param from Where octets come from.
 * @param to Where they go.
 * @returns At the end of what comes.
 */
export function copy(from: Inflow, to: Outflow): Promise<void> {
  return new Promise((resolve) => {
    // Kept for every connection of a server, so what is seldom needed, such as
    // `reject`, is made when it is.
    const pass: Reader = (chunk) => {
      if (chunk === null) return resolve();
      if (!(chunk instanceof Promise)) {
        const written = to.write(chunk, NO_LIMIT);
        if (written === DONE) return from.tell(pass);
        chunk = written.then(() => from.next());
      }
      chunk.then(pass, (error) => resolve(Promise.reject(error)));
    };
    from.tell(pass);
  });
}
