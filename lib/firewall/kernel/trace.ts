/**
 * What the kernel tells of a packet that is traced: one message for each rule
 * that held, for each chain's end, and for each policy.
 *
 * @see linux/netfilter/nf_tables.h (NFTA_TRACE_…)
 * @module
 */

import { NETLINK_NETFILTER, NetlinkSocket } from "../../linux/netlink.ts";
import type { Attributes, Received } from "../../linux/received.ts";
import type { Family } from "../model/ruleset.ts";

/** NFNLGRP_NFTRACE. */
const GROUP = 9;
/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE. */
const TRACE = 10 << 8 | 17;
const NFGENMSG = 4;

/** What a rule, a chain's end or a policy said. */
export type TraceVerdict =
  | "accept"
  | "drop"
  | "stolen"
  | "queue"
  | "repeat"
  | "continue"
  | "jump"
  | "goto"
  | "return";

/** Verdicts by their numbers; those of nftables itself are below 0. */
const VERDICTS: Readonly<Record<number, TraceVerdict>> = {
  0: "drop",
  1: "accept",
  2: "stolen",
  3: "queue",
  4: "repeat",
  [-1]: "continue",
  [-3]: "jump",
  [-4]: "goto",
  [-5]: "return",
};

const FAMILIES: Readonly<Record<number, Family>> = {
  1: "inet",
  2: "ip",
  3: "arp",
  5: "netdev",
  7: "bridge",
  10: "ip6",
};

/** Why a message came: a rule that held, a chain's end, a base chain's policy. */
export type TraceKind = "rule" | "end" | "policy";

const POLICY = 1;
const RULE = 3;

/** A packet's octets, as they were at the first message of a base chain. */
export interface TracedHeaders {
  readonly link: Uint8Array | undefined;
  /** At most 20 octets of IPv4, 40 of IPv6. */
  readonly network: Uint8Array | undefined;
  /** At most 20 octets. */
  readonly transport: Uint8Array | undefined;
  /** Interfaces by number; 0 if there is none. */
  readonly iif: number;
  readonly oif: number;
  /** The hardware's kind (ARPHRD_…): 1 is Ethernet. */
  readonly iiftype: number;
  readonly mark: number;
}

/** One message. */
export interface TraceMessage {
  /** Alike in all messages of a packet; used again for later ones. */
  readonly id: number;
  readonly family: Family;
  readonly table: string;
  readonly chain: string;
  readonly kind: TraceKind;
  /** Of a rule; 0 otherwise. */
  readonly handle: number;
  readonly verdict: TraceVerdict;
  /** The chain that a jump or goto leads to. */
  readonly target: string | undefined;
  /** Only in the first message of each base chain. */
  readonly headers: TracedHeaders | undefined;
}

/**
 * Opens a socket that hears of traced packets, in this thread's namespace.
 *
 * @param receiveBuffer Octets that may wait to be read.
 * @returns The socket.
 */
export function openTrace(receiveBuffer: number): NetlinkSocket {
  return NetlinkSocket.open(NETLINK_NETFILTER, {
    groups: [GROUP],
    receiveBuffer,
  });
}

/**
 * Reads a message.
 *
 * @param message From the socket.
 * @returns What it says; nothing if it is about something else.
 * @throws {DecodeError} If it is cut short.
 */
export function readTrace(message: Received): TraceMessage | undefined {
  if (message.type !== TRACE) return undefined;
  let [id, handle, code, kind] = [0, 0, NaN, 0];
  let [table, chain] = ["", ""];
  let [iif, oif, iiftype, mark] = [0, 0, 0, 0];
  let policy = NaN;
  let target: string | undefined;
  let link: Uint8Array | undefined;
  let network: Uint8Array | undefined;
  let transport: Uint8Array | undefined;
  const attributes = message.attributes(NFGENMSG);
  while (attributes.next()) {
    switch (attributes.type) {
      case 1:
        table = attributes.text();
        break;
      case 2:
        chain = attributes.text();
        break;
      case 3:
        handle = be32(attributes) * 2 ** 32 + be32(attributes, 4);
        break;
      case 4:
        kind = be32(attributes);
        break;
      case 5: {
        const inside = attributes.nested();
        while (inside.next()) {
          if (inside.type === 1) code = be32(inside) | 0;
          else if (inside.type === 2) target = inside.text();
        }
        break;
      }
      case 6:
        id = be32(attributes);
        break;
      case 7:
        link = attributes.octets();
        break;
      case 8:
        network = attributes.octets();
        break;
      case 9:
        transport = attributes.octets();
        break;
      case 10:
        iif = be32(attributes);
        break;
      case 11:
        iiftype = attributes.be16();
        break;
      case 12:
        oif = be32(attributes);
        break;
      case 14:
        mark = be32(attributes);
        break;
      case 16:
        policy = be32(attributes);
    }
  }
  if (Number.isNaN(code)) code = policy;
  // What else there is beside a verdict of netfilter stands above it.
  if (code > 0) code &= 0xff;
  return {
    id,
    family: FAMILIES[message.u8(0)] ?? "inet",
    table,
    chain,
    // Newer kernels end a chain with a rule that is none.
    kind: kind === POLICY
      ? "policy"
      : kind === RULE && handle > 0
      ? "rule"
      : "end",
    handle,
    verdict: VERDICTS[code] ?? "continue",
    target,
    headers: network || link
      ? { link, network, transport, iif, oif, iiftype, mark }
      : undefined,
  };
}

function be32(attributes: Attributes, at = 0): number {
  return attributes.be16(at) * 2 ** 16 + attributes.be16(at + 2);
}
