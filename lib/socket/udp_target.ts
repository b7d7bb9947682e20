/**
 * Where a socket may send: what is asked for each datagram, and mostly the same.
 *
 * @module
 */

import { tryParse } from "../ip/address.ts";
import { Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
import { familyOf } from "./socket_address.ts";

/** The targets of one socket. */
export class Targets {
  readonly #local: Endpoint;
  readonly #remote: Endpoint | undefined;
  #last: EndpointLike | undefined;
  #lastTarget: Endpoint | undefined;

  /**
   * Takes a socket's two ends.
   *
   * @param local Where it is.
   * @param remote The one that it is connected to.
   */
  constructor(local: Endpoint, remote: Endpoint | undefined) {
    this.#local = local;
    this.#remote = remote;
  }

  /**
   * Reads a target, and checks that the socket can send there at all.
   *
   * @param to What `send` was given.
   * @returns The target; nothing for the one that the socket is connected to.
   * @throws {TypeError} If it is of the other family, none is given, or the socket is
   * connected to another.
   * @throws {RangeError} If the port is 0.
   */
  read(to: EndpointLike | undefined): Endpoint | undefined {
    if (to !== undefined && to === this.#last) return this.#lastTarget;
    const remote = this.#remote;
    if (remote !== undefined) {
      if (to === undefined || `${endpoint(to)}` === `${remote}`) {
        return undefined;
      }
      throw new TypeError(
        `Cannot send from a socket that is connected as 'to' must be ${remote} or nothing: current value is ${
          endpoint(to)
        }`,
      );
    }
    if (to === undefined) {
      throw new TypeError(
        `Cannot send from ${this.#local} as 'to' must be a target, for it is not connected: current value is undefined`,
      );
    }
    const target = endpoint(to);
    checkTarget(target, this.#local);
    // What cannot change needs no second look.
    if (typeof to === "string" || to instanceof Endpoint) {
      this.#last = to;
      this.#lastTarget = target;
    }
    return target;
  }
}

/**
 * Checks that a socket can send to a target at all.
 *
 * @param target Where to.
 * @param local Where the socket is.
 * @throws {RangeError} If the port is 0.
 * @throws {TypeError} If the families differ.
 */
export function checkTarget(target: Endpoint, local: Endpoint): void {
  if (target.port === 0) {
    throw new RangeError(
      `Cannot send to ${target} as 'port' must be an integer from 1 to 65535: current value is 0`,
    );
  }
  const family = tryParse(target.hostname)?.family;
  const own = familyOf(local.hostname);
  if (family !== undefined && family !== own) {
    throw new TypeError(
      `Cannot send from ${local} as 'to' must be an IPv${own} address: current value is ${target}`,
    );
  }
}
