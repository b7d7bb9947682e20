/**
 * How notifications are listened for and sent.
 *
 * @module
 */

import type { DeadlineOptions } from "../../deadline.ts";
import type { Address } from "../../ip/address.ts";
import type { MibStore } from "../mib/store.ts";
import type { SnmpVersion } from "../options.ts";
import type { SetType, SetValue } from "../set.ts";
import type { User } from "../user.ts";

/**
 * A user of version 3 who may send notifications. A message that is protected less
 * than the user can is not taken.
 */
export interface TrapUser extends User {
  /**
   * The sender's engine ID in hexadecimal, if only that engine's traps count, as
   * with `createUser -e` of snmptrapd. Without, an engine is learnt from its first
   * message that is signed with the user's password.
   */
  readonly engineId?: string | undefined;
}

/** Options for {@linkcode listenTraps}. */
export interface ListenOptions {
  /** The address to listen on; `"::"` is all of IPv6. @default {"0.0.0.0"} */
  hostname?: string | Address | undefined;
  /**
   * The UDP port. Devices send to 162, which takes root or `cap_net_bind_service`;
   * 0 is any that is free.
   * @default {162}
   */
  port?: number | undefined;
  /** Communities of versions 1 and 2c that count; `"any"` takes all. @default {["public"]} */
  communities?: readonly string[] | "any" | undefined;
  /** Users of version 3 that count. @default {[]} */
  users?: readonly TrapUser[] | undefined;
  /**
   * This side's engine ID in hexadecimal, which informs are made for; senders find
   * it out by themselves. @default {a random one}
   */
  engineId?: string | undefined;
  /** How often this engine was started; it must grow where `engineId` stays. @default {as the clock has it} */
  engineBoots?: number | undefined;
  /** Where names come from. @default {the common MIBs} */
  mib?: MibStore | undefined;
  /**
   * Notifications that may wait for the program; of what finds no room, traps are
   * counted and informs are not acknowledged, so that they come again.
   * @default {1024}
   */
  queue?: number | undefined;
  /** Closes the listener when it aborts. */
  signal?: AbortSignal | undefined;
}

/** A value in a notification: as one to set, or the names of bits. */
export type TrapValue = SetValue | readonly string[];

/** A variable of a notification, with its type where no MIB says it. */
export interface TrapVariable {
  /** Its name with its instance: `"ifIndex.2"`. */
  readonly name: string;
  /** What it is. */
  readonly value: TrapValue;
  /** Its type. @default {as the MIB says} */
  readonly type?: SetType | undefined;
}

/** What a notification carries: by name, or in a list where types are said too. */
export type TrapVariables =
  | Readonly<Record<string, TrapValue>>
  | readonly TrapVariable[];

/** Options for {@linkcode trap}. */
export interface TrapOptions extends DeadlineOptions {
  /** Which version is spoken. @default {"3" with a user, else "2c"} */
  version?: SnmpVersion | undefined;
  /** The community of versions 1 and 2c. @default {"public"} */
  community?: string | undefined;
  /** The user of version 3. */
  user?: User | undefined;
  /** The context of version 3. @default {""} */
  context?: string | undefined;
  /** The UDP port, where the target names none. @default {162} */
  port?: number | undefined;
  /** How long the sender has been up, in milliseconds. @default {since this program started} */
  uptime?: number | undefined;
  /**
   * The sender's engine ID in hexadecimal: a trap of version 3 needs one, as the
   * receiver knows its users by it; an inform does not.
   */
  engineId?: string | undefined;
  /** How often that engine was started; each start must have another. @default {as the clock has it} */
  engineBoots?: number | undefined;
  /** Of version 1: the address that it is about. @default {the one it is sent from} */
  agentAddress?: string | undefined;
  /** Where names come from. @default {the common MIBs} */
  mib?: MibStore | undefined;
  /** How long name and socket may take, in milliseconds. @default {Infinity} */
  timeout?: number | undefined;
  /** Stops it. */
  signal?: AbortSignal | undefined;
}

/** Options for {@linkcode inform}. */
export interface InformOptions extends TrapOptions {
  /** How long each sending waits for the acknowledgement, in milliseconds. @default {1000} */
  timeout?: number | undefined;
  /** How often it is sent again when none comes. @default {3} */
  retries?: number | undefined;
}
