/**
 * TCP segments in one line, as tcpdump has them.
 *
 * @see RFC 9293 §3.1; the options: RFC 9293 §3.2, RFC 7323, RFC 2018
 *
 * @module
 */

import { asciiOf, putAscii, putDecimal, putHex } from "./text_bytes.ts";

/** Not to be written: a header that is cut short or not sound. */
export const NOT_COVERED: number = -1;

const FLAGS_FIN = 0x01;
const FLAGS_SYN = 0x02;
const FLAGS_RST = 0x04;
const FLAGS_ACK = 0x10;
const FLAGS_URG = 0x20;
/** The letters of the flags, the lowest bit first. */
const LETTERS = "FSRP.UEW";

/** `Flags [S.]`, for each octet of flags. */
const FLAGS = Array.from({ length: 256 }, (_, flags) => {
  const set = [...LETTERS].filter((_, bit) => flags >> bit & 1).join("");
  return asciiOf(`Flags [${set === "" ? "none" : set}]`);
});
const SEQ = asciiOf(", seq ");
const ACK = asciiOf(", ack ");
const WIN = asciiOf(", win ");
const URG = asciiOf(", urg ");
const OPTIONS = asciiOf(", options [");
const LENGTH = asciiOf(", length ");
const TS = asciiOf("TS val ");
const ECR = asciiOf(" ecr ");
const SACK = asciiOf("sack ");
const UNKNOWN = asciiOf("unknown-");
const HEX = asciiOf(" 0x");
const COLON = 0x3a;
const COMMA = 0x2c;
const SPACE = 0x20;

/** Options of no value, by kind. */
const EOL = 0;
const NOP = 1;
const MSS = 2;
const WSCALE = 3;
const SACK_OK = 4;
const SACKS = 5;
const TIMESTAMPS = 8;
/** Kinds that tcpdump has words of its own for, which are not written here. */
const OTHERS: ReadonlySet<number> = new Set([
  ...[6, 7, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 27, 28, 29, 30, 34],
  ...[253, 254],
]);

const NAMES = ["eol", "nop", "mss ", "wscale ", "sackOK"].map(asciiOf);

/**
 * Writes a segment from its flags to its length.
 *
 * @param to Where to write; up to 700 octets.
 * @param at The place.
 * @param b The buffer that it lies in.
 * @param d The same, for numbers.
 * @param tcp The segment's first octet.
 * @param end The octet after its last that is there.
 * @param length Octets of the segment by the packet's own length.
 * @returns The place behind, or {@linkcode NOT_COVERED}.
 *
 * @example
 * ```ts
 * import { putTcp } from "./text_tcp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("000100020000000900000000" + "5002040000000000");
 * const to = new Uint8Array(700);
 * const end = putTcp(to, 0, octets, new DataView(octets.buffer), 0, 20, 20);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "Flags [S], seq 9, win 1024, length 0",
 * );
 * ```
 */
export function putTcp(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  tcp: number,
  end: number,
  length: number,
): number {
  if (end - tcp < 20) return NOT_COVERED;
  const header = b[tcp + 12]! >>> 4 << 2;
  if (header < 20 || header > length || header > end - tcp) return NOT_COVERED;
  const payload = length - header;
  const flags = b[tcp + 13]!;
  at = putAscii(to, at, FLAGS[flags]!);
  if (payload > 0 || flags & (FLAGS_SYN | FLAGS_FIN | FLAGS_RST)) {
    const seq = d.getUint32(tcp + 4);
    at = putDecimal(to, putAscii(to, at, SEQ), seq);
    if (payload > 0) {
      to[at] = COLON;
      at = putDecimal(to, at + 1, (seq + payload) >>> 0);
    }
  }
  if (flags & FLAGS_ACK) {
    at = putDecimal(to, putAscii(to, at, ACK), d.getUint32(tcp + 8));
  }
  at = putDecimal(to, putAscii(to, at, WIN), d.getUint16(tcp + 14));
  if (flags & FLAGS_URG) {
    at = putDecimal(to, putAscii(to, at, URG), d.getUint16(tcp + 18));
  }
  if (header > 20) {
    at = putOptions(
      to,
      putAscii(to, at, OPTIONS),
      b,
      d,
      tcp + 20,
      tcp + header,
    );
    if (at === NOT_COVERED) return at;
    to[at++] = 0x5d;
  }
  return putDecimal(to, putAscii(to, at, LENGTH), payload);
}

/** Writes the options between two places. */
function putOptions(
  to: Uint8Array,
  at: number,
  b: Uint8Array,
  d: DataView,
  from: number,
  end: number,
): number {
  for (let place = from; place < end;) {
    if (place > from) to[at++] = COMMA;
    const kind = b[place]!;
    if (kind <= NOP) {
      at = putAscii(to, at, NAMES[kind]!);
      if (kind === EOL) break;
      place++;
      continue;
    }
    const size = place + 1 < end ? b[place + 1]! : 0;
    if (size < 2 || size > end - place || OTHERS.has(kind)) return NOT_COVERED;
    const value = place + 2;
    if (kind === TIMESTAMPS && size === 10) {
      at = putDecimal(to, putAscii(to, at, TS), d.getUint32(value));
      at = putDecimal(to, putAscii(to, at, ECR), d.getUint32(value + 4));
    } else if (kind === MSS && size === 4) {
      at = putDecimal(to, putAscii(to, at, NAMES[MSS]!), d.getUint16(value));
    } else if (kind === WSCALE && size === 3) {
      at = putDecimal(to, putAscii(to, at, NAMES[WSCALE]!), b[value]!);
    } else if (kind === SACK_OK && size === 2) {
      at = putAscii(to, at, NAMES[SACK_OK]!);
    } else if (kind === SACKS && size % 8 === 2) {
      at = putSack(to, at, d, value, size >> 3);
    } else if (kind <= TIMESTAMPS) {
      return NOT_COVERED;
    } else {
      at = putDecimal(to, putAscii(to, at, UNKNOWN), kind);
      if (size > 2) {
        at = putAscii(to, at, HEX);
        at = putHex(to, at, b.subarray(value, place + size));
      }
    }
    place += size;
  }
  return at;
}

/** Writes the blocks of a selective acknowledgement. */
function putSack(
  to: Uint8Array,
  at: number,
  d: DataView,
  place: number,
  blocks: number,
): number {
  at = putDecimal(to, putAscii(to, at, SACK), blocks);
  to[at++] = SPACE;
  for (let i = 0; i < blocks; i++, place += 8) {
    to[at++] = 0x7b;
    at = putDecimal(to, at, d.getUint32(place));
    to[at++] = COLON;
    at = putDecimal(to, at, d.getUint32(place + 4));
    to[at++] = 0x7d;
  }
  return at;
}
