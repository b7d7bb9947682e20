/**
 * What is known of a ruleset while its rules become functions.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Value, Verdict } from "../model/expression.ts";
import type { Chain, NamedObject, Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { isConcat, type Span, spanOf } from "./constants.ts";
import { type Lookup, lookup, namedTypes } from "./named_set.ts";

/** A rule, and where it stands. */
export interface PlacedRule {
  readonly table: Table;
  readonly chain: Chain;
  /** Its place in the chain, from 0. */
  readonly index: number;
  readonly rule: Rule;
}

/** Values that a map gives, a span for each part. */
export function spansOf(types: readonly DataType[], data: Value): Span[] {
  return isConcat(data)
    ? data.concat.map((part, i) => spanOf(types[i]!, part))
    : [spanOf(types[0]!, data)];
}

/** Objects that maps give by name. */
const OBJECTS = new Set(["counter", "quota", "limit", "ct helper", "synproxy"]);

/** The tables of a simulator, and the numbers of all that is in them. */
export class Program {
  readonly rules: PlacedRule[] = [];
  /** The number of each rule. */
  readonly numbers = new Map<Rule, number>();
  readonly chains: { readonly table: Table; readonly chain: Chain }[] = [];
  /** What rules change: it is read anew each time. */
  readonly changed = new Set<string>();
  readonly #chainNumbers = new Map<string, number>();
  readonly #lookups = new Map<string, Lookup>();
  readonly #objects = new Map<string, { slot: number; object: NamedObject }>();
  readonly #written = new Set<string>();
  #slots = 0;
  #dynamic = 0;

  constructor(readonly tables: readonly Table[]) {
    for (const table of tables) {
      for (const chain of table.chains) {
        this.#chainNumbers.set(keyOf(table, chain.name), this.chains.length);
        this.chains.push({ table, chain });
        chain.rules.forEach((rule, index) => {
          this.numbers.set(rule, this.rules.length);
          this.rules.push({ table, chain, index, rule });
          for (const statement of rule.statements) {
            this.#note(table, statement);
          }
        });
      }
      for (const object of table.objects) {
        this.#objects.set(keyOf(table, `${object.kind} ${object.name}`), {
          slot: this.slots(1),
          object,
        });
      }
    }
    this.#checkJumps();
  }

  /** Notes what a statement changes. */
  #note(table: Table, statement: Statement): void {
    if ("mangle" in statement) {
      const { key } = statement.mangle;
      if (typeof key !== "object") return;
      if ("meta" in key) this.changed.add(`meta ${key.meta.key}`);
      else if ("ct" in key) this.changed.add(`ct ${key.ct.key}`);
      else this.changed.add("payload");
    } else if ("reset" in statement) this.changed.add("payload");
    else if ("notrack" in statement) this.changed.add("notrack");
    else if ("set" in statement) {
      this.#written.add(keyOf(table, statement.set.set.slice(1)));
    } else if ("map" in statement) {
      this.#written.add(keyOf(table, statement.map.map.slice(1)));
    }
  }

  /** Refuses what the kernel refuses: loops, and jumps more than 16 deep. */
  #checkJumps(): void {
    const depths = new Map<Chain, number>();
    const open = new Set<Chain>();
    const depth = (table: Table, chain: Chain): number => {
      const known = depths.get(chain);
      if (known !== undefined) return known;
      if (open.has(chain)) {
        throw new TypeError(
          `Cannot simulate chain "${chain.name}" of table "${table.name}": it jumps to itself`,
        );
      }
      open.add(chain);
      let most = 0;
      for (const name of targets(table, chain)) {
        const found = table.chains.find((other) => other.name === name);
        if (found !== undefined) most = Math.max(most, 1 + depth(table, found));
      }
      open.delete(chain);
      depths.set(chain, most);
      return most;
    };
    for (const { table, chain } of this.chains) {
      // What no packet reaches, the kernel does not look at.
      if (chain.base !== undefined && depth(table, chain) > 16) {
        throw new TypeError(
          `Cannot simulate chain "${chain.name}" of table "${table.name}": its jumps are more than 16 deep`,
        );
      }
    }
  }

  /** Keeps slots of the kernel's state; gives the first. */
  slots(count: number): number {
    const first = this.#slots;
    this.#slots += count;
    return first;
  }

  /** Keeps a number for a set that rules change. */
  dynamic(): number {
    return this.#dynamic++;
  }

  /** The number of a chain. */
  chain(table: Table, name: string): number {
    const number = this.#chainNumbers.get(keyOf(table, name));
    if (number !== undefined) return number;
    throw missing("chain", table, name);
  }

  /** A named set or map, ready to be asked. */
  lookup(table: Table, name: string): Lookup {
    const key = keyOf(table, name);
    let made = this.#lookups.get(key);
    if (made !== undefined) return made;
    const map = table.maps.find((map) => map.name === name);
    const set = table.sets.find((set) => set.name === name) ?? map;
    if (set === undefined) throw missing("set", table, name);
    made = lookup(
      namedTypes(set.type),
      set.elements,
      map && this.#converter(map.map),
      set,
      this.#written.has(key) ? this.dynamic() : -1,
      this.slots(set.elements.length),
    );
    this.#lookups.set(key, made);
    return made;
  }

  #converter(names: readonly string[]) {
    if (names[0] === "verdict" || OBJECTS.has(names[0]!)) {
      return (data: Value | Verdict): unknown => data;
    }
    const types = names.map(dataType);
    return (data: Value | Verdict): unknown => spansOf(types, data as Value);
  }

  /** A named object, with the slot that it counts in. */
  object(
    table: Table,
    kind: string,
    name: string,
  ): { slot: number; object: NamedObject } {
    const found = this.#objects.get(keyOf(table, `${kind} ${name}`));
    if (found !== undefined) return found;
    throw missing(kind, table, name);
  }
}

const keyOf = (table: Table, name: string) =>
  `${table.family} ${table.name} ${name}`;

const missing = (what: string, table: Table, name: string) =>
  new TypeError(
    `Cannot simulate table "${table.name}" as it must have every ${what} that its rules name: there is no ${what} "${name}"`,
  );

/** The chains that a chain's rules lead to. */
function* targets(table: Table, chain: Chain): Iterable<string> {
  for (const { statements } of chain.rules) {
    for (const statement of statements) {
      if ("jump" in statement) yield statement.jump.target;
      else if ("goto" in statement) yield statement.goto.target;
      else if ("vmap" in statement) {
        const { data } = statement.vmap;
        const elements = typeof data === "string"
          ? table.maps.find(({ name }) => name === data.slice(1))?.elements
          : data.set;
        for (const [, verdict] of elements ?? []) {
          if (typeof verdict !== "object") continue;
          if ("jump" in verdict) yield verdict.jump.target;
          else if ("goto" in verdict) yield verdict.goto.target;
        }
      }
    }
  }
}
