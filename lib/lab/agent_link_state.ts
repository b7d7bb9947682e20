/**
 * What the kernel says of one interface of a lab: whether it works, and what
 * has passed it.
 *
 * @module
 */

import { ACK, Message, type NetlinkSocket, REQUEST } from "../linux/netlink.ts";
import type { Plug } from "./wiring.ts";

export const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
export const IFLA_OPERSTATE = 16;
const IFLA_STATS64 = 23;
const IFLA_CARRIER = 33;
/** RFC 2863's dormant and up. */
export const OPERSTATE = { dormant: 5, up: 6 };

/** An interface's state. */
export interface LinkState {
  /** Whether frames can pass: the system has taken note of its carrier, too. */
  readonly carrier: boolean;
  /** A struct rtnl_link_stats64, as far as its eighth counter. */
  readonly counters: readonly number[];
}

/** The start of a message about an interface. */
export function aboutLink(
  type: number,
  { index, where, name }: Plug,
  flags: number,
): Message {
  const header = new Uint8Array(16);
  new DataView(header.buffer).setInt32(4, index, true);
  return new Message(type, flags, {
    op: "change link",
    target: `${where} ${name}`,
  })
    .struct(header);
}

/**
 * Reads an interface's state.
 *
 * @param socket A socket in its namespace.
 * @param plug The interface.
 * @returns Its state.
 */
export function readState(socket: NetlinkSocket, plug: Plug): LinkState {
  const request = aboutLink(RTM_GETLINK, plug, REQUEST | ACK);
  return socket.ask(request, (link) => {
    let isOperational = false;
    let hasCarrier = false;
    const counters: number[] = [];
    const attributes = link.attributes(16);
    while (attributes.next()) {
      if (attributes.type === IFLA_OPERSTATE) {
        isOperational = attributes.u8() === OPERSTATE.up;
      } else if (attributes.type === IFLA_CARRIER) {
        hasCarrier = attributes.u8() === 1;
      } else if (attributes.type === IFLA_STATS64) {
        for (let i = 0; i < 8; i++) counters.push(attributes.u64(8 * i));
      }
    }
    return { carrier: hasCarrier && isOperational, counters };
  })!;
}
