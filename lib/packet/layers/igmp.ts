/**
 * The Internet Group Management Protocol, versions 1 to 3.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { optional } from "../optional.ts";

/** IANA's registry "IGMP Type Numbers"; those above 0x24 are of RFC 4286. */
const TYPES = {
  0x11: "membershipQuery",
  0x12: "membershipReportV1",
  0x13: "dvmrp",
  0x14: "pimV1",
  0x15: "ciscoTrace",
  0x16: "membershipReportV2",
  0x17: "leaveGroup",
  0x1e: "multicastTracerouteResponse",
  0x1f: "multicastTraceroute",
  0x22: "membershipReportV3",
  0x30: "multicastRouterAdvertisement",
  0x31: "multicastRouterSolicitation",
  0x32: "multicastRouterTermination",
} as const;

/** The fields of an IGMP message, as far as its type has them. */
export const igmpFields = {
  /** What kind of message. */
  type: { bits: 8, names: TYPES },
  /**
   * How long an answer may take, in tenths of a second; in version 3 from 128 on
   * a floating-point number (RFC 9776 §4.1.1). 0 in version 1.
   */
  maximumResponseCode: 8,
  /** Internet checksum of the whole message. */
  checksum: { bits: 16, show: "hex" },
  /** The group; 0.0.0.0 asks for all (RFC 2236 §2.4). */
  group: when({ type: [0x11, 0x12, 0x16, 0x17] }, "ipv4"),
  /** What a query of version 3 has more; the interval is a code, in seconds up to 127 (RFC 9776 §4.1). */
  query: when(
    { type: 0x11 },
    optional(record({
      reserved: 4,
      suppress: 1,
      robustness: 3,
      interval: 8,
      sourceCount: 16,
      sources: list("ipv4", { count: "sourceCount" }),
    })),
  ),
  /** Not in use. */
  reserved: when({ type: 0x22 }, 16),
  /** How many records. */
  recordCount: when({ type: 0x22 }, 16),
  /** Version 3: which sources of which groups are listened to (RFC 9776 §4.2). */
  records: when(
    { type: 0x22 },
    list(
      record({
        type: {
          bits: 8,
          names: {
            1: "modeIsInclude",
            2: "modeIsExclude",
            3: "changeToInclude",
            4: "changeToExclude",
            5: "allowNewSources",
            6: "blockOldSources",
          },
        },
        auxiliaryLength: 8,
        sourceCount: 16,
        group: "ipv4",
        sources: list("ipv4", { count: "sourceCount" }),
        auxiliary: octets((record: { auxiliaryLength: number }) =>
          record.auxiliaryLength * 4
        ),
      }),
      { count: "recordCount" },
    ),
  ),
  /** The multicast router's interval in seconds, and how often it repeats (RFC 4286 §3). */
  advertisement: when(
    { type: 0x30 },
    record({ queryInterval: 16, robustness: 16 }),
  ),
} as const satisfies FieldTable;

/** IGMP. */
export const igmp: Layer<"igmp", typeof igmpFields> = layer(
  "igmp",
  igmpFields,
  {
    source: "RFC 9776 §4",
    under: [["ipv4", 2], ["ipv6", 2]],
    header: "parsed",
    next: "type",
    defaults: { type: "membershipQuery" },
    implied: ({ records }) =>
      records === undefined ? {} : { type: "membershipReportV3" },
    checksum: { field: "checksum", over: "payload" },
    summary: ({ type, group, records }) =>
      `${
        (TYPES as Readonly<Record<number, string>>)[type] ??
          `type 0x${type.toString(16)}`
      }${group === undefined ? "" : ` ${group}`}${
        records === undefined
          ? ""
          : ` ${records.map((one) => one.group).join(" ")}`
      }`,
  },
);
