/**
 * What is worked out before a filter's first test: how long the headers before
 * an IEEE 802.11 payload are. A packet too short for that matches nothing.
 *
 * @module
 */

import {
  all,
  ALWAYS,
  any,
  arithmetic,
  compare,
  type Condition,
  load,
  masked,
  not,
  number,
  set,
  type Slot,
  valueOf,
} from "./condition.ts";
import type { Layout } from "./layout.ts";

/** The link type of IEEE 802.11, as a PPI header has it: in little-endian order. */
const WLAN_IN_PPI = 0x69000000;
/** Octets of the MAC header of a data frame, at least. */
const DATA_HEADER = 24;
/** A Prism header's length; there is but one in use. */
const PRISM_HEADER = 144;

/**
 * Puts before a filter what it needs.
 *
 * @param layout Where the headers are, after the filter has been gone through.
 * @param first Where they were before.
 * @param condition The filter.
 * @returns The filter with what must come before it.
 *
 * @example
 * ```ts
 * import { withPreamble } from "./preamble.ts";
 * import { ALWAYS } from "./condition.ts";
 * import { Layout } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * const layout = new Layout("", { linkType: 1, byteOrder: undefined });
 * assert.equal(withPreamble(layout, layout, ALWAYS), ALWAYS);
 * ```
 */
export function withPreamble(
  layout: Layout,
  first: Pick<Layout, "link" | "payload">,
  condition: Condition,
): Condition {
  const { outermost, used } = layout;
  const parts: Condition[] = [];
  const link = first.link.slot;
  const payload = first.payload.slot;
  const needsPayload = payload !== undefined && used.has(payload);
  if (outermost.radio === "ppi" && layout.kind === "wlan") {
    parts.push(compare(load(4, 4), "=", WLAN_IN_PPI));
  }
  if (link !== undefined && (needsPayload || used.has(link))) {
    parts.push(radioLength(outermost.radio!, link));
  }
  if (needsPayload) {
    parts.push(payloadPlace(outermost.radio, first.link.slot, payload));
  }
  return parts.length === 0 ? condition : all(...parts, condition);
}

function radioLength(
  radio: NonNullable<Layout["outermost"]["radio"]>,
  slot: Slot,
): Condition {
  switch (radio) {
    case "radiotap":
    case "ppi": {
      const high = arithmetic(load(1, 3), "<<", number(8));
      return set(slot, arithmetic(high, "|", load(1, 2)));
    }
    case "avs":
      return set(slot, load(4, 4));
    case "prism":
      // Some drivers give an AVS header instead, which names itself.
      return any(
        all(
          masked(load(4, 0), 0xfffff000, 0x80211000),
          set(slot, load(4, 4)),
        ),
        set(slot, number(PRISM_HEADER)),
      );
  }
}

/** Where the LLC header of a data frame is; of other frames it is not used. */
function payloadPlace(
  radio: Layout["outermost"]["radio"],
  link: Slot | undefined,
  slot: Slot,
): Condition {
  const start = link === undefined ? undefined : valueOf(link);
  const control = load(1, 0, start);
  const plain = start === undefined
    ? number(DATA_HEADER)
    : arithmetic(start, "+", number(DATA_HEADER));
  const qos = set(slot, arithmetic(valueOf(slot), "+", number(2)));
  return all(
    set(slot, plain),
    any(
      not(compare(control, "&", 0x08)),
      compare(control, "&", 0x04),
      all(
        any(not(compare(control, "&", 0x80)), qos),
        radio === "radiotap" ? padding(slot) : ALWAYS,
      ),
    ),
  );
}

/** Atheros adapters pad the MAC header to whole words, and say so in the flags. */
function padding(slot: Slot): Condition {
  const present = (bit: number) => {
    const swapped = new DataView(new ArrayBuffer(4));
    swapped.setUint32(0, bit, true);
    return compare(load(4, 4), "&", swapped.getUint32(0));
  };
  const [hasTime, hasFlags, hasMore] = [1, 2, 0x80000000].map(present) as [
    Condition,
    Condition,
    Condition,
  ];
  const isPadded = (at: number) => compare(load(1, at), "&", 0x20);
  const rounded = arithmetic(
    arithmetic(valueOf(slot), "+", number(3)),
    "&",
    number(~3),
  );
  return any(
    not(hasFlags),
    hasMore,
    all(
      any(all(hasTime, isPadded(16)), all(not(hasTime), isPadded(8))),
      set(slot, rounded),
    ),
    ALWAYS,
  );
}
