/**
 * A device on one card: what it is, how it is, what it is connected to.
 *
 * @see RFC 3418 (system), RFC 2863 (interfaces), RFC 4293 (addresses),
 * RFC 2790 (host), IEEE 802.1AB (LLDP-MIB)
 * @module
 */

import { open } from "./open.ts";
import type { AskOptions, OpenOptions, SnmpTarget } from "./options.ts";
import type { SystemCard } from "./system_card.ts";

/** Options for {@linkcode describe}. */
export interface DescribeOptions
  extends AskOptions, Omit<OpenOptions, "timeout" | "signal"> {
  /** Rows of each table that are fetched at most. @default {200} */
  limit?: number | undefined;
}

/**
 * Asks a device for all that fits on a card: system, load, memory, interfaces with
 * their addresses, storage, LLDP neighbours, ARP, routes. What the agent does not
 * have is left out; of long tables, the first rows are fetched.
 *
 * @param target What {@linkcode open} takes; `session.describe()` does
 * the same in a session.
 * @param options How many rows, and what {@linkcode open} takes; `timeout` is for
 * all together.
 * @returns The card.
 * @throws {NetError} `"timeout"` if nobody answers, and what {@linkcode open} and
 * `get` throw.
 * @throws {AuthError} What version 3 refuses with.
 * @throws {RangeError} If `limit` is not 1 or more.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.snmp.describe("127.0.0.1:1", { retries: 0, timeout: 500 }),
 *   net.NetError,
 * );
 * ```
 */
export async function describe(
  target: SnmpTarget,
  options: DescribeOptions = {},
): Promise<SystemCard> {
  const { limit, timeout, signal, ...others } = options;
  await using session = await open(target, { ...others, signal });
  return await session.describe({ limit, timeout, signal });
}
