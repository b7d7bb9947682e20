/**
 * Linux cooked capture, version 1: what `tcpdump -i any` used to record.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a Linux cooked header. */
export const sllFields = {
  /** For whom the packet was. */
  packetType: {
    bits: 16,
    names: {
      0: "host",
      1: "broadcast",
      2: "multicast",
      3: "otherHost",
      4: "outgoing",
    },
  },
  /** The interface's ARPHRD_ type. */
  hardwareType: 16,
  /** How many octets of `address` count. */
  addressLength: 16,
  /** The sender's link-layer address, padded or cut to 8 octets. */
  address: { octets: 8 },
  /** The EtherType of the payload, or for odd hardware something else. */
  protocol: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** The cooked header that stands for whatever link there was. */
export const sll: Layer<"sll", typeof sllFields> = layer("sll", sllFields, {
  source: "https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html",
  under: [["link", 113]],
  next: "protocol",
  nextLike: "ethernet",
  // On these interfaces the protocol is no EtherType: frame relay, radiotap,
  // netlink.
  select: ({ hardwareType }) =>
    hardwareType === 770 || hardwareType === 803 || hardwareType === 824
      ? -1
      : undefined,
  defaults: { hardwareType: 1, addressLength: 6 },
  summary: ({ packetType, protocol }) =>
    `type ${packetType} 0x${protocol.toString(16).padStart(4, "0")}`,
});
