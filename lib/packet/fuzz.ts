/**
 * Packets by chance, and packets by the row.
 *
 * @module
 */

import { seeded } from "../random.ts";
import { build, type BuiltPacket } from "./build.ts";
import { tailTable } from "./codec.ts";
import type { Fields, Random } from "./format.ts";
import type { FieldInputs, FieldTable, Layer, LayerSpec } from "./layer.ts";
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
  const { computed = {}, checksum, defaults = {}, next, slots, tail } = layer;
  const stated = tail.flatMap((
    { format },
  ) => [format.countIn, format.lengthIn]);
  const left = new Set<string | undefined>([
    ...Object.keys(computed),
    checksum?.field,
    typeof next === "string" ? next : next?.[0],
    ...stated,
    // What is always the same, such as a version, is a default.
    ...layer.check === undefined ? [] : Object.keys(defaults),
  ]);
  const values: Record<string, unknown> = {};
  const given = set as Fields;
  for (const slot of slots) {
    if (slot.name in given) values[slot.name] = given[slot.name];
    else if (!left.has(slot.name)) {
      values[slot.name] = randomValue(slot, random);
    }
  }
  const known: Record<string, unknown> = { ...defaults as Fields, ...values };
  if (tail.length === 0) return layer(values as FieldInputs<F>);
  const table = tailTable(layer as unknown as Layer);
  for (let tries = 0; tries < TRIES; tries++) {
    const made = { ...values, ...table.random(random, known), ...given };
    const spec = layer(made as FieldInputs<F>);
    if (fits(spec as unknown as LayerSpec)) return spec;
  }
  return layer({ ...values, ...given } as FieldInputs<F>);
}

/** How often options are made up that may be too many for their header. */
const TRIES = 20;

/** Whether the lengths of a header fit the fields that state them. */
function fits(spec: LayerSpec): boolean {
  try {
    headerOctets(spec);
    return true;
  } catch {
    return false;
  }
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
export function* fuzz<const P extends readonly FuzzPart[]>(
  parts: P,
  options: FuzzOptions = {},
): Generator<BuiltPacket<FuzzNames<P> & keyof Layers>, void, void> {
  const { seed = 1, count = Infinity } = options;
  const random = seeded(seed);
  for (let i = 0; i < count; i++) {
    const headers = parts.map((part) =>
      "values" in part
        ? randomHeader(
          part.layer as unknown as Layer,
          random,
          part.values as Fields,
        )
        : randomHeader(part as unknown as Layer, random)
    );
    yield build(...headers) as unknown as BuiltPacket<
      FuzzNames<P> & keyof Layers
    >;
  }
}
