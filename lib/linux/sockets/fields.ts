/**
 * What is known about a socket, as plain data.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { TcpInfo } from "../tcp_info.ts";

/** What a socket speaks. */
export type SocketProtocol = "tcp" | "udp" | "raw" | "unix";

/** Where a socket is in its life (RFC 9293 §3.3.2); `"unconnected"` for the others. */
export type SocketState =
  | "established"
  | "syn-sent"
  | "syn-recv"
  | "fin-wait-1"
  | "fin-wait-2"
  | "time-wait"
  | "unconnected"
  | "close-wait"
  | "last-ack"
  | "listening"
  | "closing"
  | "bound-inactive";

/** States by the kernel's number (tcp_states.h), and as `ss` writes them. */
export const SOCKET_STATES: readonly (readonly [SocketState, string])[] = [
  ["unconnected", "UNCONN"],
  ["established", "ESTAB"],
  ["syn-sent", "SYN-SENT"],
  ["syn-recv", "SYN-RECV"],
  ["fin-wait-1", "FIN-WAIT-1"],
  ["fin-wait-2", "FIN-WAIT-2"],
  ["time-wait", "TIME-WAIT"],
  ["unconnected", "UNCONN"],
  ["close-wait", "CLOSE-WAIT"],
  ["last-ack", "LAST-ACK"],
  ["listening", "LISTEN"],
  ["closing", "CLOSING"],
  ["syn-recv", "SYN-RECV"],
  ["bound-inactive", "BOUND-INACTIVE"],
];

/** One end of a socket. */
export interface SocketEnd {
  /** Its address, `0.0.0.0` or `::` for any; nothing for a unix socket. */
  readonly address?: Address | undefined;
  /** Its port, 0 for any; nothing for raw and unix sockets. */
  readonly port?: number | undefined;
  /** The name of a unix socket; `@` begins one that is in no folder. */
  readonly path?: string | undefined;
}

/** What a running timer will do, and when. */
export interface SocketTimer {
  /** `"on"` sends again; `"persist"` probes a closed window. */
  readonly kind: "on" | "keepalive" | "timewait" | "persist" | "unknown";
  /** Milliseconds until then. */
  readonly expires: number;
  /** How often it did already. */
  readonly retransmits: number;
}

/** What a socket takes of the machine's memory, in octets. */
export interface SocketMemory {
  /** Held by what was received. */
  readonly receive: number;
  /** What may be (SO_RCVBUF). */
  readonly receiveBuffer: number;
  /** Held by what is on its way out. */
  readonly send: number;
  /** What may be (SO_SNDBUF). */
  readonly sendBuffer: number;
  /** Set aside for what comes. */
  readonly forward: number;
  /** Held by what waits to be sent. */
  readonly queued: number;
  /** Held by options. */
  readonly options: number;
  /** Held by what is not worked off yet. */
  readonly backlog: number;
  /** Packets dropped for want of room: a count, not octets. */
  readonly drops: number | undefined;
}

/** A process that has a socket open. */
export interface SocketOwner {
  /** Its number. */
  readonly pid: number;
  /** Its name, up to 15 letters (`/proc/<pid>/comm`). */
  readonly name: string;
  /** The descriptor under which it has the socket. */
  readonly fd: number;
}

/** The fields of a {@linkcode Socket}. */
export interface SocketFields {
  /** What it speaks. */
  readonly protocol: SocketProtocol;
  /** 4 or 6; nothing for unix sockets. */
  readonly family?: 4 | 6 | undefined;
  /** How a unix socket carries data. */
  readonly type?: "stream" | "dgram" | "seqpacket" | undefined;
  /** Where it is in its life. */
  readonly state: SocketState;
  /** Its own end. */
  readonly local: SocketEnd;
  /** The other end. */
  readonly remote: SocketEnd;
  /** The interface that it is bound to. */
  readonly interface?: string | undefined;
  /** The IP protocol of a raw socket: 1 is ICMP. */
  readonly ipProtocol?: number | undefined;
  /** Octets received and not read; of a listener, connections not accepted. */
  readonly receiveQueue: number;
  /** Octets written and not acknowledged; of a listener, connections that may wait. */
  readonly sendQueue: number;
  /** Its owner's user number. */
  readonly uid?: number | undefined;
  /** Its inode, by which `/proc/<pid>/fd` names it; 0 if no process has it. */
  readonly inode: number;
  /** The inode of the unix socket at the other end; 0 if there is none. */
  readonly peerInode?: number | undefined;
  /** The kernel's number for it, which is never used again, in hexadecimal. */
  readonly cookie?: string | undefined;
  /** The timer that runs, if one does. */
  readonly timer?: SocketTimer | undefined;
  /** Who has it open, where that was asked for and can be read. */
  readonly processes?: readonly SocketOwner[] | undefined;
  /** Its mark (SO_MARK); only the network's administrator sees it. */
  readonly mark?: number | undefined;
  /** Its traffic class or type of service. */
  readonly tos?: number | undefined;
  /** The number of its control group. */
  readonly cgroup?: number | undefined;
  /** Which directions are closed: `"receive"`, `"send"`. */
  readonly shutdown?: readonly ("receive" | "send")[] | undefined;
  /** Whether it takes IPv6 alone (IPV6_V6ONLY). */
  readonly ipv6Only?: boolean | undefined;
  /** What is set on it: `"freebind"`, `"transparent"`, … */
  readonly options?: readonly string[] | undefined;
  /** Its congestion control: `"cubic"`. */
  readonly congestion?: string | undefined;
  /** What is between it and TCP: `"tls"`, `"mptcp"`. */
  readonly ulp?: string | undefined;
  /** What it takes of memory. */
  readonly memory?: SocketMemory | undefined;
  /** What the kernel knows about a TCP connection. */
  readonly tcp?: TcpInfo | undefined;
}
