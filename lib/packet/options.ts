/**
 * Options of the type-length-value kind.
 *
 * @module
 */

import { isObject } from "./compound.ts";
import {
  type Cursor,
  type Fields,
  type Format,
  type Sink,
  Stop,
} from "./format.ts";
import { asFarAsThere, type Length, lengthCode } from "./formats.ts";
import type { FieldInputs, FieldTable, FieldValues } from "./layer.ts";
import { type Code, coded, quickly } from "./read_code.ts";
import { compileTable, type Table } from "./table.ts";
import { valueText } from "./value.ts";

/** The kinds of options that a layer has: by number, the name and the fields. */
export type OptionKinds = Readonly<
  Record<number, readonly [name: string, fields: FieldTable]>
>;

/** One option: its kind by name and its fields; of an unknown kind, the octets. */
export type OptionValue<K extends OptionKinds> =
  | {
    readonly [N in keyof K]: K[N] extends
      readonly [infer Name, infer F extends FieldTable]
      ? { readonly kind: Name } & FieldValues<F>
      : never;
  }[keyof K]
  | UnknownOption;

/** An option of a kind, or of a length, that is not known. */
export interface UnknownOption {
  /** Its number. */
  readonly kind: number;
  /** What it holds, without kind and length. */
  readonly octets: Uint8Array;
}

/** An option to build; one without fields may be just its name. */
export type OptionInput<K extends OptionKinds> =
  | {
    readonly [N in keyof K]: K[N] extends
      readonly [infer Name, infer F extends FieldTable]
      ? ({ readonly kind: Name } & FieldInputs<F>) | Name
      : never;
  }[keyof K]
  | { readonly kind: number; readonly octets?: Uint8Array };

/** How options lie behind one another. */
export interface OptionsForm<K extends OptionKinds> {
  /** Width of the kind in bits. @default {8} */
  readonly kind?: number;
  /** Width of the length in bits; with the kind it fills whole octets. @default {8} */
  readonly length?: number;
  /** What the length counts: the whole option, or its value alone. */
  readonly covers: "option" | "value";
  /** Octets in one unit of the length. @default {1} */
  readonly unit?: number;
  /** Options are filled up to a multiple of so many octets. @default {1} */
  readonly align?: number;
  /** Kinds that have no length. @default {none} */
  readonly single?: readonly number[];
  /** The kind that ends the options; what lies behind it is padding. */
  readonly end?: number;
  /** The kinds that are known. */
  readonly kinds: K;
  /** How long all of them are together. @default {up to the end} */
  readonly octets?: Length;
}

/**
 * Options, each with its kind and mostly its length.
 *
 * @param form How they lie, and which there are.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { options } from "./options.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const format = options({
 *   covers: "option",
 *   single: [0, 1],
 *   end: 0,
 *   kinds: { 0: ["end", {}], 1: ["nop", {}], 2: ["mss", { mss: 16 }] },
 * });
 * const cursor = new Cursor(Uint8Array.of(1, 2, 4, 5, 180), 0, 5);
 * assert.deepEqual(format.read(cursor), [{ kind: "nop" }, { kind: "mss", mss: 1460 }]);
 * ```
 */
export function options<const K extends OptionKinds>(
  form: OptionsForm<K>,
): Format<readonly OptionValue<K>[], readonly OptionInput<K>[]> {
  const made = optionsOf(form as OptionsForm<OptionKinds>);
  return made as unknown as Format<
    readonly OptionValue<K>[],
    readonly OptionInput<K>[]
  >;
}

interface Known {
  readonly number: number;
  readonly name: string;
  readonly table: Table;
}

type AnyOption = Fields & { readonly kind: string | number };

