/**
 * Which octets count where two fragments or segments cover the same place:
 * systems differ in it, and so does what they see in hostile traffic.
 *
 * @module
 */

/**
 * Which of two that overlap is kept, the original or the one that came later:
 *
 * - `"first"`: the original, always.
 * - `"last"`: the later, always.
 * - `"bsd"`: the original if it starts before the later or with it.
 * - `"bsd-right"`: the original only if it starts behind the later.
 * - `"linux"`: the original if it starts before the later (Linux of 2003).
 * - `"windows"`: the original, unless the later starts before it and ends behind.
 * - `"solaris"`: the original, unless the later starts before it and ends behind
 *   it or with it.
 * - `"drop"`: neither: the datagram is given up, as RFC 5722 asks for IPv6 and
 *   current kernels do for both. A fragment that is just as one before it, place
 *   and octets, is a duplicate and no overlap. In a TCP stream as `"first"`.
 *
 * @see Shankar and Paxson, "Active Mapping" (2003) §4.1; Novak, "Target-Based
 * Fragmentation Reassembly" (2005)
 */
export type OverlapPolicy =
  | "first"
  | "last"
  | "bsd"
  | "bsd-right"
  | "linux"
  | "windows"
  | "solaris"
  | "drop";

/** A stretch of octets, from the first to the one behind the last. */
export interface Extent {
  /** The first octet's place. */
  readonly start: number;
  /** The place behind the last octet. */
  readonly end: number;
}

/** For each policy whether the original is kept. */
const RULES: Readonly<
  Record<OverlapPolicy, (original: Extent, later: Extent) => boolean>
> = {
  "first": () => true,
  "last": () => false,
  "bsd": (original, later) => original.start <= later.start,
  "bsd-right": (original, later) => original.start > later.start,
  "linux": (original, later) => original.start < later.start,
  "windows": (original, later) =>
    !(later.start < original.start && later.end > original.end),
  "solaris": (original, later) =>
    !(later.start < original.start && later.end >= original.end),
  "drop": () => true,
};

/**
 * Decides between two stretches that overlap, both as they arrived.
 *
 * @param policy How.
 * @param original The one that was there.
 * @param later The one that came after it.
 * @returns Whether the original's octets are kept.
 * @throws {TypeError} If there is no such policy.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const original = { start: 8, end: 24 };
 * const same = { start: 8, end: 24 };
 * assert.equal(net.packet.keepsOriginal("bsd", original, same), true);
 * assert.equal(net.packet.keepsOriginal("linux", original, same), false);
 * ```
 */
export function keepsOriginal(
  policy: OverlapPolicy,
  original: Extent,
  later: Extent,
): boolean {
  const rule = RULES[policy];
  if (rule === undefined) {
    throw new TypeError(
      `Cannot decide an overlap as 'overlap' must be one of ${
        Object.keys(RULES).join(", ")
      }: current value is ${policy}`,
    );
  }
  return rule(original, later);
}
