/**
 * What IEEE 802.1 adds to LLDP: VLANs, and data centre bridging.
 *
 * @module
 */

import { list, record, sized } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { OptionKinds } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";

/** The traffic class of each of the priorities 0 to 7. */
const priorities = record({
  class0: 4,
  class1: 4,
  class2: 4,
  class3: 4,
  class4: 4,
  class5: 4,
  class6: 4,
  class7: 4,
}, "traffic classes");

/** By OUI 00-80-C2 and subtype (IEEE 802.1Q-2018 annex D, 802.1AX). */
export const ieee8021 = {
  0x0080c201: ["portVlan", {
    /** The VLAN of frames without a tag; 0 for none. */
    id: 16,
  }],
  0x0080c202: ["protocolVlan", {
    reserved: 5,
    enabled: 1,
    supported: 1,
    reservedLow: 1,
    id: 16,
  }],
  0x0080c203: ["vlanName", { id: 16, text: sized(8, textOrOctets()) }],
  0x0080c204: ["protocolIdentity", { protocol: sized(8, octets()) }],
  0x0080c205: ["vlanUsage", { digest: { bits: 32, show: "hex" } }],
  0x0080c206: ["managementVlan", { id: 16 }],
  0x0080c207: ["linkAggregation", {
    reserved: 6,
    /** Whether the port is part of an aggregation now, and may be. */
    enabled: 1,
    capable: 1,
    /** The aggregated port's interface number; 0 for none. */
    portId: 32,
  }],
  0x0080c208: ["congestionNotification", {
    /** One bit a priority, the highest for 7. */
    priorities: { bits: 8, show: "hex" },
    ready: { bits: 8, show: "hex" },
  }],
  0x0080c209: ["etsConfiguration", {
    willing: 1,
    creditBasedShaper: 1,
    reserved: 3,
    /** How many traffic classes; 0 stands for 8. */
    maxClasses: 3,
    priorities,
    /** The share of each traffic class in percent. */
    bandwidths: list(8, { count: 8 }),
    /** How each traffic class is chosen from: 0 strict, 1 by credit, 2 by ETS. */
    algorithms: list(8, { count: 8 }),
  }],
  0x0080c20a: ["etsRecommendation", {
    reserved: 8,
    priorities,
    bandwidths: list(8, { count: 8 }),
    algorithms: list(8, { count: 8 }),
  }],
  0x0080c20b: ["priorityFlowControl", {
    willing: 1,
    macsecBypass: 1,
    reserved: 2,
    /** For how many priorities at once. */
    capability: 4,
    /** One bit a priority, the highest for 7. */
    enabled: { bits: 8, show: "hex" },
  }],
  0x0080c20c: ["applicationPriority", {
    reserved: 8,
    applications: list(record({
      priority: 3,
      reserved: 2,
      selector: {
        bits: 3,
        names: { 1: "etherType", 2: "tcp", 3: "udp", 4: "port", 5: "dscp" },
      },
      /** The EtherType, the port or the code point. */
      protocol: 16,
    })),
  }],
  0x0080c20d: ["edgeVirtualBridging", { octets: octets() }],
  0x0080c20e: ["schannels", { octets: octets() }],
} as const satisfies OptionKinds;
