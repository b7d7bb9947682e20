/**
 * Encapsulated Remote Switched Port Analyzer: frames that a switch has mirrored,
 * behind GRE. Its type I has no header at all.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { record, when } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** What a mirrored packet starts with, where nothing says otherwise. */
const ETHERNET = 0;

/** The fields of an ERSPAN header. */
export const erspanFields = {
  /** 1 for type II, 2 for type III. */
  version: 4,
  /** The VLAN that the frame was seen in. */
  vlan: 12,
  /** Its priority there. */
  classOfService: 3,
  /** Type II: how the VLAN tag was treated; type III: bad, short or oversized. */
  encapsulation: 2,
  /** Whether the frame was cut. */
  truncated: 1,
  /** Which mirroring. */
  sessionId: 10,
  /** Type II: where in the switch it was seen. */
  port: when({ version: 1 }, record({ reserved: 12, index: 20 })),
  /** Type III: when it was seen, in units that `granularity` says. */
  timestamp: when({ version: 2 }, 32),
  /** Type III: the sender's security group. */
  securityGroup: when({ version: 2 }, 16),
  /** Type III: what and where it is; 0 for Ethernet, 2 for IP. */
  frame: when(
    { version: 2 },
    record({
      isEthernet: 1,
      type: 5,
      hardwareId: 6,
      direction: 1,
      granularity: 2,
      hasPlatform: 1,
    }),
  ),
  /** Type III: what the switch adds. */
  platform: when(
    (
      { version, frame }: { version: number; frame?: { hasPlatform?: number } },
    ) => version === 2 && frame?.hasPlatform === 1,
    { octets: 8 },
  ),
} as const satisfies FieldTable;

/** ERSPAN, types II and III. */
export const erspan: Layer<"erspan", typeof erspanFields> = layer(
  "erspan",
  erspanFields,
  {
    source: "draft-foschiano-erspan-03 §4",
    under: [["ethernet", 0x88be], ["ethernet", 0x22eb]],
    header: "parsed",
    select: ({ frame }) => frame?.type ?? ETHERNET,
    defaults: { version: 1 },
    implied: ({ timestamp, frame }) =>
      timestamp === undefined && frame === undefined ? {} : { version: 2 },
    check: ({ version }) =>
      version === 1 || version === 2
        ? undefined
        : `version is ${version}, not 1 or 2`,
    summary: ({ sessionId, vlan }) => `session ${sessionId} vlan ${vlan}`,
  },
);
