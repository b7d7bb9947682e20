/**
 * Decodes packets at once, every field of every layer, into plain objects.
 *
 * A {@linkcode Packet} reads fields when they are asked for; whoever wants all of
 * them gets them here for less than asking each would cost.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import { READ_SCOPE } from "./expression.ts";
import type { Layer, LayerView } from "./layer.ts";
import { type Layers, Packet } from "./packet.ts";
import { fieldCode, wordCode } from "./scan_code.ts";
import { macText } from "./scan_column.ts";
import { definition, scanGraph, unknownHooks } from "./scan_graph.ts";
import type { ScanSource } from "./scan_source.ts";
import { walkCode } from "./scan_walk.ts";

/** One layer as a plain object: its name, its place, its fields. */
export type PlainLayer = {
  [N in keyof Layers]: Omit<Layers[N], "bytes" | "toJSON" | "toString">;
}[keyof Layers];

/** A packet whose fields have all been read. */
export interface PlainPacket {
  /** Its place in the capture, from 1. */
  readonly number: number;
  /** When it was captured, in milliseconds since 1970 with a fraction. */
  readonly time: number | undefined;
  /** What it starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** Octets that there were on the wire. */
  readonly length: number;
  /** Octets that are here. */
  readonly captured: number;
  /** The layers, outermost first. */
  readonly layers: readonly PlainLayer[];
  /** The octets after the last layer; not copied. */
  readonly payload: Uint8Array;
  /** What was wrong, if anything was. */
  readonly error: string | undefined;
}

/** A record; a cursor is at one. */
export type EagerRecord = Omit<ScanSource, "next">;

/** Decodes a record. */
export type EagerDecoder = (record: EagerRecord) => PlainPacket;

let made: EagerDecoder | undefined;

/**
 * Gives the function that decodes a record into a plain object; it is made once,
 * from the tables of all layers.
 *
 * @returns The function.
 *
 * @example
 * ```ts
 * import { decode } from "./packet.ts";
 * import { eagerDecoder } from "./scan_eager.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0, 0, 0, 7, 1);
 * const record = {
 *   octets,
 *   view: new DataView(octets.buffer),
 *   start: 0,
 *   end: 5,
 *   length: 5,
 *   linkType: 108,
 *   seconds: 1,
 *   nanoseconds: 500_000_000,
 *   number: 1,
 *   frame: () => assert.fail("nothing is wrong with it"),
 * };
 * const { layers, payload, time } = eagerDecoder()(record);
 * assert.deepEqual(layers, [{ name: "loopback", offset: 0, headerLength: 4, family: 7 }]);
 * assert.deepEqual([...payload, time], [1, 1500]);
 * ```
 */
export function eagerDecoder(): EagerDecoder {
  return made ??=
    scanGraph().nodes.some(({ layer }) => unknownHooks(layer).length > 0)
      ? bySight
      : compile();
}

/** Decodes by `Packet`: right whatever layers do, and slower. */
function bySight(record: EagerRecord): PlainPacket {
  const packet = new Packet(record.frame());
  const { time, linkType, length, bytes, payload, error } = packet;
  const layers = packet.layers.map((view) => {
    const { slots, tail } = definition(view.name)!;
    const { name, offset, headerLength } = view as LayerView;
    const fields = [...slots, ...tail].map(({ name }) => [
      name,
      (view as unknown as Readonly<Record<string, unknown>>)[name],
    ]);
    return {
      ...{ name, offset, headerLength },
      ...Object.fromEntries(fields),
    } as PlainLayer;
  });
  const captured = bytes.length;
  return {
    ...{ number: record.number, time, linkType, length, captured },
    ...{ layers, payload, error: error?.message },
  };
}

