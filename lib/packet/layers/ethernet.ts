/**
 * Ethernet II and IEEE 802.3 frames, from the destination to the type.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The highest value of `type` that is a length (IEEE 802.3-2022 §3.2.6). */
const MAX_LENGTH = 1500;

/** LLC's number among the EtherTypes, where no length is in the way of it. */
const LLC = 4;

/** The fields of an Ethernet header. */
export const ethernetFields = {
  /** To which station or group. */
  dst: "mac",
  /** From which station. */
  src: "mac",
  /** The EtherType of the payload from 0x0600 on; up to 1500 its length in octets. */
  type: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** Ethernet, without preamble and mostly without frame check sequence. */
export const ethernet: Layer<"ethernet", typeof ethernetFields> = layer(
  "ethernet",
  ethernetFields,
  {
    source: "IEEE 802.3-2022 §3.1.1",
    under: [["link", 1], ["ethernet", 0x6558], ["vxlan", 3], ["vxlanGpe", 3], [
      "erspan",
      0,
    ]],
    next: "type",
    select: ({ type }) => type <= MAX_LENGTH ? LLC : undefined,
    computed: { type: ({ next, payload }) => next === LLC ? payload : next },
    payload: {
      from: "type",
      octets: ({ type }) => type <= MAX_LENGTH ? type : undefined,
    },
    summary: ({ src, dst, type }) =>
      `${src} > ${dst} ${
        type <= MAX_LENGTH ? "802.3" : `0x${type.toString(16).padStart(4, "0")}`
      }`,
  },
);
