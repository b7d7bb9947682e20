/**
 * Asking a server: with fetch, and by hand.
 *
 * @module
 */

import * as tcp from "../../lib/socket/tcp.ts";
import { text } from "./pair.ts";

/** Asks with fetch, and reads the whole answer. */
export async function ask(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; headers: Headers; body: string }> {
  const response = await fetch(url, init);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body };
}

/** Sends JSON. */
export const json = (method: string, value: unknown): RequestInit => ({
  method,
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});

/** Speaks HTTP by hand, and hears all that comes until the server hangs up. */
export async function raw(
  server: { address: tcp.Endpoint },
  octets: string,
): Promise<string> {
  await using conn = await tcp.connect(server.address);
  await conn.write(octets);
  return text(await conn.readAll({ timeout: 5000 }))!;
}
