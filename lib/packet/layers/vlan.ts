/**
 * VLAN tags, of customers (802.1Q) and of providers (802.1ad); a provider's
 * comes before the customer's.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The highest value of `type` that is a length (IEEE 802.3-2022 §3.2.6). */
const MAX_LENGTH = 1500;

/** LLC's number among the EtherTypes, where no length is in the way of it. */
const LLC = 4;

/** The fields of a VLAN tag, from behind its EtherType to the next one. */
export const vlanFields = {
  /** Priority code point, 0 to 7. */
  priority: 3,
  /** Whether the frame may go first where there is no room (DEI; once CFI). */
  dropEligible: 1,
  /** Which VLAN, 1 to 4094; 0 for a priority alone. */
  id: 12,
  /** The EtherType of the payload from 0x0600 on; up to 1500 its length in octets. */
  type: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** VLAN tag; of two, `packet.vlan` is the outer. */
export const vlan: Layer<"vlan", typeof vlanFields> = layer(
  "vlan",
  vlanFields,
  {
    source: "IEEE 802.1Q-2018 §9.6",
    // Customer tag, provider tag, and what stood for the latter before 802.1ad.
    under: [["ethernet", 0x8100], ["ethernet", 0x88a8], ["ethernet", 0x9100]],
    next: "type",
    nextLike: "ethernet",
    select: ({ type }) => type <= MAX_LENGTH ? LLC : undefined,
    computed: { type: ({ next, payload }) => next === LLC ? payload : next },
    payload: {
      from: "type",
      octets: ({ type }) => type <= MAX_LENGTH ? type : undefined,
    },
    summary: ({ id, priority }) =>
      `${id}${priority === 0 ? "" : ` priority ${priority}`}`,
  },
);
