/**
 * What a bridge is made of, as it must be.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { BRIDGE, BRIDGE_PORT } from "../option_names.ts";
import type { BridgeOptions } from "./bridge.ts";

/**
 * Refuses options that are none, of a bridge and of its ports.
 *
 * @param options The bridge's options.
 * @throws {TypeError} If there is no such option, or `ports` is no list.
 *
 * @example
 * ```ts
 * import { checkBridge } from "./bridge_check.ts";
 * import { bridgeId } from "./vector.ts";
 * import assert from "node:assert/strict";
 *
 * const id = bridgeId(32768, "02:00:00:00:00:01");
 * checkBridge({ id, ports: [{ pathCost: 4 }] });
 * assert.throws(() => checkBridge({ id, ports: 4 } as never), /'ports' must be a list/);
 * ```
 */
export function checkBridge(options: BridgeOptions): void {
  const what = "make a bridge";
  onlyKnown(what, options, BRIDGE);
  if (!Array.isArray(options.ports)) {
    throw new TypeError(
      `Cannot ${what} as 'ports' must be a list such as [{ pathCost: 4 }]: current value is ${options.ports}`,
    );
  }
  for (const port of options.ports) onlyKnown(what, port, BRIDGE_PORT);
}
