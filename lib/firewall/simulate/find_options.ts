/**
 * Where what has no fixed place begins in a packet: IPv6 extension headers,
 * options, SCTP chunks.
 *
 * @module
 */

import { isExtension } from "./place_headers.ts";
import type { Transit } from "./transit.ts";

/** Finds an IPv6 extension header; -1 if there is none. */
export function findExtension(p: Transit, wanted: number): number {
  const { octets, nh, end } = p;
  let next = octets[nh + 6]!;
  let at = nh + 40;
  for (;;) {
    if (next === wanted) return at;
    if (!isExtension(next) || next === 59 || at + 2 > end) return -1;
    const after = octets[at]!;
    if (next === 44 && (p.view.getUint16(at + 2) & ~7) !== 0) return -1;
    at += next === 44
      ? 8
      : next === 51
      ? (octets[at + 1]! + 2) * 4
      : (octets[at + 1]! + 1) * 8;
    next = after;
  }
}

/** Finds a TCP option; -1 if there is none. */
export function findTcpOption(p: Transit, kind: number): number {
  const { octets, th, end, l4proto } = p;
  if (l4proto !== 6 || th < 0 || th + 20 > end) return -1;
  const stop = th + (octets[th + 12]! >> 4) * 4;
  if (stop > end) return -1;
  return findOption(octets, th + 20, stop, kind);
}

/** Finds an IPv4 option; -1 if there is none. */
export function findIpOption(p: Transit, kind: number): number {
  const { octets, nh } = p;
  return findOption(octets, nh + 20, nh + (octets[nh]! & 15) * 4, kind);
}

/** Finds an SCTP chunk; -1 if there is none. */
export function findChunk(p: Transit, type: number): number {
  const { octets, view, th, end, l4proto } = p;
  if (l4proto !== 132 || th < 0) return -1;
  for (let at = th + 12; at + 4 <= end;) {
    const length = view.getUint16(at + 2);
    if (octets[at] === type) return at;
    if (length < 4) return -1;
    at += length + 3 & ~3;
  }
  return -1;
}

function findOption(
  octets: Uint8Array,
  start: number,
  end: number,
  kind: number,
): number {
  for (let at = start; at < end;) {
    const found = octets[at]!;
    if (found === kind) return at;
    if (found === 0) return -1;
    if (found === 1) {
      at++;
      continue;
    }
    const length = octets[at + 1]!;
    if (at + 1 >= end || length < 2) return -1;
    at += length;
  }
  return -1;
}
