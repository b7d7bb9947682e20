/**
 * SHA-256 at once, where WebCrypto's promise would make all callers wait.
 *
 * @module
 */

import { checkOctets } from "./octets_check.ts";

/** The first bits behind the point of the cube roots of the first 64 primes. */
const ROUNDS: Int32Array = fractions(64, Math.cbrt);

/** The same of the square roots of the first eight. */
const START: Int32Array = fractions(8, Math.sqrt);

/** Octets of a block. */
const BLOCK = 64;

function fractions(count: number, root: (n: number) => number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  // 32 bits behind the point and at most 5 before it: a double has them all.
  return Int32Array.from(primes, (n) => Math.floor(root(n) % 1 * 2 ** 32));
}

/**
 * Computes a SHA-256 digest.
 *
 * @param bytes The octets.
 * @returns 32 octets.
 * @see RFC 6234 §6.2, FIPS 180-4 §6.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const digest = net.bytes.sha256(new TextEncoder().encode("abc"));
 * assert.ok(net.bytes.hex(digest).startsWith("ba7816bf8f01cfea"));
 * ```
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  checkOctets("digest octets", bytes);
  const state = START.slice();
  const words = new Int32Array(64);
  const whole = bytes.length - bytes.length % BLOCK;
  for (let at = 0; at < whole; at += BLOCK) {
    digestBlock(state, words, bytes, at);
  }
  const end = padded(bytes, whole);
  for (let at = 0; at < end.length; at += BLOCK) {
    digestBlock(state, words, end, at);
  }
  const digest = new Uint8Array(32);
  const view = new DataView(digest.buffer);
  state.forEach((word, i) => view.setInt32(i * 4, word));
  return digest;
}

/** What is left of the octets, a bit, zeros, and the length in bits. */
function padded(bytes: Uint8Array, whole: number): Uint8Array {
  const rest = bytes.length - whole;
  const end = new Uint8Array(rest + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  end.set(bytes.subarray(whole));
  end[rest] = 0x80;
  const view = new DataView(end.buffer);
  view.setUint32(end.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(end.length - 4, bytes.length * 8 >>> 0);
  return end;
}

function digestBlock(
  state: Int32Array,
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
): void {
  for (let i = 0; i < 16; i++) {
    const o = at + i * 4;
    words[i] = bytes[o]! << 24 | bytes[o + 1]! << 16 | bytes[o + 2]! << 8 |
      bytes[o + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = words[i - 15]!, y = words[i - 2]!;
    const low = turned(x, 7) ^ turned(x, 18) ^ x >>> 3;
    const high = turned(y, 17) ^ turned(y, 19) ^ y >>> 10;
    words[i] = words[i - 16]! + low + words[i - 7]! + high;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const chosen = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) +
        (e & f ^ ~e & g) + ROUNDS[i]! + words[i]! | 0;
    const majority = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) +
        (a & b ^ a & c ^ b & c) | 0;
    h = g;
    g = f;
    f = e;
    e = d + chosen | 0;
    d = c;
    c = b;
    b = a;
    a = chosen + majority | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => state[i]! += word);
}

function turned(word: number, by: number): number {
  return word >>> by | word << 32 - by;
}
