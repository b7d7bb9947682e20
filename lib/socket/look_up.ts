/**
 * What the runtime does for its own sockets, and the kernel does not for its:
 * to find addresses for names, and to ask the permissions.
 *
 * @module
 */

import { type Family, tryParse } from "../ip/address.ts";
import { Endpoint } from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";

/**
 * Finds an address for a name.
 *
 * @param op What for.
 * @param target The name, or an address already.
 * @param family Of which family; any if nothing is said.
 * @returns The same with an address.
 * @throws {NetError} With code `"not-found"` if there is none.
 */
export async function lookUp(
  op: string,
  target: Endpoint,
  family?: Family,
): Promise<Endpoint> {
  if (tryParse(target.hostname) !== undefined) return target;
  const { lookup } = await import("node:dns/promises");
  try {
    const { address } = await lookup(target.hostname, family ?? 0);
    return new Endpoint(address, target.port);
  } catch (error) {
    throw failure(error, op, target);
  }
}

/**
 * Asks the runtime's permissions whether a target may be reached.
 *
 * @param target The target, by name or by address.
 * @throws {PermissionError} If they bar it.
 */
export function mayReach(target: Endpoint): void {
  const host = permissionHost(target);
  const { state } = Deno.permissions.querySync({ name: "net", host });
  if (state !== "granted") throw notAllowed("send to", target);
}
