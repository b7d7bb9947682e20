/**
 * What an SSH server is told to do: who may log in, and what runs for them.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import type { ServerSession } from "./session.ts";

/** A way to prove who one is, as it is called on the wire (RFC 4252). */
export type LoginMethod =
  | "none"
  | "password"
  | "publickey"
  | "keyboard-interactive";

/** One try of a client to log in. */
export interface LoginAttempt {
  /** As whom. */
  readonly user: string;
  /** How. */
  readonly method: LoginMethod;
  /** The password, for the method `"password"`. */
  readonly password?: string | undefined;
  /** The key, for `"publickey"`: as in `authorized_keys`, without a comment. */
  readonly key?: string | undefined;
  /** From where. */
  readonly peer: Endpoint;
  /**
   * Asks questions, for `"keyboard-interactive"`, and gives the answers; what is
   * typed shows only if `echo` says so.
   */
  ask(
    questions: readonly LoginQuestion[],
    instruction?: string,
  ): Promise<string[]>;
}

/** What `"keyboard-interactive"` asks. */
export interface LoginQuestion {
  /** `"Password: "`. */
  readonly prompt: string;
  /** Whether what is typed shows. @default {false} */
  readonly echo?: boolean | undefined;
}

/**
 * Serves one session: a command, a shell or a subsystem. The session ends when
 * it does, with the exit status that it gives, 0 if none.
 */
export type SessionHandler = (
  session: ServerSession,
) => number | void | Promise<number | void>;

/** A folder that clients see as the root of all files. */
export interface SftpFolder {
  /** The folder's path. */
  readonly root: string;
  /** Whether nothing there may be changed. @default {false} */
  readonly readOnly?: boolean | undefined;
}

/** The end of a forwarding, as the client names it. */
export interface ForwardTarget {
  /** A name or an address. */
  readonly hostname: string;
  /** The port. */
  readonly port: number;
  /** Who asks. */
  readonly user: string;
}

/** Which forwarding is allowed; none unless it is said. */
export interface ForwardingOptions {
  /** Connections that the client opens from here: `ssh -L`, `-D`, `-J`. @default {false} */
  readonly local?: boolean | ((target: ForwardTarget) => boolean) | undefined;
  /**
   * Ports that are opened here for the client: `ssh -R`. True allows those of
   * the loopback addresses. @default {false}
   */
  readonly remote?: boolean | ((target: ForwardTarget) => boolean) | undefined;
}

/** What a server does for those who reach it. */
export interface SshSite {
  /** The ways to log in that it offers. */
  readonly methods: readonly LoginMethod[];
  /** How it names itself, without `SSH-2.0-`. */
  readonly software?: string | undefined;
  /** Shown before the login (RFC 4252 §5.4). */
  readonly banner?: string | undefined;
  /** Decides about one try; for a key it may be asked twice, as clients do. */
  login(attempt: LoginAttempt): boolean | Promise<boolean>;
  /** Told once the login has begun: true holds it for ever. */
  readonly stalls?: boolean | undefined;
  /** Runs a command. */
  readonly exec?: SessionHandler | undefined;
  /** Runs a shell. */
  readonly shell?: SessionHandler | undefined;
  /** Runs subsystems, by name. */
  readonly subsystems?: Readonly<Record<string, SessionHandler>> | undefined;
  /** The files that `sftp` and `scp` reach. */
  readonly sftp?: SftpFolder | undefined;
  /** What may be forwarded. */
  readonly forwarding?: ForwardingOptions | undefined;
}
