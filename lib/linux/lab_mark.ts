/**
 * How a program knows that it runs in a lab: the lab's agent tells it which
 * network namespace it starts it in, and it looks whether it is there.
 *
 * @module
 */

import { libcAllowed } from "../ffi/libc.ts";
import { namespaceId } from "../ffi/namespace.ts";

/** The lab's name, and the namespace that its agent started the program in. */
const NAME = "NETREPL_LAB";
const NETWORK = "NETREPL_LAB_NETWORK";

/**
 * Gives the variables by which a program that is started in a lab knows it.
 *
 * @param name The lab's name.
 * @param namespace A descriptor of the network namespace that it is started in.
 * @returns The variables, to be added to its environment.
 *
 * @example
 * ```ts ignore
 * import { labEnvironment } from "./lab_mark.ts";
 * import { createNetworkNamespace, inNamespace } from "../ffi/namespace.ts";
 *
 * const host = createNetworkNamespace();
 * const env = labEnvironment("pair", host);
 * inNamespace(host, () => new Deno.Command("bash", { env }).spawn());
 * ```
 */
export function labEnvironment(
  name: string,
  namespace: number,
): Record<string, string> {
  return { [NAME]: name, [NETWORK]: namespaceId(namespace) };
}

/**
 * Tells whether this program is inside a lab, where changes hurt nobody.
 *
 * It is if the lab's agent has started it (the variable `NETREPL_LAB`) and it is
 * still in the network namespace that it was started in
 * (`NETREPL_LAB_NETWORK`). What cannot be told, for want of a permission, counts
 * as no; so do variables that have got out of a lab.
 *
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.linux.inLab(), false);
 * ```
 */
export function inLab(): boolean {
  const said = variable(NETWORK);
  if (!variable(NAME) || !said || !libcAllowed()) return false;
  return namespaceId() === said;
}

function variable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
