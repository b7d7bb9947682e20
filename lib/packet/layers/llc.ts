/**
 * Logical Link Control (IEEE 802.2), behind the length of an 802.3 frame and in
 * the data frames of 802.11.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { record, when } from "../compound.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** Service access points (IEEE's registry of LLC addresses). */
const saps = {
  0x00: "null",
  0x02: "management",
  0x06: "ip",
  0x42: "spanningTree",
  0x7e: "x25",
  0x80: "xns",
  0x8e: "profibus",
  0xaa: "snap",
  0xe0: "ipx",
  0xf0: "netbios",
  0xfe: "osi",
  0xff: "global",
} as const;

/** Unnumbered frames, without and with the poll or final bit (§5.4.2.3). */
const unnumbered = {
  0x03: "UI",
  0x13: "UI poll",
  0x0f: "DM",
  0x1f: "DM final",
  0x43: "DISC",
  0x53: "DISC poll",
  0x63: "UA",
  0x73: "UA final",
  0x6f: "SABME",
  0x7f: "SABME poll",
  0x87: "FRMR",
  0x97: "FRMR final",
  0xaf: "XID",
  0xbf: "XID poll",
  0xe3: "TEST",
  0xf3: "TEST poll",
  0x01: "RR",
  0x05: "RNR",
  0x09: "REJ",
} as const;

/** Whether a frame has no sequence numbers, so that its control is one octet. */
const isUnnumbered = ({ control }: { readonly control: number }) =>
  (control & 3) === 3;

/** The fields of an LLC header. */
export const llcFields = {
  /** Destination service access point; the lowest bit is set for a group. */
  dsap: { bits: 8, show: "hex", names: saps },
  /** Source service access point; the lowest bit is set in a response. */
  ssap: { bits: 8, show: "hex", names: saps },
  /**
   * The first octet of the control field: 0 in the lowest bit for information
   * (above it the send sequence number), 01 for supervision, 11 for unnumbered.
   */
  control: { bits: 8, show: "hex", names: unnumbered },
  /** The control field's second octet, which only unnumbered frames lack. */
  acknowledgement: when(
    (fields: { readonly control: number }) => !isUnnumbered(fields),
    record({
      /** N(R): the number of the frame that is expected next. */
      receiveSequence: 7,
      /** P/F: an answer is asked for, or this is it. */
      pollFinal: 1,
    }),
  ),
} as const satisfies FieldTable;

/** LLC, types 1 and 2. */
export const llc: Layer<"llc", typeof llcFields> = layer("llc", llcFields, {
  source: "IEEE 802.2-1998 §3.2, §5.4",
  // ETH_P_802_2, as Linux numbers it among the EtherTypes.
  under: [["ethernet", 4], ["wlan", 4]],
  next: "dsap",
  // Only UI and information frames carry a packet of the access point.
  select: ({ dsap, control }) =>
    (control & 0xef) === 0x03 || (control & 1) === 0 ? dsap & 0xfe : -1,
  header: {
    from: "control",
    octets: (fields) => isUnnumbered(fields) ? 3 : 4,
  },
  defaults: { control: 0x03 },
  computed: { dsap: ({ next }) => next, ssap: ({ next }) => next },
  // Novell's "raw" 802.3 has no LLC: there IPX starts with a checksum of all ones.
  check: ({ dsap, ssap }) =>
    dsap === 0xff && ssap === 0xff ? "IPX without LLC" : undefined,
  tentative: true,
  summary({ dsap, ssap, control, acknowledgement }) {
    const sap = (value: number) =>
      (saps as Readonly<Record<number, string>>)[value & 0xfe] ??
        `0x${value.toString(16).padStart(2, "0")}`;
    const received = acknowledgement?.receiveSequence;
    const kind = (control & 1) === 0
      ? `I N(S) ${control >> 1} N(R) ${received}`
      : (control & 3) === 1
      ? `${["RR", "RNR", "REJ", "S3"][control >> 2 & 3]} N(R) ${received}`
      : (unnumbered as Readonly<Record<number, string>>)[control] ??
        `U 0x${control.toString(16)}`;
    return `${sap(ssap)} > ${sap(dsap)} ${kind}`;
  },
});
