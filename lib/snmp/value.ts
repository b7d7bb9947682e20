/**
 * Values: what they are on the wire, and what they are here.
 *
 * @see RFC 2578 §7.1, RFC 2579 §2, §3.1
 * @module
 */

import type { SetType } from "./set.ts";

/** What a value is on the wire, or the state that stands in place of one. */
export type SnmpType = SetType | "BitString" | "unknown" | SnmpState;

/** Why there is no value: no such object, no such row of it, nothing behind it. */
export type SnmpState = "noSuchObject" | "noSuchInstance" | "endOfMibView";

/** A value as it came: a number, a bigint for Counter64, dotted text for object identifiers and addresses, octets for all else; nothing where there is none. */
export type RawValue = number | bigint | string | Uint8Array | undefined;

/**
 * A value as its syntax says it is meant:
 * - numbers for Integer32, Counter32 and Gauge32, a bigint for Counter64, scaled
 *   where the DISPLAY-HINT has a decimal point;
 * - the name for enumerations, a boolean for TruthValue, a list of names for BITS;
 * - milliseconds for TimeTicks;
 * - text for strings with a textual DISPLAY-HINT, or that are UTF-8 and have none;
 * - `"192.0.2.1"`, `"2001:db8::1"`, `"00:00:5e:00:53:01"` for addresses;
 * - dotted numbers for object identifiers;
 * - octets for what is none of these, nothing where there is no value.
 */
export type SnmpValue =
  | number
  | bigint
  | string
  | boolean
  | Uint8Array
  | readonly string[]
  | undefined;
