/**
 * From headers and a payload to octets: what is not set is worked out.
 *
 * @module
 */

import { headerBelow, headerChecksum } from "./checksum.ts";
import type { Frame } from "./frame.ts";
import type { Layer, LayerSpec, RawValues } from "./layer.ts";

/** Octets behind what the headers' lengths cover, such as Ethernet's padding. */
export interface Trailer {
  /** The octets. */
  readonly trailer: Uint8Array;
}

/** Headers, outermost first, then perhaps a payload, then perhaps a trailer. */
export type Parts = readonly (LayerSpec | Uint8Array | string | Trailer)[];

/** One header with its place. */
interface Laid {
  readonly layer: Layer;
  /** What the caller set. */
  readonly set: RawValues;
  /** That and all that is worked out. */
  raw: RawValues;
  readonly header: number;
  /** Octets before it. */
  readonly offset: number;
}

const text = new TextEncoder();

/**
 * Tells whether a part of a packet is a header.
 *
 * @param part The part.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { isSpec } from "./assemble.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isSpec(udp()) && !isSpec("payload"));
 * ```
 */
export function isSpec(part: unknown): part is LayerSpec {
  return (part as LayerSpec | undefined)?.raw !== undefined;
}

/** Octets of a slab; a packet of more gets one of its own. */
const SLAB = 65536;

/** Where packets are written; a buffer for each would take longer than the rest. */
let slab = newSlab(0);

function newSlab(length: number) {
  const octets = new Uint8Array(length);
  return { octets, view: new DataView(octets.buffer), used: 0 };
}

/** A stretch of the slab, or of a new one, that nobody has written to. */
function stretch(length: number): Stretch {
  if (slab.used + length > slab.octets.length) {
    slab = newSlab(Math.max(SLAB, length));
  }
  const { octets, view, used: start } = slab;
  slab.used = start + length;
  return { octets, view, start, end: slab.used };
}

/** Where a packet is written. */
type Stretch = Pick<Frame, "octets" | "view" | "start" | "end">;

/**
 * Lays the parts out and writes them, from the inside out.
 *
 * @param parts Headers and payload.
 * @returns The packet's octets, in a buffer that others share.
 * @throws {TypeError} If there is no header, a part is none, or nothing says how
 * one header follows the other.
 * @throws {RangeError} If a length does not fit its field.
 *
 * @example
 * ```ts
 * import { assemble } from "./assemble.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import assert from "node:assert/strict";
 *
 * const { start, end } = assemble([ipv4() as never, "hi"]);
 * assert.equal(end - start, 22);
 * ```
 */
export function assemble(parts: Parts): Frame {
  const laid: Laid[] = [];
  let length = 0;
  for (const part of parts) {
    if (!isSpec(part)) break;
    const { layer, raw } = part;
    const tail = raw.$tail as Uint8Array | undefined;
    const unit = layer.headerUnit ?? 1;
    const size = layer.size + (tail?.length ?? 0);
    const header = size + (unit - size % unit) % unit;
    laid.push({ layer, set: raw, raw, header, offset: length });
    length += header;
  }
  const last = parts.at(-1);
  const trailer = isTrailer(last) ? last.trailer : NONE;
  const payload = payloadOf(
    isTrailer(last) ? parts.slice(0, -1) : parts,
    laid.length,
  );
  const linkType = linkTypeOf(laid[0]!.layer);
  const whole = stretch(length + payload.length + trailer.length);
  const { octets, view, start, end } = whole;
  octets.set(payload, start + length);
  octets.set(trailer, end - trailer.length);
  // What the lengths and checksums cover ends before the trailer.
  const place = { octets, view, start, end: end - trailer.length };
  for (let i = laid.length - 1; i >= 0; i--) fill(place, laid, i);
  // A checksum covers what is above, and needs the addresses from below.
  for (let i = laid.length - 1; i >= 0; i--) sum(place, laid, i);
  const time = { seconds: undefined, nanoseconds: 0 };
  return { octets, view, start, end, linkType, length: end - start, ...time };
}

/** Writes one header, what was set and what is worked out. */
function fill(place: Stretch, laid: readonly Laid[], i: number): void {
  const one = laid[i]!;
  const { layer, set, offset, header } = one;
  const { writer } = layer;
  const above = laid[i + 1]?.layer;
  const next = above && writer.numberOf(above);
  if (above !== undefined && next === undefined) {
    const field = typeof layer.next === "string" ? layer.next : layer.next?.[0];
    const isSet = field !== undefined && set[field] !== undefined;
    if (!isSet) noNumber(above, layer, field);
  }
  const at = place.start + offset;
  one.raw = writer.finish(set, header, place.end - at - header, next);
  writer.write(place.octets, place.view, at, one.raw, header);
}

/** Writes one header's checksum, where it has one that was not set. */
function sum(place: Stretch, laid: readonly Laid[], i: number): void {
  const { layer, set, offset, header } = laid[i]!;
  const { checksum, writer: { checksumAt } } = layer;
  if (checksum === undefined || checksumAt === undefined) return;
  if (set[checksum.field] !== undefined) return;
  const { octets, view, end } = place;
  const start = place.start + offset;
  const under = headerBelow(laid, i, ({ layer }) => layer);
  const below = under && { layer: under.layer, fields: under.raw };
  const value = headerChecksum({ layer, octets, start, header, end, below });
  if (value === undefined) return;
  if (checksum.algorithm === "crc32c") {
    view.setUint32(start + checksumAt, value);
  } else view.setUint16(start + checksumAt, value);
}

const NONE = new Uint8Array();

/**
 * Tells whether a part of a packet is its trailer.
 *
 * @param part The part.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { isTrailer } from "./assemble.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isTrailer({ trailer: new Uint8Array(4) }) && !isTrailer("payload"));
 * ```
 */
export function isTrailer(part: unknown): part is Trailer {
  return typeof part === "object" && part !== null && "trailer" in part &&
    part.trailer instanceof Uint8Array;
}

function payloadOf(parts: Parts, headers: number): Uint8Array {
  if (headers === 0) {
    throw new TypeError(
      "Cannot build a packet as 'parts' must begin with a header, such as net.packet.ipv4({ dst }): current value has none",
    );
  }
  for (let i = headers; i < parts.length; i++) {
    const part = parts[i];
    const isPayload = typeof part === "string" || part instanceof Uint8Array;
    if (isPayload && i === parts.length - 1) continue;
    throw new TypeError(
      `Cannot build a packet as part ${i} must be a header${
        i === parts.length - 1 ? ", or a payload of octets or text" : ""
      }: current value is ${part}`,
    );
  }
  const last = parts.at(-1)!;
  if (isSpec(last) || isTrailer(last)) return NONE;
  return typeof last === "string" ? text.encode(last) : last;
}

function noNumber(
  layer: Layer,
  below: Layer,
  field: string | undefined,
): never {
  throw new TypeError(
    `Cannot build a packet as ${layer.name} must have a number under ${below.name}, and has none${
      field === undefined ? "" : `; set '${field}' of ${below.name}`
    }`,
  );
}

function linkTypeOf({ name, under }: Layer): number {
  const link = under.find(([parent]) => parent === "link");
  if (link !== undefined) return link[1];
  throw new TypeError(
    `Cannot build a packet as its first header must be one that a link has, such as ethernet or ipv4: current value is ${name}`,
  );
}
