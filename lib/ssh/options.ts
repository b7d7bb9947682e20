/**
 * How one connects over SSH: the options, and what is decided from them.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { SshAlgorithms } from "./algorithm_names.ts";
import type { SshConnection } from "./connection.ts";
import type { HostKeyOptions } from "./known_hosts/host_key_policy.ts";
import type { SshAsk, SshMethod } from "./question.ts";
import type { PrivateKey } from "./keys/keys.ts";
import type { SshConfig } from "./config/ssh_config.ts";
import type { SshTargetLike } from "./target.ts";
import type { KeepaliveOptions, ReconnectOptions } from "./upkeep.ts";

/** A machine on the way: its name, its name with options, or a connection. */
export type SshJump =
  | string
  | SshConnection
  | ({ readonly target: SshTargetLike } & SshConnectOptions);

/** Options for {@linkcode connect}. */
export interface SshConnectOptions extends DeadlineOptions, HostKeyOptions {
  /** Who logs in. @default {what target and configuration say, else who you are here} */
  readonly user?: string | undefined;
  /** The port. @default {what target and configuration say, else 22} */
  readonly port?: number | undefined;
  /** A password, which also answers a server that asks for one thing unseen. */
  readonly password?: string | undefined;
  /**
   * Keys to log in with, tried before all others: paths, texts of key files, or
   * keys that were read. @default {none}
   */
  readonly keys?: readonly (string | PrivateKey)[] | undefined;
  /** What the key files among them are encrypted with. */
  readonly passphrase?: string | undefined;
  /**
   * The agent that holds keys: its path, or whether to ask the one of
   * `SSH_AUTH_SOCK`. @default {true}
   */
  readonly agent?: boolean | string | undefined;
  /** Whether programs there may use the agent here. @default {what the configuration says, else false} */
  readonly forwardAgent?: boolean | undefined;
  /** Asks somebody: for a password, for a code, for a key's passphrase. */
  readonly ask?: SshAsk | undefined;
  /** The methods, in order. @default {["publickey", "keyboard-interactive", "password"]} */
  readonly methods?: readonly SshMethod[] | undefined;
  /** Algorithms to offer beside the usual ones, or in their place. */
  readonly algorithms?: SshAlgorithms | undefined;
  /**
   * The configuration: a path, what was parsed, or whether to read
   * `~/.ssh/config`. @default {true}
   */
  readonly config?: boolean | string | SshConfig | undefined;
  /** Machines to go through, the first one first. @default {what the configuration says} */
  readonly jump?: SshJump | readonly SshJump[] | undefined;
  /** Whether and how often to ask if the server is there. @default {what the configuration says, else not} */
  readonly keepalive?: boolean | KeepaliveOptions | undefined;
  /** Whether and how to connect again, once it is lost and something is asked. @default {false} */
  readonly reconnect?: boolean | ReconnectOptions | undefined;
  /** The longest wait for the login, in milliseconds. @default {what the configuration says, else 20000} */
  readonly timeout?: number | undefined;
  /** Stops the attempt at any stage. */
  readonly signal?: AbortSignal | undefined;
}
