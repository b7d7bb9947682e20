/**
 * Fields made of fields: what is there on a condition, lists, records, variants,
 * and options of the type-length-value kind.
 *
 * @module
 */

import type { Cursor, Fields, Format } from "./format.ts";
import {
  asFarAsThere,
  fieldOf,
  type Length,
  lengthAt,
  lengthCode,
  type Test,
} from "./formats.ts";
import type {
  FieldInput,
  FieldInputs,
  FieldSpec,
  FieldTable,
  FieldValue,
  FieldValues,
} from "./layer.ts";
import { formatOf, isFormat } from "./layout.ts";
import { type Code, coded, type FieldNames } from "./read_code.ts";
import { compileTable, type Table } from "./table.ts";
import { valueText } from "./value.ts";

/**
 * When a field is there: fields by name with the value, the flag, or one of
 * several of them that they must have; or a function of the fields so far.
 */
export type Condition =
  | Readonly<
    Record<string, number | string | boolean | readonly (number | string)[]>
  >
  | Test<boolean>;

type Holds = (fields: Fields, header: Fields) => boolean;

/** Makes the function that tells whether a condition holds. */
function compileCondition(condition: Condition): Holds {
  if (typeof condition === "function") return (fields) => condition(fields);
  const tests = Object.entries(condition).map(([name, wanted]) => {
    const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    return (fields: Fields, header: Fields): boolean => {
      const value = fieldOf(name, fields, header);
      if (!Array.isArray(value)) return list.includes(value ?? 0);
      return list.some((one) => value.includes(one));
    };
  });
  const [first, ...others] = tests;
  if (first === undefined) return () => true;
  if (others.length === 0) return first;
  return (fields, header) => tests.every((test) => test(fields, header));
}

/** Writes an expression for whether a condition holds. */
function conditionCode(
  condition: Condition,
  code: Code,
  fields: FieldNames,
): string {
  if (condition === ALWAYS) return "true";
  if (typeof condition === "function") {
    return `${code.known("holds", condition)}(${fields.object})`;
  }
  const entries = Object.entries(condition).map(([name, wanted]) =>
    [name, [wanted].flat()] as const
  );
  if (entries.some(([, list]) => list.some((one) => typeof one !== "number"))) {
    const holds = code.known("holds", compileCondition(condition));
    return `${holds}(${fields.object}, header)`;
  }
  return entries.map(([name, list]) => {
    const value = list.includes(0)
      ? `(${fields.of(name)} ?? 0)`
      : fields.of(name);
    return `(${list.map((one) => `${value} === ${one}`).join(" || ")})`;
  }).join(" && ");
}

/** Makes a format of any field: a fixed one is a table of one. */
function asFormat<S extends FieldSpec>(
  spec: S,
): Format<FieldValue<S>, FieldInput<S>> {
  if (isFormat(spec)) {
    return formatOf(spec) as unknown as Format<FieldValue<S>, FieldInput<S>>;
  }
  const table = compileTable("a field", { value: spec });
  const names = typeof spec === "object" && "names" in spec
    ? spec.names
    : undefined;
  return {
    about: about(spec),
    ...names !== undefined && {
      settle: (value: unknown) => {
        const found = Object.keys(names).find((number) =>
          (names as Readonly<Record<string, string>>)[number] === value
        );
        return found === undefined ? value : Number(found);
      },
    },
    read: coded(
      (from) => {
        const out = table.blank();
        table.read(from, out);
        return out.value as FieldValue<S>;
      },
      (code, into) => table.alone(code, into),
    ),
    write(to, value) {
      // The path is that of the field itself, which has no name of its own here.
      const { path } = to;
      const at = path.lastIndexOf(".") + 1;
      to.path = path.slice(0, Math.max(0, at - 1));
      try {
        table.write(to, { value });
      } catch (error) {
        if (error instanceof Error) {
          error.message = error.message.replace(
            /'([^']*\.)?value'/,
            `'${path}'`,
          );
        }
        throw error;
      }
      to.path = path;
    },
    random: (random, fields) => table.random(random, fields).value,
    text: (value) => table.text({ value }),
  };
}

