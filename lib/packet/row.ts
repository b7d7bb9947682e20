/**
 * Writing rows of headers: for every row of layers that occurs, one function
 * compiled from their tables lays the headers out, fills in what was not set,
 * and makes the checksums. Going from header to header with a loop takes some
 * five times as long.
 *
 * @module
 */

import { onesSum } from "../bytes/checksum.ts";
import { Address } from "../ip/address.ts";
import { headerBelow, headerChecksum, readdressed } from "./checksum.ts";
import { checkedExpression } from "./encode.ts";
import { writeStatements } from "./expression.ts";
import type { Layer, LayerSpec, RawValue } from "./layer.ts";
import { checker } from "./value.ts";

/** A buffer that packets are written into, one behind the other. */
export interface Slab {
  /** The octets. */
  readonly octets: Uint8Array;
  /** The same, for numbers. */
  readonly view: DataView;
  /** Where the last packet in it starts. */
  start: number;
  /** Octets in use. */
  used: number;
}

/**
 * Writes a row of headers and a payload.
 *
 * @param specs The headers.
 * @param payload The octets behind them.
 * @param trailer Octets behind those, that no length covers.
 * @param slabFor Gives the slab that has so many octets left, and counts them
 * as used.
 * @returns The slab; the packet is the last in it.
 */
export type Row = (
  specs: readonly unknown[],
  payload: Uint8Array,
  trailer: Uint8Array,
  slabFor: (length: number) => Slab,
) => Slab;

/** Rows by their layers, one step a layer. */
class Node {
  row: Row | undefined;
  readonly next = new Map<Layer, Node>();
}

const ROOT = new Node();

/**
 * Gives the function that writes a row; it is compiled when the row is met for
 * the first time.
 *
 * @param parts Headers, and perhaps other things behind them.
 * @param count How many are headers.
 * @returns What writes them.
 *
 * @example
 * ```ts
 * import { udp } from "./layers/udp.ts";
 * import { rowOf } from "./row.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rowOf([udp()], 1), rowOf([udp({ dstPort: 53 })], 1));
 * ```
 */
export function rowOf(parts: readonly unknown[], count: number): Row {
  let node = ROOT;
  for (let i = 0; i < count; i++) {
    const { layer } = parts[i] as LayerSpec;
    let next = node.next.get(layer);
    if (next === undefined) node.next.set(layer, next = new Node());
    node = next;
  }
  return node.row ??= compileRow(
    parts.slice(0, count).map((part) => (part as LayerSpec).layer),
  );
}

/**
 * Writes a header alone.
 *
 * @param spec The header.
 * @param dirt What the octets are before. @default {0}
 * @returns Its octets.
 * @throws {RangeError} If a length does not fit its field.
 *
 * @example
 * ```ts
 * import { udp } from "./layers/udp.ts";
 * import { headerOctets } from "./row.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = headerOctets(udp({ dstPort: 53, checksum: 7 }) as never);
 * assert.equal(octets.toHex(), "0000003500080007");
 * ```
 */
export function headerOctets(spec: LayerSpec, dirt = 0): Uint8Array {
  const none = new Uint8Array();
  const slabFor = (length: number): Slab => {
    const octets = new Uint8Array(length).fill(dirt);
    return {
      octets,
      view: new DataView(octets.buffer),
      start: 0,
      used: length,
    };
  };
  return rowOf([spec], 1)([spec], none, none, slabFor).octets;
}

function compileRow(layers: readonly Layer[]): Row {
  const lines: string[] = [];
  const last = layers.length;
  layers.forEach(({ size, headerUnit = 1 }, i) => {
    lines.push(`const s${i} = specs[${i}].raw, t${i} = s${i}.$tail;`);
    const length = `${size} + t${i}.length`;
    lines.push(
      `const h${i} = t${i} === undefined ? ${up(size, headerUnit)} : ${
        headerUnit === 1
          ? length
          : `Math.ceil((${length}) / ${headerUnit}) * ${headerUnit}`
      };`,
    );
  });
  const headers = layers.map((_, i) => `h${i}`).join(" + ");
  lines.push(
    `const total = ${headers} + payload.length + trailer.length;`,
    "const slab = slabFor(total), b = slab.octets, d = slab.view;",
    "const o0 = slab.start;",
    ...layers.map((_, i) => `const o${i + 1} = o${i} + h${i};`),
    `const end = o${last} + payload.length;`,
    `if (payload.length > 0) b.set(payload, o${last});`,
    "if (trailer.length > 0) b.set(trailer, end);",
  );
  for (let i = last - 1; i >= 0; i--) lines.push(fill(layers, i));
  // A checksum covers what is above, and needs the addresses from below.
  for (let i = last - 1; i >= 0; i--) lines.push(sum(layers, i));
  lines.push("return slab;");
  const scope = {
    layers,
    computed: layers.map(({ computed = {} }) => computed),
    checks: layers.map(({ name, slots }) =>
      slots.map((slot) => checker(name, slot))
    ),
    defaults: layers.map(({ writer, defaults = {} }) => writer.take(defaults)),
    lengths: { header: 0, payload: 0, next: undefined },
    Address,
    onesSum,
    addressSum,
    checksumOf,
    readdressed,
    noNumber,
  };
  return new Function(
    ...Object.keys(scope),
    `return (specs, payload, trailer, slabFor) => {\n${lines.join("\n")}\n};`,
  )(...Object.values(scope));
}

