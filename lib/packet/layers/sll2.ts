/**
 * Linux cooked capture, version 2: what `tcpdump -i any` records.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a Linux cooked header, version 2. */
export const sll2Fields = {
  /** The EtherType of the payload, or for odd hardware something else. */
  protocol: { bits: 16, show: "hex" },
  /** 0. */
  reserved: 16,
  /** The number of the interface on the machine that recorded the packet. */
  interfaceIndex: 32,
  /** The interface's ARPHRD_ type. */
  hardwareType: 16,
  /** For whom the packet was. */
  packetType: {
    bits: 8,
    names: {
      0: "host",
      1: "broadcast",
      2: "multicast",
      3: "otherHost",
      4: "outgoing",
    },
  },
  /** How many octets of `address` count. */
  addressLength: 8,
  /** The sender's link-layer address, padded or cut to 8 octets. */
  address: { octets: 8 },
} as const satisfies FieldTable;

/** The cooked header that stands for whatever link there was, and says which. */
export const sll2: Layer<"sll2", typeof sll2Fields> = layer(
  "sll2",
  sll2Fields,
  {
    source: "https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html",
    under: [["link", 276]],
    next: "protocol",
    nextLike: "ethernet",
    // On these interfaces the protocol is no EtherType: frame relay, radiotap,
    // netlink.
    select: ({ hardwareType }) =>
      hardwareType === 770 || hardwareType === 803 || hardwareType === 824
        ? -1
        : undefined,
    defaults: { hardwareType: 1, addressLength: 6 },
    summary: ({ interfaceIndex, packetType, protocol }) =>
      `interface ${interfaceIndex} type ${packetType} 0x${
        protocol.toString(16).padStart(4, "0")
      }`,
  },
);
