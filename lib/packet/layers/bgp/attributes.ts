/**
 * How path attributes lie behind one another: flags, a type, and a length of one
 * octet or, by a flag, of two.
 *
 * @module
 */

import { isObject } from "../../compound.ts";
import {
  type Cursor,
  type Fields,
  type Format,
  type Sink,
  Stop,
} from "../../format.ts";
import { type Length, lengthAt } from "../../formats.ts";
import type { FieldTable } from "../../layer.ts";
import type { OptionInput, OptionKinds, OptionValue } from "../../options.ts";
import { compileTable, type Table } from "../../table.ts";
import { valueText } from "../../value.ts";

/** The flags of a path attribute (RFC 4271 §4.3), the highest bit first. */
const FLAGS = [
  "optional",
  "transitive",
  "partial",
  "extendedLength",
  "reserved4",
  "reserved5",
  "reserved6",
  "reserved7",
] as const;

/** One flag of a path attribute. */
export type AttributeFlag = (typeof FLAGS)[number];

/** Kinds of attributes: by number, the name, the fields, and the usual flags. */
export type AttributeKinds = Readonly<
  Record<
    number,
    readonly [
      name: string,
      fields: FieldTable,
      flags: readonly AttributeFlag[],
    ]
  >
>;

type AsOptions<K extends AttributeKinds> = {
  readonly [N in keyof K]: K[N] extends readonly [infer Name, infer F, infer _]
    ? readonly [Name, F]
    : never;
} extends infer O extends OptionKinds ? O : never;

/** A path attribute: its kind by name, flags and fields; of an unknown kind, the octets. */
export type AttributeValue<K extends AttributeKinds> =
  & OptionValue<AsOptions<K>>
  & { readonly flags: readonly AttributeFlag[] };

/** A path attribute to build; without flags it has the usual ones. */
export type AttributeInput<K extends AttributeKinds> =
  | Exclude<OptionInput<AsOptions<K>>, string>
    & { readonly flags?: readonly AttributeFlag[] }
  | Extract<OptionInput<AsOptions<K>>, string>;

interface Known {
  readonly number: number;
  readonly name: string;
  readonly table: Table;
  readonly flags: readonly AttributeFlag[];
}

type AnyAttribute = Fields & { readonly kind: string | number };

/**
 * Path attributes.
 *
 * @param kinds Those that are known.
 * @param length How long all of them are.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { attributes } from "./attributes.ts";
 * import { Cursor } from "../../format.ts";
 * import assert from "node:assert/strict";
 *
 * const format = attributes({ 5: ["localPreference", { value: 32 }, ["transitive"]] });
 * const octets = Uint8Array.of(0x40, 5, 4, 0, 0, 0, 100);
 * assert.deepEqual(format.read(new Cursor(octets, 0, 7)), [
 *   { kind: "localPreference", flags: ["transitive"], value: 100 },
 * ]);
 * ```
 */
export function attributes<const K extends AttributeKinds>(
  kinds: K,
  length?: Length,
): Format<readonly AttributeValue<K>[], readonly AttributeInput<K>[]> {
  const made = attributesOf(kinds, length);
  return made as unknown as Format<
    readonly AttributeValue<K>[],
    readonly AttributeInput<K>[]
  >;
}

function attributesOf(
  kinds: AttributeKinds,
  length: Length,
): Format<readonly AnyAttribute[], readonly (AnyAttribute | string)[]> {
  const known = Object.entries(kinds).map(
    ([number, [name, fields, flags]]): Known => ({
      number: Number(number),
      name,
      table: compileTable(name, fields),
      flags,
    }),
  );
  const byNumber = new Map(known.map((one) => [one.number, one]));
  const byName = new Map(known.map((one) => [one.name, one]));
  const one = attribute(byNumber, byName);
  return {
    about: `path attributes: ${[...byName.keys()].join(", ")}`,
    empty: [],
    isQuiet: true,
    lengthIn: typeof length === "string" ? length : undefined,
    read(from) {
      const stated = lengthAt(length, from);
      const { left } = from;
      if (stated <= left) {
        return from.within(stated, (from) => readAll(from, one));
      }
      const cut = new Stop("cut short", from.at, stated, left);
      const items = readAll(from, one);
      from.trouble ??= cut;
      return items;
    },
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list of attributes", value);
      value.forEach((item: AnyAttribute | string, i) =>
        to.field(i, one, typeof item === "string" ? { kind: item } : item)
      );
    },
    random: (random, fields) =>
      Array.from({ length: Math.floor(random() * 4) }, () => {
        const { name, table, flags } =
          known[Math.floor(random() * known.length)]!;
        return { kind: name, flags, ...table.random(random, fields) };
      }),
    text: (value) =>
      value.length === 0
        ? "none"
        : value.map((item) => one.text(item)).join("; "),
  };
}

