/**
 * From a packet back to the parts that it can be built of.
 *
 * @module
 */

import { assemble, isSpec, isTrailer, type Parts } from "./assemble.ts";
import type { Fields, Mark } from "./format.ts";
import { type Header, LAYER, PARSE } from "./header.ts";
import type { LayerSpec, LayerView } from "./layer.ts";
import { Verbatim } from "./verbatim.ts";

/** A packet, as far as its parts need it. */
export interface Dissected {
  /** The packet's octets. */
  readonly bytes: Uint8Array;
  /** Its layers, outermost first. */
  readonly layers: readonly LayerView[];
  /** The octets after the last layer. */
  readonly payload: Uint8Array;
  /** The octets after those. */
  readonly trailer: Uint8Array;
}

/**
 * Finds what a packet can be built of again, octet for octet, with as few
 * fields set as possible: what is worked out to what is there need not be set.
 *
 * @param packet The packet.
 * @returns Headers, payload and trailer.
 * @throws {TypeError} If the packet has no layer that is known.
 *
 * @example
 * ```ts
 * import { build } from "./build.ts";
 * import { ipv4 } from "./layers/ipv4.ts";
 * import { partsOf } from "./parts.ts";
 * import assert from "node:assert/strict";
 *
 * const [header] = partsOf(build(ipv4({ ttl: 1, checksum: 7 }), "hi"));
 * assert.deepEqual((header as { values: unknown }).values, { ttl: 1, checksum: 7 });
 * ```
 */
export function partsOf(packet: Dissected): Parts {
  const { bytes, layers, trailer } = packet;
  const behind = trailer.length === 0 ? [] : [{ trailer }];
  const payloadEnd = bytes.length - trailer.length;
  // A header whose octets no fields say ends the row: it and all that follows
  // become the payload.
  for (let count = layers.length; count > 0; count--) {
    const kept = layers.slice(0, count) as LayerView[] as Header[];
    const last = kept.at(-1)!;
    const payload = bytes.subarray(last.offset + last.headerLength, payloadEnd);
    const rest = [...payload.length === 0 ? [] : [payload], ...behind];
    const specs = kept.map(explicit);
    if (!isSame([...specs, ...rest], bytes)) continue;
    return [...minimal(specs, rest, bytes), ...rest];
  }
  throw new TypeError(
    `Cannot build the packet again as its first header must be one that is known: current value is ${
      layers[0]?.name ?? "none"
    }`,
  );
}

function isSame(parts: Parts, bytes: Uint8Array): boolean {
  let made;
  try {
    made = assemble(parts);
  } catch {
    return false;
  }
  const { octets, start, end } = made;
  if (end - start !== bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) {
    if (octets[start + i] !== bytes[i]) return false;
  }
  return true;
}

/** A header with all its fields set. */
function explicit(view: Header): LayerSpec {
  const layer = view[LAYER];
  const fields = view as unknown as Fields;
  const values: Record<string, unknown> = {};
  for (const { name, order, at } of layer.slots) {
    // Of a number in either order, the one that is written the same.
    values[name] = order === "either"
      ? Number(`0x${view.bytes.subarray(at >> 3, (at >> 3) + 4).toHex()}`)
      : fields[name];
  }
  if (layer.tail.length === 0) return layer(values);
  for (const { name } of layer.tail) {
    if (fields[name] !== undefined) values[name] = fields[name];
  }
  const tail = view.bytes.subarray(layer.size);
  try {
    const spec = layer(values);
    const made = spec.raw.$tail as Uint8Array | undefined;
    if (isTail(made, tail, layer.size, layer.headerUnit)) return spec;
  } catch {
    // What was read cannot be said in fields: it is said in octets.
  }
  return layer({ ...values, ...rawTail(view, tail) });
}

/** Whether octets become those of a tail, with the padding that they get. */
function isTail(
  made: Uint8Array = new Uint8Array(),
  tail: Uint8Array,
  size: number,
  unit = 1,
): boolean {
  return Math.ceil((size + made.length) / unit) * unit === size + tail.length &&
    tail.every((octet, i) => octet === (made[i] ?? 0));
}

const NONE = new Uint8Array();

/** The fields behind the fixed ones, as the octets that they lie in. */
function rawTail(view: Header, tail: Uint8Array): Record<string, unknown> {
  const marks: Mark[] = [];
  view[PARSE]?.(marks);
  const { tail: fields } = view[LAYER];
  const names = fields.map(({ name }) => name);
  const own = marks.filter(({ path }) => names.includes(path));
  const base = Math.min(...marks.map(({ start }) => start));
  const values: Record<string, unknown> = Object.fromEntries(
    names.map((name) => [name, new Verbatim(NONE)]),
  );
  let end = 0;
  let last: readonly [name: string, start: number] = [names[0]!, 0];
  for (const mark of own) {
    end = (mark.end - base) / 8;
    const start = (mark.start - base) / 8;
    values[mark.path] = new Verbatim(tail.subarray(start, end));
    last = [mark.path, start];
  }
  // What no field has taken is the last one's.
  const [name, start] = last;
  values[name] = new Verbatim(tail.subarray(start));
  return values;
}

/** Takes away every field that comes out the same without. */
function minimal(
  specs: readonly LayerSpec[],
  rest: Parts,
  bytes: Uint8Array,
): LayerSpec[] {
  const kept = specs.slice();
  kept.forEach((_, i) => {
    for (const name in kept[i]!.values) {
      const fewer = without(kept[i]!, name);
      if (fewer === undefined) continue;
      if (isSame([...kept.with(i, fewer), ...rest], bytes)) kept[i] = fewer;
    }
  });
  return kept;
}

function without(
  { layer, values }: LayerSpec,
  field: string,
): LayerSpec | undefined {
  const { [field]: _, ...others } = values;
  try {
    return layer(others);
  } catch {
    // Other fields are there only because of this one.
    return undefined;
  }
}

/**
 * Changes the parts of a packet.
 *
 * @param parts The parts.
 * @param changes Fields by layer, payload and trailer.
 * @returns New parts.
 * @throws {TypeError} If there is no such layer.
 *
 * @example
 * ```ts
 * import { ipv4 } from "./layers/ipv4.ts";
 * import { changed } from "./parts.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = changed([ipv4({ ttl: 1 }) as never], { payload: "hi" });
 * assert.equal(parts[1], "hi");
 * ```
 */
export function changed(
  parts: Parts,
  changes: Readonly<Record<string, unknown>>,
): Parts {
  const specs = parts.filter(isSpec);
  let payload = parts.find((part) =>
    typeof part === "string" || part instanceof Uint8Array
  );
  let trailer = parts.find(isTrailer);
  for (const [name, change] of Object.entries(changes)) {
    if (name === "payload") payload = change as Uint8Array | undefined;
    else if (name === "trailer") {
      trailer = change === undefined
        ? undefined
        : { trailer: change as Uint8Array };
    } else {
      const at = specs.findIndex(({ layer }) => layer.name === name);
      if (at < 0) {
        const names = specs.map(({ layer }) => layer.name).join(", ");
        throw new TypeError(
          `Cannot change a packet as '${name}' must be one of its layers (${names}), payload or trailer`,
        );
      }
      const { layer, values } = specs[at]!;
      specs[at] = layer({ ...values, ...change as object });
    }
  }
  return [...specs, payload, trailer].filter((part) => part !== undefined);
}
