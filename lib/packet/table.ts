/**
 * Compiles tables of fields behind one another, of fixed length or not, into
 * functions that read and write them: options, list items, the end of a header.
 *
 * @module
 */

import { READ_SCOPE, readExpression, writeStatements } from "./expression.ts";
import {
  type Cursor,
  type Fields,
  type Format,
  type Random,
  Sink,
} from "./format.ts";
import type { FieldSpec, FixedSpec, RawValue, Slot } from "./layer.ts";
import { checkName, formatOf, isFormat, places } from "./layout.ts";
import type { Code, FieldNames } from "./read_code.ts";
import { blankValue, randomValue, rawValue, valueText } from "./value.ts";

/** A table that can be read and written. */
export interface Table {
  /** The fields' names, in the order of the wire. */
  readonly names: readonly string[];
  /**
   * Makes the object that a reading fills: lists are empty, all else is
   * `undefined`.
   */
  readonly blank: () => Record<string, unknown>;
  /**
   * Reads all fields.
   *
   * @param from Where they start.
   * @param out Where they are put, one after the other.
   * @param fields What conditions and lengths look at. @default {out}
   */
  readonly read: (
    from: Cursor,
    out: Record<string, unknown>,
    fields?: Fields,
  ) => void;
  /**
   * Writes source that reads all fields, as {@linkcode ReadCode} does.
   *
   * @param code What it becomes a part of.
   * @param out The object that takes them.
   * @param fields What the fields are called. @default {the object's}
   * @returns Statements.
   */
  readonly code: (code: Code, out: string, fields?: FieldNames) => string;
  /**
   * Writes source that reads all fields into a new object.
   *
   * @param code What it becomes a part of.
   * @param into The place that takes the object.
   * @param first What the object has in front. @default {nothing}
   * @returns Statements.
   */
  readonly object: (
    code: Code,
    into: string,
    first?: readonly (readonly [name: string, value: string])[],
  ) => string;
  /**
   * Writes source that reads a table of one fixed field without an object.
   *
   * @param code What it becomes a part of.
   * @param into The place that takes the value.
   * @returns Statements.
   */
  readonly alone: (code: Code, into: string) => string;
  /**
   * Checks all fields and writes them; counts and lengths that nobody has set
   * are worked out.
   *
   * @param to Where.
   * @param values The values.
   */
  readonly write: (to: Sink, values: Fields) => void;
  /**
   * Writes all fields, of values that have been looked through.
   *
   * @param to Where.
   * @param values The values, perhaps among others.
   */
  readonly put: (to: Sink, values: Fields) => void;
  /** The fields of no fixed length. */
  readonly formats: ReadonlyMap<string, Format<unknown, unknown>>;
  /**
   * Makes up values.
   *
   * @param random The source of chance.
   * @param outer The fields around the table.
   * @returns Values that can be written.
   */
  readonly random: (random: Random, outer: Fields) => Record<string, unknown>;
  /**
   * Writes values for people.
   *
   * @param values What `read` gave.
   * @returns A few words.
   */
  readonly text: (values: Fields) => string;
}

/** Fixed fields in a row. */
type Run = { readonly slots: readonly Slot[]; readonly size: number };

/** Fixed fields in a row, or one field with a format. */
type Step = Run | {
  readonly name: string;
  readonly format: Format<unknown, unknown>;
};

/**
 * Compiles a table.
 *
 * @param owner What it belongs to, for errors.
 * @param fields The fields in the order of the wire.
 * @returns What reads and writes it.
 * @throws {TypeError} If the table describes nothing possible.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { compileTable } from "./table.ts";
 * import assert from "node:assert/strict";
 *
 * const table = compileTable("sack", { left: 32, right: 32 });
 * const out = table.blank();
 * table.read(new Cursor(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2), 0, 8), out);
 * assert.deepEqual(out, { left: 1, right: 2 });
 * ```
 */
export function compileTable(
  owner: string,
  fields: Readonly<Record<string, FieldSpec>>,
): Table {
  return new CompiledTable(owner, fields);
}

/**
 * A table that is laid out and compiled when first met: few programs meet many
 * of the tables that there are.
 */
