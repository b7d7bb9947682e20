/**
 * Messages over TCP and TLS, each behind its length.
 *
 * @see RFC 7766 (TCP), RFC 7858 (TLS)
 * @module
 */

import type { Deadline } from "../deadline.ts";
import { AuthError, NetError } from "../errors.ts";
import { connect, type Connection } from "../socket/tcp.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

/** Whom a server must prove to be. */
export interface TlsOptions {
  /** The name that its certificate must have. @default {the server's host} */
  serverName?: string | undefined;
  /** Certificates of authorities to trust beside the usual ones, as PEM. */
  caCerts?: readonly string[] | undefined;
}

/** A way for messages, one after the other. */
export interface MessageStream extends Disposable {
  /**
   * Sends a message.
   *
   * @param message The octets, without a length.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * Waits for a message.
   *
   * @returns The octets, without their length.
   */
  receive(): Promise<Uint8Array>;
}

/**
 * Opens a way over TCP.
 *
 * @param server The server.
 * @param deadline Ends every wait.
 * @returns The way.
 * @throws {NetError} `"refused"`, `"timeout"`, `"unreachable"`.
 */
export async function openTcp(
  server: Endpoint,
  deadline: Deadline,
): Promise<MessageStream> {
  const { signal } = deadline;
  const connection: Connection = await connect(server, {
    timeout: Infinity,
    signal,
  });
  return {
    send: (message) => connection.write(framed(message), { signal }),
    async receive() {
      const [high = 0, low = 0] = await connection.readExactly(2, { signal });
      return await connection.readExactly(high << 8 | low, { signal });
    },
    [Symbol.dispose]: () => connection.reset(),
  };
}

/**
 * Opens a way within TLS.
 *
 * @param server The server.
 * @param tls Whom it must prove to be.
 * @param deadline Ends every wait.
 * @returns The way.
 * @throws {NetError} `"refused"`, `"timeout"`, `"tls"`.
 * @throws {AuthError} If its certificate is not to be trusted.
 */
export async function openTls(
  server: Endpoint,
  { serverName = server.hostname, caCerts }: TlsOptions,
  deadline: Deadline,
): Promise<MessageStream> {
  const { hostname, port } = server;
  const opening = Deno.connect({ hostname, port });
  // A connection that comes after the wait has ended is nobody's.
  const late = () => opening.then((conn) => conn.close()).catch(() => {});
  let connection: Deno.Conn = await deadline.race(opening).catch((error) => {
    if (deadline.signal.aborted) {
      late();
      throw error;
    }
    throw failure(error, "ask", server);
  });
  try {
    const secure = await deadline.race(Deno.startTls(
      connection as Deno.TcpConn,
      {
        hostname: serverName,
        caCerts: [...caCerts ?? []],
        alpnProtocols: ["dot"],
      },
    ));
    connection = secure;
    await deadline.race(secure.handshake());
  } catch (error) {
    close(connection);
    throw tlsFailure(error, server);
  }
  const wait = async <T>(promise: Promise<T>): Promise<T> => {
    try {
      return await deadline.race(promise);
    } catch (error) {
      throw tlsFailure(error, server);
    }
  };
  const exactly = async (length: number): Promise<Uint8Array> => {
    const octets = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      const count = await wait(connection.read(octets.subarray(filled)));
      if (count === null) throw closedEarly(server);
      filled += count;
    }
    return octets;
  };
  return {
    async send(message) {
      const octets = framed(message);
      for (let sent = 0; sent < octets.length;) {
        sent += await wait(connection.write(octets.subarray(sent)));
      }
    },
    async receive() {
      const [high = 0, low = 0] = await exactly(2);
      return await exactly(high << 8 | low);
    },
    [Symbol.dispose]: () => close(connection),
  };
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // A handshake that failed has closed it.
  }
}

/**
 * Puts a message's length before it, as streams have it.
 *
 * @param message Its octets.
 * @returns Both in one.
 * @see RFC 1035 §4.2.2
 */
export function framed(message: Uint8Array): Uint8Array {
  const octets = new Uint8Array(message.length + 2);
  octets[0] = message.length >> 8;
  octets[1] = message.length;
  octets.set(message, 2);
  return octets;
}

function closedEarly(server: Endpoint): NetError {
  return new NetError("the server closed the connection before it answered", {
    code: "closed",
    op: "ask",
    target: `${server}`,
  });
}

/**
 * Puts what TLS says into the library's words.
 *
 * @param error What was thrown.
 * @param server The server.
 * @returns The error to throw.
 */
export function tlsFailure(error: unknown, server: Endpoint): unknown {
  if (error instanceof NetError) return error;
  const { name, message } = error as Error;
  const facts = { op: "ask", target: `${server}`, cause: error };
  const reason = message.replace(
    /^(?:invalid data|.*client error \([^)]*\)): ?/i,
    "",
  );
  if (/certificate|UnknownIssuer|NotValidForName/i.test(message)) {
    return new AuthError(`its certificate is not to be trusted: ${reason}`, {
      ...facts,
      code: "untrusted",
      hint: "{ tls: { serverName, caCerts } }",
    });
  }
  if (
    name === "InvalidData" || /tls|handshake|corrupt message/i.test(message)
  ) {
    return new NetError(`TLS failed: ${reason}`, { ...facts, code: "tls" });
  }
  if (name === "UnexpectedEof") return closedEarly(server);
  return failure(error, "ask", server);
}
