/**
 * Captures written back: what is kept goes from the buffer that was read to the
 * file, octet for octet, without an object a packet.
 *
 * @module
 */

import type { Records } from "./records.ts";
import type { Target } from "./target.ts";

/**
 * Copies the records that are asked for, with all that stands between records,
 * from one buffer after the other.
 *
 * @param buffers A cursor that starts at the first octet of the file, filled
 * time and again; its buffers are changed unless `isOurs` says no.
 * @param target Where they go.
 * @param isOurs Whether the buffers may be changed.
 * @returns How many records were copied.
 *
 * @example
 * ```ts
 * import { begin, fill, recordsOf } from "./reading.ts";
 * import { rewrite } from "./rewrite.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * const reading = await begin(await openSource(octets), { copy: true });
 * const written: number[] = [];
 * const target = {
 *   name: "array",
 *   write: (octets: Uint8Array) => Promise.resolve(void written.push(...octets)),
 *   close: () => Promise.resolve(),
 * };
 * await rewrite(fill(reading, recordsOf(reading), "reuse"), target, true);
 * assert.deepEqual(written, [...octets]);
 * ```
 */
export async function rewrite(
  buffers: AsyncIterable<Records>,
  target: Target,
  isOurs: boolean,
): Promise<number> {
  let count = 0;
  let isFirst = true;
  let scratch: Uint8Array = new Uint8Array(0);
  for await (const records of buffers) {
    const { octets } = records;
    // Moving what is kept to the front of the buffer costs less than an output
    // buffer: most of it lies in the cache, and the first run need not be moved.
    if (!isOurs && scratch.length < records.filled) {
      scratch = new Uint8Array(octets.length);
    }
    const into = isOurs ? octets : scratch;
    let used = 0;
    // Where a run starts of which nothing has been left out.
    let from = isFirst ? 0 : records.position;
    isFirst = false;
    const keep = (end: number) => {
      if (end === from) return;
      if (!isOurs) into.set(octets.subarray(from, end), used);
      else if (used !== from) octets.copyWithin(used, from, end);
      used += end - from;
    };
    try {
      while (records.step()) {
        if (records.isWanted()) {
          count++;
        } else {
          keep(records.recordStart);
          from = records.recordEnd;
        }
      }
    } finally {
      // What was whole before an error is kept too.
      keep(records.position);
      const kept = into.subarray(0, used);
      if (target.writeSync !== undefined) target.writeSync(kept);
      else if (used > 0) await target.write(kept);
    }
  }
  return count;
}
