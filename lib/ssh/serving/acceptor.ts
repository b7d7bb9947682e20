/**
 * What turns sockets into clients of an SSH server: one for a server with one
 * listener as for a fleet with thousands.
 *
 * @module
 */

import type { Socket } from "node:net";
import { ErrorLog } from "../../socket/error_log.ts";
import { ssh2Algorithms } from "../algorithms.ts";
import type { AlgorithmLists } from "../algorithms.ts";
import { batched } from "../batched.ts";
import type { Ssh2 } from "../ssh2.ts";
import {
  type ClientLimits,
  type ClientReport,
  ServerClient,
} from "./client.ts";
import type { HostKey } from "./host_key.ts";
import type { SshSite } from "./site.ts";

/** How many clients an {@linkcode Acceptor} takes, and how patiently. */
export interface AcceptorLimits extends ClientLimits {
  /** Connections at once. */
  readonly maxConnections: number;
  /** From the first octet to the login, in milliseconds. */
  readonly loginTimeout: number;
}

/** What of ssh2 is touched beyond its documented door (1.17): whose it is. */
interface Inner {
  readonly _sock: Socket;
}

/** Takes sockets, and serves SSH on them. */
export class Acceptor implements ClientReport {
  /** The clients that are connected, logged in or not, oldest first. */
  readonly clients = new Map<Socket, ServerClient>();
  /** What handlers threw. */
  readonly log: ErrorLog<ServerClient>;
  /** Connections taken so far. */
  accepted = 0;
  /** Connections refused, because there were too many. */
  refused = 0;
  /** Logins so far. */
  logins = 0;
  /** Refused tries to log in so far. */
  failedLogins = 0;
  /** Sessions that run. */
  sessions = 0;
  readonly #library: Ssh2;
  readonly #keys: readonly HostKey[];
  readonly #algorithms: AlgorithmLists;
  readonly #limits: AcceptorLimits;
  readonly #servers = new Map<string, InstanceType<Ssh2["Server"]>>();
  readonly #timers = new Map<Socket, ReturnType<typeof setTimeout>>();
  #isClosed = false;

  /**
   * Takes what all clients have in common.
   *
   * @param library ssh2.
   * @param keys The server's keys.
   * @param algorithms What handshakes offer.
   * @param limits How much is taken.
   * @param onError Whom to tell of what handlers throw.
   */
  constructor(
    library: Ssh2,
    keys: readonly HostKey[],
    algorithms: AlgorithmLists,
    limits: AcceptorLimits,
    onError?: (error: unknown) => void,
  ) {
    this.#library = library;
    this.#keys = keys;
    this.#algorithms = algorithms;
    this.#limits = limits;
    this.log = new ErrorLog(onError);
  }

  /**
   * Serves SSH on a socket.
   *
   * @param socket A client's, just accepted.
   * @param site What is done for it.
   */
  take(socket: Socket, site: SshSite): void {
    socket.on("error", () => socket.destroy());
    if (this.#isClosed || this.clients.size >= this.#limits.maxConnections) {
      this.refused++;
      return void socket.destroy();
    }
    this.accepted++;
    socket.setNoDelay(true);
    const client = new ServerClient(socket, site, this, this.#limits);
    this.clients.set(socket, client);
    this.#timers.set(
      socket,
      setTimeout(() => socket.destroy(), this.#limits.loginTimeout),
    );
    socket.once("close", () => {
      this.#admitted(socket);
      this.clients.delete(socket);
      client.gone();
    });
    this.#serverFor(site).injectSocket(batched(socket));
  }

  /** Ends all connections, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.clients.keys()) socket.destroy();
  }

  /** Implements {@linkcode ClientReport}. */
  loggedIn(): void {
    this.logins++;
  }

  /** Implements {@linkcode ClientReport}. */
  refusedLogin(): void {
    this.failedLogins++;
  }

  /** Implements {@linkcode ClientReport}. */
  session(open: 1 | -1): void {
    this.sessions += open;
  }

  /** Implements {@linkcode ClientReport}. */
  threw(error: unknown, client: ServerClient): void {
    this.log.record(error, client);
  }

  /** ssh2's object for all clients that are shown the same, made once. */
  #serverFor({ software, banner }: SshSite): InstanceType<Ssh2["Server"]> {
    const face = JSON.stringify([software, banner]);
    const known = this.#servers.get(face);
    if (known !== undefined) return known;
    const server = new this.#library.Server(
      {
        hostKeys: this.#keys.map(({ parsed }) => ({ key: parsed })),
        algorithms: ssh2Algorithms(this.#algorithms) as never,
        ...software === undefined ? {} : { ident: software },
        ...banner === undefined ? {} : { banner },
      },
      (connection, { header }) => {
        const { _sock } = connection as typeof connection & Inner;
        connection.once("ready", () => this.#admitted(_sock));
        this.clients.get(_sock)?.begin(connection, header.versions.software);
      },
    );
    this.#servers.set(face, server);
    return server;
  }

  #admitted(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }
}
