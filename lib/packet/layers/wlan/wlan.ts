/**
 * Frames of wireless LANs, IEEE 802.11.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { record, when } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { elements } from "./elements.ts";
import { beforeFcs, fcs } from "./fcs.ts";
import { le16, le32, littleBits } from "./little.ts";

/** LLC's number under 802.11. */
const LLC = 4;

const MANAGEMENT = 0;
const CONTROL = 1;
const DATA = 2;

/** What tells which fields there are; what nobody has set counts as 0. */
type Head = {
  readonly type?: number;
  readonly subtype?: number;
  readonly flags?: readonly string[];
};

/** Control frames with a transmitter's address (§9.3.1). */
const WITH_TRANSMITTER: ReadonlySet<number> = new Set([
  ...[2, 4, 5, 8, 9, 10, 11, 14, 15],
]);

const hasAddress3 = ({ type = 0 }: Head) =>
  type === MANAGEMENT || type === DATA;
const hasAddress2 = (head: Head) =>
  hasAddress3(head) ||
  head.type === CONTROL && WITH_TRANSMITTER.has(head.subtype ?? 0);
const hasAddress4 = ({ type, flags = [] }: Head) =>
  type === DATA && flags.includes("toDs") && flags.includes("fromDs");
const hasQos = ({ type, subtype = 0 }: Head) => type === DATA && subtype >= 8;
const hasHtControl = (head: Head) =>
  (head.flags ?? []).includes("order") &&
  ((head.type ?? 0) === MANAGEMENT || hasQos(head));

/** Whether it is an open management frame of one of some subtypes. */
const of =
  (...subtypes: readonly number[]) =>
  ({ type = 0, subtype = 0, flags = [] }: Head) =>
    type === MANAGEMENT && !flags.includes("protected") &&
    subtypes.includes(subtype);

/** What a station or network can do (§9.4.1.4). */
const capabilities = {
  order: "little",
  flags: [
    ...["immediateBlockAck", "delayedBlockAck", "dsssOfdm"] as const,
    ...["radioMeasurement", "apsd", "shortSlotTime", "qos"] as const,
    ...["spectrumManagement", "channelAgility", "pbcc"] as const,
    ...["shortPreamble", "privacy", "pollRequest", "pollable"] as const,
    ...["ibss", "ess"] as const,
  ],
} as const;

/** The fields of an 802.11 frame, up to the body of a data frame. */
export const wlanFields = {
  /** Which frame of its type. */
  subtype: 4,
  /** What kind of frame. */
  type: {
    bits: 2,
    names: { 0: "management", 1: "control", 2: "data", 3: "extension" },
  },
  /** 0. */
  version: 2,
  /** To and from the distribution system, and how the frame was sent. */
  flags: [
    ...["order", "protected", "moreData", "powerManagement"] as const,
    ...["retry", "moreFragments", "fromDs", "toDs"] as const,
  ],
  /** For how long the channel is taken, in microseconds; or an association. */
  duration: le16,
  /** Who receives it: with `toDs` the access point, else the destination. */
  address1: "mac",
  /** Who sends it over the air. */
  address2: when(hasAddress2, "mac"),
  /** With `toDs` the destination, with `fromDs` the source, else the network. */
  address3: when(hasAddress3, "mac"),
  /** The number of the frame, and of the fragment of it. */
  sequenceControl: when(
    hasAddress3,
    littleBits(16, { fragment: 4, sequence: 12 }),
  ),
  /** The source, where a frame goes from one access point to another. */
  address4: when(hasAddress4, "mac"),
  /** Quality of service (§9.2.4.5); `more` means many things. */
  qosControl: when(
    hasQos,
    littleBits(16, { tid: 4, endOfPeriod: 1, ackPolicy: 2, amsdu: 1, more: 8 }),
  ),
  /** High throughput control. */
  htControl: when(hasHtControl, le32),
  /** Of an authentication: 0 open, 1 shared key, 2 fast transition, 3 SAE. */
  algorithm: when(of(11), le16),
  /** Which step of the authentication. */
  transaction: when(of(11), le16),
  /** The network's clock, in microseconds. */
  timestamp: when(of(5, 8), { bits: 64, order: "little" }),
  /** Between two beacons, in units of 1024 microseconds. */
  beaconInterval: when(of(5, 8), le16),
  /** What the sender can do. */
  capabilities: when(of(0, 1, 2, 3, 5, 8), capabilities),
  /** How often the station listens, in beacon intervals. */
  listenInterval: when(of(0, 2), le16),
  /** The access point that the station comes from. */
  currentAccessPoint: when(of(2), "mac"),
  /** Why it was refused; 0 if it was not. */
  status: when(of(1, 3, 11), le16),
  /** The association's number; its two highest bits are set. */
  associationId: when(of(1, 3), le16),
  /** Why it ends. */
  reason: when(of(10, 12), le16),
  /** What an action frame wants. */
  action: when(
    of(13, 14),
    beforeFcs(record({ category: 8, octets: octets() })),
  ),
  /** Name, rates, ciphers and all else. */
  elements: when(of(0, 1, 2, 3, 4, 5, 8, 10, 11, 12), beforeFcs(elements)),
  /** The check sequence of an open management frame, if radiotap says so. */
  fcs: when(of(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14), fcs),
} as const satisfies FieldTable;

const NAMES: readonly (readonly string[])[] = [
  [
    ...["association request", "association response"],
    ...["reassociation request", "reassociation response", "probe request"],
    ...["probe response", "timing advertisement", "", "beacon", "ATIM"],
    ...["disassociation", "authentication", "deauthentication", "action"],
    "action without ack",
  ],
  [
    ...["", "", "trigger", "TACK", "beamforming poll", "NDP announcement"],
    ...["", "wrapper", "block ack request", "block ack", "PS-poll", "RTS"],
    ...["CTS", "ack", "CF-end", "CF-end ack"],
  ],
  [
    ...["data", "data CF-ack", "data CF-poll", "data CF-ack CF-poll"],
    ...["null", "CF-ack", "CF-poll", "CF-ack CF-poll"],
    ...["QoS data", "QoS data CF-ack", "QoS data CF-poll"],
    ...["QoS data CF-ack CF-poll", "QoS null", "", "QoS CF-poll"],
    "QoS CF-ack CF-poll",
  ],
  [],
];

/** 802.11. */
export const wlan: Layer<"wlan", typeof wlanFields> = layer(
  "wlan",
  wlanFields,
  {
    source: "IEEE 802.11-2020 §9.2, §9.3",
    under: [["link", 105], ["radiotap", 1]],
    header: "parsed",
    select: ({ type, subtype, flags, qosControl }) =>
      type === DATA && (subtype & 4) === 0 && !flags.includes("protected") &&
        qosControl?.amsdu !== 1
        ? LLC
        : -1,
    piece: ({ flags, sequenceControl }) =>
      sequenceControl === undefined
        ? undefined
        : sequenceControl.fragment > 0
        ? "tail"
        : flags.includes("moreFragments")
        ? "head"
        : undefined,
    defaults: { type: 2 },
    check: ({ version }) =>
      version === 0 ? undefined : `version is ${version}, not 0`,
    summary({ type, subtype, address1, address2, elements }) {
      const name = NAMES[type]?.[subtype] || `type ${type} subtype ${subtype}`;
      const ssid = elements?.find((one) => one.kind === "ssid");
      return `${name} ${
        address2 === undefined ? "" : `${address2} > `
      }${address1}${
        ssid?.kind === "ssid" ? ` ${JSON.stringify(ssid.text)}` : ""
      }`;
    },
  },
);
