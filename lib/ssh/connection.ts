/**
 * A connection to a machine over SSH, and what one does with it.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { onlyKnown } from "../known_options.ts";
import { card } from "../inspect/card.ts";
import { lendTerminal } from "../inspect/live.ts";
import { attach, lentAs, rawShell } from "./attach.ts";
import type { Chain, ConnectionPlan } from "./chain.ts";
import type {
  ExitStatus,
  PtyOptions,
  RunOptions,
  RunResult,
  SpawnOptions,
} from "./command.ts";
import type { SshFacts } from "./facts.ts";
import { Line, type OpenSession } from "./line.ts";
import type { Link } from "./link.ts";
import { dialThrough } from "./dial.ts";
import { openForwarding } from "./forward/forward.ts";
import type { ForwardOptions } from "./forward/forward_options.ts";
import type { Forwarding } from "./forward/forwarding.ts";
import { SshProcess } from "./process.ts";
import { SPAWN } from "./option_names.ts";
import { ptyOf, runAt, shown } from "./run.ts";
import type { SessionRequest } from "./session_channel.ts";
import type { RawShell, ShellOptions, ShellTerminal } from "./shell.ts";
import { openSftp } from "./sftp/open_sftp.ts";
import type { Sftp } from "./sftp/sftp.ts";
import type { SftpOptions } from "./sftp/sftp_options.ts";
import type { Client } from "./ssh2.ts";

/** Options for {@linkcode SshConnection.openShell}. */
export type RawShellOptions = PtyOptions & DeadlineOptions;

/** Options for {@linkcode SshConnection.spawn}; `timeout` is for the start alone. */
export type SshSpawnOptions = SpawnOptions & DeadlineOptions;

/**
 * A connection to a machine over SSH. Many commands run on it at once; close it,
 * or dispose of it, when they are done.
 *
 * @see RFC 4254
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => void await session.write(`${session.command}\n`),
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: "any",
 * });
 * const results = await Promise.all(["a", "b"].map((x) => on.run(x)));
 * assert.deepEqual(results.map(({ stdout }) => stdout), ["a\n", "b\n"]);
 * ```
 */
export class SshConnection implements AsyncDisposable {
  /** Who is logged in. */
  readonly user: string;
  /** The machine, as it was connected to. */
  readonly hostname: string;
  /** The port of its SSH server. */
  readonly port: number;
  /** The machines that it goes through, the first one first. */
  readonly via: readonly string[];
  readonly #target: string;
  readonly #line: Line;

  /**
   * Takes a chain of links that is up; {@linkcode connect} makes it.
   *
   * @param plan What it is, and how to make the chain again.
   * @param chain The links.
   * @ignore
   */
  constructor(plan: ConnectionPlan, chain: Chain) {
    const { user, hostname, port, via, target } = plan;
    this.user = user;
    this.hostname = hostname;
    this.port = port;
    this.via = via;
    this.#target = target;
    this.#line = new Line(plan, chain);
  }

  /**
   * The protocol's own object, for SFTP and forwarding.
   *
   * @ignore
   */
  get client(): Client {
    return this.link.client;
  }

  /**
   * The link that is there now.
   *
   * @ignore
   */
  get link(): Link {
    return this.#line.link;
  }

  /** `user@host:port`, as errors name it. */
  get target(): string {
    return this.#target;
  }

  /** What was agreed on in the handshake and the login. */
  get facts(): SshFacts {
    return this.link.facts;
  }

  /** Whether it is up; one that is lost may come back when it is used. */
  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  /** How often it was lost and made again. */
  get reconnects(): number {
    return this.#line.reconnects;
  }

  /** Resolves when it is down: with why, unless it was closed here. */
  get down(): Promise<Error | undefined> {
    return this.link.down;
  }

  /**
   * Runs a command to its end. A command that fails is a result; an exception
   * means that it could not be run, or that nobody knows how it ended.
   *
   * @param command A line for the shell there; {@linkcode sh} quotes the words of
   * one.
   * @param options What it reads, its terminal and environment, whether by sudo,
   * how long it may take and how much it may write.
   * @returns What it wrote, and how it ended.
   * @throws {NetError} With code `"lost"` if the connection broke meanwhile (the
   * command is not repeated), `"timeout"`, `"too-large"`, `"no-session"`.
   * @throws {AuthError} If sudo does not take the password.
   * @throws {TypeError} If the command, or what it is given, is no text or has a
   * NUL in it.
   */
  run(command: string, options: RunOptions = {}): Promise<RunResult> {
    return runAt(
      this.#target,
      (request, signal) => this.#line.open(request, signal),
      command,
      options,
    );
  }

  /**
   * Starts a command, and gives its streams. What is not read waits there, so
   * that any amount goes through in little memory.
   *
   * @param command A line for the shell there; {@linkcode sh} quotes the words of
   * one.
   * @param options Its terminal and environment.
   * @returns The command that runs; dispose of it to end it.
   * @throws {NetError} With code `"lost"` or `"no-session"`.
   */
  async spawn(
    command: string,
    options: SshSpawnOptions = {},
  ): Promise<SshProcess> {
    onlyKnown("start a command", options, SPAWN);
    const op = `start ${shown(command)} on`;
    const { pty, env } = options;
    const request = { kind: "exec", command, pty: ptyOf(pty), env } as const;
    const { session, ended } = await this.#start(request, op, options);
    return new SshProcess(command, session, (status) => ended(op, status));
  }

