/**
 * Two namespaces with a cable between them: one that scans, one that is
 * scanned.
 *
 * @module
 */

import assert from "node:assert/strict";
import { becomes } from "../lab/lab_place.ts";
import { inside, type OwnNetwork, ownNetwork } from "../lab/own_network.ts";

/** Where the scanned one is. */
export const TARGET = "10.77.0.2";
export const TARGET6 = "fd00:77::2";

/** The two, and what goes with them. */
export interface ScanBed extends Disposable {
  /** Who scans: 10.77.0.1/16, fd00:77::1/64 on `va`. */
  readonly scanner: OwnNetwork;
  /** Who is scanned, on `vb`. */
  readonly scanned: OwnNetwork;
  /** What scans are told: where they are, and no limit. */
  readonly options: { readonly namespace: number; readonly rate: number };
  /** Listens at ports of the scanned one; a greeting is sent to whoever comes. */
  listen(ports: readonly number[], greeting?: Uint8Array | string): void;
}

/** Makes them. */
export async function scanBed(): Promise<ScanBed> {
  using making = new DisposableStack();
  const stack = making.use(new DisposableStack());
  const scanner = stack.use(ownNetwork());
  const scanned = stack.use(ownNetwork());
  const there = `/proc/${Deno.pid}/fd/${scanned.namespace}`;
  scanner.run(
    ...["ip", "link", "add", "name", "va", "type", "veth", "peer"] as const,
    ...["name", "vb", "netns", there],
  );
  for (
    const [network, device, last] of [[scanner, "va", 1], [
      scanned,
      "vb",
      2,
    ]] as [
      OwnNetwork,
      string,
      number,
    ][]
  ) {
    const ip = (...args: string[]) => network.run("ip", ...args);
    ip("addr", "add", `10.77.0.${last}/16`, "dev", device);
    ip("addr", "add", `fd00:77::${last}/64`, "dev", device, "nodad");
    ip("link", "set", device, "up");
  }
  for (const [network, device] of [[scanner, "va"], [scanned, "vb"]] as const) {
    const isUp = () =>
      network.run("ip", "-br", "link", "show", device).includes(" UP ");
    assert.ok(await becomes(isUp));
  }
  making.move();
  return {
    scanner,
    scanned,
    options: { namespace: scanner.namespace, rate: Infinity },
    listen(ports, greeting) {
      for (const port of ports) {
        const listener = stack.adopt(
          inside(scanned, () => Deno.listen({ hostname: "::", port })),
          (listener) => listener.close(),
        );
        serve(listener, greeting);
      }
    },
    [Symbol.dispose]: () => stack.dispose(),
  };
}

async function serve(
  listener: Deno.Listener,
  greeting: Uint8Array | string | undefined,
): Promise<void> {
  const octets = typeof greeting === "string"
    ? new TextEncoder().encode(greeting)
    : greeting;
  try {
    for await (const connection of listener) {
      // Scanners hang up at once.
      if (octets === undefined) connection.close();
      else {
        await connection.write(octets).catch(() => {});
        connection.close();
      }
    }
  } catch {
    // It was closed.
  }
}
