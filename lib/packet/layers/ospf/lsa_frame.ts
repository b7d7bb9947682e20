/**
 * What the link state advertisements of OSPF version 2 and 3 have in common: a
 * length in their header that bounds them, and a checksum.
 *
 * @module
 */

import { isObject } from "../../compound.ts";
import { type Fields, type Format, Stop } from "../../format.ts";
import { octets } from "../../formats.ts";
import { optional } from "../../optional.ts";
import { fletcher } from "./fletcher.ts";

/** Octets of an LSA's header (RFC 2328 §A.4.1, RFC 5340 §A.4.2). */
export const LSA_HEADER = 20;

/** Where in it the age ends, which the checksum leaves out. */
const AGE_END = 2;
const CHECKSUM_AT = 16;
const LENGTH_AT = 18;

/**
 * What is left of an advertisement behind the fields that its type has.
 *
 * @param types The types that have fields.
 * @returns The format; random ones of these types have nothing left.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { lsaRest } from "./lsa_frame.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(lsaRest([]).read(new Cursor(new Uint8Array(), 0, 0)), undefined);
 * ```
 */
export function lsaRest(
  types: readonly number[],
): Format<Uint8Array | undefined, Uint8Array> {
  const rest = optional(octets());
  return {
    ...rest,
    random: (random, fields) =>
      types.includes(Number(fields.type))
        ? undefined
        : rest.random(random, fields),
  };
}

/**
 * An advertisement, bounded by the length in its header. In building, length and
 * checksum are worked out where they are not set.
 *
 * @param fields The fields, header included; the last takes what is left.
 * @returns The format.
 * @see RFC 2328 §12.1.7
 *
 * @example
 * ```ts
 * import { octets } from "../../formats.ts";
 * import { record } from "../../compound.ts";
 * import { Cursor } from "../../format.ts";
 * import { lsaOf } from "./lsa_frame.ts";
 * import assert from "node:assert/strict";
 *
 * const lsa = lsaOf(record({ header: { octets: 18 }, length: 16, rest: octets() }));
 * const bytes = new Uint8Array(24);
 * bytes[19] = 22;
 * assert.equal(lsa.read(new Cursor(bytes, 0, 24)).rest.length, 2);
 * ```
 */
export function lsaOf<T, I>(fields: Format<T, I>): Format<T, I> {
  return {
    ...fields,
    about: "a link state advertisement",
    read(from) {
      const { at, left } = from;
      if (left < LSA_HEADER) {
        throw new Stop("cut short", at, LSA_HEADER, left);
      }
      const length = from.view.getUint16(at + LENGTH_AT);
      if (length < LSA_HEADER) from.fail(`LSA of ${length} octets`);
      return from.within(length, (from) => fields.read(from));
    },
    write(to, value) {
      const at = to.at;
      fields.write(to, value);
      const set: Fields = isObject(value) ? value : {};
      const { octets, view } = to;
      if (set.length === undefined) view.setUint16(at + LENGTH_AT, to.at - at);
      if (set.checksum === undefined) {
        const sum = fletcher(
          octets.subarray(at + AGE_END, to.at),
          CHECKSUM_AT - AGE_END,
        );
        view.setUint16(at + CHECKSUM_AT, sum);
      }
    },
    random(random, outer) {
      const made = fields.random(random, outer) as Record<string, unknown>;
      // Worked out: a length that lies would end the reading elsewhere.
      const { length: _length, checksum: _checksum, ...rest } = made;
      return rest;
    },
  };
}
