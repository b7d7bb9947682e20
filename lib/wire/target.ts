/**
 * Whom a tool is to reach: an address, or a name that has one.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { Address, parse, tryParse } from "../ip/address.ts";

/** An address, its text, or a host's name. */
export type Host = string | Address;

/**
 * Finds the address of a host. A name is looked up as this system does,
 * whatever namespace the tool works in: an IPv4 address if there is one.
 *
 * @param host An address, its text, or a name.
 * @param options A signal.
 * @returns The address.
 * @throws {NetError} With code `"not-found"` if there is no such name.
 * @throws The signal's reason, if it aborts.
 *
 * @example
 * ```ts
 * import { targetAddress } from "./target.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(String(await targetAddress("2001:DB8::1")), "2001:db8::1");
 * ```
 */
export async function targetAddress(
  host: Host,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<Address> {
  checkHost(host);
  if (typeof host !== "string") return host;
  const known = tryParse(host);
  if (known !== undefined) return known;
  // What looks like an address, and is none, is no name either.
  if (/^[\d.]+$|[:\s]|^$/.test(host)) return parse(host);
  const { signal } = options;
  // As the system looks names up: /etc/hosts first, which is all that a host of
  // a lab may have.
  const { lookup } = await import("node:dns/promises");
  using deadline = new Deadline("find", host, { signal });
  try {
    const { address } = await deadline.race(
      lookup(host, { order: "ipv4first" }),
    );
    return parse(address);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new NetError("there is no such name", {
      code: "not-found",
      op: "find",
      target: host,
      cause,
    });
  }
}

/**
 * Refuses what names no host.
 *
 * @param host An address, its text, or a name.
 * @throws {TypeError} If it is none of them.
 *
 * @example
 * ```ts
 * import { checkHost } from "./target.ts";
 * import assert from "node:assert/strict";
 *
 * checkHost("192.0.2.1");
 * assert.throws(() => checkHost(undefined), /'host' must be an address/);
 * ```
 */
export function checkHost(host: unknown): void {
  if (typeof host === "string" || host instanceof Address) return;
  throw new TypeError(
    `Cannot reach a host as 'host' must be an address, its text or a name: current value is ${
      Deno.inspect(host, { depth: 0 })
    }`,
  );
}
