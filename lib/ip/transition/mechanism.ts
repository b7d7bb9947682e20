/**
 * What every transition mechanism says of itself.
 *
 * A mechanism is one file: `encode` makes addresses from parts, `decode` gives
 * the parts back, or `undefined` if the address is none of the mechanism's, and
 * `explain` is `decode` in one line of words. Only a bad argument throws.
 *
 * @module
 */

import type { Address } from "../address.ts";

/** What a mechanism is, and how it knows its addresses. */
export interface Mechanism {
  /** Its name in prose: `"Teredo"`. */
  readonly title: string;
  /** Where it is defined: `"RFC 4380, RFC 5991"`. */
  readonly source: string;
  /**
   * Explains an address in one line if it is the mechanism's, as far as that can
   * be known from the address alone; left out where it never can.
   */
  readonly recognise?: ((address: Address) => string | undefined) | undefined;
}
