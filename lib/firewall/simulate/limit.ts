/**
 * What counts: rates, volumes, connections.
 *
 * @see the kernel's nft_limit.c, nft_quota.c, nft_connlimit.c
 *
 * @module
 */

import type {
  ConnectionCount,
  Counts,
  Limit,
  Quota,
} from "../model/expression.ts";

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86400, week: 604800 };
const UNITS = { bytes: 1, kbytes: 1024, mbytes: 1048576 };

/** A connection, as far as who counts connections looks at it. */
export interface Alive {
  readonly expires: number;
  readonly isConfirmed: boolean;
}

/** What is counted of a packet. */
export interface Counted {
  readonly length: number;
  readonly now: number;
  readonly connection: Alive | undefined;
}

/** Something that counts, kept in a state; true: the rule goes on. */
export interface Counting {
  pass(p: Counted): boolean;
}

/** How many packets and octets passed. */
export class Counter implements Counting {
  packets = 0;
  bytes = 0;

  constructor(start?: Counts | null) {
    this.packets = start?.packets ?? 0;
    this.bytes = start?.bytes ?? 0;
  }

  pass(p: Counted): boolean {
    this.packets++;
    this.bytes += p.length;
    return true;
  }
}

/** A bucket of tokens, which are nanoseconds. */
export class Bucket implements Counting {
  readonly #isInverse: boolean;
  readonly #inOctets: boolean;
  readonly #nanoseconds: number;
  readonly #rate: number;
  readonly #most: number;
  #tokens: number;
  #last: number;

  constructor(limit: Limit, now: number) {
    const { rate, rate_unit, per, burst, burst_unit, inv } = limit;
    this.#isInverse = inv ?? false;
    this.#inOctets = rate_unit !== undefined;
    this.#nanoseconds = SECONDS[per] * 1e9;
    this.#rate = rate * UNITS[rate_unit ?? "bytes"];
    const nanoseconds = BigInt(this.#nanoseconds);
    const wide = BigInt(this.#rate);
    if (this.#inOctets) {
      const held = BigInt((burst ?? 0) * UNITS[burst_unit ?? "bytes"]);
      this.#most = Number(nanoseconds * (wide + held) / wide);
    } else {
      this.#most = Number(nanoseconds / wide * BigInt(burst || 5));
    }
    this.#tokens = this.#most;
    this.#last = now;
  }

  pass(p: Counted): boolean {
    const cost = this.#inOctets
      ? Math.floor(this.#nanoseconds * p.length / this.#rate)
      : Math.floor(this.#nanoseconds / this.#rate);
    const since = Math.round((p.now - this.#last) * 1e6);
    const tokens = Math.min(this.#most, this.#tokens + since);
    this.#last = p.now;
    const isWithin = tokens >= cost;
    this.#tokens = isWithin ? tokens - cost : tokens;
    return isWithin !== this.#isInverse;
  }
}

/** A volume that is used up. */
export class Volume implements Counting {
  readonly #isInverse: boolean;
  readonly #most: number;
  #used: number;

  constructor({ val, val_unit, used = 0, used_unit, inv }: Quota) {
    this.#isInverse = inv ?? false;
    this.#most = val * UNITS[val_unit ?? "bytes"];
    this.#used = used * UNITS[used_unit ?? "bytes"];
  }

  /** Octets that have been counted. */
  get used(): number {
    return this.#used;
  }

  pass(p: Counted): boolean {
    this.#used += p.length;
    const isOver = this.#used > this.#most;
    return isOver === this.#isInverse;
  }
}

/** Connections that are alive. */
export class Crowd implements Counting {
  readonly #connections = new Set<Alive>();

  constructor(readonly count: ConnectionCount) {}

  pass(p: Counted): boolean {
    const { connection, now } = p;
    for (const known of this.#connections) {
      if (known.expires <= now || !known.isConfirmed && known !== connection) {
        this.#connections.delete(known);
      }
    }
    if (connection !== undefined) this.#connections.add(connection);
    const isOver = this.#connections.size > this.count.val;
    return isOver === (this.count.inv ?? false);
  }
}

/** Makes what counts for a statement; `undefined` for other statements. */
export function counting(
  statement: object,
  now: number,
): Counting | undefined {
  if ("counter" in statement) return new Counter(statement.counter as Counts);
  if ("limit" in statement) return new Bucket(statement.limit as Limit, now);
  if ("quota" in statement) return new Volume(statement.quota as Quota);
  if ("ct count" in statement) {
    return new Crowd(statement["ct count"] as ConnectionCount);
  }
  return undefined;
}
