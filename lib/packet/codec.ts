/**
 * Compiles a layer's field table into the class that reads it.
 *
 * Interpreting a table on every read is some ten times slower than code written
 * for it by hand; source text made from the table once and compiled by
 * `new Function` is as fast as hand-written getters, and no second description
 * of the header is needed.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import { Address } from "../ip/address.ts";
import { Header, LAYER } from "./header.ts";
import { compileWriter } from "./encode.ts";
import type {
  FieldInputs,
  FieldTable,
  Layer,
  LayerHooks,
  LayerSpec,
  LayerView,
  RawValues,
  Slot,
  ViewClass,
  Writer,
} from "./layer.ts";
import { layout } from "./layout.ts";

/**
 * Defines a layer.
 *
 * @param name The layer's name in camelCase: its accessor on a packet.
 * @param fields The fields in the order of the wire.
 * @param hooks Its parents, and how to get past the header.
 * @returns The layer.
 * @throws {TypeError} If the table describes no possible header.
 *
 * @example
 * ```ts
 * import { layer } from "./codec.ts";
 * import assert from "node:assert/strict";
 *
 * const vlan = layer("vlan", { priority: 3, dropEligible: 1, id: 12, type: 16 }, {
 *   source: "IEEE 802.1Q-2018 §9.6",
 *   under: [["ethernet", 0x8100]],
 *   next: "type",
 *   nextLike: "ethernet",
 *   summary: ({ id }) => `${id}`,
 * });
 * assert.equal(vlan.size, 4);
 * ```
 */
export function layer<const N extends string, const F extends FieldTable>(
  name: N,
  fields: F,
  hooks: LayerHooks<N, F>,
): Layer<N, F> {
  const slots = layout(name, fields);
  let compiled: ViewClass<N, F> | undefined;
  let writer: Writer | undefined;
  const define = (values: FieldInputs<F> = {} as FieldInputs<F>) =>
    new Spec(made, values, made.writer.take(values));
  const made: Layer<N, F> = Object.defineProperties(
    define,
    Object.getOwnPropertyDescriptors({
      ...hooks,
      name,
      fields,
      slots,
      size: slots.reduce((bits, slot) => bits + slot.bits, 0) >> 3,
      // Most programs meet few of the layers: each is compiled when it is met.
      get View(): ViewClass<N, F> {
        return compiled ??= compileView<N, F>(made);
      },
      [Symbol.for("Deno.customInspect")]: inspectLayer,
      get writer(): Writer {
        return writer ??= compileWriter(made);
      },
    }),
  ) as unknown as Layer<N, F>;
  return made;
}

/** A header to build. */
class Spec<N extends string, F extends FieldTable> implements LayerSpec<N, F> {
  constructor(
    readonly layer: Layer<N, F>,
    readonly values: FieldInputs<F>,
    readonly raw: RawValues,
  ) {}

  toJSON(): Record<string, unknown> {
    return { layer: this.layer.name, ...this.values };
  }

  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown, options?: unknown) => string,
    options?: unknown,
  ): string {
    return `${this.layer.name}(${inspect(this.values, options)})`;
  }
}

/** Shows a layer as its fields and their widths; inside a value, as its name. */
function inspectLayer(
  this: Layer,
  _inspect: unknown,
  options?: { readonly colors?: boolean; readonly currentDepth?: number },
): string {
  const { name, source, slots } = this;
  if (options?.currentDepth) return name;
  const children = slots.map((slot): TreeNode => ({
    label: slot.name,
    role: "key",
    note: `${slot.bits === 0 ? "the rest" : `${slot.bits} bits`}${
      slot.flags.length > 0 ? `: ${slot.flags.join(", ")}` : ""
    }`,
  }));
  const page = canvas({ colors: options?.colors ?? false });
  return tree({ label: name, role: "heading", note: source, children }, page);
}

/**
 * Makes a layer's view class. An instance reads octets in place: `octets` and
 * `view` over the same buffer, `at` the header's first octet in them, `offset`
 * the same counted from the start of the packet. Nothing is checked on reading:
 * whoever makes an instance has seen to it that `headerLength` octets are there.
 */
function compileView<N extends string, F extends FieldTable>(
  layer: Layer<N, F>,
): ViewClass<N, F> {
  const { name, slots, size } = layer;
  const flagLists: FlagList[] = [];
  const getters = slots.map((slot) => {
    if (slot.kind === "flags") flagLists.push(flagList(slot.flags));
    const value = expression(slot, size, flagLists.length - 1);
    return `get ${slot.name}() { return ${value}; }`;
  });
  const make = new Function(
    "Address",
    "HEX",
    "flagLists",
    `return class {
  #b; #d; #o;
  constructor(b, d, o, offset, headerLength) {
    this.offset = offset; this.headerLength = headerLength;
    this.#b = b; this.#d = d; this.#o = o;
  }
  get bytes() { return this.#b.subarray(this.#o, this.#o + this.headerLength); }
  ${getters.join("\n  ")}
};`,
  );
  const view: ViewClass<N, F> = make(Address, HEX, flagLists);
  // As `extends` would, but without super(), which costs a tenth of the walk.
  Object.setPrototypeOf(view.prototype, Header.prototype);
  Object.defineProperties(view.prototype, {
    name: { value: name },
    [LAYER]: { value: layer },
  });
  return view;
}

