/**
 * Link aggregation: LACP, and its marker protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** What a port thinks of itself or its partner, the highest bit first. */
const state = [
  ...["expired", "defaulted", "distributing", "collecting"],
  ...["synchronization", "aggregation", "shortTimeout", "active"],
] as const;

/** The fields of a LACP data unit, behind the subtype. */
export const lacpFields = {
  /** 1, or 2 where further pieces may follow. */
  version: 8,
  /** 1. */
  actorType: 8,
  /** 20, in octets. */
  actorLength: 8,
  /** Priority of the sender; the lower value goes first. */
  actorSystemPriority: 16,
  /** The sender. */
  actorSystem: "mac",
  /** Ports of the same key may be aggregated. */
  actorKey: { bits: 16, show: "hex" },
  /** Priority of the sender's port. */
  actorPortPriority: 16,
  /** Number of the sender's port. */
  actorPort: 16,
  /** What the sender's port thinks of itself. */
  actorState: state,
  /** 0. */
  actorReserved: 24,
  /** 2. */
  partnerType: 8,
  /** 20, in octets. */
  partnerLength: 8,
  /** The same of the partner, as the sender has it. */
  partnerSystemPriority: 16,
  /** The partner; zeros if it is not known. */
  partnerSystem: "mac",
  /** The partner's key. */
  partnerKey: { bits: 16, show: "hex" },
  /** Priority of the partner's port. */
  partnerPortPriority: 16,
  /** Number of the partner's port. */
  partnerPort: 16,
  /** What the sender thinks of the partner's port. */
  partnerState: state,
  /** 0. */
  partnerReserved: 24,
  /** 3. */
  collectorType: 8,
  /** 16, in octets. */
  collectorLength: 8,
  /** How long the collector may keep a frame, in units of 10 microseconds. */
  collectorMaxDelay: 16,
  /** 0. */
  collectorReserved: { octets: 12 },
  /** The pieces of version 2, the terminator of two zeros, and 50 octets of 0. */
  rest: octets(),
} as const satisfies FieldTable;

/** LACP. */
export const lacp: Layer<"lacp", typeof lacpFields> = layer(
  "lacp",
  lacpFields,
  {
    source: "IEEE 802.1AX-2020 §6.4.2.3",
    under: [["slow", 1]],
    header: "parsed",
    defaults: {
      version: 1,
      actorType: 1,
      actorLength: 20,
      partnerType: 2,
      partnerLength: 20,
      collectorType: 3,
      collectorLength: 16,
    },
    implied: () => ({ rest: new Uint8Array(52) }),
    summary: ({ actorSystem, actorPort, actorState, partnerSystem }) =>
      `${actorSystem} port ${actorPort} ${
        actorState.join(" ") || "no flags"
      } partner ${partnerSystem}`,
  },
);

/** The fields of a marker, behind the subtype. */
export const markerFields = {
  /** 1. */
  version: 8,
  /** Whether it asks or answers. */
  type: { bits: 8, names: { 1: "information", 2: "response" } },
  /** 16, in octets. */
  length: 8,
  /** Number of the port that asks. */
  requesterPort: 16,
  /** Who asks. */
  requesterSystem: "mac",
  /** The answer has the same. */
  transactionId: 32,
  /** 0. */
  padding: 16,
  /** The terminator of two zeros, and 90 octets of 0. */
  rest: octets(),
} as const satisfies FieldTable;

/** The marker protocol: behind its answer no frame of before is on the way. */
export const marker: Layer<"marker", typeof markerFields> = layer(
  "marker",
  markerFields,
  {
    source: "IEEE 802.1AX-2020 §6.5.3.3",
    under: [["slow", 2]],
    header: "parsed",
    defaults: { version: 1, type: 1, length: 16 },
    implied: () => ({ rest: new Uint8Array(92) }),
    summary: ({ type, requesterSystem, requesterPort, transactionId }) =>
      `${
        type === 2 ? "response" : "information"
      } ${requesterSystem} port ${requesterPort} transaction ${transactionId}`,
  },
);
