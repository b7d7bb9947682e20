/**
 * A running SSH server, and its clients as one sees them.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import type { Acceptor } from "./acceptor.ts";
import type { HostKey } from "./host_key.ts";

/** A client of an {@linkcode SshServer}. */
export interface SshClientInfo {
  /** From where. */
  readonly peer: Endpoint;
  /** Who it is; nobody until it has logged in. */
  readonly user: string | undefined;
  /** How it names itself: `"OpenSSH_9.2p1"`; nothing until it has. */
  readonly software: string | undefined;
  /** Sessions that run. */
  readonly sessions: number;
  /** When it connected, in milliseconds since 1970. */
  readonly since: number;
}

/**
 * A running SSH server.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({ users: { admin: "secret" } });
 * assert.match(server.fingerprints[0]!, /^SHA256:/);
 * assert.equal(server.knownHosts, `[127.0.0.1]:${server.port} ${server.hostKeys[0]}\n`);
 * ```
 */
export class SshServer implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Its public keys, as `known_hosts` writes them: type and key. */
  readonly hostKeys: readonly string[];
  /** The same as OpenSSH shows them: `SHA256:…`. */
  readonly fingerprints: readonly string[];
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>;
  readonly #acceptor: Acceptor;
  readonly #unlisten: () => Promise<void>;
  readonly #finish: () => void;
  #closing: Promise<void> | undefined;

  /**
   * Takes what {@linkcode serve} made.
   *
   * @param address Where it listens.
   * @param keys Its keys.
   * @param acceptor What serves.
   * @param unlisten Stops listening.
   */
  constructor(
    address: Endpoint,
    keys: readonly HostKey[],
    acceptor: Acceptor,
    unlisten: () => Promise<void>,
  ) {
    this.address = address;
    this.hostKeys = keys.map(({ line }) => line);
    this.fingerprints = keys.map(({ fingerprint }) => fingerprint);
    this.#acceptor = acceptor;
    this.#unlisten = unlisten;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** The host part of `address`. */
  get hostname(): string {
    return this.address.hostname;
  }

  /** The port part of `address`. */
  get port(): number {
    return this.address.port;
  }

  /** Its lines for a `known_hosts` file. */
  get knownHosts(): string {
    const { hostname, port } = this.address;
    const host = port === 22 ? hostname : `[${hostname}]:${port}`;
    return this.hostKeys.map((key) => `${host} ${key}\n`).join("");
  }

  /** The clients that are connected, oldest first. */
  get connections(): SshClientInfo[] {
    return [...this.#acceptor.clients.values()].map(
      ({ peer, user, software, sessions, since }) => {
        return { peer, user, software, sessions, since };
      },
    );
  }

  /** Connections that are open, logged in or not. */
  get open(): number {
    return this.#acceptor.clients.size;
  }

  /** Sessions that run. */
  get sessions(): number {
    return this.#acceptor.sessions;
  }

  /** Connections taken so far. */
  get accepted(): number {
    return this.#acceptor.accepted;
  }

  /** Connections refused so far, because there were too many. */
  get refused(): number {
    return this.#acceptor.refused;
  }

  /** Logins so far. */
  get logins(): number {
    return this.#acceptor.logins;
  }

  /** Refused tries to log in so far. */
  get failedLogins(): number {
    return this.#acceptor.failedLogins;
  }

  /** Handlers that threw. */
  get failed(): number {
    return this.#acceptor.log.count;
  }

  /** The newest 100 things that handlers threw, oldest first. */
  get errors(): readonly unknown[] {
    return this.#acceptor.log.errors;
  }

  /**
   * Ends all connections, at once, and stops listening. A second call waits for
   * the first.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, key and counters, plain. */
  toJSON(): {
    address: string;
    fingerprints: readonly string[];
    open: number;
    sessions: number;
    accepted: number;
    logins: number;
    failedLogins: number;
  } {
    const { fingerprints, open, sessions, accepted } = this;
    const { logins, failedLogins } = this;
    const address = `${this.address}`;
    return {
      address,
      fingerprints,
      open,
      sessions,
      accepted,
      logins,
      failedLogins,
    };
  }

  /** One line: where it listens, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closing
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    const bad = this.failedLogins === 0
      ? ""
      : `, ${paint("warn", `${count(this.failedLogins)} refused`, room)}`;
    return `SSH ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.logins)
    } logins${bad}, ${count(this.open)} open, ${count(this.sessions)} sessions`;
  }

  async #close(): Promise<void> {
    const unlistened = this.#unlisten();
    this.#acceptor.close();
    await unlistened;
    this.#finish();
  }
}
