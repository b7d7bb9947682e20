/**
 * JavaScript source that reads fixed fields out of octets.
 *
 * Interpreting a table on every read is some ten times slower than code written
 * for it by hand; source text made from the table once and compiled by
 * `new Function` is as fast as hand-written code, and no second description of
 * the header is needed.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import type { Slot } from "./layer.ts";

/** What the octets, the view over them and the first octet are called there. */
export interface Names {
  /** The octets. */
  readonly octets: string;
  /** A `DataView` over the same. */
  readonly view: string;
  /** The place of the first octet. */
  readonly at: string;
}

/** What else the source needs to see, by the names that it uses. */
export const READ_SCOPE: {
  readonly Address: typeof Address;
  readonly HEX: readonly string[];
  readonly textOf: typeof textOf;
  readonly flagList: typeof flagList;
} = {
  Address,
  // Two digits for every octet: text for MAC addresses without arithmetic.
  HEX: Array.from(
    { length: 256 },
    (_, octet) => octet.toString(16).padStart(2, "0"),
  ),
  textOf,
  flagList,
};

/**
 * Writes the source that gives a field's value.
 *
 * @param slot The field.
 * @param size Octets of the fixed fields together: none beyond is read.
 * @param names What the octets are called.
 * @param flags What the function of the field's flags is called.
 * @returns An expression over {@linkcode READ_SCOPE}.
 *
 * @example
 * ```ts
 * import { readExpression } from "./expression.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * const names = { octets: "b", view: "d", at: "o" };
 * assert.equal(readExpression(udp.slots[1]!, 8, names, ""), "d.getUint16(o + 2)");
 * ```
 */
export function readExpression(
  slot: Slot,
  size: number,
  names: Names,
  flags: string,
): string {
  const first = slot.at >> 3;
  const source = sourceOf(names);
  const { place, u8, i32 } = source;
  switch (slot.kind) {
    case "unsigned":
      return unsigned(slot, size, source);
    case "flags":
      return `${flags}(${unsigned(slot, size, source)})`;
    case "ipv4":
      return `new Address(4, 0, 0, 0, ${i32(first)})`;
    case "ipv6":
      return `new Address(6, ${
        [0, 4, 8, 12].map((n) => i32(first + n)).join(", ")
      })`;
    case "mac":
      return [0, 1, 2, 3, 4, 5].map((n) => `HEX[${u8(first + n)}]`)
        .join(` + ":" + `);
    case "octets":
    case "text": {
      const run = `${names.octets}.subarray(${place(first)}, ${
        place(first + (slot.bits >> 3))
      })`;
      return slot.kind === "octets" ? run : `textOf(${run})`;
    }
  }
}

type Source = ReturnType<typeof sourceOf>;

function sourceOf({ octets, view, at }: Names) {
  const place = (octet: number): string =>
    octet === 0 ? at : `${at} + ${octet}`;
  const get = (type: string) => (octet: number, little = false): string =>
    `${view}.get${type}(${place(octet)}${little ? ", true" : ""})`;
  return {
    place,
    u8: (octet: number): string => `${octets}[${place(octet)}]`,
    u16: get("Uint16"),
    u32: get("Uint32"),
    i32: get("Int32"),
    u64: get("BigUint64"),
  };
}

/** An unsigned number: read the octets around it, shift, mask. */
function unsigned(slot: Slot, size: number, source: Source): string {
  const first = slot.at >> 3;
  const last = (slot.at + slot.bits - 1) >> 3;
  const little = slot.order === "little";
  const { u8, u16, u32, u64 } = source;
  if (slot.bits === 64) return u64(first, little);
  if (slot.order === "either") {
    return `Math.min(${u32(first)}, ${u32(first, true)})`;
  }
  if (little && slot.bits > 8) {
    if (slot.bits === 16) return u16(first, true);
    if (slot.bits === 32) return u32(first, true);
    return octetByOctet(slot, first, last, source);
  }
  for (const [width, read] of [[1, u8], [2, u16], [4, u32]] as const) {
    // A window that would reach past the header starts earlier instead.
    const start = Math.min(first, size - width);
    if (start < 0 || last >= start + width) continue;
    const right = (start + width) * 8 - slot.at - slot.bits;
    const shifted = right === 0 ? read(start) : `(${read(start)} >>> ${right})`;
    // Bits to the left of the field, if there are any, are masked away.
    if (slot.at === start * 8) return shifted;
    return `${shifted} & ${2 ** slot.bits - 1}`;
  }
  return octetByOctet(slot, first, last, source);
}

/** A number that no window of 32 bits covers: 33 to 48 bits, or askew over five octets. */
function octetByOctet(
  slot: Slot,
  first: number,
  last: number,
  { u8 }: Source,
): string {
  const right = (last + 1) * 8 - slot.at - slot.bits;
  const terms: string[] = [];
  for (let octet = first; octet <= last; octet++) {
    const weight = slot.order === "little" ? octet - first : last - octet;
    terms.push(`${u8(octet)} * ${2 ** (weight * 8)}`);
  }
  const whole = `Math.floor((${terms.join(" + ")}) / ${2 ** right})`;
  return `${whole} % ${2 ** slot.bits}`;
}

