/**
 * `net` as the prompt has it.
 *
 * @module
 */

import * as namespace from "../mod.ts";

/**
 * In a bundle a namespace is no module but an object of getters. The inspector
 * takes a getter for a call that may change something, and so would not say what
 * a room has; data properties it reads.
 */
function settled<T extends object>(space: T): T {
  if (Object.prototype.toString.call(space) === "[object Module]") return space;
  const entries = Object.entries(space).map(([name, value]) => [
    name,
    isSpace(value) ? settled(value) : value,
  ]);
  return Object.freeze(Object.fromEntries(entries));
}

function isSpace(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const properties = Object.values(Object.getOwnPropertyDescriptors(value));
  return properties.length > 0 && properties.every(({ get }) => get);
}

/** The library, under the name that readers know it by. */
export const net: typeof namespace = settled(namespace);
