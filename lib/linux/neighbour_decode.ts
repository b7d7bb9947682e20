/**
 * Neighbours as rtnetlink tells of them.
 *
 * @see rtnetlink(7), linux/neighbour.h
 * @module
 */

import type { Address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import { readLinkNames } from "./link_names.ts";
import { neighbourStates, routeProtocols } from "./names.ts";
import type { Neighbour } from "./neighbour.ts";
import { DUMP, Message, type NetlinkSocket, REQUEST } from "./netlink.ts";
import type { Received } from "./received.ts";

const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;
const NTF_PROXY = 0x8;
const NTF_EXT_MANAGED = 1;

/**
 * Reads the neighbours of a socket's namespace, and those that it stands in for.
 *
 * @param socket The socket.
 * @returns The neighbours, IPv4 first.
 * @throws {NetError} If the kernel refuses.
 */
export function readNeighbours(socket: NetlinkSocket): Neighbour[] {
  const names = readLinkNames(socket);
  const found = [0, NTF_PROXY].flatMap((flags) => {
    const request = new Message(RTM_GETNEIGH, REQUEST | DUMP, {
      op: "read",
      target: "the neighbours",
    });
    const head = new Uint8Array(12);
    head[10] = flags;
    return socket.dump(
      request.struct(head),
      (message) => decodeNeighbour(message, names),
    );
  });
  return found.filter(({ state, proxy, externLearn }) =>
    proxy || externLearn || (state !== "noarp" && state !== "none")
  )
    .sort((a, b) => a.family - b.family || a.index - b.index);
}

/**
 * Reads one neighbour out of a message.
 *
 * @param message RTM_NEWNEIGH, RTM_DELNEIGH.
 * @param names The interfaces' names by index.
 * @returns The neighbour; `undefined` for another family, such as a bridge's.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeNeighbour(
  message: Received,
  names: ReadonlyMap<number, string>,
): Neighbour | undefined {
  const { type } = message;
  if (type !== RTM_NEWNEIGH && type !== RTM_NEWNEIGH + 1) return undefined;
  const family = message.u8(0) === 2 ? 4 : message.u8(0) === 10 ? 6 : undefined;
  if (family === undefined) return undefined;
  const flags = message.u8(10);
  const index = message.i32(4);
  let to: Address | undefined;
  const rest: { -readonly [K in keyof Neighbour]?: Neighbour[K] } = {};
  if (flags & NTF_PROXY) rest.proxy = true;
  if (flags & 0x80) rest.router = true;
  if (flags & 0x10) rest.externLearn = true;
  const a = message.attributes(12);
  while (a.next()) {
    if (a.type === 1) to = a.address();
    else if (a.type === 2) {
      if (a.length === 6 || a.length === 8) rest.mac = mac(a.octets());
    } else if (a.type === 3) {
      // Counted in hundredths of a second.
      rest.confirmedSeconds = Math.floor(a.u32(0) / 100);
      rest.usedSeconds = Math.floor(a.u32(4) / 100);
      rest.updatedSeconds = Math.floor(a.u32(8) / 100);
      if (a.u32(12) > 0) rest.references = a.u32(12);
    } else if (a.type === 4) rest.probes = a.u32();
    else if (a.type === 12) rest.protocol = routeProtocols.name(a.u8());
    else if (a.type === 15 && a.u32() & NTF_EXT_MANAGED) rest.managed = true;
  }
  if (to === undefined) return undefined;
  return {
    family,
    address: to,
    device: names.get(index) ?? String(index),
    index,
    state: neighbourStates.name(message.u16(8)),
    ...rest,
  };
}