type FlagList = (value: number) => readonly string[];

/** Up to this many bits every list that occurs is made once and kept. */
const KEPT_BITS = 10;

/** Makes the function from a flags field's number to the names that are set. */
function flagList(flags: readonly string[]): FlagList {
  // Lowest bit first: that way SYN, ACK comes out as it is spoken.
  const names = flags.toReversed();
  const list = (value: number): readonly string[] =>
    Object.freeze(names.filter((_, bit) => value >>> bit & 1));
  if (flags.length > KEPT_BITS) return list;
  const kept: (readonly string[])[] = [];
  return (value) => kept[value] ??= list(value);
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Text up to the first NUL. */
function textOf(octets: Uint8Array): string {
  const end = octets.indexOf(0);
  return decoder.decode(end < 0 ? octets : octets.subarray(0, end));
}

/**
 * Writes the source that puts fixed fields into octets, whole octets at a time.
 *
 * @param slots The fields; together they fill whole octets.
 * @param at What the place of the first octet is called. @default {"o"}
 * @param value Gives the source of a field's value. @default {a property of `v`}
 * @returns Statements over the octets `b` and the view `d` of them; a value that
 * is `undefined` is written as 0.
 *
 * @example
 * ```ts
 * import { writeStatements } from "./expression.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   writeStatements(udp.slots.slice(0, 1)),
 *   "d.setUint16(o + 0, (v.srcPort ?? 0));",
 * );
 * ```
 */
export function writeStatements(
  slots: readonly Slot[],
  at = "o",
  value: (name: string) => string = (name) => `v.${name}`,
): string {
  const lines: string[] = [];
  const to: Target = { o: at, v: value };
  let group: Slot[] = [];
  for (const slot of slots) {
    const octet = slot.at >> 3;
    const isNumber = slot.kind === "unsigned" || slot.kind === "flags";
    if (isNumber && (slot.order === "little" || slot.bits === 64)) {
      lines.push(writeWhole(slot, octet, to));
    } else if (isNumber) {
      group.push(slot);
      const first = group[0]!;
      const bits = slot.at + slot.bits - first.at;
      if (bits % 8 !== 0) continue;
      lines.push(writeNumbers(group, first.at >> 3, bits, to));
      group = [];
    } else lines.push(writeValue(slot, octet, to));
  }
  return lines.join("\n");
}

interface Target {
  readonly o: string;
  readonly v: (name: string) => string;
}

/** A number between octets that is little-endian or of 64 bits. */
function writeWhole(
  { name, bits, order }: Slot,
  at: number,
  { o, v }: Target,
): string {
  const little = order === "little";
  if (bits === 64) {
    return `d.setBigUint64(${o} + ${at}, BigInt(${v(name)} ?? 0), ${little});`;
  }
  if (bits === 16 || bits === 32) {
    return `d.setUint${bits}(${o} + ${at}, ${v(name)} ?? 0, true);`;
  }
  return `{ let n = ${v(name)} ?? 0; for (let i = ${at}; i < ${
    at + bits / 8
  }; i++) { b[${o} + i] = n % 256; n = Math.floor(n / 256); } }`;
}

function writeValue(
  { name, kind, bits }: Slot,
  at: number,
  { o, v }: Target,
): string {
  const put = (octet: number, word: string) =>
    `d.setInt32(${o} + ${at + octet}, ${v(name)} ? ${v(name)}.${word} : 0);`;
  switch (kind) {
    case "ipv4":
      return put(0, "w3");
    case "ipv6":
      return ["w0", "w1", "w2", "w3"].map((word, i) => put(4 * i, word)).join(
        " ",
      );
    default:
      return `if (${v(name)}) b.set(${
        v(name)
      }, ${o} + ${at}); else b.fill(0, ${o} + ${at}, ${o} + ${at + bits / 8});`;
  }
}

/** Fields that together fill whole octets, as one number where 32 bits hold it. */
function writeNumbers(
  slots: readonly Slot[],
  at: number,
  bits: number,
  { o, v }: Target,
): string {
  const value = ({ name }: Slot) => `(${v(name)} ?? 0)`;
  if (bits <= 32) {
    let right = bits;
    const sum = slots.map((slot) => {
      right -= slot.bits;
      return right === 0 ? value(slot) : `${value(slot)} << ${right}`;
    }).join(" | ");
    switch (bits) {
      case 8:
        return `b[${o} + ${at}] = ${sum};`;
      case 16:
        return `d.setUint16(${o} + ${at}, ${sum});`;
      case 24:
        return `{ const n = ${sum}; d.setUint16(${o} + ${at}, n >>> 8); b[${o} + ${
          at + 2
        }] = n; }`;
      default:
        return `d.setInt32(${o} + ${at}, ${sum});`;
    }
  }
  const sum = slots.reduce(
    (sum, slot) => `(${sum}) << ${slot.bits}n | BigInt(${value(slot)})`,
    "0n",
  );
  return `{ let n = ${sum}; for (let i = ${
    at + bits / 8 - 1
  }; i >= ${at}; i--) { b[${o} + i] = Number(n & 255n); n >>= 8n; } }`;
}
