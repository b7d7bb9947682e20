/**
 * A watch over what an authority has issued: what is about to end is told, so
 * that it is renewed in time.
 *
 * @module
 */

import type { Issued } from "./issued.ts";
import type { IssueRecord } from "./ledger.ts";
import type { RenewOptions } from "./options.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** The longest that a timer of the runtime waits. */
const LONGEST = 0x7fff_ffff;

/** Options for {@linkcode Authority.renewals}. */
export interface RenewalOptions {
  /** Days before its end from which on a certificate is told of. @default {30} */
  days?: number | undefined;
  /** Time between two looks, in milliseconds. @default {an hour} */
  every?: number | undefined;
  /** Ends the watch; a loop over it ends as if there were no more. */
  signal?: AbortSignal | undefined;
}

/** A certificate that is about to end. */
export class Renewal {
  /** What was issued. */
  readonly record: IssueRecord;
  /** Days that are left, with parts of one; below 0 if it has ended. */
  readonly daysLeft: number;
  readonly #renew: (options: RenewOptions) => Promise<Issued>;

  /** Takes the parts. */
  constructor(
    record: IssueRecord,
    renew: (options: RenewOptions) => Promise<Issued>,
  ) {
    this.record = record;
    this.daysLeft = (record.notAfter.getTime() - Date.now()) / DAY;
    this.#renew = renew;
  }

  /**
   * Issues another for the same names and of the same kind.
   *
   * @param options Its key, and how long it holds.
   * @returns The new one.
   * @throws {NetError} `"renewed"` if somebody was faster.
   */
  renew(options: RenewOptions = {}): Promise<Issued> {
    return this.#renew(options);
  }
}

/** What the watch looks at. */
export interface Renewable {
  /** All that was issued, the newest state. */
  issued(): Promise<readonly IssueRecord[]>;
  /** Renews one. */
  renew(serial: string, options: RenewOptions): Promise<Issued>;
}

/**
 * Gives what has to be renewed: neither revoked, nor renewed, nor an authority.
 *
 * @param authority Who issued it.
 * @param days Days before the end.
 * @returns The most urgent first.
 * @throws {RangeError} If that is below 0.
 */
export async function due(
  authority: Renewable,
  days: number,
): Promise<Renewal[]> {
  checkTime("days", days);
  const limit = Date.now() + days * DAY;
  const records = (await authority.issued()).filter((record) =>
    record.revoked === undefined && record.renewedBy === undefined &&
    record.kind !== "authority" && record.notAfter.getTime() <= limit
  );
  return records
    .sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime())
    .map((record) =>
      new Renewal(record, (options) => authority.renew(record.serial, options))
    );
}

/**
 * Watches; what is not renewed is told of again at each look.
 *
 * @param authority Who issued what is watched.
 * @param options How early, how often, until when.
 * @returns What is about to end, as it comes near.
 * @throws {RangeError} If days or time are below 0.
 */
export async function* watch(
  authority: Renewable,
  options: RenewalOptions,
): AsyncGenerator<Renewal, undefined, void> {
  const { days = 30, every = HOUR, signal } = options;
  checkTime("days", days);
  checkTime("every", every);
  while (!signal?.aborted) {
    for (const renewal of await due(authority, days)) {
      if (signal?.aborted) return;
      yield renewal;
    }
    await pause(Math.min(every, LONGEST), signal);
  }
}

function checkTime(name: string, value: number): void {
  if (value >= 0) return;
  throw new RangeError(
    `Cannot watch certificates as '${name}' must be 0 or more: current value is ${value}`,
  );
}

/** Waits, unless the signal ends it before. */
async function pause(
  time: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  const stop = () => resolve();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
