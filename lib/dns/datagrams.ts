/**
 * Questions by UDP.
 *
 * @module
 */

import type { Deadline } from "../deadline.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { connect } from "../socket/udp_open.ts";
import type { Message } from "./message.ts";
import type { Request } from "./request.ts";

/** What came by UDP. */
export interface DatagramAnswer {
  /** The answer. */
  readonly message: Message;
  /** How often the question was sent. */
  readonly attempts: number;
}

/** Options for {@linkcode askByUdp}. */
export interface DatagramOptions {
  /** How often to send it at most. */
  readonly attempts: number;
  /** How long all of that takes at most, in milliseconds. */
  readonly timeout: number;
}

/** All attempts are made within so many milliseconds, however long the wait. */
const LONGEST = 30_000;

/**
 * Asks by UDP, from a socket of its own, so that the port cannot be foreseen
 * (RFC 5452 §9.2). A question without answer is sent again, each time after twice
 * as long.
 *
 * @param server The server's address and port.
 * @param request The question.
 * @param options How often, and for how long.
 * @param deadline Ends the wait.
 * @returns The answer, and how often it took.
 * @throws {NetError} `"timeout"`, `"unreachable"` and the like.
 */
export async function askByUdp(
  server: Endpoint,
  request: Request,
  { attempts, timeout }: DatagramOptions,
  deadline: Deadline,
): Promise<DatagramAnswer> {
  const { promise, reject, resolve } = Promise.withResolvers<DatagramAnswer>();
  await using socket = await connect(server, { signal: deadline.signal });
  const listen = async (): Promise<void> => {
    for await (const { data } of socket) {
      const message = request.accept(data);
      if (message !== undefined) resolve({ message, attempts: sent });
    }
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = 0;
  const step = Math.min(timeout, LONGEST) / (2 ** attempts - 1);
  const send = (): void => {
    socket.send(request.octets).catch(reject);
    if (++sent < attempts) timer = setTimeout(send, step * 2 ** (sent - 1));
  };
  send();
  listen().catch(reject);
  try {
    return await deadline.race(promise);
  } finally {
    clearTimeout(timer);
  }
}
