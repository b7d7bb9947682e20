/**
 * The names of interfaces by index, and back.
 *
 * @module
 */

import type { IndexOf } from "./codecs.ts";
import { readLink } from "./link_decode.ts";
import { linkHeader } from "./link_messages.ts";
import { DUMP, Message, type NetlinkSocket, REQUEST } from "./netlink.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const IFLA_IFNAME = 3;
const IFLA_EXT_MASK = 29;
/** RTEXT_FILTER_SKIP_STATS: the counters are most of what a link says. */
const SKIP_STATS = 8;

/**
 * Reads the names of all interfaces of a socket's namespace.
 *
 * @param socket The socket.
 * @returns The names by index.
 * @throws {NetError} If the kernel refuses.
 */
export function readLinkNames(socket: NetlinkSocket): Map<number, string> {
  const request = new Message(RTM_GETLINK, REQUEST | DUMP, {
    op: "read",
    target: "the links' names",
  });
  request.struct(linkHeader()).u32(IFLA_EXT_MASK, SKIP_STATS);
  return new Map(socket.dump(request, (message) => {
    if (message.type !== RTM_NEWLINK) return undefined;
    const attributes = message.attributes(16);
    while (attributes.next()) {
      if (attributes.type !== IFLA_IFNAME) continue;
      return [message.i32(4), attributes.text()] as const;
    }
    return undefined;
  }));
}

/**
 * Gives a function that finds indexes by asking the kernel.
 *
 * @param socket The socket.
 * @returns Gives the index of a name; an index is given back.
 */
export function indexThrough(socket: NetlinkSocket): IndexOf {
  return (device) =>
    typeof device === "number" ? device : readLink(socket, device).index;
}
