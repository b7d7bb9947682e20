/**
 * Questions that cannot be decided from what was given.
 *
 * @module
 */

import { NetError } from "../../errors.ts";

/** Says that a question cannot be decided from what was given. */
export function unknown(what: string, hint: string): NetError {
  return new NetError(`${what} is not known here`, {
    code: "unknown",
    op: "simulate a packet",
    hint,
  });
}
