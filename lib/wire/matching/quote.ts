/**
 * What an ICMP error quotes: a header of IP, and at least eight octets behind it.
 *
 * Questions are known again by them. Both are read from the octets, as too few of
 * the second are there to be a header.
 *
 * @see RFC 792, RFC 1812 §4.3.2.3, RFC 4443 §2.4
 * @module
 */

/** What a packet is known by when it is quoted. */
export interface QuoteKeys {
  /** All that routers leave alone: the packet's own number, and eight octets. */
  readonly exact: string;
  /** The ports, or the number of an echo: where routers or kernels wrote the rest anew. */
  readonly loose: string;
}

const ICMP = 1;
const ICMPV6 = 58;
/** TCP, UDP, DCCP, SCTP, UDP-Lite: two ports come first. */
const WITH_PORTS: readonly number[] = [6, 17, 33, 132, 136];
/** Hop-by-hop, routing, and destination options: eight octets, and eight times so many. */
const EXTENSIONS: readonly number[] = [0, 43, 60];
const FRAGMENT = 44;

/**
 * Reads what a packet is known by.
 *
 * @param octets What it lies in.
 * @param at Where its IP header starts.
 * @returns The keys; `undefined` if there is not enough of it.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { udp } from "../../packet/layers/udp.ts";
 * import { quoteKeys } from "./quote.ts";
 * import assert from "node:assert/strict";
 *
 * const { bytes } = build(ipv4({ dst: "192.0.2.1" }), udp({ dstPort: 53 }), "?");
 * assert.deepEqual(quoteKeys(bytes.slice(0, 28), 0), quoteKeys(bytes, 0));
 * assert.equal(quoteKeys(bytes.slice(0, 19), 0), undefined);
 * ```
 */
export function quoteKeys(
  octets: Uint8Array,
  at: number,
): QuoteKeys | undefined {
  const version = octets[at]! >> 4;
  if (version === 4) return ipv4Keys(octets, at);
  return version === 6 ? ipv6Keys(octets, at) : undefined;
}

function ipv4Keys(octets: Uint8Array, at: number): QuoteKeys | undefined {
  const length = (octets[at]! & 0xf) * 4;
  if (length < 20 || at + length > octets.length) return undefined;
  const to = word(octets, at + 16);
  const number = word(octets, at + 4) >>> 16;
  return keys(octets, at + length, octets[at + 9]!, `4 ${to}`, number);
}

function ipv6Keys(octets: Uint8Array, at: number): QuoteKeys | undefined {
  if (at + 40 > octets.length) return undefined;
  let next = octets[at + 6]!;
  let behind = at + 40;
  while (behind + 8 <= octets.length) {
    if (EXTENSIONS.includes(next)) {
      next = octets[behind]!;
      behind += 8 + octets[behind + 1]! * 8;
    } else if (next === FRAGMENT) {
      next = octets[behind]!;
      behind += 8;
    } else break;
  }
  const to = [24, 28, 32, 36].map((i) => word(octets, at + i)).join(":");
  const flow = word(octets, at) & 0xfffff;
  return keys(octets, behind, next, `6 ${to}`, flow);
}

function keys(
  octets: Uint8Array,
  at: number,
  protocol: number,
  to: string,
  number: number,
): QuoteKeys {
  const first = word(octets, at);
  const second = word(octets, at + 4);
  const own = WITH_PORTS.includes(protocol)
    ? first
    : protocol === ICMP || protocol === ICMPV6
    ? `${first >>> 24} ${second}`
    : "";
  const loose = `quoted ${to} ${protocol} ${own}`;
  return { loose, exact: `${loose} ${number} ${first} ${second}` };
}

/** Four octets; what is not there counts as 0. */
function word(octets: Uint8Array, at: number): number {
  return (octets[at]! << 24 | octets[at + 1]! << 16 | octets[at + 2]! << 8 |
    octets[at + 3]!) >>> 0;
}
