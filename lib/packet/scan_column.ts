/**
 * One field of many packets: a typed array, and which packets have it.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import { Address } from "../ip/address.ts";
import type { FieldPath } from "./fields.ts";
import { plain } from "./value.ts";

/** How a column keeps its values; the type tells how many octets each has. */
export type ColumnValues =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | unknown[];

/**
 * One field of many packets.
 *
 * | kind | `values` |
 * |---|---|
 * | number, flags | `Uint8Array`, `Uint16Array` or `Uint32Array` by their width; beyond 32 bits `Float64Array`, of 64 `BigUint64Array` |
 * | a flag, a layer's presence | `Uint8Array` of 0 and 1 |
 * | IPv4 address | `Uint32Array` |
 * | IPv6 address | `Uint32Array`, four words each |
 * | MAC address | `Float64Array`: 48 bits |
 * | time | `BigInt64Array`: nanoseconds since 1970 |
 * | anything else | an array of what the packet gives |
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const column = new net.packet.Column(net.packet.resolveField("ipv4.dst"), 2);
 * column.put(1, net.ip.parse("192.0.2.1"));
 * assert.deepEqual(column.values, Uint32Array.of(0, 0xc0000201));
 * assert.equal(`${column.at(1)}`, "192.0.2.1");
 * assert.equal(column.at(0), undefined);
 * ```
 */
export class Column {
  /** Which field. */
  readonly path: FieldPath;
  /** The values, packet by packet; where a packet has none, anything. */
  readonly values: ColumnValues;
  /**
   * A bit a packet, the lowest bit first: whether it has the field. `undefined`
   * where all have it. Columns of one layer may share it.
   */
  readonly valid: Uint8Array | undefined;
  /** How many packets. */
  readonly length: number;

  /**
   * Makes a column.
   *
   * @param path The field.
   * @param length How many packets there is room for.
   * @param valid The bits that say which have the field. @default {its own, none set}
   * @param values The values. @default {its own}
   */
  constructor(
    path: FieldPath,
    length: number,
    valid: Uint8Array | undefined = canLack(path)
      ? new Uint8Array((length + 7) >> 3)
      : undefined,
    values: ColumnValues = room(path, length),
  ) {
    this.path = path;
    this.length = length;
    this.valid = valid;
    this.values = values;
  }

  /**
   * Says whether a packet has the field.
   *
   * @param row Which packet, from 0.
   * @returns Whether it has.
   */
  has(row: number): boolean {
    if (!(row >= 0 && row < this.length)) return false;
    return this.valid === undefined ||
      (this.valid[row >> 3]! >> (row & 7) & 1) === 1;
  }

  /**
   * Gives one value as a packet would: an `Address`, a list of flags, text of a
   * MAC address, a `Temporal.Instant`.
   *
   * @param row Which packet, from 0.
   * @returns The value; `undefined` if the packet has none.
   */
  at(row: number): unknown {
    if (!this.has(row)) return undefined;
    const { path: { kind, flags }, values } = this;
    switch (kind) {
      case "present":
      case "flag":
        return values[row] === 1;
      case "flags":
        return flagNames(values[row] as number, flags);
      case "ipv4":
        return new Address(4, 0, 0, 0, values[row] as number);
      case "ipv6": {
        const [a, b, c, d] = (values as Uint32Array).subarray(row * 4);
        return new Address(6, a!, b!, c!, d!);
      }
      case "mac":
        return macText(values[row] as number);
      case "time":
        return Temporal.Instant.fromEpochNanoseconds(values[row] as bigint);
      default:
        return values[row];
    }
  }

  /**
   * Sets one value, from what a packet gives.
   *
   * @param row Which packet, from 0.
   * @param value The value; `undefined` if the packet has none.
   */
  put(row: number, value: unknown): void {
    if (value === undefined) return;
    const { valid, path: { kind, flags } } = this;
    const values = this.values as unknown[];
    if (valid !== undefined) valid[row >> 3]! |= 1 << (row & 7);
    if (kind === "flags") {
      values[row] = flagBits(value as readonly string[], flags);
    } else if (kind === "ipv4") {
      values[row] = (value as Address).w3;
    } else if (kind === "ipv6") {
      const { w0, w1, w2, w3 } = value as Address;
      (this.values as Uint32Array).set([w0, w1, w2, w3], row * 4);
    } else if (kind === "mac") {
      values[row] = parseInt((value as string).replaceAll(":", ""), 16);
    } else if (kind === "time") {
      values[row] = (value as Temporal.Instant).epochNanoseconds;
    } else {
      values[row] = kind === "flag" || kind === "present"
        ? Number(value)
        : value;
    }
  }

