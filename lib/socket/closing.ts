/**
 * Closing a connection so that what was sent last still arrives.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { DeadlineOptions } from "../deadline.ts";
import { FreshSocket, opened } from "./fresh_socket.ts";
import type { Inflow } from "./inflow.ts";
import type { Outflow } from "./outflow.ts";
import { settled, within } from "./waiting.ts";

/** How long `close` waits for octets that are still on their way out, in ms. */
const FLUSH = 5000;
/** How long it lets the other side react when octets were left unread, in ms. */
const LINGER = 250;

/**
 * Closes both directions: what was written goes out first, or else the
 * connection is reset.
 *
 * @param taken The socket.
 * @param inflow Its incoming half.
 * @param outflow Its outgoing half.
 * @param options How long to wait, and who may stop the wait.
 */
export async function closeSocket(
  taken: Socket | FreshSocket,
  inflow: Inflow,
  outflow: Outflow,
  options: DeadlineOptions,
): Promise<void> {
  const { timeout = FLUSH, signal } = options;
  const isDropped = taken instanceof FreshSocket && taken.drop();
  const unread = inflow.close();
  if (isDropped) return outflow.drop();
  const socket = opened(taken);
  if (!socket.destroyed) {
    const ended = outflow.end();
    try {
      await within("close", inflow.source, ended, { timeout, signal });
      // With octets unread the system answers a close by a reset, and then
      // the other side may lose what was sent last (RFC 1122 §4.2.2.13).
      if (unread && outflow.sent > 0) await settled([inflow.over()], LINGER);
      socket.destroy();
    } catch {
      socket.resetAndDestroy();
    }
  }
  if (socket.closed) return;
  await new Promise<void>((resolve) => socket.once("close", resolve));
}
