/**
 * What one kind of link has beside the others, from a table of fields: read
 * from netlink, written to it, taken from `ip -j`, and shown as `ip` takes it.
 *
 * @module
 */

import { address } from "../ip/address.ts";
import { as, type Codec, type IndexOf } from "./codecs.ts";
import type { Message } from "./message.ts";
import type { Attributes } from "./received.ts";

/** One field of a kind. */
export interface Field<T = unknown> extends Codec<T> {
  /** The attribute's number. */
  readonly attribute: number;
  /** A second one that holds the same, for IPv6. */
  readonly attribute6: number | undefined;
  /** Its keys in `ip -j`; the first is its word in a command. */
  readonly keys: readonly string[];
  /** The words for true and false, where they are words of their own. */
  readonly words: readonly [on: string, off: string] | undefined;
  /** Whether the kernel only tells it. */
  readonly told: boolean;
  /** Whether it is an interface, which is read as an index. */
  readonly isDevice: boolean;
  /** Whether it is off unless asked for, and not in every kernel. */
  readonly optional: boolean;
  /** The bit that it is, of an attribute that is bits and which of them count. */
  readonly bit: number | undefined;
}

/** The fields of a kind by name. */
export type Fields = Readonly<Record<string, Field>>;

interface FieldOptions {
  readonly keys?: readonly string[];
  readonly words?: readonly [on: string, off: string];
  readonly attribute6?: number;
  readonly told?: boolean;
  readonly optional?: boolean;
  readonly bit?: number;
}

/**
 * Makes a field of a table.
 *
 * @param attribute The attribute's number.
 * @param codec How its value stands there.
 * @param options Where it is not called after its name.
 * @returns The field; its keys are filled in by {@linkcode fields}.
 */
export function field<T>(
  attribute: number,
  codec: Codec<T>,
  options: FieldOptions = {},
): Field<T> {
  const { keys = [], words, attribute6, told = false, bit } = options;
  const { optional = false } = options;
  return {
    ...codec,
    attribute,
    attribute6,
    keys,
    words,
    told,
    isDevice: codec as unknown === as.device,
    bit,
    optional,
  };
}

/**
 * Finishes a table: a field is known to `ip` by its name, written with
 * underscores, unless the table says otherwise.
 *
 * @param table The fields by name.
 * @returns The same, each with its keys.
 */
export function fields(
  table: Readonly<Record<string, Field>>,
): Fields {
  return Object.fromEntries(
    Object.entries(table).map(([name, field]) => [
      name,
      { ...field, keys: field.keys.length > 0 ? field.keys : [snake(name)] },
    ]),
  ) as unknown as Fields;
}

/** `ageingTime` as `ip` spells it: `ageing_time`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Number of the attribute to the fields in it, for each table once. */
const byAttribute = new WeakMap<Fields, Map<number, [string, Field][]>>();

function attributesOf(table: Fields): Map<number, [string, Field][]> {
  let map = byAttribute.get(table);
  if (map === undefined) {
    map = new Map();
    for (const entry of Object.entries(table)) {
      const { attribute, attribute6 = attribute } = entry[1];
      for (const n of new Set([attribute, attribute6])) {
        map.set(n, [...map.get(n) ?? [], entry]);
      }
    }
    byAttribute.set(table, map);
  }
  return map;
}

/**
 * Reads a kind's fields; what the table does not have is left out.
 *
 * @param table The kind's table.
 * @param attributes Before the first attribute.
 * @returns The values by field.
 */
export function readDetails(
  table: Fields,
  attributes: Attributes,
): Record<string, unknown> {
  const known = attributesOf(table);
  const details: Record<string, unknown> = {};
  while (attributes.next()) {
    for (const [name, { bit, read }] of known.get(attributes.type) ?? []) {
      details[name] = bit === undefined
        ? read(attributes)
        : (attributes.u32() >>> bit & 1) === 1;
    }
  }
  return details;
}

/**
 * Appends a kind's fields to a message.
 *
 * @param message The message, within the attribute that holds them.
 * @param kind The kind's name, for errors.
 * @param table The kind's table, if it has one.
 * @param details The values by field.
 * @param index Gives the index of an interface.
 * @throws {TypeError} If there is no such field, or it can only be read.
 */
export function writeDetails(
  message: Message,
  kind: string,
  table: Fields | undefined,
  details: Readonly<Record<string, unknown>>,
  index: IndexOf,
): void {
  const bits = new Map<number, Uint32Array<ArrayBuffer>>();
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined) continue;
    const field = settable(kind, table, name);
    if (field.bit !== undefined) {
      const both = bits.get(field.attribute) ?? new Uint32Array(2);
      if (value) both[0]! |= 1 << field.bit;
      both[1]! |= 1 << field.bit;
      bits.set(field.attribute, both);
      continue;
    }
    const wide = field.attribute6 !== undefined &&
      address(value as string).family === 6;
    const at = wide ? field.attribute6! : field.attribute;
    field.write(message, at, value, index);
  }
  for (const [attribute, both] of bits) {
    message.octets(attribute, new Uint8Array(both.buffer));
  }
}

/**
 * Shows a kind's fields as a command takes them.
 *
 * @param kind The kind's name, for errors.
 * @param table The kind's table, if it has one.
 * @param details The values by field.
 * @returns Words of the command, in order.
 * @throws {TypeError} If there is no such field, or it can only be read.
 */
export function detailWords(
  kind: string,
  table: Fields | undefined,
  details: Readonly<Record<string, unknown>>,
): string[] {
  return Object.entries(details).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const field = settable(kind, table, name);
    if (field.words !== undefined) {
      const word = field.words[value ? 0 : 1];
      return word === "" ? [] : [word];
    }
    return [field.keys[0]!, field.toIp(value)];
  });
}

function settable(
  kind: string,
  table: Fields | undefined,
  name: string,
): Field {
  const field = table !== undefined && Object.hasOwn(table, name)
    ? table[name]
    : undefined;
  if (field !== undefined && !field.told) return field;
  const known = Object.entries(table ?? {}).filter(([, { told }]) => !told)
    .map(([name]) => name);
  throw new TypeError(
    `Cannot set a ${kind} as each of 'details' must be ${
      known.length === 0 ? "left out: this kind has none" : known.join(", ")
    }: current value is ${name}`,
  );
}

/**
 * Takes a kind's fields from what `ip -j -d` shows.
 *
 * @param table The kind's table.
 * @param json The object, such as `info_data`.
 * @returns The values by field.
 */
export function detailsFromIp(
  table: Fields,
  json: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  const { flags } = json;
  for (const [name, field] of Object.entries(table)) {
    // A VLAN's bits come as a list of those that are set.
    if (field.bit !== undefined && Array.isArray(flags)) {
      details[name] = flags.includes(field.keys[0]!.toUpperCase());
      continue;
    }
    for (const key of field.keys) {
      if (json[key] !== undefined) details[name] = field.fromIp(json[key]);
    }
  }
  return details;
}
