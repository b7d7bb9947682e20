/**
 * What LLDP-MED adds to LLDP: for telephones and the like.
 *
 * @module
 */

import { choose } from "../../compound.ts";
import type { OptionKinds } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";

/** By OUI 00-12-BB and subtype (ANSI/TIA-1057 §10.2). */
export const med = {
  0x0012bb01: ["medCapabilities", {
    capabilities: [
      ...["reserved0", "reserved1", "reserved2", "reserved3"] as const,
      ...["reserved4", "reserved5", "reserved6", "reserved7"] as const,
      ...["reserved8", "reserved9", "inventory", "powerDevice"] as const,
      ...["powerSource", "location", "networkPolicy", "capabilities"] as const,
    ],
    deviceType: {
      bits: 8,
      names: {
        0: "undefined",
        1: "endpoint class 1",
        2: "endpoint class 2",
        3: "endpoint class 3",
        4: "network connectivity",
      },
    },
  }],
  0x0012bb02: ["networkPolicy", {
    application: {
      bits: 8,
      names: {
        1: "voice",
        2: "voiceSignaling",
        3: "guestVoice",
        4: "guestVoiceSignaling",
        5: "softphoneVoice",
        6: "videoConferencing",
        7: "streamingVideo",
        8: "videoSignaling",
      },
    },
    /** Whether the device does not know the policy yet. */
    unknown: 1,
    tagged: 1,
    reserved: 1,
    vlan: 12,
    priority: 3,
    dscp: 6,
  }],
  0x0012bb03: ["location", {
    format: {
      bits: 8,
      names: { 1: "coordinates", 2: "civic", 3: "elin" },
    },
    /** As in DHCP (RFC 6225, RFC 4776), or an emergency number. */
    location: choose("format", { 3: textOrOctets() }),
  }],
  0x0012bb04: ["extendedPower", {
    type: { bits: 2, names: { 0: "source", 1: "device" } },
    source: 2,
    priority: {
      bits: 4,
      names: { 0: "unknown", 1: "critical", 2: "high", 3: "low" },
    },
    /** In tenths of a watt. */
    power: 16,
  }],
  0x0012bb05: ["hardwareRevision", { text: textOrOctets() }],
  0x0012bb06: ["firmwareRevision", { text: textOrOctets() }],
  0x0012bb07: ["softwareRevision", { text: textOrOctets() }],
  0x0012bb08: ["serialNumber", { text: textOrOctets() }],
  0x0012bb09: ["manufacturer", { text: textOrOctets() }],
  0x0012bb0a: ["model", { text: textOrOctets() }],
  0x0012bb0b: ["assetId", { text: textOrOctets() }],
} as const satisfies OptionKinds;
