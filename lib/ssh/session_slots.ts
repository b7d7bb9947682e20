/**
 * How many sessions a server opens at once on one connection (`MaxSessions`) it
 * does not say: it refuses the next. Those that were refused wait here, in
 * order, for others to end.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { pause } from "./reconnect.ts";
import { type SessionChannel, SessionRefused } from "./session_channel.ts";

/** Milliseconds for which a server may still count one that has ended. */
const LINGER = 300;

/** The sessions of one connection. */
export class SessionSlots {
  readonly #target: string;
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  /** When the last one ended, on the clock of `performance`. */
  #lastEnd = -Infinity;

  /** @param target For errors. */
  constructor(target: string) {
    this.#target = target;
  }

  /** Sessions that are open, or about to be. */
  get open(): number {
    return this.#open;
  }

  /** Sessions that wait for others to end. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Opens a session as soon as the server does.
   *
   * @param open Tries it once.
   * @param signal Ends the wait.
   * @throws {NetError} With code `"no-session"` if it is refused with no other
   * open, `"timeout"` if the time was up before another ended.
   */
  async use(
    open: () => Promise<SessionChannel>,
    signal: AbortSignal,
  ): Promise<SessionChannel> {
    if (this.#waiting.length > 0) await this.#turn(signal, "last");
    for (let tries = 0;; tries++) {
      this.#open++;
      try {
        const session = await open();
        void session.closed.then(() => this.#end());
        return session;
      } catch (error) {
        this.#open--;
        if (!(error instanceof SessionRefused)) {
          this.#waiting.shift()?.();
          throw error;
        }
        if (performance.now() - this.#lastEnd < LINGER) {
          await this.#pause(5 << tries, signal);
        } else if (this.#open > 0) {
          await this.#turn(signal, tries === 0 ? "last" : "first");
          tries = -1;
        } else {
          this.#waiting.shift()?.();
          throw this.#refused(error);
        }
      }
    }
  }

  #end(): void {
    this.#open--;
    this.#lastEnd = performance.now();
    this.#waiting.shift()?.();
  }

  async #turn(signal: AbortSignal, place: "first" | "last"): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (place === "first") this.#waiting.unshift(resolve);
    else this.#waiting.push(resolve);
    const stop = () => {
      const index = this.#waiting.indexOf(resolve);
      if (index >= 0) this.#waiting.splice(index, 1);
      reject(this.#late(signal.reason));
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await pause(ms, signal);
    } catch (reason) {
      this.#waiting.shift()?.();
      throw this.#late(reason);
    }
  }

  #refused(cause: Error): NetError {
    return new NetError("the server opens no session on this connection", {
      code: "no-session",
      op: "open a session on",
      target: this.#target,
      hint:
        "MaxSessions in the server's sshd_config, or close what is open beside: SFTP counts too",
      cause,
    });
  }

  #late(reason: unknown): unknown {
    const isLate = reason instanceof NetError && reason.code === "timeout";
    if (!isLate || this.#open === 0) return reason;
    return new NetError(
      `${this.#open} are open and the server opens no more at once; none of them ended in time`,
      {
        code: "timeout",
        op: "open a session on",
        target: this.#target,
        hint: "MaxSessions in the server's sshd_config, or another connection",
        cause: reason,
      },
    );
  }
}
