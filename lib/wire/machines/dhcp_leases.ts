/**
 * Who has which address of a pool, and for how long.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Range } from "../../ip/set/range.ts";

/** One client's address. */
export interface DhcpLease {
  /** The address. */
  readonly address: Address;
  /** The client: its identifier, or its hardware address. */
  readonly client: string;
  /** Its hardware address. */
  readonly mac: string;
  /** The name that it gave itself, if it did. */
  readonly hostName: string | undefined;
  /** Until when, in milliseconds since 1970. */
  readonly until: number;
  /** Whether the client has taken it, or was only offered it. */
  readonly isTaken: boolean;
}

/** Who asks. */
export interface DhcpClient {
  /** Its identifier, or its hardware address. */
  readonly id: string;
  /** Its hardware address. */
  readonly mac: string;
  /** The name that it gave itself. */
  readonly hostName: string | undefined;
}

/** How long an address is kept for who was offered it, in milliseconds. */
const OFFERED = 10_000;
/** Whom an address belongs to that somebody has without asking. */
const STRANGER = "declined";

/**
 * The addresses of a pool, and those kept for some.
 *
 * @example
 * ```ts
 * import { range } from "../../ip/set/range.ts";
 * import { DhcpLeases } from "./dhcp_leases.ts";
 * import assert from "node:assert/strict";
 *
 * const leases = new DhcpLeases(range("10.0.0.5-10.0.0.9"), new Set(), new Map(), 60_000);
 * const client = { id: "a", mac: "02:00:00:00:00:01", hostName: undefined };
 * assert.equal(String(leases.offer(client, undefined, 0)), "10.0.0.5");
 * ```
 */
export class DhcpLeases {
  readonly #pool: Range;
  readonly #except: ReadonlySet<number | string>;
  readonly #reserved: ReadonlyMap<string, Address>;
  readonly #reservedKeys: ReadonlySet<number | string>;
  readonly #lease: number;
  readonly #byAddress = new Map<number | string, DhcpLease>();
  readonly #byClient = new Map<string, DhcpLease>();
  #next: Address;

  /**
   * Takes a pool.
   *
   * @param pool Its first and last address.
   * @param except Keys of addresses in it that are not for clients.
   * @param reserved Addresses by the hardware address that they are kept for.
   * @param lease How long an address may be kept, in milliseconds.
   */
  constructor(
    pool: Range,
    except: ReadonlySet<number | string>,
    reserved: ReadonlyMap<string, Address>,
    lease: number,
  ) {
    this.#pool = pool;
    this.#except = except;
    this.#reserved = reserved;
    this.#reservedKeys = new Set([...reserved.values()].map(({ key }) => key));
    this.#lease = lease;
    this.#next = pool.start;
  }

  /** What clients have taken, and not given back, as of now. */
  current(now: number): DhcpLease[] {
    return [...this.#byAddress.values()].filter(({ until, isTaken, client }) =>
      until > now && isTaken && client !== STRANGER
    );
  }

  /**
   * Finds an address for a client, and keeps it for a while (RFC 2131 §4.3.1).
   *
   * @param client Who asks.
   * @param wish The address that it would like.
   * @param now Milliseconds since 1970.
   * @returns The address; `undefined` if none is left.
   */
  offer(
    client: DhcpClient,
    wish: Address | undefined,
    now: number,
  ): Address | undefined {
    const reserved = this.#reserved.get(client.mac);
    const own = this.#byClient.get(client.id)?.address;
    const found =
      [reserved, own, wish].find((one) =>
        one !== undefined && this.mayHave(client, one, now)
      ) ?? this.#free(client, now);
    if (found === undefined) return undefined;
    const before = this.#byAddress.get(found.key);
    // What it has already it keeps meanwhile.
    const isItsOwn = before?.client === client.id && before.until > now;
    if (!isItsOwn) this.#put(client, found, now + OFFERED, false);
    return found;
  }

  /**
   * Tells whether a client may have an address.
   *
   * @param client Who asks.
   * @param one The address.
   * @param now Milliseconds since 1970.
   * @returns Whether it is one to give away, and free or the client's own.
   */
  mayHave(client: DhcpClient, one: Address, now: number): boolean {
    const reserved = this.#reserved.get(client.mac);
    if (reserved !== undefined) return reserved.equals(one);
    if (this.#reservedKeys.has(one.key) || this.#except.has(one.key)) {
      return false;
    }
    if (!this.#pool.contains(one)) return false;
    const lease = this.#byAddress.get(one.key);
    return lease === undefined || lease.until <= now ||
      lease.client === client.id;
  }

  /**
   * Lets a client have an address.
   *
   * @param client Who takes it.
   * @param one The address, which it may have.
   * @param now Milliseconds since 1970.
   */
  take(client: DhcpClient, one: Address, now: number): void {
    this.#put(client, one, now + this.#lease, true);
  }

  /**
   * Takes an address back.
   *
   * @param client Who gives it back.
   * @param one The address.
   */
  release(client: DhcpClient, one: Address): void {
    const lease = this.#byAddress.get(one.key);
    if (lease?.client === client.id) this.#drop(lease);
  }

  /**
   * Notes that somebody has an address already, as a client has found.
   *
   * @param client Who found it.
   * @param one The address.
   * @param now Milliseconds since 1970.
   */
  decline(client: DhcpClient, one: Address, now: number): void {
    if (this.#byAddress.get(one.key)?.client !== client.id) return;
    this.release(client, one);
    const stranger = { ...client, id: STRANGER };
    this.#put(stranger, one, now + this.#lease, true);
  }

  #put(
    client: DhcpClient,
    one: Address,
    until: number,
    isTaken: boolean,
  ): void {
    for (
      const before of [
        this.#byAddress.get(one.key),
        client.id === STRANGER ? undefined : this.#byClient.get(client.id),
      ]
    ) if (before !== undefined) this.#drop(before);
    const lease = {
      address: one,
      client: client.id,
      mac: client.mac,
      hostName: client.hostName,
      until,
      isTaken,
    };
    this.#byAddress.set(one.key, lease);
    if (client.id !== STRANGER) this.#byClient.set(client.id, lease);
  }

  #drop(lease: DhcpLease): void {
    this.#byAddress.delete(lease.address.key);
    if (this.#byClient.get(lease.client) === lease) {
      this.#byClient.delete(lease.client);
    }
  }

  /** The next free one, round and round: an old address stays free the longest. */
  #free(client: DhcpClient, now: number): Address | undefined {
    const { start, end, size } = this.#pool;
    for (let n = 0n; n < size; n++) {
      const one = this.#next;
      this.#next = one.equals(end) ? start : one.next();
      if (this.mayHave(client, one, now)) return one;
    }
    return undefined;
  }
}
