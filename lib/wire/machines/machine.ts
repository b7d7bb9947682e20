/**
 * What answers: a name, a filter, and a function from packets to packets.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Packet } from "../../packet/packet.ts";

/** What a machine is told of where it runs. */
export interface MachineFacts {
  /** The interface's name. */
  readonly interface: string;
  /** Its hardware address. */
  readonly mac: string;
  /** Its addresses. */
  readonly addresses: readonly Address[];
}

/**
 * Something that answers packets, for {@linkcode answer}. One of your own takes
 * five lines.
 */
export interface Machine {
  /** What it is: `"ARP responder"`. */
  readonly name: string;
  /** What it has to hear, as tcpdump takes it; the kernel keeps the rest away. @default {all that comes} */
  readonly filter?: string | undefined;
  /** Whether it has to hear frames that are for other stations. @default {false} */
  readonly promiscuous?: boolean | undefined;
  /**
   * Answers a packet.
   *
   * @param question The packet, as it came.
   * @param facts Where it came.
   * @returns What to send: with an Ethernet header, whose addresses are filled in
   * where they are not set; or from its IP header on, to go back to the station
   * that asked. Nothing to stay silent.
   */
  reply(
    question: Packet,
    facts: MachineFacts,
  ): Packet | readonly Packet[] | undefined;
}
