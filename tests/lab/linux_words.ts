/**
 * What random lines for `ip -batch` are made of.
 *
 * @module
 */

import fc from "fast-check";

export const byte = fc.integer({ min: 0, max: 255 });
export const bool = fc.boolean();
export const mac = fc.tuple(byte, byte, byte, byte).map((octets) =>
  ["02", "00", ...octets.map((n) => n.toString(16).padStart(2, "0"))]
    .slice(0, 6).join(":")
);
/** 10.64.0.0/10, so that nothing is this machine's own. */
export const v4 = fc.tuple(fc.integer({ min: 64, max: 127 }), byte, byte)
  .map(([a, b, c]) => `10.${a}.${b}.${c}`);
export const v6 = fc.tuple(
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0, max: 0xffff }),
).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`);
export const onOff = bool.map((yes) => (yes ? "on" : "off"));

export function some(arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.option(arbitrary, { nil: "" });
}

export function words(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((all) => all.filter((x) => x !== "").join(" "));
}

export function say(text: string): fc.Arbitrary<string> {
  return fc.constant(text);
}

export function int(
  word: string,
  min: number,
  max: number,
): fc.Arbitrary<string> {
  return fc.integer({ min, max }).map((n) => `${word} ${n}`);
}
