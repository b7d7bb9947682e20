/**
 * What a name in a display filter leads to: the one place where names meet the
 * layers.
 *
 * A name is a path as fields.ts has it, in either case; one into a list or an
 * option, `tcp.options.mss`, of which nothing is known beforehand; `payload`,
 * alone or of a layer; `frame`; or one of Wireshark's.
 *
 * @module
 */

import {
  fieldPaths,
  findField,
  nearestField,
  type PathKind,
} from "../fields.ts";
import type { Layer } from "../layer.ts";
import type { Packet } from "../packet.ts";
import { LAYERS } from "../stack.ts";
import { FIELD_ALIASES, LAYER_ALIASES } from "./aliases.ts";
import { nearestWord } from "../../nearest.ts";

/** What kind of value a name leads to; of `"value"` only the packet tells. */
export type TargetKind = PathKind;

/** Where the values of a name are. */
export interface Target {
  /** The name, as it is written here. */
  readonly path: string;
  /** The layer; `undefined` for what belongs to none, like `frame.length`. */
  readonly layer: string | undefined;
  /** Which of several layers of that name, from 1; all if not given. */
  readonly ordinal: number | undefined;
  /** What kind of values they are. */
  readonly kind: TargetKind;
  /** Width in bits of a number; else 0. */
  readonly bits: number;
  /** The flags' names, the highest bit first, of kind `"flags"`. */
  readonly flags: readonly string[];
  /** What a number's values are called. */
  readonly names: Readonly<Record<number, string>> | undefined;
  /** The field of the layer; `undefined` for the layer itself. */
  readonly field: string | undefined;
  /** The flag of the field. */
  readonly flag: string | undefined;
  /** The way on from the field's value, through lists and records. */
  readonly inside: readonly string[];
  /** Reads what belongs to no layer. */
  readonly read?: (packet: Packet, number: number | undefined) => unknown;
}

const PLAIN = {
  ordinal: undefined,
  bits: 0,
  flags: [],
  names: undefined,
  field: undefined,
  flag: undefined,
  inside: [],
} as const;

const DEFINITIONS: ReadonlyMap<string, Layer> = new Map(
  LAYERS.map((layer) => [layer.name.toLowerCase(), layer]),
);

/**
 * Finds what a name leads to.
 *
 * @param name The name; `ipv4#2.src` is of the second IPv4 header.
 * @returns Where the values are, in one place or in several; none if it leads
 * nowhere.
 *
 * @example
 * ```ts
 * import { resolveName } from "./resolve.ts";
 * import assert from "node:assert/strict";
 *
 * const paths = (name: string) => resolveName(name).map(({ path }) => path);
 * assert.deepEqual(paths("tcp.dstport"), ["tcp.dstPort"]);
 * assert.deepEqual(paths("ip.addr"), ["ipv4.src", "ipv4.dst"]);
 * assert.deepEqual(paths("tcp.colour"), []);
 * ```
 */
