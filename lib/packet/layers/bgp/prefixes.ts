/**
 * The prefixes that BGP's updates announce and withdraw.
 *
 * @module
 */

import { Address, address as parseAddress } from "../../../ip/address.ts";
import {
  type Cursor,
  type Format,
  type Random,
  type Sink,
  Stop,
} from "../../format.ts";
import { type Length, lengthAt } from "../../formats.ts";

/** A prefix as a route has it. */
export interface BgpPrefix {
  /** Its address; bits behind the prefix, which nobody sends, are kept. */
  readonly address: Address;
  /** Bits of it that count. */
  readonly prefixLength: number;
  /** Tells several paths to one prefix apart (RFC 7911 §3). */
  readonly pathId?: number;
}

/** A prefix to build. */
export interface BgpPrefixInput {
  /** Its address. */
  readonly address: string | Address;
  /** Bits of it that count. */
  readonly prefixLength: number;
  /** Tells several paths to one prefix apart. */
  readonly pathId?: number;
}

/**
 * Prefixes of one family, up to the end of what holds them. Whether they have
 * path identifiers, the OPEN messages of the session say, which may be out of
 * reach: it is told by which reading makes sense.
 *
 * @param size Octets of an address, by the fields around.
 * @param length How long all of them are.
 * @returns The format; prefixes of other families stay octets.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { type BgpPrefix, prefixes } from "./prefixes.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(8, 10, 16, 172, 16), 0, 5);
 * const found = prefixes(() => 4).read(cursor) as readonly BgpPrefix[];
 * assert.deepEqual(found.map(({ prefixLength }) => prefixLength), [8, 16]);
 * ```
 */
export function prefixes(
  size: (fields: Readonly<Record<string, unknown>>) => 4 | 16 | undefined,
  length?: Length,
): Format<
  readonly BgpPrefix[] | Uint8Array,
  readonly BgpPrefixInput[] | Uint8Array
> {
  return {
    about: "a list of prefixes",
    empty: [],
    isQuiet: true,
    takesOctets: true,
    lengthIn: typeof length === "string" ? length : undefined,
    read(from) {
      const octets = size(from.fields);
      const stated = length === undefined ? from.left : lengthAt(length, from);
      const { left } = from;
      if (octets === undefined) return from.bytes(stated);
      const isCut = stated > left;
      if (isCut) from.note(from.cut(stated));
      return from.within(
        Math.min(stated, left),
        (from) => readPrefixes(from, octets, isCut),
      );
    },
    write(to, value = []) {
      if (value instanceof Uint8Array) return to.bytes(value);
      if (!Array.isArray(value)) {
        return to.refuse("be a list of prefixes", value);
      }
      const octets = size(to.fields);
      if (octets === undefined) {
        return to.refuse("be octets for this family", value);
      }
      const { path } = to;
      value.forEach((one, i) => {
        to.path = `${path}[${i}]`;
        writePrefix(to, one, octets);
      });
      to.path = path;
    },
    random(random, fields) {
      const octets = size(fields);
      if (octets === undefined) return Uint8Array.of(1, 2, 3);
      return Array.from(
        { length: Math.floor(random() * 4) },
        () => randomPrefix(random, octets),
      );
    },
    text: (value) =>
      value instanceof Uint8Array
        ? `${value.length} octets`
        : value.length === 0
        ? "none"
        : value.map(told).join(", "),
  };
}

/** What one reading of the octets has given. */
interface Reading {
  readonly items: BgpPrefix[];
  /** How it ended. */
  readonly end: "whole" | "cut" | "nonsense";
}

/** Reads as far as it goes; it throws nothing. */
function reading(from: Cursor, size: 4 | 16, hasPaths: boolean): Reading {
  const items: BgpPrefix[] = [];
  const { octets, view, end } = from;
  const head = hasPaths ? 5 : 1;
  let { at } = from;
  while (at < end) {
    if (end - at < head) return { items, end: "cut" };
    const prefixLength = octets[at + head - 1]!;
    const used = Math.ceil(prefixLength / 8);
    if (used > size) return { items, end: "nonsense" };
    if (end - at < head + used) return { items, end: "cut" };
    const whole = new Uint8Array(size);
    whole.set(octets.subarray(at + head, at + head + used));
    items.push({
      address: Address.fromBytes(whole),
      prefixLength,
      ...hasPaths && { pathId: view.getUint32(at) },
    });
    at += head + used;
  }
  return { items, end: "whole" };
}

/**
 * Whether prefixes are likely: there is one default route at most. Small path
 * identifiers, read as prefixes, make several.
 */
function isLikely({ items, end }: Reading): boolean {
  const defaults = items.filter(({ prefixLength }) => prefixLength === 0);
  return end !== "nonsense" && defaults.length < 2;
}

function readPrefixes(
  from: Cursor,
  size: 4 | 16,
  isCut: boolean,
): readonly BgpPrefix[] | Uint8Array {
  const plain = reading(from, size, false);
  const fits = ({ end }: Reading) => end === "whole" || isCut && end === "cut";
  let best = plain;
  if (!isLikely(plain) || !fits(plain)) {
    const paths = reading(from, size, true);
    if (fits(paths) && isLikely(paths)) best = paths;
  }
  if (!fits(best)) {
    from.note(new Stop("prefixes that make no sense", from.at));
    return from.bytes();
  }
  from.at = from.end;
  return best.items;
}

function writePrefix(
  to: Sink,
  { address, prefixLength, pathId }: BgpPrefixInput,
  size: 4 | 16,
): void {
  const bits = size * 8;
  if (!(Number.isInteger(prefixLength) && prefixLength >= 0)) {
    to.refuse("have a prefixLength", prefixLength);
  }
  if (prefixLength > bits) {
    to.refuse(`be of up to ${bits} bits`, prefixLength, RangeError);
  }
  const octets = parseAddress(address).toBytes();
  if (octets.length !== size) {
    to.refuse(`have an IPv${size === 4 ? 4 : 6} address`, String(address));
  }
  if (pathId !== undefined) to.u32(pathId);
  to.u8(prefixLength);
  to.bytes(octets.subarray(0, Math.ceil(prefixLength / 8)));
}

function randomPrefix(random: Random, size: 4 | 16): BgpPrefix {
  const prefixLength = 1 + Math.floor(random() * size * 8);
  const octets = new Uint8Array(size);
  for (let i = 0; i < Math.ceil(prefixLength / 8); i++) {
    octets[i] = Math.floor(random() * 256);
  }
  return { address: Address.fromBytes(octets), prefixLength };
}

function told({ address, prefixLength, pathId }: BgpPrefix): string {
  const path = pathId === undefined ? "" : ` path ${pathId}`;
  return `${address}/${prefixLength}${path}`;
}
