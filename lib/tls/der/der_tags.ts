/**
 * The tags of DER, which say what kind of value follows.
 *
 * @see X.690 §8.1.2
 * @module
 */

/** The tags that are met most; a constructed one has bit 0x20 set. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The names of tags, for errors. */
const TAG_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(TAG).map(([name, tag]) => [tag, name]),
);

/**
 * The tag of a field that is known by its number alone, `[0]`, `[1]`, …
 *
 * @param number The number in the brackets, 0 to 30.
 * @param constructed Whether values are within. @default {true}
 */
export function contextTag(number: number, constructed = true): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** What a tag is called in an error. */
export function tagName(tag: number): string {
  const name = TAG_NAMES.get(tag);
  if (name !== undefined) return name;
  const number = (tag & 0x1f) === 0x1f ? tag >>> 8 : tag & 0x1f;
  const kind = ["universal ", "application ", "", "private "][tag >> 6 & 3];
  return `[${kind}${number}]`;
}
