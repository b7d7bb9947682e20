/**
 * What names a machine to log in to: `user@host:port` and its kin.
 *
 * @module
 */

import { ParseError } from "../errors.ts";
import { tryParse } from "../ip/address.ts";

/**
 * Whatever names a machine: `"host"`, `"user@host:port"`, `"[2001:db8::1]:22"`,
 * `"ssh://user@host:port"`, or an object. The host may be a name that
 * `~/.ssh/config` explains.
 */
export type SshTargetLike = string | {
  /** A name, an alias of the configuration, or an address. */
  readonly hostname: string;
  /** The port. @default {what the configuration says, else 22} */
  readonly port?: number | undefined;
  /** Who logs in. @default {what the configuration says, else who you are here} */
  readonly user?: string | undefined;
};

/** A machine to log in to, as it was named. */
export interface SshTarget {
  /** A name, an alias or an address, IPv6 without brackets. */
  readonly hostname: string;
  /** The port, if one was said. */
  readonly port: number | undefined;
  /** Who logs in, if it was said. */
  readonly user: string | undefined;
}

/** Of a target; the transport stands in addresses of listeners. */
const PARTS = ["hostname", "port", "user", "transport"];

/**
 * Reads what names a machine to log in to.
 *
 * @param like `"host"`, `"user@host:port"`, `"ssh://user@host:port"`, or an object.
 * @returns Host, port and user; what was not said is `undefined`.
 * @throws {ParseError} If the text names no machine.
 * @throws {TypeError} If the object has no hostname, or has what is no part of one.
 * @throws {RangeError} If the port is not one from 1 to 65535.
 * @see draft-ietf-secsh-scp-sftp-ssh-uri-04 §3 (URLs)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.ssh.parseTarget("ada@[2001:db8::1]:2222"), {
 *   hostname: "2001:db8::1",
 *   port: 2222,
 *   user: "ada",
 * });
 * ```
 */
export function parseTarget(like: SshTargetLike): SshTarget {
  if (typeof like === "string") {
    return like.startsWith("ssh://") ? parseUrl(like) : parseText(like, like);
  }
  if (typeof like !== "object" || like === null) {
    throw new TypeError(
      `Cannot connect as 'target' must be a text or { hostname, port, user }: current value is ${like}`,
    );
  }
  const { hostname, port, user } = like;
  const isPlain = Object.getPrototypeOf(like) === Object.prototype;
  const other = Object.keys(like).find((key) => !PARTS.includes(key));
  if (hostname === undefined || isPlain && other !== undefined) {
    throw new TypeError(
      `Cannot connect as 'target' must be a text or { hostname, port, user }: current value has ${
        other ?? "no hostname"
      }; all else is for the options after it`,
    );
  }
  const whole = `${hostname}`;
  const bare = whole.replace(/^\[(.*)\]$/s, "$1");
  checkHost(bare, whole, whole.indexOf(bare));
  return { hostname: bare, port: checkPort(port, whole), user };
}

/**
 * Writes a machine as {@linkcode parseTarget} reads it.
 *
 * @param target The machine; port 22 and users that are not there go unsaid.
 * @returns `user@host:port`, with brackets where IPv6 needs them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ssh.formatTarget({ hostname: "::1", port: 2222 }), "[::1]:2222");
 * ```
 */
export function formatTarget(
  target: {
    readonly hostname: string;
    readonly port?: number | undefined;
    readonly user?: string | undefined;
  },
): string {
  const { hostname, port = 22, user } = target;
  const at = user === undefined ? "" : `${user}@`;
  if (port === 22) return at + hostname;
  return `${at}${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

function parseText(text: string, whole: string): SshTarget {
  const offset = whole.length - text.length;
  const fail = (at: number, reason: string): never => {
    throw new ParseError("a machine to log in to", whole, offset + at, reason);
  };
  // A user's name may have an @ in it, a host's may not.
  const at = text.lastIndexOf("@");
  if (at === 0) fail(0, "no user before the @");
  const user = at < 0 ? undefined : text.slice(0, at);
  const rest = text.slice(at + 1);
  const start = at + 1;
  if (rest.startsWith("[")) {
    const bracket = rest.indexOf("]");
    if (bracket < 0) fail(text.length, "no closing bracket");
    const hostname = rest.slice(1, bracket);
    if (tryParse(hostname, { family: 6 }) === undefined) {
      fail(start + 1, "no IPv6 address in the brackets");
    }
    const after = rest.slice(bracket + 1);
    if (after !== "" && !after.startsWith(":")) {
      fail(start + bracket + 1, "only a port may follow the bracket");
    }
    return { hostname, port: portOf(after, whole), user };
  }
  // An address of IPv6 alone has colons, and no port.
  if (tryParse(rest, { family: 6 }) !== undefined) {
    return { hostname: rest, port: undefined, user };
  }
  const colon = rest.indexOf(":");
  const hostname = colon < 0 ? rest : rest.slice(0, colon);
  checkHost(hostname, whole, offset + start);
  const after = colon < 0 ? "" : rest.slice(colon);
  if (/^:.*:/.test(after)) {
    fail(start, "an IPv6 address with a port needs brackets, as in [::1]:22");
  }
  return { hostname, port: portOf(after, whole), user };
}

function parseUrl(url: string): SshTarget {
  const fail = (offset: number, reason: string): never => {
    throw new ParseError("an SSH URL", url, offset, reason);
  };
  const start = "ssh://".length;
  const path = url.indexOf("/", start);
  if (path >= 0 && path < url.length - 1) fail(path, "a path after the host");
  const text = url.slice(start, path < 0 ? undefined : path);
  const { hostname, port, user } = parseText(
    text,
    path < 0 ? url : url.slice(0, path),
  );
  if (user === undefined) return { hostname, port, user };
  if (user.includes(":")) {
    // What is in URLs ends up in histories and logs.
    fail(start + user.indexOf(":"), "a password; hand it in as an option");
  }
  // What follows a semicolon is parameters, such as a fingerprint.
  const [name = ""] = user.split(";");
  try {
    return { hostname, port, user: decodeURIComponent(name) };
  } catch {
    return fail(start, "a % that starts no octet");
  }
}

function checkHost(hostname: string, whole: string, offset: number): void {
  const fail = (at: number, reason: string): never => {
    throw new ParseError("a machine to log in to", whole, offset + at, reason);
  };
  if (hostname === "") fail(0, "no host");
  if (tryParse(hostname, { family: 6 }) !== undefined) return;
  // Names go into commands that the configuration may name.
  if (hostname.startsWith("-")) fail(0, "a host that begins with -");
  const stray = hostname.search(/[^\p{L}\p{N}_.-]/u);
  if (stray >= 0) {
    fail(stray, `${JSON.stringify(hostname[stray])} in a host's name`);
  }
}

function portOf(after: string, whole: string): number | undefined {
  if (after === "") return undefined;
  const digits = after.slice(1);
  if (!/^\d+$/.test(digits)) {
    const offset = whole.lastIndexOf(after) + 1;
    throw new ParseError(
      "a machine to log in to",
      whole,
      offset,
      "a port is decimal digits",
    );
  }
  return checkPort(Number(digits), whole);
}

function checkPort(
  port: number | undefined,
  whole: string,
): number | undefined {
  if (port === undefined) return undefined;
  if (!(Number.isInteger(port) && port > 0 && port <= 0xffff)) {
    throw new RangeError(
      `Cannot connect to ${whole} as 'port' must be an integer from 1 to 65535: current value is ${
        JSON.stringify(port)
      }`,
    );
  }
  return port;
}
