/**
 * The octets of object identifiers.
 *
 * @see X.690 §8.19
 * @module
 */

/** The octets of one number; even those of UUIDs (X.667) take 19. */
const LONGEST_ARC = 64;

/** The octets of a whole identifier. */
const LONGEST = 4096;

/**
 * Reads the octets of an object identifier.
 *
 * @param octets The contents of the value.
 * @param fault Makes the error out of what is wrong.
 * @returns The numbers, with points between.
 * @see X.690 §8.19
 */
export function decodeOid(
  octets: Uint8Array,
  fault: (reason: string) => Error,
): string {
  if (octets.length === 0) throw fault("it is empty");
  if (octets.length > LONGEST) throw fault("it is too long");
  let text = "";
  let small = 0;
  let large: bigint | undefined;
  let begun = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    if (i === begun && octet === 0x80) throw fault("a number is padded");
    if (i - begun >= LONGEST_ARC) throw fault("a number is too long");
    if (large !== undefined) large = large << 7n | BigInt(octet & 0x7f);
    else if (small > 0x1ff_ffff_ffff) {
      large = BigInt(small) << 7n | BigInt(octet & 0x7f);
    } else small = small * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (begun === 0) {
      const top = large !== undefined || small >= 80
        ? 2
        : Math.floor(small / 40);
      const next = large !== undefined ? large - 80n : small - 40 * top;
      text = `${top}.${next}`;
    } else text += `.${large ?? small}`;
    begun = i + 1;
    small = 0;
    large = undefined;
  }
  if (begun !== octets.length) throw fault("its last number does not end");
  return text;
}

/**
 * Writes the octets of an object identifier.
 *
 * @param oid The numbers, with points between.
 * @throws {RangeError} If it is none.
 */
export function encodeOid(oid: string): Uint8Array<ArrayBuffer> {
  const parts = /^[0-2](?:\.\d+)+$/.test(oid) ? oid.split(".").map(BigInt) : [];
  const [top = 3n, second = 0n, ...others] = parts;
  if (top > 2n || top < 2n && second > 39n) {
    throw new RangeError(
      `Cannot write an object identifier as 'oid' must be numbers with points, such as 2.5.29.17: current value is ${oid}`,
    );
  }
  const octets: number[] = [];
  for (const number of [top * 40n + second, ...others]) {
    const own = [Number(number & 0x7fn)];
    for (let n = number >> 7n; n > 0n; n >>= 7n) {
      own.unshift(Number(n & 0x7fn) | 0x80);
    }
    octets.push(...own);
  }
  return Uint8Array.from(octets);
}
