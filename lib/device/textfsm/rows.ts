/**
 * The record of a machine: what its values have so far, and the rows.
 *
 * @module
 */

import { NARROW } from "./regex/rewrite.ts";
import type { ReadValue } from "./template.ts";

/** An item of a list: a text, or the named groups within it. */
export type Item = string | Readonly<Record<string, string>>;
/** What a row has of a value. */
export type Cell = string | readonly Item[];

/** The rows that are done, and the one that is being put together. */
export class Rows {
  /** The rows that are done, a cell for each value. */
  readonly done: Cell[][] = [];
  readonly #slots: readonly Slot[];

  /** Begins with the values empty. */
  constructor(values: readonly ReadValue[], absent: string) {
    this.#slots = values.map((value) => new Slot(value, absent));
  }

  /** Gives a value what a rule captured; `null` where its group took no part. */
  assign(index: number, text: string | null): void {
    const slot = this.#slots[index] as Slot;
    slot.assign(text);
    if (!slot.fillup || !text) return;
    for (let at = this.done.length - 1; at >= 0; at--) {
      const row = this.done[at] as Cell[];
      if ((row[index] as Cell).length > 0) break;
      row[index] = text;
    }
  }

  /** Adds the row to those that are done, unless it lacks what it must have. */
  save(): void {
    const row: Cell[] = [];
    let empty = true;
    for (const slot of this.#slots) {
      if (!slot.ready()) return this.clear();
      const cell = slot.value;
      if (cell !== null && (typeof cell === "string" || cell.length > 0)) {
        empty = false;
      }
      row.push(cell ?? "");
    }
    if (empty) return;
    this.done.push(row);
    this.clear();
  }

  /** Forgets all but what is kept for the rows that follow. */
  clear(): void {
    for (const slot of this.#slots) slot.clear();
  }

  /** Forgets all. */
  clearAll(): void {
    for (const slot of this.#slots) slot.clearAll();
  }
}

/** What the row has of one value so far. */
class Slot {
  value: Cell | null = null;
  readonly fillup: boolean;
  readonly #filldown: boolean;
  readonly #list: boolean;
  readonly #required: "no" | "of the text" | "of the list";
  readonly #nested: ReadValue["nested"];
  readonly #absent: string;
  #items: Item[] = [];
  #kept: string | null = null;

  constructor({ options, nested }: ReadValue, absent: string) {
    this.#absent = absent;
    this.fillup = options.includes("Fillup");
    this.#filldown = options.includes("Filldown");
    this.#list = options.includes("List");
    this.#nested = nested;
    const [required, list] = [
      options.indexOf("Required"),
      options.indexOf("List"),
    ];
    // Options act in the order in which they stand.
    this.#required = required < 0
      ? "no"
      : list >= 0 && list < required
      ? "of the list"
      : "of the text";
  }

  assign(text: string | null): void {
    this.value = text;
    if (this.#filldown) this.#kept = text;
    if (this.#list) this.#items.push(this.#item(text));
  }

  /** Whether a row may be saved with it as it is. */
  ready(): boolean {
    if (this.#required === "of the text" && !this.value?.length) return false;
    if (this.#list) this.value = [...this.#items];
    return this.#required !== "of the list" || this.#items.length > 0;
  }

  clear(): void {
    this.value = this.#filldown ? this.#kept : null;
    if (this.#list && !this.#filldown) this.#items = [];
  }

  clearAll(): void {
    this.value = null;
    this.#kept = null;
    this.#items = [];
  }

  #item(text: string | null): Item {
    if (this.#nested === undefined || text === null) {
      return text ?? this.#absent;
    }
    const { matcher, pattern } = this.#nested;
    const { matches, captures } = NARROW.test(text)
      ? matcher.narrow
      : matcher.wide;
    const found = matches.exec(text);
    if (found === null) return text;
    return Object.fromEntries(
      [...pattern.names].map((
        [name, group],
      ) => [name, found[captures.indexOf(group) + 1] ?? this.#absent]),
    );
  }
}
