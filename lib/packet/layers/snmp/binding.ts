/**
 * The variables of SNMP: names with values.
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import type { Cursor, Random, Sink } from "../../format.ts";
import { asText } from "../../text_or_octets.ts";
import { randomText, valueText } from "../../value.ts";
import * as ber from "./ber.ts";

/** A variable: its name, which is an object identifier, and its value. */
export type SnmpBinding =
  & {
    /** The object identifier: `"1.3.6.1.2.1.1.1.0"`. */
    readonly name: string;
  }
  & SnmpValue;

/** A value with its type (RFC 3416 §3); of an unknown type, octets. */
export type SnmpValue =
  | {
    readonly type: "integer" | "counter32" | "gauge32" | "timeTicks";
    readonly value: number;
  }
  | { readonly type: "counter64"; readonly value: bigint }
  | { readonly type: "octetString"; readonly value: string | Uint8Array }
  | { readonly type: "objectId"; readonly value: string }
  | { readonly type: "ipAddress"; readonly value: Address }
  | { readonly type: "opaque" | number; readonly value: Uint8Array }
  | {
    readonly type: "null" | "noSuchObject" | "noSuchInstance" | "endOfMibView";
    readonly value?: undefined;
  };

/** A variable to build; without type and value it is null, as in requests. */
export type SnmpBindingInput =
  & {
    /** The object identifier. */
    readonly name: string;
  }
  & (
    | SnmpValue
    | { readonly type?: undefined; readonly value?: undefined }
    | { readonly type: "ipAddress"; readonly value: string }
    | { readonly type: "counter64"; readonly value: number }
  );

/** The types of values by tag (RFC 3416 §3, RFC 2578 §7.1). */
export const VALUE_TAGS = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

type ValueType = keyof typeof VALUE_TAGS;

const VALUE_TYPES = new Map<number, ValueType>(
  Object.entries(VALUE_TAGS).map(([type, tag]) => [tag, type as ValueType]),
);

function readValue(from: Cursor): SnmpValue {
  const { tag, length } = ber.readHead(from);
  const type = VALUE_TYPES.get(tag);
  if (type === undefined) return { type: tag, value: from.bytes(length) };
  return ber.whole(from, length, (from) => {
    switch (type) {
      case "integer":
        return { type, value: ber.readInteger(from) };
      case "counter32":
      case "gauge32":
      case "timeTicks":
        return { type, value: ber.readInteger(from, false) };
      case "counter64":
        return { type, value: ber.readBigInteger(from, false) };
      case "octetString":
        return { type, value: asText(from.bytes()) };
      case "opaque":
        return { type, value: from.bytes() };
      case "objectId":
        return { type, value: ber.readObjectId(from) };
      case "ipAddress":
        return { type, value: new Address(4, 0, 0, 0, from.u32() | 0) };
      default:
        return { type };
    }
  });
}

/**
 * Reads variables; of a list that is cut there are those before the cut.
 *
 * @param from Where they stand.
 * @returns The variables.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readBindings } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("300730050601290500");
 * assert.deepEqual(readBindings(new Cursor(octets, 0, 9)), [{ name: "1.1", type: "null" }]);
 * ```
 */
export function readBindings(from: Cursor): SnmpBinding[] {
  const bindings: SnmpBinding[] = [];
  const { tag, length } = ber.readHead(from);
  if (tag !== ber.TAG.sequence) from.fail("no list of variables");
  const end = from.at + length;
  try {
    while (from.left > 0 && from.at < end) {
      bindings.push(
        ber.readTagged(from, ber.TAG.sequence, (from) => ({
          name: ber.readTagged(from, ber.TAG.objectId, ber.readObjectId),
          ...readValue(from),
        })),
      );
    }
    if (from.at < end) from.fail("list of variables cut short");
  } catch (trouble) {
    from.note(trouble);
    from.at = from.end;
  }
  return bindings;
}

/**
 * Writes a value with its tag.
 *
 * @param to Where.
 * @param value The type and the value.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeValue } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeValue(sink, { type: "counter32", value: 7 });
 * assert.deepEqual([...sink.from(0)], [0x41, 1, 7]);
 * ```
 */