/** How the stack reads one kind of header. */
export interface HeaderReader {
  /** Makes a view; see {@linkcode ViewClass} for what it is given. */
  readonly make: (
    octets: Uint8Array,
    view: DataView,
    at: number,
    offset: number,
    headerLength: number,
  ) => LayerView;
  /** One function for each field that `next` names: it gives the value. */
  readonly select: readonly ((view: LayerView) => number)[];
}

/**
 * Compiles what the walk down a packet does with a header. One `new View` or
 * one `view[field]` for all layers would be slow: the engine optimizes a place
 * in the code that has met a few classes, not one that has met sixty. So each
 * layer has a place of its own.
 *
 * @param layer The layer.
 * @returns Functions that no other layer shares.
 *
 * @example
 * ```ts
 * import { headerReader } from "./codec.ts";
 * import { udp } from "./layers/udp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(0, 9, 0, 53, 0, 8, 0, 0);
 * const { make, select } = headerReader(udp);
 * const view = make(octets, new DataView(octets.buffer), 0, 0, 8);
 * assert.deepEqual(select.map((field) => field(view)), [53, 9]);
 * ```
 */
export function headerReader({ View, next = [] }: {
  readonly View: new (...args: never) => LayerView;
  readonly next?: string | readonly string[];
}): HeaderReader {
  const fields = typeof next === "string" ? [next] : next;
  return {
    make: new Function(
      "View",
      "return (b, d, at, offset, length) => new View(b, d, at, offset, length);",
    )(View),
    select: fields.map((field) =>
      new Function("view", `return view.${field};`) as (
        view: LayerView,
      ) => number
    ),
  };
}

/** Two digits for every octet: text for MAC addresses without arithmetic. */
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => octet.toString(16).padStart(2, "0"),
);

/** JavaScript that gives a field's value, over `this.#b`, `this.#d` and `this.#o`. */
function expression(slot: Slot, size: number, flagIndex: number): string {
  const first = slot.at >> 3;
  switch (slot.kind) {
    case "unsigned":
      return slot.eitherOrder ? smaller(first) : unsigned(slot, size);
    case "flags":
      return `flagLists[${flagIndex}](${unsigned(slot, size)})`;
    case "ipv4":
      return `new Address(4, 0, 0, 0, ${i32(first)})`;
    case "ipv6":
      return `new Address(6, ${
        [0, 4, 8, 12].map((n) => i32(first + n)).join(", ")
      })`;
    case "mac":
      return [0, 1, 2, 3, 4, 5].map((n) => `HEX[${u8(first + n)}]`)
        .join(` + ":" + `);
    case "octets":
      return `this.#b.subarray(${place(first)}, ${
        slot.bits === 0
          ? "this.#o + this.headerLength"
          : place(first + (slot.bits >> 3))
      })`;
  }
}

const place = (octet: number): string =>
  octet === 0 ? "this.#o" : `this.#o + ${octet}`;
const u8 = (octet: number): string => `this.#b[${place(octet)}]`;
const u16 = (octet: number): string => `this.#d.getUint16(${place(octet)})`;
const u32 = (octet: number): string => `this.#d.getUint32(${place(octet)})`;
const i32 = (octet: number): string => `this.#d.getInt32(${place(octet)})`;
const smaller = (octet: number): string =>
  `Math.min(${u32(octet)}, this.#d.getUint32(${place(octet)}, true))`;

/** An unsigned number: read the octets around it, shift, mask. */
function unsigned(slot: Slot, size: number): string {
  const first = slot.at >> 3;
  const last = (slot.at + slot.bits - 1) >> 3;
  for (const [width, read] of [[1, u8], [2, u16], [4, u32]] as const) {
    // A window that would reach past the header starts earlier instead.
    const start = Math.min(first, size - width);
    if (start < 0 || last >= start + width) continue;
    const right = (start + width) * 8 - slot.at - slot.bits;
    const shifted = right === 0 ? read(start) : `(${read(start)} >>> ${right})`;
    // Bits to the left of the field, if there are any, are masked away.
    if (slot.at === start * 8) return shifted;
    return `${shifted} & ${2 ** slot.bits - 1}`;
  }
  return octetByOctet(slot, first, last);
}

/** A number that no window of 32 bits covers: 33 to 48 bits, or askew over five octets. */
function octetByOctet(slot: Slot, first: number, last: number): string {
  const right = (last + 1) * 8 - slot.at - slot.bits;
  const terms: string[] = [];
  for (let octet = first; octet <= last; octet++) {
    terms.push(`${u8(octet)} * ${2 ** ((last - octet) * 8)}`);
  }
  const whole = `Math.floor((${terms.join(" + ")}) / ${2 ** right})`;
  return `${whole} % ${2 ** slot.bits}`;
}

type FlagList = (value: number) => readonly string[];

/** Up to this many bits every list that occurs is made once and kept. */
const KEPT_BITS = 10;

/** Makes the function from a flags field's number to the names that are set. */
function flagList(flags: readonly string[]): FlagList {
  // Lowest bit first: that way SYN, ACK comes out as it is spoken.
  const names = flags.toReversed();
  const list = (value: number): readonly string[] =>
    Object.freeze(names.filter((_, bit) => value >>> bit & 1));
  if (flags.length > KEPT_BITS) return list;
  const kept: (readonly string[])[] = [];
  return (value) => kept[value] ??= list(value);
}
