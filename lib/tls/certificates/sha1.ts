/**
 * SHA-1 at once: for fingerprints and OCSP, never to trust anything by.
 *
 * @see RFC 3174
 * @module
 */

/** Octets of a block. */
const BLOCK = 64;

/** What each quarter of the rounds adds. */
const ADDED = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6] as const;

/**
 * Computes a SHA-1 digest.
 *
 * @param bytes The octets.
 * @returns 20 octets.
 */
export function sha1(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK);
  const padded = new Uint8Array(blocks * BLOCK);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  const state = Int32Array.of(
    0x67452301,
    0xefcdab89,
    0x98badcfe,
    0x10325476,
    0xc3d2e1f0,
  );
  const words = new Int32Array(80);
  for (let at = 0; at < padded.length; at += BLOCK) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i);
    digest(state, words);
  }
  const out = new Uint8Array(20);
  const written = new DataView(out.buffer);
  state.forEach((word, i) => written.setInt32(4 * i, word));
  return out;
}

function digest(state: Int32Array, words: Int32Array): void {
  for (let i = 16; i < 80; i++) {
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
    const quarter = Math.floor(i / 20);
    const chosen = quarter === 0
      ? b & c | ~b & d
      : quarter === 2
      ? b & c | b & d | c & d
      : b ^ c ^ d;
    const next = (a << 5 | a >>> 27) + chosen + e + words[i]! +
        ADDED[quarter]! | 0;
    e = d;
    d = c;
    c = b << 30 | b >>> 2;
    b = a;
    a = next;
  }
  [a, b, c, d, e].forEach((word, i) => state[i] = state[i]! + word | 0);
}
