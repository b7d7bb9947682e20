/**
 * The stream that SSH runs over: TCP, a channel of a link before, or a command.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { NetError } from "../errors.ts";
import { dialFailure } from "./failure.ts";
import type { Link } from "./link.ts";

/**
 * Connects by TCP.
 *
 * @param hostname A name or an address.
 * @param port The port.
 * @param family 4 or 6 for addresses of that kind alone.
 * @param signal Stops the attempt.
 * @throws {NetError} `"refused"`, `"not-found"`, `"unreachable"`, …
 */
export async function dialTcp(
  hostname: string,
  port: number,
  family: 4 | 6 | undefined,
  signal: AbortSignal,
): Promise<Duplex> {
  const { connect } = await import("node:net");
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const socket = connect({ host: hostname, port, ...(family && { family }) });
  const stop = () => {
    socket.destroy();
    reject(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  socket.once("connect", () => {
    // SSH's packets are small and wait for each other.
    socket.setNoDelay(true);
    resolve(socket);
  });
  socket.on("error", (error) => reject(dialFailure(error, hostname, port)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Reasons for which a server opens no channel (RFC 4254 §5.1). */
const PROHIBITED = 1;

/**
 * Connects by way of a server that one is logged in to.
 *
 * @param link To that server.
 * @param via What it is called, for errors.
 * @param hostname A name or an address, as that server knows it.
 * @param port The port.
 * @param signal Stops the attempt.
 * @throws {NetError} `"prohibited"` if that server does not forward,
 * `"unreachable"` if it does not get there.
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
  const { reason } = cause as { reason?: unknown };
  const said = cause.message.replace(/^\(SSH\) Channel open failure: /, "");
  const place = hostname.includes(":") ? `[${hostname}]` : hostname;
  const at = { op: "connect to", target: `${place}:${port} through ${via}` };
  if (reason === PROHIBITED) {
    return new NetError("the machine between does not forward", {
      ...at,
      code: "prohibited",
      hint: "AllowTcpForwarding and PermitOpen in its sshd_config",
      cause,
    });
  }
  return new NetError(
    reason === undefined
      ? "the connection to the machine between broke"
      : `the machine between does not get there: ${said}`,
    { ...at, code: reason === undefined ? "lost" : "unreachable", cause },
  );
}

/**
 * Starts a command whose standard input and output lead to the server.
 *
 * @param command A line for the shell, `ProxyCommand` of ssh_config.
 * @param target For errors.
 * @returns The stream; the command is ended with it.
 * @throws {PermissionError} If this program may not start programs.
 */
export async function dialCommand(
  command: string,
  target: string,
): Promise<Duplex> {
  const { Duplex } = await import("node:stream");
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("/bin/sh", {
      args: ["-c", `exec ${command}`],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (cause) {
    throw new NetError("the command for the way there does not start", {
      code: "proxy-command",
      op: "connect to",
      target,
      hint: `deno run --allow-run=/bin/sh …, for: ${command}`,
      cause,
    });
  }
  const stream = Duplex.fromWeb(
    {
      readable: child.stdout,
      writable: child.stdin,
    } as unknown as Parameters<typeof Duplex.fromWeb>[0],
  );
  stream.on("close", () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
  });
  stream.on("error", () => {});
  return stream;
}