class CompiledTable implements Table {
  readonly names: readonly string[];
  readonly #owner: string;
  readonly #fields: Readonly<Record<string, FieldSpec>>;
  #laid: Laid | undefined;

  constructor(owner: string, fields: Readonly<Record<string, FieldSpec>>) {
    this.names = Object.keys(fields);
    this.#owner = owner;
    this.#fields = fields;
  }

  get #ready(): Laid {
    return this.#laid ??= lay(this.#owner, this.#fields);
  }
  get formats(): ReadonlyMap<string, Format<unknown, unknown>> {
    return this.#ready.formats;
  }

  blank(): Record<string, unknown> {
    return this.#ready.reader.blank();
  }
  read(from: Cursor, out: Record<string, unknown>, fields?: Fields): void {
    return this.#ready.reader.read(from, out, fields);
  }
  code(
    code: Code,
    out: string,
    fields: FieldNames = fieldsOf(this.names, out),
  ): string {
    return this.#ready.steps.map((step) => stepCode(step, code, out, fields))
      .join("\n");
  }

  object(
    code: Code,
    into: string,
    first: readonly (readonly [name: string, value: string])[] = [],
  ): string {
    const { steps: [head, ...rest] } = this.#ready;
    if (head === undefined) {
      const made = `({ ${first.map(([name, value]) => `${name}: ${value}`)} })`;
      // Alike whenever it is read: one for all will do.
      return `${into} = ${code.shared(made)};`;
    }
    const out = code.name("out");
    const fields = fieldsOf(this.names, out);
    const isRun = head !== undefined && "slots" in head;
    const known = isRun ? head.slots : [];
    const properties = this.names.map((name) => {
      const slot = known.find((slot) => slot.name === name);
      const value = slot && isRun ? code.slot(slot, head.size) : "undefined";
      return [name, value] as const;
    });
    const steps = isRun || head === undefined ? rest : [head, ...rest];
    return [
      isRun ? `if (e - o < ${head.size}) return -1;` : "",
      `const ${out} = ${code.object([...first, ...properties])};`,
      `${into} = ${out};`,
      isRun ? `o += ${head.size};` : "",
      ...steps.map((step) => stepCode(step, code, out, fields)),
    ].join("\n");
  }

  alone(code: Code, into: string): string {
    const step = this.#ready.steps[0] as Run;
    return `if (e - o < ${step.size}) return -1;
${into} = ${code.slot(step.slots[0]!, step.size)}; o += ${step.size};`;
  }

  write(to: Sink, values: Fields): void {
    const { steps, slots, formats } = this.#ready;
    put(steps, to, settled(slots, formats, to, values));
  }

  put(to: Sink, values: Fields): void {
    return put(this.#ready.steps, to, values);
  }
  random(random: Random, outer: Fields): Record<string, unknown> {
    const { slots, formats, stated } = this.#ready;
    const made: Record<string, unknown> = {};
    for (const name of this.names) {
      const slot = slots.get(name);
      if (stated.has(name)) continue;
      const value = slot === undefined
        ? formats.get(name)!.random(random, { ...outer, ...made })
        : randomValue(slot, random);
      if (value !== undefined) made[name] = value;
    }
    return made;
  }

  text(values: Fields): string {
    const { slots, formats } = this.#ready;
    return this.names.filter((name) => values[name] !== undefined).map(
      (name) => {
        const format = formats.get(name);
        const value = format === undefined
          ? valueText(values[name], slots.get(name))
          : format.text(values[name]);
        return this.names.length === 1 ? value : `${name} ${value}`;
      },
    ).join(", ");
  }
}

/** A table that has been laid out. */
interface Laid {
  readonly steps: readonly Step[];
  readonly slots: ReadonlyMap<string, Slot>;
  readonly formats: ReadonlyMap<string, Format<unknown, unknown>>;
  /** Fields that state a count or a length of others. */
  readonly stated: ReadonlySet<string | undefined>;
  readonly reader: Pick<Table, "blank" | "read">;
}

