/**
 * Changes to what is there: elements of sets, and rules by their handles.
 *
 * @module
 */

import type { Rule } from "../model/ruleset.ts";
import type { SetDraft } from "./draft.ts";
import type { Lexer } from "./lexer.ts";
import { readElementsInto } from "./set_blocks.ts";
import { readElements, readMappings } from "./sets.ts";

/** Adds elements; the cursor is on their brace. */
export function addElements(
  lexer: Lexer,
  set: SetDraft,
  create: boolean,
): void {
  const start = lexer.mark();
  const before = set.elements.length;
  const own = set.elements;
  set.elements = [...own];
  readElementsInto(lexer, set);
  if (!create) return;
  const keys = new Set(own.map((one) => keyOf(set, one)));
  for (const element of set.elements.slice(before)) {
    if (!keys.has(keyOf(set, element))) continue;
    throw lexer.error(
      `the set ${set.name} has ${keyOf(set, element)} already`,
      1,
      start,
    );
  }
}

/** Takes elements out; the cursor is on their brace. */
export function deleteElements(
  lexer: Lexer,
  set: SetDraft,
  strict: boolean,
): void {
  const start = lexer.mark();
  const gone: readonly unknown[] = set.data === undefined
    ? readElements(lexer, set.types)
    : readMappings(lexer, set.types, set.data, true);
  const keys = new Set(gone.map((one) => keyOf(set, one)));
  const rest = set.elements.filter((one) => !keys.delete(keyOf(set, one)));
  if (keys.size > 0 && strict) {
    throw lexer.error(
      `the set ${set.name} has no element ${[...keys][0]}`,
      1,
      start,
    );
  }
  set.elements = rest;
}
/** The place of the rule whose handle stands here. */
export function placeOfHandle(lexer: Lexer, rules: readonly Rule[]): number {
  const start = lexer.mark();
  const handle = lexer.integer("a handle");
  const at = rules.findIndex((rule) => rule.handle === handle);
  if (at >= 0) return at;
  throw lexer.error(
    `no rule of this chain is listed with the handle ${handle}; the kernel gives handles, so name rules by index`,
    `${handle}`.length,
    start,
  );
}

/** What an element is found by: its value, or the key that it is for. */
function keyOf({ data }: SetDraft, element: unknown): string {
  const key = data === undefined ? element : (element as readonly unknown[])[0];
  return JSON.stringify(
    typeof key === "object" && key !== null && "elem" in key
      ? (key.elem as { readonly val: unknown }).val
      : key,
  );
}
