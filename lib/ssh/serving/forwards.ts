/**
 * Connections that an SSH server makes and takes for its clients.
 *
 * @see RFC 4254 §7
 * @module
 */

import type { Server } from "node:net";
import type { Duplex } from "node:stream";
import { isLoopback } from "../../socket/endpoint.ts";
import type { Connection } from "../ssh2.ts";
import type { ForwardingOptions, ForwardTarget } from "./site.ts";

/** Ports that one client may have open. */
const MOST_PORTS = 100;

/** What is forwarded for one client. */
export class Forwards {
  readonly #connection: Connection;
  readonly #options: ForwardingOptions;
  readonly #user: () => string;
  readonly #streams = new Set<Duplex>();
  readonly #ports = new Map<string, Server>();
  #isClosed = false;

  /**
   * Begins to answer a client's requests.
   *
   * @param connection The client's.
   * @param options What is allowed.
   * @param user Who it is.
   */
  constructor(
    connection: Connection,
    options: ForwardingOptions,
    user: () => string,
  ) {
    this.#connection = connection;
    this.#options = options;
    this.#user = user;
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const target = { hostname: destIP, port: destPort, user: user() };
      if (!allows(options.local, target, () => true)) return reject();
      this.#dial(target, accept, reject);
    });
    connection.on("request", (accept, reject, name, info) => {
      if (!("bindPort" in info)) return reject?.();
      const { bindAddr, bindPort } = info;
      if (name === "tcpip-forward") {
        this.#listen(bindAddr, bindPort, accept, reject);
      } else if (name === "cancel-tcpip-forward") {
        this.#cancel(`${bindAddr}:${bindPort}`, accept, reject);
      } else reject?.();
    });
  }

  /** Ends all of it. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) stream.destroy();
    for (const server of this.#ports.values()) server.close();
    this.#ports.clear();
  }

  async #dial(
    { hostname, port }: ForwardTarget,
    accept: () => Duplex,
    reject: () => void,
  ): Promise<void> {
    const { connect } = await import("node:net");
    const socket = connect({ host: hostname, port, allowHalfOpen: true });
    socket.once("error", () => reject());
    socket.once("connect", () => {
      socket.setNoDelay(true);
      if (this.#isClosed) socket.destroy();
      else this.#join(socket, accept());
    });
  }

  async #listen(
    bindAddr: string,
    bindPort: number,
    accept: ((port?: number) => void) | undefined,
    reject: (() => void) | undefined,
  ): Promise<void> {
    // "" and "localhost" are what OpenSSH sends for "where you usually do".
    const hostname = /^(|localhost|\*)$/.test(bindAddr)
      ? "127.0.0.1"
      : bindAddr;
    const target = { hostname, port: bindPort, user: this.#user() };
    const isAllowed = this.#ports.size < MOST_PORTS &&
      allows(this.#options.remote, target, () => isLoopback(hostname));
    if (!isAllowed || await cannotBind(hostname, bindPort)) return reject?.();
    const { createServer } = await import("node:net");
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.setNoDelay(true);
      const { port } = server.address() as { port: number };
      const { remoteAddress = "", remotePort = 0 } = socket;
      socket.on("error", () => socket.destroy());
      this.#connection.forwardOut(
        bindAddr,
        port,
        remoteAddress,
        remotePort,
        (error: Error | undefined, channel: Duplex) => {
          if (error || this.#isClosed) socket.destroy();
          else this.#join(socket, channel);
        },
      );
    });
    server.once("error", () => reject?.());
    server.listen({ host: hostname, port: bindPort }, () => {
      const { port } = server.address() as { port: number };
      if (this.#isClosed) return void server.close();
      this.#ports.set(`${bindAddr}:${port}`, server);
      accept?.(port);
    });
  }

  #cancel(
    name: string,
    accept: (() => void) | undefined,
    reject: (() => void) | undefined,
  ): void {
    const server = this.#ports.get(name);
    if (server === undefined) return reject?.();
    this.#ports.delete(name);
    server.close();
    accept?.();
  }

  #join(one: Duplex, other: Duplex): void {
    for (const [from, to] of [[one, other], [other, one]] as const) {
      this.#streams.add(from);
      from.on("error", () => to.destroy());
      from.once("close", () => {
        this.#streams.delete(from);
        // What it had still to say has been piped; nothing more will come.
        to.end();
      });
      from.pipe(to);
    }
  }
}

function allows(
  rule: boolean | ((target: ForwardTarget) => boolean) | undefined,
  target: ForwardTarget,
  usually: () => boolean,
): boolean {
  if (typeof rule === "function") return rule(target);
  return rule === true && usually();
}

/** node:net throws what the runtime bars where nobody can catch it. */
async function cannotBind(hostname: string, port: number): Promise<boolean> {
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  const { state } = await Deno.permissions.query({
    name: "net",
    host: `${host}:${port}`,
  });
  return state !== "granted";
}