  /**
   * Runs a shell on a terminal until it ends: at the prompt on its own, in a
   * script on one that is handed in.
   *
   * @param options The terminal, such as `{ input: Deno.stdin, output:
   * Deno.stdout, size: Deno.consoleSize() }`; `timeout` is for the start alone.
   * @returns How the shell ended.
   * @throws {NetError} With code `"lost"` if the connection broke meanwhile.
   * @throws {TypeError} If there is no terminal.
   */
  async shell(options: ShellOptions = {}): Promise<ExitStatus> {
    const { input, output } = options;
    if (input && output) {
      return await this.#shell({ ...options, input, output });
    }
    const lent = lendTerminal((terminal) =>
      this.#shell({ ...options, ...lentAs(terminal) })
    );
    if (lent) return await lent;
    throw new TypeError(
      "Cannot run a shell as 'input' and 'output' must be given where no prompt lends its terminal: { input: Deno.stdin, output: Deno.stdout, size: Deno.consoleSize() }",
    );
  }

  async #shell(options: ShellOptions & ShellTerminal): Promise<ExitStatus> {
    const op = "run a shell on";
    const { term, env, command, size, signal } = options;
    const pty = ptyOf({ term, ...size });
    const { session, ended } = await this.#start(
      command === undefined
        ? { kind: "shell", pty, env }
        : { kind: "exec", command, pty, env },
      op,
      options,
    );
    const until = signal ?? new AbortController().signal;
    return ended(op, await attach(session, options, until));
  }

  /**
   * Opens a shell by callbacks, without streams between.
   *
   * @param options The terminal's name and size.
   * @returns The shell, which nobody reads yet.
   * @throws {NetError} With code `"lost"` or `"no-session"`.
   */
  async openShell(options: RawShellOptions = {}): Promise<RawShell> {
    const op = "open a shell on";
    const request = { kind: "shell", pty: ptyOf(options) } as const;
    const { session, ended } = await this.#start(request, op, options);
    return rawShell(session, (status) => ended(op, status));
  }

  /**
   * Starts a subsystem by callbacks: `"netconf"`, or whatever the server has.
   *
   * @param name The subsystem's name.
   * @param options How long to wait for the start.
   * @returns Its octets both ways, as those of a shell.
   * @throws {NetError} With code `"refused"` if the server has no such subsystem.
   */
  async openSubsystem(
    name: string,
    options: DeadlineOptions = {},
  ): Promise<RawShell> {
    const op = `start the subsystem ${name} on`;
    const request = { kind: "subsystem", command: name } as const;
    const { session, ended } = await this.#start(request, op, options);
    return rawShell(session, (status) => ended(op, status));
  }

  /**
   * Opens a session of SFTP: files there.
   *
   * @param options How long to wait for it.
   * @returns The session; dispose of it when it is done.
   * @throws {NetError} With code `"unsupported"` if the server has none.
   */
  async sftp(options: SftpOptions = {}): Promise<Sftp> {
    const link = await this.ready(options.signal);
    return await openSftp(link.client, this.target, options);
  }

  /**
   * Opens a way for connections: from a port here to what the machine reaches
   * (`local`), from a port there to what is reached from here (`remote`), or a
   * SOCKS 5 proxy here (`dynamic`).
   *
   * @param options Which way: `{ local: 8080, to: "10.0.0.5:80" }`.
   * @returns The way; it is open until it is closed or the connection ends.
   * @throws {NetError} With code `"in-use"` or `"prohibited"`.
   */
  async forward(options: ForwardOptions): Promise<Forwarding> {
    const link = await this.ready();
    return await openForwarding({
      client: link.client,
      name: this.target,
      dial: (hostname, port, signal) =>
        dialThrough(link, this.target, hostname, port, signal),
    }, options);
  }

  /**
   * Connects again if the connection was lost, and it was agreed to.
   *
   * @param signal Ends the wait.
   * @throws {NetError} With code `"closed"` or `"lost"` if it stays down.
   * @ignore
   */
  async ready(signal?: AbortSignal): Promise<Link> {
    return await this.#line.ready(signal);
  }

  /** Ends what runs on it, and waits until it is closed. */
  async close(): Promise<void> {
    await this.#line.close();
  }

  /** The same as {@linkcode close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The plain facts. */
  toJSON(): {
    user: string;
    hostname: string;
    port: number;
    via: readonly string[];
    isOpen: boolean;
    serverVersion: string;
  } {
    const { user, hostname, port, via, isOpen } = this;
    const { serverVersion } = this.facts;
    return { user, hostname, port, via, isOpen, serverVersion };
  }

  /** A card of what was agreed on. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const { facts, via, isOpen } = this;
    const { open, waiting } = this.#line.slots;
    const queue = waiting > 0 ? `, ${waiting} waiting` : "";
    return card(`ssh ${this.target}`, [
      ["state", isOpen ? "open" : "closed", isOpen ? "good" : "bad"],
      ["server", facts.serverVersion],
      ...(via.length > 0 ? [["through", via.join(", ")] as const] : []),
      ["login", facts.auth.join(", ")],
      ["host key", facts.hostKeyAlgorithm],
      ["key exchange", facts.kex],
      ["cipher", facts.cipher + (facts.mac === "" ? "" : `, ${facts.mac}`)],
      ["sessions", `${open}${queue}`, "number"],
    ], on);
  }

  async #start(
    request: SessionRequest,
    op: string,
    options: DeadlineOptions,
  ): Promise<OpenSession> {
    using deadline = new Deadline(op, this.#target, options);
    return await this.#line.open(request, deadline.signal);
  }
}
