/**
 * Unique local prefixes, for networks of one's own that may meet one day.
 *
 * @module
 */

import { Address } from "./address.ts";
import { eui64, type Hardware } from "./interface_id.ts";
import { Subnet } from "./subnet.ts";

/**
 * Draws a prefix for a site's own use at random.
 *
 * @returns A /48 in `fd00::/8`; two sites have one only once in 2⁴⁰.
 * @see RFC 4193 §3.2.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const site = net.ip.ula();
 * assert.equal(site.prefixLength, 48);
 * assert.ok(net.ip.subnet("fd00::/8").contains(site));
 * ```
 */
export function ula(): Subnet {
  return prefixWith(crypto.getRandomValues(new Uint8Array(5)));
}

/**
 * Makes a prefix for a site's own use by the RFC's sample algorithm: SHA-1 over
 * the time of day and an EUI-64, so that it can be made again.
 *
 * @param hardware The hardware address of any interface of the site.
 * @param time When. @default {now}
 * @returns A /48 in `fd00::/8`.
 * @throws {ParseError} If the text is no hardware address.
 * @throws {RangeError} If `hardware` is not 6 or 8 octets or a group's, or `time`
 * an invalid date.
 * @throws {TypeError} If `time` is no date.
 * @see RFC 4193 §3.2.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const born = new Date("2024-01-01T00:00:00Z");
 * const site = await net.ip.ulaFrom("34:56:78:9a:bc:de", born);
 * assert.ok(site.equals(await net.ip.ulaFrom("34:56:78:9a:bc:de", born)));
 * ```
 */
export async function ulaFrom(
  hardware: Hardware,
  time: Date = new Date(),
): Promise<Subnet> {
  const input = new Uint8Array(16);
  input.set(eui64(hardware).toBytes().subarray(8), 8);
  new DataView(input.buffer).setBigUint64(0, ntpTime(time));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", input));
  return prefixWith(digest.subarray(-5));
}

/** Seconds from 1900, where NTP counts from, to 1970. */
const NTP_EPOCH = 2_208_988_800n;

/** Seconds in the high 32 bits, which begin anew in 2036, and their fraction. */
function ntpTime(time: Date): bigint {
  const what = "make a unique local prefix";
  if (!(time instanceof Date)) {
    throw new TypeError(
      `Cannot ${what} as 'time' must be a Date: current value is ${time}`,
    );
  }
  if (Number.isNaN(time.getTime())) {
    throw new RangeError(
      `Cannot ${what} as 'time' must be a valid date: current value is ${time}`,
    );
  }
  const ms = BigInt(time.getTime()) + 1000n * NTP_EPOCH;
  return BigInt.asUintN(64, (ms << 32n) / 1000n);
}

/** The prefix with 40 bits of global ID. */
function prefixWith(id: Uint8Array): Subnet {
  const bytes = new Uint8Array(16);
  bytes[0] = 0xfd;
  bytes.set(id, 1);
  return new Subnet(Address.fromBytes(bytes), 48);
}
