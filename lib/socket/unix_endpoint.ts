/**
 * Where a unix socket is: a path in the file system, or an abstract name.
 *
 * @module
 */

import { Endpoint } from "./endpoint.ts";

/** The most octets of a path that the kernel takes (struct sockaddr_un). */
const MAX = 107;

/**
 * A path as an endpoint: its hostname is empty and its port 0.
 *
 * @see unix(7)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${new net.unix.UnixEndpoint("/run/app.sock")}`, "/run/app.sock");
 * ```
 */
export class UnixEndpoint extends Endpoint {
  /** The path, or `"\0"` and an abstract name; empty for the end of a client, which has none. */
  readonly path: string;

  /**
   * Takes a path.
   *
   * @param path The path, 107 octets at most; or `"\0"` and an abstract name.
   * @throws {TypeError} If it is no text.
   * @throws {RangeError} If it is longer, or has a zero octet elsewhere.
   */
  constructor(path: string) {
    super("", 0);
    if (typeof path !== "string") {
      throw new TypeError(
        `Cannot make a unix endpoint as 'path' must be a text: current value is ${
          Deno.inspect(path)
        }`,
      );
    }
    const { length } = new TextEncoder().encode(path);
    if (length > MAX || path.lastIndexOf("\0") > 0) {
      throw new RangeError(
        `Cannot make a unix endpoint as 'path' must be at most ${MAX} octets, none of them zero but the first of an abstract name: current value is ${
          JSON.stringify(path)
        }`,
      );
    }
    this.path = path;
  }

  /** Always true. */
  override get isUnix(): boolean {
    return true;
  }

  /** The path, an abstract name behind `@`; `(unnamed)` for the end of a client. */
  override toString(): string {
    return this.path.replace("\0", "@") || "(unnamed)";
  }

  /** The path, plain, with an empty hostname and port 0. */
  override toJSON(): { hostname: string; port: number; path: string } {
    return { ...super.toJSON(), path: this.path };
  }
}
