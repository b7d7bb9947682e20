/**
 * Operations, administration and maintenance of an Ethernet link.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";

/** What one end of the link can do (§57.5.2.1). */
const information = {
  version: 8,
  /** Changes with the other fields. */
  revision: 16,
  stateReserved: 5,
  /** Whether frames that are no OAM are thrown away on sending. */
  isDiscarding: 1,
  /** What is done with frames that come in. */
  parser: { bits: 2, names: { 0: "forward", 1: "loopback", 2: "discard" } },
  configuration: [
    ...["reserved0", "reserved1", "reserved2", "variables"] as const,
    ...["events", "loopback", "unidirectional", "active"] as const,
  ],
  sizeReserved: 5,
  /** The longest data unit, in octets. */
  maxSize: 11,
  oui: { bits: 24, show: "hex" },
  vendor: { bits: 32, show: "hex" },
} as const;

/** The fields of an OAM data unit, behind the subtype. */
export const oamFields = {
  /** What the sender sees of the link. */
  flags: [
    ...["reserved0", "reserved1", "reserved2", "reserved3"] as const,
    ...["reserved4", "reserved5", "reserved6", "reserved7"] as const,
    ...["reserved8", "remoteStable", "remoteEvaluating"] as const,
    ...["localStable", "localEvaluating", "criticalEvent"] as const,
    ...["dyingGasp", "linkFault"] as const,
  ],
  /** What follows. */
  code: {
    bits: 8,
    show: "hex",
    names: {
      0x00: "information",
      0x01: "event",
      0x02: "variableRequest",
      0x03: "variableResponse",
      0x04: "loopbackControl",
      0xfe: "organization",
    },
  },
  /** Both ends as the sender knows them. */
  tlvs: when(
    { code: 0x00 },
    options({
      covers: "option",
      single: [0],
      end: 0,
      kinds: {
        0: ["end", {}],
        1: ["local", information],
        2: ["remote", information],
        254: ["organization", {
          oui: { bits: 24, show: "hex" },
          octets: octets(),
        }],
      },
    }),
  ),
  /** The number of the event; the same one is sent again. */
  sequence: when({ code: 0x01 }, 16),
  /** Whether the other end shall send everything back. */
  loopback: when({ code: 0x04 }, {
    bits: 8,
    names: { 1: "enable", 2: "disable" },
  }),
  /** Who has defined what follows. */
  oui: when({ code: 0xfe }, { bits: 24, show: "hex" }),
  /** All else. */
  octets: when(({ code }: { readonly code: number }) => code !== 0, octets()),
} as const satisfies FieldTable;

/** Ethernet OAM. */
export const oam: Layer<"oam", typeof oamFields> = layer("oam", oamFields, {
  source: "IEEE 802.3-2022 §57.4",
  under: [["slow", 3]],
  header: "parsed",
  summary: ({ code, flags, sequence }) =>
    `code ${code}${sequence === undefined ? "" : ` event ${sequence}`} ${
      flags.join(" ") || "no flags"
    }`,
});
