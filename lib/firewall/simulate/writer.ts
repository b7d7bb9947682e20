/**
 * Writes the JavaScript of rules: what they read, and what they look up.
 *
 * @module
 */

import { type DataType, dataType, sizedType } from "../model/data_types.ts";
import type {
  AnonymousMap,
  AnonymousSet,
  Expression,
  MapLookup,
  SetReference,
  Value,
  Verdict,
} from "../model/expression.ts";
import type { Table } from "../model/ruleset.ts";
import type { Code, Surroundings } from "./code.ts";
import {
  constantNumber,
  isConstant,
  isMapLookup,
  operandsOf,
  partsOf,
  shapeOf,
  spanOf,
  wideTerms,
  widthOf,
} from "./constants.ts";
import type { Scope } from "./scope.ts";
import { combine } from "./condition_code.ts";
import { type Lookup, lookup } from "./named_set.ts";
import { type Program, spansOf } from "./program.ts";
import { isSelector, readCode } from "./read_code.ts";

/** Where the source of one function goes, rule by rule. */
export class Writer implements Surroundings {
  readonly lines: string[] = [];
  /** What stands at the function's head. */
  readonly head: string[] = [];
  readonly #hoisted = new Map<string, Code>();
  /** The rule that is being written, and its statement. */
  rule = 0;
  statement = 0;

  constructor(
    readonly table: Table,
    readonly program: Program,
    readonly scope: Scope,
    readonly isTraced: boolean,
  ) {}

  get family(): Table["family"] {
    return this.table.family;
  }

  constant(value: unknown): string {
    return this.scope.constant(value);
  }

  fresh(): string {
    return this.scope.fresh();
  }

  slot(): number {
    return this.program.slots(1);
  }

  /** Writes a line. */
  put(...lines: readonly string[]): void {
    this.lines.push(...lines);
  }

  /** The source that ends the rule. */
  get end(): string {
    return this.isTraced
      ? `{ p.saw(${this.rule}, ${this.statement}); break r${this.rule}; }`
      : `break r${this.rule};`;
  }

  /** Ends the rule unless a condition holds. */
  require(condition: string): void {
    if (condition === "true") return;
    this.put(`if (!(${condition})) ${this.end}`);
  }

  /** Writes what a value needs before it is used. */
  prepare({ before = [], guards }: Code): void {
    this.put(...before);
    for (const guard of guards) this.require(guard);
  }

  /** Reads a selector: once for the whole function, if nothing changes it. */
  read(selector: Expression): Code {
    if (!isSelector(selector)) throw new TypeError("not a selector");
    const key = JSON.stringify(selector);
    const known = this.#hoisted.get(key);
    if (known !== undefined) return known;
    const code = readCode(selector, this);
    const { changedBy, shape, terms, guards, type } = code;
    if (
      changedBy === "chance" || changedBy === "place" ||
      changedBy !== undefined && this.program.changed.has(changedBy)
    ) return code;
    if (shape === "string" && guards.length > 0) return code;
    const name = this.fresh();
    const holds = guards.join(" && ");
    let made: Code;
    if (terms.length === 1) {
      this.head.push(
        `const ${name} = ${
          holds === "" ? terms[0] : `${holds} ? ${terms[0]} : -1`
        };`,
      );
      made = {
        ...{ shape, type, terms: [name] },
        guards: holds === "" ? [] : [`${name} >= 0`],
        isSentinel: true,
      };
    } else {
      const names = terms.map((_, i) => `${name}_${i}`);
      this.head.push(
        `const ${name} = ${holds === "" ? "true" : holds};`,
        `let ${names.map((word) => `${word} = 0`).join(", ")};`,
        `if (${name}) { ${
          terms.map((term, i) => `${names[i]} = ${term};`).join(" ")
        } }`,
      );
      made = { shape, type, terms: names, guards: holds === "" ? [] : [name] };
    }
    this.#hoisted.set(key, made);
    return made;
  }

  /** A value as source; its guards are written at once. */
  value(expression: Expression, wanted?: DataType): Code {
    const code = this.code(expression, wanted);
    this.prepare(code);
    return { ...code, guards: [], before: [] };
  }

