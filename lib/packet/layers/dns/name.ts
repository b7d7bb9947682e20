/**
 * Domain names: on the wire as labels, perhaps compressed; as text in the
 * notation of zone files, without the dot at the end.
 *
 * @module
 */

import { Cursor, type Format, type Sink } from "../../format.ts";
import { randomText, valueText } from "../../value.ts";

/** The most octets of a name, lengths and root included (RFC 1035 §2.3.4). */
const MOST = 255;

/** The most pointers of a name: as many as it can have labels. */
const MOST_JUMPS = 127;

/** Octets of a DNS header: no name starts inside it. */
const HEADER = 12;

/** How a {@linkcode domainName} may be compressed. */
export interface DomainNameOptions {
  /**
   * Whether building may point at names before: `"mdns"` in multicast DNS alone,
   * as RFC 3597 §4 forbids it in newer records and RFC 6762 §18.14 asks for it.
   * @default {"mdns"}
   */
  readonly compress?: boolean | "mdns";
}

/**
 * A domain name in a DNS message (RFC 1035 §3.1 and §4.1.4).
 *
 * Reading follows pointers backwards only, each to before the octets that were
 * read so far, so that there is no loop; building compresses where others do.
 *
 * @param options Whether building may compress it.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { domainName } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 99, 104, 0), 0, 4);
 * assert.equal(domainName().read(cursor), "ch");
 * ```
 */
export function domainName(
  { compress = "mdns" }: DomainNameOptions = {},
): Format<string> {
  return {
    about: "a domain name",
    empty: ".",
    read: (from) => readName(from, from.start + HEADER),
    write(to, value = ".") {
      writeName(
        to,
        value,
        compress === true || compress === "mdns" && to.layer === "mdns"
          ? placesIn(to)
          : undefined,
      );
    },
    random: randomName,
    text: (value) => valueText(value),
  };
}

/**
 * Moves on behind a name without reading it.
 *
 * @param from Where it stands.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { skipName } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 99, 104, 0, 1), 0, 5);
 * skipName(cursor);
 * assert.equal(cursor.at, 4);
 * ```
 */
export function skipName(from: Cursor): void {
  for (;;) {
    const head = from.u8();
    if (head === 0) return;
    if (head >= 64) {
      from.take(1);
      return;
    }
    from.take(head);
  }
}

/**
 * A domain name that is never compressed, as in DHCPv6 (RFC 8415 §10).
 *
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { plainDomainName } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 99, 104, 0), 0, 4);
 * assert.equal(plainDomainName().read(cursor), "ch");
 * ```
 */
export function plainDomainName(): Format<string> {
  return {
    ...domainName({ compress: false }),
    read: (from) => readName(from, Infinity),
  };
}

/**
 * Reads a name and moves on behind it.
 *
 * @param from Where it stands.
 * @param first The first place that a pointer may point at.
 * @param origin What pointers count from. @default {the header's first octet}
 * @returns The name as text.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readName } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 99, 104, 0, 1, 97, 0xc0, 0), 4, 8, 0);
 * assert.equal(readName(cursor, 0), "a.ch");
 * ```
 */
export function readName(
  from: Cursor,
  first: number,
  origin: number = from.start,
): string {
  return knownName(from, first, origin) ?? labelled(from, first, origin);
}

