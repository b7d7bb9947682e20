/**
 * Giving whole zones.
 *
 * @see RFC 5936 §2.2
 * @module
 */

import { encode, type Message } from "./message.ts";
import type { DataRecord } from "./record.ts";
import type { Zone } from "./zone.ts";

/** Pointers reach 16 KiB: longer messages are compressed less. */
const CHUNK = 16_384;
const MOST = 0xffff;
/** Records that are tried at once. */
const BATCH = 1000;

/**
 * Writes a zone as messages: all records, the SOA first and last.
 *
 * @param query The question for it.
 * @param zone The zone.
 * @yields One message after the other, without lengths.
 */
export function* zoneMessages(
  { id, questions, flags }: Message,
  zone: Zone,
): Generator<Uint8Array<ArrayBuffer>> {
  const records: readonly DataRecord[] = [...zone.records, zone.soa];
  for (let at = 0; at < records.length;) {
    const answers = records.slice(at, at + BATCH);
    const message = {
      id,
      qr: 1 as const,
      flags: ["AA" as const, ...flags.filter((flag) => flag === "RD")],
      questions: at === 0 ? questions : [],
      answers,
    };
    let octets = encode(message, { limit: CHUNK });
    let count = octets[6]! << 8 | octets[7]!;
    if (count === 0) {
      octets = encode({ ...message, answers: answers.slice(0, 1) }, {
        limit: MOST,
      });
      count = 1;
    }
    // What found no room is in the next message.
    octets[2]! &= ~2;
    yield octets;
    at += count;
  }
}
