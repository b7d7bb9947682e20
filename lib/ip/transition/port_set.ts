/**
 * The ports of one of many who share an IPv4 address.
 *
 * The 16 bits of a port are A, PSID and M: the PSID says whose port it is, and
 * for each value of A it gets one run of ports. Ports with A = 0, which begin
 * with the well-known ones, are no one's unless A has no bits at all.
 *
 * @module
 */

import { takeFields, takeInteger } from "../checks.ts";

/** How the bits of a port are dealt out. */
export interface PortBits {
  /** Bits of A, before the PSID: 0 to 15. @default {6, so that ports below 1024 are no one's} */
  psidOffset?: number | undefined;
  /** Bits of the PSID: 0 for an address that is not shared, up to 16. */
  psidLength: number;
}

/** A run of ports. */
export interface PortRange {
  /** The lowest port. */
  readonly first: number;
  /** The highest port. */
  readonly last: number;
}

const WHAT = "deal out ports";

/** Checks how a port is dealt out, and fills in the default. */
function check(bits: PortBits): [a: number, k: number] {
  const { psidOffset = 6, psidLength } = takeFields(
    bits,
    WHAT,
    "bits",
    "psidLength",
  );
  takeInteger(psidOffset, 0, 15, WHAT, "psidOffset");
  takeInteger(psidLength, 0, 16, WHAT, "psidLength");
  // An address of one's own needs no A: all ports are one's own.
  if (psidLength === 0) return [0, 0];
  takeInteger(psidLength, 0, 16 - psidOffset, WHAT, "psidLength");
  return [psidOffset, psidLength];
}

/**
 * Gives the ports of a PSID.
 *
 * @param psid Which of those who share: 0 to 2^`psidLength` - 1.
 * @param bits How the bits of a port are dealt out.
 * @returns The runs of ports, in order: 2^`psidOffset` - 1 of them, or one if
 * `psidOffset` is 0 or the address is not shared.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 7597 §5.1 and appendix B
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ports = net.ip.transition.map.portSet(0x34, { psidLength: 8 });
 * assert.equal(ports.length, 63);
 * assert.deepEqual(ports[0], { first: 1232, last: 1235 });
 * ```
 */
export function portSet(psid: number, bits: PortBits): PortRange[] {
  const [a, k] = check(bits);
  takeInteger(psid, 0, 2 ** k - 1, WHAT, "psid");
  const m = 16 - a - k;
  const ranges: PortRange[] = [];
  for (let high = a === 0 ? 0 : 1; high < 2 ** a; high++) {
    const first = (high * 2 ** k + psid) * 2 ** m;
    ranges.push({ first, last: first + 2 ** m - 1 });
  }
  return ranges;
}

/**
 * Gives the PSID that a port belongs to.
 *
 * @param port 0 to 65,535.
 * @param bits How the bits of a port are dealt out.
 * @returns The PSID, or `undefined` for a port that is no one's.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 7597 §5.1 and appendix B
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { map } = net.ip.transition;
 * assert.equal(map.psidOf(1232, { psidLength: 8 }), 0x34);
 * assert.equal(map.psidOf(80, { psidLength: 8 }), undefined);
 * ```
 */
export function psidOf(port: number, bits: PortBits): number | undefined {
  const [a, k] = check(bits);
  takeInteger(port, 0, 0xffff, WHAT, "port");
  if (a > 0 && port >>> 16 - a === 0) return undefined;
  return port >>> 16 - a - k & 2 ** k - 1;
}
