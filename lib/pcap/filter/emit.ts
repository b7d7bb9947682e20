/**
 * Conditions to JavaScript: nested blocks, in which each octet is read once on
 * a path and the packet's end is looked at only where that is not yet known.
 *
 * @module
 */

import { type CodeWriter, emitChain } from "./emit_chain.ts";
import {
  arithmeticCode,
  type Code,
  comparisonCode,
  DENIED,
  MOST,
  SMALL,
} from "./emit_number.ts";
import type { Condition, Slot, Value } from "./condition.ts";

/** What is known at a place in the code. */
interface Known {
  /** How many octets are sure to be there, after the number that a text gives. */
  readonly there: Map<string, number>;
  /** Which variable has what has been read, by the text of its place. */
  readonly read: Map<string, string>;
}

/** Where to go: out with a result, or to the end of a block. */
type Target = boolean | Block;

/** A labelled block, and what is known wherever it is left early. */
interface Block {
  readonly label: string;
  readonly left: Known[];
}

const FUNCTION: Readonly<Record<number, string>> = {
  2: "view.getUint16",
  4: "view.getInt32",
};

/**
 * Writes the body of a function of `octets`, `view`, `start`, `end` and
 * `length` that says whether a packet meets a condition.
 *
 * @param condition The condition.
 * @param snapLength The most octets of a packet that count.
 * @returns The body.
 *
 * @example
 * ```ts
 * import { compare, load } from "./condition.ts";
 * import { emit } from "./emit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   emit(compare(load(1, 9), "=", 6), undefined),
 *   "let n=end-start;let v0=0;\n" +
 *     "if(n<10)return false;v0=octets[start+9];\n" +
 *     "if(v0===6)return true;return false;",
 * );
 * ```
 */
export function emit(
  condition: Condition,
  snapLength: number | undefined,
): string {
  return new Emitter().body(condition, snapLength);
}

/** Writes code, front to back. */
class Emitter implements CodeWriter {
  readonly #code: string[] = [];
  readonly #variables: string[] = [];
  /** The variable for what is read at a place, by the text of the place. */
  readonly #names = new Map<string, string>();
  readonly #slots = new Map<Slot, number>();
  #blocks = 0;
  /** What is known here; `undefined` where no packet comes. */
  #known: Known | undefined = { there: new Map(), read: new Map() };

