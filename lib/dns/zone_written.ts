/**
 * What records say, written so that it is read again as the same.
 *
 * @module
 */

import { dataOctets } from "./message_writer.ts";
import { type DataRecord, recordData } from "./record.ts";
import { readData } from "./zone_data.ts";
import { entriesOf, ZoneError } from "./zone_lines.ts";
import { Words } from "./zone_words.ts";

/** Types whose notation can say all that their octets can. */
const SURE = new Set(["A", "AAAA", "NS", "CNAME", "PTR", "SOA", "MX", "SRV"]);

/**
 * Writes what a record says in the notation of zone files; as octets, if its type
 * has no notation, or none for this.
 *
 * @param record The record.
 * @returns The data alone.
 * @see RFC 1035 §5.1, RFC 3597 §5
 */
export function writtenData(record: DataRecord): string {
  const { type, data } = record;
  const text = recordData(record);
  if (SURE.has(type) || data instanceof Uint8Array) return text;
  const octets = dataOctets(type, data).toHex();
  try {
    const [entry] = entriesOf({ text });
    const words = new Words({ text }, entry?.words ?? [], text.length, ".");
    const again = readData(words, record);
    if (dataOctets(type, again.data).toHex() === octets) return text;
  } catch (error) {
    if (!(error instanceof ZoneError)) throw error;
  }
  return `\\# ${octets.length / 2} ${octets.toUpperCase()}`.trimEnd();
}
