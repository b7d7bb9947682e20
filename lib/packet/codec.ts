/**
 * Compiles a layer's field table into the class that reads it: a getter for
 * each fixed field, and one reading of all that lies behind them, when the first
 * of those fields is asked for.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { tree, type TreeNode } from "../inspect/tree.ts";
import { compileWriter } from "./encode.ts";
import { READ_SCOPE, readExpression } from "./expression.ts";
import { Cursor, type Fields, type Mark } from "./format.ts";
import { Header, LAYER, PARSE, type Parsed } from "./header.ts";
import type {
  FieldInputs,
  FieldTable,
  Layer,
  LayerHooks,
  LayerSpec,
  LayerView,
  RawValues,
  ViewClass,
  Writer,
} from "./layer.ts";
import { type Layout, layout } from "./layout.ts";
import { Code, type Reader } from "./read_code.ts";
import { compileTable, type Table } from "./table.ts";

/**
 * Defines a layer.
 *
 * @param name The layer's name in camelCase: its accessor on a packet.
 * @param fields The fields in the order of the wire.
 * @param hooks Its parents, and how to get past the header.
 * @returns The layer; a table that describes no possible header is refused when
 * it is used for the first time.
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
  let laid: Layout | undefined;
  const lay = () => laid ??= layout(name, fields);
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
      // Most programs meet few of the layers: each is laid out and compiled when
      // it is met.
      get slots() {
        return lay().slots;
      },
      get tail() {
        return lay().tail;
      },
      get size() {
        return lay().size;
      },
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
  const { name, source, slots, tail } = this;
  if (options?.currentDepth) return name;
  const line = (label: string, note: string): TreeNode => ({
    label,
    role: "key",
    note,
  });
  const children = slots.map(({ name, bits, flags, names }) => {
    const list = flags.length > 0 ? flags : Object.values(names ?? {});
    const known = list.length === 0 ? "" : `: ${list.join(", ")}`;
    return line(name, `${bits} ${bits === 1 ? "bit" : "bits"}${known}`);
  });
  for (const { name, format } of tail) children.push(line(name, format.about));
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
  const { name, slots, tail, size } = layer;
  const flagLists: string[] = [];
  const places = { octets: "this.#b", view: "this.#d", at: "this.#o" };
  const getters = slots.map((slot) => {
    const flags = `flags${flagLists.length}`;
    if (slot.kind === "flags") {
      flagLists.push(
        `const ${flags} = flagList(${JSON.stringify(slot.flags)});`,
      );
    }
    const value = readExpression(slot, size, places, flags);
    return `get ${slot.name}() { return ${value}; }`;
  });
  const tailGetters = tail.map(({ name }) =>
    `get ${name}() { return (this.#t === undefined ? this[PARSE]() : this.#t).values.${name}; }`
  );
  const parse = tail.length === 0 ? "" : `
  #t = undefined;
  [PARSE](marks) {
    if (marks !== undefined) return parse(this, this.#b, this.#d, this.#o, marks);
    if (this.#t !== undefined) return this.#t;
    // Conditions read the fields before them, which are there by then.
    return parse(this, this.#b, this.#d, this.#o, undefined, t => this.#t = t);
  }`;
  const make = new Function(
    ...["Address", "HEX", "textOf", "flagList", "PARSE", "parse"],
    `${flagLists.join("\n")}
return class {
  #b; #d; #o;
  constructor(b, d, o, offset, headerLength) {
    this.offset = offset; this.headerLength = headerLength;
    this.#b = b; this.#d = d; this.#o = o;
  }
  get bytes() { return this.#b.subarray(this.#o, this.#o + this.headerLength); }
  ${getters.join("\n  ")}
  ${tailGetters.join("\n  ")}${parse}
};`,
  );
  const { Address, HEX, textOf, flagList } = READ_SCOPE;
  const view: ViewClass<N, F> = make(
    ...[Address, HEX, textOf, flagList, PARSE],
    tail.length > 0 && parser(layer as unknown as Layer),
  );
  // As `extends` would, but without super(), which costs a tenth of the walk.
  Object.setPrototypeOf(view.prototype, Header.prototype);
  Object.defineProperties(view.prototype, {
    name: { value: name },
    [LAYER]: { value: layer },
  });
  return view;
}

/** The tables of what lies behind the fixed fields, compiled when first met. */
const TAILS = new WeakMap<object, Table>();

/**
 * Gives the table of the fields behind the fixed ones.
 *
 * @param layer The layer.
 * @returns What reads and writes them.
 *
 * @example
 * ```ts
 * import { tailTable } from "./codec.ts";
 * import { tcp } from "./layers/tcp.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tailTable(tcp).names, ["options"]);
 * ```
 */
export function tailTable(
  { name, tail }: Pick<Layer, "name" | "tail">,
): Table {
  let table = TAILS.get(tail);
  if (table === undefined) {
    table = compileTable(
      name,
      Object.fromEntries(tail.map(({ name, format }) => [name, format])),
    );
    TAILS.set(tail, table);
  }
  return table;
}

/**
 * Compiles what reads the fields behind the fixed ones where nothing is wrong
 * with them.
 *
 * @param layer The layer.
 * @returns The function; to conditions it shows the fields that it is given.
 *
 * @example
 * ```ts
 * import { tailReader } from "./codec.ts";
 * import { tcp } from "./layers/tcp.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.of(2, 4, 5, 180);
 * const out = { options: [] };
 * const read = tailReader(tcp as never);
 * assert.equal(read(octets, new DataView(octets.buffer), 0, 4, 0, out, {}, {}), 4);
 * assert.deepEqual(out.options, [{ kind: "mss", mss: 1460 }]);
 * ```
 */
export function tailReader(layer: Pick<Layer, "name" | "tail">): Reader {
  const table = tailTable(layer);
  const code = new Code();
  return code.reader(table.code(code, "out", {
    object: "fields",
    of: (name) => `${table.names.includes(name) ? "out" : "fields"}.${name}`,
  }));
}

/** Makes the function that reads all fields behind the fixed ones. */
function parser(layer: Layer) {
  const table = tailTable(layer);
  let quick: Reader | undefined;
  const { size } = layer;
  return (
    header: LayerView,
    octets: Uint8Array,
    view: DataView,
    at: number,
    marks: Mark[] | undefined,
    begin?: (parsed: Parsed) => void,
  ): Parsed => {
    const end = at + header.headerLength;
    const values = table.blank();
    const parsed: Parsed = { values, end: size, trouble: undefined };
    begin?.(parsed);
    const fields = header as unknown as Fields;
    if (marks === undefined) {
      quick ??= tailReader(layer);
      const from = at + size;
      const to = quick(octets, view, from, end, at, values, fields, fields);
      if (to >= 0) {
        parsed.end = to - at;
        return parsed;
      }
      Object.assign(values, table.blank());
    }
    const cursor = new Cursor(octets, at + size, end, at, view);
    cursor.header = cursor.fields = fields;
    cursor.marks = marks;
    try {
      table.read(cursor, parsed.values, cursor.header);
    } catch (trouble) {
      cursor.note(trouble);
      cursor.at = end;
    }
    parsed.end = cursor.at - at;
    if (cursor.trouble !== undefined) {
      const { reason, at: place, needed, available, isInner } = cursor.trouble;
      const isCut = needed !== undefined && !isInner;
      const offset = place - at;
      parsed.trouble = { reason, offset, needed, available, isCut };
    }
    return parsed;
  };
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
