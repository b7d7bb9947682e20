/**
 * Elements of BER inside another one, found and not yet read.
 *
 * @see X.690 §8.1
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { readInteger } from "../asking/message.ts";
import { TAG } from "./ber.ts";

/** One element: its tag, and where its contents are. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

function malformed(reason: string, offset: number): DecodeError {
  return new DecodeError(reason, { layer: "snmp", offset });
}

/**
 * Finds the elements that follow each other.
 *
 * @param octets What holds them.
 * @param start Where the first one starts.
 * @param end Where the last one ends.
 * @param most How many to look for.
 * @throws {DecodeError} If one goes past the end.
 */
export function elementsIn(
  octets: Uint8Array,
  start: number,
  end: number,
  most = Infinity,
): Element[] {
  const found: Element[] = [];
  let at = start;
  while (at < end && found.length < most) {
    const first = octets[at + 1];
    if (at + 2 > end || first === undefined) {
      throw malformed("an element is cut short", at);
    }
    let inside = at + 2;
    let length = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count === 0 || inside + count > end) {
        throw malformed("an element has no length", at);
      }
      length = 0;
      for (; inside < at + 2 + count; inside++) {
        length = length * 256 + octets[inside]!;
      }
    }
    if (length > end - inside) throw malformed("an element is cut short", at);
    found.push({ tag: octets[at]!, start: inside, end: inside + length });
    at = inside + length;
  }
  return found;
}

/** The one at some place, which must have some tag. */
export function elementAt(
  elements: readonly Element[],
  index: number,
  tag: number,
  what: string,
): Element {
  const found = elements[index];
  if (found === undefined) throw malformed(`${what} is missing`, 0);
  if (found.tag === tag) return found;
  throw malformed(
    `${what} has tag 0x${found.tag.toString(16)} in place of 0x${
      tag.toString(16)
    }`,
    found.start,
  );
}

/** The whole number at some place. */
export function integerAt(
  octets: Uint8Array,
  elements: readonly Element[],
  index: number,
  what: string,
  tag: number = TAG.integer,
): number {
  const { start, end } = elementAt(elements, index, tag, what);
  return readInteger(octets, start, end);
}

/** The octets at some place. */
export function stringAt(
  octets: Uint8Array,
  elements: readonly Element[],
  index: number,
  what: string,
): Uint8Array {
  const { start, end } = elementAt(elements, index, TAG.string, what);
  return octets.subarray(start, end);
}
