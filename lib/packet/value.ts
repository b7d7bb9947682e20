/**
 * Values of fixed fields: checked, and shown.
 *
 * @module
 */

import { hex } from "../bytes/hex.ts";
import { Address, address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import type { JsonField, RawValue, Slot } from "./layer.ts";
import type { Random } from "./format.ts";

const text = new TextEncoder();

/**
 * Checks a value, and makes of it what is written.
 *
 * @param layer The layer, for errors.
 * @param slot The field.
 * @param value The value.
 * @param path The way to the field, for errors. @default {its name}
 * @returns Flags as a number, addresses as values, MACs and text as octets.
 * @throws {TypeError} If it is of another kind.
 * @throws {RangeError} If it does not fit.
 *
 * @example
 * ```ts
 * import { rawValue } from "./value.ts";
 * import { tcp } from "./layers/tcp.ts";
 * import assert from "node:assert/strict";
 *
 * const flags = tcp.slots.find(({ name }) => name === "flags")!;
 * assert.equal(rawValue("tcp", flags, ["SYN", "ACK"]), 0x12);
 * ```
 */
export function rawValue(
  layer: string,
  slot: Slot,
  value: unknown,
  path: string = slot.name,
): RawValue {
  const { kind, bits, flags, names } = slot;
  const Kind = (must: string, shown: unknown = value) =>
    new TypeError(
      `Cannot build ${layer} as '${path}' must be ${must}: current value is ${shown}`,
    );
  const tooLong = (octets: Uint8Array, must: string) =>
    new RangeError(
      `Cannot build ${layer} as '${path}' must be ${must}: current value is ${octets.length} octets`,
    );
  switch (kind) {
    case "unsigned": {
      if (typeof value === "string" && names !== undefined) {
        for (const number in names) {
          if (names[number] === value) return Number(number);
        }
        const list = Object.values(names).map((name) => `"${name}"`).join(", ");
        throw Kind(`a number or one of ${list}`, `"${value}"`);
      }
      if (bits === 64) return number64(layer, path, value);
      if (typeof value !== "number") throw Kind("a number");
      if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) {
        return value;
      }
      throw new RangeError(
        `Cannot build ${layer} as '${path}' must be a whole number from 0 to ${
          2 ** bits - 1
        }: current value is ${value}`,
      );
    }
    case "flags": {
      const known = flags.filter((name, i) => flags.indexOf(name) === i);
      if (!Array.isArray(value)) throw Kind(`a list of ${known.join(", ")}`);
      return value.reduce((sum: number, flag) => {
        const at = flags.indexOf(flag);
        if (at < 0) throw Kind(`a list of ${known.join(", ")}`, flag);
        return (sum | 1 << (flags.length - 1 - at)) >>> 0;
      }, 0);
    }
    case "ipv4":
    case "ipv6": {
      const family = kind === "ipv4" ? 4 : 6;
      if (typeof value !== "string" && !(value instanceof Address)) {
        throw Kind(`an IPv${family} address`);
      }
      const one = address(value);
      if (one.family !== family) throw Kind(`an IPv${family} address`);
      return one;
    }
    case "mac": {
      const octets = mac(value as string).toBytes();
      if (octets.length !== 6) throw Kind("a MAC address of 6 octets");
      return octets;
    }
    case "octets":
      if (!(value instanceof Uint8Array)) throw Kind("octets");
      if (value.length === bits / 8) return value;
      throw tooLong(value, `${bits / 8} octets`);
    case "text": {
      const octets = typeof value === "string" ? text.encode(value) : value;
      if (!(octets instanceof Uint8Array)) throw Kind("text");
      if (octets.length > bits / 8) {
        throw tooLong(octets, `text of up to ${bits / 8} octets`);
      }
      const whole = new Uint8Array(bits / 8);
      whole.set(octets);
      return whole;
    }
  }
}

/**
 * Makes the function that checks one field's values.
 *
 * @param layer The layer, for errors.
 * @param slot The field.
 * @returns {@linkcode rawValue} of that field; known flags take a shorter way.
 *
 * @example
 * ```ts
 * import { checker } from "./value.ts";
 * import { tcp } from "./layers/tcp.ts";
 * import assert from "node:assert/strict";
 *
 * const check = checker("tcp", tcp.slots.find(({ name }) => name === "flags")!);
 * assert.equal(check(["SYN"]), 2);
 * ```
 */
export function checker(
  layer: string,
  slot: Slot,
): (value: unknown) => RawValue {
  if (slot.kind !== "flags") return (value) => rawValue(layer, slot, value);
  const { flags } = slot;
  const bits = new Map<unknown, number>(
    flags.map((name, i) => [name, 2 ** (flags.length - 1 - i)]),
  );
  return (value) => {
    let sum = 0;
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const bit = bits.get(value[i]);
        if (bit === undefined) return rawValue(layer, slot, value);
        sum |= bit;
      }
      return sum >>> 0;
    }
    return rawValue(layer, slot, value);
  };
}

