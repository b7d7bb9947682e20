/**
 * Captures written back: what is kept goes from the buffer that was read to the
 * file, octet for octet, without an object a packet.
 *
 * @module
 */

import type { Records } from "./records.ts";
import type { Target } from "./target.ts";

/** Octets that are gathered before they are written: less makes file systems slow. */
const GATHERED = 1024 * 1024;

/**
 * Copies the records that are asked for, with all that stands between records,
 * from one buffer after the other.
 *
 * @param buffers A cursor that starts at the first octet of the file, filled
 * time and again.
 * @param target Where they go.
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
 * const reading = await begin(await openSource(octets));
 * const written: number[] = [];
 * const target = {
 *   name: "array",
 *   write: (octets: Uint8Array) => Promise.resolve(void written.push(...octets)),
 *   close: () => Promise.resolve(),
 * };
 * await rewrite(fill(reading, recordsOf(reading), "reuse"), target);
 * assert.deepEqual(written, [...octets]);
 * ```
 */
export async function rewrite(
  buffers: AsyncIterable<Records>,
  target: Target,
): Promise<number> {
  let count = 0;
  let isFirst = true;
  let out = new Uint8Array(GATHERED);
  let used = 0;
  const flush = async () => {
    const gathered = out.subarray(0, used);
    used = 0;
    if (gathered.length === 0) return;
    if (target.writeSync !== undefined) target.writeSync(gathered);
    else await target.write(gathered);
  };
  try {
    for await (const records of buffers) {
      const { octets, filled } = records;
      if (used + filled > out.length) {
        await flush();
        if (filled > out.length) out = new Uint8Array(filled);
      }
      // Where a run starts of which nothing has been left out.
      let from = isFirst ? 0 : records.position;
      isFirst = false;
      const keep = (end: number) => {
        if (end === from) return;
        out.set(octets.subarray(from, end), used);
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
      }
      // A source that did not fill the buffer may have nothing more for long.
      if (filled < octets.length || target.writeSync === undefined) {
        await flush();
      }
    }
  } finally {
    await flush();
  }
  return count;
}
