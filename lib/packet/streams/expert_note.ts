/**
 * What a note on a packet can be about, and how much it matters.
 *
 * @module
 */

import type { Finding } from "./tcp_analysis.ts";

export type { Finding };

/** How much a note matters, as Wireshark has it. */
export type ExpertSeverity = "chat" | "note" | "warning" | "error";

/** What a note is about. */
export type ExpertKind =
  | Finding
  | "reset"
  | "bad-checksum"
  | "low-ttl"
  | "missing-fragments";

/** Something in a packet that deserves a look. */
export interface ExpertNote {
  /** The packet's number. */
  readonly packet: number;
  /** What it is about. */
  readonly kind: ExpertKind;
  /** How much it matters. */
  readonly severity: ExpertSeverity;
  /** The number of the TCP connection, as Wireshark's `tcp.stream`. */
  readonly stream?: number;
  /** Of a duplicate acknowledgement: which one in a row. */
  readonly duplicate?: number;
  /** The packet that it goes back to: of a duplicate ACK the first of its kind. */
  readonly origin?: number;
  /** The same in words. */
  readonly text: string;
}

/** For each kind of note how much it matters, and what it says. */
export const EXPERT_KINDS: Readonly<
  Record<ExpertKind, readonly [ExpertSeverity, string]>
> = {
  "retransmission": ["note", "octets that were sent before"],
  "fast-retransmission": [
    "note",
    "octets sent again, as duplicate ACKs asked for them",
  ],
  "spurious-retransmission": [
    "note",
    "octets sent again that were acknowledged already",
  ],
  "out-of-order": ["warning", "comes after octets that belong behind it"],
  "lost-segment": ["warning", "octets before this are not in the capture"],
  "ack-lost-segment": [
    "warning",
    "acknowledges octets that are not in the capture",
  ],
  "duplicate-ack": ["note", "nothing new"],
  "zero-window": ["warning", "the sender takes no more octets"],
  "zero-window-probe": ["note", "one octet, to see whether the window is open"],
  "zero-window-probe-ack": ["note", "answer to a probe: still closed"],
  "window-full": ["warning", "fills the window of the receiver"],
  "window-update": ["chat", "the window has changed, and nothing else"],
  "keep-alive": ["note", "asks whether the other side is there"],
  "keep-alive-ack": ["note", "answer to a keep-alive"],
  "reused-ports": ["note", "a new connection between the same ports"],
  "reset": ["warning", "the connection was reset"],
  "bad-checksum": ["error", "the checksum is wrong"],
  "low-ttl": ["note", "few hops are left"],
  "missing-fragments": ["warning", "fragments of the datagram are missing"],
};