  /**
   * Gives the first rows as a column of their own; nothing is copied.
   *
   * @param length How many.
   * @returns The shorter column.
   */
  head(length: number): Column {
    if (length === this.length) return this;
    const width = this.values.length / this.length;
    const values = Array.isArray(this.values)
      ? this.values.slice(0, length)
      : this.values.subarray(0, length * width);
    const valid = this.valid?.subarray(0, (length + 7) >> 3);
    return new Column(this.path, length, valid, values);
  }

  /**
   * Joins columns of one field.
   *
   * @param path The field.
   * @param parts The columns in their order; all but the last have a multiple of
   * eight rows.
   * @returns One column with all rows.
   */
  static join(path: FieldPath, parts: readonly Column[]): Column {
    if (parts.length === 1) return parts[0]!;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const whole = new Column(path, length);
    const { values, valid } = whole;
    let row = 0;
    for (const part of parts) {
      const at = row * (part.values.length / part.length);
      if (Array.isArray(values)) {
        (part.values as unknown[]).forEach((value, i) =>
          values[at + i] = value
        );
      } else {
        values.set(part.values as never, at);
      }
      if (part.valid) valid?.set(part.valid, row >> 3);
      row += part.length;
    }
    return whole;
  }

  /** Takes all values out, so that the column can be filled anew. */
  clear(): void {
    this.valid?.fill(0);
    if (Array.isArray(this.values)) this.values.fill(undefined);
  }

  /**
   * Goes through the values as {@linkcode Column.at} gives them.
   *
   * @returns The values, `undefined` where a packet has none.
   */
  *[Symbol.iterator](): Generator<unknown, void, void> {
    for (let row = 0; row < this.length; row++) yield this.at(row);
  }

  /**
   * Gives the column as plain data.
   *
   * @returns A list with `null` where a packet has no value.
   */
  toJSON(): unknown[] {
    return Array.from(
      this,
      (value) => value === undefined ? null : plain(value),
    );
  }

  /**
   * Shows what the column is, and its first values.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const first: string[] = [];
    for (let row = 0; row < Math.min(this.length, SHOWN); row++) {
      const value = this.at(row);
      first.push(value === undefined ? "none" : String(value));
    }
    if (this.length > SHOWN) first.push("…");
    return card(`column ${this.path.path}`, [
      ["kind", this.path.kind],
      ["values", `${count(this.length)} in ${this.values.constructor.name}`],
      ["first", first.join(", ")],
    ], canvas({ colors: options?.colors ?? false }));
  }
}

/** How many values are shown. */
const SHOWN = 5;

/** Whether some packets may lack it: all have a length, not all a time. */
function canLack({ layer, field, kind }: FieldPath): boolean {
  if (kind === "present") return false;
  return layer !== "frame" && layer !== "payload" || field === "time" ||
    field === "error";
}

function room({ kind, bits }: FieldPath, length: number): ColumnValues {
  switch (kind) {
    case "present":
    case "flag":
      return new Uint8Array(length);
    case "ipv4":
      return new Uint32Array(length);
    case "ipv6":
      return new Uint32Array(length * 4);
    case "mac":
      return new Float64Array(length);
    case "time":
      return new BigInt64Array(length);
    case "unsigned":
    case "flags":
      if (bits <= 8) return new Uint8Array(length);
      if (bits <= 16) return new Uint16Array(length);
      if (bits <= 32) return new Uint32Array(length);
      return bits === 64
        ? new BigUint64Array(length)
        : new Float64Array(length);
    default:
      return new Array(length).fill(undefined);
  }
}

/**
 * Names the flags that are set in a number.
 *
 * @param bits The number.
 * @param flags The flags, the highest bit first.
 * @returns Their names, the lowest bit first, as a packet has them.
 *
 * @example
 * ```ts
 * import { flagNames } from "./scan_column.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(flagNames(3, ["reserved", "DF", "MF"]), ["MF", "DF"]);
 * ```
 */
export function flagNames(bits: number, flags: readonly string[]): string[] {
  return flags.toReversed().filter((_, bit) => bits >>> bit & 1);
}

function flagBits(names: readonly string[], flags: readonly string[]): number {
  return flags.reduce(
    (bits, flag) => bits * 2 + (names.includes(flag) ? 1 : 0),
    0,
  );
}

/**
 * Writes a MAC address as packets have it.
 *
 * @param address The address as a number of 48 bits.
 * @returns Six pairs of digits between colons.
 *
 * @example
 * ```ts
 * import { macText } from "./scan_column.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(macText(0x020000000001), "02:00:00:00:00:01");
 * ```
 */
export function macText(address: number): string {
  const high = Math.floor(address / 4294967296);
  const low = address >>> 0;
  return `${HEX[high >>> 8]}:${HEX[high & 0xff]}:${HEX[low >>> 24]}:` +
    `${HEX[low >>> 16 & 0xff]}:${HEX[low >>> 8 & 0xff]}:${HEX[low & 0xff]}`;
}

/** Two digits for every octet. */
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => octet.toString(16).padStart(2, "0"),
);
