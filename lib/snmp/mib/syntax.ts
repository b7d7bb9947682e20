/**
 * Following the names in a SYNTAX until the types of the wire are reached.
 *
 * @module
 */

import type {
  ModuleDefinition,
  SyntaxRef,
  TypeDefinition,
} from "./definition.ts";
import type { MibBase, MibSyntax } from "./object.ts";

/** Types that stand for themselves, with what they are on the wire. */
const BASES: ReadonlyMap<string, MibBase> = new Map<string, MibBase>([
  ["INTEGER", "INTEGER"],
  ["Integer32", "INTEGER"],
  ["OCTET STRING", "OCTET STRING"],
  ["OBJECT IDENTIFIER", "OBJECT IDENTIFIER"],
  ["BITS", "BITS"],
  ["IpAddress", "IpAddress"],
  // RFC 1155 §3.2.3.1: of the addresses that it might be, IP is the only one.
  ["NetworkAddress", "IpAddress"],
  ["Counter", "Counter32"],
  ["Counter32", "Counter32"],
  ["Gauge", "Gauge32"],
  ["Gauge32", "Gauge32"],
  ["Unsigned32", "Gauge32"],
  ["UInteger32", "Gauge32"],
  ["TimeTicks", "TimeTicks"],
  ["Counter64", "Counter64"],
  ["Integer64", "Opaque"],
  ["Unsigned64", "Opaque"],
  ["Opaque", "Opaque"],
  ["NsapAddress", "OCTET STRING"],
  ["NULL", "NULL"],
]);

/** A longer row of types than any that is meant. */
const MOST_STEPS = 32;

/** Finds the definition of a type as a module sees it. */
export type FindType = (
  name: string,
  module: ModuleDefinition,
) => { type: TypeDefinition; module: ModuleDefinition } | undefined;

/**
 * Whether a name is a type that needs no definition.
 *
 * @param name As it is written.
 */
export function isBaseType(name: string): boolean {
  return BASES.has(name);
}

/**
 * Follows a syntax through type assignments and textual conventions. What is
 * said nearest to the object counts: its names before those of its type.
 *
 * @param ref As it is written.
 * @param module Where it is written.
 * @param find Finds types.
 * @returns The syntax; `undefined` if a type in it is not known, or leads back
 * to itself.
 */
export function resolveSyntax(
  ref: SyntaxRef,
  module: ModuleDefinition,
  find: FindType,
): MibSyntax | undefined {
  let { named, ranges } = ref;
  let hint: string | undefined;
  let convention: string | undefined;
  let step = ref;
  let scope = module;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const base = BASES.get(step.type);
    if (base !== undefined) {
      return { name: ref.type, base, convention, enums: named, hint, ranges };
    }
    const found = find(step.type, scope);
    if (found === undefined) return undefined;
    const { type } = found;
    convention = type.name;
    hint ??= type.hint;
    named ??= type.syntax.named;
    ranges ??= type.syntax.ranges;
    step = type.syntax;
    scope = found.module;
  }
  return undefined;
}
