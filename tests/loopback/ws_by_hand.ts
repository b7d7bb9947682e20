/**
 * A WebSocket client by hand, that can do what a client should not.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import type { Server } from "../../lib/ws/server.ts";

/** A request that is as it should be, line by line. */
export const HANDSHAKE = [
  "GET /chat HTTP/1.1",
  "Host: x",
  "Upgrade: websocket",
  "Connection: keep-alive, Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A client by hand, behind its handshake. */
export async function byHand(
  server: Server,
  ...fields: string[]
): Promise<tcp.Connection> {
  const conn = await tcp.connect(server.address);
  await conn.write([...HANDSHAKE, ...fields, "", ""].join("\r\n"));
  assert.match((await conn.readLine({ timeout: 5000 }))!, / 101 /);
  for await (const line of conn.lines()) if (line === "") break;
  return conn;
}

/** The code of the close frame that comes before the connection ends. */
export async function closeOf(conn: tcp.Connection): Promise<number> {
  const octets = await conn.readAll({ timeout: 5000 });
  const at = octets.indexOf(0x88);
  assert.ok(at >= 0, `no close frame in ${octets}`);
  return octets[at + 2]! << 8 | octets[at + 3]!;
}
