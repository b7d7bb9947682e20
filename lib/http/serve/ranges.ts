/**
 * Parts of a whole: which octets a client asks for.
 *
 * @module
 */

/** Octets from `start` to before `end`. */
export interface ByteRange {
  /** The first. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** Ranges that one request may ask for; more is an attack or a mistake. */
const MOST = 16;

/**
 * Reads the field `Range`.
 *
 * @param field Its value: `"bytes=0-99,-1"`.
 * @param size Octets of the whole.
 * @returns The ranges within the whole, in the order asked for; `[]` if none of
 * them is in it (416); `undefined` if the field is to be ignored, as it is no
 * such field, or asks for more than the whole.
 * @see RFC 9110 §14.1.2, §14.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.http.parseRange("bytes=-5", 100), [{ start: 95, end: 100 }]);
 * assert.deepEqual(net.http.parseRange("bytes=100-", 100), []);
 * assert.equal(net.http.parseRange("lines=1-2", 100), undefined);
 * ```
 */
export function parseRange(
  field: string,
  size: number,
): ByteRange[] | undefined {
  const [, list] = /^bytes=(.+)$/i.exec(field) ?? [];
  if (list === undefined) return undefined;
  const parts = list.split(",");
  if (parts.length > MOST) return undefined;
  const ranges: ByteRange[] = [];
  for (const part of parts) {
    const [, first = "", last = ""] = /^\s*(\d*)-(\d*)\s*$/.exec(part) ?? [];
    if (first === "" && last === "") return undefined;
    if (first !== "" && last !== "" && Number(first) > Number(last)) {
      return undefined;
    }
    const start = first === ""
      ? Math.max(0, size - Number(last))
      : Number(first);
    const end = first === "" || last === ""
      ? size
      : Math.min(size, Number(last) + 1);
    if (start < end) ranges.push({ start, end });
  }
  const asked = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return asked > size ? undefined : ranges;
}
