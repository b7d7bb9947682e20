/**
 * What records of DNS hold beside numbers and names: strings, keys, digests,
 * lists of types, each written for people as in a zone file.
 *
 * @module
 */

import { record, sized } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldInputs, FieldTable, FieldValues } from "../../layer.ts";
import { formatOf, isFormat } from "../../layout.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { codeName, codeNumber, TYPE_CODES } from "./codes.ts";

/**
 * Fields that belong together, written for people one after the other as in a
 * zone file.
 *
 * @param table The fields in the order of the wire.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { row } from "./notations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(row({ preference: 16, weight: 16 }).text({ preference: 1, weight: 2 }), "1 2");
 * ```
 */
export function row<const F extends FieldTable>(
  table: F,
): Format<FieldValues<F>, FieldInputs<F>> {
  const names = Object.keys(table);
  return {
    ...record(table, names.join(" ")),
    text: (value) =>
      names.map((name) => {
        const spec = table[name]!;
        const one = (value as Readonly<Record<string, unknown>>)[name];
        if (one === undefined) return "";
        return isFormat(spec) ? formatOf(spec).text(one as never) : `${one}`;
      }).filter((text) => text !== "").join(" "),
  };
}

/** A string between quotation marks, as zone files have it (RFC 1035 §5.1). */
function quoted(value: string | Uint8Array): string {
  const characters = typeof value === "string"
    ? value
    : String.fromCharCode(...value);
  const text = characters.replaceAll(/["\\]|\p{Cc}|[\x80-\xff]/gu, (c) => {
    if (c === '"' || c === "\\") return `\\${c}`;
    // Beyond ASCII text stands for itself; octets do not.
    const number = c.charCodeAt(0);
    if (typeof value === "string" && number >= 0xa0) return c;
    return `\\${String(number).padStart(3, "0")}`;
  });
  return `"${text}"`;
}

/**
 * A character-string: up to 255 octets, with their number in front (RFC 1035
 * §3.3). It is text where it is UTF-8, and octets where it is not.
 */
export const characterString: Format<
  string | Uint8Array,
  string | Uint8Array
> = { ...sized(8, textOrOctets()), text: quoted };

/** All that is left, as text between quotation marks. */
export const restString: Format<string | Uint8Array> = {
  ...textOrOctets(),
  text: quoted,
};

/**
 * Octets that people write in hexadecimal digits.
 *
 * @param of How long they are. @default {all that is left}
 * @returns The format.
 *
 * @example
 * ```ts
 * import { digits } from "./notations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(digits().text(Uint8Array.of(1, 255)), "01FF");
 * ```
 */
export function digits(of: Format<Uint8Array> = octets()): Format<Uint8Array> {
  return {
    ...of,
    text: (value) => value.length === 0 ? "-" : value.toHex().toUpperCase(),
  };
}

/**
 * Octets that people write in base 64 (RFC 4648 §4).
 *
 * @param of How long they are. @default {all that is left}
 * @returns The format.
 *
 * @example
 * ```ts
 * import { base64 } from "./notations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(base64().text(Uint8Array.of(1, 2, 3)), "AQID");
 * ```
 */
export function base64(of: Format<Uint8Array> = octets()): Format<Uint8Array> {
  return { ...of, text: (value) => value.toBase64() };
}

/** A hashed owner name, which people write in base 32 (RFC 5155 §3.3). */
export const hashedOwner: Format<Uint8Array> = {
  ...sized(8, octets()),
  text(value) {
    const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let bits = "";
    for (const octet of value) bits += octet.toString(2).padStart(8, "0");
    return bits.replaceAll(
      /.{1,5}/g,
      (five) => letters[parseInt(five.padEnd(5, "0"), 2)]!,
    );
  },
};

/** The types that there are at a name, as windows of bits (RFC 4034 §4.1.2). */
export const typeBitmap: Format<
  readonly string[],
  readonly (string | number)[]
