/**
 * Multiprotocol label switching: one layer for each entry of the label stack.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { octetBehind } from "./octet_behind.ts";

/** The number of one more label under a label. */
const LABEL = 0;

/** The fields of an entry of the label stack. */
export const mplsFields = {
  /** The label; 0 to 15 have a meaning of their own. */
  label: {
    bits: 20,
    names: {
      0: "ipv4ExplicitNull",
      1: "routerAlert",
      2: "ipv6ExplicitNull",
      3: "implicitNull",
      7: "entropyLabelIndicator",
      13: "genericAssociatedChannel",
      14: "oamAlert",
      15: "extension",
    },
  },
  /** Traffic class (RFC 5462). */
  trafficClass: 3,
  /** Whether this is the last entry. */
  bottom: 1,
  /** How many more hops it may take. */
  ttl: 8,
} as const satisfies FieldTable;

/**
 * An MPLS label. Nothing in the stack says what follows it: what looks like IP
 * by its version is taken for it (RFC 4928 §3). All else is left as payload, as
 * are the control word of a pseudowire and Ethernet in one.
 */
export const mpls: Layer<"mpls", typeof mplsFields> = layer(
  "mpls",
  mplsFields,
  {
    source: "RFC 3032 §2.1",
    under: [
      // By a downstream label, and by one that the sender has chosen (RFC 5332).
      ["ethernet", 0x8847],
      ["ethernet", 0x8848],
      ["mpls", LABEL],
      // RFC 3032 §4.3
      ["ppp", 0x0281],
      ["ppp", 0x0283],
      ["chdlc", 0x8847],
      // RFC 4023 §3, RFC 7510 §3
      ["ipv4", 137],
      ["ipv6", 137],
      ["udp", 6635],
    ],
    looksBehind: true,
    select(view) {
      if (view.bottom === 0) return LABEL;
      const version = (octetBehind(view) ?? 0) >> 4;
      return version === 4 || version === 6 ? version : -1;
    },
    defaults: { ttl: 64 },
    computed: { bottom: ({ next }) => next === LABEL ? 0 : 1 },
    summary: ({ label, trafficClass, ttl }) =>
      `${label}${
        trafficClass === 0 ? "" : ` traffic class ${trafficClass}`
      } ttl ${ttl}`,
  },
);
