/**
 * Where a packet's headers begin, found as the kernel finds them.
 *
 * @see the kernel's nf_tables_ipv4.h, nf_tables_ipv6.h
 *
 * @module
 */

import { NETWORK, ROOM, type Transit } from "./transit.ts";

const ETHER = { ip: 0x0800, ip6: 0x86dd };
const TAGS = new Set([0x8100, 0x88a8]);

/** Takes octets that start with an Ethernet or an IP header. */
export function load(p: Transit, octets: Uint8Array, linkType: number): void {
  const isEthernet = linkType === 1;
  const at = isEthernet ? 0 : NETWORK;
  if (octets.length > ROOM - at) {
    throw new RangeError(
      `Cannot simulate a packet of ${octets.length} octets: at most ${
        ROOM - at
      }`,
    );
  }
  p.octets.set(octets, at);
  p.isMade = false;
  place(p, isEthernet, at + octets.length);
}

/** Finds the headers of what now is in the buffer. */
export function place(p: Transit, isEthernet: boolean, end: number): void {
  const { octets, view } = p;
  p.end = end;
  p.tagged = false;
  p.pkttype = 0;
  let nh = NETWORK;
  if (isEthernet) {
    p.ll = 0;
    if (end < NETWORK) {
      octets.fill(0, end, NETWORK);
      p.end = NETWORK;
    }
    let type = view.getUint16(12);
    while (TAGS.has(type) && nh + 4 <= end) {
      type = view.getUint16(nh + 2);
      nh += 4;
      p.tagged = true;
    }
    p.protocol = type;
    p.pkttype = kindOf(p);
  } else {
    p.ll = -1;
    p.protocol = octets[nh]! >> 4 === 6 ? ETHER.ip6 : ETHER.ip;
  }
  p.nh = nh;
  p.family = p.protocol === ETHER.ip ? 4 : p.protocol === ETHER.ip6 ? 6 : 0;
  findTransport(p);
}

/** Whom the frame is for: host 0, broadcast 1, multicast 2, another 3. */
function kindOf({ octets, view, in: by }: Transit): number {
  if ((octets[0]! & 1) !== 0) {
    return view.getUint16(0) === 0xffff && view.getUint32(2) === 0xffffffff
      ? 1
      : 2;
  }
  const own = by?.mac ?? -1;
  const to = view.getUint16(0) * 4294967296 + view.getUint32(2);
  return own < 0 || own === to ? 0 : 3;
}

/** Finds the transport header, as nft_set_pktinfo does. */
function findTransport(p: Transit): void {
  p.th = -1;
  p.thoff = -1;
  p.l4proto = -1;
  p.fragmentOffset = 0;
  p.isFragment = false;
  if (p.family === 4) findV4(p);
  else if (p.family === 6) findV6(p);
}

function findV4(p: Transit): void {
  const { octets, view, nh, end } = p;
  if (end - nh < 20) return;
  const words = octets[nh]! & 15;
  const total = view.getUint16(nh + 2);
  if (octets[nh]! >> 4 !== 4 || words < 5) return;
  if (end - nh < total || total < words * 4) return;
  p.l4proto = octets[nh + 9]!;
  p.thoff = nh + words * 4;
  const fragment = view.getUint16(nh + 6);
  p.fragmentOffset = fragment & 0x1fff;
  p.isFragment = (fragment & 0x3fff) !== 0;
  if (p.fragmentOffset === 0) p.th = p.thoff;
}

function findV6(p: Transit): void {
  const { octets, view, nh, end } = p;
  if (end - nh < 40 || octets[nh]! >> 4 !== 6) return;
  if (end - nh < view.getUint16(nh + 4) + 40) return;
  let next = octets[nh + 6]!;
  let at = nh + 40;
  for (;;) {
    if (!isExtension(next) || next === 59) break;
    if (at + 2 > end) return;
    const after = octets[at]!;
    let length = (octets[at + 1]! + 1) * 8;
    if (next === 44) {
      if (at + 8 > end) return;
      const offset = view.getUint16(at + 2) & ~7;
      p.isFragment = true;
      if (offset !== 0) {
        p.fragmentOffset = offset;
        if (isExtension(after) && after !== 59) return;
        p.l4proto = after;
        // The kernel's search then leaves the place as it was, at the start.
        p.thoff = nh;
        return;
      }
      length = 8;
    } else if (next === 51) length = (octets[at + 1]! + 2) * 4;
    next = after;
    at += length;
  }
  p.l4proto = next;
  p.thoff = at;
  p.th = at;
}

/** Whether it is an IPv6 extension header, and not a transport protocol. */
export function isExtension(protocol: number): boolean {
  return protocol === 0 || protocol === 43 || protocol === 44 ||
    protocol === 51 || protocol === 59 || protocol === 60;
}
