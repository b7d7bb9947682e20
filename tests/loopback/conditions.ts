/**
 * What these tests need of the machine and of the flags they are run with, as
 * reasons to skip, and how they wait for what other tasks bring about.
 *
 * @module
 */

import assert from "node:assert/strict";

/** A name that no resolver has an address for (RFC 6761 §6.4). */
export const NO_HOST = "no-such-host.invalid";

/** An address that no interface here has (RFC 5737, for documentation). */
export const FOREIGN = "192.0.2.77";

/** The permissions of tests that try what is barred. */
export const ONLY_LOOPBACK: Deno.PermissionOptionsObject = {
  net: ["127.0.0.1"],
};

/** Why a host cannot be used, or nothing. */
export function lacks(host: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "net", host });
  return state === "granted" ? undefined : `run with --allow-net=${host}`;
}

/** Why IPv6 cannot be tried, or nothing. */
export const NO_IPV6: string | undefined = lacks("[::1]") ?? bind("::1");

function bind(hostname: string): string | undefined {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return undefined;
  } catch (error) {
    return `${hostname} cannot be bound: ${(error as Error).message}`;
  }
}

/** Why Python cannot be a peer, or nothing. */
export const NO_PYTHON: string | undefined = python();

function python(): string | undefined {
  const { state } = Deno.permissions.querySync({
    name: "run",
    command: "python3",
  });
  if (state !== "granted") return "run with --allow-run=python3";
  try {
    new Deno.Command("python3", { args: ["-V"], stdout: "null" }).outputSync();
    return undefined;
  } catch (error) {
    return `python3 does not start: ${(error as Error).message}`;
  }
}

/** Lets other tasks go on for some milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until something holds, which other tasks bring about. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!holds()) {
    assert.ok(performance.now() < end, `never came true: ${holds}`);
    await sleep(1);
  }
}