function about(spec: FieldSpec): string {
  if (typeof spec === "number") return `${spec} bits`;
  if (typeof spec === "string") return spec;
  if ("bits" in spec) return `${spec.bits} bits`;
  if ("octets" in spec) return `${spec.octets} octets`;
  if ("text" in spec) return `text of ${spec.text} octets`;
  return `flags`;
}

/**
 * A field that is there on a condition only.
 *
 * @param condition When it is there.
 * @param spec What it is then.
 * @returns The format; `undefined` where the field is absent.
 *
 * @example
 * ```ts
 * import { when } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(0, 7), 0, 2);
 * cursor.fields = { flags: ["key"] };
 * assert.equal(when({ flags: "sequence" }, 16).read(cursor), undefined);
 * assert.equal(when({ flags: "key" }, 16).read(cursor), 7);
 * ```
 */
export function when<const S extends FieldSpec>(
  condition: Condition,
  spec: S,
): Format<FieldValue<S> | undefined, FieldInput<S>> {
  const inner = asFormat(spec);
  const holds = compileCondition(condition);
  return {
    ...inner,
    about: `${inner.about}, at times`,
    // What is not there has no value, not an empty one.
    empty: undefined,
    read: coded(
      (from) => holds(from.fields, from.header) ? inner.read(from) : undefined,
      (code, into, fields) =>
        `if (${conditionCode(condition, code, fields)}) {
${code.value("inner", into, inner as Format<unknown, never>, fields)}
}`,
    ),
    write(to, value) {
      if (holds(to.fields, to.header)) inner.write(to, value);
      else if (value !== undefined) {
        const told = typeof condition === "function"
          ? "for these other fields"
          : `but where ${
            Object.entries(condition).map(([name, wanted]) =>
              `${name} is ${[wanted].flat().join(" or ")}`
            ).join(" and ")
          }`;
        to.refuse(`be left out ${told}`, value);
      }
    },
    random: (random, fields) =>
      holds(fields, fields) ? inner.random(random, fields) : undefined,
    text: (value) => value === undefined ? "absent" : inner.text(value),
  };
}

/**
 * A fixed field behind one of no fixed length: it is missing where the packet
 * ends before it.
 *
 * @param spec The field.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { maybe } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(maybe(8).read(new Cursor(Uint8Array.of(7), 0, 1)), 7);
 * ```
 */
export function maybe<const S extends FieldSpec>(
  spec: S,
): Format<FieldValue<S> | undefined, FieldInput<S>> {
  return when(ALWAYS, spec);
}

const ALWAYS = () => true;

/** How long a list is; without either, it goes on to the end. */
export interface ListOptions {
  /** How many items: a number, a field that states it, or a function. */
  readonly count?: Length;
  /** How many octets: a number, a field that states it, or a function. */
  readonly octets?: Length;
}

/**
 * The most items of a list; more than a packet of 64 KiB can have of two octets
 * each. It is a bound for formats that take no octets.
 */
const MOST = 65_536;

/**
 * A list of fields alike. Of a list that is cut short there are the items before
 * the cut.
 *
 * @param spec What each item is.
 * @param options How long the list is; a field that states it is worked out in
 * building.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { list } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(0, 1, 0, 2), 0, 4);
 * assert.deepEqual(list(16).read(cursor), [1, 2]);
 * ```
 */
