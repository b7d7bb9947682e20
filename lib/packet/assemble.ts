/**
 * From headers and a payload to octets: what is not set is worked out.
 *
 * @module
 */

import type { Frame } from "./frame.ts";
import type { Layer, LayerSpec, LayerView } from "./layer.ts";
import { rowOf, type Slab } from "./row.ts";

/** Octets behind what the headers' lengths cover, such as Ethernet's padding. */
export interface Trailer {
  /** The octets. */
  readonly trailer: Uint8Array;
}

/** Headers, outermost first, then perhaps a payload, then perhaps a trailer. */
export type Parts = readonly (LayerSpec | Uint8Array | string | Trailer)[];

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

function newSlab(length: number): Slab {
  const octets = new Uint8Array(length);
  return { octets, view: new DataView(octets.buffer), start: 0, used: 0 };
}

/** Octets that nobody has written to, at the end of what is used. */
function slabFor(length: number): Slab {
  if (slab.used + length > slab.octets.length) {
    slab = newSlab(Math.max(SLAB, length));
  }
  slab.start = slab.used;
  slab.used += length;
  return slab;
}

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
  let headers = 0;
  while (headers < parts.length && isSpec(parts[headers])) headers++;
  let payload: Uint8Array = NONE;
  let trailer: Uint8Array = NONE;
  if (headers < parts.length || headers === 0) {
    const last = parts.at(-1);
    trailer = isTrailer(last) ? last.trailer : NONE;
    payload = payloadOf(isTrailer(last) ? parts.slice(0, -1) : parts, headers);
  }
  const { layer } = parts[0] as LayerSpec;
  const linkType = LINK_TYPES.get(layer) ?? linkTypeOf(layer);
  const row = rowOf(parts, headers);
  const { octets, view, start, used } = row(parts, payload, trailer, slabFor);
  return {
    octets,
    view,
    start,
    end: used,
    linkType,
    length: used - start,
    seconds: undefined,
    nanoseconds: 0,
  };
}

/**
 * Gives a header where it was built, whatever the headers before it say.
 *
 * @param parts What the packet was built of.
 * @param name The header's layer; of several, the outermost.
 * @param frame Where the packet lies.
 * @returns The header, if there is one.
 *
 * @example
 * ```ts
 * import { assemble, builtHeader } from "./assemble.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = [ipv4({ protocol: 99 }) as never, udp() as never];
 * assert.equal(builtHeader(parts, "udp", assemble(parts))?.offset, 20);
 * ```
 */
export function builtHeader(
  parts: Parts,
  name: string,
  { octets, view, start }: Pick<Frame, "octets" | "view" | "start">,
): LayerView | undefined {
  let offset = 0;
  for (const part of parts) {
    if (!isSpec(part)) return undefined;
    const { layer, raw } = part;
    const { size, headerUnit = 1 } = layer;
    const tail = raw.$tail as Uint8Array | undefined;
    const length = Math.ceil((size + (tail?.length ?? 0)) / headerUnit) *
      headerUnit;
    if (layer.name === name) {
      return new layer.View(octets, view, start + offset, offset, length);
    }
    offset += length;
  }
  return undefined;
}

const NONE: Uint8Array = new Uint8Array();

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

/** The link types of the layers that packets have begun with. */
const LINK_TYPES = new WeakMap<Layer, number>();

function linkTypeOf(layer: Layer): number {
  const { name, under } = layer;
  const link = under.find(([parent]) => parent === "link");
  if (link !== undefined) {
    LINK_TYPES.set(layer, link[1]);
    return link[1];
  }
  throw new TypeError(
    `Cannot build a packet as its first header must be one that a link has, such as ethernet or ipv4: current value is ${name}`,
  );
}
