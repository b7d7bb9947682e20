/**
 * A conversation: two ends, and what has gone to and fro between them.
 *
 * @module
 */

/** What the two ends of a conversation are known by: addresses, or with ports. */
export type ConversationKind = "ethernet" | "ipv4" | "ipv6" | "tcp" | "udp";

/** What has gone to and fro between two ends. */
export interface Conversation {
  /** Its place in the order of first packets; `tcp.stream`, `udp.stream`. */
  readonly index: number;
  /** Address of the one who sent the first packet. */
  readonly a: string;
  /** Its port, if the kind has ports. */
  readonly aPort?: number;
  /** Address of the other. */
  readonly b: string;
  /** Its port. */
  readonly bPort?: number;
  /** Packets in both directions. */
  readonly packets: number;
  /** Octets of those packets, as they were on the wire, from the link's header on. */
  readonly octets: number;
  /** Packets from A to B. */
  readonly packetsAToB: number;
  /** Octets of packets from A to B. */
  readonly octetsAToB: number;
  /** Packets from B to A. */
  readonly packetsBToA: number;
  /** Octets of packets from B to A. */
  readonly octetsBToA: number;
  /**
   * When its earliest packet came, in milliseconds after the capture's first;
   * below 0 if the capture is not in the order of time.
   */
  readonly start: number;
  /** How long it lasted, from the earliest to the latest packet, in milliseconds. */
  readonly duration: number;
}
