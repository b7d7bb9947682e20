/**
 * Fields that rules set, with the checksums over them.
 *
 * @see the kernel's nft_payload.c, nft_exthdr.c
 *
 * @module
 */

import { onesSum } from "../../bytes/checksum.ts";
import { findTcpOption } from "./find_options.ts";
import type { Transit } from "./transit.ts";

/** Sets bits of a header; `at` below 0: it is not there. */
export function setBits(
  p: Transit,
  at: number,
  offset: number,
  bits: number,
  terms: readonly number[],
  layer: string,
  isSegmentSize: boolean,
): void {
  if (at < 0) return;
  const start = at + (offset >> 3);
  const bit = offset & 7;
  const span = Math.ceil((bit + bits) / 8);
  let value = terms.length === 1
    ? BigInt(terms[0]!)
    : terms.reduce((sum, term) => sum << 32n | BigInt(term), 0n);
  let before = 0n;
  for (let i = 0; i < span; i++) {
    before = before << 8n | BigInt(p.octets[start + i]!);
  }
  // A larger segment than was asked for could stop the connection.
  if (isSegmentSize && value >= before) return;
  const spare = BigInt(span * 8 - bit - bits);
  const mask = (1n << BigInt(bits)) - 1n << spare;
  value = before & ~mask | value << spare & mask;
  const octets = Array.from(
    { length: span },
    (_, i) => Number(value >> BigInt(8 * (span - 1 - i)) & 0xffn),
  );
  p.write(start, octets, layer);
}

/** Writes nothing-to-do over a TCP option. */
export function strip(p: Transit, kind: number): void {
  const at = findTcpOption(p, kind);
  if (at < 0) return;
  const { octets, th } = p;
  const length = kind < 2 ? 1 : octets[at + 1]!;
  const sum = p.checksumAt;
  const from = th + (at - th & ~1);
  const to = from + (at + length - from + 1 & ~1);
  const before = onesSum(octets, 0, from, to);
  octets.fill(1, at, at + length);
  if (sum >= 0) p.amend(sum, before, onesSum(octets, 0, from, to));
}