export function resolveName(name: string): readonly Target[] {
  const numbered = /^([^.#]+)#(\d+)(\..+)?$/.exec(name);
  if (numbered !== null) {
    const [, layer, digits, rest = ""] = numbered;
    const ordinal = Number(digits);
    if (ordinal === 0) return [];
    return resolveName(`${layer}${rest}`)
      .filter((target) => target.layer !== undefined)
      .map((target) => ({ ...target, ordinal }));
  }
  const paths = FIELD_ALIASES.get(name.toLowerCase());
  if (paths !== undefined) {
    const targets = paths.map(one);
    if (targets.every((target) => target !== undefined)) return targets;
  }
  const target = one(name);
  return target === undefined ? [] : [target];
}

/** A path of ours, in either case, under our layer's name or Wireshark's. */
function one(path: string): Target | undefined {
  return outside(path) ?? inLayer(renamed(path)) ?? inLayer(path);
}

function renamed(path: string): string {
  const parts = path.split(".");
  for (let count = Math.min(2, parts.length); count > 0; count--) {
    const start = parts.slice(0, count).join(".").toLowerCase();
    const layer = LAYER_ALIASES.get(start);
    if (layer !== undefined) return [layer, ...parts.slice(count)].join(".");
  }
  return path;
}

function outside(path: string): Target | undefined {
  const layer = undefined;
  if (path === "frame") {
    const read = ({ bytes }: Packet) => bytes;
    return { ...PLAIN, path, layer, kind: "octets", read };
  }
  const whole = renamed(path) === "payload" ? "payload.octets" : path;
  if (!/^(frame|payload)\./.test(whole)) return undefined;
  const found = findField(whole) ?? findField(lastLower(whole));
  if (found === undefined) return undefined;
  const { kind, bits, read } = found;
  return { ...PLAIN, path: found.path, layer, kind, bits, read };
}

function lastLower(path: string): string {
  return path.toLowerCase().replace("linktype", "linkType");
}

/** What fields.ts knows of every layer, beside its fields. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["offset", "offset"],
  ["headerlength", "headerLength"],
]);

function inLayer(path: string): Target | undefined {
  const [first, second, ...rest] = path.split(".");
  const definition = DEFINITIONS.get(first!.toLowerCase());
  if (definition === undefined) return undefined;
  const { name: layer, slots, tail } = definition;
  const base = { ...PLAIN, layer };
  if (second === undefined) return { ...base, path: layer, kind: "present" };
  const wanted = plainName(second);
  const slot = slots.find(({ name }) => plainName(name) === wanted);
  if (slot !== undefined) {
    const { name: field, kind, bits, flags, names } = slot;
    const whole = { ...base, path: `${layer}.${field}`, field };
    if (rest.length === 0) return { ...whole, kind, bits, flags, names };
    const flag = flags.find((name) => plainName(name) === plainName(rest[0]!));
    if (flag === undefined || rest.length > 1) return undefined;
    return { ...whole, path: `${whole.path}.${flag}`, flag, kind: "flag" };
  }
  const behind = tail.find(({ name }) => plainName(name) === wanted);
  if (behind !== undefined) {
    const inside = rest;
    const path = [layer, behind.name, ...inside].join(".");
    return { ...base, path, field: behind.name, kind: "value", inside };
  }
  const place = PLACES.get(wanted);
  if (place !== undefined && rest.length === 0) {
    const path = `${layer}.${place}`;
    return { ...base, path, field: place, kind: "unsigned", bits: 32 };
  }
  return ofPayload(layer, wanted, rest);
}

/** `udp.payload` and `udp.payload.length`: what a layer carries. */
function ofPayload(
  layer: string,
  field: string,
  [length, ...rest]: readonly string[],
): Target | undefined {
  if (field !== "payload" || rest.length > 0) return undefined;
  const base = { ...PLAIN, layer, field: "$payload" };
  const path = `${layer}.payload`;
  if (length === undefined) return { ...base, path, kind: "octets" };
  if (length.toLowerCase() !== "length") return undefined;
  return {
    ...base,
    path: `${path}.length`,
    field: "$payloadLength",
    kind: "unsigned",
    bits: 32,
  };
}

/** `dst_port` and `dstport` are `dstPort`. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

/**
 * Guesses which name was meant.
 *
 * @param name A name that leads nowhere.
 * @returns One that leads somewhere; `undefined` if none is near.
 *
 * @example
 * ```ts
 * import { nearestName } from "./resolve.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearestName("tcp.flags.SIN"), "tcp.flags.SYN");
 * assert.equal(nearestName("udp.prt"), "udp.port");
 * ```
 */
export function nearestName(name: string): string | undefined {
  const names = [...FIELD_ALIASES.keys(), ...fieldPaths()];
  return nearestWord(name, names) ?? nearestField(renamed(name));
}
