/**
 * The Subnetwork Access Protocol, which brings EtherTypes and the protocols of
 * organizations behind an LLC header.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** Protocol identifiers of one organization, in one number with its OUI. */
const PIDS = 0x10000;

/** Organizations whose protocol identifiers are EtherTypes. */
const ETHERTYPES: ReadonlySet<number> = new Set([
  // RFC 1042; IEEE 802.1H's bridge tunnel; AppleTalk.
  ...[0x000000, 0x0000f8, 0x080007],
]);

/** The fields of a SNAP header. */
export const snapFields = {
  /** Whose protocol it is; 0 for EtherTypes. */
  oui: { bits: 24, show: "hex" },
  /** Which of the organization's protocols. */
  pid: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/**
 * SNAP. Layers that come under it by an organization's protocol identifier have
 * the number `oui * 65536 + pid` among the EtherTypes.
 */
export const snap: Layer<"snap", typeof snapFields> = layer(
  "snap",
  snapFields,
  {
    source: "IEEE 802-2014 §9.5, RFC 1042",
    under: [["llc", 0xaa]],
    next: "pid",
    nextLike: "ethernet",
    select: ({ oui, pid }) => ETHERTYPES.has(oui) ? pid : oui * PIDS + pid,
    computed: {
      oui: ({ next }) => next && Math.floor(next / PIDS),
      pid: ({ next }) => next && next % PIDS,
    },
    summary: ({ oui, pid }) =>
      `0x${oui.toString(16).padStart(6, "0")} 0x${
        pid.toString(16).padStart(4, "0")
      }`,
  },
);