function readAll(from: Cursor, one: Format<AnyAttribute>): AnyAttribute[] {
  const items: AnyAttribute[] = [];
  const { fields } = from;
  try {
    while (from.left > 0) {
      items.push(
        from.marks === undefined
          ? one.read(from)
          : from.marked(items.length, one),
      );
    }
  } catch (trouble) {
    from.note(trouble);
    from.fields = fields;
    from.at = from.end;
  }
  return items;
}

function attribute(
  byNumber: ReadonlyMap<number, Known>,
  byName: ReadonlyMap<string, Known>,
): Format<AnyAttribute> {
  const names = () => [...byName.keys()].join(", ");
  return {
    about: "a path attribute",
    read(from) {
      const bits = from.u8();
      const flags = FLAGS.filter((_, i) => bits & 0x80 >> i);
      const type = from.u8();
      const isLong = flags.includes("extendedLength");
      const length = isLong ? from.u16() : from.u8();
      return from.within(
        length,
        (from) => content(from, byNumber.get(type), type, flags),
      );
    },
    write(to, value) {
      if (!isObject(value) || !("kind" in value)) {
        return to.refuse(`be an attribute with its kind (${names()})`, value);
      }
      const { kind, flags, ...fields } = value;
      const known = typeof kind === "number" ? undefined : byName.get(kind);
      if (known === undefined && typeof kind !== "number") {
        return to.refuse(`be a kind of ${names()}`, kind);
      }
      const at = to.room(HEAD + 1);
      if (known !== undefined) known.table.write(to, fields);
      else if (fields.octets instanceof Uint8Array) to.bytes(fields.octets);
      const length = to.at - at - HEAD - 1;
      const set = flags as readonly AttributeFlag[] | undefined ??
        [...known?.flags ?? [], ...length > 255 ? LONG : []];
      const isLong = set.includes("extendedLength");
      const most = isLong ? 0xffff : 0xff;
      if (length > most) {
        to.refuse(`be of up to ${most} octets`, `${length} octets`, RangeError);
      }
      if (!isLong) {
        // The length takes one octet less: what is behind it moves up.
        to.octets.copyWithin(at + HEAD, at + HEAD + 1, to.at);
        to.octets[--to.at] = 0;
      }
      to.octets[at] = set.reduce((sum, flag) => sum | bitOf(to, flag), 0);
      to.octets[at + 1] = known?.number ?? Number(kind);
      if (isLong) to.view.setUint16(at + 2, length);
      else to.octets[at + 2] = length;
    },
    random: () => undefined,
    text({ kind, flags: _, ...fields }) {
      const known = byName.get(String(kind));
      const text = known?.table.text(fields) ?? valueText(fields.octets);
      return text === "" ? String(kind) : `${kind} ${text}`;
    },
  };
}

/** Octets of flags, type and short length. */
const HEAD = 3;

const LONG: readonly AttributeFlag[] = ["extendedLength"];

function bitOf(to: Sink, flag: AttributeFlag): number {
  const at = FLAGS.indexOf(flag);
  if (at < 0) to.refuse(`have flags of ${FLAGS.join(", ")}`, flag);
  return 0x80 >> at;
}

/** Reads an attribute's fields; what does not fit its kind stays octets. */
function content(
  from: Cursor,
  known: Known | undefined,
  type: number,
  flags: readonly AttributeFlag[],
): AnyAttribute {
  const { at, fields, trouble, left } = from;
  if (known !== undefined) {
    const item = { kind: known.name, flags, ...known.table.blank() };
    try {
      known.table.read(from, item);
      if (from.left === 0) return item;
      const reason = `attribute ${known.name} of ${left} octets, too many`;
      from.note(new Stop(reason, at));
    } catch (stop) {
      from.note(stop);
    }
    from.trouble = trouble ?? from.trouble;
    from.fields = fields;
    from.at = at;
  }
  return { kind: type, flags, octets: from.bytes() };
}
