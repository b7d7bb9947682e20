/**
 * MD5: broken as a proof of who wrote something, still the name of it in places
 * such as JA3 fingerprints and the keys of old routing protocols.
 *
 * @module
 */

import { checkOctets } from "./octets_check.ts";

/** How far each step of a round turns its word; four rounds of four (RFC 1321 §3.4). */
const TURNS: readonly number[] = [
  ...[7, 12, 17, 22],
  ...[5, 9, 14, 20],
  ...[4, 11, 16, 23],
  ...[6, 10, 15, 21],
];

/** The whole part of 2^32 · |sin(i)| for i from 1 to 64, in radians. */
const SINES: Int32Array = Int32Array.from(
  { length: 64 },
  (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))),
);

/** Octets of a block. */
const BLOCK = 64;

/**
 * Computes an MD5 digest at once, which WebCrypto cannot.
 *
 * @param bytes The octets.
 * @returns 16 octets.
 * @see RFC 1321 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const digest = net.bytes.md5(new TextEncoder().encode("abc"));
 * assert.equal(net.bytes.hex(digest), "900150983cd24fb0d6963f7d28e17f72");
 * ```
 */
export function md5(bytes: Uint8Array): Uint8Array {
  checkOctets("digest octets", bytes);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const words = new Int32Array(BLOCK / 4);
  const whole = bytes.length - bytes.length % BLOCK;
  for (let at = 0; at < whole; at += BLOCK) {
    digestBlock(state, words, bytes, at);
  }
  const end = padded(bytes, whole);
  for (let at = 0; at < end.length; at += BLOCK) {
    digestBlock(state, words, end, at);
  }
  const digest = new Uint8Array(16);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => view.setInt32(i * 4, word, true));
  return digest;
}

/** What is left of the octets, a bit, zeros, and the length in bits. */
function padded(bytes: Uint8Array, whole: number): Uint8Array {
  const rest = bytes.length - whole;
  const end = new Uint8Array(rest + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  end.set(bytes.subarray(whole));
  end[rest] = 0x80;
  const view = new DataView(end.buffer);
  view.setUint32(end.length - 8, bytes.length * 8 >>> 0, true);
  view.setUint32(end.length - 4, Math.floor(bytes.length / 2 ** 29), true);
  return end;
}

function digestBlock(
  state: Int32Array,
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
): void {
  for (let i = 0; i < words.length; i++) {
    const o = at + i * 4;
    words[i] = bytes[o]! | bytes[o + 1]! << 8 | bytes[o + 2]! << 16 |
      bytes[o + 3]! << 24;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    let mixed: number;
    let word: number;
    if (round === 0) {
      mixed = b & c | ~b & d;
      word = i;
    } else if (round === 1) {
      mixed = b & d | c & ~d;
      word = 5 * i + 1;
    } else if (round === 2) {
      mixed = b ^ c ^ d;
      word = 3 * i + 5;
    } else {
      mixed = c ^ (b | ~d);
      word = 7 * i;
    }
    const sum = a + mixed + SINES[i]! + words[word & 15]! | 0;
    const turn = TURNS[round * 4 + (i & 3)]!;
    a = d;
    d = c;
    c = b;
    b = b + (sum << turn | sum >>> 32 - turn) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}