function optionsOf(
  form: OptionsForm<OptionKinds>,
): Format<readonly AnyOption[], readonly (AnyOption | string)[]> {
  const { kind: kindBits = 8, length: lengthBits = 8, unit = 1 } = form;
  const { align = 1, end, covers, single = [] } = form;
  const head = (kindBits + lengthBits) / 8;
  const counted = covers === "option" ? head : 0;
  const singles = new Set(single);
  const byNumber = new Map<number, Known>();
  const byName = new Map<string, Known>();
  for (const number in form.kinds) {
    const [name, fields] = form.kinds[number]!;
    const table = compileTable(name, fields);
    if (table.names.includes("kind")) {
      throw new TypeError(
        `Cannot lay out ${name} as its fields must have other names than 'kind'`,
      );
    }
    const known = { number: Number(number), name, table };
    byNumber.set(known.number, known);
    byName.set(name, known);
  }
  const readOne = (from: Cursor): AnyOption => {
    const at = from.at;
    // Kinds without a length are a whole octet or two wide.
    const first = number(from, kindBits >> 3);
    if (kindBits % 8 === 0 && singles.has(first)) {
      return value(from, byNumber.get(first), first, 0);
    }
    from.at = at;
    const word = number(from, head);
    const kind = Math.floor(word / 2 ** lengthBits);
    const length = (word % 2 ** lengthBits) * unit - counted;
    if (length < 0) {
      from.fail(
        `option of ${length + counted} octets, ${counted} at least`,
        at,
      );
    }
    const option = from.within(
      length,
      (from) => value(from, byNumber.get(kind), kind, length),
    );
    const over = (from.at - at) % align;
    if (over > 0) from.take(Math.min(align - over, from.left));
    return option;
  };
  const listCode = (code: Code, into: string): string => {
    const [item, n] = [code.name("item"), code.name("n")];
    const size = `if (e - o < 2) return -1;
const ${n} = b[o + 1] * ${unit} - ${counted}; o += 2;`;
    const cases = [...byNumber.values()].map(({ number, name, table }) => {
      const fields = table.object(code, item, [
        ["kind", JSON.stringify(name)],
      ]);
      const inner = singles.has(number)
        ? `o++; ${fields}`
        : `${size} ${code.within(n, fields, true)}`;
      const after = number === end ? " o = e;" : "";
      return `case ${number}: { ${inner}${after} break; }`;
    });
    const other = code.within(
      n,
      `${item} = ${
        code.object([["kind", "kind"], ["octets", "b.subarray(o, e)"]])
      }; o = e;`,
    );
    const unknown = single.filter((kind) => !byNumber.has(kind));
    cases.push(...unknown.map((kind) => `case ${kind}: return -1;`));
    return code.list(into, (add) =>
      `while (o < e) {
let ${item};
const kind = b[o];
switch (kind) {
${cases.join("\n")}
default: { ${size} ${other} }
}
${add(item)}
}`);
  };
  // All but a few: the kind in an octet, the length in an octet, no gaps.
  const isPlain = kindBits === 8 && lengthBits === 8 && align === 1;
  const quick = isPlain ? quickly<AnyOption[]>(listCode) : undefined;
  const readAll = (from: Cursor): AnyOption[] => {
    const found = from.marks === undefined ? quick?.(from) : undefined;
    if (found !== undefined) return found;
    const items: AnyOption[] = [];
    const { fields } = from;
    try {
      while (from.left > 0) {
        const option = from.marks === undefined
          ? readOne(from)
          : from.marked(items.length, { read: readOne } as Format<AnyOption>);
        items.push(option);
        if (end !== undefined && byNumber.get(end)?.name === option.kind) {
          // Padding that is not all zeros is kept, as raw octets of the whole.
          from.at = from.end;
          break;
        }
      }
    } catch (trouble) {
      from.note(trouble);
      from.fields = fields;
      from.at = from.end;
    }
    return items;
  };
  const writer: Format<AnyOption> = {
    about: "an option",
    read: readOne,
    write(to, option) {
      if (!isObject(option) || !("kind" in option)) {
        return to.refuse(`be an option with its kind (${names()})`, option);
      }
      const { kind } = option;
      const known = typeof kind === "number"
        ? { number: kind }
        : byName.get(kind);
      if (known === undefined) {
        return to.refuse(`be a kind of ${names()}`, kind);
      }
      const at = to.at;
      if (singles.has(known.number)) {
        to.room(kindBits >> 3);
        put(to, at, kindBits >> 3, known.number);
        if ("table" in known) known.table.write(to, option);
        return;
      }
      to.room(head);
      if ("table" in known) known.table.write(to, option);
      else if (option.octets instanceof Uint8Array) to.bytes(option.octets);
      else if (option.octets !== undefined) {
        to.refuse("have octets", option.octets);
      }
      const size = to.at - at - head + counted;
      to.room((unit - size % unit) % unit);
      const length = Math.ceil(size / unit);
      if (length >= 2 ** lengthBits) {
        to.refuse(
          `be of up to ${(2 ** lengthBits - 1) * unit} octets`,
          `${size} octets`,
          RangeError,
        );
      }
      put(to, at, head, known.number * 2 ** lengthBits + length);
      to.room((align - (to.at - at) % align) % align);
    },
    random: () => undefined,
    text: (option) => valueText(option),
  };
  const read = (from: Cursor) => asFarAsThere(from, form.octets, readAll);
  const { octets } = form;
  return {
    about: `options: ${names()}`,
    empty: [],
    isQuiet: true,
    lengthIn: typeof form.octets === "string" ? form.octets : undefined,
    read: isPlain
      ? coded(read, (code, into, fields) => {
        if (octets === undefined) return listCode(code, into);
        const n = code.name("octets");
        return `const ${n} = ${lengthCode(octets, code, fields)};
${code.within(n, listCode(code, into))}`;
      })
      : read,
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list of options", value);
      value.forEach((one: AnyOption | string, i) =>
        to.field(i, writer, typeof one === "string" ? { kind: one } : one)
      );
    },
    random(random, fields) {
      const kinds = [...byNumber.values()].filter((known) =>
        known.number !== end
      );
      const count = kinds.length === 0 ? 0 : Math.floor(random() * 4);
      return Array.from({ length: count }, () => {
        const { name, table } = kinds[Math.floor(random() * kinds.length)]!;
        return { kind: name, ...table.random(random, fields) };
      });
    },
    text: (value) =>
      value.length === 0 ? "none" : value.map((option) => {
        const known = byName.get(String(option.kind));
        const fields = known === undefined
          ? valueText(option.octets)
          : known.table.text(option);
        return fields === "" ? option.kind : `${option.kind} ${fields}`;
      }).join("; "),
  };

  function names(): string {
    return [...byName.keys()].join(", ");
  }

  function put(to: Sink, at: number, octets: number, number: number): void {
    for (let i = octets - 1; i >= 0; i--) {
      to.octets[at + i] = number % 256;
      number = Math.floor(number / 256);
    }
  }

  function value(
    from: Cursor,
    known: Known | undefined,
    kind: number,
    length: number,
  ): AnyOption {
    const { at, fields } = from;
    if (known !== undefined) {
      const option = { kind: known.name, ...known.table.blank() };
      const { trouble } = from;
      try {
        known.table.read(from, option);
        if (singles.has(kind) || from.left === 0) return option;
        from.note(
          new Stop(`option ${known.name} of ${length} octets, too many`, at),
        );
      } catch (stop) {
        from.note(stop);
      }
      // Its length is not one that this kind has: what it means is not sure.
      from.trouble = trouble ?? from.trouble;
      from.fields = fields;
      from.at = at;
    }
    return { kind, octets: singles.has(kind) ? NONE : from.bytes(length) };
  }

  function number(from: Cursor, octets: number): number {
    const at = from.take(octets);
    let sum = 0;
    for (let i = 0; i < octets; i++) sum = sum * 256 + from.octets[at + i]!;
    return sum;
  }
}

const NONE = new Uint8Array();