  /** A value as source, with its guards. */
  code(expression: Expression, wanted?: DataType): Code {
    if (isSelector(expression)) {
      return "jhash" in expression
        ? this.#hash(expression.jhash)
        : this.read(expression);
    }
    if (isConstant(expression)) {
      const type = wanted ?? dataType("integer");
      const span = spanOf(type, expression);
      return {
        shape: shapeOf(type),
        type,
        terms: span.text !== undefined
          ? [JSON.stringify(span.text)]
          : span.first.map(String),
        guards: [],
      };
    }
    const operands = operandsOf(expression);
    if (operands !== undefined) {
      return this.#operation(
        Object.keys(expression as object)[0]!,
        operands,
        wanted,
      );
    }
    if (isMapLookup(expression)) {
      return this.#mapped(expression.map, wanted)[0]!;
    }
    throw new TypeError(`Cannot simulate ${JSON.stringify(expression)}`);
  }

  #operation(
    operator: string,
    [first, ...rest]: readonly Expression[],
    wanted: DataType | undefined,
  ): Code {
    const left = this.code(first!, wanted);
    const { type } = left;
    const isShift = operator === "<<" || operator === ">>";
    return rest.reduce<Code>((sum, operand) => {
      const right = isConstant(operand)
        ? this.#constant(
          isShift ? sizedType("integer", 32) : type,
          operand,
          sum,
        )
        : this.code(operand, type);
      return {
        shape: sum.shape,
        type,
        terms: combine(operator, sum, right),
        guards: [...sum.guards, ...right.guards],
        before: [...sum.before ?? [], ...right.before ?? []],
      };
    }, left);
  }

  #constant(type: DataType, value: Expression, like: Code): Code {
    const number = constantNumber(type, value);
    return {
      ...like,
      terms: like.terms.length === 1
        ? [String(number)]
        : wideTerms(number, like.terms.length).map(String),
      guards: [],
      before: [],
    };
  }

  #hash(
    { expr, mod, seed, offset = 0 }: {
      readonly expr: Expression;
      readonly mod: number;
      readonly seed?: number;
      readonly offset?: number;
    },
  ): Code {
    const type = sizedType("integer", 32);
    if (seed === undefined) {
      const held = this.constant({ jhash: { expr, mod } });
      return {
        shape: "number",
        type,
        terms: [`p.ask(${held}, 1, 0)`],
        guards: [],
      };
    }
    const codes = partsOf(expr).map((part) => this.code(part));
    const parts = codes.flatMap(({ terms, type: { bits = 32, order } }) =>
      terms.map((term) =>
        `[${term}, ${terms.length > 1 ? 32 : bits}, ${order === "host"}]`
      )
    );
    return {
      shape: "number",
      type,
      terms: [
        `(hashParts([${parts.join(", ")}], ${mod}, ${seed}) + ${offset})`,
      ],
      guards: codes.flatMap(({ guards }) => guards),
      before: codes.flatMap(({ before = [] }) => before),
    };
  }

  /** A key's terms, one after another; its guards are written at once. */
  key(
    expression: Expression,
    types?: readonly DataType[],
  ): { terms: string[]; types: DataType[]; codes: Code[] } {
    const codes = partsOf(expression).map((part, i) =>
      this.value(part, types?.[i])
    );
    return {
      terms: codes.flatMap(({ terms }) => terms),
      types: codes.map(({ type }) => type),
      codes,
    };
  }

  /** A set or map, named or standing in the rule. */
  lookup(
    data: AnonymousSet | AnonymousMap | SetReference,
    types: readonly DataType[],
    convert?: (data: Value | Verdict) => unknown,
  ): Lookup {
    return typeof data === "string"
      ? this.program.lookup(this.table, data.slice(1))
      : lookup(types, data.set as never, convert, undefined, -1, 0);
  }

  /** Looks a key up: writes where it is found, gives the name of its place. */
  find(
    from: Lookup,
    terms: readonly string[],
  ): { place: string; found: string; held: string } {
    const place = this.fresh();
    const held = this.constant(from);
    if (from.dynamic >= 0) {
      this.put(
        `const ${place} = dynamicSet(p, ${held}).find([${
          terms.join(", ")
        }], p.now);`,
      );
      return { place, found: `${place} !== undefined`, held };
    }
    const call = `${this.constant(from.find)}(${terms.join(", ")})`;
    if (!from.isKept) this.put(`const ${place} = ${call};`);
    else {
      this.put(
        `let ${place} = ${call};`,
        `if (${place} >= 0 && !isAlive(p, ${held}, ${place})) ${place} = -1;`,
      );
    }
    return { place, found: `${place} >= 0`, held };
  }

  /** Lets an element that was found count. */
  count(from: Lookup, place: string, held: string): void {
    if (from.dynamic >= 0) {
      this.put(
        `if (${place} !== undefined && !count(${place}, p)) ${this.end}`,
      );
    } else if (from.isKept) {
      this.put(
        `if (${place} >= 0 && !passes(p, ${held}, ${place})) ${this.end}`,
      );
    }
  }

  /** Looks a key up in a map; a miss ends the rule. Gives the place. */
  hit(from: Lookup, terms: readonly string[]): string {
    const { place, found, held } = this.find(from, terms);
    this.count(from, place, held);
    if (from.otherwise < 0 || from.dynamic >= 0) {
      this.require(found);
      return place;
    }
    const chosen = this.fresh();
    this.put(`const ${chosen} = ${found} ? ${place} : ${from.otherwise};`);
    return chosen;
  }

  /** What a map gives, a value for each part; its guards are written at once. */
  #mapped(map: MapLookup["map"], wanted: DataType | undefined): Code[] {
    return this.spans(map, wanted === undefined ? [] : [wanted]).map((
      { first },
    ) => first);
  }

  /** What a map gives, first and last of each part. */
  spans(
    { key, data }: MapLookup["map"],
    wanted: readonly DataType[],
  ): { first: Code; last: Code }[] {
    const { terms, types } = this.key(
      key,
      typeof data === "string"
        ? this.program.lookup(this.table, data.slice(1)).types
        : undefined,
    );
    const from = this.lookup(
      data,
      types,
      (value) => spansOf(wanted, value as Value),
    );
    const place = this.hit(from, terms);
    const given = this.fresh();
    if (from.dynamic >= 0) this.put(`const ${given} = ${place}.data;`);
    else {
      const values = this.constant(from.members);
      this.put(`const ${given} = ${values}[${place}].data;`);
    }
    const named = from.set !== undefined && "map" in from.set
      ? from.set.map.map(dataType)
      : wanted;
    return named.map((type, part) => {
      const shape = shapeOf(type);
      const side = (which: "first" | "last"): Code => ({
        ...{ shape, type, guards: [] },
        terms: shape === "string" ? [`${given}[${part}].text`] : Array.from(
          { length: widthOf(type) },
          (_, i) => `${given}[${part}].${which}[${i}]`,
        ),
      });
      return { first: side("first"), last: side("last") };
    });
  }
}