export function list<const S extends FieldSpec>(
  spec: S,
  options: ListOptions = {},
): Format<readonly FieldValue<S>[], readonly FieldInput<S>[]> {
  const item = asFormat(spec);
  const { count, octets } = options;
  const readAll = (from: Cursor): FieldValue<S>[] => {
    const items: FieldValue<S>[] = [];
    const { fields } = from;
    const most = count === undefined ? MOST : lengthAt(count, from);
    try {
      while (items.length < most) {
        // Without a count the list ends with the octets.
        if (count === undefined && from.left <= 0) break;
        const before = from.at;
        items.push(
          from.marks === undefined
            ? item.read(from)
            : from.marked(items.length, item),
        );
        if (from.at === before && count === undefined) {
          from.fail("an item of no octets");
        }
      }
    } catch (trouble) {
      from.note(trouble);
      from.fields = fields;
      from.at = from.end;
    }
    return items;
  };
  return {
    about: `a list of ${item.about}`,
    empty: [],
    isQuiet: true,
    countIn: typeof count === "string" ? count : undefined,
    lengthIn: typeof octets === "string" ? octets : undefined,
    read: coded(
      (from) => asFarAsThere(from, octets, readAll),
      (code, into, fields) => {
        const one = code.name("item");
        const value = code.value(
          "item",
          one,
          item as Format<unknown, never>,
          fields,
        );
        const most = code.name("most");
        return code.list(into, (add, size) => {
          const read = `let ${one}; ${value} ${add(one)}`;
          const all = count === undefined
            ? `while (o < e) { const before = o; ${read}
if (o === before || ${size} === ${MOST}) return -1; }`
            : `const ${most} = ${lengthCode(count, code, fields)};
if (!(${most} >= 0)) return -1;
while (${size} < ${most}) { ${read} }`;
          if (octets === undefined) return all;
          const n = code.name("n");
          return `const ${n} = ${lengthCode(octets, code, fields)};
${code.within(n, all)}`;
        });
      },
    ),
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list", value);
      value.forEach((one, i) => to.field(i, item, one as FieldInput<S>));
    },
    random: (random, fields) =>
      Array.from(
        {
          length: typeof count === "number"
            ? count
            : typeof count === "function"
            ? count(fields)
            : Math.floor(random() * 4),
        },
        () => item.random(random, fields),
      ),
    text: (value) =>
      value.length === 0
        ? "none"
        : value.map((one) => item.text(one)).join("; "),
  };
}

/**
 * Fields that belong together.
 *
 * @param table The fields in the order of the wire.
 * @param name What they are together, for errors and help.
 * @returns The format; its values are plain objects.
 *
 * @example
 * ```ts
 * import { record } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2), 0, 2);
 * assert.deepEqual(record({ a: 8, b: 8 }).read(cursor), { a: 1, b: 2 });
 * ```
 */
export function record<const F extends FieldTable>(
  table: F,
  name = "a record",
): Format<FieldValues<F>, FieldInputs<F>> {
  const compiled = compileTable(name, table);
  return recordOf(compiled, name) as unknown as Format<
    FieldValues<F>,
    FieldInputs<F>
  >;
}

function recordOf(table: Table, name: string): Format<Fields> {
  return {
    about: name,
    read: coded(
      (from) => {
        const out = table.blank();
        table.read(from, out);
        return out;
      },
      (code, into) => table.object(code, into),
    ),
    write(to, value = {}) {
      if (!isObject(value)) {
        to.refuse(`be an object with ${table.names.join(", ")}`, value);
      }
      table.write(to, value);
    },
    random: (random, fields) => table.random(random, fields),
    text: (value) => table.text(value),
  };
}

/**
 * Tells whether a value can have fields.
 *
 * @param value The value.
 * @returns Whether it is an object and no list.
 *
 * @example
 * ```ts
 * import { isObject } from "./compound.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isObject({}) && !isObject([]));
 * ```
 */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Something with its length in front.
 *
 * @param bits The width of the length: 8, 16, 24 or 32.
 * @param spec What comes behind it.
 * @param more Octets that the length counts beside what comes behind it.
 * @returns The format; the length is no field.
 *
 * @example
 * ```ts
 * import { sized } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import { text } from "./formats.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 104, 105, 0), 0, 4);
 * assert.equal(sized(8, text()).read(cursor), "hi");
 * ```
 */
