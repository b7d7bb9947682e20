/**
 * Which server is asked, and by which way.
 *
 * @module
 */

import type { Deadline } from "../deadline.ts";
import { type Address, tryParse } from "../ip/address.ts";
import { Endpoint, endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";

/** How questions travel: in datagrams, over TCP, within TLS (DoT), or as HTTPS (DoH). */
export type Transport = "udp" | "tcp" | "tls" | "https";

/**
 * Whatever names a server: an address or a name, with a port behind it if that is
 * not the usual one; `{ hostname, port }`; for DoH also a URL.
 */
export type ServerLike = string | Address | {
  /** A name or an address; IPv6 with or without brackets. */
  readonly hostname: string | Address;
  /** The port. @default {53, for TLS 853, for HTTPS 443} */
  readonly port?: number | undefined;
};

const PORTS: Readonly<Record<Transport, number>> = {
  udp: 53,
  tcp: 53,
  tls: 853,
  https: 443,
};

/**
 * Reads what names a server.
 *
 * @param server The server.
 * @param transport How it is asked, which decides the usual port.
 * @returns Host and port.
 * @throws {ParseError} If the text names none.
 * @throws {RangeError} If the port is 0 or above 65535.
 * @throws {TypeError} If it is nothing that names one.
 */
export function serverEndpoint(
  server: ServerLike,
  transport: Transport,
): Endpoint {
  const port = PORTS[transport];
  const peer = typeof server === "string"
    ? fromText(server, port)
    : "hostname" in Object(server)
    ? endpoint({
      hostname: (server as Endpoint).hostname,
      port: (server as Endpoint).port ?? port,
    })
    : tryParse(`${server}`) !== undefined
    ? new Endpoint(`${server}`, port)
    : undefined;
  if (peer === undefined) {
    throw new TypeError(
      `Cannot ask as 'server' must be an address, a name or { hostname, port }: current value is ${
        Deno.inspect(server)
      }`,
    );
  }
  if (peer.port > 0) return peer;
  throw new RangeError(
    `Cannot ask ${peer} as 'port' must be an integer from 1 to 65535: current value is 0`,
  );
}

function fromText(text: string, port: number): Endpoint {
  if (tryParse(text) !== undefined) return new Endpoint(text, port);
  const hasPort = /^\[.*\]:\d+$|^[^:]*:\d+$/.test(text);
  return endpoint(hasPort ? text : `${text}:${port}`);
}

/**
 * One server, or several, as several.
 *
 * @param servers A server, or a list of them.
 * @returns The list.
 */
export function listed(
  servers: ServerLike | readonly ServerLike[],
): readonly ServerLike[] {
  return Array.isArray(servers) ? servers : [servers as ServerLike];
}

/**
 * Finds the address of a server that is named, as the system does.
 *
 * @param server The server.
 * @param deadline Ends the wait.
 * @returns The server with an address for its host.
 * @throws {NetError} With code `"not-found"` if the name has none.
 */
export async function located(
  server: Endpoint,
  deadline: Deadline,
): Promise<Endpoint> {
  if (tryParse(server.hostname) !== undefined) return server;
  const { lookup } = await import("node:dns/promises");
  try {
    const { address } = await deadline.race(lookup(server.hostname));
    return new Endpoint(address, server.port);
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw failure(error, "ask", server);
  }
}
