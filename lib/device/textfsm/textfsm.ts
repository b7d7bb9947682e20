/**
 * TextFSM: rows out of what devices print for people, by templates.
 *
 * @module
 */

import * as inspect from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { Machine } from "./machine.ts";
import type { Cell } from "./rows.ts";
import type { RowOf, TextFsmRow } from "./row.ts";
import { readTemplate, type TextFsmValue } from "./template.ts";

export { TextFsmError } from "./machine.ts";
export {
  TemplateError,
  type TextFsmOption,
  type TextFsmValue,
} from "./template.ts";
export type * from "./row.ts";

/** Options for {@linkcode textfsm}. */
export interface TextFsmOptions<Keys extends "named" | "lower" = "named"> {
  /** The rows' keys: the values' names, or those in lower case. @default {"named"} */
  keys?: Keys;
  /**
   * The longest line that is taken, in UTF-16 units. A regular expression can
   * take time that grows with its square and worse, and cannot be stopped.
   * @default {16384}
   */
  longestLine?: number;
  /**
   * What a list has for a group that took no part in the match; elsewhere that
   * is an empty text. Netmiko and ntc-templates have `None`. @default {"None"}
   */
  absent?: string;
}

/** A template, ready to take texts apart; {@linkcode textfsm} makes it. */
export class TextFsm<Row extends object = TextFsmRow> {
  /** The template's text. */
  readonly template: string;
  /** Its values, in order: the columns of the rows. */
  readonly values: readonly TextFsmValue[];
  /** The names of its states, in order. */
  readonly states: readonly string[];
  /** The keys of its rows, one for each value. */
  readonly keys: readonly string[];
  readonly #machine: Machine;
  readonly #limits: { longestLine: number; absent: string };

  /**
   * Reads a template.
   *
   * @param template The template's text.
   * @param options The rows' keys, and the longest line.
   */
  constructor(
    template: string,
    options: TextFsmOptions<"named" | "lower"> = {},
  ) {
    const { keys = "named", longestLine = 16_384, absent = "None" } = options;
    if (typeof template !== "string") {
      throw new TypeError(
        `Cannot read a template as 'template' must be a string: current value is ${typeof template}`,
      );
    }
    if (keys !== "named" && keys !== "lower") {
      throw new TypeError(
        `Cannot read a template as 'keys' must be "named" or "lower": current value is ${keys}`,
      );
    }
    if (!(longestLine > 0)) {
      throw new RangeError(
        `Cannot read a template as 'longestLine' must be above 0: current value is ${longestLine}`,
      );
    }
    const read = readTemplate(template);
    this.template = template;
    this.values = read.values.map(({ name, options, pattern }) => ({
      name,
      options,
      pattern,
    }));
    this.states = [...read.states.keys()];
    this.#machine = new Machine(read);
    this.keys = this.values.map(({ name }) =>
      keys === "lower" ? name.toLowerCase() : name
    );
    this.#limits = { longestLine, absent };
  }

  /**
   * Takes a text apart: each call begins anew in the state Start.
   *
   * Lists are arrays; an item whose regular expression has named groups is an
   * object of them. What did not match is an empty text, in lists `None`.
   *
   * @param text What the device printed.
   * @returns A row for each record.
   * @throws {TextFsmError} Where a rule of the template says Error, and for a
   * line that is too long or takes too many steps.
   */
  parse(text: string): Row[] {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot take a text apart as 'text' must be a string: current value is ${typeof text}`,
      );
    }
    const { keys } = this;
    const rows = this.#machine.run(text, this.#limits);
    // A plain assignment to this name would set no key.
    if (keys.includes("__proto__")) {
      return rows.map((cells) =>
        Object.fromEntries(cells.map((cell, i) => [keys[i], cell])) as Row
      );
    }
    return rows.map((cells) => {
      const row: Record<string, Cell> = {};
      for (let i = 0; i < keys.length; i++) {
        row[keys[i] as string] = cells[i] as Cell;
      }
      return row as Row;
    });
  }

  /** The template and its values, as plain data. */
  toJSON(): { template: string; values: readonly TextFsmValue[] } {
    return { template: this.template, values: this.values };
  }

  /** The values as a table. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const canvas = inspect.canvas({ colors: options?.colors ?? false });
    return table(
      this.values.map(({ name, options, pattern }) => ({
        name,
        options: options.join(", "),
        pattern,
      })),
      { title: `TextFSM: ${this.states.join(", ")}`, canvas },
    );
  }
}

/**
 * Reads a template of TextFSM, as Python's textfsm 1.1.0 reads it.
 *
 * All of it: the options Required, Filldown, Fillup, List and Key, named groups
 * within lists, states, Continue, Record, Clear, Clearall, Error, the record at
 * the end. Regular expressions are Python's. Those which take exponential time
 * take it here as well, and nothing can stop them: mind whose templates run.
 *
 * In a template literal write `$NAME` for `${NAME}`. Where the text of the
 * template is known to the compiler, so are the keys of the rows.
 *
 * @param template The template.
 * @param options The rows' keys, and the longest line.
 * @returns What takes texts apart.
 * @throws {TemplateError} If it is no template, with the line.
 * @see https://github.com/google/textfsm/wiki/TextFSM
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const template = net.device.textfsm(`Value Required INTERFACE (\\S+)
 * Value ADDRESS (\\d+\\.\\d+\\.\\d+\\.\\d+)
 *
 * Start
 *   ^$INTERFACE\\s+$ADDRESS\\s+(up|down) -> Record
 * `);
 * const [row] = template.parse("Gi0/1   192.0.2.1   up\nGi0/2 unassigned down\n");
 * assert.deepEqual(row, { INTERFACE: "Gi0/1", ADDRESS: "192.0.2.1" });
 * ```
 */
export function textfsm<
  const T extends string,
  const Keys extends "named" | "lower" = "named",
>(template: T, options: TextFsmOptions<Keys> = {}): TextFsm<RowOf<T, Keys>> {
  return new TextFsm<RowOf<T, Keys>>(template, options);
}
