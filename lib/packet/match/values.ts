/**
 * Reading values from packets, for the code of display filters.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import type { LayerView } from "../layer.ts";
import type { Packet } from "../packet.ts";

/** Where a slice starts and how long it is; counted from the end if negative. */
export interface Cut {
  /** The first octet. */
  readonly start: number;
  /** How many; to the end if not given. */
  readonly count: number | undefined;
}

/**
 * Gives all values at the end of a way through lists and records.
 *
 * @param value Where the way starts.
 * @param way The names of the fields to go through.
 * @param found Takes the values.
 * @returns The values.
 *
 * @example
 * ```ts
 * import { leaves } from "./values.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(leaves([{ mss: 1460 }, { shift: 7 }], ["mss"]), [1460]);
 * ```
 */
export function leaves(
  value: unknown,
  way: readonly string[],
  found: unknown[] = [],
): unknown[] {
  if (value === undefined || value === null) return found;
  if (Array.isArray(value)) {
    for (const one of value) leaves(one, way, found);
    return found;
  }
  const [next, ...rest] = way;
  if (next === undefined) {
    found.push(value);
  } else if (isRecord(value) && Object.hasOwn(value, next)) {
    leaves(value[next], rest, found);
  }
  return found;
}

/** A record of fields: not an address, and not octets. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null &&
    !(value instanceof Uint8Array) && !(value instanceof Address);
}

/**
 * Gives the octets of a layer and of all that it carries.
 *
 * @param packet The packet.
 * @param layer One of its layers.
 * @returns The octets; not copied.
 *
 * @example
 * ```ts
 * import { decode } from "../packet.ts";
 * import { layerOctets } from "./values.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = decode(new Uint8Array(20));
 * assert.equal(layerOctets(packet, packet.layers[0]!).length, 20);
 * ```
 */
export function layerOctets(packet: Packet, layer: LayerView): Uint8Array {
  return packet.bytes.subarray(layer.offset);
}

/**
 * Gives the octets that a layer carries, without padding behind them.
 *
 * @param packet The packet.
 * @param layer One of its layers.
 * @returns The octets; not copied.
 *
 * @example
 * ```ts
 * import { carried } from "./values.ts";
 * import { decode } from "../packet.ts";
 * import assert from "node:assert/strict";
 *
 * const packet = decode(new Uint8Array(20));
 * assert.equal(carried(packet, packet.layers[0]!).length, 0);
 * ```
 */
export function carried(packet: Packet, layer: LayerView): Uint8Array {
  const { offset, headerLength } = layer;
  const { bytes, payload } = packet;
  const end = payload.byteOffset - bytes.byteOffset + payload.length;
  return bytes.subarray(offset + headerLength, end);
}

/**
 * Gives the number that flags are, the first name the highest bit.
 *
 * @param set The flags that are set.
 * @param names All flags.
 * @returns The number.
 *
 * @example
 * ```ts
 * import { flagsNumber } from "./values.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(flagsNumber(["SYN"], ["ACK", "SYN", "FIN"]), 2);
 * ```
 */
export function flagsNumber(
  set: readonly string[],
  names: readonly string[],
): number {
  let number = 0;
  for (const name of names) number = number * 2 + (set.includes(name) ? 1 : 0);
  return number;
}

/**
 * Gives the octets of a value.
 *
 * @param value Octets, an address, or text.
 * @returns The octets; `undefined` for a number or a record.
 *
 * @example
 * ```ts
 * import { octetsOf } from "./values.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(octetsOf("00:00:0c:01:02:03")?.length, 6);
 * ```
 */
export function octetsOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof Address) return value.toBytes();
  if (typeof value !== "string") return undefined;
  return tryMac(value)?.toBytes() ?? new TextEncoder().encode(value);
}

/**
 * Cuts pieces out of text or octets.
 *
 * @param value Octets, an address, or text.
 * @param cuts The pieces.
 * @returns The pieces in a row; `undefined` if one of them is not there.
 *
 * @example
 * ```ts
 * import { sliced } from "./values.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sliced("example", [{ start: -2, count: undefined }]), "le");
 * ```
 */
export function sliced(
  value: unknown,
  cuts: readonly Cut[],
): Uint8Array | string | undefined {
  const isText = typeof value === "string" && tryMac(value) === undefined;
  const whole = isText ? value : octetsOf(value);
  if (whole === undefined) return undefined;
  const pieces: (Uint8Array | string)[] = [];
  for (const { start, count } of cuts) {
    const from = start < 0 ? whole.length + start : start;
    const to = count === undefined ? whole.length : from + count;
    if (from < 0 || to > whole.length || from >= to) return undefined;
    pieces.push(whole.slice(from, to));
  }
  if (isText) return pieces.join("");
  return new Uint8Array(pieces.flatMap((piece) => [...piece as Uint8Array]));
}