function lay(owner: string, fields: Readonly<Record<string, FieldSpec>>): Laid {
  const entries = Object.entries(fields);
  for (const [name] of entries) checkName(owner, name);
  const steps = stepsOf(owner, entries);
  const slots = new Map(
    steps.flatMap((step) => "slots" in step ? step.slots : [])
      .map((slot) => [slot.name, slot]),
  );
  const formats = new Map(
    steps.flatMap((step) => "slots" in step ? [] : [step])
      .map(({ name, format }) => [name, format]),
  );
  const stated = new Set(
    [...formats.values()].flatMap(({ countIn, lengthIn }) => [
      countIn,
      lengthIn,
    ]),
  );
  const reader = compileReader(steps, Object.keys(fields), formats);
  return { steps, slots, formats, stated, reader };
}

/** The fields of an object, and behind them those of the header. */
function fieldsOf(names: readonly string[], object: string): FieldNames {
  return {
    object,
    of: (name) => `${names.includes(name) ? object : "header"}.${name}`,
  };
}

function stepCode(
  step: Step,
  code: Code,
  out: string,
  fields: FieldNames,
): string {
  if (!("slots" in step)) {
    const { name, format } = step;
    return code.value(name, `${out}.${name}`, format, fields);
  }
  const lines = step.slots.map((slot) =>
    `${out}.${slot.name} = ${code.slot(slot, step.size)};`
  );
  return `if (e - o < ${step.size}) return -1;
${lines.join("\n")}
o += ${step.size};`;
}

function stepsOf(
  owner: string,
  entries: readonly (readonly [string, FieldSpec])[],
): readonly Step[] {
  const steps: Step[] = [];
  let run: [string, FixedSpec][] = [];
  const close = () => {
    if (run.length === 0) return;
    const slots = places(owner, run);
    const size = slots.reduce((bits, slot) => bits + slot.bits, 0) >> 3;
    steps.push({ slots, size });
    run = [];
  };
  for (const [name, spec] of entries) {
    if (isFormat(spec)) {
      close();
      const format = formatOf(spec) as Format<unknown, unknown>;
      steps.push({ name, format });
    } else run.push([name, spec]);
  }
  close();
  return steps;
}

function compileReader(
  steps: readonly Step[],
  names: readonly string[],
  formats: ReadonlyMap<string, Format<unknown, unknown>>,
): Pick<Table, "blank" | "read"> {
  const list: Format<unknown, unknown>[] = [];
  const runs: (readonly Slot[])[] = [];
  const flagNames: (readonly string[])[] = [];
  const places = { octets: "b", view: "d", at: "o" };
  const body = steps.map((step) => {
    if (!("slots" in step)) {
      const f = `formats[${list.push(step.format) - 1}]`;
      return `out.${step.name} = c.marks === undefined ? ${f}.read(c) : c.marked("${step.name}", ${f});`;
    }
    const { slots, size } = step;
    const lines = slots.map((slot) => {
      const flags = slot.kind === "flags"
        ? `flags${flagNames.push(slot.flags) - 1}`
        : "";
      return `out.${slot.name} = ${readExpression(slot, size, places, flags)};`;
    });
    return `o = c.take(${size}); ${lines.join(" ")}
if (c.marks !== undefined) c.markSlots(runs[${runs.push(slots) - 1}], o);`;
  });
  const empties = new Map(
    [...formats].filter(([, { empty }]) => empty !== undefined)
      .map(([name], i) => [name, `empty${i}`]),
  );
  const make = new Function(
    ...["Address", "HEX", "textOf", "flagList"],
    ...["formats", "runs", "flagNames", "empty"],
    `${
      [...empties].map(([name, constant]) =>
        `const ${constant} = empty.get("${name}");`
      )
        .join("\n")
    }
${
      flagNames.map((_, i) => `const flags${i} = flagList(flagNames[${i}]);`)
        .join("\n")
    }
return {
  blank() { return { ${
      names.map((name) => `${name}: ${empties.get(name) ?? "undefined"}`).join(
        ", ",
      )
    } }; },
  read(c, out, now = out) {
    const b = c.octets, d = c.view, fields = c.fields;
    let o = 0;
    c.fields = now;
    ${body.join("\n    ")}
    c.fields = fields;
  },
};`,
  );
  const { Address, HEX, textOf, flagList } = READ_SCOPE;
  const empty = new Map(
    [...formats].map(([name, format]) => [name, format.empty]),
  );
  return make(
    ...[Address, HEX, textOf, flagList],
    ...[list, runs, flagNames, empty],
  );
}

