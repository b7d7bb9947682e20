/**
 * The slow protocols of IEEE 802.3: link aggregation, its marker, and OAM.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields that all slow protocols start with. */
export const slowFields = {
  /** Which of them it is. */
  subtype: {
    bits: 8,
    names: { 1: "lacp", 2: "marker", 3: "oam", 10: "ossp" },
  },
} as const satisfies FieldTable;

/** Slow protocols: at most ten frames a second, to 01:80:c2:00:00:02. */
export const slow: Layer<"slow", typeof slowFields> = layer(
  "slow",
  slowFields,
  {
    source: "IEEE 802.3-2022 annex 57A",
    under: [["ethernet", 0x8809]],
    next: "subtype",
    summary: ({ subtype }) => `subtype ${subtype}`,
  },
);
