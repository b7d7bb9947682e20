/**
 * IPv4 addresses that mean something only inside one network, so that a
 * mechanism which carries them between networks must not.
 *
 * @module
 */

import type { Address } from "../address.ts";
import { classify } from "../registry/classify.ts";

/** What to do with an IPv4 address that is not global. */
export interface NonGlobalOption {
  /**
   * Whether to take an IPv4 address that is not global, such as 10.0.0.1, where
   * the mechanism forbids it.
   *
   * @default {"refuse"}
   */
  nonGlobal?: "refuse" | "allow" | undefined;
}

/**
 * Says what an IPv4 address is for if it is not global. Documentation counts as
 * global: no one routes it, but the RFCs show each mechanism with it.
 *
 * @param ipv4 The address.
 * @returns Its use, or `undefined` for a global one.
 * @see RFC 6890
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { localUse } from "./global.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(localUse(parse("192.168.1.1")), "private use");
 * assert.equal(localUse(parse("9.9.9.9")), undefined);
 * ```
 */
export function localUse(ipv4: Address): string | undefined {
  const { kind, name, globallyReachable } = classify(ipv4);
  const isUnicast = kind !== "multicast";
  if (isUnicast && (globallyReachable ?? true)) return undefined;
  return kind === "documentation" ? undefined : name.toLowerCase();
}

/**
 * Refuses an IPv4 address that is not global.
 *
 * @param ipv4 The address.
 * @param options Whether it is allowed all the same.
 * @param what What it is for, as a verb phrase.
 * @param name What the caller's documentation calls it.
 * @param source Which rule forbids it: `"RFC 3056 §2"`.
 * @param remedy What else to do than to allow it, if there is something.
 * @throws {RangeError} If it is not global and not allowed.
 * @throws {TypeError} If `nonGlobal` is neither word.
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { checkGlobal } from "./global.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => checkGlobal(parse("10.0.0.1"), {}, "make it", "ipv4", "RFC 3056 §2"),
 *   /'ipv4' must be a global address \(RFC 3056 §2\)/,
 * );
 * ```
 */
export function checkGlobal(
  ipv4: Address,
  options: NonGlobalOption,
  what: string,
  name: string,
  source: string,
  remedy = "",
): void {
  const { nonGlobal = "refuse" } = options;
  if (nonGlobal !== "refuse" && nonGlobal !== "allow") {
    throw new TypeError(
      `Cannot ${what} as 'nonGlobal' must be "refuse" or "allow": current value is ${nonGlobal}`,
    );
  }
  if (nonGlobal === "allow") return;
  const use = localUse(ipv4);
  if (use === undefined) return;
  throw new RangeError(
    `Cannot ${what} as '${name}' must be a global address (${source}): current value is ${ipv4}, for ${use} (${remedy}{ nonGlobal: "allow" } takes it)`,
  );
}
