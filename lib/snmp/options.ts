/**
 * Which agent is asked, how, and how long it is waited for.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { Address } from "../ip/address.ts";
import type { MibStore } from "./mib/store.ts";
import type { SetType } from "./set.ts";
import type { User } from "./user.ts";

/** Versions of the protocol. */
export type SnmpVersion = "1" | "2c" | "3";

/** Whatever names an agent: a host with or without a port, or both in an object. */
export type SnmpTarget = Address | string | {
  /** A name or an address. */
  readonly hostname: string | Address;
  /** The agent's UDP port. @default {161} */
  readonly port?: number | undefined;
};

/** Options for {@linkcode open}. */
export interface OpenOptions {
  /** Which version is spoken. @default {"3" with a user, else "2c"} */
  version?: SnmpVersion | undefined;
  /**
   * The password of versions 1 and 2c, which goes over the wire as it is. The
   * default is what most agents let read, and none should let write.
   * @default {"public"}
   */
  community?: string | undefined;
  /** The user of version 3. */
  user?: User | undefined;
  /** The context of version 3: which of several devices behind one agent. @default {""} */
  context?: string | undefined;
  /** The agent's UDP port, where the target names none. @default {161} */
  port?: number | undefined;
  /** How long each sending of a question waits for its answer, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** How often a question is sent again when no answer comes. @default {3} */
  retries?: number | undefined;
  /** Variables that each answer of a walk brings at most, from version 2c on. @default {25} */
  maxRepetitions?: number | undefined;
  /** Where names come from. @default {the common MIBs} */
  mib?: MibStore | undefined;
  /**
   * Whether answers from other addresses than the target's count too, as agents
   * with many addresses may send them; a closed port is not noticed then.
   * @default {false}
   */
  anySource?: boolean | undefined;
  /** Stops the opening, and closes the session when it aborts. */
  signal?: AbortSignal | undefined;
}

/** Options for one question, or one row of them. */
export interface AskOptions extends DeadlineOptions {
  /** The longest wait for the whole of it, in milliseconds; the session's own `timeout` and `retries` end it before. @default {Infinity} */
  timeout?: number | undefined;
  /** Stops the wait. */
  signal?: AbortSignal | undefined;
}

/** Options for {@linkcode SnmpSession.bulk}. */
export interface BulkOptions extends AskOptions {
  /** Names from the first on that are asked for once. @default {0} */
  nonRepeaters?: number | undefined;
  /** How many variables behind each of the others. @default {the session's} */
  maxRepetitions?: number | undefined;
}

/** Options for {@linkcode SnmpSession.walk}. */
export interface WalkOptions extends AskOptions {
  /** Variables that each answer brings at most, from version 2c on. @default {the session's} */
  maxRepetitions?: number | undefined;
}

/** Options for {@linkcode SnmpSession.describe}. */
export interface CardOptions extends AskOptions {
  /** Rows of each table that are fetched at most. @default {200} */
  limit?: number | undefined;
}

/** Options for {@linkcode SnmpSession.set}. */
export interface SetOptions extends AskOptions {
  /** The variable's type, where no MIB says it, or another one is meant. @default {as the MIB says} */
  type?: SetType | undefined;
}

/** Options for {@linkcode SnmpSession.createRow}. */
export interface CreateRowOptions extends AskOptions {
  /**
   * Whether the row is used at once, or waits until `setRow` makes it
   * `"active"`, as some agents want it that take columns one by one.
   * @default {"createAndGo"}
   */
  status?: "createAndGo" | "createAndWait" | undefined;
}
