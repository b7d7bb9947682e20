/**
 * Names for everything that can be asked of a packet: `"tcp.dstPort"`,
 * `"tcp.flags.SYN"`, `"frame.time"`. Columns and display filters read packets
 * by these paths.
 *
 * @module
 */

import type { FieldKind, Layer, Slot } from "./layer.ts";
import { FIELD_ALIASES, LAYER_ALIASES } from "./match/aliases.ts";
import { nearestWord } from "../nearest.ts";
import type { Packet } from "./packet.ts";
import { LAYERS } from "./stack.ts";

/**
 * What a path leads to: a fixed field as its layer has it; `"flag"`, one flag of
 * a field; `"present"`, whether a layer is there; `"time"`, an instant;
 * `"value"`, a field of no fixed length: whatever its format makes of it, and
 * `undefined` where the header lacks it.
 */
export type PathKind = FieldKind | "flag" | "present" | "time" | "value";

/** One thing that can be asked of a packet. */
export interface FieldPath {
  /** The whole path: `"tcp.flags.SYN"`. */
  readonly path: string;
  /** The layer's name, or `"frame"`, or `"payload"`. */
  readonly layer: string;
  /** The field's name: `"flags"`; empty where a layer alone is meant. */
  readonly field: string;
  /** The flag's name, where one flag is meant. */
  readonly flag: string | undefined;
  /** What kind of value it leads to. */
  readonly kind: PathKind;
  /** Width in bits of a number, of flags and of addresses; else 0. */
  readonly bits: number;
  /** The flags' names, the highest bit first, of kind `"flags"`. */
  readonly flags: readonly string[];
  /**
   * Reads the value; of two layers of one name, the outer one's.
   *
   * @param packet The packet.
   * @param number The packet's place in its capture, from 1.
   * @returns A number, of 64 bits a bigint; the names of the flags that are set; an
   * `Address`; text (MAC addresses too); octets; a boolean (`"flag"`,
   * `"present"`); a `Temporal.Instant`. `undefined` if the packet has no such
   * layer.
   */
  read(packet: Packet, number?: number): unknown;
}

const DEFINITIONS: ReadonlyMap<string, Layer> = new Map(
  LAYERS.map((layer) => [layer.name, layer]),
);

const PLAIN = { flag: undefined, bits: 0, flags: [] as readonly string[] };

function outside(
  layer: string,
  field: string,
  kind: PathKind,
  bits: number,
  read: FieldPath["read"],
): FieldPath {
  return {
    ...PLAIN,
    path: `${layer}.${field}`,
    layer,
    field,
    kind,
    bits,
    read,
  };
}

/** What a capture says of a packet, and what no layer has explained. */
const OUTSIDE: readonly FieldPath[] = [
  outside("frame", "number", "unsigned", 53, (_, number) => number),
  outside("frame", "time", "time", 64, ({ timestamp }) => timestamp),
  outside("frame", "length", "unsigned", 32, ({ length }) => length),
  outside("frame", "captured", "unsigned", 32, ({ bytes }) => bytes.length),
  outside("frame", "linkType", "unsigned", 32, ({ linkType }) => linkType),
  outside("frame", "error", "text", 0, ({ error }) => error?.message),
  outside(
    "payload",
    "length",
    "unsigned",
    32,
    ({ payload }) => payload.length,
  ),
  outside("payload", "octets", "octets", 0, ({ payload }) => payload),
];

/** The same for every layer: where it lies. */
const PLACES = ["offset", "headerLength"] as const;

const known = new Map<string, FieldPath>(
  OUTSIDE.map((path) => [path.path, path]),
);

/**
 * Finds what a path leads to.
 *
 * A path is a layer (`"tcp"`: is it there?), a field (`"ipv4.src"`), a flag
 * (`"tcp.flags.SYN"`, in either case), `offset` or `headerLength` of a layer in
 * octets, or one of `frame.number`, `frame.time`, `frame.length` (on the wire),
 * `frame.captured`, `frame.linkType`, `frame.error`, `payload.length` and
 * `payload.octets`.
 *
 * @param path The path.
 * @returns What it leads to.
 * @throws {TypeError} If it leads to nothing; the message has the nearest path.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp, resolveField } = net.packet;
 * const packet = build(ipv4({ dst: "192.0.2.1" }), tcp({ flags: ["SYN"] }));
 * assert.equal(`${resolveField("ipv4.dst").read(packet)}`, "192.0.2.1");
 * assert.equal(resolveField("tcp.flags.ACK").read(packet), false);
 * assert.equal(resolveField("udp").read(packet), false);
 * assert.throws(() => resolveField("tcp.dport"), /Did you mean tcp\.dstPort\?/);
 * ```
 */
