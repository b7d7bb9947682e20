/**
 * Which transition mechanism an address gives away.
 *
 * @module
 */

import { type Address, address } from "../address.ts";
import * as mechanisms from "./all.ts";
import type { Mechanism } from "./mechanism.ts";

/** A mechanism that an address belongs to. */
export interface Recognised {
  /** Its name in `net.ip.transition`: `"teredo"`. */
  readonly name: string;
  /** Its name in prose: `"Teredo"`. */
  readonly title: string;
  /** Where it is defined: `"RFC 4380, RFC 5991"`. */
  readonly source: string;
  /** What the address is, in one line with all its parts. */
  readonly text: string;
}

const ALL: readonly (readonly [string, { readonly about: Mechanism }])[] =
  Object.entries(mechanisms);

/**
 * Finds the transition mechanisms that an address belongs to, as far as it shows
 * that by itself: a NAT64 with a prefix of its own, 6rd and MAP do not show.
 *
 * @param from The address or its text.
 * @returns What is known of it; mostly nothing.
 * @throws {ParseError} If `from` is text and no address.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [first] = net.ip.recognise("2002:c000:204::1");
 * assert.equal(first?.title, "6to4");
 * assert.deepEqual(net.ip.recognise("2001:db8::1"), []);
 * ```
 */
export function recognise(from: string | Address): Recognised[] {
  const one = address(from);
  return ALL.flatMap(([name, { about: { title, source, recognise } }]) => {
    const text = recognise?.(one);
    return text === undefined ? [] : [{ name, title, source, text }];
  });
}
