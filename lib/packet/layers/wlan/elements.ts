/**
 * The elements in management frames of 802.11.
 *
 * @module
 */

import { list, record } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { optional } from "../../optional.ts";
import { counted, le16, le32, littleBits } from "./little.ts";

/** A cipher or a way to prove who one is (§9.4.2.24). */
const suite = record({ oui: { bits: 24, show: "hex" }, type: 8 }, "a suite");

/** Rates in units of 500 kb/s; the highest bit says that all must have it. */
const rates = { rates: list(8) } as const;

/** As many whole channels as there are; an odd octet behind them is padding. */
const channels = list(record({ first: 8, count: 8, power: 8 }));
const wholeChannels: typeof channels = {
  ...channels,
  read: (from) =>
    from.within(from.left - from.left % 3, (from) => channels.read(from)),
};
const padding: Format<Uint8Array> = { ...octets(), random: () => undefined };

/** The elements (IEEE 802.11-2020 §9.4.2, table 9-92). */
export const elements = options({
  covers: "value",
  kinds: {
    0: ["ssid", { text: textOrOctets() }],
    1: ["rates", rates],
    3: ["channel", { channel: 8 }],
    5: ["trafficMap", {
      /** How many beacons until the next with group traffic, and in all. */
      count: 8,
      period: 8,
      control: { bits: 8, show: "hex" },
      bitmap: octets(),
    }],
    6: ["ibss", { window: le16 }],
    7: ["country", {
      code: { text: 2 },
      environment: 8,
      channels: wholeChannels,
      padding,
    }],
    11: ["load", {
      stations: le16,
      /** How busy the channel is, of 255. */
      utilization: 8,
      /** In units of 32 microseconds a second. */
      capacity: le16,
    }],
    16: ["challenge", { octets: octets() }],
    32: ["powerConstraint", { decibels: 8 }],
    33: ["powerCapability", { least: 8, most: 8 }],
    36: ["supportedChannels", {
      channels: list(record({ first: 8, count: 8 })),
    }],
    37: ["channelSwitch", { mode: 8, channel: 8, count: 8 }],
    42: ["erp", {
      reserved: 5,
      barkerPreamble: 1,
      useProtection: 1,
      nonErpPresent: 1,
    }],
    45: ["htCapabilities", {
      information: littleBits(16, {
        ldpc: 1,
        width40: 1,
        smPowerSave: 2,
        greenfield: 1,
        shortGuard20: 1,
        shortGuard40: 1,
        txStbc: 1,
        rxStbc: 2,
        delayedBlockAck: 1,
        longAmsdu: 1,
        dsssCck40: 1,
        reserved: 1,
        intolerant40: 1,
        lsigTxop: 1,
      }),
      ampdu: { bits: 8, show: "hex" },
      mcs: { octets: 16 },
      extended: le16,
      beamforming: le32,
      antennaSelection: { bits: 8, show: "hex" },
    }],
    48: ["rsn", {
      version: le16,
      /** The cipher for groups, those for pairs, and ways to prove who one is. */
      group: optional(suite),
      pairwise: optional(counted(suite)),
      akm: optional(counted(suite)),
      capabilities: optional(le16),
      pmkids: optional(counted({ octets: 16 })),
      groupManagement: optional(suite),
    }],
    50: ["extendedRates", rates],
    54: ["mobilityDomain", { id: { bits: 16, show: "hex" }, capability: 8 }],
    61: ["htOperation", {
      channel: 8,
      reserved: 4,
      rifs: 1,
      anyWidth: 1,
      /** 1 above, 3 below, 0 none. */
      secondaryOffset: 2,
      information: { octets: 4 },
      mcs: { octets: 16 },
    }],
    70: ["radioMeasurement", { capabilities: { octets: 5 } }],
    113: ["meshConfiguration", {
      pathSelection: 8,
      metric: 8,
      congestion: 8,
      synchronization: 8,
      authentication: 8,
      formation: 8,
      capability: 8,
    }],
    114: ["meshId", { text: textOrOctets() }],
    127: ["extendedCapabilities", { octets: octets() }],
    191: ["vhtCapabilities", {
      information: littleBits(32, {
        maxMpdu: 2,
        widthSet: 2,
        ldpc: 1,
        shortGuard80: 1,
        shortGuard160: 1,
        txStbc: 1,
        rxStbc: 3,
        suBeamformer: 1,
        suBeamformee: 1,
        beamformeeStreams: 3,
        soundingDimensions: 3,
        muBeamformer: 1,
        muBeamformee: 1,
        txopPowerSave: 1,
        htc: 1,
        ampduExponent: 3,
        linkAdaptation: 2,
        rxAntennaPattern: 1,
        txAntennaPattern: 1,
        extendedStreams: 2,
      }),
      rxMcs: le16,
      rxRate: le16,
      txMcs: le16,
      txRate: le16,
    }],
    192: ["vhtOperation", { width: 8, center0: 8, center1: 8, mcs: le16 }],
    195: ["txPowerEnvelope", { octets: octets() }],
    221: ["vendor", { oui: { bits: 24, show: "hex" }, octets: octets() }],
    255: ["extension", { number: 8, octets: octets() }],
  },
});
