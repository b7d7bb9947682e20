/**
 * What must hold before a socket is bound to an address of this machine.
 *
 * node:net and node:dgram throw what they may not bind from callbacks of their
 * own, where nobody can catch it and the program ends. So the name is looked
 * up and the permission settled here, before they are asked.
 *
 * @module
 */

import type { Deadline } from "../deadline.ts";
import { tryParse } from "../ip/address.ts";
import { Endpoint } from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";

/**
 * Finds the address to bind, and settles that the runtime lets us.
 *
 * @param op What for: `"listen on"`.
 * @param wanted A name or an address, and a port.
 * @param deadline Ends the wait for a name.
 * @returns The endpoint with an address for its host.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {NetError} If the name has no address.
 */
export async function bindable(
  op: string,
  wanted: Endpoint,
  deadline: Deadline,
): Promise<Endpoint> {
  let { hostname } = wanted;
  if (tryParse(hostname) === undefined) {
    const { lookup } = await import("node:dns/promises");
    try {
      hostname = (await deadline.race(lookup(hostname))).address;
    } catch (error) {
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw failure(error, op, wanted);
    }
  }
  const local = new Endpoint(hostname, wanted.port);
  const { state } = await Deno.permissions.request({
    name: "net",
    host: permissionHost(local),
  });
  if (state !== "granted") throw notAllowed(op, local);
  return local;
}
