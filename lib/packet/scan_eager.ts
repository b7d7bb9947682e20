/**
 * Decodes packets at once, every field of every layer, into plain objects.
 *
 * A {@linkcode Packet} reads fields when they are asked for; whoever wants all of
 * them gets them here for less than asking each would cost.
 *
 * @module
 */

import { tailReader } from "./codec.ts";
import { READ_SCOPE } from "./expression.ts";
import { type Header, PARSE, type Parsed } from "./header.ts";
import type { Layer, LayerView } from "./layer.ts";
import { type Layers, Packet } from "./packet.ts";
import { fieldCode, wordCode } from "./scan_code.ts";
import { macText } from "./scan_column.ts";
import {
  definition,
  scanGraph,
  type ScanNode,
  unknownHooks,
} from "./scan_graph.ts";
import { list, plainObject } from "./read_code.ts";
import type { ScanSource } from "./scan_source.ts";
import { walkCode } from "./scan_walk.ts";
import { type Fault, tailFault, walk } from "./stack.ts";

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

/** Most packets have so many layers at most; a list that grows makes room for more. */
const ROOM = 4;

function compile(): EagerDecoder {
  const scope: Record<string, unknown> = {
    readTail,
    list,
    errorOf,
    troubleText,
    EMPTY: new Uint8Array(),
  };
  // Compiled when the first such header is met.
  const lazily = (name: string, make: () => unknown) => {
    scope[name] = { made: undefined, make };
    return `(${name}.made ??= ${name}.make())`;
  };
  const tailOf = ({ id, layer }: ScanNode, end: string) => {
    scope[`layer${id}`] = layer;
    const read = lazily(`tail${id}`, () => tailReader(layer));
    return `${read}(b, d, at + ${layer.size}, ${end}, at, plain, plain, plain)`;
  };
  const makeCode = ({ id, layer }: ScanNode, length: string) => {
    const Plain = lazily(`Plain${id}`, () => plainLayer(layer));
    return `const plain = new ${Plain}(b, d, at, at - start, ${length});`;
  };
  const { steps, walk } = walkCode({
    isUseful: () => true,
    goesOn: () => true,
    // An object that is made anyway: what reads fields need not make a view.
    reads: (node) =>
      node.layer.looksBehind === true ? undefined : {
        name: "plain",
        make: makeCode(node, `${node.layer.size}`),
        parse: `let length = ${tailOf(node, "end")} - at;
  let isSound = true;
  if (length < 0) {
    const parsed = readTail(layer${node.id}, b, d, at, at - start, end - at, plain);
    ${parsedCode(node)}
    isSound = parsed.trouble === undefined;
    length = isSound ? parsed.end : end - at;
  }
  plain.headerLength = length;`,
      },
    accept(node) {
      const { id, layer } = node;
      const { size, header, tail } = layer;
      const push =
        `if (depth < ${ROOM}) layers[depth] = plain; else layers.push(plain);
  depth++;`;
      const looksBehind = layer.looksBehind === true;
      const make = looksBehind ? [makeCode(node, "length")] : [];
      if (header === "parsed" && looksBehind) {
        return [
          ...make,
          `Object.assign(plain, parsed.values); ${push}`,
          parsedCode(node),
        ];
      }
      if (header === "parsed" || tail.length === 0) return [...make, push];
      const read = `if (${tailOf(node, "at + length")} < 0 &&
    readTail(layer${id}, b, d, at, at - start, length, plain).trouble !== undefined) {
    isWhole = false;
  }`;
      const empty = `plain.${tail[0]!.name} = list();`;
      return [
        ...make,
        push,
        isOptions(layer)
          ? `if (length === ${size}) ${empty} else ${read}`
          : read,
      ];
    },
    trouble: "isWhole = false;",
    scope,
  });
  const source = `"use strict";
let layers, depth = 0, isWhole = true, fault, linkType = -1, root = 0;
${
    plainObject(
      "PlainPacket",
      PACKET.join(", "),
      PACKET.map((name) => [name, name]),
    )
  }
${steps}
return (r) => {
  b = r.octets;
  d = r.view;
  start = place = r.start;
  end = r.end;
  layers = list(${new Array(ROOM).fill("undefined").join(", ")});
  depth = 0;
  const captured = end - start;
  if (r.linkType !== linkType) {
    linkType = r.linkType;
    root = rootOf(linkType);
  }
  isWhole = captured >= r.length;
  fault = undefined;
  ${walk}
  for (let left = ${ROOM} - depth; left > 0; left--) layers.pop();
  return new PlainPacket(
    r.number,
    r.seconds === undefined ? undefined : r.seconds * 1000 + r.nanoseconds / 1e6,
    linkType,
    r.length,
    captured,
    layers,
    place < end ? b.subarray(place, end) : EMPTY,
    isWhole ? undefined : fault ?? errorOf(r),
  );
};`;
  return new Function(...Object.keys(scope), source)(...Object.values(scope));
}

