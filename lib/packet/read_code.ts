/**
 * Source text that reads fields of no fixed length in place.
 *
 * A {@linkcode Format} reads through a cursor, and says what is wrong with the
 * octets. Most octets have nothing wrong with them: for those a format may also
 * write source that reads its value, of which one function is made for a whole
 * header. What is odd in any way that function leaves to the formats.
 *
 * @module
 */

import { READ_SCOPE, readExpression } from "./expression.ts";
import { Cursor, type Fields, type Format, Stop } from "./format.ts";
import type { Slot } from "./layer.ts";

/** How the fields are named that conditions and lengths look at. */
export interface FieldNames {
  /** The fields of the table at hand, as an object. */
  readonly object: string;
  /** One field by its name. */
  readonly of: (name: string) => string;
}

/**
 * Writes statements that read a value, over `b` and `d`, the octets, from `o` to
 * `e`. They leave `o` behind it, or say `return -1` if anything is odd.
 *
 * @param code What else the statements may use.
 * @param into The place that takes the value; it holds `undefined` before.
 * @param fields What the fields are called there.
 */
export type ReadCode = (
  code: Code,
  into: string,
  fields: FieldNames,
) => string;

/**
 * By the function, not by the format: a format made of another one, with a way
 * of reading of its own, must not be read as the other one.
 */
const CODES = new WeakMap<object, ReadCode>();

/**
 * Gives a format's `read` the source that does the same.
 *
 * @param read The function.
 * @param code The source.
 * @returns The function.
 *
 * @example
 * ```ts
 * import { Code, coded } from "./read_code.ts";
 * import assert from "node:assert/strict";
 *
 * const read = coded((from) => from.u8(), (_, into) =>
 *   `if (o === e) return -1; ${into} = b[o++];`);
 * const out: { port?: number } = {};
 * const code = new Code();
 * const make = code.reader(code.value("port", "out.port", { read } as never, {
 *   object: "fields",
 *   of: (name) => `fields.${name}`,
 * }));
 * const octets = Uint8Array.of(7, 8);
 * assert.equal(make(octets, new DataView(octets.buffer), 0, 2, 0, out, {}, {}), 1);
 * assert.deepEqual(out, { port: 7 });
 * ```
 */
export function coded<T>(
  read: (from: Cursor) => T,
  code: ReadCode,
): (from: Cursor) => T {
  CODES.set(read, code);
  return read;
}

/**
 * Reads values into `out` from one place up to another.
 *
 * @returns The place behind them; -1 if something must be looked at closer, in
 * which case some may have been read.
 */
export type Reader = (
  octets: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  start: number,
  out: Record<string, unknown>,
  fields: Fields,
  header: Fields,
) => number;

/**
 * Writes the source of a constructor of plain objects. A literal would do, but
 * the engine may come to keep all objects of one literal where only the old are
 * kept, when it meets a batch of them that are not done with yet; and from there
 * they hold the young ones for as long. That made decoding take thrice the time.
 *
 * @param name The constructor's name.
 * @param takes The names of what it takes.
 * @param properties The names of the object's properties, and expressions for
 * their values.
 * @returns Statements.
 *
 * @example
 * ```ts
 * import { plainObject } from "./read_code.ts";
 * import assert from "node:assert/strict";
 *
 * const source = `${plainObject("Pair", "n", [["a", "n"], ["b", "-n"]])}
 * return new Pair(1);`;
 * assert.deepEqual(new Function(source)(), { a: 1, b: -1 });
 * ```
 */
export function plainObject(
  name: string,
  takes: string,
  properties: readonly (readonly [name: string, value: string])[],
): string {
  return `function ${name}(${takes}) {
${properties.map(([name, value]) => `this.${name} = ${value};`).join("\n")}
}
${name}.prototype = Object.prototype;`;
}

/** Makes a list, not by a literal either. */
export function list<T>(...items: T[]): T[] {
  return items;
}