/** Reads a name label by label. */
function labelled(from: Cursor, first: number, origin: number): string {
  const { octets } = from;
  let name = "";
  let length = 1;
  // The labels that are being read start at `start`. Behind a pointer they are
  // read at `at`, and end before `bound`, where those that pointed at them start.
  let start = from.at;
  let bound = -1;
  let at = 0;
  // What was pointed at, to know it when others point there, too.
  let jumps: Suffix[] | undefined;
  const take = (count: number): number => {
    if (bound < 0) return from.take(count);
    const place = at;
    at += count;
    if (at > bound) from.fail("name that runs into its own pointer", place);
    return place;
  };
  for (;;) {
    const place = take(1);
    const head = octets[place]!;
    if (head === 0) break;
    if (head < 64) {
      length += head + 1;
      if (length > MOST) from.fail("name of more than 255 octets", place);
      const label = take(head);
      if (name !== "") name += ".";
      for (let i = label; i < label + head; i++) name += TEXT[octets[i]!];
      continue;
    }
    if (head < 0xc0) from.fail(`label of type ${head >> 6}`, place);
    const low = octets[take(1)]!;
    const last = jumps?.at(-1);
    if (last !== undefined) last.end = at;
    const target = origin + ((head & 0x3f) << 8 | low);
    // What a name points at was there before it: each jump goes farther back.
    if (target >= start) from.fail("pointer that does not go back", place);
    if (target < first) from.fail("pointer to no name", place);
    const known = memoryOf(from)?.suffixes.get(target);
    if (known !== undefined && known.end <= start) {
      length += known.length;
      if (length > MOST) from.fail("name of more than 255 octets", place);
      if (known.text !== "") {
        name += name === "" ? known.text : `.${known.text}`;
      }
      break;
    }
    jumps ??= [];
    if (jumps.length === MOST_JUMPS) from.fail("pointer after pointer", place);
    // Until the name is whole, the text and the length say where it starts.
    jumps.push({ target, text: name, length, end: 0 });
    bound = start;
    start = at = target;
  }
  if (jumps !== undefined) keep(from, jumps, name, length, at);
  return name === "" ? "." : name;
}

/** The end of a name, that others pointed at. */
interface Suffix {
  /** Where it starts. */
  readonly target: number;
  /** Its text. */
  text: string;
  /** Its octets, without the root. */
  length: number;
  /** Where its labels end, or point elsewhere. */
  end: number;
}

/**
 * What was pointed at, in the message that is being read: thousands of records
 * may point at one long name.
 */
class Memory {
  readonly suffixes = new Map<number, Suffix>();
}

function memoryOf({ memory }: Cursor): Memory | undefined {
  return memory instanceof Memory ? memory : undefined;
}

function keep(
  from: Cursor,
  jumps: readonly Suffix[],
  name: string,
  length: number,
  at: number,
): void {
  const { suffixes } = memoryOf(from) ?? (from.memory = new Memory());
  const last = jumps.at(-1)!;
  if (last.end === 0) last.end = at;
  for (const jump of jumps) {
    const { text } = jump;
    // The dot before it is not a part of it.
    jump.text = name.slice(text === "" ? 0 : text.length + 1);
    jump.length = length - jump.length;
    suffixes.set(jump.target, jump);
  }
}

/** A name with its octets. */
interface KnownName {
  readonly octets: Uint8Array;
  readonly text: string;
}

/** How many names are kept; a newer one takes an older's place. */
const KEPT = 4096;
const NAMES: (KnownName | undefined)[] = new Array(KEPT).fill(undefined);

/**
 * Reads a name that has no pointer, or is nothing but one to such a name: most
 * are, and most have been read before.
 *
 * @returns The name; `undefined`, and no step, for any that is not as it should be.
 */
function knownName(
  from: Cursor,
  first: number,
  origin: number,
): string | undefined {
  const { octets, at } = from;
  let { end } = from;
  let start = at;
  let after = 0;
  if (end - at >= 2 && octets[at]! >= 0xc0) {
    start = origin + ((octets[at]! & 0x3f) << 8 | octets[at + 1]!);
    if (start >= at || start < first) return undefined;
    end = at;
    after = at + 2;
  }
  let to = start;
  let hash = 0;
  for (let head = 1; head !== 0; to += head + 1) {
    if (to >= end) return undefined;
    head = octets[to]!;
    if (head > 63 || to + head >= end) return undefined;
    // The last letters of a label tell it from others as well as any do.
    hash = Math.imul(
      hash ^ octets[to + head]! << 8 ^ octets[to + (head >> 1)]!,
      0x9e3779b1,
    ) +
      head;
  }
  const length = to - start;
  if (to > end || length > MOST) return undefined;
  from.at = after === 0 ? to : after;
  const place = (hash ^ hash >>> 16) & (KEPT - 1);
  const known = NAMES[place];
  if (known !== undefined && isSame(known.octets, octets, start, length)) {
    return known.text;
  }
  const own = octets.slice(start, to);
  const text = labelled(new Cursor(own, 0, length), Infinity, 0);
  NAMES[place] = { octets: own, text };
  return text;
}