export function writeValue(to: Sink, { type = "null", value }: {
  readonly type?: string | number | undefined;
  readonly value?: unknown;
}): void {
  const tag = typeof type === "number" ? type : VALUE_TAGS[type as ValueType] ??
    to.refuse(`be of a type of ${Object.keys(VALUE_TAGS).join(", ")}`, type);
  switch (type) {
    case "integer":
      return ber.writeInteger(to, value as number, tag);
    case "counter32":
    case "gauge32":
    case "timeTicks":
      if (!(Number(value) >= 0 && Number(value) < 2 ** 32)) {
        to.refuse("be a number of 32 bits", value, RangeError);
      }
      return ber.writeInteger(to, value as number, tag);
    case "counter64":
      if (
        !(BigInt(value as bigint) >= 0n && BigInt(value as bigint) < 2n ** 64n)
      ) {
        to.refuse("be a number of 64 bits", value, RangeError);
      }
      return ber.writeInteger(to, value as bigint, tag);
    case "objectId":
      return ber.writeObjectId(to, value as string);
    case "ipAddress": {
      const one = address(value as string);
      if (one.family !== 4) to.refuse("be an IPv4 address", value);
      return ber.writeOctets(to, one.toBytes(), tag);
    }
    case "null":
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      if (value !== undefined) to.refuse("be left out", value);
      return ber.writeTagged(to, tag, () => {});
    default:
      return ber.writeOctets(to, value as Uint8Array, tag);
  }
}

/**
 * Writes variables.
 *
 * @param to Where.
 * @param bindings The variables; one that is asked for may be just its name.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeBindings } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeBindings(sink, ["1.1"]);
 * assert.equal(sink.from(0).toHex(), "300730050601290500");
 * ```
 */
export function writeBindings(
  to: Sink,
  bindings: readonly (SnmpBindingInput | string)[],
): void {
  if (!Array.isArray(bindings)) to.refuse("be a list", bindings);
  const { path } = to;
  ber.writeTagged(to, ber.TAG.sequence, () => {
    bindings.forEach((one: SnmpBindingInput | string, i) => {
      to.path = `${path}.bindings[${i}]`;
      const binding = typeof one === "string" ? { name: one } : one;
      ber.writeTagged(to, ber.TAG.sequence, () => {
        ber.writeObjectId(to, binding.name);
        writeValue(to, binding);
      });
    });
  });
  to.path = path;
}

/**
 * Makes up variables.
 *
 * @param random The source of chance.
 * @returns A few.
 *
 * @example
 * ```ts
 * import { randomBindings } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(randomBindings(() => 0), []);
 * ```
 */
export function randomBindings(random: Random): SnmpBinding[] {
  const number = (most: number) => Math.floor(random() * most);
  const values: readonly SnmpValue[] = [
    { type: "integer", value: number(2 ** 32) - 2 ** 31 },
    { type: "counter32", value: number(2 ** 32) },
    { type: "counter64", value: BigInt(number(2 ** 32)) << 32n },
    { type: "octetString", value: randomText(number(9), random) },
    { type: "objectId", value: randomObjectId(random) },
    { type: "ipAddress", value: new Address(4, 0, 0, 0, number(2 ** 32) | 0) },
    { type: "null" },
    { type: "endOfMibView" },
  ];
  return Array.from({ length: number(4) }, () => ({
    name: randomObjectId(random),
    ...values[number(values.length)]!,
  }));
}

/**
 * Makes up an object identifier.
 *
 * @param random The source of chance.
 * @returns Its numbers with dots between them.
 *
 * @example
 * ```ts
 * import { randomObjectId } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(randomObjectId(() => 0), "1.3.6.1.0.0");
 * ```
 */
export function randomObjectId(random: Random): string {
  const number = (most: number) => Math.floor(random() * most);
  return `1.3.6.1.${number(300)}.${number(2 ** 32)}`;
}

/**
 * Says a variable in a few words.
 *
 * @param binding The variable.
 * @returns Its name, and its value if it has one.
 *
 * @example
 * ```ts
 * import { bindingText } from "./binding.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bindingText({ name: "1.3", type: "integer", value: 5 }), "1.3 = 5");
 * ```
 */
export function bindingText({ name, type, value }: SnmpBinding): string {
  if (type === "null") return name;
  return `${name} = ${value === undefined ? type : valueText(value)}`;
}
