/**
 * Packets from headers and a payload: what is not set is worked out.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import { headerChecksum } from "./checksum.ts";
import { encoderOf, rawValues } from "./encode.ts";
import type {
  FieldInputs,
  FieldTable,
  Layer,
  LayerSpec,
  RawValue,
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
  readonly raw: Record<string, RawValue>;
  readonly header: number;
  at: number;
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
    const { octets, linkType } = assemble(parts);
    const { buffer, byteOffset, byteLength } = octets;
    super({
      octets,
      view: new DataView(buffer, byteOffset, byteLength),
      start: 0,
      end: byteLength,
      linkType,
      length: byteLength,
      seconds: undefined,
      nanoseconds: 0,
    });
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
  return typeof part === "object" && part !== null && "layer" in part &&
    "raw" in part;
}

/** Lays the parts out and writes them, from the inside out. */
function assemble(
  parts: Given,
): { octets: Uint8Array<ArrayBuffer>; linkType: number } {
  const laid = parts.filter(isSpec).map(({ layer, raw }): Laid => {
    const rest = layer.slots.at(-1);
    const options = rest?.kind === "octets" && rest.bits === 0
      ? (raw[rest.name] as Uint8Array | undefined)?.length ?? 0
      : 0;
    const unit = layer.headerUnit ?? 1;
    const header = Math.ceil((layer.size + options) / unit) * unit;
    return { layer, raw: { ...raw }, header, at: 0 };
  });
  const payload = payloadOf(parts, laid.length);
  let total = 0;
  for (const one of laid) {
    one.at = total;
    total += one.header;
  }
  total += payload.length;
  const octets = new Uint8Array(total);
  octets.set(payload, total - payload.length);
  const view = new DataView(octets.buffer);
  laid.forEach((one, i) => complete(one, laid[i + 1], total));
  for (let i = laid.length - 1; i >= 0; i--) {
    const { layer, raw, at, header } = laid[i]!;
    encoderOf(layer)(octets, view, at, raw);
    const { checksum } = layer;
    if (checksum === undefined || checksum.field in raw) continue;
    const under = laid[i - 1];
    const below = under &&
      { layer: under.layer, value: (name: string) => under.raw[name] };
    const end = octets.length;
    const sum = headerChecksum({
      layer,
      octets,
      start: at,
      header,
      end,
      below,
    });
    view.setUint16(at + (slotOf(layer, checksum.field).at >> 3), sum);
  }
  return { octets, linkType: linkTypeOf(laid[0]!.layer) };
}

function payloadOf(parts: Given, headers: number): Uint8Array {
  if (headers === 0) {
    throw new TypeError(
      "Cannot build a packet as 'parts' must begin with a header, such as net.packet.ipv4({ dst }): current value has none",
    );
  }
  for (const [i, part] of parts.entries()) {
    const isPayload = typeof part === "string" || part instanceof Uint8Array;
    if (isSpec(part) ? i < headers : isPayload && i === parts.length - 1) {
      continue;
    }
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

/** Fills in what was not set: lengths, what comes next, defaults. */
function complete(one: Laid, next: Laid | undefined, total: number): void {
  const { layer, raw, header, at } = one;
  const lengths = { header, payload: total - at - header };
  for (const [name, compute] of Object.entries(layer.computed ?? {})) {
    if (name in raw || compute === undefined) continue;
    // Through the same check as a value that is set.
    Object.assign(raw, rawValues(layer, { [name]: compute(lengths) }));
  }
  const field = typeof layer.next === "string" ? layer.next : layer.next?.[0];
  if (next !== undefined) {
    const table = layer.nextLike ?? layer.name;
    const number = next.layer.under.find(([parent]) => parent === table)?.[1];
    const isSet = field !== undefined && field in raw;
    if (number !== undefined && field !== undefined && !isSet) {
      raw[field] = number;
    } else if (number === undefined && !isSet) {
      throw new TypeError(
        `Cannot build a packet as ${next.layer.name} must have a number under ${layer.name}, and has none${
          field === undefined ? "" : `; set '${field}' of ${layer.name}`
        }`,
      );
    }
  }
  const defaults = rawValues(layer, layer.defaults ?? {});
  for (const [name, value] of Object.entries(defaults)) {
    if (!(name in raw)) raw[name] = value;
  }
}

function slotOf(layer: Layer, name: string) {
  return layer.slots.find((slot) => slot.name === name)!;
}

function linkTypeOf({ name, under }: Layer): number {
  const link = under.find(([parent]) => parent === "link");
  if (link !== undefined) return link[1];
  throw new TypeError(
    `Cannot build a packet as its first header must be one that a link has, such as ethernet or ipv4: current value is ${name}`,
  );
}
