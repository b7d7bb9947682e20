/**
 * Starts an SSH server.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { endpoint } from "../socket/endpoint.ts";
import { bindable } from "../socket/local.ts";
import { chooseAlgorithms, type SshAlgorithms } from "./algorithms.ts";
import { listenOn } from "./listening.ts";
import { Acceptor, type AcceptorLimits } from "./serving/acceptor.ts";
import { hostKeys } from "./serving/host_key.ts";
import { SshServer } from "./serving/server.ts";
import type {
  ForwardingOptions,
  LoginAttempt,
  LoginMethod,
  SessionHandler,
  SftpFolder,
} from "./serving/site.ts";
import { gateOf, type SshUsers } from "./serving/users.ts";
import { loadSsh2 } from "./ssh2.ts";

/** Options for {@linkcode serve}. */
export interface ServeOptions {
  /** Where to listen: a name or an address. @default {"127.0.0.1"} */
  hostname?: string | undefined;
  /** The port; 0 for a free one. @default {0} */
  port?: number | undefined;
  /**
   * Private keys of the server, in PEM or OpenSSH's format, without a
   * passphrase. @default {one fresh Ed25519 key}
   */
  hostKeys?: readonly string[] | undefined;
  /** Who may log in, by name; a text is a password. */
  users?: SshUsers | undefined;
  /**
   * Decides about logins in place of `users`; for a key it is asked before the
   * client signs and again after the signature has been checked.
   */
  login?: ((attempt: LoginAttempt) => boolean | Promise<boolean>) | undefined;
  /**
   * The ways to log in that are offered.
   * @default {those for which `users` has something; with `login`, all but none}
   */
  methods?: readonly LoginMethod[] | undefined;
  /** Shown before the login. */
  banner?: string | undefined;
  /** How it names itself, after `SSH-2.0-`. @default {ssh2's own name} */
  software?: string | undefined;
  /** Runs commands; what it returns is the exit status. */
  exec?: SessionHandler | undefined;
  /** Runs shells. What is typed comes as it is: to echo it is up to this. */
  shell?: SessionHandler | undefined;
  /** Runs subsystems, by name: `{ netconf: (session) => … }`. */
  subsystems?: Readonly<Record<string, SessionHandler>> | undefined;
  /** The folder that `sftp` and `scp` see, or more about it. */
  sftp?: string | SftpFolder | undefined;
  /** What may be forwarded. @default {nothing} */
  forwarding?: ForwardingOptions | undefined;
  /** What handshakes offer. @default {what OpenSSH does, less what is old} */
  algorithms?: SshAlgorithms | undefined;
  /** Connections at once; more are closed at once. @default {1000} */
  maxConnections?: number | undefined;
  /** Sessions at once on one connection. @default {64} */
  maxSessions?: number | undefined;
  /** Tries to log in on one connection. @default {6} */
  maxTries?: number | undefined;
  /** From the first octet to the login, in milliseconds. @default {30000} */
  loginTimeout?: number | undefined;
  /** Told of what handlers throw; `server.errors` keeps it anyway. */
  onError?: ((error: unknown) => void) | undefined;
  /** Closes the server. */
  signal?: AbortSignal | undefined;
}

const ALL: readonly LoginMethod[] = [
  "publickey",
  "keyboard-interactive",
  "password",
];

/**
 * Serves SSH: for a lab, for tests, for what is no machine but should look like
 * one.
 *
 * @param options Where, for whom, and what runs for them.
 * @returns The server, which listens already: its `port` is known.
 * @throws {NetError} `"in-use"`, `"not-local"`, `"not-found"`, or `"key"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {TypeError} If nobody could log in, or an option is malformed.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 4251 to RFC 4254
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => {
 *     await session.write(`you said ${session.command}\n`);
 *   },
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: { fingerprint: server.fingerprints[0]! },
 * });
 * assert.equal((await on.run("hello")).stdout, "you said hello\n");
 * ```
 */
export async function serve(options: ServeOptions): Promise<SshServer> {
  const { hostname, port = 0, signal, users, login, exec, shell } = options;
  const { subsystems, forwarding, banner, software, onError } = options;
  const wanted = endpoint({ hostname, port });
  if ((users === undefined) === (login === undefined)) {
    throw new TypeError(
      "Cannot serve SSH as either 'users' or 'login' must say who may log in: current value is " +
        (users === undefined ? "neither" : "both"),
    );
  }
  const gate = users === undefined
    ? { methods: ALL, login: login! }
    : gateOf(users);
  const limits = limitsOf(options);
  const algorithms = chooseAlgorithms(options.algorithms);
  const sftp = typeof options.sftp === "string"
    ? { root: options.sftp }
    : options.sftp;
  using deadline = new Deadline("listen on", `${wanted}`, { signal });
  const local = await bindable("listen on", wanted, deadline);
  const [library, { createServer }] = await Promise.all([
    loadSsh2(),
    import("node:net"),
  ]);
  const keys = await hostKeys(library, options.hostKeys);
  const acceptor = new Acceptor(library, keys, algorithms, limits, onError);
  const site = {
    methods: options.methods ?? gate.methods,
    login: gate.login,
    ...{ software, banner, exec, shell, subsystems, sftp, forwarding },
  };
  signal?.throwIfAborted();
  const listener = createServer((socket) => acceptor.take(socket, site));
  const address = await listenOn(listener, local, wanted);
  listener.on("error", (error) => acceptor.log.errors.push(error));
  const server = new SshServer(
    address,
    keys,
    acceptor,
    // It is closed when the last socket is.
    () => new Promise((resolve) => listener.close(() => resolve())),
  );
  const stop = () => void server.close();
  signal?.addEventListener("abort", stop, { once: true });
  server.finished.then(() => signal?.removeEventListener("abort", stop));
  return server;
}

function limitsOf(options: ServeOptions): AcceptorLimits {
  const limits = {
    maxConnections: options.maxConnections ?? 1000,
    maxSessions: options.maxSessions ?? 64,
    maxTries: options.maxTries ?? 6,
    loginTimeout: options.loginTimeout ?? 30_000,
  };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value >= 1 && value <= 0x7fffffff)) {
      throw new RangeError(
        `Cannot serve SSH as '${name}' must be from 1 to ${0x7fffffff}: current value is ${value}`,
      );
    }
  }
  return limits;
}