function isSame(
  known: Uint8Array,
  octets: Uint8Array,
  at: number,
  length: number,
): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if (known[i] !== octets[at + i]) return false;
  }
  return true;
}

/** Each octet of a label as text (RFC 1035 §5.1, RFC 4343 §2.1). */
const TEXT: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if (character === "." || character === "\\") return `\\${character}`;
  if (octet > 0x20 && octet < 0x7f) return character;
  return `\\${String(octet).padStart(3, "0")}`;
});

const encoder = new TextEncoder();

/**
 * Takes a name apart.
 *
 * @param to Where it is going to be written, for errors.
 * @param name The name in the notation of zone files, with or without the dot
 * at the end; characters beyond ASCII stand for their UTF-8.
 * @returns The labels' octets.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { labelsOf } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const labels = labelsOf(new Sink("dns"), "a\\.b.ch.");
 * assert.deepEqual(labels.map((label) => label.length), [3, 2]);
 * ```
 */
export function labelsOf(to: Sink, name: string): readonly Uint8Array[] {
  if (typeof name !== "string") to.refuse("be a domain name", name);
  if (name === "." || name === "") return [];
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  for (const [, digits, escaped, dot, plain] of name.matchAll(TOKEN)) {
    if (dot !== undefined) {
      labels.push(Uint8Array.from(label));
      label = [];
    } else if (digits !== undefined && Number(digits) < 256) {
      label.push(Number(digits));
    } else if (digits === undefined && (escaped ?? plain) !== undefined) {
      label.push(...encoder.encode(escaped ?? plain));
    } else to.refuse("have \\ before a character or 3 digits", name);
  }
  if (label.length > 0) labels.push(Uint8Array.from(label));
  let length = 1;
  for (const label of labels) {
    length += label.length + 1;
    if (label.length === 0 || label.length > 63) {
      to.refuse("have labels of 1 to 63 octets", name, RangeError);
    }
  }
  if (length > MOST) to.refuse("be up to 255 octets", name, RangeError);
  return labels;
}

/** An escape, a dot, or a run of what stands for itself; a lone backslash last. */
const TOKEN = /\\([0-9]{3})|\\([^])|(\.)|([^\\.]+)|\\/gu;

/** Where names were written in a message, by their octets as text. */
type Places = Map<string, number>;

const PLACES = new WeakMap<Sink, Places>();

function placesIn(to: Sink): Places {
  let places = PLACES.get(to);
  if (places === undefined) PLACES.set(to, places = new Map());
  return places;
}

/**
 * Writes a name.
 *
 * @param to Where.
 * @param name The name as text.
 * @param places Names before it that it may point at; it is added to them.
 * @param origin What pointers count from. @default {the header's first octet}
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeName } from "./name.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("dns");
 * const places = new Map();
 * writeName(sink, "ch", places);
 * writeName(sink, "a.ch", places);
 * assert.deepEqual([...sink.from(0)], [2, 99, 104, 0, 1, 97, 0xc0, 0]);
 * ```
 */
export function writeName(
  to: Sink,
  name: string,
  places?: Places,
  origin = 0,
): void {
  const labels = labelsOf(to, name);
  for (let i = 0; i < labels.length; i++) {
    if (places !== undefined) {
      const key = labels.slice(i).map((label) => label.toHex()).join(".");
      const known = places.get(key);
      if (known !== undefined) return to.u16(0xc000 | known);
      if (to.at - origin < 0x4000) places.set(key, to.at - origin);
    }
    to.u8(labels[i]!.length);
    to.bytes(labels[i]!);
  }
  to.u8(0);
}

function randomName(random: () => number): string {
  const labels = Array.from(
    { length: Math.floor(random() * 4) },
    () => randomText(1 + Math.floor(random() * 8), random),
  );
  return labels.length === 0 ? "." : labels.join(".");
}
