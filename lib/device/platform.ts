/**
 * A platform as data: what its prompts look like, which modes it has and how
 * one gets from one to the next, what it says when it refuses.
 *
 * @module
 */

/** One thing to type, and what may be asked in return. */
export interface Step {
  /** The line to send; `{secret}` and the like are filled in by the session. */
  readonly send: string;
  /** What may be asked before the next prompt, and the answer to it. */
  readonly answers?: readonly Answer[];
  /** Whether a refusal is nothing: what is to be there or gone is so already. */
  readonly mayFail?: boolean;
}

/** A question of the device, and what to say to it. */
export interface Answer {
  /** A regular expression for the last line: `"[Pp]assword: ?$"`. */
  readonly question: string;
  /** What to say, or which secret to give: `"secret"` is never shown. */
  readonly say: string | { readonly secret: "password" | "enable" };
  /** Whether the answer is sent without a newline: one key. */
  readonly key?: boolean;
}

/** One mode of the command line: what its prompt is and where one gets from it. */
export interface Mode {
  /**
   * A regular expression for the whole last line. The group `host` is the
   * device's name (for a shell within the device, a word of the line that leads
   * there), the group `context` what changes within the mode.
   */
  readonly prompt: string;
  /**
   * A regular expression for the line just above the prompt that belongs to it
   * and not to the output: `[edit interfaces]`, `{master:0}`. It also tells
   * modes apart whose prompts are the same: `[/]` and `[pr:/configure]`.
   */
  readonly above?: string;
  /** Whether a long host name is cut short in this prompt: on Cisco IOS, so that the whole is short. */
  readonly cutsHost?: boolean;
  /** The neighbouring modes, and what to type to get there. */
  readonly to?: Readonly<Record<string, readonly Step[]>>;
}

/**
 * What the platform does to its configuration.
 *
 * Where lines take effect as they are typed there is no `commit`: `diff` then
 * shows what `save` would keep, and `discard` goes back to what was saved.
 * `{minutes}`, `{seconds}` and `{hhmmss}` are filled in by the session.
 */
export interface ConfigCommands {
  /** The mode in which lines of configuration are typed. */
  readonly mode: string;
  /** How lines nest: by indentation, as whole `set` lines, or not at all. */
  readonly style: "indent" | "braces" | "set" | "lines";
  /** Shows the running configuration, from the mode `showMode`. */
  readonly show: string;
  /** The mode in which `show` is typed; the first one if absent. */
  readonly showMode?: string;
  /** Shows what has been entered and not committed. */
  readonly diff?: string;
  /** Keeps the running configuration aside for `rollback`, before lines are typed; absent where the device does so by itself. */
  readonly checkpoint?: readonly Step[];
  /** Makes what was entered the running configuration. */
  readonly commit?: readonly Step[];
  /** The same for so long only; `{minutes}`, `{seconds}` or `{hhmmss}` say how long. */
  readonly commitConfirmed?: readonly Step[];
  /** What is added to a commit that is explained; `{comment}` is filled in. */
  readonly comment?: string;
  /** Makes a commit that was for so long only stay. */
  readonly confirm?: readonly Step[];
  /** Throws away what was entered and not committed. */
  readonly discard?: readonly Step[];
  /** Goes back to the configuration before the last commit, or to the checkpoint. */
  readonly rollback?: readonly Step[];
  /** Makes the running configuration survive a restart. */
  readonly save?: readonly Step[];
  /**
   * The mode in which each is typed, where it is another than usual: `diff`,
   * `commit`, `commitConfirmed` and `discard` in `mode`, the others in
   * `showMode`; see {@linkcode configModeOf}.
   */
  readonly where?: Readonly<Partial<Record<ConfigCommand, string>>>;
  /** What undoes a line, put before it: `"no "`, `"undo "`, `"delete "`. */
  readonly negate?: string;
}

/** A command for the configuration, by its field in {@linkcode ConfigCommands}. */
export type ConfigCommand =
  | "show"
  | "diff"
  | "checkpoint"
  | "commit"
  | "commitConfirmed"
  | "confirm"
  | "discard"
  | "rollback"
  | "save";

/**
 * What only a device of this platform shows before anything is asked; each a
 * regular expression. What others show too is no sign: `detect` tells them apart.
 */
