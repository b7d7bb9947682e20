/**
 * From field values to octets: checks what was set, and compiles a layer's field
 * table into the function that writes it.
 *
 * @module
 */

import { Address, address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import type { Layer, RawValue, RawValues, Slot } from "./layer.ts";

/** What the checks need of a layer. */
type Checked = Pick<Layer, "name" | "slots">;

/**
 * Checks fields that were set, and brings them to the form in which they are
 * written.
 *
 * @param layer The layer.
 * @param values The fields; those that are `undefined` count as not set.
 * @returns Flags as a number, MACs as octets, addresses as values.
 * @throws {TypeError} If there is no such field or a value is of the wrong kind.
 * @throws {RangeError} If a value does not fit its field.
 *
 * @example
 * ```ts
 * import { rawValues } from "./encode.ts";
 * import { tcp } from "./layers/tcp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(rawValues(tcp, { flags: ["SYN", "ACK"] }), { flags: 0x12 });
 * ```
 */
export function rawValues(
  layer: Checked,
  values: Readonly<Record<string, unknown>>,
): RawValues {
  const raw: Record<string, RawValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const slot = layer.slots.find((slot) => slot.name === name);
    if (slot === undefined) {
      const names = layer.slots.map(({ name }) => name).join(", ");
      throw new TypeError(
        `Cannot build ${layer.name} as '${name}' must be one of its fields (${names})`,
      );
    }
    raw[name] = rawValue(layer.name, slot, value);
  }
  return raw;
}

function rawValue(layer: string, slot: Slot, value: unknown): RawValue {
  const { name, kind, bits, flags } = slot;
  const Kind = (must: string, shown: unknown = value) =>
    new TypeError(
      `Cannot build ${layer} as '${name}' must be ${must}: current value is ${shown}`,
    );
  switch (kind) {
    case "unsigned": {
      if (typeof value !== "number") throw Kind("a number");
      if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) {
        return value;
      }
      throw new RangeError(
        `Cannot build ${layer} as '${name}' must be a whole number from 0 to ${
          2 ** bits - 1
        }: current value is ${value}`,
      );
    }
    case "flags": {
      if (!Array.isArray(value)) throw Kind(`a list of ${flags.join(", ")}`);
      return value.reduce((sum: number, flag) => {
        const at = flags.indexOf(flag);
        if (at < 0) throw Kind(`a list of ${flags.join(", ")}`, flag);
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
      if (bits === 0 || value.length === bits / 8) return value;
      throw new RangeError(
        `Cannot build ${layer} as '${name}' must be ${
          bits / 8
        } octets: current value is ${value.length} octets`,
      );
  }
}

/** Writes a header: every field, those that were not given as zero bits. */
export type Encoder = (
  octets: Uint8Array,
  view: DataView,
  at: number,
  raw: RawValues,
) => void;

const encoders = new WeakMap<object, Encoder>();

/**
 * Gives the function that writes a layer's header; it is compiled once.
 *
 * @param layer The layer.
 * @returns The function. The octets that it writes to may hold anything before.
 *
 * @example
 * ```ts
 * import { encoderOf } from "./encode.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = new Uint8Array(8).fill(0xff);
 * encoderOf(udp)(octets, new DataView(octets.buffer), 0, { dstPort: 53 });
 * assert.deepEqual([...octets], [0, 0, 0, 53, 0, 0, 0, 0]);
 * ```
 */
export function encoderOf(layer: Pick<Layer, "slots">): Encoder {
  let encoder = encoders.get(layer);
  if (encoder === undefined) {
    encoder = new Function(
      "b",
      "d",
      "o",
      "v",
      statements(layer.slots),
    ) as Encoder;
    encoders.set(layer, encoder);
  }
  return encoder;
}

/** JavaScript that writes all fields, whole octets at a time. */
function statements(slots: readonly Slot[]): string {
  const lines: string[] = [];
  let group: Slot[] = [];
  for (const slot of slots) {
    const at = slot.at >> 3;
    if (slot.kind === "unsigned" || slot.kind === "flags") {
      group.push(slot);
      const first = group[0]!;
      const bits = slot.at + slot.bits - first.at;
      if (bits % 8 !== 0) continue;
      lines.push(writeNumbers(group, first.at >> 3, bits));
      group = [];
    } else lines.push(writeValue(slot, at));
  }
  return lines.join("\n");
}

function writeValue({ name, kind, bits }: Slot, at: number): string {
  const put = (octet: number, word: string) =>
    `d.setInt32(o + ${at + octet}, v.${name} ? v.${name}.${word} : 0);`;
  switch (kind) {
    case "ipv4":
      return put(0, "w3");
    case "ipv6":
      return ["w0", "w1", "w2", "w3"].map((word, i) => put(4 * i, word)).join(
        " ",
      );
    default: {
      const end = bits === 0 ? "" : `, o + ${at + bits / 8}`;
      // What takes the rest of the header is as long as it is.
      const clear = bits === 0 ? "" : `else b.fill(0, o + ${at}${end});`;
      return `if (v.${name}) b.set(v.${name}, o + ${at}); ${clear}`;
    }
  }
}

/** Fields that together fill whole octets, as one number where 32 bits hold it. */
function writeNumbers(
  slots: readonly Slot[],
  at: number,
  bits: number,
): string {
  const value = ({ name }: Slot) => `(v.${name} ?? 0)`;
  if (bits <= 32) {
    let right = bits;
    const sum = slots.map((slot) => {
      right -= slot.bits;
      return right === 0 ? value(slot) : `${value(slot)} << ${right}`;
    }).join(" | ");
    switch (bits) {
      case 8:
        return `b[o + ${at}] = ${sum};`;
      case 16:
        return `d.setUint16(o + ${at}, ${sum});`;
      case 24:
        return `{ const n = ${sum}; d.setUint16(o + ${at}, n >>> 8); b[o + ${
          at + 2
        }] = n; }`;
      default:
        return `d.setInt32(o + ${at}, ${sum});`;
    }
  }
  const sum = slots.reduce(
    (sum, slot) => `(${sum}) << ${slot.bits}n | BigInt(${value(slot)})`,
    "0n",
  );
  return `{ let n = ${sum}; for (let i = ${
    at + bits / 8 - 1
  }; i >= ${at}; i--) { b[o + i] = Number(n & 255n); n >>= 8n; } }`;
}
