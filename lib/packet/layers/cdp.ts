/**
 * The Cisco Discovery Protocol, which Cisco has not published; it is known by
 * what its devices send.
 *
 * @module
 */

import { Address, address } from "../../ip/address.ts";
import { layer } from "../codec.ts";
import { list, record, sized } from "../compound.ts";
import { octets } from "../formats.ts";
import type { Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";
import { valueText } from "../value.ts";
import { textOrOctets } from "../text_or_octets.ts";
import { optional } from "../optional.ts";

/** IP by its NLPID, and by its EtherType behind LLC and SNAP. */
const IPV4 = ["cc", "aaaa030000000800"];
const IPV6 = ["8e", "aaaa0300000086dd"];

/** An address of IP as such; of another protocol the octets. */
const anyAddress: Format<Address | Uint8Array, Address | Uint8Array | string> =
  {
    about: "an address",
    takesOctets: true,
    read(from) {
      const { protocol } = from.fields;
      const name = protocol instanceof Uint8Array ? protocol.toHex() : "";
      const isIp = from.left === 4 && IPV4.includes(name) ||
        from.left === 16 && IPV6.includes(name);
      const octets = from.bytes();
      return isIp ? Address.fromBytes(octets) : octets;
    },
    write(to, value = new Uint8Array()) {
      if (typeof value === "string") value = address(value);
      if (value instanceof Uint8Array) return to.bytes(value);
      if (value instanceof Address) return to.bytes(value.toBytes());
      to.refuse("be an address, or octets", value);
    },
    random: (random) =>
      Uint8Array.from({ length: 4 }, () => Math.floor(random() * 256)),
    text: (value) => valueText(value),
  };

/** Addresses: their protocol as NLPID, or as an LLC header with an EtherType. */
const addresses = {
  count: 32,
  addresses: list(
    record({
      protocolType: { bits: 8, names: { 1: "nlpid", 2: "llc" } },
      protocol: sized(8, octets()),
      address: sized(16, anyAddress),
    }, "an address"),
    { count: "count" },
  ),
} as const;

/** The pieces that devices are known to send. */
const tlvs = options({
  kind: 16,
  length: 16,
  covers: "option",
  kinds: {
    0x0001: ["deviceId", { text: textOrOctets() }],
    0x0002: ["addresses", addresses],
    0x0003: ["portId", { text: textOrOctets() }],
    0x0004: ["capabilities", {
      reserved: 21,
      capabilities: [
        ...["twoPortMacRelay", "castPhone", "remotelyManaged", "voip"] as const,
        ...["repeater", "igmp", "host", "switch"] as const,
        ...["sourceRouteBridge", "transparentBridge", "router"] as const,
      ],
    }],
    0x0005: ["softwareVersion", { text: textOrOctets() }],
    0x0006: ["platform", { text: textOrOctets() }],
    // On-demand routing: prefixes, each with its length; of a stub the gateway.
    0x0007: ["prefixes", { octets: octets() }],
    0x0008: ["protocolHello", {
      oui: { bits: 24, show: "hex" },
      protocol: { bits: 16, show: "hex" },
      octets: octets(),
    }],
    0x0009: ["vtpDomain", { text: textOrOctets() }],
    0x000a: ["nativeVlan", { id: 16 }],
    0x000b: ["duplex", {
      duplex: { bits: 8, names: { 0: "half", 1: "full" } },
    }],
    0x000e: ["voiceVlanReply", { data: 8, id: optional(16) }],
    0x000f: ["voiceVlanQuery", { data: 8, id: optional(16) }],
    // In milliwatts.
    0x0010: ["powerConsumption", { power: 16 }],
    0x0011: ["mtu", { mtu: 32 }],
    0x0012: ["trust", { trust: 8 }],
    0x0013: ["untrustedPortCos", { cos: 8 }],
    0x0014: ["systemName", { text: textOrOctets() }],
    // An object identifier in BER.
    0x0015: ["systemObjectId", { oid: octets() }],
    0x0016: ["managementAddresses", addresses],
    0x0017: ["location", { type: 8, text: textOrOctets() }],
    0x0018: ["externalPortId", { text: textOrOctets() }],
    // In milliwatts.
    0x0019: ["powerRequested", {
      requestId: 16,
      managementId: 16,
      levels: list(32),
    }],
    0x001a: ["powerAvailable", {
      requestId: 16,
      managementId: 16,
      levels: list(32),
    }],
    0x001b: ["portUnidirectional", { mode: 8 }],
    0x001d: ["energyWise", { octets: octets() }],
    0x001f: ["sparePairPower", {
      reserved: 4,
      pseOn: 1,
      pdRequestsOn: 1,
      pdNeeds: 1,
      capable: 1,
    }],
    0x1003: ["radioChannel", { octets: octets() }],
  },
});

/** The fields of a CDP packet. */
export const cdpFields = {
  /** 1 or 2. */
  version: 8,
  /** How long this is true, in seconds. */
  ttl: 8,
  /** Internet checksum of the packet. */
  checksum: { bits: 16, show: "hex" },
  /** What the device says of itself. */
  tlvs,
} as const satisfies FieldTable;

/** CDP. */
export const cdp: Layer<"cdp", typeof cdpFields> = layer("cdp", cdpFields, {
  source: "Cisco Discovery Protocol, versions 1 and 2",
  under: [
    // By SNAP with Cisco's OUI, and in Cisco's HDLC.
    ["ethernet", 0x00000c_2000],
    ["chdlc", 0x2000],
  ],
  header: "parsed",
  defaults: { version: 2, ttl: 180 },
  checksum: { field: "checksum", over: "payload", algorithm: "cdp" },
  summary({ tlvs, ttl }) {
    const texts = tlvs.flatMap((tlv) =>
      tlv.kind === "deviceId" || tlv.kind === "portId" ||
        tlv.kind === "platform"
        ? [tlv.text]
        : []
    );
    return texts.filter((text) => typeof text === "string").join(" ") ||
      `ttl ${ttl}`;
  },
});
