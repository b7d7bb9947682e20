/**
 * Packets from headers and a payload: what is not set is worked out.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import { headerBelow, headerChecksum } from "./checksum.ts";
import type { Frame } from "./frame.ts";
import type {
  FieldInputs,
  FieldTable,
  Layer,
  LayerSpec,
  RawValues,
} from "./layer.ts";
import { type Layers, Packet } from "./packet.ts";

/** A header of any layer; its layer calls it a {@linkcode LayerSpec}. */
export interface AnyLayerSpec {
  /** What kind of header. */
  readonly layer: { readonly name: string };
  /** The fields that were set, as they were given. */
  readonly values: object;
  /** The same as numbers, addresses and octets, checked. */
  readonly raw: RawValues;
}

/** What a packet is built of: headers, outermost first, then perhaps a payload. */
export type Part = AnyLayerSpec | Uint8Array | string;

/** The names of the headers among some parts. */
export type NamesOf<P extends readonly unknown[]> = P[number] extends infer One
  ? One extends { readonly layer: { readonly name: infer N } }
    ? N & keyof Layers
  : never
  : never;

/** Changes to a built packet: fields by layer, and the payload. */
export type Changes<N extends keyof Layers> =
  & {
    readonly [K in N]?: Layers[K] extends { readonly name: K } ? InputsOf<K>
      : never;
  }
  & { readonly payload?: Uint8Array | string | undefined };

type InputsOf<K extends keyof Layers> = {
  readonly [F in Exclude<keyof Layers[K], keyof LayerViewKeys>]?:
    | Input<Layers[K][F]>
    | undefined;
};

type LayerViewKeys = Record<
  "name" | "offset" | "headerLength" | "bytes" | "toJSON" | "toString",
  unknown
>;

/** What a field may be set to, by what it is read as. */
type Input<V> = V extends Address ? Address | string : V;

/**
 * A packet that was built: its own headers are there for sure, and it can be
 * built again with changes.
 */
export type BuiltPacket<N extends keyof Layers = never> =
  & Packet
  & { readonly [K in N]: Layers[K] }
  & {
    /**
     * Builds the packet again with some fields changed; all that is worked out
     * is worked out anew.
     *
     * @param changes Fields by layer (of two of a kind, the outer), and a payload;
     * `undefined` gives a field back to be worked out.
     * @returns The new packet; this one stays as it is.
     * @throws {TypeError} If there is no such layer or field.
     * @throws {RangeError} If a value does not fit its field.
     */
    with(changes: Changes<N>): BuiltPacket<N>;
  };

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
 * Builds a packet.
 *
 * Lengths, checksums and the numbers that say what comes next are worked out
 * where they are not set. What is set is kept, even if it is wrong.
 *
 * @param parts Headers, outermost first, and a payload as octets or UTF-8 text.
 * @returns The packet, whose link type is that of its first header.
 * @throws {TypeError} If there is no header, a part is none, or nothing says how
 * one header follows the other.
 * @throws {RangeError} If a length does not fit its field.
 * @see RFC 1071 (checksums), RFC 9293 §3.1 and RFC 8200 §8.1 (pseudo-headers)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const packet = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ dstPort: 53 }), "hi");
 * assert.equal(packet.ipv4.totalLength, 30);
 * assert.equal(packet.ipv4.protocol, 17);
 * assert.equal(packet.with({ ipv4: { ttl: 4 } }).ipv4.ttl, 4);
 * ```
 */
export function build<const P extends readonly Part[]>(
  ...parts: P
): BuiltPacket<NamesOf<P>> {
  return new Built(
    parts as readonly unknown[] as Given,
  ) as unknown as BuiltPacket<NamesOf<P>>;
}

type Given = readonly (LayerSpec | Uint8Array | string)[];

class Built extends Packet {
  readonly #parts: Given;

  constructor(parts: Given) {
    super(assemble(parts));
    this.#parts = parts;
  }

  with(changes: Readonly<Record<string, unknown>>): Built {
    const parts = this.#parts.slice();
    for (const [name, change] of Object.entries(changes)) {
      if (name === "payload") {
        if (!isSpec(parts.at(-1))) parts.pop();
        if (change !== undefined) parts.push(change as string | Uint8Array);
        continue;
      }
      const at = parts.findIndex((part) =>
        isSpec(part) && part.layer.name === name
      );
      if (at < 0) {
        const names = parts.filter(isSpec).map(({ layer }) => layer.name);
        throw new TypeError(
          `Cannot change a packet as '${name}' must be one of its layers (${
            names.join(", ")
          }) or payload`,
        );
      }
      const { layer, values } = parts[at] as LayerSpec;
      parts[at] = layer({ ...values, ...change as FieldInputs<FieldTable> });
    }
    return new Built(parts);
  }
}

function isSpec(part: unknown): part is LayerSpec {
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

/** Lays the parts out and writes them, from the inside out. */
function assemble(parts: Given): Frame {
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
  const payload = payloadOf(parts, laid.length);
  const linkType = linkTypeOf(laid[0]!.layer);
  const place = stretch(length + payload.length);
  const { octets, view, start, end } = place;
  octets.set(payload, start + length);
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

function payloadOf(parts: Given, headers: number): Uint8Array {
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
  if (isSpec(last)) return new Uint8Array();
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
