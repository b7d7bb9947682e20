/**
 * What the numbers among the options must be.
 *
 * @module
 */

import type { SocketLimits } from "./facts.ts";

/**
 * Checks the numbers among a function's options.
 *
 * @param doing What it was to do: `"connect to ws://127.0.0.1/"`.
 * @param numbers The options.
 * @throws {RangeError} If one is out of range.
 */
export function checkNumbers(
  doing: string,
  numbers: SocketLimits & {
    readonly maxConnections?: number | undefined;
    readonly handshakeTimeout?: number | undefined;
  },
): void {
  const { maxMessage = 1, highWater = 1, ping = 1 } = numbers;
  const { maxConnections = 1, handshakeTimeout = 1 } = numbers;
  const all = { maxMessage, highWater, ping, maxConnections, handshakeTimeout };
  for (const [name, value] of Object.entries(all)) {
    if (!(value > 0)) {
      throw new RangeError(
        `Cannot ${doing} as '${name}' must be above 0: current value is ${value}`,
      );
    }
  }
}