/** The walk ends with such trouble: whatever was wrong before counts for less. */
function parsedCode({ layer }: ScanNode): string {
  return `if (parsed.trouble !== undefined && (whole || !parsed.trouble.isCut)) {
    fault = troubleText("${layer.name}", at - start, parsed.trouble);
  }`;
}

/** What is wrong with a packet, if anything is. */
function errorOf(record: ScanSource): string | undefined {
  const { fault, layers, whole } = walk(record.frame());
  const found = fault ?? tailFault(layers, whole);
  return found && faultText(found);
}

/** What is wrong with the fields behind the fixed ones of a header. */
function troubleText(
  layer: string,
  offset: number,
  { reason, needed, available, ...place }: NonNullable<Parsed["trouble"]>,
): string {
  return faultText({
    ...{ reason, layer, needed, available },
    offset: offset + place.offset,
  });
}

/** The message of a fault's error; to make the error takes longer than all else. */
function faultText(
  { reason, layer, offset, needed, available = 0, lengthFrom }: Fault,
): string {
  const counts = needed === undefined
    ? ""
    : `, needs ${needed} octets and has ${available}`;
  const blame = lengthFrom === undefined ? "" : ` (says ${lengthFrom})`;
  return `Cannot decode ${layer}: ${reason} at octet ${offset}${counts}${blame}`;
}

/** What a packet has, in the order of `PlainPacket`. */
const PACKET = [
  ...["number", "time", "linkType", "length", "captured"],
  ...["layers", "payload", "error"],
] as const satisfies readonly (keyof PlainPacket)[];

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

/** Reads the fields behind the fixed ones of a header with something odd in it. */
function readTail(
  layer: Layer,
  octets: Uint8Array,
  view: DataView,
  at: number,
  offset: number,
  length: number,
  plain: Record<string, unknown>,
): Parsed {
  const header = new layer.View(octets, view, at, offset, length) as Header;
  const parsed = header[PARSE]!();
  Object.assign(plain, parsed.values);
  return parsed;
}

/**
 * Makes the function that reads the fixed fields of one kind of header, and
 * makes room for the others.
 */
function plainLayer(layer: Layer): unknown {
  const scope: Record<string, unknown> = { ...READ_SCOPE, mac };
  const lists: string[] = [];
  const fields: [name: string, value: string][] = [
    ["name", JSON.stringify(layer.name)],
    ["offset", "offset"],
    ["headerLength", "headerLength"],
  ];
  layer.slots.forEach((slot, index) => {
    const list = `flags${index}`;
    if (slot.kind === "flags") {
      lists.push(`const ${list} = flagList(${JSON.stringify(slot.flags)});`);
    }
    fields.push([
      slot.name,
      slot.kind === "mac"
        ? `mac(${wordCode(slot, 0, "Uint16")}, ${wordCode(slot, 2, "Uint32")})`
        : fieldCode(layer, slot, list),
    ]);
  });
  for (const { name } of layer.tail) fields.push([name, "undefined"]);
  const source = `"use strict";
${lists.join("\n")}
${plainObject("Plain", "b, d, at, offset, headerLength", fields)}
return Plain;`;
  return new Function(...Object.keys(scope), source)(...Object.values(scope));
}

// To make a text takes some ten times what it does to make an address; most
// packets of a capture are between the same few stations.

/** How many texts are kept; a newer one takes an older's place. */
const KEPT = 8192;
const keptMacs: string[] = new Array(KEPT).fill("");
const keptNumbers = new Float64Array(KEPT).fill(-1);

function mac(high: number, low: number): string {
  const word = low ^ high;
  const at = Math.imul(word ^ word >>> 15, 0x2c1b3c6d) >>> 19;
  const number = high * 4294967296 + low;
  if (keptNumbers[at] === number) return keptMacs[at]!;
  // Two that have the same place do not drive each other out.
  const beside = at ^ 1;
  if (keptNumbers[beside] === number) return keptMacs[beside]!;
  keptNumbers[beside] = keptNumbers[at]!;
  keptMacs[beside] = keptMacs[at]!;
  keptNumbers[at] = number;
  return keptMacs[at] = macText(number);
}
