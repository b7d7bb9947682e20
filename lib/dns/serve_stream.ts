/**
 * Queries over TCP, each behind its length.
 *
 * @see RFC 7766
 * @module
 */

import { NetError } from "../errors.ts";
import type { Connection } from "../socket/connection.ts";
import { receive } from "./serve_reply.ts";
import type { ServeState } from "./serve_state.ts";
import { zoneMessages } from "./serve_transfer.ts";
import { framed } from "./streams.ts";

/** Questions of one connection that may be open at once. */
const MOST_OPEN = 64;

/**
 * Serves one connection until the client closes it, or is idle for too long.
 *
 * Questions are answered side by side, and so perhaps in another order (RFC 7766
 * §6.2.1.1); a client that reads no answers is asked for no more questions.
 *
 * @param state What answers.
 * @param connection The client's.
 * @param timeout How long it may take to read a response, in milliseconds.
 * @param signal Aborts when the server closes.
 */
export async function serveStream(
  state: ServeState,
  connection: Connection,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const client = { from: connection.remoteAddress, transport: "tcp" } as const;
  const open = new Set<Promise<void>>();
  const send = (octets: Uint8Array): Promise<void> =>
    connection.write(framed(octets), { timeout });
  const answer = async (octets: Uint8Array): Promise<void> => {
    const { query } = receive(octets);
    const zone = query && state.transfer(query, client);
    if (query === undefined || typeof zone !== "object") {
      const response = await state.answer(octets, client);
      if (response !== undefined) await send(response);
      return;
    }
    const start = performance.now();
    state.counters.tcp++;
    for (const message of zoneMessages(query, zone)) await send(message);
    state.counters.transfers++;
    state.tell(query, client, 0, start);
  };
  try {
    for (;;) {
      const [high = 0, low = 0] = await connection.readExactly(2, { signal });
      const octets = await connection.readExactly(high << 8 | low, { signal });
      // What fails is the connection; reading then ends, too.
      const done: Promise<void> = answer(octets).catch(() => connection.reset())
        .finally(() => open.delete(done));
      open.add(done);
      if (open.size >= MOST_OPEN) await Promise.race(open);
    }
  } catch (error) {
    // That a client goes away, or stays silent, is no failure of ours.
    if (!(error instanceof NetError) && error !== signal.reason) throw error;
  }
  await Promise.all(open);
}
