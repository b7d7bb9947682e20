/**
 * Packets by chance, and packets by the row.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { seeded } from "../random.ts";
import { build, type BuiltPacket } from "./build.ts";
import { tailTable } from "./codec.ts";
import type { Fields, Random } from "./format.ts";
import type {
  FieldInputs,
  FieldTable,
  Layer,
  LayerSpec,
  LayerView,
} from "./layer.ts";
import { FUZZ } from "./option_names.ts";
import type { Layers } from "./packet.ts";
import { headerOctets } from "./row.ts";
import { randomValue } from "./value.ts";

/**
 * Makes up a header: valid values for all fields, but for those that are worked
 * out (lengths, checksums, what comes next) and those that are set.
 *
 * @param layer The layer.
 * @param random The source of chance, from 0 up to and without 1.
 * @param set Fields to keep as they are.
 * @returns The header.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { values } = net.packet.randomHeader(net.packet.udp, () => 0.5, { dstPort: 53 });
 * assert.deepEqual(values, { srcPort: 32768, dstPort: 53 });
 * ```
 */
export function randomHeader<N extends string, F extends FieldTable>(
  layer: Layer<N, F>,
  random: Random,
  set: FieldInputs<F> = {} as FieldInputs<F>,
): LayerSpec<N, F> {
  const { next } = layer;
  const field = typeof next === "string" ? next : next?.[0];
  return made(
    layer as unknown as Layer,
    random,
    set as Fields,
    field,
  ) as unknown as LayerSpec<N, F>;
}

/** How often a header is made up that may turn out impossible. */
const TRIES = 20;

function made(
  layer: Layer,
  random: Random,
  set: Fields,
  left: string | undefined,
): LayerSpec {
  let spec = layer({ ...layer.defaults as Fields, ...set });
  for (let tries = 0; tries < TRIES; tries++) {
    // What is always the same, such as a version, is a default: when nothing
    // else will do, those are kept.
    const kept = tries < TRIES / 2
      ? set
      : { ...layer.defaults as Fields, ...set };
    spec = layer(randomValues(layer, random, kept, left));
    if (isPossible(spec)) return spec;
  }
  return spec;
}

function randomValues(
  layer: Layer,
  random: Random,
  set: Fields,
  left: string | undefined,
): Record<string, unknown> {
  const { computed = {}, checksum, slots, tail } = layer;
  const unset = new Set([
    ...Object.keys(computed),
    ...tail.flatMap(({ format }) => [format.countIn, format.lengthIn]),
    checksum?.field,
    left,
  ]);
  const values: Record<string, unknown> = {};
  for (const slot of slots) {
    if (slot.name in set) values[slot.name] = set[slot.name];
    else if (!unset.has(slot.name)) {
      values[slot.name] = randomValue(slot, random);
    }
  }
  if (tail.length === 0) return values;
  const known = { ...layer.defaults as Fields, ...values };
  return { ...values, ...tailTable(layer).random(random, known), ...set };
}

/** Whether a header's lengths fit the fields that state them, and it may be. */
function isPossible(spec: LayerSpec): boolean {
  try {
    const view = viewOf(spec);
    return spec.layer.check?.(view) === undefined;
  } catch {
    return false;
  }
}

function viewOf(spec: LayerSpec): LayerView {
  const octets = headerOctets(spec);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return new spec.layer.View(octets, view, 0, 0, octets.length);
}

/** What {@linkcode fuzz} makes packets of: layers, and headers with fields set. */
export type FuzzPart = { readonly name: string } | {
  readonly layer: { readonly name: string };
  readonly values: object;
};

type FuzzNames<P extends readonly FuzzPart[]> = {
  [I in keyof P]: P[I] extends { readonly layer: { readonly name: infer N } }
    ? N
    : P[I] extends { readonly name: infer N } ? N
    : never;
}[number];

/** Options for {@linkcode fuzz}. */
export interface FuzzOptions {
  /** Where the row starts: the same seed gives the same packets. @default {1} */
  readonly seed?: number | bigint;
  /** How many packets. @default {Infinity} */
  readonly count?: number;
}

/**
 * Makes packets whose fields are set by chance, valid one by one: to try out a
 * parser, a firewall, a server of one's own. Send them only where that is
 * allowed.
 *
 * @param parts Layers, outermost first; a header with fields keeps those.
 * @param options Seed and count.
 * @returns The packets, each made when it is asked for.
 * @throws {TypeError} If one header cannot follow the other.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { fuzz, ipv4, udp } = net.packet;
 * const parts = [ipv4({ dst: "192.0.2.1" }), udp] as const;
 * const [first, second] = fuzz(parts, { seed: 7, count: 2 });
 * assert.equal(`${first?.ipv4.dst}`, "192.0.2.1");
 * assert.ok(second?.checksums.every(({ ok }) => ok));
 * ```
 */
export function fuzz<const P extends readonly FuzzPart[]>(
  parts: P,
  options: FuzzOptions = {},
): Generator<BuiltPacket<FuzzNames<P> & keyof Layers>, void, void> {
  const what = "fuzz packets";
  onlyKnown(what, options, FUZZ);
  const { seed = 1, count = Infinity } = options;
  if (!Array.isArray(parts)) {
    throw new TypeError(
      `Cannot ${what} as 'parts' must be a list such as [ipv4, udp]: current value is ${parts}`,
    );
  }
  if (!(count === Infinity || Number.isInteger(count) && count >= 0)) {
    throw new RangeError(
      `Cannot ${what} as 'count' must be a whole number, 0 or more: current value is ${count}`,
    );
  }
  return fuzzed(parts as P, seeded(seed), count);
}

function* fuzzed<const P extends readonly FuzzPart[]>(
  parts: P,
  random: () => number,
  count: number,
): Generator<BuiltPacket<FuzzNames<P> & keyof Layers>, void, void> {
  for (let i = 0; i < count; i++) {
    const headers = parts.map((part, i) => {
      const [layer, set] = "values" in part
        ? [part.layer as unknown as Layer, part.values as Fields]
        : [part as unknown as Layer, {}];
      const { next } = layer;
      // Above the last there is nothing that would say what comes next.
      const left = i === parts.length - 1
        ? undefined
        : typeof next === "string"
        ? next
        : next?.[0];
      let header = made(layer, random, set, left);
      // In a fragment nobody would see the headers behind it.
      for (let t = 0; t < TRIES && i < parts.length - 1; t++) {
        if (!isPiece(header)) break;
        header = made(layer, random, set, left);
      }
      return header;
    });
    yield build(...headers) as unknown as BuiltPacket<
      FuzzNames<P> & keyof Layers
    >;
  }
}

function isPiece(spec: LayerSpec): boolean {
  const piece = spec.layer.piece?.(viewOf(spec));
  return piece === "head" || piece === "tail";
}
