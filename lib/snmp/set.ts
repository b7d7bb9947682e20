/**
 * What can be set.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { MibValue } from "./mib/object.ts";

/** Types that a value can be set as. */
export type SetType =
  | "Integer32"
  | "OctetString"
  | "ObjectIdentifier"
  | "IpAddress"
  | "Counter32"
  | "Gauge32"
  | "TimeTicks"
  | "Opaque"
  | "Counter64"
  | "Null";

/**
 * A value to set: numbers; text, also for enumerations, addresses and octets as
 * their DISPLAY-HINT writes them; booleans for TruthValue; milliseconds for
 * TimeTicks; octets.
 */
export type SetValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Address
  | null;

/** A variable to set. */
export interface SetVariable {
  /** Its name, with its instance: `"sysContact"`, `"ifAdminStatus.2"`. */
  readonly name: string;
  /** What it becomes. */
  readonly value: SetValue;
  /** Its type, where no MIB says it, or another one is meant. @default {as the MIB says} */
  readonly type?: SetType | undefined;
}

/**
 * Which row of a table: the value of its index; of an index with several parts
 * their values in order, or by their names.
 */
export type RowIndex =
  | MibValue
  | readonly MibValue[]
  | Readonly<Record<string, MibValue>>;

/** Columns of a row by their names, and what they become. */
export type RowValues = Readonly<Record<string, SetValue>>;
