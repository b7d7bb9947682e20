/**
 * Where a socket is, or where it should go: a host and a port.
 *
 * @module
 */

import { ParseError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { type Address, tryParse } from "../ip/address.ts";

/**
 * Whatever names an endpoint: `"host:port"`, `"[2001:db8::1]:port"`, or an
 * object with a port and perhaps a host (this machine's `127.0.0.1` if not).
 */
export type EndpointLike = string | {
  /** A name or an address; IPv6 with or without brackets. */
  readonly hostname?: string | Address | undefined;
  /** The port, 0 to 65535. */
  readonly port: number;
};

/** Where sockets are opened unless told otherwise: seen by this machine alone. */
export const LOOPBACK = "127.0.0.1";

/**
 * A host and a port. In a template it is its text, as RFC 3986 writes it.
 *
 * @see RFC 3986 §3.2 (IPv6 in brackets)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { hostname, port } = net.tcp.endpoint("[::1]:80");
 * assert.deepEqual([hostname, port], ["::1", 80]);
 * assert.equal(`${net.tcp.endpoint({ port: 7 })}`, "127.0.0.1:7");
 * ```
 */
export class Endpoint {
  /** A name or an address, IPv6 without brackets. */
  readonly hostname: string;
  /** The port, 0 to 65535. */
  readonly port: number;

  /**
   * Takes the two as they are; {@linkcode endpoint} reads texts.
   *
   * @param hostname A name or an address, IPv6 without brackets.
   * @param port The port, 0 to 65535.
   * @throws {RangeError} If `port` is no such integer.
   */
  constructor(hostname: string, port: number) {
    if (!(Number.isInteger(port) && port >= 0 && port <= 0xffff)) {
      throw new RangeError(
        `Cannot make an endpoint as 'port' must be an integer from 0 to 65535: current value is ${
          typeof port === "string" ? JSON.stringify(port) : port
        }`,
      );
    }
    this.hostname = hostname;
    this.port = port;
  }

  /** Whether it is a path on this machine: see `net.unix.path`. */
  get isUnix(): boolean {
    return false;
  }

  /** `127.0.0.1:80`, `[::1]:80`. */
  toString(): string {
    return this.hostname.includes(":")
      ? `[${this.hostname}]:${this.port}`
      : `${this.hostname}:${this.port}`;
  }

  /** The two fields, plain. */
  toJSON(): { hostname: string; port: number } {
    return { hostname: this.hostname, port: this.port };
  }

  /** Its text, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    return paint("name", `${this}`, canvas({ colors: options?.colors }));
  }
}

/**
 * Reads an endpoint, as every function of this folder does with its target.
 *
 * @param from Text such as `"host:80"` or `"[::1]:80"`, or `{ hostname, port }`.
 * @returns The endpoint.
 * @throws {ParseError} If the text is no host and port.
 * @throws {RangeError} If the port is above 65535.
 * @throws {TypeError} If `from` is neither a text nor an object, or one that
 * names its host in another way.
 * @see RFC 3986 §3.2.2, §3.2.3; RFC 5891 §4 (names beyond ASCII)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.tcp.endpoint("localhost:8080").port, 8080);
 * assert.throws(() => net.tcp.endpoint("::1:80"), /brackets/);
 * ```
 */
export function endpoint(from: EndpointLike): Endpoint {
  if (from instanceof Endpoint) return from;
  if (typeof from === "string") return parse(from);
  if (typeof from !== "object" || from === null) {
    throw new TypeError(
      `Cannot make an endpoint as 'from' must be a text or { hostname, port }: current value is ${from}`,
    );
  }
  const { hostname = LOOPBACK, port } = from;
  // Without a word, `{ host }` would go to this machine.
  const other = ["host", "address"].find((name) => name in from);
  if (from.hostname === undefined && other !== undefined) {
    throw new TypeError(
      `Cannot make an endpoint as its host must be named 'hostname': current name is '${other}'`,
    );
  }
  const host = asciiHost(`${hostname}`);
  return new Endpoint(
    host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host,
    port,
  );
}

/**
 * Reads from a server's options where it is to listen.
 *
 * @param doing What for: `"listen"`.
 * @param options With `hostname` and `port`, if the caller gave them.
 * @returns The endpoint; on this machine alone and on a free port unless told
 * otherwise.
 * @throws {RangeError} If the port is above 65535.
 * @throws {TypeError} If they are no options: a port alone, a text, a handler.
 */
export function ownEndpoint(
  doing: string,
  options: {
    readonly hostname?: string | Address | undefined;
    readonly port?: number | undefined;
  },
): Endpoint {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${doing} as 'options' must be an object, as in { port: 8080 }: current value is ${
        typeof options === "function" ? "a function" : Deno.inspect(options)
      }`,
    );
  }
  return endpoint({ ...options, port: options.port ?? 0 });
}

/** Names beyond ASCII travel as Punycode, which the resolver does not make. */
function asciiHost(name: string): string {
  // A URL would undo escapes of its own, and end the host at these.
  if (!/[^\0-\x7f]/.test(name) || /[\\%@:/?#]/.test(name)) return name;
  return URL.parse(`http://${name}`)?.hostname ?? name;
}

function parse(text: string): Endpoint {
  const fail = (offset: number, reason: string): never => {
    throw new ParseError("a host and port", text, offset, reason);
  };
  const colon = text.lastIndexOf(":");
  let hostname: string;
  if (text.startsWith("[")) {
    const bracket = text.indexOf("]");
    if (bracket < 0) fail(text.length, "no closing bracket");
    hostname = text.slice(1, bracket);
    if (tryParse(hostname, { family: 6 }) === undefined) {
      fail(1, "no IPv6 address in the brackets");
    }
    if (colon !== bracket + 1) fail(bracket + 1, "no port, as in [::1]:80");
  } else {
    if (colon < 0) fail(text.length, "no port, as in host:80");
    hostname = asciiHost(text.slice(0, colon));
    const stray = hostname.search(/[^\w.-]/);
    if (hostname.includes(":") && tryParse(hostname) !== undefined) {
      fail(0, "an IPv6 address with a port needs brackets, as in [::1]:80");
    }
    if (stray >= 0) {
      fail(stray, `${JSON.stringify(text[stray])} in a host name`);
    }
    if (hostname === "") fail(0, "no host before the port");
  }
  const digits = text.slice(colon + 1);
  if (!/^\d+$/.test(digits)) fail(colon + 1, "a port is decimal digits");
  return new Endpoint(hostname, Number(digits));
}

/**
 * Whether an address is one of IPv6.
 *
 * @param hostname An address, without brackets.
 */
export function isIpv6(hostname: string): boolean {
  return hostname.includes(":");
}

/**
 * Whether a host is this machine seen from itself.
 *
 * @param hostname A name or an address.
 * @returns True for 127.0.0.0/8, `::1` and `localhost`.
 * @see RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3
 */
export function isLoopback(hostname: string): boolean {
  return /^127(\.\d+){3}$|^::1$|^localhost$/.test(hostname);
}

/**
 * Tells whether texts are the address of an endpoint's host, however they are
 * written, and whether the zone is a name or, as the system may say, a number.
 *
 * @param endpoint The endpoint; its host is an address.
 * @returns Tells so of a text.
 */
export function isHostOf({ hostname }: Endpoint): (text: string) => boolean {
  const wanted = withoutZone(hostname);
  return (text) =>
    text === hostname ||
    wanted !== undefined && withoutZone(text)?.equals(wanted) === true;
}

function withoutZone(text: string): Address | undefined {
  return tryParse(text.replace(/%.*/s, ""));
}
