/**
 * The Link Layer Discovery Protocol.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import { choose, record, sized } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import type { OptionKinds } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { ieee8021 } from "./ieee8021.ts";
import { ieee8023 } from "./ieee8023.ts";
import { med } from "./med.ts";
import { tlvs } from "./tlvs.ts";

/** An address with its family (IANA's registry "Address Family Numbers"). */
const address = record({
  family: { bits: 8, names: { 1: "ipv4", 2: "ipv6", 6: "ieee802" } },
  address: choose("family", { 1: "ipv4", 2: "ipv6", 6: "mac" }),
}, "an address");

/** What a system can do, or does; the lowest bit first in the standard. */
const capabilities = [
  ...["reserved0", "reserved1", "reserved2", "reserved3"],
  ...["reserved4", "twoPortMacRelay", "serviceVlan", "customerVlan"],
  ...["station", "docsisCableDevice", "telephone", "router"],
  ...["wlanAccessPoint", "bridge", "repeater", "other"],
] as const;

/** The basic pieces (§8.5), and those of the organizations that are known. */
const kinds = {
  0: ["end", {}],
  1: ["chassisId", {
    subtype: {
      bits: 8,
      names: {
        1: "chassisComponent",
        2: "interfaceAlias",
        3: "portComponent",
        4: "mac",
        5: "network",
        6: "interfaceName",
        7: "local",
      },
    },
    id: choose("subtype", {
      1: textOrOctets(),
      2: textOrOctets(),
      3: textOrOctets(),
      4: "mac",
      5: address,
      6: textOrOctets(),
      7: textOrOctets(),
    }),
  }],
  2: ["portId", {
    subtype: {
      bits: 8,
      names: {
        1: "interfaceAlias",
        2: "portComponent",
        3: "mac",
        4: "network",
        5: "interfaceName",
        6: "agentCircuit",
        7: "local",
      },
    },
    id: choose("subtype", {
      1: textOrOctets(),
      2: textOrOctets(),
      3: "mac",
      4: address,
      5: textOrOctets(),
      7: textOrOctets(),
    }),
  }],
  3: ["ttl", {
    /** How long this is true; 0 to be forgotten at once. */
    seconds: 16,
  }],
  4: ["portDescription", { text: textOrOctets() }],
  5: ["systemName", { text: textOrOctets() }],
  6: ["systemDescription", { text: textOrOctets() }],
  7: ["capabilities", { available: capabilities, enabled: capabilities }],
  8: ["managementAddress", {
    address: sized(8, address),
    numbering: {
      bits: 8,
      names: { 1: "unknown", 2: "ifIndex", 3: "systemPort" },
    },
    interfaceNumber: 32,
    /** What is at the address, an object identifier in BER. */
    oid: sized(8, octets()),
  }],
  ...ieee8021,
  ...ieee8023,
  ...med,
} as const satisfies OptionKinds;

/** The fields of an LLDP packet. */
export const lldpFields = {
  /** Chassis, port and time to live first, the end last. */
  tlvs: tlvs(kinds),
} as const satisfies FieldTable;

/** LLDP. */
export const lldp: Layer<"lldp", typeof lldpFields> = layer(
  "lldp",
  lldpFields,
  {
    source: "IEEE 802.1AB-2016 §8",
    under: [["ethernet", 0x88cc]],
    header: "parsed",
    // Behind the end there is only the padding of a short frame.
    payload: { from: "tlvs", octets: () => 0 },
    summary({ tlvs }) {
      const texts = tlvs.flatMap((tlv) => {
        switch (tlv.kind) {
          case "chassisId":
          case "portId":
            return typeof tlv.id === "string" ? [tlv.id] : [];
          case "systemName":
            return typeof tlv.text === "string" ? [tlv.text] : [];
          default:
            return [];
        }
      });
      return texts.join(" ") || `${tlvs.length} pieces`;
    },
  },
);