export interface Signs {
  /** In what it shows before the first prompt. */
  readonly banner?: string;
  /** In the identification of its SSH server: `"^SSH-2\\.0-ROSSSH"` (RFC 4253 §4.2). */
  readonly serverVersion?: string;
  /** In the first prompt, which one of `modes` matches too. */
  readonly prompt?: string;
}

/** A platform of network devices. */
export interface Platform {
  /** The name that `connect` takes: `"cisco_ios"`. */
  readonly name: string;
  /** What people call it: `"Cisco IOS"`. */
  readonly title: string;
  /** Other names for the same: Netmiko's, NAPALM's. */
  readonly aliases: readonly string[];
  /** What ends a line that is typed. */
  readonly newline: string;
  /** What asks for the login where the transport does not (Telnet, a console). */
  readonly login: {
    readonly username: string;
    readonly password: string;
    readonly failed: string;
    /** What is put after the user's name, so that the device leaves out colours and the like. */
    readonly suffix?: string;
  };
  /** Whether it is a POSIX shell: its prompt can then be marked unseen. */
  readonly posixShell?: boolean;
  /** The modes; a login lands in the first, or in any one that matches. */
  readonly modes: Readonly<Record<string, Mode>>;
  /** What stops a long output, and the key that goes on. */
  readonly paging?: { readonly more: string; readonly key: string };
  /** Regular expressions for the lines with which it refuses a command. */
  readonly failures: readonly string[];
  /** Questions that any command may bring, and the answers. */
  readonly questions: readonly Answer[];
  /** Typed when the first prompt is there: no paging, wide lines. */
  readonly open: readonly Step[];
  /** Typed to leave. */
  readonly close: readonly Step[];
  /** How it is configured. */
  readonly config: ConfigCommands;
  /** How it is known before anything is typed: any one of these tells it. */
  readonly signs?: Signs;
  /** How it is known: what answers to which command tell; any one is enough. */
  readonly detect: readonly {
    readonly command: string;
    readonly pattern: string;
  }[];
  /** Templates by command, in TextFSM, of our own: `{ "show version": "Value …" }`. */
  readonly templates: Readonly<Record<string, string>>;
  /** What a device of the platform said: the fake device answers with it. */
  readonly dialogue: Dialogue;
}

/** A recorded conversation: enough to stand in for the device. */
export interface Dialogue {
  /** The name in its prompts. */
  readonly host: string;
  /** How its SSH server identifies itself (RFC 4253 §4.2): `"SSH-2.0-Cisco-1.25"`. */
  readonly serverVersion?: string;
  /** Where the dialogue comes from: `"recorded"` or `"written from manuals"`. */
  readonly source: string;
  /** What it shows before the first prompt. */
  readonly banner?: string;
  /** The mode of the first prompt. */
  readonly start: string;
  /** The prompt of each mode, as it is written, `{host}` and `{context}` filled in. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The contexts that lines of configuration lead into; none leads nowhere. */
  readonly contexts?: readonly Context[];
  /** What a command asks before it answers, by command: the questions in turn. */
  readonly asks?: Readonly<Record<string, readonly string[]>>;
  /** Answers by mode and command; `"*"` is any mode. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What it says to a command that it does not know; `{command}` is filled in. */
  readonly unknown: string;
  /** Its configuration at the start, as `config.show` prints it. */
  readonly config: string;
}

/** Where a line of configuration leads: from `(config)` to `(config-if)`. */
export interface Context {
  /** A regular expression for the line. */
  readonly line: string;
  /** What `{context}` in the prompt is then; `$1` is the first group of `line`. */
  readonly context: string;
}

/** The commands which are typed where lines of configuration are. */
const TYPED_INSIDE: readonly ConfigCommand[] = [
  "diff",
  "commit",
  "commitConfirmed",
  "discard",
];

/**
 * Tells in which mode a command for the configuration is typed.
 *
 * @param platform The platform.
 * @param command The field of its `config`.
 * @returns The mode's name.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const junos = await net.device.loadPlatform("juniper_junos");
 * assert.equal(net.device.configModeOf(junos, "commit"), "config");
 * assert.equal(net.device.configModeOf(junos, "show"), "exec");
 * ```
 */
export function configModeOf(
  platform: Platform,
  command: ConfigCommand,
): string {
  const { mode, showMode, where } = platform.config;
  return where?.[command] ??
    (TYPED_INSIDE.includes(command)
      ? mode
      : showMode ?? Object.keys(platform.modes)[0]!);
}
