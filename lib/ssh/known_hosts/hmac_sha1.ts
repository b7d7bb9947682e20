/**
 * HMAC-SHA1 of short texts under many keys: how known_hosts hides names.
 *
 * A file may have a million such lines, and each has a key of its own, so this
 * one makes nothing while it works.
 *
 * @see RFC 2104, RFC 3174
 * @module
 */

/** Words of a block. */
const WORDS = 16;
const INNER = 0x36363636;
const OUTER = 0x5c5c5c5c;

/**
 * Computes authentication codes of one text.
 *
 * @example
 * ```ts
 * import { HmacSha1 } from "./hmac_sha1.ts";
 * import assert from "node:assert/strict";
 *
 * const text = new TextEncoder().encode("what do ya want for nothing?");
 * const code = new HmacSha1(text).under(new TextEncoder().encode("Jefe"));
 * assert.ok(code.toHex().startsWith("effcdf6ae5eb2fa2"));
 * ```
 */
export class HmacSha1 {
  /** The text in blocks, as it follows the block of the key. */
  readonly #text: Int32Array;
  readonly #state: Int32Array = new Int32Array(5);
  readonly #words: Int32Array = new Int32Array(80);

  /**
   * Takes the text.
   *
   * @param text Its octets.
   */
  constructor(text: Uint8Array) {
    this.#text = blocks(text, 4 * WORDS);
  }

  /**
   * Computes the code under a key.
   *
   * @param key At most 64 octets.
   * @returns 20 octets.
   */
  under(key: Uint8Array): Uint8Array<ArrayBuffer> {
    const code = new Uint8Array(20);
    this.#run(key);
    const view = new DataView(code.buffer);
    this.#state.forEach((word, i) => view.setInt32(4 * i, word));
    return code;
  }

  /**
   * Whether a code is the one under a key.
   *
   * @param key At most 64 octets.
   * @param code 20 octets.
   */
  matches(key: Uint8Array, code: Uint8Array): boolean {
    this.#run(key);
    for (let i = 0; i < 5; i++) {
      if (wordAt(code, 4 * i) !== this.#state[i]) return false;
    }
    return true;
  }

  #run(key: Uint8Array): void {
    const state = this.#state;
    const words = this.#words;
    this.#begin(key, INNER);
    for (let at = 0; at < this.#text.length; at += WORDS) {
      for (let i = 0; i < WORDS; i++) words[i] = this.#text[at + i]!;
      digest(state, words);
    }
    const a = state[0]!;
    const b = state[1]!;
    const c = state[2]!;
    const d = state[3]!;
    const e = state[4]!;
    this.#begin(key, OUTER);
    words[0] = a;
    words[1] = b;
    words[2] = c;
    words[3] = d;
    words[4] = e;
    words[5] = 0x80000000 | 0;
    words.fill(0, 6, 15);
    words[15] = 8 * (64 + 20);
    digest(state, words);
  }

  /** The state after the block of the key. */
  #begin(key: Uint8Array, pad: number): void {
    const state = this.#state;
    const words = this.#words;
    state[0] = 0x67452301;
    state[1] = 0xefcdab89 | 0;
    state[2] = 0x98badcfe | 0;
    state[3] = 0x10325476;
    state[4] = 0xc3d2e1f0 | 0;
    for (let i = 0; i < WORDS; i++) words[i] = wordAt(key, 4 * i) ^ pad;
    digest(state, words);
  }
}

function wordAt(octets: Uint8Array, at: number): number {
  return (octets[at] ?? 0) << 24 | (octets[at + 1] ?? 0) << 16 |
    (octets[at + 2] ?? 0) << 8 | (octets[at + 3] ?? 0);
}

/** Octets with their end mark and length, as words. */
function blocks(text: Uint8Array, before: number): Int32Array {
  const padded = new Uint8Array(Math.ceil((text.length + 9) / 64) * 64);
  padded.set(text);
  padded[text.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 4, 8 * (before + text.length));
  return Int32Array.from(
    { length: padded.length / 4 },
    (_, i) => view.getInt32(4 * i),
  );
}

function digest(state: Int32Array, words: Int32Array): void {
  for (let i = WORDS; i < 80; i++) {
    const mixed = words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^
      words[i - 16]!;
    words[i] = mixed << 1 | mixed >>> 31;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const chosen = i < 20
      ? (b & c | ~b & d) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? (b & c | b & d | c & d) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (a << 5 | a >>> 27) + chosen + e + words[i]! | 0;
    e = d;
    d = c;
    c = b << 30 | b >>> 2;
    b = a;
    a = next;
  }
  state[0] = state[0]! + a | 0;
  state[1] = state[1]! + b | 0;
  state[2] = state[2]! + c | 0;
  state[3] = state[3]! + d | 0;
  state[4] = state[4]! + e | 0;
}
