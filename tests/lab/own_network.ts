/**
 * A network namespace that holds nothing but the test.
 *
 * @module
 */

import assert from "node:assert/strict";
import { libc } from "../../lib/ffi/libc.ts";
import {
  createNetworkNamespace,
  inNamespace,
} from "../../lib/ffi/namespace.ts";

/** A namespace with its loopback up; gone when nothing in it is open. */
export interface OwnNetwork extends Disposable {
  /** Its descriptor. */
  readonly namespace: number;
  /** Runs a command in it to its end, and gives what it wrote. */
  run(command: string, ...args: string[]): string;
}

/** Why there can be none, if so. */
export function withoutNetworks(): string | undefined {
  try {
    libc().close(createNetworkNamespace());
    return undefined;
  } catch (error) {
    return `no network namespace of its own: ${(error as Error).message}`;
  }
}

/** Makes one. */
export function ownNetwork(): OwnNetwork {
  const namespace = createNetworkNamespace();
  const network = {
    namespace,
    run: (command: string, ...args: string[]) => {
      const { success, stdout, stderr } = inside(
        network,
        () => new Deno.Command(command, { args }).outputSync(),
      );
      const text = new TextDecoder().decode(stdout);
      assert.ok(
        success,
        `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
      );
      return text;
    },
    [Symbol.dispose]: () => void libc().close(namespace),
  };
  network.run("ip", "link", "set", "lo", "up");
  return network;
}

/** Runs a synchronous function with the thread in it. */
export function inside<T>(
  network: { readonly namespace: number },
  f: () => T,
): T {
  return inNamespace(network.namespace, f);
}