/** Source that works out one header's fields and writes them. */
function fill(layers: readonly Layer[], i: number): string {
  const layer = layers[i]!;
  const { slots, size, writer, computed = {}, defaults = {} } = layer;
  const { next: fields } = layer;
  const nextField = typeof fields === "string" ? fields : fields?.[0];
  const above = layers[i + 1];
  const next = above && writer.numberOf(above);
  const set = writer.take(defaults);
  const lines: string[] = [];
  if (above !== undefined && next === undefined) {
    const isSet = nextField === undefined
      ? ""
      : `s${i}.${nextField} === undefined && `;
    lines.push(`if (${isSet}true) noNumber(layers[${i + 1}], layers[${i}]);`);
  }
  if (slots.some(({ name }) => name in computed)) {
    lines.push(
      `lengths.header = h${i}; lengths.payload = end - o${
        i + 1
      }; lengths.next = ${next};`,
    );
  }
  slots.forEach((slot, at) => {
    const { name } = slot;
    const plain = initial(set[name], `defaults[${i}].${name}`);
    const isComputed = name in computed;
    const otherwise = name === nextField && !isComputed && next !== undefined
      ? `${next}`
      : plain;
    lines.push(
      `let v${i}_${name} = s${i}.${name};`,
      `if (v${i}_${name} === undefined) ${
        isComputed
          ? `{ const x = computed[${i}].${name}(lengths); v${i}_${name} = x === undefined ? ${plain} : ${
            checkedExpression(slot, `checks[${i}][${at}]`)
          }; }`
          : `v${i}_${name} = ${otherwise};`
      }`,
    );
  });
  lines.push(
    writeStatements(slots, `o${i}`, (name) => `v${i}_${name}`),
    `if (t${i} !== undefined) { b.set(t${i}, o${i} + ${size}); b.fill(0, o${i} + ${size} + t${i}.length, o${
      i + 1
    }); }`,
    up(size, layer.headerUnit ?? 1) > size
      ? `else b.fill(0, o${i} + ${size}, o${i + 1});`
      : "",
  );
  return lines.join("\n");
}

/** A default as source: itself if it is a number. */
function initial(value: RawValue | undefined, name: string): string {
  if (value === undefined) return "undefined";
  return typeof value === "number" ? `${value}` : name;
}

/** Source that makes one header's checksum, if it has one and nobody set it. */
function sum(layers: readonly Layer[], i: number): string {
  const layer = layers[i]!;
  const { checksum: rule, writer: { checksumAt } } = layer;
  if (rule === undefined || checksumAt === undefined) return "";
  const { over, algorithm, coverage, except, field } = rule;
  const isNonzero = rule.zeroMeansNone || rule.neverZero;
  const isFixed = layer.slots.some(({ name }) => name === field);
  const unset = `${
    isFixed ? `s${i}` : `specs[${i}].values`
  }.${field} === undefined`;
  const below = headerBelow(layers, i, (layer) => layer);
  const j = below === undefined ? -1 : layers.lastIndexOf(below, i - 1);
  const pseudo = below?.pseudoHeader ?? [];
  const between = layers.map((layer, k) => ({ layer, k })).slice(j + 1, i)
    .filter(({ layer }) => j >= 0 && layer.readdresses !== undefined);
  const isPlain = typeof over === "string" &&
    (algorithm === undefined || algorithm === "internet") &&
    coverage === undefined && except === undefined && between.length === 0;
  if (!isPlain) {
    const values = pseudo.map((name) => `${name}: v${j}_${name}`).join(", ");
    const under = below === undefined
      ? "undefined"
      : `{ layer: layers[${j}], fields: readdressed({ ${values} }, [${
        between.map(({ k }) => `new layers[${k}].View(b, d, o${k}, 0, h${k})`)
          .join(", ")
      }]) }`;
    return `if (${unset}) checksumOf(layers[${i}], b, d, o${i}, h${i}, end, ${under});`;
  }
  const to = over === "header" ? `o${i + 1}` : "end";
  const number = below?.writer.numberOf(layer) ?? 0;
  const start = over !== "pseudo" || pseudo.length === 0
    ? "0"
    : `${number} + (end - o${i} & 0xffff) + (end - o${i} >>> 16) + ${
      pseudo.map((name) => `addressSum(v${j}_${name})`).join(" + ")
    }`;
  return `if (${unset}) {
  let x = ~onesSum(b, ${start}, o${i}, ${to}) & 0xffff;
  ${isNonzero ? "if (x === 0) x = 0xffff;" : ""}
  d.setUint16(o${i} + ${checksumAt}, x);
}`;
}

/** The ones' complement sum of an address's words. */
function addressSum(address: Address | undefined): number {
  if (address === undefined) return 0;
  const { w3 } = address;
  const low = (w3 >>> 16) + (w3 & 0xffff);
  if (address.family === 4) return low;
  const { w0, w1, w2 } = address;
  return low + (w0 >>> 16) + (w0 & 0xffff) + (w1 >>> 16) + (w1 & 0xffff) +
    (w2 >>> 16) + (w2 & 0xffff);
}

/** Makes a checksum by a rule that is out of the ordinary. */
function checksumOf(
  layer: Layer,
  octets: Uint8Array,
  view: DataView,
  start: number,
  header: number,
  end: number,
  below:
    | {
      readonly layer: Layer;
      readonly fields: Readonly<Record<string, unknown>>;
    }
    | undefined,
): void {
  const value = headerChecksum({ layer, octets, start, header, end, below });
  if (value === undefined) return;
  const at = start + layer.writer.checksumAt!;
  if (layer.checksum?.algorithm === "crc32c") view.setUint32(at, value);
  else view.setUint16(at, value);
}

function up(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit;
}

function noNumber(layer: Layer, below: Layer): never {
  const { next } = below;
  const field = typeof next === "string" ? next : next?.[0];
  throw new TypeError(
    `Cannot build a packet as ${layer.name} must have a number under ${below.name}, and has none${
      field === undefined ? "" : `; set '${field}' of ${below.name}`
    }`,
  );
}
