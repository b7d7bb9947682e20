/**
 * The one option of whatever reads subnets, as it must be.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { SUBNET, SUBNET_ELSEWHERE } from "./option_names.ts";

/**
 * Refuses what are no options: a second subnet, where a list was meant, would
 * be left out without a word.
 *
 * @param what What they are for, as a verb phrase.
 * @param options The options.
 * @throws {TypeError} If they are no object, or there is no such option.
 *
 * @example
 * ```ts
 * import { checkSubnetOptions } from "./subnet_options.ts";
 * import assert from "node:assert/strict";
 *
 * checkSubnetOptions("make a subnet", { hostBits: "clear" });
 * assert.throws(() => checkSubnetOptions("make a subnet", { hostbits: "clear" } as never));
 * ```
 */
export function checkSubnetOptions(
  what: string,
  options: { readonly hostBits?: unknown } | undefined,
): void {
  if (options !== undefined) {
    onlyKnown(what, options, SUBNET, SUBNET_ELSEWHERE);
  }
}
