/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `hostbits` clears none.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";

/** Options of `parse` and `tryParse`. */
export const PARSE = {
  family: true,
  notation: true,
} as const;

/** Options of `subnet`, `range`, `set` and what goes with them. */
export const SUBNET = {
  hostBits: true,
} as const;

/** Options of `stableInterfaceId`. */
export const STABLE_ID = {
  interface: true,
  secretKey: true,
  networkId: true,
  dadCounter: true,
} as const;

/** Options of `Mac.random`. */
export const MAC_RANDOM = {
  bits: true,
  random: true,
} as const;

/** Options of `plan`. */
export const PLAN = {
  longestPrefix: true,
} as const;

/** Options of a space's `draw`. */
export const SPACE_DRAW = {
  legend: true,
} as const;

/** Options of `practice`, `practiceKinds` and `quiz`. */
export const PRACTICE = {
  seed: true,
  kind: true,
  level: true,
  family: true,
} as const;

/** Options of `transition.nat64.decode` and `explain`. */
export const PREFIX = {
  prefix: true,
} as const;

/** Options of `transition.nat64.encode`. */
export const NAT64 = {
  ...PREFIX,
  suffix: true,
  nonGlobal: true,
} as const;

/** Options of `transition.dns64.decode`. */
export const PREFIXES = { prefixes: true } as const;

/** Options of `transition.dns64.encode` and `explain`. */
export const DNS64 = {
  ...PREFIXES,
  exclude: true,
  nonGlobal: true,
} as const;

/** Options of a name's records for `transition.dns64`. */
export const ANSWERS = {
  a: true,
  aaaa: true,
} as const;

/** Options of `transition.isatap.encode`. */
export const ISATAP = {
  prefix: true,
  universal: true,
} as const;

/** Options of `transition.sixToFour.site`. */
export const SITE = { nonGlobal: true } as const;

/** Options of `transition.sixToFour.encode`. */
export const SIX_TO_FOUR = {
  subnetId: true,
  interfaceId: true,
  ...SITE,
} as const;

/** What Python's ipaddress calls an option of `subnet`. */
export const SUBNET_ELSEWHERE: Elsewhere = {
  strict: 'hostBits, which is "refuse", "clear" or "keep"',
};