/** The source of one function, as it grows. */
export class Code {
  readonly #scope: Record<string, unknown> = {
    ...READ_SCOPE,
    Cursor,
    Stop,
    list,
  };
  #count = 0;
  readonly #lists: string[] = [];

  /** Gives a name that no other has. */
  name(start: string): string {
    return `${start}${this.#count++}`;
  }

  /** Gives something outside the source a name in it. */
  known(start: string, value: unknown): string {
    const name = this.name(start);
    this.#scope[name] = value;
    return name;
  }

  /**
   * Writes an expression for a fixed field.
   *
   * @param slot The field.
   * @param size Octets of the fields around it.
   * @returns The expression, over `o`, where those start.
   */
  slot(slot: Slot, size: number): string {
    const names = { octets: "b", view: "d", at: "o" };
    let flags = "";
    if (slot.kind === "flags") {
      flags = this.name("flags");
      this.#lists.push(
        `const ${flags} = flagList(${JSON.stringify(slot.flags)});`,
      );
    }
    return readExpression(slot, size, names, flags);
  }

  /**
   * Writes the reading of a value: by the format's own source, or through a
   * cursor.
   *
   * @param name What the value is, for those who read the source.
   * @param into The place that takes it.
   * @param format The format.
   * @param fields What the fields are called.
   * @returns Statements.
   */
  value(
    name: string,
    into: string,
    format: Format<unknown, never>,
    fields: FieldNames,
  ): string {
    const code = CODES.get(format.read);
    if (code !== undefined) return code(this, into, fields);
    return this.through(this.known(`${name}_`, format), into, fields);
  }

  /**
   * Writes the reading of a value through a cursor.
   *
   * @param format What the format is called.
   * @param into The place that takes the value.
   * @param fields What the fields are called.
   * @returns Statements.
   */
  through(format: string, into: string, fields: FieldNames): string {
    return `c ??= new Cursor(b, o, e, start, d);
c.at = o; c.end = e; c.fields = ${fields.object}; c.header = header;
${into} = ${format}.read(c);
if (c.trouble !== undefined) return -1;
o = c.at;`;
  }

  /**
   * Writes an expression for a new object.
   *
   * @param properties Their names and expressions for their values.
   * @returns The expression.
   */
  object(
    properties: readonly (readonly [name: string, value: string])[],
  ): string {
    const make = this.name("Plain");
    const takes = properties.map(([name], i) => [name, `p${i}`] as const);
    const names = takes.map(([, take]) => take).join(", ");
    this.#lists.push(plainObject(make, names, takes));
    return `new ${make}(${properties.map(([, value]) => value).join(", ")})`;
  }

  /**
   * Gives a name to an object that is made once, and never changes.
   *
   * @param value An expression for it, of what does not vary.
   * @returns The name.
   */
  shared(value: string): string {
    const name = this.name("shared");
    this.#lists.push(`const ${name} = Object.freeze(${value});`);
    return name;
  }

  /**
   * Writes the making of a list. One that is pushed to has room for seventeen
   * from the first; most have one item to three, and need no more room than that.
   *
   * @param into The place that takes the list.
   * @param fill Writes what fills it: a statement that adds an item, and a name
   * for how many there are, are known to it.
   * @returns Statements.
   */
  list(
    into: string,
    fill: (add: (item: string) => string, count: string) => string,
  ): string {
    const [items, count] = [this.name("items"), this.name("count")];
    const first = [0, 1, 2].map((n) => `${items}_${n}`);
    const add = (item: string) =>
      `switch (${count}++) {
${first.map((one, n) => `case ${n}: ${one} = ${item}; break;`).join(" ")}
default: (${items} ??= list(${first.join(", ")})).push(${item});
}`;
    const few = first.map((_, n) =>
      `${count} === ${n} ? list(${first.slice(0, n).join(", ")})`
    );
    return `let ${items}, ${first.join(", ")}, ${count} = 0;
${fill(add, count)}
${into} = ${items} ?? (${few.join(" : ")} : list(${first.join(", ")}));`;
  }

  /**
   * Writes what is read within so many octets, and the step behind them.
   *
   * @param length How many; it must be a plain name.
   * @param inner Statements.
   * @param isExact Whether all of them must be read.
   * @returns Statements.
   */
  within(length: string, inner: string, isExact = false): string {
    const end = this.name("end");
    return `if (!(${length} >= 0 && ${length} <= e - o)) return -1;
const ${end} = e; e = o + ${length};
${inner}
${isExact ? "if (o !== e) return -1;" : "o = e;"} e = ${end};`;
  }

  /**
   * Compiles statements.
   *
   * @param body They read into properties of `out`; there are `fields` and
   * `header` for conditions.
   * @returns The function.
   */
  reader(body: string): Reader {
    const source = `"use strict";
${this.#lists.join("\n")}
return (b, d, o, e, start, out, fields, header) => {
  let c;
  try {
    ${body}
    return o;
  } catch (trouble) {
    if (trouble instanceof Stop) return -1;
    throw trouble;
  }
};`;
    const make = new Function(...Object.keys(this.#scope), source);
    return make(...Object.values(this.#scope));
  }
}

/** Fields by name, where nothing is known of them. */
const ANY: FieldNames = {
  object: "fields",
  of: (name) => `("${name}" in fields ? fields : header).${name}`,
};

/**
 * Makes a function that reads one value by its source, for formats that are read
 * through a cursor.
 *
 * @param write The source.
 * @returns The function; it is compiled when first called. It gives `undefined`
 * and does not move on if something must be looked at closer.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { quickly } from "./read_code.ts";
 * import assert from "node:assert/strict";
 *
 * const read = quickly<number>((_, into) => `if (o === e) return -1; ${into} = b[o++];`);
 * const cursor = new Cursor(Uint8Array.of(7), 0, 1);
 * assert.deepEqual([read(cursor), read(cursor), cursor.at], [7, undefined, 1]);
 * ```
 */
export function quickly<T>(write: ReadCode): (from: Cursor) => T | undefined {
  let read: Reader | undefined;
  return (from) => {
    if (read === undefined) {
      const code = new Code();
      read = code.reader(write(code, "out.value", ANY));
    }
    const out = { value: undefined };
    const { octets, view, at, end, start, fields, header } = from;
    const after = read(octets, view, at, end, start, out, fields, header);
    if (after < 0) return undefined;
    from.at = after;
    return out.value as T | undefined;
  };
}
