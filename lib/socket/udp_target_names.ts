/**
 * Targets as the kernel takes them, made once each.
 *
 * @module
 */

import { type Family, tryParse } from "../ip/address.ts";
import type { Endpoint } from "./endpoint.ts";
import { lookUp, mayReach } from "./look_up.ts";
import { encodeEndpoint, type Interfaces } from "./socket_address.ts";

/** Targets that are remembered. */
const REMEMBERED = 1024;

/** The targets of one socket, each asked of the runtime's permissions first. */
export class TargetNames {
  readonly #family: Family;
  readonly #interfaces: Interfaces;
  readonly #names = new Map<string, Uint8Array<ArrayBuffer>>();
  #last: Endpoint | undefined;
  #lastName: Uint8Array<ArrayBuffer> | undefined;

  /**
   * Starts with none.
   *
   * @param family The socket's family.
   * @param interfaces The socket's interfaces.
   */
  constructor(family: Family, interfaces: Interfaces) {
    this.#family = family;
    this.#interfaces = interfaces;
  }

  /**
   * Gives a target's struct, if it takes no waiting to get it.
   *
   * @param target The target.
   * @returns Its struct; nothing for a name that has to be looked up.
   * @throws {PermissionError} If the runtime bars it.
   */
  known(target: Endpoint): Uint8Array<ArrayBuffer> | undefined {
    if (target === this.#last) return this.#lastName;
    const key = `${target}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      if (tryParse(target.hostname) === undefined) return undefined;
      mayReach(target);
      name = encodeEndpoint(target, this.#interfaces);
      if (this.#names.size >= REMEMBERED) this.#names.clear();
      this.#names.set(key, name);
    }
    this.#last = target;
    this.#lastName = name;
    return name;
  }

  /**
   * Looks a target up, each time anew.
   *
   * @param target The target, by name.
   * @returns Its struct.
   * @throws {NetError} With code `"not-found"` if the name has no address.
   * @throws {PermissionError} If the runtime bars it.
   */
  async find(target: Endpoint): Promise<Uint8Array<ArrayBuffer>> {
    mayReach(target);
    const found = await lookUp("send to", target, this.#family);
    return encodeEndpoint(found, this.#interfaces);
  }
}
