/**
 * UDP sockets for many questions to one server.
 *
 * @module
 */

import type { RemoteInfo, Socket as NodeSocket } from "node:dgram";
import type { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { check, libc, libcAllowed, systemError } from "../ffi/libc.ts";
import { Readiness } from "../ffi/readiness.ts";
import { Endpoint, isHostOf, isIpv6, isLoopback } from "../socket/endpoint.ts";
import { failure, permissionHost } from "../socket/failure.ts";
import { inbox } from "../socket/inbox.ts";
import { type Outbox, outbox } from "../socket/outbox.ts";
import { bindable } from "../socket/local.ts";
import {
  AF_INET,
  AF_INET6,
  encodeEndpoint,
  Interfaces,
} from "../socket/socket_address.ts";

/** A socket of its own random port, through which one server is asked. */
export interface Line extends AsyncDisposable {
  /**
   * Sends messages. What the system has no room for is as if lost on the way.
   *
   * @param messages Their octets; each is copied before the next is asked for.
   */
  send(messages: Iterable<Uint8Array<ArrayBuffer>>): void;
}

/** Who is told what a line brings. */
export interface LineEvents {
  /**
   * Takes what came from the server.
   *
   * @param octets The message; good until this returns.
   */
  receive(octets: Uint8Array): void;
  /** Takes note that all that had come has been told. */
  settled(): void;
  /**
   * Takes what went wrong.
   *
   * @param error It, in the library's words.
   */
  fail(error: unknown): void;
}

/**
 * Opens a line: through the C library where that is allowed, as its calls take
 * a tenth of the runtime's time.
 *
 * @param server The server's address and port.
 * @param events Who is told.
 * @param deadline Ends the wait.
 * @returns The line.
 */
export async function openLine(
  server: Endpoint,
  events: LineEvents,
  deadline: Deadline,
): Promise<Line> {
  const { state } = Deno.permissions.querySync({
    name: "net",
    host: permissionHost(server),
  });
  return libcAllowed() && state === "granted"
    ? new LibcLine(server, events)
    : await openNodeLine(server, events, deadline);
}

const SOCK_DGRAM = 2;
const NONBLOCK_CLOEXEC = 0o2004000;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;
/** Calls that take what has come, before others get their turn. */
const TURN = 8;

class LibcLine implements Line {
  readonly #fd: number;
  readonly #readiness: Readiness;
  readonly #server: Endpoint;
  readonly #events: LineEvents;
  readonly #done: Promise<void>;

  constructor(server: Endpoint, events: LineEvents) {
    const { socket, connect, close } = libc();
    const family = isIpv6(server.hostname) ? AF_INET6 : AF_INET;
    this.#server = server;
    this.#events = events;
    this.#fd = check(
      socket(family, SOCK_DGRAM | NONBLOCK_CLOEXEC, 0),
      "open",
      "a UDP socket",
    );
    try {
      // The kernel then takes nothing from elsewhere, and tells of refusals.
      const sockaddr = encodeEndpoint(server, new Interfaces(this.#fd));
      check(
        connect(this.#fd, sockaddr, sockaddr.length),
        "ask",
        `${server}`,
      );
      this.#readiness = new Readiness(this.#fd);
    } catch (error) {
      close(this.#fd);
      throw error;
    }
    this.#done = this.#run();
  }

  send(messages: Iterable<Uint8Array<ArrayBuffer>>): void {
    const out = outbox();
    for (const octets of messages) {
      if (out.add(octets, undefined, false)) continue;
      this.#flush(out);
      out.clear();
      out.add(octets, undefined, false);
    }
    this.#flush(out);
  }

  #flush(out: Outbox): void {
    const { error } = out.send(this.#fd);
    if (error !== 0 && error !== EAGAIN && error !== ENOBUFS) this.#fail(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#readiness[Symbol.dispose]();
    await this.#done;
    libc().close(this.#fd);
  }

  async #run(): Promise<void> {
    while (await this.#readiness.readable()) this.#drain();
  }

  #drain(): void {
    const { octets } = inbox();
    for (let n = 0; n < TURN; n++) {
      const count = inbox().receive(this.#fd, 0);
      if (count === -EINTR) continue;
      if (count < 0) {
        if (count !== -EAGAIN) this.#fail(-count);
        break;
      }
      for (let i = 0; i < count; i++) {
        const start = inbox().start(i);
        this.#events.receive(
          octets.subarray(start, start + inbox().length(i)),
        );
      }
    }
    this.#events.settled();
  }

  #fail(n: number): void {
    const target = `${this.#server}`;
    const error = systemError(n, "ask", target);
    this.#events.fail(
      error.code === "refused"
        ? new NetError(
          `connection refused, nothing listens on port ${this.#server.port} there`,
          { code: "refused", op: "ask", target, hint: "ss -lun", cause: error },
        )
        : error,
    );
  }
}

async function openNodeLine(
  server: Endpoint,
  events: LineEvents,
  deadline: Deadline,
): Promise<Line> {
  const local = await localFor(server, deadline);
  const { createSocket } = await import("node:dgram");
  const socket: NodeSocket = createSocket(
    isIpv6(server.hostname) ? "udp6" : "udp4",
  );
  const fail = (error: unknown) => events.fail(failure(error, "ask", server));
  const isServer = isHostOf(server);
  socket.on("error", fail);
  socket.on("message", (data: Uint8Array, from: RemoteInfo) => {
    // The runtime swallows what is thrown in here.
    try {
      if (from.port === server.port && isServer(from.address)) {
        events.receive(data);
        events.settled();
      }
    } catch (error) {
      events.fail(error);
    }
  });
  await deadline.race(
    new Promise<void>((resolve) =>
      socket.bind({ address: local.hostname, port: 0 }, resolve)
    ),
  );
  return {
    send(messages) {
      for (const octets of messages) {
        socket.send(octets.slice(), server.port, server.hostname, (error) => {
          if (error) fail(error);
        });
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => socket.close(resolve)),
  };
}

/** Where to ask a server from, once the runtime lets us. */
function localFor(
  { hostname }: Endpoint,
  deadline: Deadline,
): Promise<Endpoint> {
  const any = isIpv6(hostname) ? "::" : "0.0.0.0";
  return bindable(
    "ask from",
    new Endpoint(isLoopback(hostname) ? hostname : any, 0),
    deadline,
  );
}
