/**
 * A packet by its facts: the quick way to ask about one.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";

/** A packet by its facts; what is not said is 0, and lengths are worked out. */
export interface PacketFacts {
  /** Where it is from, IPv4 or IPv6. */
  readonly src: string | Address;
  /** Where it goes. */
  readonly dst: string | Address;
  /** As nft names it, or its number. @default {tcp with flags, icmp with a type, else udp} */
  readonly protocol?: string | number;
  /** Its source port. */
  readonly srcPort?: number;
  /** Its destination port. */
  readonly dstPort?: number;
  /** Of TCP, as nft names them. @default {["syn"]} */
  readonly flags?: readonly string[];
  /** TCP's sequence number. */
  readonly seq?: number;
  /** TCP's acknowledgement number. */
  readonly ack?: number;
  /** Of ICMP, as nft names it, or its number. @default {"echo-request"} */
  readonly type?: string | number;
  /** Of ICMP. */
  readonly code?: number;
  /** Of ICMP's echoes. */
  readonly id?: number;
  /** Or hop limit. @default {64} */
  readonly ttl?: number;
  /** As nft names it, or its number. */
  readonly dscp?: string | number;
  /** Octets after the transport header, or how many zeros. */
  readonly payload?: Uint8Array | string | number;
  /** The Ethernet address that it is from. */
  readonly srcMac?: string;
  /** The Ethernet address that it goes to. */
  readonly dstMac?: string;
}
