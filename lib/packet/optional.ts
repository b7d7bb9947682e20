/**
 * What may be left out at the end.
 *
 * @module
 */

import { maybe } from "./compound.ts";
import type { Format } from "./format.ts";
import type { FieldInput, FieldSpec, FieldValue } from "./layer.ts";

/**
 * A field that is there if any octets are left for it.
 *
 * @param spec What it is then.
 * @returns The format; `undefined` where nothing is left.
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { optional } from "./optional.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(0, 7), 0, 2);
 * assert.equal(optional(16).read(cursor), 7);
 * assert.equal(optional(16).read(cursor), undefined);
 * ```
 */
export function optional<const S extends FieldSpec>(
  spec: S,
): Format<FieldValue<S> | undefined, FieldInput<S>> {
  const inner = maybe(spec);
  return {
    ...inner,
    about: `${inner.about.replace(/, at times$/, "")}, if there is more`,
    isQuiet: true,
    read: (from) => from.left === 0 ? undefined : inner.read(from),
    write(to, value) {
      if (value !== undefined) inner.write(to, value);
    },
    random: (random, fields) =>
      random() < 0.3 ? undefined : inner.random(random, fields),
  };
}
