/**
 * Notifications that a device sends without being asked for each.
 *
 * @see RFC 5277
 * @module
 */

import type { XmlElement } from "./xml_element.ts";

/** A notification. */
export interface NetconfNotification {
  /** When it happened, as the device writes it. */
  readonly eventTime: string;
  /** The same as a time, if it is one. */
  readonly date: Date | undefined;
  /** What happened. */
  readonly event: XmlElement | undefined;
}

/** Reads an element `notification`. */
export function notificationOf(element: XmlElement): NetconfNotification {
  const eventTime = element.find("eventTime")?.text ?? "";
  const event = element.elements.find((one) => one.localName !== "eventTime");
  return { eventTime, date: dateOf(eventTime), event };
}

/** The times of RFC 3339, which is what devices should send. */
const DATE_TIME =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function dateOf(text: string): Date | undefined {
  const time = DATE_TIME.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time);
}

/**
 * A device's notifications, by `for await`; the loop ends with the session, and
 * when the device says that there are no more.
 *
 * What nobody takes waits here. When too many wait the oldest are dropped, and
 * counted in `missed`.
 */
export class NetconfSubscription
  implements AsyncIterableIterator<NetconfNotification, undefined> {
  readonly #most: number;
  readonly #onEnd: () => void;
  #waiting: NetconfNotification[] = [];
  #asking: PromiseWithResolvers<
    IteratorResult<NetconfNotification, undefined>
  >[] = [];
  #error: Error | undefined;
  #isOver = false;
  #missed = 0;

  /**
   * Begins with none; a session makes it.
   *
   * @param most The most that wait.
   * @param onEnd Told when nobody wants more.
   * @ignore
   */
  constructor(most: number, onEnd: () => void) {
    this.#most = most;
    this.#onEnd = onEnd;
  }

  /** How many were dropped because nobody took them in time. */
  get missed(): number {
    return this.#missed;
  }

  /**
   * Adds one; for the session's use.
   *
   * @ignore
   */
  push(notification: NetconfNotification): void {
    if (this.#isOver) return;
    const asking = this.#asking.shift();
    if (asking !== undefined) {
      asking.resolve({ done: false, value: notification });
    } else {
      if (this.#waiting.length >= this.#most) {
        this.#waiting.shift();
        this.#missed++;
      }
      this.#waiting.push(notification);
    }
    if (notification.event?.localName === "notificationComplete") this.end();
  }

  /**
   * There are no more; for the session's use.
   *
   * @ignore
   */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    for (const asking of this.#asking.splice(0)) {
      if (error === undefined) asking.resolve({ done: true, value: undefined });
      else asking.reject(error);
    }
    this.#onEnd();
  }

  /** Waits for the next one. */
  next(): Promise<IteratorResult<NetconfNotification, undefined>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (!this.#isOver) {
      const asking = Promise.withResolvers<
        IteratorResult<NetconfNotification, undefined>
      >();
      this.#asking.push(asking);
      return asking.promise;
    }
    const error = this.#error;
    this.#error = undefined;
    return error === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(error);
  }

  /** Takes no more; the device goes on until the session is closed. */
  return(): Promise<IteratorResult<NetconfNotification, undefined>> {
    this.#waiting = [];
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
