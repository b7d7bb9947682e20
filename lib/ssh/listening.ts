/**
 * Ports that are opened for SSH: for a server, and for what is forwarded.
 *
 * @module
 */

import type { Server } from "node:net";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

/** Clients that may wait to be accepted. */
const BACKLOG = 4096;

/**
 * Makes a server of node:net listen, and waits until it does.
 *
 * @param server The server.
 * @param at An address that the runtime lets us bind, and a port.
 * @param wanted The same as it was asked for, for errors.
 * @returns Where it listens, with the port that was chosen.
 * @throws {NetError} `"in-use"`, `"not-local"`.
 */
export async function listenOn(
  server: Server,
  at: Endpoint,
  wanted: Endpoint,
): Promise<Endpoint> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(
    { host: at.hostname, port: at.port, backlog: BACKLOG },
    resolve,
  );
  try {
    await promise;
  } catch (error) {
    throw failure(error, "listen on", wanted);
  }
  server.off("error", reject);
  const { address, port } = server.address() as {
    address: string;
    port: number;
  };
  return new Endpoint(address, port);
}
