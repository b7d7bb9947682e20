/**
 * Answers after which a connection speaks another protocol.
 *
 * @module
 */

import type { Socket } from "node:net";
import { lasts } from "./streaming.ts";

/**
 * Takes over a connection behind its answer of 101.
 *
 * @param connection The connection, paused.
 * @param rest Octets that came behind the request.
 */
export type Takeover = (connection: Socket, rest: Uint8Array) => void;

const takeovers = new WeakMap<Response, Takeover>();

/** The web lets nobody make an answer of 1xx. */
class SwitchingResponse extends Response {
  override get status(): number {
    return 101;
  }
}

/**
 * Makes an answer of 101, for engines that give connections away.
 *
 * @param headers Its header fields.
 * @param take Has the connection then.
 * @param over Resolves when it is done with it; a rejection is for the log.
 * @returns The answer.
 * @see RFC 9110 §7.8
 */
export function switching(
  headers: HeadersInit,
  take: Takeover,
  over: Promise<void>,
): Response {
  const response = lasts(new SwitchingResponse(null, { headers }), over);
  takeovers.set(response, take);
  return response;
}

/**
 * Who is to have the connection behind an answer.
 *
 * @param response The answer.
 * @returns What takes it over; `undefined` for an answer that is none of ours.
 */
export function takeoverOf(response: Response): Takeover | undefined {
  return takeovers.get(response);
}

/**
 * Writes the head of an answer of 101, after which HTTP has no more to say.
 *
 * @param response The answer.
 * @returns The head.
 */
export function headOf({ headers }: Response): string {
  const fields = Array.from(
    headers,
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.join("")}\r\n`;
}
