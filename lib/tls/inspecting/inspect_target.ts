/**
 * What a look at TLS is taken at: a server, octets, or a file.
 *
 * @module
 */

import { tryParse } from "../../ip/address.ts";
import {
  type Endpoint,
  endpoint,
  type EndpointLike,
} from "../../socket/endpoint.ts";
import { type StartTls, startTlsPorts } from "../starttls.ts";

/** A server, and what is spoken there before TLS. */
export interface ServerTarget {
  /** Where it listens. */
  readonly peer: Endpoint;
  /** What the target's scheme says that it speaks first, `undefined` for TLS. */
  readonly starttls?: StartTls | undefined;
}

const HTTPS = 443;

/**
 * Tells what a target is.
 *
 * @param from A server, octets, or a path; a text is a path if it has a slash in
 * it and no scheme, or ends as files of certificates or captures do.
 * @returns A server, octets, or the path of a file.
 * @throws {TypeError} If it is an address of another protocol.
 * @throws {ParseError} If it names no server.
 *
 * @example
 * ```ts
 * import { inspectTarget } from "./inspect_target.ts";
 * import assert from "node:assert/strict";
 *
 * const target = inspectTarget("imap://mail.lab.example");
 * assert.deepEqual(JSON.parse(JSON.stringify(target)), {
 *   peer: { hostname: "mail.lab.example", port: 143 },
 *   starttls: "imap",
 * });
 * ```
 */
export function inspectTarget(
  from: EndpointLike | URL | Uint8Array,
): ServerTarget | Uint8Array | string {
  if (from instanceof Uint8Array) return from;
  if (typeof from !== "string" && !(from instanceof URL)) {
    return { peer: endpoint(from) };
  }
  const text = `${from}`;
  if (text.includes("-----BEGIN ")) return new TextEncoder().encode(text);
  const [, scheme, host = ""] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme !== undefined) return ofScheme(text, scheme.toLowerCase(), host);
  const isPath = text.includes("/") ||
    /\.(?:pem|crt|cer|der|p7b|p7c|pcap|pcapng|cap)$/i.test(text);
  return isPath ? text : { peer: withPort(text, HTTPS) };
}

/**
 * Tells which server a target is, where nothing but a server will do.
 *
 * @param from A server, as {@linkcode inspectTarget} takes it.
 * @param doing What for: `"scan"`.
 * @returns The server.
 * @throws {TypeError} If it is an address of another protocol, or a file.
 * @throws {ParseError} If it names no server.
 */
export function serverTarget(
  from: EndpointLike | URL,
  doing: string,
): ServerTarget {
  const target = inspectTarget(from);
  if (typeof target === "object" && "peer" in target) return target;
  throw new TypeError(
    `Cannot ${doing} as 'target' must be a server, host:port or https://host: current value is ${from}`,
  );
}

function ofScheme(
  text: string,
  scheme: string,
  host: string,
): ServerTarget | string {
  if (scheme === "https") return { peer: withPort(host, HTTPS) };
  if (scheme === "file") return decodeURIComponent(new URL(text).pathname);
  if (Object.hasOwn(startTlsPorts, scheme)) {
    const starttls = scheme as StartTls;
    return { peer: withPort(host, startTlsPorts[starttls]), starttls };
  }
  throw new TypeError(
    `Cannot look at TLS as the target's scheme must be one of https, file, ${
      Object.keys(startTlsPorts).join(", ")
    }: current value is ${text}`,
  );
}

/** A host with the port that it has, or else another. */
function withPort(host: string, port: number): Endpoint {
  if (tryParse(host)) return endpoint({ hostname: host, port });
  const hasNone = /^(?:\[[^\]]*\]|[^:]*)$/.test(host);
  return endpoint(hasNone ? `${host}:${port}` : host);
}
