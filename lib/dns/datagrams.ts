/**
 * Questions by UDP.
 *
 * @module
 */

import type { Deadline } from "../deadline.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { openLine } from "./lines.ts";
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
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sent = 0;
  await using line = await openLine(server, {
    receive(octets) {
      const message = request.accept(octets);
      if (message !== undefined) resolve({ message, attempts: sent });
    },
    stray: () => void request.ignored++,
    fail: reject,
  }, deadline);
  const step = Math.min(timeout, LONGEST) / (2 ** attempts - 1);
  const send = (): void => {
    line.send([request.brief]);
    if (++sent < attempts) timer = setTimeout(send, step * 2 ** (sent - 1));
  };
  send();
  try {
    return await deadline.race(promise);
  } finally {
    clearTimeout(timer);
  }
}