type Put = (
  octets: Uint8Array,
  view: DataView,
  at: number,
  values: Readonly<Record<string, RawValue | undefined>>,
) => void;

/** One writer a run of fixed fields, compiled when first used. */
const PUTS = new WeakMap<readonly Slot[], Put>();

function putOf(slots: readonly Slot[]): Put {
  let put = PUTS.get(slots);
  if (put === undefined) {
    put = new Function("b", "d", "o", "v", writeStatements(slots)) as Put;
    PUTS.set(slots, put);
  }
  return put;
}

function put(steps: readonly Step[], to: Sink, values: Fields): void {
  const { fields } = to;
  to.fields = values;
  for (const step of steps) {
    if ("slots" in step) {
      const raw: Record<string, RawValue | undefined> = {};
      for (const slot of step.slots) {
        const value = values[slot.name];
        if (value === undefined) continue;
        const path = to.path === "" ? slot.name : `${to.path}.${slot.name}`;
        raw[slot.name] = rawValue(to.layer, slot, value, path);
      }
      const at = to.room(step.size);
      putOf(step.slots)(to.octets, to.view, at, raw);
    } else to.field(step.name, step.format, values[step.name]);
  }
  to.fields = fields;
}

/** Checks names, turns names of values into numbers, and fills in what lists state. */
function settled(
  slots: ReadonlyMap<string, Slot>,
  formats: ReadonlyMap<string, Format<unknown, unknown>>,
  to: Sink,
  given: Fields,
): Fields {
  const values: Record<string, unknown> = {};
  for (const name in given) {
    if (name === "kind" && !slots.has(name) && !formats.has(name)) continue;
    const slot = slots.get(name);
    if (slot === undefined && !formats.has(name)) {
      const known = [...slots.keys(), ...formats.keys()].join(", ");
      to.refuse(`have no field but ${known}`, name);
    }
    const value = given[name];
    const settle = formats.get(name)?.settle;
    values[name] = slot?.names !== undefined && typeof value === "string"
      ? rawValue(to.layer, slot, value)
      : settle === undefined || value === undefined
      ? value
      : settle(value);
  }
  for (const [name, count] of stated(formats, to, values)) {
    if (slots.has(name) || formats.has(name)) values[name] ??= count;
  }
  for (const slot of slots.values()) values[slot.name] ??= blankValue(slot);
  return values;
}

/**
 * Works out the counts and lengths that some fields state of others.
 *
 * @param formats The fields of no fixed length.
 * @param to Where they are going to be written, for errors.
 * @param values The values.
 * @returns The stating fields' names and values.
 *
 * @example
 * ```ts
 * import { Sink } from "./format.ts";
 * import { octets } from "./formats.ts";
 * import { stated } from "./table.ts";
 * import assert from "node:assert/strict";
 *
 * const formats = new Map([["name", octets("nameLength") as never]]);
 * const found = stated(formats, new Sink("x"), { name: Uint8Array.of(1, 2) });
 * assert.deepEqual(found, [["nameLength", 2]]);
 * ```
 */
export function stated(
  formats: ReadonlyMap<string, Format<unknown, unknown>>,
  to: Sink,
  values: Fields,
): (readonly [name: string, count: number])[] {
  const found: (readonly [string, number])[] = [];
  for (const [name, format] of formats) {
    const { countIn, lengthIn } = format;
    const value = values[name];
    if (countIn !== undefined && Array.isArray(value)) {
      found.push([countIn, value.length]);
    }
    if (lengthIn === undefined || value === undefined) continue;
    const scratch = new Sink(to.layer);
    scratch.fields = values;
    scratch.header = to.header;
    scratch.path = to.path;
    scratch.field(name, format, value);
    found.push([lengthIn, scratch.at]);
  }
  return found;
}
