/**
 * Counting what comes to a listener.
 *
 * @module
 */

import type { TrapCounts } from "./counts.ts";

/** The same, to count with. */
export type Counts = { -readonly [name in keyof TrapCounts]: number };

/** Nothing so far. */
export function noCounts(): Counts {
  return {
    datagrams: 0,
    notifications: 0,
    informs: 0,
    repeated: 0,
    malformed: 0,
    others: 0,
    unknownCommunities: 0,
    unknownUsers: 0,
    unknownEngines: 0,
    wrongDigests: 0,
    notInTimeWindows: 0,
    decryptionErrors: 0,
    wrongLevels: 0,
    dropped: 0,
  };
}
