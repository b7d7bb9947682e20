/**
 * The stream that SSH runs over: TCP, or a channel of a link before.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { NetError } from "../errors.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";
import type { Link } from "./link.ts";

/**
 * Connects by TCP.
 *
 * @param hostname A name or an address.
 * @param port The port.
 * @param options What kind of connection.
 * @param options.family 4 or 6 for addresses of that kind alone.
 * @param options.halfOpen Whether it stays open when the other side has said
 * all that it has to say.
 * @param signal Stops the attempt.
 * @throws {NetError} `"refused"`, `"not-found"`, `"unreachable"`, …
 */
export async function dialTcp(
  hostname: string,
  port: number,
  options: {
    readonly family?: 4 | 6 | undefined;
    readonly halfOpen?: boolean | undefined;
  },
  signal: AbortSignal,
): Promise<Duplex> {
  const { family, halfOpen = false } = options;
  const peer = new Endpoint(hostname, port);
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const socket = connect({
    host: hostname,
    port,
    allowHalfOpen: halfOpen,
    ...(family && { family }),
  });
  const stop = () => {
    socket.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  socket.once("connect", () => {
    // SSH's packets are small and wait for each other, and so may those be
    // that it carries.
    socket.setNoDelay(true);
    resolve(socket);
  });
  socket.on("error", (error) => reject(failure(error, "connect to", peer)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Why a server opens no channel, by its number: RFC 4254 §5.1. */
const REASONS: Readonly<Record<number, string>> = {
  1: "administratively prohibited",
  2: "connect failed",
  3: "unknown channel type",
  4: "resource shortage",
};

/** The number for what a server's policy denies: RFC 4254 §5.1. */
export const PROHIBITED = 1;

/**
 * Connects by way of a server that one is logged in to.
 *
 * @param link To that server.
 * @param via What it is called, for errors.
 * @param hostname A name or an address, as that server knows it.
 * @param port The port.
 * @param signal Stops the attempt.
 * @throws {NetError} `"prohibited"` if that server's policy denies it,
 * `"unreachable"` if it does not get there, `"lost"` if the link breaks.
 * @see RFC 4254 §5.1, §7.2
 */
export async function dialThrough(
  link: Link,
  via: string,
  hostname: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const opened = (error: Error | undefined, channel: Duplex) => {
    if (!error && signal.aborted) channel.destroy();
    else if (!error) resolve(channel);
    else reject(throughFailure(error, via, hostname, port));
  };
  try {
    link.client.forwardOut("127.0.0.1", 0, hostname, port, opened);
    return await promise;
  } catch (error) {
    if (signal.aborted || error instanceof NetError) throw error;
    throw throughFailure(error as Error, via, hostname, port);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function throughFailure(
  cause: Error,
  via: string,
  hostname: string,
  port: number,
): NetError {
  const { reason } = cause as { reason?: number | "" };
  const place = hostname.includes(":") ? `[${hostname}]` : hostname;
  const at = { op: "connect to", target: `${place}:${port} through ${via}` };
  if (reason === undefined) {
    return new NetError("the connection to the machine between broke", {
      ...at,
      code: "lost",
      cause,
    });
  }
  if (reason === PROHIBITED) {
    return new NetError(
      `denied by that server's policy (${
        REASONS[PROHIBITED]
      }, RFC 4254 section 5.1)`,
      {
        ...at,
        code: "prohibited",
        hint: "AllowTcpForwarding and PermitOpen in its sshd_config",
        cause,
      },
    );
  }
  // A server need not say more than the number.
  const said = cause.message.replace(/^\(SSH\) Channel open failure: /, "") ||
    REASONS[Number(reason)];
  return new NetError(
    `the far side could not be reached${said ? `: ${said}` : ""}`,
    { ...at, code: "unreachable", cause },
  );
}
