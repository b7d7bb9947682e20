/**
 * Connections that an SSH server makes and takes for its clients.
 *
 * @see RFC 4254 §7
 * @module
 */

import type { Server } from "node:net";
import type { Duplex } from "node:stream";
import { Endpoint, isLoopback } from "../../socket/endpoint.ts";
import { dialTcp, PROHIBITED } from "../dial.ts";
import { listenOn } from "../listening.ts";
import type { Connection } from "../ssh2.ts";
import type { ForwardingOptions, ForwardTarget } from "./site.ts";

/** Ports that one client may have open. */
const MOST_PORTS = 100;

/**
 * What of ssh2 is touched beyond its documented door (1.17): whatever it
 * rejects, it says that connecting failed.
 */
interface Inner {
  readonly _protocol: {
    channelOpenFail(channel: number, reason: number, description: string): void;
    readonly _handlers: {
      CHANNEL_OPEN(
        protocol: unknown,
        channel: {
          readonly type: string;
          readonly sender: number;
          readonly data: { readonly destIP: string; readonly destPort: number };
        },
      ): void;
    };
  };
}

/** What is forwarded for one client. */
export class Forwards {
  readonly #connection: Connection;
  readonly #options: ForwardingOptions;
  readonly #user: () => string;
  readonly #streams = new Set<Duplex>();
  readonly #ports = new Map<string, Server>();
  readonly #closing = new AbortController();

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
    this.#deny();
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      this.#dial(destIP, destPort, accept, reject);
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
    this.#closing.abort();
    for (const stream of this.#streams) stream.destroy();
    for (const server of this.#ports.values()) server.close();
    this.#ports.clear();
  }

  /** Refuses what is not allowed, before ssh2 hears of it. */
  #deny(): void {
    const { _protocol: protocol } = this.#connection as unknown as Inner;
    const { _handlers: handlers } = protocol;
    const opening = handlers.CHANNEL_OPEN;
    handlers.CHANNEL_OPEN = (from, channel) => {
      const { type, sender, data } = channel;
      const isOurs = type === "direct-tcpip" && this.#connection.authenticated;
      if (!isOurs || this.#allowsDial(data.destIP, data.destPort)) {
        return opening(from, channel);
      }
      protocol.channelOpenFail(sender, PROHIBITED, "not allowed");
    };
  }

  #allowsDial(hostname: string, port: number): boolean {
    const target = { hostname, port, user: this.#user() };
    return allows(this.#options.local, target, () => true);
  }

  async #dial(
    hostname: string,
    port: number,
    accept: () => Duplex,
    reject: () => void,
  ): Promise<void> {
    const { signal } = this.#closing;
    try {
      const socket = await dialTcp(hostname, port, { halfOpen: true }, signal);
      this.#join(socket, accept());
    } catch {
      if (!signal.aborted) reject();
    }
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
    if (!isAllowed) return reject?.();
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
          if (error || this.#closing.signal.aborted) socket.destroy();
          else this.#join(socket, channel);
        },
      );
    });
    const { signal } = this.#closing;
    try {
      const at = new Endpoint(hostname, bindPort);
      if (await cannotBind(at)) return reject?.();
      const { port } = await listenOn(server, at, at);
      if (signal.aborted) return void server.close();
      this.#ports.set(`${bindAddr}:${port}`, server);
      accept?.(port);
    } catch {
      if (!signal.aborted) reject?.();
    }
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
async function cannotBind(at: Endpoint): Promise<boolean> {
  const host = `${at}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  return state !== "granted";
}
