/**
 * Fields at the end that older or shorter forms of a protocol lack.
 *
 * @module
 */

import { when } from "../compound.ts";
import type { Format } from "../format.ts";
import type { FieldInput, FieldSpec, FieldValue } from "../layer.ts";

/**
 * A field that is there if octets are left for it.
 *
 * @param spec What it is then.
 * @returns The format; `undefined` where nothing is left.
 *
 * @example
 * ```ts
 * import { Cursor } from "../format.ts";
 * import { ifLeft } from "./if_left.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(ifLeft(8).read(new Cursor(Uint8Array.of(7), 0, 1)), 7);
 * assert.equal(ifLeft(8).read(new Cursor(Uint8Array.of(7), 1, 1)), undefined);
 * ```
 */
export function ifLeft<const S extends FieldSpec>(
  spec: S,
): Format<FieldValue<S> | undefined, FieldInput<S>> {
  const inner = when(() => true, spec);
  return {
    ...inner,
    isQuiet: true,
    read: (from) => from.left > 0 ? inner.read(from) : undefined,
    write(to, value) {
      if (value !== undefined) inner.write(to, value);
    },
    random: (random, fields) =>
      random() < 0.5 ? undefined : inner.random(random, fields),
  };
}