  /**
   * Writes a whole body.
   *
   * @param condition The condition.
   * @param snapLength The most octets of a packet that count.
   * @returns The body.
   */
  body(condition: Condition, snapLength: number | undefined): string {
    this.#test(condition, true, false);
    const names = [
      ...this.#variables,
      ...Array.from(this.#slots.keys(), ({ name }) => name),
    ];
    let head = "let n=end-start;";
    if (snapLength !== undefined) head += `if(n>${snapLength})n=${snapLength};`;
    if (names.length > 0) {
      head += `let ${names.map((name) => `${name}=0`).join()};`;
    }
    return `${head}\n${this.#code.join("")}`;
  }

  /**
   * Writes code.
   *
   * @param code The code.
   */
  write(code: string): void {
    this.#code.push(code);
  }

  /**
   * Makes a variable.
   *
   * @returns Its name.
   */
  variable(): string {
    const name = `v${this.#variables.length}`;
    this.#variables.push(name);
    return name;
  }

  /** Writes a test. Without a target for an outcome, the code goes on there. */
  #test(
    condition: Condition,
    yes: Target | undefined,
    no: Target | undefined,
  ): void {
    if (this.#known === undefined) return;
    switch (condition.kind) {
      case "constant":
        return this.#jump(condition.value ? yes : no);
      case "not":
        return this.#test(condition.of, no, yes);
      case "all":
        return this.#series(condition.of, (one, last, block) => {
          if (last) this.#test(one, yes, no);
          else this.#test(one, undefined, no ?? block);
        });
      case "any":
        return this.#series(condition.of, (one, last, block) => {
          if (last) this.#test(one, yes, no);
          else this.#test(one, yes ?? block, undefined);
        });
      case "set":
        this.#set(condition.slot, condition.value);
        return this.#jump(yes);
      case "chain":
        return this.#branch(...emitChain(this, condition), yes, no);
      case "compare":
        return this.#compare(condition, yes, no);
    }
  }

  /** Writes tests in a row, in a block if some of them must leave it. */
  #series(
    of: readonly Condition[],
    each: (one: Condition, last: boolean, block: Block) => void,
  ): void {
    const block: Block = { label: `b${this.#blocks++}`, left: [] };
    const before = this.#code.length;
    this.write("");
    for (const [i, one] of of.entries()) each(one, i === of.length - 1, block);
    if (block.left.length === 0) return;
    this.#code[before] = `${block.label}:{`;
    this.write("}\n");
    this.#known = meet(this.#known, block.left);
  }

  #jump(target: Target | undefined): void {
    if (target === undefined) return;
    this.write(this.#leave(target, this.#known!));
    this.#known = undefined;
  }

  #leave(target: Target, known: Known): string {
    if (typeof target === "boolean") return `return ${target};`;
    target.left.push({
      there: new Map(known.there),
      read: new Map(known.read),
    });
    return `break ${target.label};`;
  }

  /** Writes a branch on JavaScript that gives a boolean, or on its opposite. */
  #branch(
    holds: string,
    fails: string,
    yes: Target | undefined,
    no: Target | undefined,
  ): void {
    if (yes !== undefined) {
      this.write(`if(${holds})${this.#leave(yes, this.#known!)}`);
      if (no !== undefined) this.#jump(no);
      else this.write("\n");
    } else if (no !== undefined) {
      this.write(`if(${fails})${this.#leave(no, this.#known!)}\n`);
    }
  }

  #compare(
    { comparison, left, right }: Condition & { kind: "compare" },
    yes: Target | undefined,
    no: Target | undefined,
  ): void {
    const a = this.#value(left);
    const b = this.#value(right);
    if (this.#known === undefined) return;
    this.#branch(
      comparisonCode(a, comparison, b),
      comparisonCode(a, DENIED[comparison], b),
      yes,
      no,
    );
  }

  #set(slot: Slot, value: Value): void {
    const { js, most } = this.#value(value);
    if (this.#known === undefined) return;
    this.#slots.set(slot, Math.max(most, this.#slots.get(slot) ?? 0));
    this.write(`${slot.name}=${js};`);
    for (const map of [this.#known.there, this.#known.read, this.#names]) {
      for (const key of map.keys()) {
        if (key.includes(slot.name)) map.delete(key);
      }
    }
  }

  #value(value: Value): Code {
    switch (value.kind) {
      case "number": {
        const most = value.value;
        return { js: most > SMALL ? `(${most | 0})` : `${most}`, most };
      }
      case "length":
        return { js: "(length|0)", most: MOST };
      case "slot": {
        const { slot } = value;
        if (!this.#slots.has(slot)) this.#slots.set(slot, 0);
        return { js: slot.name, most: this.#slots.get(slot)! };
      }
      case "load":
        return this.#load(value);
      case "arithmetic": {
        const left = this.#value(value.left);
        const right = this.#value(value.right);
        const { sign, right: by } = value;
        const constant = by.kind === "number" ? by.value : undefined;
        if ((sign === "/" || sign === "%") && !constant) {
          this.write(`if(${right.js}===0)return false;`);
        }
        return arithmeticCode(left, sign, right, constant);
      }
    }
  }

  #load({ octets, at, from }: Value & { kind: "load" }): Code {
    const most = octets === 4 ? MOST : octets === 2 ? 0xffff : 0xff;
    const base = from && this.#value(from);
    if (this.#known === undefined) return { js: "0", most };
    const key = `${octets}@${at}+${base?.js ?? ""}`;
    const old = this.#known.read.get(key);
    if (old !== undefined) return { js: old, most };
    const place = this.place(at, base, octets);
    const name = this.#names.get(key) ?? this.variable();
    this.#names.set(key, name);
    this.write(
      octets === 1
        ? `${name}=octets[start+${place}];\n`
        : `${name}=${FUNCTION[octets]}(start+${place});\n`,
    );
    this.#known.read.set(key, name);
    return { js: name, most };
  }

  /**
   * Writes what makes sure that octets are there.
   *
   * @param at Octets from the packet's start.
   * @param base What to add to that.
   * @param octets How many are read there.
   * @returns JavaScript for their place from the packet's start.
   */
  place(at: number, base: Code | undefined, octets: number): string {
    const { there } = this.#known!;
    if (base === undefined || base.most === 0) {
      const least = at + octets;
      if ((there.get("") ?? 0) < least) {
        this.write(`if(n<${least})return false;`);
        there.set("", least);
      }
      return `${at}`;
    }
    if (base.most + at + octets <= SMALL) {
      const least = at + octets;
      if ((there.get(base.js) ?? 0) < least) {
        this.write(`if(n<${base.js}+${least})return false;`);
        there.set(base.js, least);
      }
      return at === 0 ? base.js : `${base.js}+${at}`;
    }
    // The sum may wrap around, as it does in 32 bits.
    const name = this.variable();
    this.write(`${name}=(${base.js}+${at | 0})>>>0;`);
    this.write(`if(n<${name}+${octets})return false;`);
    return name;
  }
}

/** What is known wherever several ways meet. */
function meet(
  here: Known | undefined,
  others: readonly Known[],
): Known | undefined {
  const [first, ...rest] = here === undefined ? others : [here, ...others];
  if (first === undefined) return undefined;
  const there = new Map(first.there);
  const read = new Map(first.read);
  for (const other of rest) {
    for (const [key, least] of there) {
      const theirs = other.there.get(key);
      if (theirs === undefined) there.delete(key);
      else if (theirs < least) there.set(key, theirs);
    }
    for (const [key, name] of read) {
      if (other.read.get(key) !== name) read.delete(key);
    }
  }
  return { there, read };
}