> = {
  about: "a list of types",
  empty: [],
  isQuiet: true,
  read(from) {
    const types: string[] = [];
    let last = -1;
    while (from.left > 0) {
      const at = from.at;
      const window = from.u8();
      const length = from.u8();
      if (window <= last) from.fail("windows of types out of order", at);
      if (length < 1 || length > 32) {
        from.fail(`window of types of ${length} octets, 1 to 32 allowed`, at);
      }
      last = window;
      const bits = from.bytes(length);
      for (let i = 0; i < length * 8; i++) {
        if ((bits[i >> 3]! & 0x80 >> (i & 7)) === 0) continue;
        types.push(codeName(TYPE_CODES, window << 8 | i));
      }
    }
    return types;
  },
  write(to, value = []) {
    if (!Array.isArray(value)) to.refuse("be a list of types", value);
    const windows = new Map<number, Uint8Array>();
    const numbers = value.map((one) =>
      codeNumber(TYPE_CODES, one) ??
        to.refuse("have types such as AAAA or TYPE999", one)
    ).sort((a, b) => a - b);
    for (const number of numbers) {
      const window = windows.get(number >> 8) ?? new Uint8Array(32);
      windows.set(number >> 8, window);
      window[number >> 3 & 31]! |= 0x80 >> (number & 7);
    }
    for (const [number, bits] of windows) {
      const length = bits.findLastIndex((octet) => octet !== 0) + 1;
      to.u8(number);
      to.u8(length);
      to.bytes(bits.subarray(0, length));
    }
  },
  random: (random) => {
    const some = ["A", "NS", "MX", "AAAA", "RRSIG", "NSEC", "CAA", "TYPE1234"];
    return some.filter(() => random() < 0.5);
  },
  text: (value) => value.join(" "),
};

/** A time in seconds since 1970 modulo 2^32, written as in RFC 4034 §3.2. */
export const signatureTime: Format<number> = {
  about: "seconds since 1970, modulo 2^32",
  empty: 0,
  read: (from) => from.u32(),
  write(to, value = 0) {
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
      to.refuse("be a whole number of 32 bits", value, RangeError);
    }
    to.u32(value);
  },
  random: (random) => Math.floor(random() * 2 ** 32),
  text: (value) =>
    new Date(value * 1000).toISOString().replaceAll(/\.000Z|[^0-9]/g, ""),
};

/** A length as mantissa and power of ten of centimetres (RFC 1876 §2). */
export const centimetres: Format<number> = {
  about: "centimetres",
  empty: 0,
  read(from) {
    const octet = from.u8();
    const mantissa = octet >> 4;
    const exponent = octet & 15;
    if (mantissa > 9 || exponent > 9) {
      from.fail(`mantissa ${mantissa} and exponent ${exponent}`, from.at - 1);
    }
    return mantissa * 10 ** exponent;
  },
  write(to, value = 0) {
    const digits = String(value);
    if (!/^([1-9]0{0,9}|0)$/.test(digits)) {
      to.refuse("be one digit and zeros, up to 9000000000", value, RangeError);
    }
    to.u8(Number(digits[0]) << 4 | digits.length - 1);
  },
  random: (random) =>
    (1 + Math.floor(random() * 9)) * 10 ** Math.floor(random() * 10),
  text: (value) => `${value / 100}m`,
};

/**
 * An angle in degrees, on the wire in thousandths of a second of arc (RFC 1876
 * §2).
 *
 * @param positive The letter of angles above 0.
 * @param negative The letter of angles below 0.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { degrees } from "./notations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(degrees("N", "S").text(-1.5), "1 30 0.000 S");
 * ```
 */
export function degrees(positive: string, negative: string): Format<number> {
  return {
    about: "degrees",
    empty: 0,
    read: (from) => (from.u32() - 2 ** 31) / 3_600_000,
    write(to, value = 0) {
      const parts = Math.round(value * 3_600_000) + 2 ** 31;
      if (!(parts >= 0 && parts < 2 ** 32)) {
        to.refuse("be degrees from -596 to 596", value, RangeError);
      }
      to.u32(parts);
    },
    random: (random) => Math.floor((random() - 0.5) * 180 * 3.6e6) / 3.6e6,
    text(value) {
      const parts = Math.round(Math.abs(value) * 3_600_000);
      const minutes = Math.floor(parts / 60_000);
      return `${Math.floor(minutes / 60)} ${minutes % 60} ${
        (parts % 60_000 / 1000).toFixed(3)
      } ${value < 0 ? negative : positive}`;
    },
  };
}
