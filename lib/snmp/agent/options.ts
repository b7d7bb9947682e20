/**
 * What an agent serves, and to whom.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { MibStore } from "../mib/store.ts";
import type { SetType, SetValue } from "../set.ts";
import type { User } from "../user.ts";
import type { SnmpValue } from "../value.ts";

/** What somebody may do, and where. */
export interface AgentAccess {
  /** Whether values may be set too. @default {"read"} */
  readonly access?: "read" | "write" | undefined;
  /**
   * Branches that are seen, by name: `["system", "ifTable"]`; with `!` in front,
   * that are not. The longest that fits counts. @default {all}
   */
  readonly view?: readonly string[] | undefined;
}

/** A user of version 3, and what it may; less protection than it has is refused. */
export interface AgentUser extends User, AgentAccess {}

/** Options for {@linkcode agent}. */
export interface AgentOptions {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string | Address | undefined;
  /** The UDP port; below 1024 it takes rights, 0 is any that is free. @default {161} */
  port?: number | undefined;
  /** Communities of versions 1 and 2c, and what each may. @default {{ public: "read" }} */
  communities?:
    | Readonly<Record<string, "read" | "write" | AgentAccess>>
    | undefined;
  /** Users of version 3. @default {[]} */
  users?: readonly AgentUser[] | undefined;
  /** The engine ID in hexadecimal, if it must last. @default {a random one} */
  engineId?: string | undefined;
  /** How often the engine was started; it must grow where `engineId` stays. @default {as the clock has it} */
  engineBoots?: number | undefined;
  /**
   * Whether the system group and the counters of SNMP itself are there from the
   * beginning; they can be set otherwise. @default {true}
   */
  defaults?: boolean | undefined;
  /** The longest answer, in octets: 484 to 65507. @default {65507} */
  maxSize?: number | undefined;
  /** Where names and types come from. @default {the common MIBs} */
  mib?: MibStore | undefined;
  /** Closes the agent when it aborts. */
  signal?: AbortSignal | undefined;
}

/** A value to serve: as one to set, or names of bits; nothing for none just now. */
export type ServedValue = SetValue | readonly string[] | undefined;

/** A value, or what gives it whenever somebody asks. */
export type Served = ServedValue | (() => ServedValue | Promise<ServedValue>);

/** Why a value cannot be set, beside `false` for a wrong one (RFC 3416 §4.2.5). */
export type SetRefusal =
  | "wrongValue"
  | "wrongLength"
  | "inconsistentValue"
  | "resourceUnavailable"
  | "noAccess"
  | "genErr";

/** Whether a value may be set: yes unless `false` or a word comes. */
export type SetVerdict = boolean | void | SetRefusal;

/** Options for {@linkcode Agent.set}. */
export interface ObjectOptions {
  /** Its type, where no MIB says it, or another is meant. @default {as the MIB says} */
  type?: SetType | undefined;
  /** Whether it can be set, by those who may write. @default {whether `onSet` is there} */
  writable?: boolean | undefined;
  /** Says whether a new value would do, before any of a request is set. */
  check?: ((value: SnmpValue) => SetVerdict | Promise<SetVerdict>) | undefined;
  /** Does what setting is for; where it throws, all of the request is undone. */
  onSet?:
    | ((value: SnmpValue, old: SnmpValue) => void | Promise<void>)
    | undefined;
}

/** One row of a table by the columns' names. */
export type ServedRow = Readonly<Record<string, Served>>;

/** A column that no MIB has. */
export interface OwnColumn {
  /** Its number in the row. */
  readonly number: number;
  /** Its type. */
  readonly type: SetType;
}

/** A cell that is to be set. */
export interface SetCell {
  /** The column's name. */
  readonly column: string;
  /** The row as it was given. */
  readonly row: ServedRow;
  /** What it becomes. */
  readonly value: SnmpValue;
}

/** Options for {@linkcode Agent.table}. */
export interface AgentTableOptions {
  /** For a table that no MIB has, its columns by name. */
  columns?: Readonly<Record<string, OwnColumn>> | undefined;
  /** For a table that no MIB has, the columns that make its index, in order. */
  index?: readonly string[] | undefined;
  /** For how long the rows that a function gave are good, in milliseconds. @default {1000} */
  maxAge?: number | undefined;
  /** Columns that can be set, by those who may write; the row gets the value. @default {[]} */
  writable?: readonly string[] | undefined;
  /** Says whether a new value would do, before any of a request is set. */
  check?: ((cell: SetCell) => SetVerdict | Promise<SetVerdict>) | undefined;
  /** Does what setting is for; where it throws, all of the request is undone. */
  onSet?: ((cell: SetCell) => void | Promise<void>) | undefined;
}
