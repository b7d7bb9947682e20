/**
 * A server's connections, counted, and a clock for them.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionCounts, ServeLimits } from "./limits.ts";

/** Milliseconds that a client that was told no has to hear it. */
const LINGER = 1000;
/** How many of them are waited for at once. */
const LINGERING = 1000;
/** Milliseconds in which whoever reads a body may say that it is late. */
const GRACE = 250;

/** How many connections there may be, and how long each may do nothing. */
export interface ConnectionLimits {
  /** At once. */
  readonly connections: number;
  /** For the first request's head, TLS included; milliseconds, as all below. */
  readonly headTime: number;
  /** From an answer to the end of the next request's head. */
  readonly idleTime: number;
  /** For a client to take 64 KiB of an answer. */
  readonly sendTime: number;
}

/**
 * The limits on connections, if any was asked for.
 *
 * @param limits What the caller said.
 * @param wanted Whether there are to be some in any case.
 * @returns All of them, or `undefined`.
 */
export function connectionLimits(
  limits: ServeLimits,
  wanted: boolean,
): ConnectionLimits | undefined {
  const { connections, headTime, idleTime, sendTime } = limits;
  const given = [connections, headTime, idleTime, sendTime];
  if (!wanted && given.every((limit) => limit === undefined)) return undefined;
  return {
    connections: connections ?? Infinity,
    headTime: headTime ?? 10_000,
    idleTime: idleTime ?? 60_000,
    sendTime: sendTime ?? 30_000,
  };
}

/** A request that is being answered. */
interface Work {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** When its head was there. */
  readonly asked: number;
  /** Since when the client has taken nothing, if it is waited for. */
  waiting: number | undefined;
}

/** A connection under observation. */
interface Link {
  /** What octets come on; for TLS the one below. */
  readonly socket: Socket;
  readonly works: Set<Work>;
  /** Requests so far. */
  requests: number;
  /** Since when there has been nothing to answer. */
  quiet: number;
}

/** All connections of a server, and a clock for them. */
export class ConnectionWatch implements ConnectionCounts {
  /** Resolves when it has closed and the last connection has ended. */
  readonly finished: Promise<void>;
  dropped = 0;
  late = 0;
  readonly #limits: ConnectionLimits;
  readonly #bodyTime: number;
  readonly #secure: boolean;
  readonly #links = new Map<string, Link>();
  readonly #lingering = new Set<Socket>();
  readonly #over = Promise.withResolvers<void>();
  #clock: ReturnType<typeof setTimeout> | undefined;
  #closing = false;

  constructor(limits: ConnectionLimits, bodyTime: number, secure: boolean) {
    this.#limits = limits;
    this.#bodyTime = bodyTime;
    this.#secure = secure;
    this.finished = this.#over.promise;
  }

  get open(): number {
    return this.#links.size;
  }

  /** Takes a connection in, or turns it away. */
  admit(socket: Socket): boolean {
    socket.on("error", () => {});
    if (this.#closing || this.#links.size >= this.#limits.connections) {
      this.dropped++;
      this.#refuse(socket);
      return false;
    }
    const key = keyOf(socket);
    const link: Link = {
      socket,
      works: new Set(),
      requests: 0,
      quiet: performance.now(),
    };
    this.#links.set(key, link);
    socket.once("close", () => {
      if (this.#links.get(key) === link) this.#links.delete(key);
      this.#check();
    });
    this.#clock ??= setTimeout(this.#look, this.#interval());
    return true;
  }

  /** A request's head is there. */
  begin(message: IncomingMessage, response: ServerResponse): Work {
    const asked = performance.now();
    const work: Work = { message, response, asked, waiting: undefined };
    const link = this.#links.get(keyOf(message.socket));
    if (link === undefined) return work;
    link.requests++;
    link.works.add(work);
    response.once("close", () => {
      link.works.delete(work);
      link.quiet = performance.now();
      if (this.#closing && link.works.size === 0) link.socket.end();
    });
    return work;
  }

  /** Whether a connection waits for an answer. */
  isBusy(socket: Socket): boolean {
    return (this.#links.get(keyOf(socket))?.works.size ?? 0) > 0;
  }

  /** Ends those that wait for a request, and the others when they are done. */
  close(): Promise<void> {
    this.#closing = true;
    for (const { socket, works } of this.#links.values()) {
      if (works.size === 0) socket.destroy();
    }
    this.#check();
    return this.finished;
  }

  /** Ends all. */
  drop(): void {
    for (const { socket } of this.#links.values()) socket.destroy();
    for (const socket of this.#lingering) socket.destroy();
  }

  #check(): void {
    if (this.#links.size > 0) return;
    clearTimeout(this.#clock);
    this.#clock = undefined;
    if (!this.#closing) return;
    for (const socket of this.#lingering) socket.destroy();
    this.#over.resolve();
  }

  /** Says no. Who is hung up on while sending would not hear it. */
  #refuse(socket: Socket): void {
    if (this.#secure || this.#closing || this.#lingering.size >= LINGERING) {
      socket.destroy();
      return;
    }
    this.#lingering.add(socket);
    const timer = setTimeout(() => socket.destroy(), LINGER);
    socket.once("close", () => {
      clearTimeout(timer);
      this.#lingering.delete(socket);
    });
    socket.resume();
    socket.end(plain("503 Service Unavailable", "Retry-After: 1\r\n"));
  }

  /** A quarter of the shortest limit, but no more often than need be. */
  #interval(): number {
    const { headTime, idleTime, sendTime } = this.#limits;
    const least = Math.min(headTime, idleTime, sendTime, this.#bodyTime);
    return Math.min(1000, Math.max(5, least / 4));
  }

  readonly #look = (): void => {
    const now = performance.now();
    for (const link of this.#links.values()) {
      if (!this.#isLate(link, now)) continue;
      this.late++;
      const { socket } = link;
      if (link.requests === 0 && !this.#secure) {
        socket.write(plain("408 Request Timeout"));
      }
      socket.destroy();
    }
    this.#clock = this.#links.size === 0
      ? undefined
      : setTimeout(this.#look, this.#interval());
  };

  #isLate({ works, requests, quiet }: Link, now: number): boolean {
    const { headTime, idleTime, sendTime } = this.#limits;
    if (works.size === 0) {
      return now - quiet > (requests === 0 ? headTime : idleTime);
    }
    for (const work of works) {
      // Whoever reads the body has the time to say so first.
      if (
        !work.message.complete && now - work.asked > this.#bodyTime + GRACE
      ) {
        return true;
      }
      if (work.waiting === undefined) continue;
      // Behind another answer: the client is not to blame.
      if (work.response.socket === null) work.waiting = now;
      else if (now - work.waiting > sendTime) return true;
    }
    return false;
  }
}

/**
 * Ends a connection behind its last answer, also if its client does not.
 *
 * @param socket The connection.
 */
export function hangUp(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), LINGER);
  socket.once("close", () => clearTimeout(timer));
  // What is unread would turn our end into a reset, and the answer be lost.
  socket.resume();
  socket.end();
}

/** The other end: for TLS the same above and below. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string =>
  `${remoteAddress} ${remotePort}`;

/** An answer without a body, after which the connection ends. */
function plain(status: string, fields = ""): string {
  return `HTTP/1.1 ${status}\r\n${fields}Content-Length: 0\r\nConnection: close\r\n\r\n`;
}