export function resolveField(path: string): FieldPath {
  const found = typeof path === "string" ? findField(path) : undefined;
  if (found !== undefined) return found;
  const nearest = typeof path === "string" ? nearestField(path) : undefined;
  throw new TypeError(
    `Cannot read a field as 'path' must be a layer, a field or a flag: ` +
      `current value is ${path}` +
      (nearest === undefined ? "" : `. Did you mean ${nearest}?`),
  );
}

/**
 * Finds what a path leads to, like {@linkcode resolveField}, without an error.
 *
 * @param path The path.
 * @returns What it leads to; `undefined` if it leads to nothing.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.packet.findField("tcp.flags.syn")?.path, "tcp.flags.SYN");
 * assert.equal(net.packet.findField("tcp.colour"), undefined);
 * ```
 */
export function findField(path: string): FieldPath | undefined {
  const old = known.get(path);
  if (old !== undefined) return old;
  const found = inLayer(path);
  // Paths are few but for those that only differ in a flag's case.
  if (found?.path === path) known.set(path, found);
  return found;
}

function inLayer(path: string): FieldPath | undefined {
  const [name, field = "", flag, ...rest] = path.split(".");
  const layer = DEFINITIONS.get(name!);
  if (layer === undefined || rest.length > 0) return undefined;
  if (path === name) {
    const read = (packet: Packet) => viewOf(packet, name!) !== undefined;
    return { ...PLAIN, path, layer: name!, field, kind: "present", read };
  }
  const read = (packet: Packet) => viewOf(packet, name!)?.[field];
  if (PLACES.some((place) => place === field) && flag === undefined) {
    const kind = "unsigned";
    return { ...PLAIN, path, layer: name!, field, kind, bits: 32, read };
  }
  const slot = layer.slots.find((slot) => slot.name === field);
  if (slot === undefined) {
    const isTail = layer.tail.some((tail) => tail.name === field);
    if (!isTail || flag !== undefined) return undefined;
    return { ...PLAIN, path, layer: name!, field, kind: "value", read };
  }
  if (flag !== undefined) return oneFlag(name!, slot, flag);
  const { kind, bits, flags } = slot;
  return { ...PLAIN, path, layer: name!, field, kind, bits, flags, read };
}

function oneFlag(
  layer: string,
  { name: field, kind, flags }: Slot,
  text: string,
): FieldPath | undefined {
  const wanted = text.toLowerCase();
  // GRE has an S and an s.
  const flag = flags.find((flag) => flag === text) ??
    flags.find((flag) => flag.toLowerCase() === wanted);
  if (kind !== "flags" || flag === undefined) return undefined;
  const path = `${layer}.${field}.${flag}`;
  const read = (packet: Packet) => {
    const set = viewOf(packet, layer)?.[field] as readonly string[] | undefined;
    return set?.includes(flag);
  };
  return { ...PLAIN, path, layer, field, flag, kind: "flag", bits: 1, read };
}

function viewOf(
  packet: Packet,
  layer: string,
): Readonly<Record<string, unknown>> | undefined {
  return packet[layer as keyof Packet] as never;
}

/**
 * Lists every path there is, but for `offset` and `headerLength`.
 *
 * @returns The paths: what captures say first, then layer by layer, each with
 * its fields and their flags.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.ok(net.packet.fieldPaths().includes("tcp.flags.SYN"));
 * ```
 */
export function fieldPaths(): string[] {
  const paths = OUTSIDE.map(({ path }) => path);
  for (const { name, slots, tail } of LAYERS) {
    paths.push(name);
    for (const slot of slots) {
      const path = `${name}.${slot.name}`;
      paths.push(path, ...slot.flags.map((flag) => `${path}.${flag}`));
    }
    for (const field of tail) paths.push(`${name}.${field.name}`);
  }
  return paths;
}

/**
 * Guesses which path was meant.
 *
 * @param path A path that leads to nothing.
 * @returns The nearest one that leads somewhere; `undefined` if none is near.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.packet.nearestField("ip.src"), "ipv4.src");
 * assert.equal(net.packet.nearestField("zzzz"), undefined);
 * ```
 */
export function nearestField(path: string): string | undefined {
  const alias = FIELD_ALIASES.get(path)?.[0];
  if (alias !== undefined) return alias;
  const [first = "", ...rest] = path.split(".");
  const layer = LAYER_ALIASES.get(first) ?? first;
  const field = rest.join(".");
  const paths = fieldPaths();
  const own = paths.filter((known) => known.startsWith(`${layer}.`));
  if (own.length === 0) {
    // A field alone, or a layer that nobody knows.
    return paths.find((known) => field === "" && known.endsWith(`.${path}`)) ??
      nearestWord(path, paths);
  }
  if (field === "") return layer;
  const wanted = field.toLowerCase();
  // The layer's letters are right already: more of the field's may be wrong.
  return nearestWord(`${layer}.${field}`, own) ?? own.find((known) => {
    const theirs = known.slice(layer.length + 1).toLowerCase();
    return theirs.includes(wanted) || wanted.startsWith(theirs);
  });
}
