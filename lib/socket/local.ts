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
 * Checks who is to serve: without a handler every connection would fail.
 *
 * @param handler What was given.
 * @throws {TypeError} If it is no function.
 */
export function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw new TypeError(
    `Cannot serve as 'handler', which comes after the options, must be a function: current value is ${handler}`,
  );
}

/** This side's certificate chain and its private key, as PEM. */
interface Pem {
  readonly cert: string;
  readonly key: string;
}

/**
 * Checks what a server is to speak TLS with: without a certificate the runtime
 * speaks in clear, or to nobody.
 *
 * @param wanted Where it is to listen, for the error.
 * @param tls What was given.
 * @throws {TypeError} If there is no certificate or no key.
 */
export function checkPem(wanted: Endpoint, tls: Pem | undefined): void {
  if (tls === undefined) return;
  for (const name of ["cert", "key"] as const) {
    if (typeof tls?.[name] === "string") continue;
    throw new TypeError(
      `Cannot listen on ${wanted} as 'tls.${name}' must be PEM, with "-----BEGIN …": current value is ${
        tls?.[name]
      }`,
    );
  }
}

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
