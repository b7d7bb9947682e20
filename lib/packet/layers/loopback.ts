/**
 * The header that BSD puts before packets of its loopback interface.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a loopback header. */
export const loopbackFields = {
  /**
   * The address family, AF_INET or AF_INET6, as numbered by the system that
   * recorded it; link type 0 has it in that machine's octet order.
   */
  family: { bits: 32, order: "either" },
} as const satisfies FieldTable;

/** BSD loopback encapsulation: link types NULL and LOOP. */
export const loopback: Layer<"loopback", typeof loopbackFields> = layer(
  "loopback",
  loopbackFields,
  {
    source: "https://www.tcpdump.org/linktypes.html, LINKTYPE_NULL",
    under: [["link", 0], ["link", 108]],
    next: "family",
    summary: ({ family }) => `family ${family}`,
  },
);