function number64(layer: string, path: string, value: unknown): bigint {
  const exact = typeof value === "bigint" || Number.isSafeInteger(value);
  const big = exact ? BigInt(value as number) : -1n;
  if (big >= 0n && big < 2n ** 64n) return big;
  throw new RangeError(
    `Cannot build ${layer} as '${path}' must be a whole number from 0 to 2^64 - 1, above 2^53 as a bigint: current value is ${value}`,
  );
}

/**
 * Gives the value that a field has where nobody sets it, for conditions that
 * look at it.
 *
 * @param slot The field.
 * @returns 0 for numbers, no flags; `undefined` for all else.
 *
 * @example
 * ```ts
 * import { blankValue } from "./value.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(blankValue(udp.slots[0]!), 0);
 * ```
 */
export function blankValue(
  { kind, bits }: Slot,
): number | bigint | readonly string[] | undefined {
  if (kind === "flags") return [];
  if (kind !== "unsigned") return undefined;
  return bits === 64 ? 0n : 0;
}

/**
 * Makes up a value of a fixed field.
 *
 * @param slot The field.
 * @param random The source of chance.
 * @returns A value that can be built; the ends of the range come often.
 *
 * @example
 * ```ts
 * import { randomValue } from "./value.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(randomValue(udp.slots[0]!, () => 0), 0);
 * ```
 */
export function randomValue(slot: Slot, random: Random): unknown {
  const { kind, bits, flags, names } = slot;
  const octets = (count: number) =>
    Uint8Array.from({ length: count }, () => Math.floor(random() * 256));
  switch (kind) {
    case "unsigned": {
      if (bits === 64) {
        return BigInt(`0x${octets(8).toHex()}`);
      }
      if (names !== undefined && random() < 0.8) {
        const numbers = Object.keys(names);
        return Number(numbers[Math.floor(random() * numbers.length)]);
      }
      const pick = random();
      if (pick < 0.1) return 0;
      if (pick < 0.2) return 2 ** bits - 1;
      return Math.floor(random() * 2 ** bits);
    }
    case "flags":
      return flags.filter((name, i) =>
        flags.indexOf(name) === i && random() < 0.5
      );
    case "ipv4":
      return Address.fromBytes(octets(4));
    case "ipv6":
      return Address.fromBytes(octets(16));
    case "mac":
      return octets(6).toHex().match(/../g)!.join(":");
    case "octets":
      return octets(bits / 8);
    case "text":
      return randomText(Math.floor(random() * bits / 8), random);
  }
}

/**
 * Makes up a text of letters and digits.
 *
 * @param length How many.
 * @param random The source of chance.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { randomText } from "./value.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(randomText(2, () => 0), "aa");
 * ```
 */
export function randomText(length: number, random: Random): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from(
    { length },
    () => letters[Math.floor(random() * letters.length)],
  ).join("");
}

/**
 * Makes a field's value plain: octets in hexadecimal, addresses as text.
 *
 * @param value The value.
 * @returns What JSON can have; absent fields are left out.
 *
 * @example
 * ```ts
 * import { plain } from "./value.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(plain([{ a: Uint8Array.of(1), b: undefined }]), [{ a: "01" }]);
 * ```
 */
export function plain(value: unknown): JsonField {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return hex(value);
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, one]) => one !== undefined)
        .map(([name, one]) => [name, plain(one)]),
    );
  }
  return String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** The most octets that a field shows. */
const SHOWN = 16;

/**
 * Writes a value for people.
 *
 * @param value The value.
 * @param slot The field, if it is a fixed one.
 * @returns A few words.
 *
 * @example
 * ```ts
 * import { valueText } from "./value.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(valueText(["SYN", "ACK"]), "SYN, ACK");
 * assert.equal(valueText({ left: 1, right: 2 }), "left 1, right 2");
 * ```
 */
export function valueText(
  value: unknown,
  slot?: Pick<Slot, "hex" | "bits" | "names">,
): string {
  if (value === undefined) return "absent";
  if (Array.isArray(value)) {
    return value.length === 0
      ? "none"
      : value.map((one) => valueText(one)).join(", ");
  }
  if (value instanceof Uint8Array) {
    if (value.length === 0) return "none";
    const digits = hex(value.subarray(0, SHOWN), " ");
    return value.length <= SHOWN
      ? digits
      : `${digits} … (${value.length} octets)`;
  }
  if (typeof value === "string") return printable(value);
  if (isRecord(value)) {
    const { kind, ...others } = value;
    const fields = Object.entries(others).filter(([, one]) =>
      one !== undefined
    );
    // An option of one field: its kind says what the field is.
    const text = kind !== undefined && fields.length === 1
      ? valueText(fields[0]![1])
      : fields.map(([name, one]) => `${name} ${valueText(one)}`).join(", ");
    return kind === undefined ? text : `${kind} ${text}`.trimEnd();
  }
  const digits = slot?.hex
    ? `0x${Number(value).toString(16).padStart(Math.ceil(slot.bits / 4), "0")}`
    : String(value);
  const name = slot?.names?.[Number(value)];
  return name === undefined ? digits : `${digits} ${name}`;
}

/** Text with its control characters made visible. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (c) => JSON.stringify(c).slice(1, -1));
}
