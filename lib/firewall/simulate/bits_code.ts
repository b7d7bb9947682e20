/**
 * JavaScript that reads some bits of a packet.
 *
 * @module
 */

/** Source that reads bits at a place. */
export function bitsCode(
  start: string,
  offset: number,
  bits: number,
): { terms: string[]; octets: number } {
  const at = offset >> 3;
  const bit = offset & 7;
  const octets = at + Math.ceil((bit + bits) / 8);
  const place = (extra: number) =>
    start === "0" ? `${at + extra}` : `${start} + ${at + extra}`;
  const word = (extra: number) => `d.getUint32(${place(extra)})`;
  if (bit === 0) {
    if (bits === 8) return { terms: [`b[${place(0)}]`], octets };
    if (bits === 16) return { terms: [`d.getUint16(${place(0)})`], octets };
    if (bits === 32) return { terms: [word(0)], octets };
    if (bits === 48) {
      return {
        terms: [`(d.getUint16(${place(0)}) * 4294967296 + ${word(2)})`],
        octets,
      };
    }
    if (bits > 48 && bits % 32 === 0) {
      return {
        terms: Array.from({ length: bits / 32 }, (_, i) => word(4 * i)),
        octets,
      };
    }
  }
  const span = Math.ceil((bit + bits) / 8);
  if (span <= 4) {
    const parts = Array.from({ length: span }, (_, i) => {
      const shift = 8 * (span - 1 - i);
      return shift === 0 ? `b[${place(i)}]` : `b[${place(i)}] << ${shift}`;
    });
    const spare = span * 8 - bit - bits;
    const shifted = `(${parts.join(" | ")}) >>> ${spare}`;
    return {
      terms: [
        bits === 32 ? `(${shifted})` : `(${shifted} & ${2 ** bits - 1})`,
      ],
      octets,
    };
  }
  const width = bits <= 48 ? 1 : Math.ceil(bits / 32);
  const call = (i: number) =>
    `bits(b, ${place(0)}, ${bit}, ${bits}, ${width}, ${i})`;
  return { terms: Array.from({ length: width }, (_, i) => call(i)), octets };
}

/** Bits at a place, in words: for what is rare. */
export function bits(
  octets: Uint8Array,
  at: number,
  bit: number,
  count: number,
  width: number,
  word: number,
): number {
  let sum = 0n;
  const span = Math.ceil((bit + count) / 8);
  for (let i = 0; i < span; i++) sum = sum << 8n | BigInt(octets[at + i]!);
  sum = sum >> BigInt(span * 8 - bit - count) & (1n << BigInt(count)) - 1n;
  return Number(
    width === 1 ? sum : sum >> BigInt(32 * (width - 1 - word)) & 0xffffffffn,
  );
}
