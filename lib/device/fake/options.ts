/**
 * What can be chosen about fake devices.
 *
 * @module
 */

import type { SessionHandler, SftpFolder } from "../../ssh/serving/site.ts";
import type { SshUsers } from "../../ssh/serving/users.ts";

/** How a fake device is reached; `"console"` is the port of a console server. */
export type FakeTransport = "ssh" | "telnet" | "console";

/** What a fake device and a whole fleet of them have in common. */
export interface FakeCommonOptions {
  /** How it is reached. @default {"ssh"} */
  transport?: FakeTransport | undefined;
  /** Who may log in first of all. @default {"admin"} */
  user?: string | undefined;
  /** That one's password. @default {"let-me-in"} */
  password?: string | undefined;
  /** Who may log in besides, by name; a text is a password. */
  users?: SshUsers | undefined;
  /** What `enable` asks for; false if it asks for nothing. @default {"let-me-up"} */
  enableSecret?: string | false | undefined;
  /** Whether it asks who one is, over Telnet and at a console. @default {true} */
  login?: boolean | undefined;
  /** Private keys of its SSH server. @default {one fresh Ed25519 key} */
  hostKeys?: readonly string[] | undefined;
  /** What it is configured with at the start. @default {as its platform's dialogue has it} */
  config?: string | undefined;
  /** What it answers to commands, besides what its platform's dialogue has. */
  answers?: Readonly<Record<string, string>> | undefined;
  /** What it shows before the first prompt. */
  banner?: string | undefined;
  /** Whether long outputs stop at the end of the screen. @default {true} */
  paging?: boolean | undefined;
  /** How much later all that it says comes, in milliseconds: a round trip. @default {0} */
  delay?: number | undefined;
  /** The most octets that come in one piece; 0 for no limit. @default {0} */
  chunk?: number | undefined;
  /** Where the sizes of pieces come from. @default {a fresh one} */
  seed?: number | undefined;
  /** How long a minute is, in milliseconds, while a commit waits for its confirmation. @default {60000} */
  minute?: number | undefined;
  /** The folder that `scp` and `sftp` see. */
  sftp?: string | SftpFolder | undefined;
  /** What else runs over SSH, by name: `{ netconf: (session) => … }`. */
  subsystems?: Readonly<Record<string, SessionHandler>> | undefined;
  /** Stops the making. */
  signal?: AbortSignal | undefined;
}
