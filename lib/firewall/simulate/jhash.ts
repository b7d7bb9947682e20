/**
 * Jenkins' hash, as the kernel makes it of a rule's expression.
 *
 * @see Bob Jenkins, lookup3.c, hashlittle(); the kernel's include/linux/jhash.h
 *
 * @module
 */

const START = 0xdeadbeef;
const rotate = (word: number, by: number) => word << by | word >>> 32 - by;

/**
 * Hashes octets.
 *
 * @param octets The octets.
 * @param seed Where to start.
 * @returns 32 bits, unsigned.
 */
export function jhash(octets: readonly number[], seed: number): number {
  let left = octets.length;
  let a = START + left + seed | 0;
  let b = a;
  let c = a;
  let at = 0;
  const word = (from: number) =>
    octets[from]! | octets[from + 1]! << 8 | octets[from + 2]! << 16 |
    octets[from + 3]! << 24;
  while (left > 12) {
    a = a + word(at) | 0;
    b = b + word(at + 4) | 0;
    c = c + word(at + 8) | 0;
    a = a - c ^ rotate(c, 4);
    c = c + b | 0;
    b = b - a ^ rotate(a, 6);
    a = a + c | 0;
    c = c - b ^ rotate(b, 8);
    b = b + a | 0;
    a = a - c ^ rotate(c, 16);
    c = c + b | 0;
    b = b - a ^ rotate(a, 19);
    a = a + c | 0;
    c = c - b ^ rotate(b, 4);
    b = b + a | 0;
    left -= 12;
    at += 12;
  }
  if (left === 0) return c >>> 0;
  const rest = [...octets.slice(at), ...Array(12).fill(0)];
  const part = (from: number) =>
    rest[from]! | rest[from + 1]! << 8 | rest[from + 2]! << 16 |
    rest[from + 3]! << 24;
  a = a + part(0) | 0;
  b = b + part(4) | 0;
  c = c + part(8) | 0;
  c = (c ^ b) - rotate(b, 14) | 0;
  a = (a ^ c) - rotate(c, 11) | 0;
  b = (b ^ a) - rotate(a, 25) | 0;
  c = (c ^ b) - rotate(b, 16) | 0;
  a = (a ^ c) - rotate(c, 4) | 0;
  b = (b ^ a) - rotate(a, 14) | 0;
  c = (c ^ b) - rotate(b, 24) | 0;
  return c >>> 0;
}

/**
 * Hashes the parts of an expression, each in a register of its own.
 *
 * @param parts Number, width in bits, and whether the low octet comes first.
 * @param modulus The hash becomes less than this.
 * @param seed Where to start.
 * @returns The number.
 */
export function hashParts(
  parts: readonly (readonly [number, number, boolean])[],
  modulus: number,
  seed: number,
): number {
  const octets = parts.flatMap(([value, bits, isLittle]) => {
    const size = Math.ceil(bits / 8);
    const row = Array.from(
      { length: size },
      (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256,
    );
    if (isLittle) row.reverse();
    while (row.length % 4 !== 0) row.push(0);
    return row;
  });
  return Number(BigInt(jhash(octets, seed)) * BigInt(modulus) >> 32n);
}
