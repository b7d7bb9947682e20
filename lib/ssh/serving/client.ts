/**
 * One client of an SSH server, from its first octet to its last.
 *
 * @module
 */

import type { Socket } from "node:net";
import { Endpoint } from "../../socket/endpoint.ts";
import type {
  AuthContext,
  Connection,
  ServerChannel,
  Session,
} from "../ssh2.ts";
import { Forwards } from "./forwards.ts";
import { decideLogin } from "./login.ts";
import { ServerSession, type SessionTerminal } from "./session.ts";
import { serveSftp } from "./sftp.ts";
import type { SessionHandler, SshSite } from "./site.ts";

/** What a client reports to the server that took it. */
export interface ClientReport {
  /** Somebody has logged in. */
  loggedIn(client: ServerClient): void;
  /** A try to log in was refused. */
  refusedLogin(): void;
  /** A session has been opened, or one is over. */
  session(open: 1 | -1): void;
  /** A handler threw. */
  threw(error: unknown, client: ServerClient): void;
}

/** How patient a server is. */
export interface ClientLimits {
  /** Sessions at once on one connection. */
  readonly maxSessions: number;
  /** Tries to log in. */
  readonly maxTries: number;
}

/** A client that is connected. */
export class ServerClient {
  /** From where. */
  readonly peer: Endpoint;
  /** When it connected, in milliseconds since 1970. */
  readonly since: number = Date.now();
  /** Who it is, once that is known. */
  user: string | undefined;
  /** How it names itself: `"OpenSSH_9.2p1"`. */
  software: string | undefined;
  readonly #socket: Socket;
  readonly #site: SshSite;
  readonly #report: ClientReport;
  readonly #limits: ClientLimits;
  /** Those whose handlers run. */
  readonly #sessions = new Set<ServerSession>();
  #forwards: Forwards | undefined;
  #open = 0;
  #tries = 0;

  /**
   * Takes a socket whose SSH has not begun.
   *
   * @param socket The client's.
   * @param site What is done for it.
   * @param report Whom to tell.
   * @param limits How much it may ask for.
   */
  constructor(
    socket: Socket,
    site: SshSite,
    report: ClientReport,
    limits: ClientLimits,
  ) {
    this.#socket = socket;
    this.#site = site;
    this.#report = report;
    this.#limits = limits;
    const { remoteAddress = "0.0.0.0", remotePort = 0 } = socket;
    this.peer = new Endpoint(remoteAddress, remotePort);
  }

  /** Sessions that run. */
  get sessions(): number {
    return this.#open;
  }

  /** Ends the connection at once. */
  drop(): void {
    this.#socket.destroy();
  }

  /** The socket is closed: what ran for it hears of that. */
  gone(): void {
    for (const session of this.#sessions) session.gone();
    this.#sessions.clear();
    // ssh2 says of no session that its connection was lost.
    while (this.#open > 0) this.#over();
    this.#forwards?.close();
  }

  /**
   * Begins to answer: the client has named itself.
   *
   * @param connection ssh2's.
   * @param software How it names itself.
   */
  begin(connection: Connection, software: string): void {
    this.software = software;
    // What a client does wrong ends its connection, and nothing else.
    connection.on("error", () => this.drop());
    if (this.#site.stalls) return void connection.on("authentication", silent);
    connection.on("authentication", (context) => this.#try(context));
    connection.once("ready", () => this.#report.loggedIn(this));
    connection.on("session", (accept, reject) => {
      if (this.#open >= this.#limits.maxSessions) return reject();
      this.#open++;
      this.#report.session(1);
      this.#serve(accept());
    });
    const { forwarding } = this.#site;
    if (forwarding?.local || forwarding?.remote) {
      this.#forwards = new Forwards(connection, forwarding, () => this.user!);
    }
  }

  #try(context: AuthContext): void {
    const { methods } = this.#site;
    decideLogin(context, this.#site, this.peer).then((allowed) => {
      if (this.#socket.destroyed) return;
      if (allowed) {
        this.user = context.username;
        return context.accept();
      }
      // Every client begins with "none", to hear which methods there are.
      if (context.method !== "none") {
        this.#report.refusedLogin();
        if (++this.#tries >= this.#limits.maxTries) return this.#socket.end();
      }
      context.reject([...methods], false);
    }).catch((error) => {
      this.#report.threw(error, this);
      this.drop();
    });
  }

  #serve(session: Session): void {
    let terminal: SessionTerminal | undefined;
    let running: ServerSession | undefined;
    const environment: Record<string, string> = {};
    session.on("pty", (accept, _reject, { term, cols, rows }) => {
      // OpenSSH says 0 by 0 where its own input is no terminal.
      terminal = { term, columns: cols || 80, rows: rows || 24 };
      accept?.();
    });
    session.on("env", (accept, reject, { key, val }) => {
      if (Object.keys(environment).length >= 100) return reject?.();
      environment[key] = val;
      accept?.();
    });
    session.on("window-change", (accept, _reject, { cols, rows }) => {
      accept?.();
      if (running === undefined && terminal !== undefined) {
        terminal = { ...terminal, columns: cols, rows };
      }
      running?.resize(cols, rows);
    });
    session.on("signal", (accept, _reject, { name }) => {
      accept?.();
      running?.onSignal?.(name);
    });
    const run = (
      handler: SessionHandler | undefined,
      accept: () => ServerChannel,
      reject: () => void,
      command?: string,
    ) => {
      if (handler === undefined) return reject?.();
      running = new ServerSession(accept(), {
        user: this.user!,
        peer: this.peer,
        software: this.software!,
        command,
        terminal,
        environment,
        cut: () => this.drop(),
      });
      this.#run(running, handler);
    };
    const { exec, shell, subsystems, sftp, software } = this.#site;
    session.on(
      "exec",
      (accept, reject, { command }) => run(exec, accept, reject, command),
    );
    session.on("shell", (accept, reject) => run(shell, accept, reject));
    session.on("subsystem", (accept, reject, { name }) => {
      const handler =
        subsystems !== undefined && Object.hasOwn(subsystems, name)
          ? subsystems[name]
          : name === "sftp" && sftp !== undefined
          ? (one: ServerSession) => serveSftp(one, sftp, software)
          : undefined;
      run(handler, accept, reject, name);
    });
    session.on("close", () => {
      running?.gone();
      this.#over();
    });
  }

  #over(): void {
    this.#open--;
    this.#report.session(-1);
  }

  #run(session: ServerSession, handler: SessionHandler): void {
    this.#sessions.add(session);
    // An async function of its own, so that what a handler throws at once is
    // caught as what it rejects with is.
    (async () => await handler(session))().then(
      (status) => session.exit(status ?? 0),
      (error) => {
        // Many a handler ends with an error because its client went away.
        if (!session.closed) this.#report.threw(error, this);
        session.exit(255);
      },
    ).finally(() => this.#sessions.delete(session));
  }
}
function silent(): void {}
