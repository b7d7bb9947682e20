/**
 * How sessions at fake devices begin: over SSH, over Telnet, at a console.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { ServerSession } from "../../ssh/serving/session.ts";
import type {
  LoginAttempt,
  LoginMethod,
  SessionHandler,
  SftpFolder,
  SshSite,
} from "../../ssh/serving/site.ts";
import type { Gate } from "../../ssh/serving/users.ts";
import { telnetEscaped } from "../telnet.ts";
import { Outlet, type OutletEnd } from "./outlet.ts";
import type { DeviceState } from "./state.ts";
import { GREETING, TelnetReader } from "./telnet.ts";
import { FakeTerminal, type TerminalOptions } from "./terminal.ts";

/** What devices that are served together have in common. */
export interface Hospitality {
  /** Who may log in. */
  readonly gate: Gate;
  /** The passwords by user, for those who are asked by the device itself. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Whether the device itself asks who one is, over Telnet and at a console. */
  readonly login: boolean;
  /** The files that `scp` and `sftp` reach. */
  readonly sftp: SftpFolder | undefined;
  /** What else runs over SSH, by name. */
  readonly subsystems: Readonly<Record<string, SessionHandler>> | undefined;
  /** Gives the sizes of pieces. */
  readonly random: () => number;
}

/** What a device is to an SSH server. */
export class DeviceSite implements SshSite {
  readonly #device: DeviceState;
  readonly #shared: Hospitality;

  /**
   * @param device The device.
   * @param shared What it has in common with others.
   */
  constructor(device: DeviceState, shared: Hospitality) {
    this.#device = device;
    this.#shared = shared;
  }

  /** The ways to log in. */
  get methods(): readonly LoginMethod[] {
    return this.#shared.gate.methods;
  }

  /** How it names itself. */
  get software(): string | undefined {
    const { serverVersion } = this.#device.species.platform.dialogue;
    return serverVersion?.replace(/^SSH-2\.0-/, "");
  }

  /** Whether it never answers to a login. */
  get stalls(): boolean {
    return this.#device.faults.hang === "auth";
  }

  /** The files that `scp` and `sftp` reach. */
  get sftp(): SftpFolder | undefined {
    return this.#shared.sftp;
  }

  /** What else runs over SSH. */
  get subsystems(): Readonly<Record<string, SessionHandler>> | undefined {
    return this.#shared.subsystems;
  }

  /** Decides about a login. */
  login(attempt: LoginAttempt): boolean | Promise<boolean> {
    // RouterOS takes wishes about the terminal behind the name.
    const user = attempt.user.replace(/\+[a-z\d]+$/, "");
    return this.#shared.gate.login({ ...attempt, user });
  }

  /** Runs a session. */
  readonly shell: SessionHandler = (session) => this.#run(session);

  /** Runs one command. */
  readonly exec: SessionHandler = (session) =>
    this.#run(session, session.command);

  #run(session: ServerSession, command?: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const outlet = outletOf(this.#device, this.#shared, {
      write: (octets) => void session.write(octets),
      end: resolve,
      cut: () => session.cut(),
    });
    const terminal = new FakeTerminal(this.#device, outlet, {
      // Without a terminal at the other end there is no screen to fill.
      rows: session.terminal?.rows ?? 0,
      password: this.#shared.passwords.get(session.user),
    });
    session.onResize = ({ rows }) => terminal.rows = rows;
    session.start({
      data: (octets) => terminal.type(octets),
      ended: () => {
        // A program that closes its half may still wait for the answer.
        if (session.closed) outlet.close();
        else outlet.end();
        if (session.closed) resolve();
      },
    });
    if (command === undefined) terminal.begin();
    else terminal.once(command);
    return promise;
  }
}

/**
 * Serves a device on a socket without SSH.
 *
 * @param device The device.
 * @param shared What it has in common with others.
 * @param socket The client's.
 * @param transport Whether Telnet is spoken, or nothing at all.
 */
export function serveSocket(
  device: DeviceState,
  shared: Hospitality,
  socket: Socket,
  transport: "telnet" | "console",
): void {
  const isTelnet = transport === "telnet";
  const outlet = outletOf(device, shared, {
    write: (octets) =>
      void socket.write(isTelnet ? telnetEscaped(octets) : octets),
    end: () => void socket.end(),
    cut: () => void socket.destroy(),
  });
  const options: TerminalOptions = {
    rows: 24,
    waits: transport === "console",
    password: [...shared.passwords.values()][0],
    login: shared.login
      ? (user, password) => shared.passwords.get(user) === password
      : undefined,
  };
  const terminal = new FakeTerminal(device, outlet, options);
  const reader = new TelnetReader({
    data: (octets) => terminal.type(octets),
    reply: (octets) => void socket.write(octets),
    resize: (_columns, rows) => terminal.rows = rows,
  });
  socket.on("data", (octets: Uint8Array) => {
    if (isTelnet) reader.push(octets);
    else terminal.type(octets);
  });
  socket.once("close", () => outlet.close());
  if (isTelnet) socket.write(GREETING);
  terminal.begin();
}

function outletOf(
  device: DeviceState,
  shared: Hospitality,
  end: OutletEnd,
): Outlet {
  const { delay, chunk } = device.species;
  const { slow = 0, drop } = device.faults;
  const cutAfter = drop !== undefined && "octets" in drop
    ? drop.octets
    : Infinity;
  return new Outlet(
    { delay, chunk, slow, cutAfter, random: shared.random },
    end,
  );
}