export function sized<const S extends FieldSpec>(
  bits: 8 | 16 | 24 | 32,
  spec: S,
  more = 0,
): Format<FieldValue<S>, FieldInput<S>> {
  const inner = asFormat(spec);
  const size = bits / 8;
  return {
    about: `${inner.about}, with its length`,
    takesOctets: true,
    ...inner.empty !== undefined && { empty: inner.empty },
    read: coded(
      (from) => {
        const at = from.take(size);
        let length = -more;
        for (let i = 0; i < size; i++) {
          length += from.octets[at + i]! * 2 ** (8 * (size - 1 - i));
        }
        if (length < 0) from.fail(`length of ${length + more} octets`, at);
        return from.within(length, (from) => inner.read(from));
      },
      (code, into, fields) => {
        const n = code.name("n");
        const sum = Array.from(
          { length: size },
          (_, i) => `b[o + ${i}] * ${2 ** (8 * (size - 1 - i))}`,
        );
        return `if (e - o < ${size}) return -1;
const ${n} = ${sum.join(" + ")} - ${more}; o += ${size};
${
          code.within(
            n,
            code.value("inner", into, inner as Format<unknown, never>, fields),
          )
        }`;
      },
    ),
    write(to, value) {
      const at = to.room(size);
      if (value instanceof Uint8Array) to.bytes(value);
      else inner.write(to, value);
      let length = to.at - at - size + more;
      if (length >= 2 ** bits) {
        to.refuse(
          `be up to ${2 ** bits - 1 - more} octets`,
          `${length - more} octets`,
          RangeError,
        );
      }
      for (let i = size - 1; i >= 0; i--) {
        to.octets[at + i] = length;
        length = Math.floor(length / 256);
      }
    },
    random: (random, fields) => inner.random(random, fields),
    text: (value) => inner.text(value),
  };
}

/** Variants by number. */
export type Variants = Readonly<Record<number, FieldSpec>>;

/**
 * A field whose kind another field picks.
 *
 * @param by The name of that field.
 * @param variants What there is for each of its values.
 * @param otherwise What there is for all others. @default {octets}
 * @returns The format.
 *
 * @example
 * ```ts
 * import { choose } from "./compound.ts";
 * import { Cursor } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(10, 0, 0, 1), 0, 4);
 * cursor.fields = { type: 1 };
 * assert.equal(`${choose("type", { 1: "ipv4" }).read(cursor)}`, "10.0.0.1");
 * ```
 */
export function choose<
  const V extends Variants,
  const O extends FieldSpec = "octets",
>(
  by: string,
  variants: V,
  otherwise: O = "octets" as O,
): Format<
  FieldValue<V[keyof V]> | FieldValue<O>,
  FieldInput<V[keyof V]> | FieldInput<O>
> {
  const formats = new Map<number, Format<unknown, unknown>>();
  for (const number in variants) {
    const format = asFormat(variants[number]!);
    formats.set(Number(number), format as Format<unknown, unknown>);
  }
  const rest = asFormat(otherwise) as Format<unknown, unknown>;
  const pick = (fields: Fields, header: Fields) =>
    formats.get(Number(fieldOf(by, fields, header) ?? 0)) ?? rest;
  const made: Format<unknown, unknown> = {
    about: `what ${by} says`,
    read: coded(
      (from) => pick(from.fields, from.header).read(from),
      (code, into, fields) => {
        const cases = [...formats].map(([number, format]) =>
          `case ${number}: { ${
            code.value("variant", into, format, fields)
          } break; }`
        );
        return `switch (Number(${fields.of(by)} ?? 0)) {
${cases.join("\n")}
default: { ${code.value("rest", into, rest, fields)} }
}`;
      },
    ),
    takesOctets: true,
    write(to, value) {
      const picked = pick(to.fields, to.header);
      if (value instanceof Uint8Array && !picked.takesOctets) to.bytes(value);
      else picked.write(to, value);
    },
    random: (random, fields) => pick(fields, fields).random(random, fields),
    text: (value) => valueText(value),
  };
  return made as Format<
    FieldValue<V[keyof V]> | FieldValue<O>,
    FieldInput<V[keyof V]> | FieldInput<O>
  >;
}
