/**
 * What a rule reads, as JavaScript: over `b`, the octets, `d`, a view of the
 * same, and `p`, the transit; `nh`, `th` and `end` are places in them.
 *
 * @module
 */

import { type DataType, sizedType } from "../model/data_types.ts";
import type { Selector } from "../model/expression.ts";
import { typesOf } from "../model/fields.ts";
import type { Family } from "../model/ruleset.ts";
import { type Shape, shapeOf, widthOf } from "./constants.ts";

/** What is read, as source. */
export interface Code {
  readonly shape: Shape;
  readonly type: DataType;
  /** One expression, or one for each word. */
  readonly terms: readonly string[];
  /** What must hold, else the rule ends. */
  readonly guards: readonly string[];
  /** Declarations that the terms need. */
  readonly before?: readonly string[];
  /** What may change it within a chain, or `"chance"` if each rule asks anew; `undefined`: nothing. */
  readonly changedBy?: string;
  /** The terms are -1 where the guards do not hold. */
  readonly isSentinel?: boolean;
}

/** What a reader asks its surroundings for. */
export interface Surroundings {
  readonly family: Family;
  /** A name for a value in the functions' scope. */
  constant(value: unknown): string;
  /** A name that is not used yet. */
  fresh(): string;
  /** The number of a slot in the kernel's state. */
  slot(): number;
}

/** Puts together what is read. */
export const code = (
  type: DataType,
  terms: readonly string[],
  guards: readonly string[] = [],
  changedBy?: string,
): Code => ({
  shape: shapeOf(type),
  type,
  terms,
  guards: guards.filter((guard) => guard !== ""),
  ...changedBy !== undefined && { changedBy },
});

/** What only the context's answer can tell. */
export function asked(selector: Selector, around: Surroundings): Code {
  const [type = sizedType("integer", 32)] = typesOf(selector, around.family);
  const shape = shapeOf(type);
  const held = around.constant(selector);
  const width = widthOf(type);
  const kind = shape === "string" ? '"string"' : `${width}`;
  return code(
    type,
    Array.from({ length: width }, (_, i) => `p.ask(${held}, ${kind}, ${i})`),
    [],
    "chance",
  );
}
