/**
 * How OpenSSH makes a passphrase into a key, slowly: PBKDF2 around a bcrypt that
 * takes digests.
 *
 * @see bcrypt_pbkdf(3) of OpenBSD; Provos, Mazières, A Future-Adaptable Password
 * Scheme (1999); Schneier, Blowfish (1993)
 * @module
 */

/** Words that the state begins with: 18 subkeys and four boxes. */
const SUBKEYS = 18;
const BOX = 256;
const STATE = SUBKEYS + 4 * BOX;
/** Octets that one bcrypt gives. */
const BLOCK = 32;
const TEXT = "OxychromaticBlowfishSwatDynamite";

let start: Int32Array | undefined;

/**
 * Makes a passphrase into a key.
 *
 * @param passphrase Its octets.
 * @param salt Any octets.
 * @param rounds How often; one takes some milliseconds for each 32 octets.
 * @param length Octets of the key.
 * @param signal Stops it between two rounds.
 * @returns The key.
 */
export async function bcryptPbkdf(
  passphrase: Uint8Array<ArrayBuffer>,
  salt: Uint8Array,
  rounds: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const key = new Uint8Array(length);
  const secret = words(await sha512(passphrase));
  const stride = Math.ceil(length / BLOCK);
  const amount = Math.ceil(length / stride);
  for (let count = 1; count <= stride; count++) {
    const numbered = Uint8Array.of(...salt, 0, 0, 0, count);
    let last = bcrypt(secret, words(await sha512(numbered)));
    const sum = last.slice();
    for (let round = 1; round < rounds; round++) {
      signal?.throwIfAborted();
      last = bcrypt(secret, words(await sha512(last)));
      for (let i = 0; i < BLOCK; i++) sum[i]! ^= last[i]!;
    }
    // Blocks are strewn, so that none can be left out by whoever guesses.
    for (let i = 0; i < amount; i++) {
      const at = i * stride + count - 1;
      if (at < length) key[at] = sum[i]!;
    }
  }
  return key;
}

async function sha512(
  octets: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", octets));
}

/** Octets as words, the high octet first. */
function words(octets: Uint8Array): Int32Array {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return Int32Array.from(
    { length: octets.length >> 2 },
    (_, i) => view.getInt32(4 * i),
  );
}

function bcrypt(
  secret: Int32Array,
  salt: Int32Array,
): Uint8Array<ArrayBuffer> {
  start ??= wordsOfPi(STATE);
  const state = start.slice();
  const pair = new Int32Array(2);
  const none = new Int32Array(salt.length);
  expand(state, secret, salt, pair);
  for (let i = 0; i < 64; i++) {
    expand(state, salt, none, pair);
    expand(state, secret, none, pair);
  }
  const text = words(new TextEncoder().encode(TEXT));
  for (let i = 0; i < text.length; i += 2) {
    pair[0] = text[i]!;
    pair[1] = text[i + 1]!;
    for (let k = 0; k < 64; k++) encipher(state, pair);
    text.set(pair, i);
  }
  const out = new Uint8Array(BLOCK);
  const view = new DataView(out.buffer);
  text.forEach((word, i) => view.setInt32(4 * i, word, true));
  return out;
}

/** Mixes a key into the subkeys, then writes the state over, with salt or none. */
function expand(
  state: Int32Array,
  key: Int32Array,
  salt: Int32Array,
  pair: Int32Array,
): void {
  for (let i = 0; i < SUBKEYS; i++) state[i]! ^= key[i % key.length]!;
  pair.fill(0);
  for (let i = 0, j = 0; i < STATE; i += 2, j = (j + 2) % salt.length) {
    pair[0]! ^= salt[j]!;
    pair[1]! ^= salt[j + 1]!;
    encipher(state, pair);
    state[i] = pair[0]!;
    state[i + 1] = pair[1]!;
  }
}

function encipher(state: Int32Array, pair: Int32Array): void {
  let left = pair[0]! ^ state[0]!;
  let right = pair[1]!;
  for (let i = 1; i <= 16; i += 2) {
    right ^= mix(state, left) ^ state[i]!;
    left ^= mix(state, right) ^ state[i + 1]!;
  }
  pair[0] = right ^ state[17]!;
  pair[1] = left;
}

function mix(state: Int32Array, word: number): number {
  return ((state[SUBKEYS + (word >>> 24)]! +
      state[SUBKEYS + BOX + (word >>> 16 & 0xff)]! ^
    state[SUBKEYS + 2 * BOX + (word >>> 8 & 0xff)]!) +
    state[SUBKEYS + 3 * BOX + (word & 0xff)]!) | 0;
}

/**
 * The first binary digits of pi after the point, which is what Blowfish begins
 * with: by Machin's 16 atan(1/5) - 4 atan(1/239).
 */
export function wordsOfPi(count: number): Int32Array {
  const spare = 64n;
  const one = 1n << (BigInt(32 * count) + spare);
  const arctan = (n: bigint): bigint => {
    let power = one / n;
    let sum = power;
    for (let k = 3n; power !== 0n; k += 2n) {
      power /= -n * n;
      sum += power / k;
    }
    return sum;
  };
  const pi = 16n * arctan(5n) - 4n * arctan(239n);
  const digits = ((pi - 3n * one) >> spare).toString(16)
    .padStart(8 * count, "0");
  return words(Uint8Array.fromHex(digits));
}