function compile(): EagerDecoder {
  const scope: Record<string, unknown> = {
    errorOf: (record: ScanSource) => new Packet(record.frame()).error?.message,
  };
  const { steps, walk } = walkCode({
    isUseful: () => true,
    goesOn: () => true,
    accept({ id, layer }) {
      const name = `plain${id}`;
      scope[name] = { made: undefined, make: () => plainLayer(layer) };
      const hasTail = layer.tail.length > 0;
      const push = `layers.push((${name}.made ??= ${name}.make())(${
        ["b", "d", "at", "at - start", "length"].concat(hasTail ? "v" : [])
          .join(", ")
      }));`;
      if (!hasTail) return [push];
      const check = "if (v[PARSE]().trouble !== undefined) isWhole = false;";
      return isOptions(layer)
        ? [push, `if (length > ${layer.size}) { ${check} }`]
        : [push, check];
    },
    trouble: "isWhole = false;",
    scope,
  });
  const source = `"use strict";
let layers, isWhole = true, linkType = -1, root = 0;
${steps}
return (r) => {
  b = r.octets;
  d = r.view;
  start = place = r.start;
  end = r.end;
  layers = [];
  const captured = end - start;
  if (r.linkType !== linkType) {
    linkType = r.linkType;
    root = rootOf(linkType);
  }
  isWhole = captured >= r.length;
  ${walk}
  return {
    number: r.number,
    time: r.seconds === undefined ? undefined : r.seconds * 1000 + r.nanoseconds / 1e6,
    linkType,
    length: r.length,
    captured,
    layers,
    payload: b.subarray(place, end),
    error: isWhole ? undefined : errorOf(r),
  };
};`;
  return new Function(...Object.keys(scope), source)(...Object.values(scope));
}

/**
 * Whether a header that ends with its fixed fields has nothing behind them but an
 * empty list: most headers have no options.
 */
function isOptions({ tail }: Layer): boolean {
  if (tail.length !== 1) return false;
  const { empty, countIn, lengthIn, isQuiet } = tail[0]!.format;
  return Array.isArray(empty) && empty.length === 0 && isQuiet === true &&
    countIn === undefined && lengthIn === undefined;
}

/** Makes the function that reads all fields of one kind of header. */
function plainLayer(layer: Layer): unknown {
  const scope: Record<string, unknown> = { ...READ_SCOPE, ipv4, ipv6, mac };
  const lists: string[] = [];
  const fields = layer.slots.map((slot, index) => {
    const { name, kind, flags } = slot;
    const word = (octet: number) => wordCode(slot, octet, "Int32");
    switch (kind) {
      case "ipv4":
        return `${name}: ipv4(${word(0)})`;
      case "ipv6":
        return `${name}: ipv6(${[0, 4, 8, 12].map(word).join(", ")})`;
      case "mac":
        return `${name}: mac(${wordCode(slot, 0, "Uint16")}, ${
          wordCode(slot, 2, "Uint32")
        })`;
      case "flags":
        lists.push(`const flags${index} = flagList(${JSON.stringify(flags)});`);
    }
    return `${name}: ${fieldCode(layer, slot, `flags${index}`)}`;
  });
  for (const { name } of layer.tail) {
    fields.push(
      isOptions(layer)
        ? `${name}: headerLength > ${layer.size} ? v.${name} : []`
        : `${name}: v.${name}`,
    );
  }
  const source = `"use strict";
${lists.join("\n")}
return (b, d, at, offset, headerLength, v) => ({
  name: ${JSON.stringify(layer.name)},
  offset,
  headerLength,
  ${fields.join(",\n  ")},
});`;
  return new Function(...Object.keys(scope), source)(...Object.values(scope));
}

// Most packets of a capture are between the same few hosts: to look an address
// up costs a third of what a new one does, and the heap holds it once.

/** How many addresses of each kind are kept; a newer one takes an older's place. */
const KEPT = 8192;

function place(word: number): number {
  return Math.imul(word ^ word >>> 15, 0x2c1b3c6d) >>> 19;
}

const keptIpv4: (Address | undefined)[] = new Array(KEPT).fill(undefined);

function ipv4(word: number): Address {
  const at = place(word);
  const kept = keptIpv4[at];
  if (kept !== undefined && kept.w3 === word) return kept;
  return keptIpv4[at] = new Address(4, 0, 0, 0, word);
}

const keptIpv6: (Address | undefined)[] = new Array(KEPT).fill(undefined);

function ipv6(w0: number, w1: number, w2: number, w3: number): Address {
  const at = place(w0 ^ w1 * 3 ^ w2 * 5 ^ w3);
  const kept = keptIpv6[at];
  if (
    kept !== undefined && kept.w3 === w3 && kept.w2 === w2 &&
    kept.w1 === w1 && kept.w0 === w0
  ) {
    return kept;
  }
  return keptIpv6[at] = new Address(6, w0, w1, w2, w3);
}

const keptMacs: string[] = new Array(KEPT).fill("");
const keptMacNumbers = new Float64Array(KEPT).fill(-1);

function mac(high: number, low: number): string {
  const at = place(low ^ high);
  const number = high * 4294967296 + low;
  if (keptMacNumbers[at] === number) return keptMacs[at]!;
  keptMacNumbers[at] = number;
  return keptMacs[at] = macText(number);
}
