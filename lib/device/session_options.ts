/**
 * What the methods of a session take.
 *
 * @module
 */

import type { ScpOptions } from "../ssh/scp.ts";
import type { Answer } from "./platform.ts";
import type { StructuredOptions } from "./textfsm/structured.ts";

/** How long to wait for the device, and who may stop the wait. */
export interface PatienceOptions {
  /** The longest silence of the device, in milliseconds. @default {the session's} */
  readonly timeout?: number | undefined;
  /** Stops the wait; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What to do when a line of configuration is refused. */
export type OnRefusal = "continue" | "stop" | "discard";

/** Options for `DeviceSession.send`. */
export interface SendOptions extends PatienceOptions {
  /** Questions that the command brings, and what to say to them. */
  readonly answers?: readonly GivenAnswer[] | undefined;
  /**
   * Whether rows are made of the output, by the template for the command; or
   * where templates are looked for. @default {false}
   */
  readonly parse?: boolean | StructuredOptions | undefined;
  /** The most characters to keep; the rest is read and dropped. @default {Infinity} */
  readonly limit?: number | undefined;
  /** Takes the output as it comes, in whole lines; the result has then none. */
  readonly onText?: ((text: string) => void) | undefined;
}

/** Options for `DeviceSession.configure`. */
export interface ConfigureOptions extends PatienceOptions {
  /**
   * What to do when a line is refused: go on with the next one, leave the rest,
   * or leave the rest and throw away what was entered. Lines within a refused
   * one are never typed. @default {"continue"}
   */
  readonly onRefusal?: OnRefusal | undefined;
  /** Questions that lines bring, and what to say to them. */
  readonly answers?: readonly GivenAnswer[] | undefined;
  /**
   * Whether the configuration is read before the first change, where the
   * platform has no candidate: `diff` and `rollback` need it. @default {true}
   */
  readonly baseline?: boolean | undefined;
}

/** Options for `DeviceSession.commit`. */
export interface CommitOptions extends PatienceOptions {
  /**
   * Seconds after which it is taken back unless `confirm()` is called. Where
   * the platform has no such command, the timer is this session's: it lives in
   * this process, and ends with the session, which then takes it back at once.
   */
  readonly confirm?: number | undefined;
  /** Why, for the device's own history; where the platform has that. */
  readonly comment?: string | undefined;
}

/** Options for `DeviceSession.backup`. */
export interface BackupOptions extends PatienceOptions {
  /** Whether passwords, keys and communities are taken out. @default {false} */
  readonly redact?: boolean | undefined;
}

/** A session in plain fields. */
export interface SessionFacts {
  /** Where it leads: `"ssh admin@192.0.2.1"`. */
  readonly target: string;
  /** The platform's name. */
  readonly platform: string;
  /** The device's name. */
  readonly hostname: string;
  /** The mode it is in. */
  readonly mode: string;
  /** The last prompt. */
  readonly prompt: string;
  /** Whether it can still be used. */
  readonly isOpen: boolean;
}

/** An answer as a caller writes it. */
export interface GivenAnswer {
  /** The question: what the last line holds, or an expression for it. */
  readonly question: string | RegExp;
  /** What to type. */
  readonly say: Answer["say"];
  /** Whether it is one key, without a newline. @default {false} */
  readonly key?: boolean | undefined;
}

/** A prompt, taken apart. */
export interface Prompt {
  /** The whole line, without blanks at its end. */
  readonly text: string;
  /** The mode whose prompt it is. */
  readonly mode: string;
  /** The device's name in it; empty if it has none. */
  readonly host: string;
  /** What changes within the mode: `"config-if"`. */
  readonly context: string | undefined;
}

/** Options for `get` and `put` of a session. */
export interface DeviceFileOptions extends ScpOptions {
  /** The protocol. @default {SFTP; SCP for devices without it} */
  readonly protocol?: "sftp" | "scp" | undefined;
}

/** How a recording is played. */
export interface ReplayOptions {
  /**
   * How what was said is cut: as it was recorded, octet by octet, or in random
   * pieces from a seed. A session must come out the same each time.
   * @default {"whole"}
   */
  readonly chunks?: "whole" | "octets" | { readonly seed: number } | undefined;
}
